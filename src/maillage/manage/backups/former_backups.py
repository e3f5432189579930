"""Backups of the first form, written before the rows had a file for each table: read, never written."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.db import models

from maillage.manage.backups.rows import batches

ROWS = "base.jsonl"  # a row a line, of every table


def parts(
    lines: Iterable[bytes], tables: Mapping[str, type[models.Model]]
) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Yield rows of one table after the other, as those of today are: table, columns, rows.

    tables: those of the version that wrote them, or of today; a column unknown there has its own name.
    """
    for some in batches(lines):
        rows = [json.loads(line) for line in some]
        for (label, names), alike in groupby(rows, key=lambda row: (row["model"], tuple(row["fields"]))):
            key, columns, moments = _columns(tables.get(label))
            yield (
                label,
                [key, *(columns.get(name, name) for name in names)],
                [
                    [
                        row["pk"],
                        *(
                            _moment(value) if name in moments else value
                            for name, value in row["fields"].items()
                        ),
                    ]
                    for row in alike
                ],
            )


def _columns(model: type[models.Model] | None) -> tuple[str, dict[str, str], set[str]]:
    """Return the key of a table, its columns by the names that the lines give them, and those of moments."""
    if model is None:
        return "id", {}, set()
    fields = model._meta.concrete_fields
    moments = {each.name for each in fields if isinstance(each, models.DateTimeField)}
    return model._meta.pk.attname, {each.name: each.attname for each in fields}, moments


def _moment(text: str | None) -> str | None:
    """Return a moment as the rows of today say it: its zone was a letter, its seconds had three decimals."""
    return text and datetime.fromisoformat(text).astimezone(UTC).isoformat()
