"""The open listings of the network, those that answer one, and who works with whom."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from maillage.apps.community import access
from maillage.apps.community.models import Listing, Partnership, Reply
from maillage.apps.community.rules import listings as rules
from maillage.apps.directory.places.models import Structure
from maillage.apps.directory.places.queries import where
from maillage.apps.directory.places.queries.places import is_located
from maillage.apps.platform.accounts.models import Visitor
from maillage.kernel.errors import UnknownTerritory
from maillage.kernel.names import plain
from maillage.publishing.page.ties import Tie, arcs
from maillage.statistics.zones.territories import gazetteer

MOST_DRAWN = 30  # structures: beyond, a drawing says nothing and the table says all
WIDE, NARROW = 960, 350  # of the drawings


@dataclass(frozen=True, slots=True)
class Answering:
    """A listing that answers another, and how."""

    listing: Listing
    match: rules.Match


@dataclass(frozen=True, slots=True)
class Node:
    """A structure of the network view: with whom it works, in how many partnerships."""

    structure: Structure
    partners: tuple[str, ...]
    ties: int


def opened(on: date) -> QuerySet[Listing]:
    """Return the listings open on a day, the latest first."""
    return (
        Listing.objects.filter(closed_at=None, ends_on__gte=on)
        .select_related("structure", "lieu")
        .order_by("-made_at", "-pk")
    )


def chosen(rows: QuerySet[Listing], *, side: str = "", kind: str = "", words: str = "") -> list[Listing]:
    """Return the listings of a side and a kind whose text, structure or town hold each of some words."""
    if side in rules.SIDES:
        rows = rows.filter(side=side)
    if kind in rules.KINDS:
        rows = rows.filter(kind=kind)
    typed = plain(words).split()
    return [
        row
        for row in rows
        if all(each in plain(f"{row.words} {row.structure.name} {row.title} {town(row)}") for each in typed)
    ]


def town(row: Listing) -> str:
    """Return the name of the commune of a listing, "" when it has none."""
    return commune_name(row.lieu.code_insee if row.lieu else row.commune)


def commune_name(code: str) -> str:
    """Return the name of a commune, "" for a code that nobody knows."""
    try:
        return gazetteer().get(code).name if code else ""
    except UnknownTerritory:
        return ""


def matches(row: Listing, *, on: date) -> list[Answering]:
    """Return the open listings of other structures that answer one, the most useful first."""
    ((_, answers),) = matches_of([row], on=on)
    return answers


def matches_of(rows: Iterable[Listing], *, on: date) -> list[tuple[Listing, list[Answering]]]:
    """Return listings, each with those that answer it: one query, however many they are."""
    every = list(rows)
    pairs_sought = {pair for row in every for pair in rules.answering(row.side, row.kind)}
    if not pairs_sought:
        return [(row, []) for row in every]
    pairs = reduce(or_, (Q(side=side, kind=kind) for side, kind in sorted(pairs_sought)))
    candidates = [(other, wish(other)) for other in opened(on).filter(pairs)]
    return [(row, _answering(row, candidates, on=on)) for row in every]


def _answering(
    row: Listing, candidates: Iterable[tuple[Listing, rules.Wish]], *, on: date
) -> list[Answering]:
    pairs_sought, one = {*rules.answering(row.side, row.kind)}, wish(row)
    answers = [
        Answering(other, met)
        for other, wish_of_other in candidates
        if other.structure_id != row.structure_id
        and (other.side, other.kind) in pairs_sought
        and (met := rules.match(one, wish_of_other, on=on)) is not None
    ]
    return sorted(answers, key=lambda answer: (rules.rank(answer.match), -answer.listing.pk))


def wish(row: Listing) -> rules.Wish:
    """Return the wish of a listing, where its place stands; the middle of its commune when it has none."""
    latitude, longitude = None, None
    if row.lieu is not None and is_located(row.lieu):
        latitude, longitude = row.lieu.latitude, row.lieu.longitude
    elif (middle := where.inhabited_middle(row.commune)) is not None:
        latitude, longitude = middle
    return rules.Wish(
        side=row.side,
        kind=row.kind,
        half_days=frozenset(row.half_days),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        latitude=latitude,
        longitude=longitude,
    )


def unanswered(user: Visitor) -> QuerySet[Reply]:
    """Return the messages that a user's structures received and did not answer."""
    own = access.own_numbers(user)
    return access.received_by(user).filter(listing__structure__in=own, state=rules.PENDING)


# ---------------------------------------------------------------------------------------- who works with whom


def current() -> QuerySet[Partnership]:
    return Partnership.objects.filter(ended_on=None).select_related("first", "second", "said_by")


def network() -> list[Node]:
    """Return each structure that works with another, the most tied first."""
    partners: dict[int, set[str]] = {}
    ties: Counter[int] = Counter()
    structures: dict[int, Structure] = {}
    for row in current():
        for one, other in ((row.first, row.second), (row.second, row.first)):
            structures[one.pk] = one
            partners.setdefault(one.pk, set()).add(other.name)
            ties[one.pk] += 1
    nodes = [Node(structures[pk], tuple(sorted(names)), ties[pk]) for pk, names in partners.items()]
    return sorted(nodes, key=lambda node: (-len(node.partners), node.structure.name))


def drawing(nodes: list[Node], rows: list[Partnership]) -> dict[str, str]:
    """Return the network drawn for a wide screen and a narrow one: its most tied structures."""
    drawn_nodes = nodes[:MOST_DRAWN]
    rank = {node.structure.pk: k for k, node in enumerate(drawn_nodes)}
    counts: Counter[tuple[int, int]] = Counter()
    agreed: set[tuple[int, int]] = set()
    for row in rows:
        if row.first_id in rank and row.second_id in rank:
            pair = (rank[row.first_id], rank[row.second_id])
            counts[pair] += 1
            agreed |= {pair} if row.said_by_id is None else set()
    ties = [Tie(*pair, n, pair in agreed) for pair, n in counts.items()]
    names = [node.structure.name for node in drawn_nodes]
    label = f"{len(names)} structures et {len(ties)} liens : le tableau les dit tous"
    return {
        size: arcs(names, ties, width=width, label=label)
        for size, width in (("large", WIDE), ("etroit", NARROW))
    }
