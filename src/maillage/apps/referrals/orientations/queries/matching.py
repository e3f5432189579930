"""Places to which a person may be referred: those that suit, in order and with their reasons, and why the
others are left out. The search of the directory finds the nearest; a few hundred are then read one by
one.

Source: docs/methods/orienter.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import cos, hypot, radians
from typing import Any

from django.utils import timezone

from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places, published, ranking, results, rides, walks
from maillage.apps.directory.places.queries.places import Fact, Fresh, Phone
from maillage.apps.directory.places.queries.search import METRES_A_DEGREE, search
from maillage.apps.directory.places.queries.search import Wanted as Searched
from maillage.apps.directory.places.queries.where import Spot
from maillage.apps.referrals.orientations.rules import matching as rules
from maillage.apps.referrals.orientations.rules.matching import PersonNeed, PlaceOffer, Reason, Why
from maillage.kernel.names import plain
from maillage.reference import orientation
from maillage.reference.sheet import practices
from maillage.words import opening

READ = 200  # places that offer what is needed, the nearest first: what suits is looked at one by one
MAX_NEARBY = 80  # other places looked at, to say why they are left out
MAX_MATCHES = 30
MAX_EXCLUDED_LISTED = 40  # places left out that are told
TWICE = 2  # places that far beyond reach are told as too far
NEIGHBOURS = 3
IN_PLACE = ("aidants-connect", "france-services")  # networks whose aidants may act in somebody's name
IN_PLACE_WORDS = "fait a la place"
WIDER = (20_000.0, 100_000.0, 0.0)  # metres: where the nearest is looked for, 0 for everywhere
UNREAD = ("origins", "to_check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A place that may be proposed, with the reasons of its points. walk: minutes on foot, in words; streets:
    see `walks.Walks.credit`; ride: see `results.Row`.
    """

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
    streets: str
    ride: str = ""

    @property
    def good(self) -> list[Reason]:
        return [reason for reason in self.reasons if reason.side == "yes"]

    @property
    def to_ask(self) -> list[Reason]:
        """Return the reasons unknown of the place: to ask before going."""
        return [reason for reason in self.reasons if reason.side == "unknown"]

    @property
    def against(self) -> list[Reason]:
        return [reason for reason in self.reasons if reason.side == "no"]


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
    were read; counts: places left out, by reason; nearest: beyond reach, when none suits; unlocated: then,
    those known by their commune alone, at a distance that nobody knows; streets, timetable: see
    `walks.Walks.credit`, `rides.Rides.credit`.
    """

    wanted: PersonNeed
    best: Sequence[Match]
    total: int
    cut: bool
    left_out: Sequence[LeftOut]
    counts: Mapping[str, int]
    nearest: Match | None
    unlocated: Sequence[Match] = ()
    streets: str = ""
    timetable: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place as it was found. walk: minutes on foot, None when its point is not known; streets: see
    `walks.Walks.credit`.
    """

    lieu: Lieu
    walk: float | None
    streets: str = ""


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
    def order(self) -> tuple[bool, bool, str, float, int, float, str, str, int]:
        """Its rank: a place at a distance that nobody knows comes after the others, with those of its
        commune; where no distance counts, it is ranked as they are. Beyond an hour on foot, by distance.
        """
        is_unknown = any(each.criterion == "distance" and each.answer == "unsaid" for each in self.reasons)
        commune, name = plain(self.lieu.sheet.get("commune", "")), plain(self.lieu.name)
        points, walk = -rules.total(self.reasons), _far(self.place.walk)
        group = commune if is_unknown else ""
        beyond = walk if self.far else 0.0
        return is_unknown, self.far, group, beyond, points, walk, commune, name, self.lieu.pk


def match(
    person_need: PersonNeed, spot: Spot, at: datetime, *, limit: int = MAX_MATCHES, first: Lieu | None = None
) -> Matches:
    """Return the places that suit a person around a spot, at a moment; ties go to the nearest, then by
    commune and name.

    first: a place proposed by another; it comes before the others, at any distance, if it suits.
    """
    completed = rules.completed(person_need)
    now = timezone.localtime(at).replace(tzinfo=None)
    suiting, excluded, cut = _sorted(completed, spot, now)
    if first is not None and (first_match := _if_it_suits(first, completed, spot, now)) is not None:
        suiting = [first_match, *(each for each in suiting if each.lieu.pk != first.pk)]
        excluded = [each for each in excluded if each[0].lieu.pk != first.pk]
    nearest, unlocated = (None, []) if suiting else _beyond(completed, spot, now)
    examined_places = (*(scored.place for scored in suiting), *(place for place, _ in excluded))
    credits = [*(place.streets for place in examined_places), nearest.streets if nearest else ""]
    best = [_match(scored, completed, now, n) for n, scored in enumerate(suiting[:limit], 1)]
    walk_by_pk = {each.lieu.pk: walk for each in suiting[:limit] if (walk := each.place.walk) is not None}
    ridden = rides.of(spot.point, [each.lieu for each in best], walk_by_pk, now)
    counts: dict[str, int] = {}
    for _, why in excluded:
        counts[why.reason] = counts.get(why.reason, 0) + 1
    return Matches(
        wanted=completed,
        best=[
            replace(each, ride=rides.in_words(way, results.minutes_in_words(way.minutes)))
            if (way := ridden.ways.get(each.lieu.pk))
            else each
            for each in best
        ],
        total=len(suiting) - published.repeated([each.lieu.pk for each in suiting]),
        cut=cut,
        left_out=[
            _left_out(place, why, suiting, completed, now) for place, why in excluded[:MAX_EXCLUDED_LISTED]
        ],
        counts=counts,
        nearest=nearest,
        unlocated=unlocated,
        streets=next(filter(None, credits), ""),
        timetable=ridden.credit,
    )


def instead(
    lieu: Lieu, need: str, at: datetime, *, limit: int = NEIGHBOURS, but: int | None = None
) -> list[Match]:
    """Return the nearest places for the same need, when one refuses. but: a structure that has it."""
    if lieu.latitude is None or lieu.longitude is None:
        spot = Spot(label=lieu.name, communes=(lieu.code_insee,) if lieu.code_insee else ())
    else:
        spot = Spot(label=lieu.name, latitude=lieu.latitude, longitude=lieu.longitude)
    person_need = PersonNeed(need=need, minutes=60, sent=True)
    now = timezone.localtime(at).replace(tzinfo=None)
    other_scored = (each for each in _sorted(person_need, spot, now)[0] if each.lieu.pk != lieu.pk)
    suiting = [each for each in other_scored if but is None or each.lieu.structure_id != but]
    return _nearest(lieu, suiting, person_need, now)[:limit]


def is_full_for(lieu: Lieu, need: str) -> bool:
    return bool(practices(lieu.sheet).get(need, {}).get("complet"))


def closed_for_long(lieu: Lieu, on: date) -> date | None:
    """Return the last day of a closure too long to send somebody there, None when there is none."""
    until = ranking.closed_until(lieu.sheet, on)
    return until if until is not None and (until - on).days >= orientation.longest_closure() else None


def _sorted(
    person_need: PersonNeed, spot: Spot, now: datetime
) -> tuple[list[_Scored], list[tuple[_Place, Why]], bool]:
    """Return the places that suit, in order; those left out, and why; True if only the nearest were read."""
    candidates, cut = _examined(person_need, spot)
    suiting: list[_Scored] = []
    excluded = _ended(person_need, spot)
    for place in candidates:
        place_offer, local_time = _offer_of(place, person_need, spot, now), places.there(place.lieu, now)
        why = rules.why_not(person_need, place_offer, local_time.date())
        if why is None:
            suiting.append(_Scored(place, rules.reasons(person_need, place_offer, local_time)))
        else:
            excluded.append((place, why))
    suiting.sort(key=lambda scored: scored.order)
    # First what a call or a few days may change, last what is unknown.
    ranks = list(rules.LEFT_OUT)
    excluded.sort(key=lambda pair: (ranks.index(pair[1].reason), _far(pair[0].walk), pair[0].lieu.pk))
    return suiting, excluded, cut


def _if_it_suits(lieu: Lieu, person_need: PersonNeed, spot: Spot, now: datetime) -> _Scored | None:
    """Return a place as it suits, its distance apart; None when it does not, or is open no more."""
    place = _placed([lieu], {lieu.pk: _metres_to(lieu, spot)}, spot)[0]
    place_offer, local_time = _offer_of(place, person_need, spot, now), places.there(lieu, now)
    why = rules.why_not(person_need, place_offer, local_time.date())
    if lieu.state != directory.PUBLISHED or (why is not None and why.reason != "far"):
        return None
    return _Scored(place, rules.reasons(person_need, place_offer, local_time))


def _examined(person_need: PersonNeed, spot: Spot) -> tuple[list[_Place], bool]:
    """Return the places to examine: those that offer the practice, a little beyond reach too, and those
    nearby that do not; around a point, those of its commune without a point of their own too.
    """
    need = ((f"pratique:{person_need.need}",),) if person_need.need else ()
    radius = walks.farthest(person_need.minutes) if person_need.minutes else 0.0
    if spot.point is None:
        offering = search(Searched(facets=need, communes=spot.communes, limit=READ))
        nearby = search(Searched(communes=spot.communes, limit=MAX_NEARBY))
        return _read({id: None for id, _ in (*offering.places, *nearby.places)}, spot), offering.total > READ
    point_search = Searched(latitude=spot.latitude, longitude=spot.longitude)
    offering = search(replace(point_search, radius=TWICE * radius, facets=need, limit=READ))
    nearby = search(replace(point_search, radius=radius, limit=MAX_NEARBY if radius else 1))
    crows = dict((*offering.places, *nearby.places))
    if spot.communes:
        unplaced = search(Searched(facets=need, communes=spot.communes, limit=READ))
        crows |= {id: None for id, _ in unplaced.places if id not in crows}
    reachable = [
        place for place in _read(crows, spot) if place.walk is not None or not places.is_located(place.lieu)
    ]
    return reachable, offering.total > READ


def _read(crows: Mapping[int, float | None], spot: Spot) -> list[_Place]:
    """Return places with their walk, in the order they were found."""
    lieu_by_number = {lieu.pk: lieu for lieu in Lieu.objects.filter(pk__in=crows).defer(*UNREAD)}
    return _placed([lieu_by_number[id] for id in crows if id in lieu_by_number], crows, spot)


def _placed(lieux: Sequence[Lieu], crows: Mapping[int, float | None], spot: Spot) -> list[_Place]:
    """Return places with their walk: none for one whose point, or metres as the crow flies, is not known."""
    known = {
        lieu.pk: crows[lieu.pk] for lieu in lieux if crows[lieu.pk] is not None and lieu.point is not None
    }
    walked = walks.of(spot.point, lieux, known)
    return [
        _Place(lieu, walks.minutes_of(walked.metres[lieu.pk]), walked.credit)
        if lieu.pk in known and places.is_located(lieu)
        else _Place(lieu, None)
        for lieu in lieux
    ]


def _ended(person_need: PersonNeed, spot: Spot) -> list[tuple[_Place, Why]]:
    """Return the places nearby that closed for good: a sender may still think of them."""
    if not spot.communes:
        return []
    rows = Lieu.objects.filter(code_insee__in=spot.communes, state=directory.ENDED).order_by("name", "pk")
    gave = [
        lieu
        for lieu in rows.defer(*UNREAD)[:MAX_EXCLUDED_LISTED]
        if not person_need.need or person_need.need in practices(lieu.sheet)
    ]
    return [(_Place(lieu, None), Why("ended", "Fermé pour de bon")) for lieu in gave]


def _beyond(person_need: PersonNeed, spot: Spot, now: datetime) -> tuple[Match | None, list[Match]]:
    """Return the nearest place that would suit but for its distance, None when there is none; and those known
    by their commune alone, the nearest communes first, that the same circle holds.
    """
    if not spot.is_point or not person_need.minutes or not person_need.need:
        return None, []
    facets = ((f"pratique:{person_need.need}",),)
    point_search = Searched(latitude=spot.latitude, longitude=spot.longitude, facets=facets, limit=MAX_NEARBY)
    for radius in WIDER:
        nearby = search(replace(point_search, radius=radius))
        suiting = []
        for place in _read(dict(nearby.places), spot):
            place_offer = _offer_of(place, person_need, spot, now)
            why = rules.why_not(person_need, place_offer, now.date())
            if why is None or why.reason == "far":
                suiting.append(_Scored(place, rules.reasons(person_need, place_offer, now)))
        if suiting:
            suiting.sort(key=lambda scored: _far(scored.place.walk))
            matches = [_match(scored, person_need, now, n) for n, scored in enumerate(suiting, 1)]
            return next((each for each in matches if each.walk), None), [
                each for each in matches if not each.walk
            ][:NEIGHBOURS]
    return None, []


def _offer_of(place: _Place, person_need: PersonNeed, spot: Spot, now: datetime) -> PlaceOffer:
    """Return the declarations of a sheet for one need: the practice's values override the place's."""
    lieu, sheet = place.lieu, place.lieu.sheet
    every = practices(sheet)
    practice: Mapping[str, Any] = every.get(person_need.need, {})
    state = str(practice.get("state", "")) or ("denied" if person_need.need in sheet.get("sans", ()) else "")
    if not person_need.need:
        state = "offered"
    local_time = places.there(lieu, now)  # hours and closures are read on the clock of the place
    hours = places.local_hours(sheet)
    opened = places.opened(lieu, now)
    fresh = directory.freshness(lieu.updated_on, lieu.confirmed_on, on=now.date())
    prices = practice.get("frais") or sheet.get("frais_a_charge") or ()
    access = set(sheet.get("modalites_acces", ()))
    return PlaceOffer(
        state=state,
        is_declared=not person_need.need or person_need.need in sheet.get("practices", {}),
        ways=frozenset(practice.get("accompagnement") or sheet.get("modalites_accompagnement", ())),
        instead=bool(set(IN_PLACE) & set(sheet.get("dispositif_programmes_nationaux", ())))
        or _acts(sheet, practice),
        teaches=person_need.need == "formation" or every.get("formation", {}).get("state") == "offered",
        reserved_for=frozenset(practice.get("publics", ())),
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
        opens=ranking.opens_at(sheet, local_time),
        weekdays=opening.weekdays(hours, local_time.date()) if person_need.days else None,
        hours_text="" if opened.words.startswith(("Ouvert", "Ouvre", "Fermé")) else opened.words,
        closed_until=ranking.closed_until(sheet, local_time.date()),
        walk_in="come" in access,
        full=fact.words if (fact := places.full(lieu)) else "",
        full_for=bool(practice.get("complet")),
        stitches=fresh.stitches,
        old=orientation.is_old(fresh.months),
        fresh=fresh.words,
        sent=bool(practice.get("prescription")) or "prescribe" in access,
        only_sent=bool(practice.get("prescription")) or access == {"prescribe"},
        no_public="closed" in access,
    )


def _acts(sheet: Mapping[str, Any], practice: Mapping[str, Any]) -> bool:
    """Return True if a place says that somebody acts in place of the person."""
    texts = (sheet.get("acces_precisions", ""), practice.get("precisions", ""), *practice.get("etapes", ()))
    return any(IN_PLACE_WORDS in plain(str(text)) for text in texts)


def _match(scored: _Scored, person_need: PersonNeed, now: datetime, number: int) -> Match:
    lieu, walk = scored.lieu, scored.place.walk
    return Match(
        lieu=lieu,
        number=number,
        points=rules.total(scored.reasons),
        most=sum(reason.most for reason in scored.reasons),
        reasons=scored.reasons,
        walk=_walk(scored.place),
        far=scored.far,
        metres=places.metres_in_words(walks.metres_in(walk)) if walk is not None else "",
        opened=places.opened(lieu, now),
        price=places.price(lieu.sheet),
        fresh=places.fresh(lieu, now.date()),
        phones=places.phones(lieu.sheet),
        address=places.address(lieu.sheet),
        cautions=_cautions(lieu.sheet, person_need.need),
        streets=scored.place.streets,
    )


def _left_out(
    place: _Place, why: Why, suiting: Sequence[_Scored], person_need: PersonNeed, now: datetime
) -> LeftOut:
    """Return a place left out; for want of room, with its nearest neighbours that take people."""
    near = _nearest(place.lieu, suiting, person_need, now) if why.reason in ("full", "closed") else []
    phones = places.phones(place.lieu.sheet) if why.reason != "ended" else ()
    return LeftOut(lieu=place.lieu, why=why, walk=_walk(place), phones=phones, instead=near)


def _nearest(lieu: Lieu, suiting: Sequence[_Scored], person_need: PersonNeed, now: datetime) -> list[Match]:
    def distance(scored: _Scored) -> tuple[bool, float, int]:
        other = scored.lieu
        if lieu.point is None or other.point is None:
            return True, 0.0, other.pk  # those without a point come last
        return False, _crow(*lieu.point, *other.point), other.pk

    near = sorted(suiting, key=distance)[:NEIGHBOURS]
    return [_match(scored, person_need, now, n) for n, scored in enumerate(near, 1)]


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
    return _crow(*lieu.point, *spot.point) if lieu.point is not None and spot.point is not None else None


def _crow(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    east = (other_longitude - longitude) * cos(radians(latitude))
    return METRES_A_DEGREE * hypot(other_latitude - latitude, east)


def _walk(place: _Place) -> str:
    return "" if place.walk is None else results.far_in_words(place.walk)


def _far(walk: float | None) -> float:
    return float("inf") if walk is None else walk
