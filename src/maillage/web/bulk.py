"""Rows written or looked for by thousands: one statement, its values prepared once each."""

import gc
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import DatabaseError, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL

# Values that a database takes as they are. Of these fields themselves: what extends them may refuse a value.
AS_THEY_ARE = {
    models.CharField: (str,),
    models.TextField: (str,),
    models.BigIntegerField: (int, type(None)),
    models.ForeignKey: (int, type(None)),
}

R = TypeVar("R", bound=models.Model)
K = TypeVar("K", int, str)
AT_ONCE = 1_000  # rows whose values are held together while they are written
FEW = 200  # the communes of most intercommunalities, not those of a département


@contextmanager
def many_objects() -> Iterator[None]:
    """Leave what is already in memory out of each look for garbage, as long as thousands of objects are made:
    it would be walked again and again, for a fifth of the time.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def planned_for_its_values() -> Iterator[None]:
    """Have PostgreSQL plan each question for the values it has, in a report that adds up months of rows.

    A question asked eight times by a connection is otherwise planned for any values: for some structures and
    a year, it read the rows of everybody, three seconds instead of two tenths, at each page from then on.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():  # set for a session, it would go to whoever PgBouncer lends that one to
        with connection.cursor() as cursor:
            cursor.execute("set local plan_cache_mode = force_custom_plan")
        try:
            yield
        finally:
            # A transaction that failed takes its setting back by itself; a connection that is lost, too.
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("reset plan_cache_mode")


def seldom(rows: models.QuerySet[R]) -> list[R]:
    """Return rows of many columns that most readers have none of: whether there are any is asked first, in a
    third of the time.
    """
    return list(rows) if rows.exists() else []


def firsts(rows: models.QuerySet[R], most: int) -> tuple[list[R], int]:
    """Return the first rows of an ordered question, and how many it has in all, in one statement: a day page
    names a few of them, and counts the others without reading them.
    """
    first_rows = list(rows.annotate(in_all=models.Window(models.Count("pk")))[:most])
    return first_rows, vars(first_rows[0])["in_all"] if first_rows else 0


def among(keys: Iterable[int] | Iterable[str]) -> RawSQL:
    """Return numbers, or codes without a comma, to look for as one text that the database splits: thousands
    of parameters take longer to hand over than to look for.
    """
    values = list(keys)
    if connection.vendor != "postgresql":
        return RawSQL("select value from json_each(%s)", [json.dumps(values)])
    text = ",".join(map(str, values))
    if values and isinstance(values[0], str):
        return RawSQL("select unnest(string_to_array(%s, ','))", [text])
    return RawSQL("select unnest(string_to_array(%s, ',')::bigint[])", [text])


def to_find(keys: Collection[K]) -> Collection[K] | RawSQL:
    """Return `among` for many, and few as they are: a database plans a short list better when it reads it."""
    return among(keys) if len(keys) > FEW else keys


def is_one_of(column: str, keys: Collection[str]) -> models.Q:
    """Return the condition that a column holds one of some codes without a comma, which may stand beside
    another one after OR: PostgreSQL reads a whole table where a list comes from a query there.
    """
    if len(keys) <= FEW or connection.vendor != "postgresql":
        return models.Q(**{f"{column}__in": to_find(keys)})
    return models.Q(_OneOf(models.F(column), models.Value(",".join(keys))))


class _OneOf(models.Func):
    """The condition, for PostgreSQL, that a column is one of the words of a text."""

    template, arg_joiner = "(%(expressions)s, ',')))", " = any(string_to_array("
    output_field = models.BooleanField()


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, but for those that stand already: as `bulk_create(ignore_conflicts=True)` does, several
    times faster.

    rows: the columns of each, by `attname`, the same in all; the others have their default value.
    """
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = [_column(field, rows) for field in fields]
    quoted = connection.ops.quote_name
    into = f"{quoted(model._meta.db_table)} ({', '.join(quoted(str(field.column)) for field in fields)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What is the same in every row is given once; the rest, an array a column.
            same = [len(set(column)) == 1 for column in columns]
            same[0] = same[0] and not all(same)
            placed = [
                (f"%s::{_type(field)}", column[0]) if one else _array(column, _type(field))
                for field, column, one in zip(fields, columns, same, strict=True)
            ]
            cursor.execute(
                f"insert into {into} select {', '.join(sql for sql, _ in placed)} on conflict do nothing",
                [value for _, value in placed],
            )
        else:
            places = ["%s"] * len(fields)
            cursor.executemany(
                f"insert into {into} values ({', '.join(places)}) on conflict do nothing",  # noqa: S608, our own names
                list(zip(*columns, strict=True)),
            )


def create(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Store new objects, and number them, as `bulk_create` does: PostgreSQL copies them, SQLite reads one
    statement for all, several times faster than as many long texts in a statement each hundred.
    """
    fields, key = model._meta.concrete_fields, model._meta.pk
    table, quoted = model._meta.db_table, connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    base = connections[connection.alias]
    # Without a savepoint: SQLite would keep in memory each page that changes, as it was before.
    with transaction.atomic(savepoint=connection.vendor == "postgresql"), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "select nextval(pg_get_serial_sequence(%s, %s)) from generate_series(1, %s)",
                [table, key.column, len(rows)],
            )
            numbers: Iterable[int] = [number for (number,) in cursor.fetchall()]
        else:
            cursor.execute("select max(seq) from sqlite_sequence where name = %s", [table])
            first = (cursor.fetchone()[0] or 0) + 1  # nobody else writes before the end of this transaction
            numbers = range(first, first + len(rows))
        for row, number in zip(rows, numbers, strict=True):
            row.pk = number
        if connection.vendor == "postgresql":
            with cursor.copy(f"copy {quoted(table)} ({columns}) from stdin") as copy:
                for row in rows:
                    copy.write_row([_copied(field, row, base) for field in fields])
        else:
            places = ", ".join(["%s"] * len(fields))
            for start in range(0, len(rows), AT_ONCE):
                cursor.executemany(
                    f"insert into {quoted(table)} ({columns}) values ({places})",  # noqa: S608, our own names
                    [
                        [_copied(field, row, base) for field in fields]
                        for row in rows[start : start + AT_ONCE]
                    ],
                )
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _copied(field: models.Field[Any, Any], row: Any, base: BaseDatabaseWrapper) -> Any:
    """Return the value of a field as the database takes it; of a relation, the number its row has by now."""
    if isinstance(field, models.ForeignKey) and (of := field.get_cached_value(row, None)) is not None:
        setattr(row, field.attname, of.pk)
    value = field.pre_save(row, True)
    if type(value) in AS_THEY_ARE.get(type(field), ()):
        return value
    return field.get_db_prep_save(value, base)


PLAIN = {str, int, type(None)}
NEXT, NOTHING = "\x1f", "\x1e"  # what no text holds, between values and for none; one that does is an array


def _array(column: Sequence[Any], type: str) -> tuple[str, Any]:
    """Return the place of a column in a statement of PostgreSQL, and its value: one text that the database
    splits, seven times faster to hand over than an array; an array where a value is not plain.
    """
    if {each.__class__ for each in column} <= PLAIN:
        text = NEXT.join(NOTHING if value is None else str(value) for value in column)
        alone = text.count(NEXT) == len(column) - 1 and text.count(NOTHING) == column.count(None)
        if text and alone:
            return f"unnest(string_to_array(%s, '{NEXT}', '{NOTHING}')::{type}[])", text
    return f"unnest(%s::{type}[])", list(column)


def _type(field: models.Field[Any, Any]) -> str:
    """Return the type of a column without its length: a cast would cut what is too long, and say nothing."""
    return str(field.db_type(connection)).partition("(")[0]


def _column(field: models.Field[Any, Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the values of a column as the database takes them; each one is prepared once."""
    if field.attname not in rows[0]:
        return [_prepared(field)(field.get_default())] * len(rows)
    values = [row[field.attname] for row in rows]
    if all(type(value) in AS_THEY_ARE.get(type(field), ()) for value in values):
        return values
    prepared = _prepared(field)
    known = {value: prepared(value) for value in set(values)}
    return [known[value] for value in values]


def _prepared(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    base = connections[connection.alias]  # itself, asked thousands of times, and not what stands for it

    def prepared(value: Any) -> Any:
        stored = field.get_db_prep_save(value, base)
        return stored.isoformat() if isinstance(stored, date | datetime) else stored

    return prepared
