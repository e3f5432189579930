"""Rows made by the database itself, a million by one query: `k` goes through 1, 2… n, and each column says
how it follows from k. No row passes through this program: its memory does not grow with a country.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.core.management.color import no_style
from django.db import connection, models


def last_number(model: type[models.Model]) -> int:
    """Return the greatest number of the rows of a model, 0 without any."""
    greatest = model._default_manager.aggregate(n=models.Max("pk"))["n"]
    return int(greatest or 0)


def pour(model: type[models.Model], n: int, **columns: str) -> int:
    """Insert n rows of a model by one query, and return the number after which theirs begin.

    columns: an expression of the database for each field named, of `k` where a row differs from the next; the
    others as the fields have them by default. A field `example` is true.
    """
    base = last_number(model)
    names, values, params = [], [], []
    for field in model._meta.concrete_fields:
        names.append(connection.ops.quote_name(str(field.column)))
        if field.primary_key:
            values.append(columns.get("id", f"{base} + k").replace("%", "%%"))
        elif field.name in columns:
            values.append(columns[field.name].replace("%", "%%"))
        else:
            values.append("%s")
            default = True if field.name == "example" else field.get_default()
            params.append(field.get_db_prep_save(default, connection))
    table = connection.ops.quote_name(model._meta.db_table)
    numbers = "select cast(1 as bigint) where 1 <= %s union all select k + 1 from series where k < %s"
    rows = f"with recursive series(k) as ({numbers}) select {', '.join(values)} from series"  # noqa: S608, ours
    with connection.cursor() as cursor:
        cursor.execute(f"insert into {table} ({', '.join(names)}) {rows}", [n, n, *params])
    return base


def reset_sequences(*of: type[models.Model]) -> None:
    """Make the next row of each model come after those whose number was chosen."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), list(of)):
            cursor.execute(sql)


def analyse() -> None:
    """Let the database look at what it holds: it chooses its indexes by it."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def moment(hours: str, at: datetime) -> str:
    """Return the moment that comes so many hours after another one; before it when negative."""
    if connection.vendor == "postgresql":
        return f"(timestamptz '{at.isoformat()}' + ({hours}) * interval '1 hour')"
    return f"datetime('{at:%Y-%m-%d %H:%M:%S}', ({hours}) || ' hours')"


def padded(value: str, n: int) -> str:
    """Return a number written with zeros before it."""
    if connection.vendor == "postgresql":
        return f"lpad(cast({value} as text), {n}, '0')"
    return f"printf('%0{n}d', {value})"


def numbered(value: str) -> str:
    """Return a UUID made of a number."""
    return f"cast({padded(value, 32)} as uuid)" if connection.vendor == "postgresql" else padded(value, 32)


def document(text: str) -> str:
    """Return a document of JSON as the database stores it."""
    return f"{quoted(text)}::jsonb" if connection.vendor == "postgresql" else quoted(text)


def quoted(text: str) -> str:
    """Return a text as the database reads it."""
    return "'" + text.replace("'", "''") + "'"


def cycle(value: str, choices: Iterable[str]) -> str:
    """Return one of some expressions after another, as a number grows."""
    cases = list(choices)
    branches = " ".join(f"when {n} then {case}" for n, case in enumerate(cases))
    return f"case ({value}) % {len(cases)} {branches} end"


texts = partial(map, quoted)
