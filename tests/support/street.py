"""A street along the 45th parallel: communes or quartiers, and places at so many metres."""

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from maillage.reference.offer import diagnosis_lines
from maillage.sources import streets
from maillage.sources.network import Network
from maillage.statistics.engine import reach as engine
from maillage.statistics.offer import census, gaps, grounds, travel
from maillage.statistics.offer.areas import Areas
from maillage.statistics.offer.census import Border, Census, Offered
from maillage.statistics.offer.counts import place_counts
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.siting import Spot
from maillage.statistics.offer.travel import Travel
from maillage.statistics.offer.whereabouts import Place
from maillage.statistics.zones.zoning import Zone

DEGREE = np.degrees(1 / engine.EARTH) / np.cos(
    np.radians(45)
)  # of longitude, for one metre along the 45th parallel
SPREAD = np.linspace(0.9, 1.1, 21)  # draws of the need, around its mean


def ground(
    t: dict[str, Any], *places: Place, cut: bool = False, by: Travel | None = None, **more: Any
) -> Ground:
    """One commune a row, its residents at one metre of a street; or, cut, the quartiers of one commune."""
    codes, need = t["zone"], t["besoin"]
    areas = Areas(
        row=np.arange(len(codes)),
        code=codes,
        commune=np.full(len(codes), "ville") if cut else codes,
        published=np.full(len(codes), "ville") if cut else codes,
        population=5 * need,
        adults=4 * need,
        need={"tous": need[:, None] * SPREAD, "seniors": need[:, None] / 2 * SPREAD},
        shapes=[None] * len(codes),
        points=np.column_stack((5 + t["metre"] * DEGREE, np.full(len(codes), 45.0))),
        at=np.arange(len(codes)),
        how=np.full(len(codes), "centre"),
        universe="15 ans et plus",
        n=1000,
    )
    zones = [Zone(str(code), str(code), np.array([k])) for k, code in enumerate(codes)]
    return grounds.ground(areas, zones, places, travel=by or travel.on_foot(), **more)


def at(commune: str, metre: float, *offers: str, **more: Any) -> Place:
    return Place(
        id=f"{commune} {metre}",
        commune=commune,
        lon=5 + metre * DEGREE,
        lat=45.0,
        offers=frozenset(offers),
        **more,
    )


def network(*points_and_tags: tuple[list[tuple[float, float]], dict[str, str]]) -> Network:
    """The streets of ways, each its points and its tags in OpenStreetMap."""
    points = [point for way, _ in points_and_tags for point in way]
    degrees, position = np.unique(np.array(points), axis=0, return_inverse=True)
    sizes = [len(way) for way, _ in points_and_tags]
    return streets.network_of(
        degrees,
        position.ravel(),
        np.repeat(np.arange(len(sizes)), sizes),
        np.ones(len(points), dtype=bool),
        np.array([streets.speeds_of(tags) for _, tags in points_and_tags], dtype=np.float32),
    )


def square(metre: float) -> shapely.Geometry:
    """The contour of a quartier: two hundred metres around one metre of the street."""
    half = 100 * DEGREE
    return shapely.box(5 + metre * DEGREE - half, 45 - half, 5 + metre * DEGREE + half, 45 + half)


def spot(metre: float) -> Spot:
    return Spot(f"{metre:.0f}", f"point {metre:.0f}", 5 + metre * DEGREE, 45.0)


def offered_of(
    t: dict[str, Any],
    places: list[Place],
    silent: frozenset[str] = frozenset(),
    cut: bool = False,
    **more: Any,
) -> Offered:
    """The offer of a street, its places silent or not; nobody was asked about a line that no place offers."""
    ids, offered_lines = {place.id for place in places}, {line for place in places for line in place.offers}
    untold = {line: frozenset(ids) for line in diagnosis_lines() if line not in offered_lines}
    known = Census("essai", tuple(places), silent=silent, **{"untold": untold, **more})
    plain = ground(t, *places, cut=cut)
    g = replace(plain, silence=known.silence)
    return Offered(
        known,
        gaps.gaps(g),
        {},
        g,
        counts=place_counts(g, silent=silent, vague=frozenset()),
        border=Border((), (), 1.0),
        moving=census._moved(g),
        twins=census._twins(g, known),
        communes=gaps.by_commune(g),
    )
