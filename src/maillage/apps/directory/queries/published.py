"""The published places, as exports, the public API and studies read them; and what distinguishes one state
from another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import Case, Count, DateTimeField, Max, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.utils import timezone

from maillage.apps.directory import rules
from maillage.apps.directory.models import Change, Lieu, Pair
from maillage.reports.directory.formats.published import Published


def all_places() -> list[Published]:
    """Return every published place, by identifier."""
    return places(())


def places(communes: Iterable[str]) -> list[Published]:
    """Return the published places of some communes, of all without any, by identifier."""
    alike = doubles()
    return [of(lieu, alike.get(lieu.slug, ())) for lieu in within(published(), communes).order_by("slug")]


def published() -> QuerySet[Lieu]:
    """Return the rows that anyone may read; `came_at`: when one arrived, where its sheet has no date."""
    first = Change.objects.filter(lieu=OuterRef("pk")).order_by("at", "pk").values("at")[:1]
    came = Case(When(updated_on=None, then=Subquery(first)), output_field=DateTimeField())
    rows = Lieu.objects.filter(state=rules.PUBLISHED).select_related("structure", "source")
    return rows.defer("origins", "to_check").annotate(came_at=came)


def within(rows: QuerySet[Lieu], communes: Iterable[str]) -> QuerySet[Lieu]:
    """Return the rows of some communes, all of them without any."""
    wanted = list(communes)
    return rows.filter(code_insee__in=wanted) if wanted else rows


def of(lieu: Lieu, alike: tuple[str, ...] = ()) -> Published:
    """Return a row of `published` without the fields reserved for professionals. alike: the addresses of its
    possible duplicates.

    A sheet without a date takes that of its arrival: every format requires one, and the whole of it was
    declared that day.
    """
    private = {f.id for f in rules.offer.fields().values() if f.private}
    sheet = {name: value for name, value in lieu.sheet.items() if name not in private}
    if "practices" in sheet:
        sheet["practices"] = {id: held for id, held in sheet["practices"].items() if not held.get("discret")}
    return Published(
        id=lieu.slug,
        sheet=sheet,
        structure_id=f"structure-{lieu.structure_id}",
        structure_name=lieu.structure.name,
        updated_on=lieu.updated_on or (timezone.localtime(lieu.came_at).date() if lieu.came_at else None),
        confirmed_on=lieu.confirmed_on,
        source=lieu.source.name,
        duplicates=alike,
    )


def doubles() -> Mapping[str, tuple[str, ...]]:
    """Return, for the address of each place, those of its certain duplicates on which no decision was
    made.
    """
    found: dict[str, list[str]] = {}
    shown = Q(first__state=rules.PUBLISHED, second__state=rules.PUBLISHED)
    pairs = Pair.objects.filter(shown, state=rules.OPEN, sure=True).order_by("pk")
    for one, other in pairs.values_list("first__slug", "second__slug"):
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return {slug: tuple(sorted(others)) for slug, others in found.items()}


@dataclass(frozen=True, slots=True)
class State:
    """A state of the directory. digest: the same until something published changes; changed_at: the last such
    change.
    """

    digest: str
    changed_at: datetime | None


def state() -> State:
    """Return the state of the published directory. Every write leaves a Change or a decided pair behind."""
    changes = Change.objects.aggregate(n=Count("pk"), last=Max("pk"), at=Max("at"))
    pairs = Pair.objects.filter(state=rules.OPEN, sure=True).aggregate(n=Count("pk"), sum=Sum("pk"))
    n = Lieu.objects.filter(state=rules.PUBLISHED).count()
    told = f"{n} {changes['n']} {changes['last']} {changes['at']} {pairs['n']} {pairs['sum']}"
    return State(sha256(told.encode()).hexdigest()[:20], changes["at"])


def sheets(communes: Iterable[str] = ()) -> list[rules.Sheet]:
    """Return the sheets of published places, of some communes or of all, for studies."""
    return [
        lieu.sheet for lieu in within(Lieu.objects.filter(state=rules.PUBLISHED), communes).order_by("slug")
    ]
