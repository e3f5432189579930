"""The offer as studies read it: sheets of places turned into what the engine asks for, and set against the need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from opening_hours import OpeningHours, State, validate

from maillage.engine import matching
from maillage.engine.cells import AGES
from maillage.pipeline.contours import clean as contours
from maillage.pipeline.offer.sheet import Sheet, practices
from maillage.reference.offer import Line, diagnosis_lines
from maillage.reference.publics import publics
from maillage.studies import frame as frames
from maillage.studies import gaps, needs, reach
from maillage.studies.diagnosis import Diagnosis, Request
from maillage.studies.gaps import Gaps

MOST_AREAS = 6_000  # beyond (France, the largest régions), distances on foot are not drawn: places are counted
ORDINARY = datetime(2026, 3, 2)  # a Monday without holidays in the fortnight
FARTHEST = 0.05  # degrees: what stands farther from the zones is no walk away


@dataclass(frozen=True, slots=True)
class Census:
    """Places as they were when a study was made.

    name: who gave them. silent: ids of places that say nothing of what they offer; vague: of free accesses that do not
    say whether somebody helps. Neither is counted as an absence.
    """

    name: str
    places: tuple[reach.Place, ...]
    silent: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()

    @property
    def digest(self) -> str:
        """What tells a census from another: the same places give the same study."""
        places = [_in_order(place) for place in self.places]
        return sha256(repr((self.name, places, sorted(self.silent), sorted(self.vague))).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Offered:
    """The offer of a territory beside its need.

    gaps: those of everybody; publics: those of each public, by id. most: what they would be if every place that does
    not say what it gives, or whether somebody helps, gave it: silence is no absence. ground: what a question “what if”
    starts from. n_places, n_silent, n_vague: by code of zone, '' for all of them.
    """

    census: Census
    gaps: Gaps
    publics: Mapping[str, Gaps]
    most: Gaps
    ground: reach.Ground
    n_places: Mapping[str, int]
    n_silent: Mapping[str, int]
    n_vague: Mapping[str, int]


def _in_order(place: reach.Place) -> tuple[object, ...]:
    """Return a place as it is written, its sets in order: their own changes from one process to the next."""
    kept = sorted((line, sorted(publics)) for line, publics in place.kept.items())
    return replace(place, offers=frozenset(), kept={}), sorted(place.offers), kept


def census(name: str, sheets: Iterable[Sheet]) -> Census:
    """Return the census that these sheets make, in the order of their identifiers."""
    many = sorted(sheets, key=lambda sheet: str(sheet.get("id", "")))
    said = {str(sheet.get("id", "")): practices(sheet) for sheet in many}
    denying = {str(sheet.get("id", "")) for sheet in many if sheet.get("sans")}
    return Census(
        name,
        tuple(as_reached(sheet) for sheet in many),
        silent=frozenset(id for id, found in said.items() if not found and id not in denying),
        vague=frozenset(
            id for id, found in said.items() if "libre_acces" in found and not found["libre_acces"].get("accompagnement")
        ),
    )


def as_reached(sheet: Sheet) -> reach.Place:
    """Return what it takes to walk to a place."""
    latitude, longitude = sheet.get("latitude"), sheet.get("longitude")
    located = latitude is not None and longitude is not None
    return reach.Place(
        id=str(sheet.get("id", "")),
        name=str(sheet.get("nom", "")),
        commune=str(sheet.get("code_insee", "")),
        lon=float(longitude) if located and longitude is not None else np.nan,
        lat=float(latitude) if located and latitude is not None else np.nan,
        precision=float(sheet.get("precision", 0.0)),
        offers=frozenset(given := lines_of(sheet)),
        kept={line: frozenset(kept) for line, kept in given.items() if kept},
        capacity=float(sheet.get("capacite", np.nan)),
        hours=hours_a_week(str(sheet.get("horaires", {}).get("osm", ""))),
    )


def hours_a_week(osm: str) -> float:
    """Return the hours a place is open in an ordinary week, nan when they are not known."""
    if not osm or not validate(osm):
        return float("nan")
    read = OpeningHours(osm)
    spans = read.intervals(ORDINARY, ORDINARY + timedelta(weeks=2))  # even and odd weeks
    open_ = sum(
        (min(end, ORDINARY + timedelta(weeks=2)) - begin).total_seconds()
        for begin, end, state, _ in spans
        if state != State.CLOSED
    )
    return float(open_ / 7200)


def lines_of(sheet: Sheet) -> dict[str, set[str]]:
    """Return the lines of the offer that a place gives today, each with the publics it is kept for (none: everybody).

    A free access that does not say whether somebody helps counts as autonomous: the least it may be.
    """
    said = practices(sheet)
    found: dict[str, set[str]] = {}
    for line in diagnosis_lines().values():
        given = [said[practice] for practice in line.practices if practice in said]
        kept = [set(each.get("publics", ())) for each in given if each.get("state") == "offered" and _gives(line, each)]
        if kept:
            found[line.id] = set.union(*kept) if all(kept) else set()
    return found


def _gives(line: Line, conditions: Mapping[str, Any]) -> bool:
    """Return whether a practice, under its conditions, is what a line counts."""
    ways = set(conditions.get("accompagnement", ()))
    helped, alone = bool(ways & {"person", "group"}), "alone" in ways or not ways
    return line.accompanied is None or (helped if line.accompanied else alone)


def ground_of(request: Request, given: Census) -> reach.Ground | None:
    """Return the areas, zones and places of a request put together, None when the territory is too large to walk.

    The people of the communes around the zones share the places near the border; they are in no total.
    """
    inside = np.concatenate([zone.rows for zone in request.zoning.zones])
    around, box = _around(inside)
    if len(around) > MOST_AREAS:
        return None
    among = {public.id: [AGES.index(age) for age in public.ages] for public in publics().values()}
    m = needs.model(request.definition, seed=request.seed, n_draws=request.n_draws, among=among)
    own = set(frames.sources().rp2021["commune"][inside].tolist())
    west, south, east, north = box
    near = [p for p in given.places if p.commune in own or (west <= p.lon <= east and south <= p.lat <= north)]
    return reach.ground(reach.areas_of(m, around), request.zoning.zones, near, walk=reach.walk(), seed=request.seed)


def offered(request: Request, d: Diagnosis, given: Census) -> Offered | None:
    """Return the offer of a diagnosis beside its need, None when the territory is too large to walk."""
    ground = ground_of(request, given)
    if ground is None:
        return None
    cells = {r.zone.code: r.cell for r in d.zones}
    counts = [_counted(ground, ids) for ids in (None, given.silent, given.vague)]
    return Offered(
        given,
        gaps.gaps(ground, cells=cells),
        {public: gaps.gaps(ground, public=public, cells=cells) for public in publics()},
        gaps.gaps(reach.with_places(ground, [_at_most(place, given) for place in ground.places])),
        ground,
        *counts,
    )


def _at_most(place: reach.Place, given: Census) -> reach.Place:
    """Return a place that gives all it may give: anything when it says nothing, its help when it does not tell."""
    if place.id in given.silent:
        return replace(place, offers=frozenset(diagnosis_lines()))
    if place.id in given.vague:
        return replace(place, offers=place.offers | {"libre_acces_accompagne"})
    return place


def _counted(g: reach.Ground, ids: frozenset[str] | None) -> dict[str, int]:
    """Return how many of these places (all when None) stand in each zone, and in all of them (''), by code."""
    zones = np.append(g.zone_of, -1)
    counts = dict.fromkeys((code for code, _ in g.names()), 0)
    for place, areas in zip(g.places, gaps.located(g), strict=True):
        held = np.unique(zones[areas])
        if (ids is None or place.id in ids) and len(held) and (held >= 0).all():
            counts[""] += 1
            if len(held) == 1:
                counts[g.zones[int(held[0])].code] += 1
    return counts


def _around(inside: NDArray[np.int64]) -> tuple[NDArray[np.int64], tuple[float, float, float, float]]:
    """Return the areas of some zones and of the communes around them, and the box that holds whom may walk there.

    The box is west, south, east, north, in degrees; an empty one when no commune has a contour.
    """
    communes = frames.sources().rp2021["commune"]
    own = set(communes[inside].tolist())
    departements = {_departement(code) for code in own}
    near = {code for code in np.unique(communes).tolist() if _departement(code) in departements}
    shapes = contours.communes(near)
    bounds = np.array([shapes[code].bounds for code in own if code in shapes])
    if not len(bounds):
        return np.sort(inside), (np.inf, np.inf, -np.inf, -np.inf)
    west, south = (bounds[:, :2].min(axis=0) - FARTHEST).tolist()
    east, north = (bounds[:, 2:].max(axis=0) + FARTHEST).tolist()
    box = shapely.box(west, south, east, north)
    kept = [code for code in near - own if code in shapes and shapes[code].intersects(box)]
    more = np.flatnonzero(np.isin(communes, np.array(sorted(kept), dtype=communes.dtype)))
    return np.union1d(inside, more), (west, south, east, north)


def _departement(code: str) -> str:
    return code[:3] if code.startswith("97") else code[:2]


def as_place(sheet: Sheet) -> matching.Place:
    """Return what the matching needs of a sheet."""
    return matching.Place(
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
