"""The journal of a copy, read without touching it: a file of SQLite, or a backup."""

import json
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maillage.apps.platform.accounts.rules.journal import UNTYPED, Head, Line
from maillage.kernel import age, archives
from maillage.kernel.disk import reason
from maillage.kernel.errors import Refused

FOLDER = "base/"  # of a backup: a file for each table, its columns, then a row a line
FORMER_ROWS = "base.jsonl"  # of the first form: a row a line, of every table
ENTRY, ANCHOR = "accounts.entry", "accounts.anchor"
UNREADABLE = (*archives.UNREADABLE, OSError, sqlite3.Error, KeyError, TypeError, AttributeError)


class Copy:
    """A copy of the database. Reading raises Refused when it is neither one of SQLite nor a backup.

    keys: secret keys, one of which opens a backup that is sealed.
    """

    def __init__(self, path: Path, *, keys: Sequence[bytes] = ()) -> None:
        self.path, self.keys = path, keys

    def lines(self) -> Iterator[Line]:
        """Yield the lines of its journal, in their order."""
        for pk, row in self._rows(ENTRY):
            at, version = _moment(row["at"]), row.get("version", UNTYPED)
            yield Line(**{name: row[name] for name in READ}, pk=pk, at=at, version=version)

    def heads(self) -> list[Head]:
        """Return the anchors that it remembers."""
        anchors = [row for _, row in self._rows(ANCHOR)]
        return [Head(_moment(r["at"]), r["line"], r["n_lines"], r["digest"], r["cause"]) for r in anchors]

    def _rows(self, model: str) -> Iterator[tuple[int, dict[str, Any]]]:
        try:
            yield from (self._saved if self._is_archive() else self._stored)(model)
        except age.Unreadable as error:
            raise Refused(
                f"Le journal de {self.path} n’a pas pu être lu : {error}.",
                why="Cette sauvegarde est chiffrée : seule la clé pour laquelle elle l’a été l’ouvre.",
                do=(
                    "Prenez une autre sauvegarde, ou l’autre clé."
                    if self.keys
                    else "Donnez le fichier des clés : --cle FICHIER."
                ),
            ) from error
        except UNREADABLE as error:
            raise Refused(
                f"Le journal de {self.path} n’a pas pu être lu{_because(error)}.",
                why="Ce fichier n’est ni une base sous SQLite, ni une sauvegarde, ou il est abîmé.",
                do="Donnez maillage.sqlite3, ou un fichier de « maillage sauvegarder ».",
            ) from error

    def _is_archive(self) -> bool:
        if not self.path.is_file():
            return False
        with self.path.open("rb") as file:
            return age.is_sealed(file.read(64)) or zipfile.is_zipfile(file)

    def _saved(self, model: str) -> Iterator[tuple[int, dict[str, Any]]]:
        from maillage.manage.backups import backup

        with backup.opened(self.path, keys=self.keys) as archive:
            if FORMER_ROWS in archive.namelist():
                with archive.open(FORMER_ROWS) as rows:
                    for line in rows:
                        row = json.loads(line)
                        if row["model"] == model:
                            yield row["pk"], row["fields"]
            else:
                with archive.open(table_file(model)) as rows:
                    names = json.loads(next(rows))
                    for line in rows:
                        row = dict(zip(names, json.loads(line), strict=True))
                        yield row["id"], row

    def _stored(self, model: str) -> Iterator[tuple[int, dict[str, Any]]]:
        if not self.path.is_file():
            raise FileNotFoundError(2, "", str(self.path))
        with closing(sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)) as base:
            base.row_factory = sqlite3.Row
            table = model.replace(".", "_")
            there = base.execute("select 1 from sqlite_master where name = ?", [table]).fetchone()
            if there or model == ENTRY:  # an older copy has no anchors
                for row in base.execute(f"select * from {table} order by id"):  # noqa: S608, our own names
                    yield row["id"], dict(row)


def table_file(label: str) -> str:
    """Return the name of the file of a table in a backup."""
    return f"{FOLDER}{label}.jsonl"


def _because(error: Exception) -> str:
    return f" : {reason(error)}" if isinstance(error, OSError) else ""


READ = [name for name in Line._fields if name not in ("pk", "at", "version")]


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
