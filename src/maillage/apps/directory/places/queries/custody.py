"""Custody of places: the effect of a sheet that names another structure, and what a transfer would take
along.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.expressions import RawSQL

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Change, Lieu, Proposal, Structure
from maillage.web import bulk
from maillage.web.hooks import Hook

STAKES: Hook[Callable[..., rules.Stakes]] = Hook()
FEW = 500  # texts asked for at once


def stakes(
    *,
    at: datetime,
    structures: Collection[int] | RawSQL | None = None,
    lieux: Collection[int] | RawSQL | None = None,
) -> rules.Stakes:
    """Return the teams of structures and the referrals of places; None: of all of them."""
    return STAKES.only()(at=at, structures=structures, lieux=lieux)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The custody of a place after a change. structure: which has it; recipient: which would, if its team
    agreed, with its key and name.
    """

    verdict: str
    structure: Structure
    recipient: Structure | None = None
    key: str = ""
    name: str = ""


@dataclass(slots=True)
class Registry:
    """The structures by key, kept current while places are changed one after the other. Nothing here is
    saved.

    changed: the rows whose key or name is to be written, in order; created: those to be created.
    """

    rows: dict[int, Structure]
    n_places: Counter[int | None]
    stakes: rules.Stakes
    changed: list[Structure] = field(default_factory=list)
    created: list[Structure] = field(default_factory=list)
    by_key: dict[str, Structure] = field(init=False)

    def __post_init__(self) -> None:
        self.by_key = {row.key: row for row in self.rows.values()}

    def carrier(self, sheet: rules.Sheet) -> Structure:
        """Return the structure that a sheet names, to be created when it is new."""
        key, name = rules.structure_key(sheet)
        structure = self.by_key.get(key)
        if structure is None:
            structure = self.by_key[key] = Structure(key=key, name=name[:300], kind=rules.kind_of(sheet))
            self.created.append(structure)
        return structure

    def guards(self, lieu: Lieu) -> bool:
        return self.stakes.guards(lieu.pk, lieu.structure_id)

    def settle(self, lieu: Lieu, before: rules.Sheet, sheet: rules.Sheet) -> Outcome:
        """Return the custody of a place whose sheet is changed, and record it in the registry."""
        own = self.rows.get(lieu.structure_id, lieu.structure)
        key, name = rules.structure_key(sheet)
        guarded, other = self.guards(lieu), self.by_key.get(key)
        if other is own or (guarded and other is not None and self._is_empty(other)):
            other = None
        verdict = rules.custody(
            own.key,
            rules.structure_key(before)[0],
            key,
            guarded=guarded,
            other=other is not None,
            alone=self.n_places[lieu.structure_id] <= 1,
        )
        if verdict == rules.MOVES:
            there = self.carrier(sheet)
            self._count(lieu.structure_id, there.pk)
            return Outcome(verdict, there)
        if verdict == rules.RENAMES:
            own.name, own.kind = name[:300], rules.kind_of(sheet)
            self._call(own, key)
        elif verdict == rules.LEARNS or (
            verdict == rules.FORGETS and not self._numbers_another_place(lieu, own.key)
        ):
            self._call(own, key)
        return Outcome(verdict, own, other, key, name)

    def _count(self, former: int | None, joined: int | None) -> None:
        self.n_places[former] -= 1
        self.n_places[joined] += 1

    def _call(self, own: Structure, key: str) -> None:
        """Give a structure a key; an empty structure that has it gives it up, any other keeps it."""
        other = self.by_key.get(key)
        if other is not None and other is not own:
            if not self._is_empty(other):
                key = f"structure:{own.pk}"
            else:
                self._set(other, f"structure:{other.pk}")
        self._set(own, key)

    def _set(self, row: Structure, key: str) -> None:
        self.by_key.pop(row.key, None)
        row.key = key
        self.by_key[key] = row
        if row not in self.changed:
            self.changed.append(row)

    def _is_empty(self, row: Structure) -> bool:
        """Return True for a structure without place or team: the remains of an import that was undone."""
        return row.pk is not None and not self.n_places[row.pk] and not self.stakes.has_team(row.pk)

    def _numbers_another_place(self, lieu: Lieu, key: str) -> bool:
        """Search the other places of the structure for one that bears its number."""
        sheets = (
            Lieu.objects.filter(structure=lieu.structure_id)
            .exclude(pk=lieu.pk)
            .values_list("sheet", flat=True)
        )
        return any(rules.structure_key(sheet)[0] == key for sheet in sheets.iterator())


def full_registry(*, at: datetime) -> Registry:
    """Return the registry of all the structures, for the many places of a file."""
    n_places = Counter(dict(Lieu.objects.order_by().values_list("structure").annotate(Count("pk"))))
    return Registry({row.pk: row for row in Structure.objects.all()}, n_places, stakes(at=at))


def among(lieux: Mapping[str, Lieu], sheets: Iterable[rules.Sheet], *, at: datetime) -> Registry:
    """Return the registry of the structures that some sheets name, or that have one of the places."""
    rows = {lieu.structure.pk: lieu.structure for lieu in lieux.values()}
    keys = list(dict.fromkeys(rules.structure_key(sheet)[0] for sheet in sheets))
    for start in range(0, len(keys), FEW):
        rows |= {row.pk: row for row in Structure.objects.filter(key__in=keys[start : start + FEW])}
    numbers = list(rows)
    counted = Lieu.objects.filter(structure__in=bulk.among(numbers)).order_by().values_list("structure")
    n_places = Counter(dict(counted.annotate(Count("pk"))))
    places = [lieu.pk for lieu in lieux.values()]
    return Registry(rows, n_places, stakes(at=at, structures=bulk.among(numbers), lieux=bulk.among(places)))


def of(lieu: Lieu, sheet: rules.Sheet, *, at: datetime) -> Registry:
    """Return the registry of the structures that one place concerns, with the sheet it is about to have."""
    key = rules.structure_key(sheet)[0]
    rows = {lieu.structure.pk: lieu.structure} | {row.pk: row for row in Structure.objects.filter(key=key)}
    n_places = Counter(
        dict(
            Lieu.objects.filter(structure__in=rows).order_by().values_list("structure").annotate(Count("pk"))
        )
    )
    return Registry(rows, n_places, stakes(at=at, structures=rows, lieux=[lieu.pk]))


# ------------------------------------------------------------------------------------------- what it would do


@dataclass(frozen=True, slots=True)
class Handover:
    """A transfer of custody: from whom, to whom, how many accounts act for each, and how many persons are on
    their way.
    """

    lieu: Lieu
    former_structure: Structure
    new_name: str
    n_own_accounts: int
    n_new_accounts: int
    running: int


def handover(lieu: Lieu, new_structure: Structure | None, name: str, *, at: datetime) -> Handover:
    """Count the effects of transferring a place. new_structure: None when it would be created
    under that name.
    """
    structures = [lieu.structure_id, *([new_structure.pk] if new_structure is not None else [])]
    counted = stakes(at=at, structures=structures, lieux=[lieu.pk])
    return Handover(
        lieu,
        lieu.structure,
        new_structure.name if new_structure is not None else name,
        counted.members.get(lieu.structure_id, 0),
        counted.members.get(new_structure.pk, 0) if new_structure is not None else 0,
        counted.running.get(lieu.pk, 0),
    )


def recipient(proposal: Proposal) -> Structure | None:
    """Return the structure that a proposal would transfer the place to; None when it is still to be
    created.
    """
    value: dict[str, Any] = proposal.value or {}
    by_number = Structure.objects.filter(pk=value["structure"]).first() if value.get("structure") else None
    return by_number or Structure.objects.filter(key=value.get("key", "")).first()


def pending(lieu: Lieu) -> Proposal | None:
    """Return the transfer that the team of a place has not answered yet."""
    return Proposal.objects.filter(lieu=lieu, field=rules.CUSTODY, state=rules.OPEN).order_by("-pk").first()


def returning(changes: Iterable[Change]) -> list[Change]:
    """Return the changes whose undoing would put their place under another structure than today's."""
    return [
        change
        for change in changes
        if change.before and change.before.get("structure") not in (None, change.lieu.structure_id)
    ]


def structures_matching(text: str) -> QuerySet[Structure]:
    """Return the structures whose name contains these words; none without words."""
    rows = Structure.objects.none() if not text else Structure.objects.all()
    for word in text.split():
        rows = rows.filter(name__icontains=word)
    return rows.order_by("name", "pk")
