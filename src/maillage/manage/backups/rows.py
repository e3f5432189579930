"""Rows as lines of text, the same whichever engine they are in: read, written back, compared.

A table is a first line with its columns, then a line a row, in the order of their numbers. Rows pass a few at
a time and by plain values, without making an object of each: three million of them in a few minutes, in the
memory of some thousands.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core import serializers
from django.db import connection, models
from django.db.models.functions import Cast
from django.utils import timezone

from maillage.apps.platform.messages.models import LinkedText

STEP = 5_000  # rows read or written at once
LEFT_OUT = {
    "sessions.session",
    "contenttypes.contenttype",
    "auth.permission",
    "django_tasks_database.dbtaskresult",
    "accounts.tally",
    "country.databaseowner",  # of a database, not of its rows: the manifest of a backup says it too
    "search.searchword",  # made again from the rows that are restored
    "search.searchgram",
}
# What PostgreSQL writes otherwise in a JSON column: a large number with an exponent, a zero below zero.
REWRITTEN = re.compile(rb"\de\+\d|-0\.0\b")
Row = Sequence[Any]


def tables() -> list[type[models.Model]]:
    """Return the models whose rows are saved, those that others refer to first."""
    saved_models = [
        each
        for each in apps.get_models(include_auto_created=True)
        if each._meta.managed and not each._meta.proxy and each._meta.label_lower not in LEFT_OUT
    ]
    ordered = serializers.sort_dependencies(
        [
            (app, [each for each in saved_models if each._meta.app_config is app])
            for app in apps.get_app_configs()
        ]
    )
    between = [each for each in saved_models if each not in set(ordered)]  # those that Django made itself
    return [*ordered, *between]


def columns(model: type[models.Model]) -> list[str]:
    """Return the columns of a table, as the models name them."""
    return [field.attname for field in model._meta.concrete_fields]


def blocks(model: type[models.Model]) -> Iterator[tuple[bytes, int]]:
    """Yield the lines of a table, a block at a time, with how many rows are in it; the columns come first."""
    yield encode(columns(model)), 0
    stored_values = [
        Cast(field.attname, models.TextField()) if isinstance(field, LinkedText) else field.attname
        for field in model._meta.concrete_fields
    ]  # a link leaves as it is stored: sealed
    row_values = model._base_manager.order_by("pk").values_list(*stored_values).iterator(chunk_size=STEP)
    while some := list(islice(row_values, STEP)):
        yield b"".join(map(encode, some)), len(some)


def encode(row: Row) -> bytes:
    """Return a row as a line."""
    return f"{_json(row)}\n".encode()


def decode(lines: Iterable[bytes]) -> list[list[Any]]:
    """Return the rows of some lines."""
    decoded: list[list[Any]] = json.loads(b"[" + b",".join(lines) + b"]")
    return decoded


def batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield some lines at a time."""
    rest = iter(lines)
    while some := list(islice(rest, STEP)):
        yield some


def _plain(value: Any) -> Any:
    """Return a value that JSON has no word for; datetimes are in UTC."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a line: add it to _plain.")


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


class Digest:
    """The digest of the rows of a table, whatever the engine did to its JSON columns: PostgreSQL puts their
    keys in another order.
    """

    def __init__(self) -> None:
        self.count, self._digest = 0, hashlib.sha256()

    def add(self, lines: list[bytes]) -> None:
        """Add some rows, after the former ones."""
        self.count += len(lines)
        self._digest.update(b"".join(_canonical(line) if b"{" in line else line for line in lines))

    def __str__(self) -> str:
        return self._digest.hexdigest()


def _canonical(line: bytes) -> bytes:
    row = json.loads(line, parse_float=_number if REWRITTEN.search(line) else None)
    return f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'), sort_keys=True)}\n".encode()


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


def digests() -> dict[str, tuple[int, str]]:
    """Return, for each table of the database, how many rows it has and their digest."""
    digest_by_table = {}
    for model in tables():
        digest = Digest()
        for block, n in blocks(model):
            if n:
                digest.add(block.splitlines(keepends=True))
        digest_by_table[model._meta.label_lower] = (digest.count, str(digest))
    return digest_by_table


class Insertion:
    """Rows put in a table as they were, from lines with these columns. ValueError for a column that is no
    more; one that is new takes its default.
    """

    def __init__(self, model: type[models.Model], names: list[str]) -> None:
        known = {field.attname: field for field in model._meta.concrete_fields}
        if lost := [name for name in names if name not in known]:
            raise ValueError(f"{model._meta.label_lower} n’a plus de colonne {lost[0]}")
        written = [known[name] for name in names]
        self._new = [field for name, field in known.items() if name not in set(names)]
        self._changes = [
            # A JSON column that takes no NULL holds the word null.
            (rank, change, isinstance(field, models.JSONField) and not field.null)
            for rank, field in enumerate(written)
            if (change := _to_database(field))
        ]
        quoted = ", ".join(connection.ops.quote_name(str(field.column)) for field in [*written, *self._new])
        table = connection.ops.quote_name(model._meta.db_table)
        marks = ", ".join(["%s"] * len(known))
        if connection.vendor == "postgresql":
            self._sql = f"COPY {table} ({quoted}) FROM STDIN"
        else:
            self._sql = f"INSERT INTO {table} ({quoted}) VALUES ({marks})"  # noqa: S608, names of our models

    def add(self, rows: list[list[Any]]) -> None:
        """Write some rows."""
        for rank, change, empty_too in self._changes:
            for row in rows:
                if row[rank] is not None or empty_too:
                    row[rank] = change(row[rank])
        if self._new:
            rows = [[*row, *map(_default, self._new)] for row in rows]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(self._sql) as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                cursor.executemany(self._sql, rows)


def _to_database(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return the conversion of a value of a line before it enters a column, None when it enters as it is."""
    sqlite = connection.vendor == "sqlite"
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    match kind.get_internal_type():
        case "BinaryField":
            return base64.b64decode
        case "JSONField":
            return json.dumps
        case "UUIDField" if sqlite:
            return lambda text: text.replace("-", "")
        case "DateTimeField" if sqlite:
            return lambda text: text.removesuffix("+00:00").replace("T", " ")
    return None


def _default(field: models.Field[Any, Any]) -> Any:
    """Return the value of a column for a row written before it was there."""
    value = field.db_default if field.has_db_default() and not field.has_default() else field.get_default()
    if value is None and (getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)):
        value = timezone.now()
    return field.get_db_prep_save(value, connection)


def reset_sequences(models_: list[type[models.Model]] | None = None) -> None:
    """Make PostgreSQL number new rows after those that were put back; SQLite does it by itself."""
    from django.core.management.color import no_style

    for statement in connection.ops.sequence_reset_sql(no_style(), models_ or tables()):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def erase() -> None:
    """Empty every table that is saved, in the transaction of whoever calls."""
    emptied = list(reversed(tables()))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            names = ", ".join(connection.ops.quote_name(each._meta.db_table) for each in emptied)
            # What the caller wrote before is checked now: a table whose checks wait cannot be emptied.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE {names}")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        else:
            for each in emptied:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(each._meta.db_table)}")  # noqa: S608, our own names
