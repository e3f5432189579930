"""The published places, as exports, the public API and studies read them; and what distinguishes one state
from another.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from django.db.models import Case, Count, DateTimeField, Max, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.utils import timezone

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Change, Lieu, Pair
from maillage.apps.directory.places.queries.search import having
from maillage.apps.territories.queries import areas_stamps
from maillage.publishing.directory.formats.published import Published
from maillage.reference import offer
from maillage.web import bulk

K = TypeVar("K", bound=Hashable)


def all_places(facets: Sequence[str] = ()) -> list[Published]:
    """Return every published place, by identifier. facets: those that each must have."""
    return places((), facets)


def places(communes: Iterable[str], facets: Sequence[str] = ()) -> list[Published]:
    """Return the published places of some communes, of all without any, by identifier. facets: those that
    each must have.
    """
    alike = doubles()
    rows = within(published(), communes, facets).order_by("slug")
    return [of(lieu, alike.get(lieu.slug, ())) for lieu in rows]


def published() -> QuerySet[Lieu]:
    """Return the rows that anyone may read; `came_at`: when one arrived, where its sheet has no date."""
    first = Change.objects.filter(lieu=OuterRef("pk")).order_by("at", "pk").values("at")[:1]
    came = Case(When(updated_on=None, then=Subquery(first)), output_field=DateTimeField())
    rows = Lieu.objects.filter(state=rules.PUBLISHED).select_related("structure", "source")
    return rows.defer("origins", "to_check").annotate(came_at=came)


def within(rows: QuerySet[Lieu], communes: Iterable[str], facets: Sequence[str] = ()) -> QuerySet[Lieu]:
    """Return the rows of some communes, all of them without any. facets: those that each must have."""
    wanted = list(communes)
    return having(rows.filter(code_insee__in=bulk.to_find(wanted)) if wanted else rows, facets)


def of(lieu: Lieu, alike: tuple[str, ...] = ()) -> Published:
    """Return a row of `published` without the fields reserved for professionals. alike: the addresses of its
    possible duplicates.

    A sheet without a date takes that of its arrival: every format requires one, and the whole of it was
    declared that day.
    """
    came_at = vars(lieu)["came_at"]
    private = {f.id for f in offer.fields().values() if f.private}
    sheet = {name: value for name, value in lieu.sheet.items() if name not in private}
    if "practices" in sheet:
        sheet["practices"] = {
            id: practice for id, practice in sheet["practices"].items() if not practice.get("discret")
        }
    return Published(
        id=lieu.slug,
        sheet=sheet,
        structure_id=rules.public_structure(lieu.structure.key),
        structure_name=lieu.structure.name,
        updated_on=lieu.updated_on or (timezone.localtime(came_at).date() if came_at else None),
        confirmed_on=lieu.confirmed_on,
        source=lieu.source.name,
        duplicates=alike,
    )


def doubles() -> Mapping[str, tuple[str, ...]]:
    """Return, for the address of each place, those of its certain duplicates on which no decision was
    made.
    """
    doubles_by_slug: dict[str, list[str]] = {}
    for one, other in sure_pairs().order_by("pk").values_list("first__slug", "second__slug"):
        doubles_by_slug.setdefault(one, []).append(other)
        doubles_by_slug.setdefault(other, []).append(one)
    return {slug: tuple(sorted(slugs)) for slug, slugs in doubles_by_slug.items()}


def alike(slug: str, doubles: Mapping[str, Collection[str]]) -> set[str]:
    """Return a place and all its duplicates, direct or not."""
    group, remaining = {slug}, [slug]
    while remaining:
        new = set(doubles.get(remaining.pop(), ())) - group
        group |= new
        remaining += new
    return group


def sure_pairs() -> QuerySet[Pair]:
    """Return the pairs of published sheets that surely describe one place, as long as nobody decides."""
    both_published = Q(first__state=rules.PUBLISHED, second__state=rules.PUBLISHED)
    return Pair.objects.filter(both_published, state=rules.OPEN, sure=True)


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """The number of places and of sheets: those that surely describe one place are one place."""

    places: int
    sheets: int

    @property
    def repeated(self) -> int:
        """Return the number of sheets of a place that another sheet describes already."""
        return self.sheets - self.places


def place_count(communes: Iterable[str] = (), facets: Sequence[str] = ()) -> PlaceCount:
    """Return how many places are published in some communes, in all without any. Every count of places that
    is read, printed or written comes from here or from `repeats`. facets: those that each must have.
    """
    wanted = set(communes)
    rows = within(Lieu.objects.filter(state=rules.PUBLISHED), wanted, facets)
    if facets:
        numbers = set(rows.values_list("pk", flat=True))
        return PlaceCount(len(numbers) - repeated(numbers), len(numbers))
    sheets = rows.count()
    columns = ("first", "first__code_insee", "second", "second__code_insee")
    pairs = list(sure_pairs().values_list(*columns))
    ends = [end for pair in pairs for end in (pair[:2], pair[2:])]
    inside = {number for number, commune in ends if not wanted or commune in wanted}
    return PlaceCount(sheets - repeats(inside, [(pair[0], pair[2]) for pair in pairs]), sheets)


def repeated(numbers: Collection[int]) -> int:
    """Return how many of these places, by their number, another of them describes already."""
    return len(set(numbers)) - len(distinct_places(numbers))


def distinct_places(numbers: Collection[int]) -> list[int]:
    """Return these places, by their number, without those that one before them describes already."""
    near = (
        sure_pairs().filter(Q(first__in=numbers) | Q(second__in=numbers)) if numbers else Pair.objects.none()
    )
    return distinct_sheets(numbers, near.values_list("first", "second"))


def repeats(sheets: Collection[K], pairs: Iterable[tuple[K, K]]) -> int:
    """Return how many of these sheets describe a place that another of them describes already.

    >>> repeats({"a", "b", "c", "d"}, [("a", "b"), ("b", "c")]), repeats({"a", "c"}, [("a", "b"), ("b", "c")])
    (2, 1)
    """
    return len(sheets) - len(distinct_sheets(sheets, pairs))


def distinct_sheets(sheets: Iterable[K], pairs: Iterable[tuple[K, K]]) -> list[K]:
    """Return the first sheet of each place, in order; two sheets are one place through a third as well.

    >>> distinct_sheets(["d", "c", "b", "a"], [("a", "b"), ("b", "c")])
    ['d', 'c']
    """
    place_of: dict[K, K] = {}

    def place(sheet: K) -> K:
        while (upper := place_of.get(sheet, sheet)) != sheet:
            sheet = upper
        return sheet

    for one, other in pairs:
        place_of[place(one)] = place(other)
    first_by_place: dict[K, K] = {}
    for sheet in sheets:
        first_by_place.setdefault(place(sheet), sheet)
    return list(first_by_place.values())


@dataclass(frozen=True, slots=True)
class State:
    """A state of the directory. digest: the same until something published changes; changed_at: the last such
    change.
    """

    digest: str
    changed_at: datetime | None


def state() -> State:
    """Return the state of the published directory. Every write leaves a Change or a decided pair behind; a
    file of contours says anew where the places stand.
    """
    changes = Change.objects.aggregate(n=Count("pk"), last=Max("pk"), at=Max("at"))
    pairs = Pair.objects.filter(state=rules.OPEN, sure=True).aggregate(n=Count("pk"), sum=Sum("pk"))
    n = Lieu.objects.filter(state=rules.PUBLISHED).count()
    identity = f"{n} {changes['n']} {changes['last']} {changes['at']} {pairs['n']} {pairs['sum']}"
    identity += "".join(f" {kind} {pk} {file}" for kind, pk, file in areas_stamps())
    return State(sha256(identity.encode()).hexdigest()[:20], changes["at"])


def sheets(communes: Iterable[str] = ()) -> list[rules.Sheet]:
    """Return the sheets of published places, of some communes or of all, for studies."""
    return [
        lieu.sheet for lieu in within(Lieu.objects.filter(state=rules.PUBLISHED), communes).order_by("slug")
    ]
