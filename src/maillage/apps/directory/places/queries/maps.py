"""The data of the map of places: contours of communes and quarters in a box, and places as points, few enough
to be legible.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import cos, floor, radians
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db.models import Max, Min

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.directory.places.queries.results import RING, Row, Search
from maillage.apps.directory.places.queries.search import METRES_A_DEGREE, having
from maillage.apps.directory.places.queries.walks import circle, outline, reach
from maillage.publishing.directory import spot_map
from maillage.sources import cog, contours, rp2021, streets
from maillage.sources.offer.clean import point
from maillage.words.languages import say

MARGIN = 0.25  # of the box, around it
STEP = 0.05  # degrees: boxes are widened to it, so that neighbours share one
COMMUNES = 600  # contours sent at most; beyond, those of départements
FRAMED = 60  # rows that decide of the box, nearest first
POINTS = 500  # places sent one by one; beyond, counted by square
SQUARES = 24  # squares across the box
NEAR = 2  # decimals of a degree: a kilometre, enough to tell which commune has the nearest place
SIMPLER = 0.01  # degrees, for départements

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Named:
    """A contour and its name."""

    name: str
    shape: shapely.Geometry


def window(search: Search, rows: Sequence[Row]) -> Box | None:
    """Return the box to display: the rows and a walk around the spot; without a point, every place; None for
    nothing.
    """
    spot = search.spot
    if spot is None or spot.latitude is None or spot.longitude is None:
        located = Lieu.objects.filter(places.located(), state=rules.PUBLISHED)
        if spot is not None and spot.communes:
            located = located.filter(code_insee__in=spot.communes)
        bounds = located.aggregate(
            w=Min("longitude"), s=Min("latitude"), e=Max("longitude"), n=Max("latitude")
        )
        return None if bounds["w"] is None else (bounds["w"], bounds["s"], bounds["e"], bounds["n"])
    high = reach(1.3 * RING) / METRES_A_DEGREE
    wide = high / max(cos(radians(spot.latitude)), 0.01)
    points = [(row.longitude, row.latitude) for row in rows[:FRAMED] if row.longitude is not None]
    points += [(spot.longitude - wide, spot.latitude - high), (spot.longitude + wide, spot.latitude + high)]
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def widened(box: Box) -> Box:
    """Return a box widened by its margin, on the grid that boxes share: west, south, east, north."""
    west, south, east, north = box
    x, y = max((east - west) * MARGIN, STEP), max((north - south) * MARGIN, STEP)
    low = [floor((value - margin) / STEP) * STEP for value, margin in ((west, x), (south, y))]
    high = [-floor(-(value + margin) / STEP) * STEP for value, margin in ((east, x), (north, y))]
    return round(low[0], 2), round(low[1], 2), round(high[0], 2), round(high[1], 2)


@lru_cache(maxsize=64)
def contours_json(box: Box) -> bytes:
    """Return the GeoJSON of the communes that touch a box, and of their quarters; of départements when too
    many do.
    """
    codes = point.touching(*box)
    features = _communes(codes) if len(codes) <= COMMUNES else _departements(box)
    return json.dumps(
        {"type": "FeatureCollection", "features": features}, separators=(",", ":"), ensure_ascii=False
    ).encode()


def place_map(spot: tuple[float, float] | None, title: str) -> str:
    """Return the small map of a place, latitude first, and of what a walk reaches from it, as SVG; '' where
    no contour is known, or without a point.
    """
    words = say("15 minutes à pied, environ")
    return _place_map(*spot, title, words, streets.loaded_at(Path(settings.HOME))) if spot else ""


@lru_cache(maxsize=256)
def _place_map(latitude: float, longitude: float, title: str, words: str, streets_at: float) -> str:
    codes = point.touching(*spot_map.window_box(longitude, latitude))
    if not codes:
        return ""
    communes = [(_names()[code], shape) for code, shape in contours.communes(codes).items()]
    return spot_map.draw(
        longitude,
        latitude,
        communes=communes,
        quarters=_quarters(codes),
        title=title,
        rings=outline((latitude, longitude), RING) or [circle((latitude, longitude), RING)],
        ring_words=words,
    )


def _quarters(codes: Sequence[str]) -> list[shapely.Geometry]:
    iris = rp2021.iris()
    return list(contours.iris(iris["iris"][np.isin(iris["commune"], codes)].tolist()).values())


def _communes(codes: Sequence[str]) -> list[dict[str, Any]]:
    names = _names()
    return [
        *(_feature("", shape) for shape in _quarters(codes)),
        *(_feature(names[code], shape) for code, shape in contours.communes(codes).items()),
    ]


@cache
def _names() -> dict[str, str]:
    rows = cog.communes()
    return dict(zip(rows["code"].tolist(), rows["name"].tolist(), strict=True))


def _departements(box: Box) -> list[dict[str, Any]]:
    window = shapely.box(*box)
    return [
        _feature(each.name, each.shape)
        for each in _all_departements()
        if shapely.intersects(each.shape, window)
    ]


@cache
def _all_departements() -> tuple[Named, ...]:
    rows = cog.communes()
    is_commune = rows["parent"] == ""
    shapes = contours.communes(rows["code"][is_commune].tolist())
    parts: dict[str, list[shapely.Geometry]] = {}
    columns = (rows[name][is_commune].tolist() for name in ("code", "departement_name"))
    for code, name in zip(*columns, strict=True):
        if code in shapes and name:
            parts.setdefault(name, []).append(shapes[code])
    return tuple(Named(name, _outline(shapes_of_one)) for name, shapes_of_one in parts.items())


def _outline(parts: list[shapely.Geometry]) -> shapely.Geometry:
    communes = np.array(parts, dtype=object)
    try:
        union = shapely.coverage_union_all(
            communes
        )  # fifty times faster, where neighbours share their points
    except shapely.errors.GEOSException:
        union = shapely.union_all(shapely.make_valid(communes))
    return shapely.simplify(union, SIMPLER)


def _feature(name: str, shape: shapely.Geometry) -> dict[str, Any]:
    """Return a feature whose coordinates have four decimals: ten metres."""
    geometry = json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-4, mode="pointwise")))
    return {"type": "Feature", "properties": {"nom": name} if name else {}, "geometry": _rounded(geometry)}


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    def cut(value: Any) -> Any:
        return round(value, 4) if isinstance(value, float) else [cut(each) for each in value]

    return {"type": geometry["type"], "coordinates": cut(geometry["coordinates"])}


# ----------------------------------------------------------------------------------------------------- points


def points(box: Box | None = None, facets: Sequence[str] = ()) -> dict[str, Any]:
    """Return the located places: `lieux`, rows of address, name, latitude, longitude, code of the commune.

    In a box that holds too many to be read, `groupes` instead: rows of how many, latitude, longitude. facets:
    those that each must have.
    """
    rows = having(Lieu.objects.filter(places.located(), state=rules.PUBLISHED), facets)
    if box is not None:
        west, south, east, north = box
        rows = rows.filter(latitude__range=(south, north), longitude__range=(west, east))
    columns = rows.order_by("pk").values_list("slug", "name", "latitude", "longitude", "code_insee")
    rows_found = [(slug, name, y or 0.0, x or 0.0, commune) for slug, name, y, x, commune in columns]
    if box is not None and len(rows_found) > POINTS:
        return {
            "groupes": _by_square(((latitude, longitude) for _, _, latitude, longitude, _ in rows_found), box)
        }
    return {
        "lieux": [[slug, name, round(y, 5), round(x, 5), commune] for slug, name, y, x, commune in rows_found]
    }


def communes() -> dict[str, Any]:
    """Return where the communes have located places: `communes`, rows of code, latitude, longitude, one by
    square of a kilometre. A device finds the nearest there by itself, without saying where it is.
    """
    rows = Lieu.objects.filter(places.located(), state=rules.PUBLISHED).exclude(code_insee="")
    squares = {
        (code, round(latitude, NEAR), round(longitude, NEAR))
        for code, latitude, longitude in rows.values_list("code_insee", "latitude", "longitude").iterator()
        if latitude is not None and longitude is not None
    }
    return {"communes": sorted(squares)}


def _by_square(points: Iterable[tuple[float, float]], box: Box) -> list[list[float]]:
    side = max((box[2] - box[0]), (box[3] - box[1])) / SQUARES
    by_square: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for latitude, longitude in points:
        by_square.setdefault((floor(latitude / side), floor(longitude / side)), []).append(
            (latitude, longitude)
        )
    return [
        [len(each), *(round(sum(axis) / len(each), 5) for axis in zip(*each, strict=True))]
        for each in by_square.values()
    ]
