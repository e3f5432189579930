"""Permanences that two listings make possible, and the people they would newly reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, combinations, product
from typing import Any

from django.core.cache import cache

from maillage.apps.community import access as community
from maillage.apps.community.models import Listing
from maillage.apps.community.queries import listings as queries
from maillage.apps.community.rules import listings as listing_rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries.places import is_located
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.site.structures import access
from maillage.apps.site.structures.queries.joining import study_of
from maillage.apps.site.structures.rules import permanences as rules
from maillage.publishing.territory import offer
from maillage.publishing.territory.offer import ChangeReading
from maillage.statistics.offer.grounds import Ground, with_places
from maillage.statistics.offer.what_if import opened
from maillage.statistics.offer.whereabouts import Place

STORED_FOR = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Possible:
    """A permanence that two listings make possible: who brings the place, who brings the people, how they
    suit.
    """

    place: Listing
    people: Listing
    match: listing_rules.Match

    @property
    def lieu(self) -> Lieu | None:
        return self.place.lieu


@dataclass(frozen=True, slots=True)
class Reached:
    """The people whom a permanence would newly bring within reach, from which study. limit:
    « 30 minutes à pied ». already: the sheet of
    the place says that it offers this line, and was not believed: its listing says that nobody is there.
    """

    study: Study
    change: ChangeReading
    limit: str
    universe: str
    source: str
    already: bool


def possible(user: Visitor, on: date) -> list[Possible]:
    """Return the permanences that open listings make possible and that concern a user: one of their
    structures takes part, or they lead the network where one of them stands. The surest first.
    """
    rows = list(queries.opened(on))
    wishes, rank = {row.pk: queries.wish(row) for row in rows}, {row.pk: k for k, row in enumerate(rows)}
    own = set(access.own_structures(user).values_list("pk", flat=True))
    led = set(access.led_structures(user).values_list("pk", flat=True))
    concerned = own | led
    own_rows = [row for row in rows if row.structure_id in concerned]
    away = [row for row in rows if row.structure_id not in concerned]
    possibles = []
    # Never all with all: a country has thousands of listings, of which a user has a few.
    for two in chain(combinations(own_rows, 2), product(own_rows, away)):
        one, other = sorted(two, key=lambda row: rank[row.pk])
        if one.structure_id == other.structure_id:
            continue
        parts = rules.roles((one.side, one.kind), (other.side, other.kind))
        if parts is None:
            continue
        met = listing_rules.match(wishes[one.pk], wishes[other.pk], on=on)
        if met is not None:
            pair = (one, other)
            possibles.append(Possible(pair[parts.place], pair[parts.people], met))
    return sorted(
        possibles,
        key=lambda possible_one: (
            possible_one.lieu is None,
            *listing_rules.rank(possible_one.match),
            possible_one.place.pk,
        ),
    )


def without_repeats(rows: list[Possible]) -> list[Possible]:
    """Return one possible permanence for each pair of structures at a place: a place without anybody is
    looked for and offered in two listings, and makes one permanence.
    """
    first_of: dict[tuple[int | None, int, int], Possible] = {}
    for each in sorted(rows, key=lambda row: not row.match.permanence):
        key = (each.place.lieu_id, each.place.structure_id, each.people.structure_id)
        first_of.setdefault(key, each)
    return [each for each in rows if each in first_of.values()]


def one(user: Visitor, place: int, people: int, on: date) -> Possible | None:
    """Return a possible permanence from its two listings, None when it is none for this user."""
    return next((p for p in possible(user, on) if (p.place.pk, p.people.pk) == (place, people)), None)


def without_staff(user: Visitor) -> list[Lieu]:
    """Return the places in a user's reach that say they lend computers, and no help beside: somebody could
    come there (G-027).
    """
    led = access.led_structures(user) | access.own_structures(user).order_by()
    rows = Lieu.objects.filter(structure__in=led.values("pk"), state="published", merged_into=None)
    return [
        row for row in rows.select_related("structure").order_by("name")[:2_000] if _is_without_staff(row)
    ][:40]


def _is_without_staff(lieu: Lieu) -> bool:
    practice_by_id = lieu.sheet.get("practices", {})
    state = {
        name: (practice_by_id.get(name) or {}).get("state")
        for name in ("libre_acces", "assistance", "formation")
    }
    return state["libre_acces"] == "offered" and "offered" not in (state["assistance"], state["formation"])


def reached(lieu: Lieu, line: str, *, compute: bool) -> Reached | None:
    """Return the people that this line of the offer would newly reach at a place; None when nobody computed a
    study there, the place is not located, or, unless `compute`, when it was not computed within the day.

    The first computation of a territory places its inhabitants: some seconds.
    """
    study = study_of(lieu.code_insee)
    if study is None or not is_located(lieu) or lieu.latitude is None or lieu.longitude is None:
        return None
    key = f"permanence-{study.key}-{study.offer}-{line}-{lieu.latitude:.5f}-{lieu.longitude:.5f}"
    change = cache.get(key)
    if change is None:
        if not compute:
            return None
        new = Place(
            id=f"+{lieu.pk}",
            name=lieu.name,
            commune=lieu.code_insee,
            lon=lieu.longitude,
            lat=lieu.latitude,
            offers=frozenset({line}),
        )
        change = offer.change_read(opened(_without(dossiers.ground(study), lieu), line, [new]))
        cache.set(key, change, STORED_FOR)
    reading = dossiers.reading(study)
    card = reading.source
    return Reached(
        study=study,
        change=change,
        limit=reading.offer.limit if reading.offer else "",
        universe=card.among,
        source=f"{card.producer}, {card.year}" if card.producer else card.title,
        already=(lieu.sheet.get("practices", {}).get(line) or {}).get("state") == "offered",
    )


def _without(ground: Ground, lieu: Lieu) -> Ground:
    """Return a ground where this place offers nothing: it looks for who would."""
    return with_places(ground, [place for place in ground.places if place.id != lieu.slug])


def may_be_computed(lieu: Lieu | None) -> bool:
    """Return True for a place where the people newly reached can be computed."""
    return lieu is not None and is_located(lieu) and study_of(lieu.code_insee) is not None


def drafting_structures(user: Visitor, possible_: Possible) -> Iterator[Any]:
    """Yield the structures of a possible permanence in whose name a user makes a draft: who brings people
    first.
    """
    speaking = set(community.structures_for(user).values_list("pk", flat=True))
    for listing in (possible_.people, possible_.place):
        if listing.structure_id in speaking:
            yield listing.structure
