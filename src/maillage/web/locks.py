"""Locks that end with the process that holds them: whoever is silent because it died no longer has any.

On PostgreSQL they are seen from every computer that shares the database; SQLite is used from one computer,
where a file of the home folder does.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.db import DatabaseError, connection

FOLDER = ".verrous"


@contextmanager
def exclusive(name: str) -> Iterator[bool]:
    """Take a lock for a while, and say whether nobody else has it; nothing is waited for.

    On PostgreSQL it has a connection of its own: the one in use may be closed and opened again meanwhile.
    """
    if connection.vendor == "postgresql":
        with separate_transaction() as cursor:
            cursor.execute("select pg_try_advisory_xact_lock(%s)", [_key(name)])
            (is_taken,) = cursor.fetchone()
            yield is_taken
        return
    path = Path(settings.HOME) / FOLDER / name
    path.parent.mkdir(exist_ok=True, mode=0o700)
    while True:
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            if not _is_there(file, path):  # who held it has just taken it off: others make another one
                continue
            try:
                yield True
            finally:
                path.unlink(missing_ok=True)
            return


def wait_for(name: str) -> None:
    """Let a second writer wait until the transaction under way ends, where no row is there yet to be locked.
    On SQLite it waits already: there is a single one.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [_key(name)])


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


@contextmanager
def separate_transaction() -> Iterator[Any]:
    """Give a cursor of PostgreSQL whose locks last as long as the block, whatever the connection in use does.

    A lock of a transaction, not of a session: a PgBouncer that shares sessions would keep the latter for
    ever, or lend it to somebody else. Nothing is read there, which stops no cleaning of the tables.
    """
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("set local idle_in_transaction_session_timeout = 0")
            yield cursor
        with suppress(DatabaseError):  # a server that stopped has let go of it already
            own.rollback()
    finally:
        own.close()


def _is_there(file: TextIO, path: Path) -> bool:
    """Check that an open file is still the one of a path."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


def is_free(name: str) -> bool:
    with exclusive(name) as is_taken:
        return is_taken
