"""Backups of the first form, written before the rows had a file for each table: read, never written."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.core import serializers

from maillage.config.rows import batches, tables
from maillage.web.free_text import as_stored

ROWS = "base.jsonl"  # a row a line, of every table


def parts(lines: Iterable[bytes]) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Yield rows of one table after the other, as those of today are: table, columns, rows."""
    models_by_label = {each._meta.label_lower: each for each in tables()}
    for some in batches(lines):
        rows = [json.loads(line) for line in some]
        for label, alike in groupby(rows, key=lambda row: row["model"]):
            if model := models_by_label.get(label):
                fields = model._meta.concrete_fields
                names = [field.attname for field in fields]
                yield (
                    label,
                    names,
                    [
                        [
                            row["pk"] if field.primary_key else row["fields"].get(field.name)
                            for field in fields
                        ]
                        for row in alike
                    ],
                )


def put_back(lines: Iterable[bytes]) -> int:
    """Write rows as they were, and return how many."""
    n = 0
    for some in batches(lines):
        items = list(serializers.deserialize("json", b"[" + b",".join(some) + b"]"))
        n += len(items)
        with as_stored():
            _write(items)
    return n


def _write(items: list[Any]) -> None:
    for model, alike in groupby(items, key=lambda item: type(item.object)):
        some = list(alike)
        if model._meta.many_to_many or any(
            getattr(field, "auto_now_add", False) for field in model._meta.concrete_fields
        ):
            for item in some:  # many at once would be dated of today
                item.save()
        else:
            model._base_manager.bulk_create([item.object for item in some])
