"""The offer as studies read it: sheets of places turned into what the engine asks for, and set against the need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import numpy as np
from opening_hours import OpeningHours, State, validate

from maillage.engine import matching
from maillage.pipeline.contours import clean as contours
from maillage.pipeline.offer.sheet import Sheet, practices
from maillage.reference.offer import diagnosis_lines
from maillage.studies import frame as frames
from maillage.studies import gaps, needs, reach
from maillage.studies.diagnosis import Diagnosis, Request

MOST_AREAS = 6_000  # beyond (France, the largest régions), distances on foot are not drawn: places are counted
ORDINARY = datetime(2026, 3, 2)  # a Monday without holidays in the fortnight
FARTHEST = 0.05  # degrees: what stands farther from the zones is no walk away


@dataclass(frozen=True, slots=True)
class Census:
    """Places as they were when a study was made. name: who gave them; unsaid: free accesses that do not say if somebody helps."""

    name: str
    places: tuple[reach.Place, ...]
    unsaid: int = 0

    @property
    def digest(self) -> str:
        """What tells a census from another: the same places give the same study."""
        return sha256(repr((self.name, self.places)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Offered:
    """The offer of a territory beside its need. ground: what a question “what if” starts from, None when too large."""

    census: Census
    gaps: gaps.Gaps
    ground: reach.Ground


def census(name: str, sheets: Iterable[Sheet]) -> Census:
    """Return the census that these sheets make, in the order of their identifiers."""
    many = sorted(sheets, key=lambda sheet: str(sheet.get("id", "")))
    unsaid = sum(1 for sheet in many if (said := practices(sheet).get("libre_acces")) and not said.get("accompagnement"))
    return Census(name, tuple(as_reached(sheet) for sheet in many), unsaid)


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
        offers=frozenset(lines_of(sheet)),
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


def lines_of(sheet: Sheet) -> list[str]:
    """Return the lines of the offer that a place gives today.

    A free access that does not say whether somebody helps counts as autonomous: the least it may be.
    """
    said = practices(sheet)
    found = []
    for line in diagnosis_lines().values():
        for practice in line.practices:
            conditions = said.get(practice)
            if conditions is None or conditions.get("state") != "offered":
                continue
            ways = set(conditions.get("accompagnement", ()))
            helped, alone = bool(ways & {"person", "group"}), "alone" in ways or not ways
            if line.accompanied is None or (helped if line.accompanied else alone):
                found.append(line.id)
                break
    return found


def offered(request: Request, d: Diagnosis, given: Census) -> Offered | None:
    """Return the offer of a diagnosis beside its need, None when the territory is too large to walk.

    The people of the same départements outside the zones share the places near the border; they are in no total.
    """
    inside = np.concatenate([zone.rows for zone in request.zoning.zones])
    around = _around(request, inside)
    if len(around) > MOST_AREAS:
        return None
    m = needs.model(request.definition, seed=request.seed, n_draws=request.n_draws)
    ground = reach.ground(
        reach.areas_of(m, around), request.zoning.zones, _near(d, given.places), walk=reach.walk(), seed=request.seed
    )
    return Offered(given, gaps.gaps(ground, cells={r.zone.code: r.cell for r in d.zones}), ground)


def _around(request: Request, inside: np.ndarray) -> np.ndarray:
    """Return the areas whose residents may walk to the same places: those of the communes around the zones."""
    iris = frames.sources().rp2021
    communes = iris["commune"]
    own = set(communes[inside].tolist())
    departements = {code[:3] if code.startswith("97") else code[:2] for code in own}
    near = {
        code
        for code in np.unique(communes).tolist()
        if code not in own and (code[:3] if code.startswith("97") else code[:2]) in departements
    }
    shapes = contours.communes(own | near)
    boxes = np.array([shapes[code].bounds for code in own if code in shapes])
    if not len(boxes):
        return np.sort(inside)
    west, south = boxes[:, :2].min(axis=0) - FARTHEST
    east, north = boxes[:, 2:].max(axis=0) + FARTHEST
    kept = [
        code
        for code in near
        if code in shapes
        and shapes[code].bounds[0] <= east
        and shapes[code].bounds[2] >= west
        and shapes[code].bounds[1] <= north
        and shapes[code].bounds[3] >= south
    ]
    more = np.flatnonzero(np.isin(communes, np.array(sorted(kept)))) if kept else np.array([], dtype=np.int64)
    return np.union1d(inside, more)


def _near(d: Diagnosis, places: Sequence[reach.Place]) -> list[reach.Place]:
    """Return the places that somebody of the zones may reach: those in the box around them, and those of their communes."""
    shapes = [shape for shape in d.shapes.zones if shape is not None]
    iris = frames.sources().rp2021
    own = set(iris["commune"][np.concatenate([r.zone.rows for r in d.zones])].tolist())
    if not shapes:
        return [place for place in places if place.commune in own]
    boxes = np.array([shape.bounds for shape in shapes])
    west, south = boxes[:, :2].min(axis=0) - FARTHEST
    east, north = boxes[:, 2:].max(axis=0) + FARTHEST
    return [p for p in places if p.commune in own or (west <= p.lon <= east and south <= p.lat <= north)]


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
