"""The rows of a small world, several times: whatever a page lists, it then lists more of it."""

import hashlib
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import IntegrityError, models, transaction

from maillage.apps.directory.places.actions import index
from maillage.apps.directory.places.models import Lieu

# Written by others as these are, chained, or derived from them.
DERIVED = {
    *("accounts.entry", "accounts.anchor", "accounts.seal", "accounts.tally", "search.searchword"),
    *("search.searchgram", "indicators.dailycount", "indicators.refresh"),
}
# Whose copies belong to copies: an account has a role once.
EXTRA_CHANGED_COLUMNS = {"memberships.membership": ("user",)}
Copies = dict[tuple[type[models.Model], Any], models.Model]


def multiply(times: int) -> int:
    """Copy every row of every feature so many times, beside the same rows; return how many copies there are.

    A copy belongs to what its row belongs to; where that may happen once only, to the copy of it.
    """
    copy_sets: list[Copies] = [{} for _ in range(times)]
    for model in in_order():
        for row in list(model._default_manager.all()):
            for n, copies in enumerate(copy_sets, 1):
                row_copy = _copy(row, n, copies)
                if row_copy is not None:
                    copies[model, row.pk] = row_copy
    index.refresh(row for copies in copy_sets for (model, _), row in copies.items() if model is Lieu)
    return sum(map(len, copy_sets))


def in_order() -> list[type[models.Model]]:
    """Return the models of the features, each after those that its rows point to."""
    wanted = [
        model
        for model in apps.get_models()
        if model.__module__.startswith("maillage.") and model._meta.label_lower not in DERIVED
    ]
    ordered_models: list[type[models.Model]] = []

    def visit(model: type[models.Model]) -> None:
        if model in ordered_models or model not in wanted or model in open_:
            return
        open_.append(model)
        for field in model._meta.concrete_fields:
            if field.is_relation:
                visit(field.related_model)
        ordered_models.append(model)

    open_: list[type[models.Model]] = []
    for model in wanted:
        visit(model)
    return ordered_models


def _copy(row: models.Model, n: int, copies: Copies) -> models.Model | None:
    """Return a copy of a row, stored; None when it can only be there once."""
    for changed in _ways(row):
        new = copy(row)
        new._state = copy(row._state)
        new._state.adding, new.pk = True, None
        for field in changed:
            value = _other(field, row, n, copies)
            if value is None:
                break
            setattr(new, field.attname, value)
        else:
            try:
                with transaction.atomic():
                    new.save(force_insert=True)
            except IntegrityError:
                continue
            return new
    return None


def _ways(row: models.Model) -> Iterator[list[models.Field]]:
    """Yield which columns to change, from as little as may be."""
    meta = row._meta
    fields = {field.name: field for field in meta.concrete_fields}
    alone = [
        field
        for field in meta.concrete_fields
        if field.unique
        and (not field.primary_key or field.is_relation)
        and getattr(row, field.attname) is not None
    ]
    alone += [fields[name] for name in EXTRA_CHANGED_COLUMNS.get(meta.label_lower, ())]
    yield alone
    together = [
        fields[name]
        for rule in meta.constraints
        if isinstance(rule, models.UniqueConstraint)
        for name in rule.fields
    ]
    for each in together:
        yield [*alone, each]
    yield [*alone, *together]


def _other(field: models.Field, row: models.Model, n: int, copies: Copies) -> Any:
    """Return another value of a column; None when there is none."""
    value = getattr(row, field.attname)
    if field.is_relation:
        related_copy = copies.get((field.related_model, value))
        return related_copy and related_copy.pk
    if value is None or isinstance(value, bool):
        return None
    if isinstance(field, models.UUIDField):
        return uuid4()
    if isinstance(field, models.DateField):
        return value + timedelta(days=n)
    if isinstance(field, models.CharField):
        digest = hashlib.sha256(f"{value} {n}".encode()).hexdigest()
        longest = field.max_length or len(digest)
        return f"{digest[:12]}@exemple.fr" if isinstance(field, models.EmailField) else digest[:longest]
    return value + 1_000 * n


class Queries:
    """How many queries were made, and which."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, execute: Any, sql: str, *words: Any) -> Any:
        """Remember one more, and make it."""
        self.made.append(sql)
        return execute(sql, *words)


def repeated(queries: Iterable[str], before: Iterable[str]) -> str:
    """Return the query that is made more often than before, in a few words."""
    former = list(before)
    counts = {sql: list(queries).count(sql) - former.count(sql) for sql in set(queries)}
    sql = max(counts, key=partial(dict.get, counts), default="")
    return f"{counts.get(sql, 0)} × {sql[:60]}…{sql[sql.find(' FROM ') :][:160]}"
