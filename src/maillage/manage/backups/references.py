"""A check that each row of a backup finds those that it refers to: the database would refuse it otherwise.

A byte a row, whatever the number of tables that refer to it.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from django.db import models

from maillage.manage.backups.rows import Row

MOST = 1 << 28  # numbers beyond this are held one by one


class Numbers:
    """Numbers of rows, most of them small and one after the other; others may be texts."""

    def __init__(self) -> None:
        self._small, self._others = np.zeros(1024, dtype=np.bool_), set[Any]()

    def add(self, values: Iterable[Any]) -> None:
        """Add some numbers, those already there too; None is none."""
        small = []
        for value in values:
            if type(value) is int and 0 <= value < MOST:
                small.append(value)
            elif value is not None:
                self._others.add(value)
        if small:
            positions = np.array(small)
            if (highest := int(positions.max())) >= len(self._small):
                larger = np.zeros(max(2 * len(self._small), highest + 1), dtype=np.bool_)
                larger[: len(self._small)] = self._small
                self._small = larger
            self._small[positions] = True

    def missing_from(self, other: "Numbers") -> Any:
        """Return a number that another set has not, None when it has them all."""
        common = min(len(self._small), len(other._small))
        lost = self._small.copy()
        lost[:common] &= ~other._small[:common]
        if lost.any():
            return int(lost.argmax())
        return next(iter(self._others - other._others), None)


class References:
    """The rows that are there, and those that others refer to."""

    def __init__(self, tables: Sequence[type[models.Model]]) -> None:
        self._models = {each._meta.label_lower: each for each in tables}
        self._relations = {
            label: dict(relations(model, self._models)) for label, model in self._models.items()
        }
        targets = {
            target for targets_by_name in self._relations.values() for target in targets_by_name.values()
        }
        self._there = {label: Numbers() for label in targets}
        self._wanted = {label: Numbers() for label in targets}

    def add(self, label: str, names: Sequence[str], rows: Sequence[Row]) -> None:
        """Add rows of a table, with the columns that they have."""
        if label not in self._models or not rows:
            return  # of another version: restoring says so
        by_name = dict(zip(names, zip(*rows, strict=True), strict=True))
        if label in self._there:
            self._there[label].add(by_name[self._models[label]._meta.pk.attname])
        for name, target in self._relations[label].items():
            self._wanted[target].add(by_name.get(name, ()))

    def missing(self) -> tuple[str, Any] | None:
        """Return a row that is referred to and not there: its table and its number; None when all are."""
        for label, wanted in self._wanted.items():
            if (number := wanted.missing_from(self._there[label])) is not None:
                return label, number
        return None

    def referring(
        self, label: str, names: Sequence[str], rows: Sequence[Row], *, to: tuple[str, Any]
    ) -> str | None:
        """Return, in French, the first of some rows that refers to another; None when none does."""
        pk = names.index(self._models[label]._meta.pk.attname) if label in self._models else 0
        places = [
            names.index(name)
            for name, target in self._relations.get(label, {}).items()
            if target == to[0] and name in names
        ]
        for row in rows:
            if any(row[place] == to[1] for place in places):
                return f"{label} {row[pk]} renvoie à {to[0]} {to[1]}, qui est introuvable"
        return None


def relations(model: type[models.Model], known: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield the columns of a model that refer to rows of a backup, and the table of these rows."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.target_field.primary_key:
            label = field.remote_field.model._meta.label_lower
            if label in known:
                yield field.attname, label
