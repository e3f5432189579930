"""The offer as studies read it: sheets of places turned into the engine's input, and set against the need."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.names import plain
from maillage.reference.offer import Line, diagnosis_lines
from maillage.reference.publics import publics
from maillage.reference.sheet import FREE_TEXT, Sheet, is_silent, practices, weekly_places
from maillage.reference.travel import MODES
from maillage.sources import contours
from maillage.sources.streets import Streets
from maillage.sources.timetables import Timetable
from maillage.statistics.diagnosis.diagnosis import survey_move
from maillage.statistics.diagnosis.request import Inside, Request
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.engine import duplicates
from maillage.statistics.need import model as need_model
from maillage.statistics.need import population as frames
from maillage.statistics.offer import gaps, grounds
from maillage.statistics.offer.areas import areas_of
from maillage.statistics.offer.counts import PlaceCounts, place_counts
from maillage.statistics.offer.gaps import CommuneGap, Gaps, TownOnFoot
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.silence import Silence
from maillage.statistics.offer.travel import Travel, densities, travel_by, usual_mode
from maillage.statistics.offer.whereabouts import Place
from maillage.statistics.zones.shapes import DEGREE_IN_METRES
from maillage.statistics.zones.territories import gazetteer, rows_of
from maillage.words.opening import weekly_hours

MOST_REACHED = 0.5  # of those who live there: their places are known, whatever département they stand in
MOST_AREAS = 6_000  # beyond (France, the largest régions), places are counted and no distance is drawn
NO_BOX = (np.inf, np.inf, -np.inf, -np.inf)
FARTHEST = 0.05  # degrees: what stands this close to the zones is read, however short the way


@dataclass(frozen=True, slots=True)
class Census:
    """Places as they were when a study was made.

    name: who supplied them. silent: ids of places whose sheet does not say what they offer; vague: of
    free-access places that do not say whether somebody helps; untold: by line, ids of other places that do
    not say whether they give it. A place with several sheets is there once, and not at all where one of them
    says it. None of them counts as an absence. cards: what the matching reads of each place, in the same
    order; distinct_pairs: pairs of ids that somebody told apart. unread: the rows refused, by name or line:
    they count nowhere, and readers must know it. streets: those that lead to these places, None where none
    were loaded; timetable: that of who goes there by public transport, None for others.
    """

    name: str
    places: tuple[Place, ...]
    silent: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()
    untold: Mapping[str, frozenset[str]] = field(default_factory=dict)
    cards: tuple[duplicates.Place, ...] = ()
    distinct_pairs: frozenset[frozenset[str]] = frozenset()
    unread: tuple[str, ...] = ()
    streets: Streets | None = None
    timetable: Timetable | None = None

    @property
    def digest(self) -> str:
        """Identifies a census: the same places give the same study."""
        places = [_in_order(place) for place in self.places]
        untold = sorted((line, sorted(ids)) for line, ids in self.untold.items())
        fields: tuple[object, ...] = (
            self.name,
            places,
            sorted(self.silent),
            sorted(self.vague),
            untold,
            tuple(_card_in_order(card) for card in self.cards),
        )
        fields = (*fields, self.unread) if self.unread else fields
        fields = (*fields, *(each.digest for each in (self.streets, self.timetable) if each))
        fields = (*fields, [place.opening for place in self.places]) if self.timetable else fields
        return sha256(repr((*fields, sorted(map(sorted, self.distinct_pairs)))).encode()).hexdigest()[:16]

    def unsaid(self, line: str) -> frozenset[str]:
        """Return the ids of the places that may give a line without saying so."""
        vague = self.vague if line == HELPED else frozenset()
        return self.silent | vague | self.untold.get(line, frozenset())

    @property
    def silence(self) -> Silence:
        """The places silent on each line, and the lines that no place offers nor all deny."""
        offered_lines = {line for place in self.places for line in place.offers}
        unsaid = {line: self.unsaid(line) for line in diagnosis_lines()}
        unasked = (
            frozenset(line for line, silent in unsaid.items() if silent or not self.places) - offered_lines
        )
        return Silence(unsaid, unasked)


@dataclass(frozen=True, slots=True)
class Border:
    """Offer across the limits of a territory. within: names of the places within reach of somebody
    inside; lost: names of places of neighbouring communes without coordinates, which count nowhere. share: of
    those who live inside, within reach of a place wherever it stands; 0 to 1. unlisted: codes of the
    départements inside where the census has no place, nor one within reach of most of those who live there,
    beside others that it knows; alone: how many people these are. neighbour_served: those where it has none
    either, but where most people reach a place that stands elsewhere.
    """

    within: tuple[str, ...]
    lost: tuple[str, ...]
    share: float
    unlisted: tuple[str, ...] = ()
    alone: int = 0
    neighbour_served: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moving:
    """A moving place: its name, how many stops it has in the territory, and its hours there in a week, nan
    where a stop does not say.
    """

    name: str
    n_stops: int
    hours: float = np.nan


@dataclass(frozen=True, slots=True)
class Offered:
    """The offer of a territory set against its need, of the people that the study counts.

    gaps: for everybody; publics: for each public, by id. ground: the starting point of a “what if” question.
    twins: names of places that may be one, counted twice. inside: the filter of the study, None without; cut:
    how many areas it keeps in part; n_classed: the zones that have a place on the joint map, sure or not.
    communes: by line, the communes without it, where zones are not whole communes; empty elsewhere.
    town: what a study by car becomes on foot; read_by: the grouping of a single commune, and how its study
    travels, where that is another way.
    """

    census: Census
    gaps: Gaps
    publics: Mapping[str, Gaps]
    ground: Ground
    counts: PlaceCounts
    border: Border
    moving: tuple[Moving, ...]
    twins: tuple[tuple[str, str], ...]
    inside: Inside | None = None
    cut: int = 0
    communes: Mapping[str, CommuneGap] = field(default_factory=dict)
    n_classed: int = 0
    town: TownOnFoot | None = None
    read_by: tuple[str, Travel] | None = None


def _in_order(place: Place) -> tuple[object, ...]:
    """Return a place with its sets sorted: their own order changes from one process to the next."""
    restrictions = sorted((line, sorted(publics)) for line, publics in place.reserved.items())
    plain_ = replace(place, offers=frozenset(), reserved={}, manner={})
    return plain_, sorted(place.offers), restrictions, sorted(place.manner.items())


def _card_in_order(card: duplicates.Place) -> object:
    """Return the card of a place with its kinds sorted, for the same reason."""
    if len(card.typologies) < 2:
        return card
    return replace(card, typologies=frozenset()), sorted(card.typologies)


def census(
    name: str,
    sheets: Iterable[Sheet],
    *,
    source_of: Mapping[str, str] = MappingProxyType({}),
    distinct_pairs: Iterable[frozenset[str]] = (),
    doubles: Mapping[str, Iterable[str]] = MappingProxyType({}),
    unread: Iterable[str] = (),
) -> Census:
    """Return the census made of these sheets, in the order of their identifiers.

    source_of: by id, the file or the collection a sheet comes from; one for all by default. A place says
    nothing of a line that no sheet of its source mentions, nor of one it passes over when it answers others
    by yes or no, or when its words were typed freely: no list of services was put to it. distinct_pairs:
    pairs of ids that somebody told apart; doubles: by id, those that certainly describe the same place: all
    are read, and they count as one. unread: rows of the file that made no sheet.
    """
    many = sorted(sheets, key=lambda sheet: str(sheet.get("id", "")))
    ids = [str(sheet.get("id", "")) for sheet in many]
    practices_by_id = {id: practices(sheet) for id, sheet in zip(ids, many, strict=True)}
    one = _one_place(doubles)
    silent = {id for id, sheet in zip(ids, many, strict=True) if is_silent(sheet)}
    free = {id for id, practices_of in practices_by_id.items() if "libre_acces" in practices_of}
    clear = {id for id in free if practices_by_id[id]["libre_acces"].get("accompagnement")}
    untold = _untold(many, practices_by_id, source_of)
    return Census(
        name,
        tuple(
            as_reached(sheet, (one | moving(many)).get(id, "")) for id, sheet in zip(ids, many, strict=True)
        ),
        silent=_unanswered(silent, {*ids} - silent, one),
        vague=_unanswered(free - clear, clear, one),
        untold={
            line: _unanswered(ids_without, {*ids} - silent - ids_without, one)
            for line, ids_without in sorted(untold.items())
        },
        cards=tuple(as_place(sheet) for sheet in many),
        distinct_pairs=frozenset(distinct_pairs),
        unread=tuple(unread),
    )


def sure_doubles(sheets: Sequence[Sheet]) -> dict[str, tuple[str, ...]]:
    """Return, by id, the other sheets of a file that surely describe the same place, as the directory has
    them once it is imported: see `census`.
    """
    doubles: dict[str, list[str]] = {}
    for pair in duplicates.within([as_place(sheet) for sheet in sheets]):
        if pair.decision == "meme":
            one, other = str(sheets[pair.a].get("id", "")), str(sheets[pair.b].get("id", ""))
            doubles.setdefault(one, []).append(other)
            doubles.setdefault(other, []).append(one)
    return {id: tuple(sorted(same)) for id, same in doubles.items()}


def _untold(
    sheets: Sequence[Sheet], practices_by_id: Mapping[str, Mapping[str, Any]], source_of: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """Return, by line, the places that speak of other things and not of it: see `census`."""
    words_by_source: dict[str, set[str]] = {}
    named = {
        str(sheet.get("id", "")): {*practices_by_id[str(sheet.get("id", ""))], *_denied(sheet)}
        for sheet in sheets
    }
    for id, words in named.items():
        words_by_source.setdefault(source_of.get(id, ""), set()).update(words)
    ids_by_line: dict[str, set[str]] = {}
    for sheet in sheets:
        id = str(sheet.get("id", ""))
        by_question = bool(_denied(sheet) & OF_LINES) or FREE_TEXT in sheet
        for line in diagnosis_lines().values():
            words = set(line.practices)
            silent = not words & words_by_source[source_of.get(id, "")] or (
                by_question and not words <= named[id]
            )
            if silent and not words & set(practices_by_id[id]) and UMBRELLA not in sheet.get("sans", ()):
                ids_by_line.setdefault(line.id, set()).add(id)
    return {line: frozenset(ids) for line, ids in ids_by_line.items()}


def _denied(sheet: Sheet) -> set[str]:
    return set(sheet.get("sans", ()))


OF_LINES = frozenset(practice for line in diagnosis_lines().values() for practice in line.practices)
UMBRELLA = "mediation"  # who denies it denies every line
HELPED = "libre_acces_accompagne"
MOVES = frozenset(("camion", "bus", "van", "fourgon", "caravane", "itinerant", "itinerante", "mobile"))


STOP = re.compile(r"\s+[-–—:|]\s|\s*[\[(]")  # what stands before the name of a stop
ON_TOUR = "itinérant "  # before the name of a moving place


def _unanswered(
    asking: Collection[str], answering: Collection[str], one: Mapping[str, str]
) -> frozenset[str]:
    """Return the sheets that leave a question open: of a place with several sheets, none once one of them
    answers, and the first that asks otherwise. A stop of a moving place stands for itself.

    asking, answering: ids; one: see `_one_place`.
    """
    answered_places = {one[id] for id in answering if id in one}
    first = {one[id]: id for id in sorted(asking, reverse=True) if id in one}
    return frozenset(
        id for id in asking if id not in one or (one[id] not in answered_places and first[one[id]] == id)
    )


def _one_place(doubles: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return, by id, the first id of all the sheets that describe the same place, directly or not."""
    place_by_id: dict[str, str] = {}
    for id in sorted(doubles):
        to_visit = [id] if id not in place_by_id else []
        while to_visit:
            one = to_visit.pop()
            if one not in place_by_id:
                place_by_id[one] = id
                to_visit += doubles.get(one, ())
    return place_by_id


def moving(sheets: Iterable[Sheet]) -> dict[str, str]:
    """Return, by id, what names the moving place that a sheet is a stop of: one name in several communes, or
    one beginning before the stop where they share a SIRET.
    """
    stops_by_name: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        name = _of_round(sheet)
        if "itinerant" in sheet.get("itinerance", ()) or MOVES & set(name.split()):
            stops_by_name.setdefault(name, []).append(sheet)
    return {
        str(sheet.get("id", "")): f"{ON_TOUR}{name}"
        for name, stops in stops_by_name.items()
        if len({sheet.get("code_insee") for sheet in stops}) > 1
        for sheet in stops
    }


def _of_round(sheet: Sheet) -> str:
    """Return the plain name of what a sheet is a stop of.

    >>> _of_round({"nom": "Bus France Services - [Place de la poste]", "pivot": "40109226700020"})
    'bus france services'
    """
    name = str(sheet.get("nom", ""))
    return plain(STOP.split(name, maxsplit=1)[0] if sheet.get("pivot") else name) or plain(name)


def as_reached(sheet: Sheet, same: str = "") -> Place:
    """Return a sheet as a place that people travel to. same: see `Place`."""
    latitude, longitude = sheet.get("latitude"), sheet.get("longitude")
    located = latitude is not None and longitude is not None
    hours = sheet.get("horaires", {})
    return Place(
        id=str(sheet.get("id", "")),
        name=str(sheet.get("nom", "")),
        commune=str(sheet.get("code_insee", "")),
        lon=float(longitude) if located and longitude is not None else np.nan,
        lat=float(latitude) if located and latitude is not None else np.nan,
        precision=float(sheet.get("precision", 0.0)),
        offers=frozenset(publics_by_line := lines_of(sheet)),
        reserved={line: frozenset(publics) for line, publics in publics_by_line.items() if publics},
        capacity=np.nan if (places := weekly_places(sheet)) is None else float(places),
        same=same,
        hours=_hours(sheet) if same.startswith(ON_TOUR) else np.nan,
        manner={line: _manner(line, practices(sheet)) for line in publics_by_line if line in MANNERS},
        opening="" if hours.get("left") else str(hours.get("osm", "")),
    )


def _hours(sheet: Sheet) -> float:
    hours = weekly_hours(sheet.get("horaires", {}).get("osm", ""))
    return np.nan if hours is None else hours


INDOORS, OUTDOORS, BOTH, UNTOLD = "dedans", "dehors", "partout", "non-dit"
CONDITIONS, EVERYONE = "conditions", "tous"
MANNERS = ("wifi", "formation")  # lines whose places differ by where, or for whom, they offer it
FOR_WHOM = ("publics", "ages", "residence", "prescription", "niveau", "inscription")


def _manner(line: str, practices_of: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how a place offers a line: wifi indoors, outdoors or both; training under conditions or not.

    Training that states no condition is not said to be for everyone: its sheet may not have been asked.
    """
    conditions = practices_of.get(line, {})
    if line == "wifi":
        where = set(conditions.get("endroit", ()))
        if where >= {"indoor", "outdoor"}:
            return BOTH
        return OUTDOORS if "outdoor" in where else INDOORS if "indoor" in where else UNTOLD
    if any(conditions.get(name) for name in FOR_WHOM):
        return CONDITIONS
    return EVERYONE if conditions.get("prescription") is False else UNTOLD


def lines_of(sheet: Sheet) -> dict[str, set[str]]:
    """Return the lines of the offer that a place provides today, each with the publics it is restricted to
    (none: everybody).

    Free access that does not say whether somebody helps counts as unassisted: the least it may be.
    """
    practices_of = practices(sheet)
    publics_by_line: dict[str, set[str]] = {}
    for line in diagnosis_lines().values():
        conditions = [practices_of[practice] for practice in line.practices if practice in practices_of]
        publics = [
            set(each.get("publics", ()))
            for each in conditions
            if each.get("state") == "offered" and _gives(line, each)
        ]
        if publics:
            publics_by_line[line.id] = set.union(*publics) if all(publics) else set()
    return publics_by_line


def _gives(line: Line, conditions: Mapping[str, Any]) -> bool:
    """Return True if a practice, under its conditions, counts towards a line of the offer."""
    ways = set(conditions.get("accompagnement", ()))
    helped, alone = bool(ways & {"person", "group"}), "alone" in ways or not ways
    return line.accompanied is None or (helped if line.accompanied else alone)


def travel_of(request: Request) -> Travel | None:
    """Return how people of a request travel, None when its territory is too large to draw distances."""
    rows = request.zoning.rows
    if len(rows) > MOST_AREAS:
        return None
    if request.travel:
        return travel_by(MODES[request.travel])
    return travel_by(usual_mode(frozenset(frames.sources().rp2021["commune"][rows].tolist())))


def is_too_large(request: Request) -> bool:
    """True for a territory with too many areas, those around included, to draw distances from."""
    travel = travel_of(request)
    return travel is None or len(_surroundings(request.zoning.rows, travel)[0]) > MOST_AREAS


def ground_of(request: Request, census: Census, d: Diagnosis | None = None) -> Ground | None:
    """Return the areas, zones and places of a request together, None when the territory is too large.

    Only the people that the filter of the request keeps are counted. People of the communes around the zones
    share the places near the border, but count in no total. d: the diagnosis of the request, whose need is
    that of the offer, survey included; drawn here when not passed.
    """
    inside = request.zoning.rows
    travel = travel_of(request)
    near_areas, box = (inside, NO_BOX) if travel is None else _surroundings(inside, travel)
    if travel is None or len(near_areas) > MOST_AREAS:
        return None
    if d is None:
        among = need_model.ages_of_publics()
        need = need_model.model(request.definition, seed=request.seed, n_draws=request.n_draws, among=among)
        move = survey_move(request)
    else:
        need, move = d.model, d.move
    own = set(frames.sources().rp2021["commune"][inside].tolist())
    west, south, east, north = box
    near = [
        p
        for p in census.places
        if p.commune in own
        or (west <= p.lon <= east and south <= p.lat <= north)
        or (not p.commune and np.isnan(p.lon + p.lat))  # nowhere, and told so
    ]
    areas = areas_of(need, near_areas, move, inside)
    return grounds.ground(
        areas,
        request.zoning.zones,
        near,
        travel=travel,
        density=densities(areas.commune),
        seed=request.seed,
        counted=None if request.inside is None else request.inside.share[near_areas],
        silence=census.silence,
        streets=census.streets,
        timetable=census.timetable,
    )


def offered(request: Request, d: Diagnosis, known_places: Census) -> Offered | None:
    """Return the offer of a diagnosis set against its need, None when the territory is too large, or
    when the census knows no place of its départements nor within reach of most of those who live there: that
    it lists others, some of which are just across a limit, is no answer.
    """
    ground = ground_of(request, known_places, d)
    if ground is None:
        return None
    own = frames.sources().rp2021["commune"][request.zoning.rows].tolist()
    border = across(ground, own, request.zoning.rows, known_places.places)
    if border.share < MOST_REACHED and not _covers(known_places, own):
        return None
    cells = {r.zone.code: r.cell if r.is_likely else None for r in d.zones}  # a list waits for certainty
    counted = ground.counted[ground.zone_of >= 0]
    return Offered(
        known_places,
        gaps.gaps(ground, cells=cells),
        {public: gaps.gaps(ground, public=public, cells=cells) for public in publics()},
        ground,
        counts=place_counts(ground, silent=known_places.silent, vague=known_places.vague),
        border=border,
        moving=_moved(ground),
        twins=_twins(ground, known_places),
        inside=request.inside,
        cut=int(((counted > 0) & (counted < 1)).sum()),
        communes=gaps.by_commune(ground) if request.zoning.kind in ("iris", "file") else {},
        n_classed=sum(r.cell is not None for r in d.zones),
        town=gaps.town_on_foot(ground),
        read_by=_read_by(request, ground.travel),
    )


def _read_by(request: Request, travel: Travel) -> tuple[str, Travel] | None:
    if request.territory.kind != "commune" or request.travel:
        return None
    iris = frames.sources().rp2021
    for code, name in request.territory.within:
        if (grouping := gazetteer().get(code)).kind == "epci":
            usual = usual_mode(frozenset(iris["commune"][rows_of(grouping, iris)].tolist()))
            return None if usual is travel.mode else (name, travel_by(usual))
    return None


def is_listed(o: Offered, commune: str) -> bool:
    """Return True if the census covers the département of a commune."""
    return _departement(commune) not in o.border.unlisted


def is_zone_listed(o: Offered, code: str) -> bool:
    """Return True if the census covers a zone: not when it stands entirely in départements without data.
    There, nobody knows if people have a place on foot.
    """
    g, unlisted = o.ground, set(o.border.unlisted)
    at = next((i for i, zone in enumerate(g.zones) if zone.code == code), None) if unlisted else None
    if at is None:  # a filter may leave nobody in a zone
        return True
    return not unlisted.issuperset(map(_departement, g.areas.commune[g.zone_of == at].tolist()))


def unlisted_zones(o: Offered) -> frozenset[str]:
    """Return the codes of the zones of which the census says nothing."""
    return frozenset(zone.code for zone in o.ground.zones if not is_zone_listed(o, zone.code))


def places_in(o: Offered, code: str) -> tuple[Place, ...]:
    """Return the places that surely stand in one zone, in the order of their names; several sheets, or
    several stops there, are one place.
    """
    g = o.ground
    place_by_key: dict[str | int, Place] = {}
    for k, (place, zones) in enumerate(zip(g.places, g.zones_of_places(), strict=True)):
        if len(zones) == 1 and zones[0] >= 0 and g.zones[zones[0]].code == code:
            place_by_key.setdefault(place.same or k, place)
    return tuple(sorted(place_by_key.values(), key=lambda place: (plain(place.name), place.id)))


def _covers(known_places: Census, communes: Iterable[str]) -> bool:
    """Return True if a census has a place in one of the départements of these communes, or a place without a
    commune.
    """
    departements = {_departement(code) for code in communes}
    return any(
        not place.commune or _departement(place.commune) in departements for place in known_places.places
    )


def _departement(commune: str) -> str:
    return commune[:3] if commune.startswith("97") else commune[:2]


def across(g: Ground, own: Collection[str], rows: NDArray[np.int64], places: Iterable[Place]) -> Border:
    """Return the places and areas of a census across the limits of a territory.

    own, rows: the communes and the areas of the territory, whatever its filter keeps; places: all those of
    the census.
    """
    neighbours = set(g.areas.commune.tolist()) - set(own)
    lost = [p.name for p in places if p.commune in neighbours and np.isnan(p.lon + p.lat)]
    outside = set(np.flatnonzero(~np.isin(g.areas.row, rows)).tolist())
    beyond = np.array(
        [len(candidates) > 0 and outside.issuperset(candidates.tolist()) for candidates in g.standing],
        dtype=bool,
    )
    inside = np.isin(g.areas.at, g.lived)
    near = g.near[inside].tocoo()
    in_reach = near.data * g.travel.detour <= g.travel.metres
    reached = np.unique(g.where.place[near.col[in_reach]])
    within = [g.places[k].name for k in reached.tolist() if beyond[k]]
    people = (g.areas.population[g.areas.at] * g.areas.weight)[inside]
    is_served = np.zeros(len(people), dtype=bool)
    is_served[near.row[in_reach]] = True
    served = people[is_served].sum()
    unlisted, alone, neighbour_served = _unlisted(
        people, is_served, g.areas.commune[g.areas.at][inside], places
    )
    return Border(
        tuple(sorted(within)),
        tuple(sorted(lost)),
        float(served / people.sum()) if people.sum() else 0.0,
        unlisted,
        alone,
        neighbour_served,
    )


def _unlisted(
    people: NDArray[np.float64],
    is_served: NDArray[np.bool_],
    commune: NDArray[np.str_],
    places: Iterable[Place],
) -> tuple[tuple[str, ...], int, tuple[str, ...]]:
    """Return the départements of a territory of which a census says nothing, how many live there, and those
    where it has no place but most people reach one elsewhere; none when some place says no commune. people,
    is_served, commune: by point where somebody lives.
    """
    stands = [place.commune for place in places]
    if not all(stands):
        return (), 0, ()
    known = {_departement(code) for code in stands}
    at = np.array([_departement(code) for code in commune.tolist()])
    unlisted, served, alone = [], [], 0.0
    for code in sorted(set(at.tolist()) - known):
        in_commune = at == code
        if people[in_commune & is_served].sum() < MOST_REACHED * people[in_commune].sum():
            unlisted.append(code)
            alone += people[in_commune].sum()
        else:
            served.append(code)
    return tuple(unlisted), round(alone), tuple(served)


def _inside(g: Ground) -> list[int]:
    """Return the places that stand in the zones."""
    return [k for k, zones in enumerate(g.zones_of_places()) if zones and min(zones) >= 0]


def _moved(g: Ground) -> tuple[Moving, ...]:
    rounds: dict[str, list[Place]] = {}
    for k in _inside(g):
        if g.places[k].same.startswith(ON_TOUR):
            rounds.setdefault(g.places[k].same, []).append(g.places[k])
    return tuple(
        Moving(STOP.split(stops[0].name, maxsplit=1)[0], len(stops), sum(stop.hours for stop in stops))
        for stops in rounds.values()
        if len(stops) > 1
    )


def _twins(g: Ground, known_places: Census) -> tuple[tuple[str, str], ...]:
    """Return the names of the places of the zones that may be one, those told apart and stops left out."""
    card_of = dict(zip((place.id for place in known_places.places), known_places.cards, strict=False))
    own_places = [g.places[k] for k in _inside(g) if g.places[k].id in card_of]
    pairs = duplicates.within([card_of[place.id] for place in own_places])
    return tuple(
        (own_places[pair.a].name, own_places[pair.b].name)
        for pair in pairs
        if not (own_places[pair.a].same and own_places[pair.a].same == own_places[pair.b].same)
        and frozenset((own_places[pair.a].id, own_places[pair.b].id)) not in known_places.distinct_pairs
    )


def communes_within_travel(request: Request) -> set[str]:
    """Return the communes of a request, and those around whose residents may travel to the same places."""
    rows, travel = request.zoning.rows, travel_of(request)
    near_rows = rows if travel is None else _surroundings(rows, travel)[0]
    return set(frames.sources().rp2021["commune"][near_rows].tolist())


def _surroundings(
    inside: NDArray[np.int64], travel: Travel
) -> tuple[NDArray[np.int64], tuple[float, float, float, float]]:
    """Return the areas of some zones and of the communes around them, and the box that contains whoever may
    travel there.

    The box is west, south, east, north, in degrees; an empty one when no commune has a contour.
    """
    communes = frames.sources().rp2021["commune"]
    own = set(communes[inside].tolist())
    bounds = np.array([shape.bounds for shape in contours.communes(own).values()])
    if not len(bounds):
        return np.sort(inside), NO_BOX
    shrink = np.cos(np.radians(np.abs(bounds[:, [1, 3]]).max()))
    margin = travel.farthest / DEGREE_IN_METRES / np.array([shrink, 1.0])
    west, south = (bounds[:, :2].min(axis=0) - np.maximum(margin, FARTHEST)).tolist()
    east, north = (bounds[:, 2:].max(axis=0) + np.maximum(margin, FARTHEST)).tolist()
    box = (west, south, east, north)
    near = contours.communes_in(*box) | own
    more = np.flatnonzero(np.isin(communes, np.array(sorted(near), dtype=communes.dtype)))
    return np.union1d(inside, more), box


def as_place(sheet: Sheet) -> duplicates.Place:
    """Return the fields of a sheet that the matching reads."""
    return duplicates.Place(
        nom=str(sheet.get("nom", "")),
        adresse=str(sheet.get("adresse", "")),
        code_insee=str(sheet.get("code_insee", "")),
        code_postal=str(sheet.get("code_postal", "")),
        latitude=sheet.get("latitude"),
        longitude=sheet.get("longitude"),
        precise="latitude" in sheet and "precision" not in sheet,
        pivot=str(sheet.get("pivot", "")),
        telephones=tuple(sheet.get("telephone", ())),
        courriels=tuple(sheet.get("courriels", ())),
        sites=tuple(sheet.get("site_web", ())),
        typologies=frozenset(sheet.get("typologie", ())),
        itinerant="itinerant" in sheet.get("itinerance", ()),
        commune=str(sheet.get("commune", "")),
    )
