"""A database beside the one in use, filled from a backup and compared with it, by a process of its own.

The engine is the one that will be restored to: on PostgreSQL a schema of the same database, since making
another one is a right that its owner may not have; on SQLite a file.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from maillage.kernel.errors import Refused
from maillage.manage.backups import backup, rows, scratch
from maillage.manage.deploy import home


@dataclass(frozen=True, slots=True)
class Compared:
    """A table on each side: how many rows it has, and their digest."""

    label: str
    before: tuple[int, str]
    after: tuple[int, str]

    @property
    def is_equal(self) -> bool:
        """A table whose rows are the same on both sides."""
        return self.before == self.after


@contextmanager
def place() -> Iterator[dict[str, str]]:
    """Make a home folder and a database of the same engine, give what a process needs to use them, and erase
    both.
    """
    with scratch.folder(scratch.EXERCISE) as folder:
        environment = {"MAILLAGE_HOME": str(folder)}
        if connection.vendor != "postgresql":
            yield environment
            return
        if settings.SHARED_CONNECTIONS:
            raise Refused(
                "Cette commande ne passe pas par PgBouncer.",
                why="Elle travaille à part, dans un schéma qu’elle nomme en ouvrant la connexion ; PgBouncer"
                " n’en tient pas compte, et c’est la base qui sert qu’elle verrait.",
                do="Donnez-lui par DATABASE_URL l’adresse de PostgreSQL lui-même, sans « pgbouncer=oui ».",
            )
        with scratch.schema(folder) as schema:
            address = home.database_url()
            mark = "&" if "?" in address else "?"
            options = quote(f"-csearch_path={schema}")
            yield environment | {"DATABASE_URL": f"{address}{mark}options={options}"}


def fill(path: Path, environment: Mapping[str, str], *, keys: Sequence[bytes] = ()) -> list[Compared]:
    """Fill an empty database from a backup, and compare each of its tables; Refused when it cannot be done.

    environment: what says which database; a variable that is empty is taken off.
    """
    with backup.opened(path, keys=keys) as archive:
        manifest = json.loads(archive.read(backup.MANIFEST))
        if "tables" not in manifest:
            raise Refused(
                f"{path} est de la première forme des sauvegardes.",
                why="Elle ne dit pas ses lignes table par table : rien ne peut être comparé.",
                do="Restaurez-la, ou refaites une sauvegarde avec cette version.",
            )
        output = run("maillage.manage.backups.filling", path, keys=keys, environment=environment)
        if not output.startswith("{"):
            raise Refused(
                "La base n’a pas été remplie.",
                why=output or "Le programme qui la remplit s’est arrêté.",
                do="Corrigez ce qui est dit, puis relancez la même commande : rien n’est à moitié écrit.",
            )
        after = json.loads(output)
        before = backup.digests(archive, manifest)
    return [
        Compared(label, before.get(label, ABSENT), tuple(after.get(label, ABSENT)))
        for label in {**before, **after}
    ]


def run(module: str, *paths: Path, keys: Sequence[bytes], environment: Mapping[str, str]) -> str:
    """Run one of our programs on another database, and return what it printed. An empty variable is taken
    off. What it seals opens here: the key of its own home would go with that home.
    """
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "maillage.manage.settings", **environment}
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, paths)],
        env={name: value for name, value in variables.items() if value}
        | {"MAILLAGE_SECRET_KEY": settings.SECRET_KEY},
        input="\n".join(key.hex() for key in keys),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    ).stdout.strip()


ABSENT = (0, str(rows.Digest()))
