"""Where to send a person: the places that suit, in order and with their reasons, and why the others are left
out. The search of the directory finds the nearest; a few hundred are then read one by one.

Source: docs/methods/orienter.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import cos, hypot, radians
from typing import Any

from django.utils import timezone

from maillage.apps.directory import rules as directory
from maillage.apps.directory.models import Lieu
from maillage.apps.directory.queries import places, published, results
from maillage.apps.directory.queries.places import Fact, Fresh, Phone
from maillage.apps.directory.queries.search import METRES_A_DEGREE, search
from maillage.apps.directory.queries.search import Wanted as Searched
from maillage.apps.directory.queries.where import Spot
from maillage.apps.orientations.rules import matching as rules
from maillage.apps.orientations.rules.matching import Known, Reason, Wanted, Why
from maillage.kernel.names import plain
from maillage.reference import orientation
from maillage.reference.sheet import practices
from maillage.words import opening

READ = 200  # places that offer what is needed, the nearest first: what suits is looked at one by one
MAX_NEARBY = 80  # other places looked at, to say why they are left out
SHOWN = 30
MAX_EXCLUDED_LISTED = 40  # places left out that are told
TWICE = 2  # places that far beyond reach are told as too far
NEIGHBOURS = 3
IN_PLACE = ("aidants-connect", "france-services")  # networks whose aidants may act in somebody's name
IN_PLACE_WORDS = "fait a la place"
WIDER = (20_000.0, 100_000.0, 0.0)  # metres: where the nearest is looked for, 0 for everywhere
UNREAD = ("origins", "to_check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A place that may be proposed, with the reasons of its points. walk: minutes on foot, in words."""

    lieu: Lieu
    number: int
    points: int
    most: int
    reasons: Sequence[Reason]
    walk: str
    far: bool
    metres: str
    opened: Fact
    price: Fact | None
    fresh: Fresh
    phones: Sequence[Phone]
    address: str
    cautions: Sequence[str]

    @property
    def good(self) -> list[Reason]:
        return [reason for reason in self.reasons if reason.answer in ("good", "fair")]

    @property
    def to_ask(self) -> list[Reason]:
        """Return the reasons unknown of the place: to ask before going."""
        return [reason for reason in self.reasons if reason.answer == "unsaid"]

    @property
    def against(self) -> list[Reason]:
        return [reason for reason in self.reasons if reason.answer == "bad"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A place that is not proposed, why, and where to go instead when only its room is lacking."""

    lieu: Lieu
    why: Why
    walk: str
    phones: Sequence[Phone]
    instead: Sequence[Match] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The answer of a search. wanted: completed by the diagnosis; total: how many suit; cut: only the nearest
    were read; counts: places left out, by reason; nearest: beyond reach, when none suits.
    """

    wanted: Wanted
    best: Sequence[Match]
    total: int
    cut: bool
    left_out: Sequence[LeftOut]
    counts: Mapping[str, int]
    nearest: Match | None


@dataclass(frozen=True, slots=True)
class _Place:
    """A place as it was found. walk: minutes on foot, None when its point is not known."""

    lieu: Lieu
    walk: float | None


@dataclass(frozen=True, slots=True)
class _Scored:
    """A place that suits, before it is put in words."""

    place: _Place
    reasons: Sequence[Reason]

    @property
    def lieu(self) -> Lieu:
        return self.place.lieu

    @property
    def far(self) -> bool:
        return self.place.walk is not None and self.place.walk > orientation.on_foot()

    @property
    def order(self) -> tuple[bool, int, float, str, int]:
        name = plain(self.lieu.name)
        return self.far, -rules.total(self.reasons), _far(self.place.walk), name, self.lieu.pk


def match(
    wanted: Wanted, spot: Spot, at: datetime, *, limit: int = SHOWN, first: Lieu | None = None
) -> Matches:
    """Return the places that suit a person around a spot, at a moment; ties go to the nearest, then by name.

    first: a place proposed by another; it comes before the others, at any distance, if it suits.
    """
    completed = rules.completed(wanted)
    now = timezone.localtime(at).replace(tzinfo=None)
    suiting, excluded, cut = _sorted(completed, spot, now)
    if first is not None and (known := _if_it_suits(first, completed, spot, now)) is not None:
        suiting = [known, *(each for each in suiting if each.lieu.pk != first.pk)]
        excluded = [each for each in excluded if each[0].lieu.pk != first.pk]
    counts: dict[str, int] = {}
    for _, why in excluded:
        counts[why.reason] = counts.get(why.reason, 0) + 1
    return Matches(
        wanted=completed,
        best=[_match(scored, completed, now, n) for n, scored in enumerate(suiting[:limit], 1)],
        total=len(suiting) - published.repeated([each.lieu.pk for each in suiting]),
        cut=cut,
        left_out=[
            _left_out(place, why, suiting, completed, now) for place, why in excluded[:MAX_EXCLUDED_LISTED]
        ],
        counts=counts,
        nearest=None if suiting else _beyond(completed, spot, now),
    )


def instead(
    lieu: Lieu, need: str, at: datetime, *, limit: int = NEIGHBOURS, but: int | None = None
) -> list[Match]:
    """Return the nearest places for the same need, when one refuses. but: a structure that has it."""
    if lieu.latitude is None or lieu.longitude is None:
        spot = Spot(label=lieu.name, communes=(lieu.code_insee,) if lieu.code_insee else ())
    else:
        spot = Spot(label=lieu.name, latitude=lieu.latitude, longitude=lieu.longitude)
    wanted = Wanted(need=need, minutes=60, sent=True)
    now = timezone.localtime(at).replace(tzinfo=None)
    other_scored = (each for each in _sorted(wanted, spot, now)[0] if each.lieu.pk != lieu.pk)
    suiting = [each for each in other_scored if but is None or each.lieu.structure_id != but]
    return _nearest(lieu, suiting, wanted, now)[:limit]


def is_full_for(lieu: Lieu, need: str) -> bool:
    return bool(practices(lieu.sheet).get(need, {}).get("complet"))


def closed_for_long(lieu: Lieu, on: date) -> date | None:
    """Return the last day of a closure too long to send somebody there, None when there is none."""
    until = _closed_until(lieu.sheet, on)
    return until if until is not None and (until - on).days >= orientation.longest_closure() else None


def _sorted(
    wanted: Wanted, spot: Spot, now: datetime
) -> tuple[list[_Scored], list[tuple[_Place, Why]], bool]:
    """Return the places that suit, in order; those left out, and why; True if only the nearest were read."""
    candidates, cut = _examined(wanted, spot)
    suiting: list[_Scored] = []
    excluded = _ended(wanted, spot)
    for place in candidates:
        known, local_time = _known(place, wanted, spot, now), places.there(place.lieu, now)
        why = rules.why_not(wanted, known, local_time.date())
        if why is None:
            suiting.append(_Scored(place, rules.reasons(wanted, known, local_time)))
        else:
            excluded.append((place, why))
    suiting.sort(key=lambda scored: scored.order)
    # First what a call or a few days may change, last what is unknown.
    ranks = list(rules.LEFT_OUT)
    excluded.sort(key=lambda pair: (ranks.index(pair[1].reason), _far(pair[0].walk), pair[0].lieu.pk))
    return suiting, excluded, cut


def _if_it_suits(lieu: Lieu, wanted: Wanted, spot: Spot, now: datetime) -> _Scored | None:
    """Return a place as it suits, its distance apart; None when it does not, or is open no more."""
    crow = _metres_to(lieu, spot)
    place = _Place(lieu, _minutes(lieu, crow))
    known, local_time = _known(place, wanted, spot, now), places.there(lieu, now)
    why = rules.why_not(wanted, known, local_time.date())
    if lieu.state != directory.PUBLISHED or (why is not None and why.reason != "far"):
        return None
    return _Scored(place, rules.reasons(wanted, known, local_time))


def _examined(wanted: Wanted, spot: Spot) -> tuple[list[_Place], bool]:
    """Return the places to examine: those that offer the practice, a little beyond reach too, and those
    nearby that do not; around a point, those of its commune without a point of their own too.
    """
    need = ((f"pratique:{wanted.need}",),) if wanted.need else ()
    radius = results.reach(wanted.minutes) if wanted.minutes else 0.0
    if not spot.is_point:
        offering = search(Searched(facets=need, communes=spot.communes, limit=READ))
        nearby = search(Searched(communes=spot.communes, limit=MAX_NEARBY))
        return _read({id: None for id, _ in (*offering.places, *nearby.places)}), offering.total > READ
    point = {"latitude": spot.latitude, "longitude": spot.longitude}
    offering = search(Searched(**point, radius=TWICE * radius, facets=need, limit=READ))
    nearby = search(Searched(**point, radius=radius, limit=MAX_NEARBY if radius else 1))
    crows = dict((*offering.places, *nearby.places))
    if spot.communes:
        unplaced = search(Searched(facets=need, communes=spot.communes, limit=READ))
        crows |= {id: None for id, _ in unplaced.places if id not in crows}
    reachable = [
        place for place in _read(crows) if place.walk is not None or not places.is_located(place.lieu)
    ]
    return reachable, offering.total > READ


def _read(crows: Mapping[int, float | None]) -> list[_Place]:
    """Return places with their walk, in the order they were found."""
    lieu_by_number = {lieu.pk: lieu for lieu in Lieu.objects.filter(pk__in=crows).defer(*UNREAD)}
    return [
        _Place(lieu_by_number[id], _minutes(lieu_by_number[id], crow))
        for id, crow in crows.items()
        if id in lieu_by_number
    ]


def _minutes(lieu: Lieu, crow: float | None) -> float | None:
    if crow is None or not places.is_located(lieu):
        return None
    return results.minutes_of(results.on_foot(crow))


def _ended(wanted: Wanted, spot: Spot) -> list[tuple[_Place, Why]]:
    """Return the places nearby that closed for good: a sender may still think of them."""
    if not spot.communes:
        return []
    rows = Lieu.objects.filter(code_insee__in=spot.communes, state=directory.ENDED).order_by("name", "pk")
    gave = [
        lieu
        for lieu in rows.defer(*UNREAD)[:MAX_EXCLUDED_LISTED]
        if not wanted.need or wanted.need in practices(lieu.sheet)
    ]
    return [(_Place(lieu, None), Why("ended", "Fermé pour de bon")) for lieu in gave]


def _beyond(wanted: Wanted, spot: Spot, now: datetime) -> Match | None:
    """Return the nearest place that would suit but for its distance; None when there is none."""
    if not spot.is_point or not wanted.minutes or not wanted.need:
        return None
    facets = ((f"pratique:{wanted.need}",),)
    for radius in WIDER:
        point = {"latitude": spot.latitude, "longitude": spot.longitude}
        nearest = search(Searched(**point, radius=radius, facets=facets, limit=MAX_NEARBY))
        for place in _read(dict(nearest.places)):
            known = _known(place, wanted, spot, now)
            why = rules.why_not(wanted, known, now.date())
            if place.walk is not None and (why is None or why.reason == "far"):
                return _match(_Scored(place, rules.reasons(wanted, known, now)), wanted, now, 1)
    return None


def _known(place: _Place, wanted: Wanted, spot: Spot, now: datetime) -> Known:
    """Return the declarations of a sheet for one need: the practice's values override the place's."""
    lieu, sheet = place.lieu, place.lieu.sheet
    every = practices(sheet)
    practice: Mapping[str, Any] = every.get(wanted.need, {})
    state = str(practice.get("state", "")) or ("denied" if wanted.need in sheet.get("sans", ()) else "")
    if not wanted.need:
        state = "offered"
    local_time = places.there(lieu, now)  # hours and closures are read on the clock of the place
    until = _closed_until(sheet, local_time.date())
    hours = places.local_hours(sheet)
    start = local_time if until is None else datetime.combine(until + timedelta(days=1), datetime.min.time())
    opened = places.opened(lieu, now)
    fresh = directory.freshness(lieu.updated_on, lieu.confirmed_on, on=now.date())
    prices = practice.get("frais") or sheet.get("frais_a_charge") or ()
    access = set(sheet.get("modalites_acces", ()))
    return Known(
        state=state,
        said=not wanted.need or wanted.need in sheet.get("practices", {}),
        ways=frozenset(practice.get("accompagnement") or sheet.get("modalites_accompagnement", ())),
        instead=bool(set(IN_PLACE) & set(sheet.get("dispositif_programmes_nationaux", ())))
        or _acts(sheet, practice),
        teaches=wanted.need == "formation" or every.get("formation", {}).get("state") == "offered",
        kept_for=frozenset(practice.get("publics", ())),
        welcomes=frozenset(sheet.get("publics_specifiquement_adresses", ())),
        levels=frozenset(practice.get("niveau", ())),
        languages=tuple(each.strip() for each in (*practice.get("langues", ()), *sheet.get("langues", ()))),
        cares=frozenset((*practice.get("prise_en_charge", ()), *sheet.get("prise_en_charge_specifique", ()))),
        barriers=frozenset((*practice.get("barrieres", ()), *sheet.get("barrieres", ()))),
        prices=frozenset(prices),
        price=places.prices(prices),
        walk=place.walk,
        walk_words=_walk(place),
        from_point=spot.is_point,
        opens=opening.opens_at(hours, start),
        weekdays=opening.weekdays(hours, local_time.date()) if wanted.days else None,
        hours_told="" if opened.words.startswith(("Ouvert", "Ouvre", "Fermé")) else opened.words,
        closed_until=until,
        walk_in="come" in access,
        full=fact.words if (fact := places.full(lieu)) else "",
        full_for=bool(practice.get("complet")),
        stitches=fresh.stitches,
        fresh=fresh.words,
        sent=bool(practice.get("prescription")) or "prescribe" in access,
        only_sent=bool(practice.get("prescription")) or access == {"prescribe"},
        no_public="closed" in access,
    )


def _acts(sheet: Mapping[str, Any], practice: Mapping[str, Any]) -> bool:
    """Return True if a place says that somebody acts in place of the person."""
    texts = (sheet.get("acces_precisions", ""), practice.get("precisions", ""), *practice.get("etapes", ()))
    return any(IN_PLACE_WORDS in plain(str(text)) for text in texts)


def _closed_until(sheet: Mapping[str, Any], on: date) -> date | None:
    """Return the last day of the closures that hold today, one after another; None when there is none."""
    until = None
    day = on
    for closure in sorted(sheet.get("fermetures", ()), key=lambda period: str(period["du"])):
        if closure["du"] <= day.isoformat() <= closure["au"]:
            until = date.fromisoformat(closure["au"])
            day = until + timedelta(days=1)
    return until


def _match(scored: _Scored, wanted: Wanted, now: datetime, number: int) -> Match:
    lieu, walk = scored.lieu, scored.place.walk
    return Match(
        lieu=lieu,
        number=number,
        points=rules.total(scored.reasons),
        most=sum(reason.most for reason in scored.reasons),
        reasons=scored.reasons,
        walk=_walk(scored.place),
        far=scored.far,
        metres=places.metres_in_words(results.on_foot(results.reach(walk))) if walk is not None else "",
        opened=places.opened(lieu, now),
        price=places.price(lieu.sheet),
        fresh=places.fresh(lieu, now.date()),
        phones=places.phones(lieu.sheet),
        address=places.address(lieu.sheet),
        cautions=_cautions(lieu.sheet, wanted.need),
    )


def _left_out(place: _Place, why: Why, suiting: Sequence[_Scored], wanted: Wanted, now: datetime) -> LeftOut:
    """Return a place left out; for want of room, with its nearest neighbours that take people."""
    near = _nearest(place.lieu, suiting, wanted, now) if why.reason in ("full", "closed") else []
    phones = places.phones(place.lieu.sheet) if why.reason != "ended" else ()
    return LeftOut(lieu=place.lieu, why=why, walk=_walk(place), phones=phones, instead=near)


def _nearest(lieu: Lieu, suiting: Sequence[_Scored], wanted: Wanted, now: datetime) -> list[Match]:
    def distance(scored: _Scored) -> tuple[bool, float, int]:
        other = scored.lieu
        if None in (lieu.latitude, lieu.longitude, other.latitude, other.longitude):
            return True, 0.0, other.pk  # those without a point come last
        return False, _crow(lieu.latitude, lieu.longitude, other.latitude, other.longitude), other.pk

    near = sorted(suiting, key=distance)[:NEIGHBOURS]
    return [_match(scored, wanted, now, n) for n, scored in enumerate(near, 1)]


def _cautions(sheet: Mapping[str, Any], need: str) -> list[str]:
    """Return the conditions that only words tell: ages, where to live, how to register."""
    practice = practices(sheet).get(need, {})
    # A name keeps its capital.
    sentences = [f"Il faut habiter : {practice['residence']}"] if practice.get("residence") else []
    sentences += [
        places.CONDITIONS[name](practice[name])
        for name in ("ages", "inscription", "etapes")
        if practice.get(name)
    ]
    return [places.sentence(line) for line in (*filter(None, sentences), *places.quoted_conditions(sheet))]


def _metres_to(lieu: Lieu, spot: Spot) -> float | None:
    """Return how far a place is from a spot; None when one of them has no point."""
    if not spot.is_point or lieu.latitude is None or lieu.longitude is None:
        return None
    return _crow(lieu.latitude, lieu.longitude, spot.latitude, spot.longitude)


def _crow(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    east = (other_longitude - longitude) * cos(radians(latitude))
    return METRES_A_DEGREE * hypot(other_latitude - latitude, east)


def _walk(place: _Place) -> str:
    return "" if place.walk is None else results.minutes_in_words(place.walk)


def _far(walk: float | None) -> float:
    return float("inf") if walk is None else walk
