"""Documents of Grist: a database of SQLite, opened in memory and only read; and its records in JSON.

How it stores a cell is read in gristlabs/grist-core, `app/server/lib/DocStorage.ts`: a list as JSON, a date
in seconds, what its column may not hold in the format of Python’s `marshal`, of which plain values alone are
read.
"""

import contextlib
import json
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from maillage.sources.offer.forms.sheet import (
    MAX_CELL,
    MAX_COLUMNS,
    Record,
    Remarks,
    Row,
    Sheet,
    check_columns,
    check_rows,
    finished,
    fits,
    listed,
    named,
)

MAGIC = b"SQLite format 3\x00"
VERSIONS = slice(18, 20)  # bytes that say how it is written; 2 is with a journal beside, which no copy has
MAX_STEPS, STEPS = 400_000_000, 100_000  # of the machine of SQLite: a whole document takes a tenth
MAX_TABLES = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
HELPERS = ("gristHelper_", "manualSort")
UNREADABLE = "Case en erreur, ou d’une sorte inconnue, dans le document Grist, lue comme vide"
TABLES = """
    SELECT id, tableId FROM _grist_Tables
    WHERE tableId <> '' AND summarySourceTable = 0 ORDER BY id
"""
COLUMNS = """
    SELECT id, colId, type, label, displayCol FROM _grist_Tables_column
    WHERE parentId = ? ORDER BY parentPos, id
"""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that people see. stored: where its values are: those of a reference are in a helper column."""

    stored: str
    type: str
    label: str


def is_document(content: bytes) -> bool:
    """Return True for a Grist document, False for another database."""
    return content.startswith(MAGIC) and b"_grist_Tables_column" in content


def sheet_of(content: bytes, remarks: Remarks) -> Sheet:
    """Return the rows of the table with most filled cells; the others are named in a remark."""
    tables = sheets_of(content, remarks)
    name, sheet = max(tables, key=lambda table: sum(map(_n_filled, table[1].rows)))
    other_tables = [other for other, _ in tables if other != name]
    note = f"Document Grist : table « {name} » lue" + (
        f" ; laissées : {listed(other_tables)}." if other_tables else "."
    )
    return Sheet(sheet.name, sheet.form, sheet.columns, sheet.rows, (note, *sheet.notes), sheet.faults)


def _n_filled(row: Row) -> int:
    return sum(map(bool, row.cells.values()))


def sheets_of(content: bytes, remarks: Remarks) -> list[tuple[str, Sheet]]:
    """Return each table that holds a row, under its name; Refused when none does, or when it is damaged."""
    try:
        with _opened(content) as database:
            tables = database.execute(TABLES).fetchall()[:MAX_TABLES]
            sheets = [(str(name), _sheet(database, int(id), str(name), remarks)) for id, name in tables]
    except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        raise remarks.refusal(
            "ce document Grist n’a pas pu être lu.",
            why="Il est abîmé, coupé avant sa fin, ou n’est pas de Grist.",
            do="Dans Grist, exportez la table en CSV ou en XLSX, ou téléchargez de nouveau le document.",
        ) from error
    filled = [(name, sheet) for name, sheet in sheets if sheet is not None]
    if not filled:
        raise remarks.refusal(
            "ce document Grist n’a aucune ligne.",
            why="Il n’y a rien à lire.",
            do="Vérifiez que c’est le bon document.",
        )
    return filled


def records_of(data: Any) -> Any:
    """Return the records of the API of Grist as plain objects; anything else as it is.

    >>> records_of({"records": [{"id": 1, "fields": {"Nom": "CCAS", "Services": ["L", "Aide"]}}]})
    [{'id': 1, 'Nom': 'CCAS', 'Services': ['Aide']}]
    """
    records = data.get("records") if isinstance(data, dict) else None
    if not isinstance(records, list) or not all(
        isinstance(each, dict)
        and set(each) - {"errors"} == {"id", "fields"}
        and isinstance(each["fields"], dict)
        for each in records
    ):
        return data
    return [{"id": each["id"]} | {k: _listed(v) for k, v in each["fields"].items()} for each in records]


def _listed(value: Any) -> Any:
    """Return a cell of the API without the letter of its sort; what is neither plain nor a list is empty."""
    if not isinstance(value, list) or not value:
        return value
    return value[1:] if value[0] == "L" else None


@contextmanager
def _opened(content: bytes) -> Iterator[sqlite3.Connection]:
    """Open a copy of a database in memory: nothing is written, attached, called, nor computed for long."""
    copy = bytearray(content)
    copy[VERSIONS] = b"\x01\x01"
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        database.deserialize(bytes(copy))
        database.execute("PRAGMA query_only = ON")
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 16 * MAX_CELL)
        database.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 2 * MAX_COLUMNS)
        n_steps = 0

        def cut() -> int:
            nonlocal n_steps
            n_steps += STEPS
            return int(n_steps > MAX_STEPS)

        database.set_progress_handler(cut, STEPS)
        database.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY
        )
        yield database


def _sheet(database: sqlite3.Connection, id: int, name: str, remarks: Remarks) -> Sheet | None:
    """Return a table as people see it, None without a row."""
    columns = _columns(database.execute(COLUMNS, [id]).fetchall())
    if not columns:
        return None
    own_remarks = Remarks(remarks.name)
    check_columns(len(columns), own_remarks)
    labels = named([column.label for column in columns], own_remarks)
    quoted_names = ", ".join(_quoted(column.stored) for column in columns)
    records: list[Record] = []
    query = f"SELECT {quoted_names} FROM {_quoted(name)} ORDER BY id"  # noqa: S608  # names, quoted; read only
    for number, values in enumerate(database.execute(query), 1):
        check_rows(number, len(columns), own_remarks)
        cells = [
            _text(value, column.type, own_remarks) for value, column in zip(values, columns, strict=True)
        ]
        if any(cells[1:]) and fits(cells, number, labels, own_remarks):
            records.append((number, cells))
    return finished(labels, records, "grist", own_remarks) if records else None


def _columns(rows: list[tuple[Any, ...]]) -> list[_Column]:
    """Return the number of each row, then the columns that people see, in their order."""
    stored_by_id = {id: str(stored) for id, stored, *_ in rows}
    visible_columns = [
        _Column(stored_by_id.get(display, str(stored)), str(type), str(label or stored))
        for _, stored, type, label, display in rows
        if not str(stored).startswith(HELPERS)
    ]
    has_own = any(column.label.casefold() == "id" for column in visible_columns)
    return (
        [_Column("id", "Int", "ligne Grist" if has_own else "id"), *visible_columns]
        if visible_columns
        else []
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: Any, type: str, remarks: Remarks) -> str:
    """Return a stored cell as text."""
    if isinstance(value, bytes):
        value = _plain(value)
        if value is None:
            remarks.count(UNREADABLE)
    if value is None or value == "":
        return ""
    if isinstance(value, str) and value.startswith("[") and type.startswith(("ChoiceList", "RefList")):
        with contextlib.suppress(ValueError, RecursionError):
            return "|".join(str(each) for each in json.loads(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, type)
    return str(value)


def _number(value: float, type: str) -> str:
    if type == "Bool":
        return "Oui" if value else "Non"
    if type == "Date" or type.startswith("DateTime"):
        with contextlib.suppress(OverflowError, ValueError):
            moment = EPOCH + timedelta(seconds=value)
            return moment.date().isoformat() if type == "Date" else moment.isoformat(timespec="seconds")
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _plain(content: bytes) -> Any:
    """Return a plain value from its marshalled form, None for any other: an error, an object.

    >>> _plain(b"u\\x04\\x00\\x00\\x0012 b"), _plain(b"[\\x01\\x00\\x00\\x00")
    ('12 b', None)
    """
    readers: dict[bytes, Callable[[bytes], Any]] = {
        b"u": lambda rest: rest[4 : 4 + struct.unpack_from("<I", rest)[0]].decode(),
        b"i": lambda rest: struct.unpack_from("<i", rest)[0],
        b"g": lambda rest: struct.unpack_from("<d", rest)[0],
        b"T": lambda _: "Oui",
        b"F": lambda _: "Non",
    }
    reader = readers.get(content[:1])
    try:
        return reader(content[1:]) if reader is not None else None
    except (struct.error, UnicodeDecodeError):
        return None
