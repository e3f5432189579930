"""Folders beside the base that last as long as a work, and the schemas of PostgreSQL that go with them.

Each may hold a copy of the whole base: when the process that made it is killed, whoever comes next erases it,
so that nobody who was erased stays readable there. A lock, that ends with its process, tells one in use.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.db import connection

from maillage.web import locks

EXERCISE, RESTORATION = ".exercice-", ".restauration-"
SCHEMA = re.compile(r"exercice_[0-9a-f]{12}")
OWN_SCHEMAS = "select nspname from pg_namespace where pg_get_userbyid(nspowner) = current_user"


@contextmanager
def folder(prefix: str) -> Iterator[Path]:
    """Make a folder of the home, and erase it afterwards; what killed processes left goes first."""
    forget()
    path = Path(settings.HOME) / f"{prefix}{token_hex(6)}"
    with locks.exclusive(path.name):
        path.mkdir(mode=0o700)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def schema(folder: Path) -> Iterator[str]:
    """Make a schema of PostgreSQL that goes with a folder of an exercise, and erase it afterwards."""
    name = f"exercice_{folder.name.removeprefix(EXERCISE)}"
    with connection.cursor() as cursor:
        cursor.execute(f"create schema {name}")
    try:
        yield name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"drop schema {name} cascade")


def forget(at: datetime | None = None) -> int:
    """Erase what no living process uses any more, and return how many. at: as every work is called."""
    n = 0
    for prefix in (EXERCISE, RESTORATION):
        for leftover in Path(settings.HOME).glob(f"{prefix}*"):
            with suppress(OSError):  # what root made is left to root
                if locks.is_free(leftover.name):
                    shutil.rmtree(leftover)
                    n += 1
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(OWN_SCHEMAS)
            for (name,) in cursor.fetchall():
                lock = f"{EXERCISE}{name.removeprefix('exercice_')}"
                if SCHEMA.fullmatch(name) and locks.is_free(lock):
                    cursor.execute(f"drop schema if exists {name} cascade")
                    n += 1
    return n
