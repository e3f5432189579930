"""Rows of the database that refer to others which are not there, and that no database would take back.

No row of ours is written so; a file that a disk damaged, or that somebody changed by hand, holds some. A
backup empties what may be empty, and puts the other rows aside, with those that refer to them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef

from maillage.manage.backups import rows
from maillage.manage.backups.references import relations

ASIDE = "ecartees.jsonl"  # of a backup: the rows that it does not have as they were, with their table
AT_ONCE = 500  # numbers asked for


@dataclass(frozen=True, slots=True)
class LostReferences:
    """The references to nothing. keys: by table, the column of its numbers; emptied: by table and number, the
    columns to empty; aside: by table, the numbers of the rows that cannot stay without; words: a line for
    each, in French.
    """

    keys: dict[str, str]
    emptied: dict[str, dict[Any, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    aside: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    words: list[str] = field(default_factory=list)

    def concerns(self, label: str) -> bool:
        """Recognise a table some rows of which are not saved as they are."""
        return label in self.emptied or label in self.aside

    def split(
        self, label: str, names: Sequence[str], some: Iterable[rows.Row]
    ) -> tuple[list[rows.Row], list[rows.Row]]:
        """Return rows of a table as they are saved, then those that are not saved so, as they were."""
        pk = names.index(self.keys[label])
        saved: list[rows.Row] = []
        former: list[rows.Row] = []
        for row in some:
            columns = self.emptied[label].get(row[pk], set()) if label in self.emptied else set()
            is_aside = label in self.aside and row[pk] in self.aside[label]
            if columns or is_aside:
                former.append(row)
            if not is_aside:
                saved.append(
                    [None if name in columns else value for name, value in zip(names, row, strict=True)]
                )
        return saved, former


def find() -> LostReferences:
    """Return the references to nothing in the database, as the caller reads it."""
    tables = {each._meta.label_lower: each for each in rows.tables()}
    lost_rows = LostReferences({label: model._meta.pk.attname for label, model in tables.items()})
    lost: dict[str, list[Any]] = defaultdict(list)  # rows put aside, whose own are still to be looked for
    for model in tables.values():
        for name, target in relations(model, tables):
            there = tables[target]._base_manager.filter(pk=OuterRef(name))
            without = model._base_manager.filter(~Exists(there), **{f"{name}__isnull": False})
            _sort(lost_rows, lost, model, name, target, without.order_by("pk"))
    while lost:
        lost_label, numbers = lost.popitem()
        for model in tables.values():
            for name, target in relations(model, tables):
                if target == lost_label:
                    for first in range(0, len(numbers), AT_ONCE):
                        some = numbers[first : first + AT_ONCE]
                        dependants = model._base_manager.filter(**{f"{name}__in": some})
                        _sort(lost_rows, lost, model, name, target, dependants.order_by("pk"))
    return lost_rows


def _sort(
    lost_rows: LostReferences,
    lost: dict[str, list[Any]],
    model: type[models.Model],
    name: str,
    target: str,
    without: "models.QuerySet[models.Model]",
) -> None:
    """Note the rows of a table that refer to nothing by a column."""
    label = model._meta.label_lower
    for row in without:
        if row.pk in lost_rows.aside.get(label, ()):
            continue
        number = getattr(row, name)
        columns = lost_rows.emptied[label].get(row.pk, set()) if label in lost_rows.emptied else set()
        if _may_be_empty(row, {*columns, name}):
            lost_rows.emptied[label].setdefault(row.pk, set()).add(name)
            what = "ce renvoi y est vide"
        else:
            lost_rows.aside[label].add(row.pk)
            lost[label].append(row.pk)
            what = "cette ligne est mise à part"
        lost_rows.words.append(
            f"{label} {row.pk} : {name} renvoie à {target} {number}, qui est introuvable ; {what}"
        )


def _may_be_empty(row: models.Model, names: set[str]) -> bool:
    """Check that the database would take a row with some of its references empty."""
    fields = [each for each in row._meta.concrete_fields if each.attname in names]
    if not all(each.null for each in fields):
        return False
    for each in fields:
        setattr(row, each.attname, None)
    try:
        for constraint in row._meta.constraints:
            if isinstance(constraint, models.CheckConstraint):
                constraint.validate(type(row), row)
    except ValidationError:
        return False
    return True
