"""The map of another country: each zone in the class of its share, the places over it.

Contours are nobody's: a point of the country is drawn with the area whose middle is nearest. What a page must
say beside the map.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate
from maillage.publishing.page.maps import Area, Base, draw
from maillage.statistics.country.card import AREA
from maillage.statistics.country.diagnosis import Country, Sheet, Territory
from maillage.words import wording

Ends = NDArray[np.float64]
CLASSES = 5
MOST = 1_500  # zones: beyond, a drawing says nothing and weighs megabytes
MOST_DOTS = 400
SPREAD = 1.6  # how far around its middle an area is drawn, in distances between neighbours


@dataclass(frozen=True, slots=True)
class Drawn:
    """A map, and the words of each of its classes, by class of style."""

    svg: str
    legend: tuple[tuple[str, str], ...]


def zones(country: Country, one: Territory, definition: str) -> Drawn | None:
    """Return the map of the zones of a territory, or of an area among those around it; None when they are
    too many to be drawn.
    """
    territories = country.territories(definition)
    area = one if country.children.get(one.key) else territories[country.parents[one.key][0]]
    below = [territories[key] for key in country.children[area.key]]
    if len(below) > MOST:
        return None
    known = [each.rate.value for each in below if isinstance(each.rate, Estimate)]
    ends = np.linspace(min(known, default=0.0), max(known, default=0.0), CLASSES + 1)
    areas = [
        Area(
            each.key,
            each.name,
            _shape(country, each),
            population=each.people,
            kind=_kind(each, ends),
            doubtful=_straddles(each, ends),
            link=f"/territoires/{each.key}/",
            title=f"{each.name} : {wording.rate(each.rate).in_full}",
        )
        for each in below
    ]
    dots = [(_point(s), s.name, "") for s in country.in_areas(area.areas)[:MOST_DOTS]]
    title = f"Part des personnes concernées : {area.name}"
    svg = draw(
        areas,
        base=Base(names=[(each.name, each.shape, each.population) for each in areas], dots=dots),
        title=title,
        description="Plus la zone est foncée, plus la part est forte ; un rond est un lieu.",
        id="zones",
        chosen=one.key if area is not one else "",
    )
    return Drawn(svg, _legend(ends, any(each.kind == UNKNOWN for each in areas)) if known else ())


UNKNOWN = "inconnue"


def _kind(one: Territory, ends: Ends) -> str:
    return f"n{_class(one.rate.value, ends)}" if isinstance(one.rate, Estimate) else UNKNOWN


def _straddles(one: Territory, ends: Ends) -> bool:
    """Return True if the interval of a zone covers more than one class: its colour may be another."""
    rate = one.rate
    return isinstance(rate, Estimate) and _class(rate.low, ends) != _class(rate.high, ends)


def _class(value: float, ends: Ends) -> int:
    return min(max(int(np.searchsorted(ends, value, side="left")), 1), CLASSES)


def _legend(ends: Ends, unknown: bool) -> tuple[tuple[str, str], ...]:
    if ends[0] == ends[-1]:
        classes = [("n1", wording.percent(ends[0], 1))]
    else:
        classes = [
            (f"n{n + 1}", f"{wording.number(ends[n], 1)} à {wording.percent(ends[n + 1], 1)}")
            for n in range(CLASSES)
        ]
    return (*classes, *([(UNKNOWN, "non montré")] if unknown else []))


def places(country: Country, sheets: list[Sheet], within: Territory) -> str:
    """Return the map of places over the outline of a territory."""
    shape = _shape(country, within)
    return draw(
        [Area(within.key, within.name, shape, kind="terrain")],
        base=Base(dots=[(_point(each), each.name, "") for each in sheets[:MOST_DOTS]]),
        title=f"Lieux : {within.name}",
        description="Un rond par lieu.",
        id="lieux",
        links=False,
    )


def _point(place: Sheet) -> shapely.Point:
    return shapely.Point(place.longitude, place.latitude)


def _shape(country: Country, one: Territory) -> shapely.Geometry:
    cells = _cells(tuple(map(tuple, country.points.tolist())))
    if one.level == AREA:
        return cells[one.areas[0]]
    return shapely.union_all(np.array([cells[row] for row in one.areas], dtype=object))


@lru_cache(maxsize=1)
def _cells(points: tuple[tuple[float, ...], ...]) -> list[shapely.Geometry]:
    """Return the shape drawn for each area: the points nearer to its middle than to any other, not too
    far.
    """
    degrees = np.array(points)
    squeeze = float(np.cos(np.radians(degrees[:, 1].mean())))
    flat = np.column_stack((degrees[:, 0] * squeeze, degrees[:, 1]))
    spots = shapely.points(flat)
    tree = shapely.STRtree(spots)
    _, away = tree.query_nearest(spots, exclusive=True, return_distance=True)
    reach = SPREAD * (float(np.median(away)) if len(away) else 0.01)
    ground = shapely.union_all(shapely.buffer(spots, reach, quad_segs=6))
    polygons = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=shapely.buffer(ground, reach))
    )
    at, cell = shapely.STRtree(polygons).query(spots, predicate="intersects")
    cut = shapely.intersection(polygons, ground)
    cells: list[shapely.Geometry] = [shapely.buffer(spot, reach) for spot in spots]
    for n, k in zip(at.tolist(), cell.tolist(), strict=True):
        cells[n] = cut[k]
    return [shapely.transform(each, lambda xy: xy / (squeeze, 1.0)) for each in cells]
