"""The point of a place: coordinates as people write them, and how far from its commune they fall."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.sources import cog, contours
from maillage.sources.offer.clean import commune, words
from maillage.sources.offer.clean.cleaned import Cleaned
from maillage.sources.offer.clean.commune import TOLERANCE_METRES

DEGREE = 111_195.0  # metres of a degree of latitude
ELSEWHERE = 20_000.0  # metres outside a contour beyond which a point is that of another place
WIDEST = 120_000.0  # metres: the radius of the widest commune; the centre of anything wider says nothing
COARSE = 0.005  # degrees: half the last digit of a coordinate given to the hundredth

# Territories whose communes have no contour: the box they are in, west, south, east, north.
BOXES = {
    "975": (-56.6, 46.7, -56.0, 47.2),
    "977": (-62.96, 17.85, -62.77, 17.99),
    "978": (-63.17, 18.03, -62.95, 18.14),
    "986": (-178.3, -14.5, -176.0, -13.1),
    "987": (-155.0, -28.0, -134.0, -7.5),
    "988": (158.0, -23.0, 172.5, -17.5),
}

# Systems in metres: name, EPSG code, and where x and y may be.
SYSTEMS = (
    ("Lambert 93", 2154, (0.0, 1.3e6), (6.0e6, 7.2e6)),
    ("Lambert II étendu", 27572, (0.0, 1.2e6), (1.6e6, 2.7e6)),
    *(
        (
            f"conique conforme {zone}",
            3900 + zone,
            (1.1e6, 2.3e6),
            ((zone - 42) * 1e6 + 1.0e6, (zone - 42) * 1e6 + 1.4e6),
        )
        for zone in range(42, 51)
    ),
    ("Mercator", 3857, (-7.1e6, 6.3e6), (-2.5e6, 6.7e6)),
    ("UTM des Antilles", 5490, (4.0e5, 8.0e5), (1.5e6, 2.1e6)),
    ("UTM de Guyane", 2972, (0.0, 6.0e5), (2.0e5, 7.0e5)),
    ("UTM de La Réunion", 2975, (2.9e5, 4.0e5), (7.6e6, 7.8e6)),
    ("UTM de Mayotte", 4471, (4.9e5, 5.5e5), (8.5e6, 8.65e6)),
)

# « 45.1885 », « 45,1885° N », « 45°11'18,6"N », « 45° 11,3' »
ANGLE = re.compile(
    r"(?P<before>[NSEWO])?\s*(?P<degrees>[-−+]?\d+(?:[.,]\d+)?)\s*"
    r"(?:[°ºd]\s*(?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*['’′]\s*)?(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|”|″|''|’’|′′)?)?)?"
    r"\s*(?P<after>[NSEWO]\b)?",
    re.IGNORECASE,
)
THOUSANDS = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")  # « 914 200 »
LONGITUDE_FIRST = re.compile(r"\bPOINT\b|coordinates", re.IGNORECASE)  # WKT and GeoJSON


@dataclass(frozen=True, slots=True)
class Extent:
    """The extent of a commune: a point inside (degrees), the metres from it to the farthest border, and its
    contour.

    `contour` is in metres east and north of the centre: right to one part in a hundred within some hundred
    kilometres.
    """

    longitude: float
    latitude: float
    radius: float
    contour: shapely.Geometry

    def outside(self, latitude: float, longitude: float) -> float:
        """Return how many metres outside the contour a point is, 0 when inside."""
        east = (longitude - self.longitude) * DEGREE * math.cos(math.radians(self.latitude))
        north = (latitude - self.latitude) * DEGREE
        if shapely.contains_xy(self.contour, east, north):
            return 0.0
        return float(shapely.distance(self.contour, shapely.Point(east, north)))


@dataclass(frozen=True, slots=True)
class Way:
    """One way of reading two numbers: the point, and what was done to them, '' when nothing."""

    latitude: float
    longitude: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A point as read, whether or not we know its commune: the ways of reading it, the plainest first."""

    ways: tuple[Way, ...]
    typed: str
    mends: tuple[str, ...] = ()
    doubt: float = 0.0  # metres hidden by rounding, when they matter

    def nearest(self, code: str) -> tuple[Way, float]:
        """Return the way of reading that puts the point in that commune or beside it, and how many metres
        outside it is.

        When none does, the plainest, or among systems of coordinates the nearest; infinite when the commune
        has no contour.
        """
        contour = extent(code)
        if contour is None:
            return self.ways[0], math.inf
        outside = []
        for way in self.ways:
            outside.append(contour.outside(way.latitude, way.longitude))
            if outside[-1] <= TOLERANCE_METRES:
                return way, outside[-1]
        best = outside.index(min(outside)) if self.ways[0].reason else 0
        return self.ways[best], outside[best]

    def inside(self) -> tuple[Way, str]:
        """Return the first way of reading that falls in a commune, and that commune; the plainest and '' when
        none.
        """
        for way in self.ways:
            if commune_code := containing(way.latitude, way.longitude):
                return way, commune_code
        return self.ways[0], ""


def clean(latitude: str, longitude: str) -> Cleaned[Point]:
    """Return the point in two cells, in degrees or in metres of a usual system; one cell may hold both.

    Refused, with the value told, when the cells are not a point: one alone, 0 and 0, out of the globe, or
    words.
    """
    cells = [text.strip() for text in (latitude, longitude) if not words.nothing(text)]
    if not cells:
        return words.nothing(latitude) or Cleaned.empty()
    typed = " ; ".join(text[:40] for text in dict.fromkeys(cells))
    mends: list[str] = []
    if len(set(cells)) == 1 and (pair := _pair(cells[0])):
        mends.append("latitude et longitude dans la même case")
        cells = list(pair)
    if len(cells) == 1:
        return Cleaned.refused(f"« {typed} » ne donne qu’une des deux coordonnées")
    first, second = map(_number, cells)
    if first is None or second is None:
        return Cleaned.refused(f"« {typed} » n’est pas un point")
    if any(re.search(r"[°ºd]\s*\d", text) for text in cells):
        mends.append("degrés, minutes et secondes convertis")
    elif any("," in text for text in cells):
        mends.append("virgule décimale")
    if first == 0 and second == 0:
        return Cleaned.refused("le point 0, 0 est au large de l’Afrique")
    ways = tuple(_ways(first, second))
    if not ways:
        return Cleaned.refused(f"« {typed} » est hors du globe")
    step = max(map(_half_step, cells))
    doubt = step * DEGREE if COARSE <= step < 1 and not ways[0].reason else 0.0
    return words.verdict(Point(ways, typed, tuple(mends), doubt), mends=mends)


def _pair(text: str) -> tuple[str, str] | None:
    """Return the latitude and the longitude that one cell holds."""
    text = THOUSANDS.sub("", text)
    longitude_first = LONGITUDE_FIRST.search(text)
    parts = [
        match[0].strip() for match in ANGLE.finditer(text, longitude_first.end() if longitude_first else 0)
    ]
    if len(parts) != 2:
        return None
    return (parts[1], parts[0]) if longitude_first else (parts[0], parts[1])


def _number(text: str) -> float | None:
    """Return the degrees or metres of one coordinate: decimal, with a comma or a point, or degrees, minutes
    and seconds.
    """
    match = ANGLE.fullmatch(THOUSANDS.sub("", text))
    if not match:
        return None
    typed = (match["degrees"].replace("−", "-"), match["minutes"] or "0", match["seconds"] or "0")
    degrees, minutes, seconds = (float(part.replace(",", ".")) for part in typed)
    if max(minutes, seconds) >= 60:
        return None
    letter = (match["before"] or match["after"] or "").upper()
    sign = -1 if typed[0].startswith("-") or letter in ("S", "W", "O") else 1
    return sign * (abs(degrees) + round(minutes / 60 + seconds / 3600, 6))


def _half_step(text: str) -> float:
    """Return half the last digit of a decimal coordinate, 0 for any other form."""
    match = re.fullmatch(r"[-−+]?\d+[.,](\d+)\s*°?", text)
    return 0.5 / 10 ** len(match[1]) if match else 0.0


def _ways(first: float, second: float) -> Iterator[Way]:
    """Yield the points that two numbers may be, in the order they are to be believed."""
    if abs(first) <= 90 and abs(second) <= 180:
        yield Way(first, second)
        if abs(second) <= 90:
            yield Way(second, first, "latitude et longitude étaient inversées")
        yield Way(first, -second, "le signe de la longitude était faux")
        yield Way(-first, second, "le signe de la latitude était faux")
    elif abs(first) <= 180 and abs(second) <= 90:
        yield Way(second, first, "latitude et longitude étaient inversées")
    if max(abs(first), abs(second)) <= 1000:
        return
    for x, y in ((second, first), (first, second)):
        for name, epsg, (west, east), (south, north) in SYSTEMS:
            if west <= x <= east and south <= y <= north:
                longitude, latitude = _degrees(epsg, x, y)
                yield Way(latitude, longitude, f"converti du système {name}")


def _degrees(epsg: int, x: float, y: float) -> tuple[float, float]:
    longitude, latitude = _transformer(epsg).transform(x, y)
    return round(longitude, 6), round(latitude, 6)


@cache
def _transformer(epsg: int) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(epsg, 4326, always_xy=True)


NEARBY_DEGREES = 0.1  # around a point, within which the nearest contour is looked for: beyond the tolerance


@cache
def shapes() -> dict[str, shapely.Geometry]:
    """Return the contour of every commune of today that has one, in degrees; read once, in less than a
    second. They take eighty megabytes: a file of places asks for them, `some_shapes` does for one sheet.
    """
    rows = cog.communes()
    return contours.communes(rows["code"][rows["parent"] == ""].tolist())


def some_shapes(codes: Sequence[str]) -> dict[str, shapely.Geometry]:
    """Return the contours of some communes: from those of all of them where a file asked for these, else read
    alone, in a tenth of a second.
    """
    if not shapes.cache_info().currsize:
        return contours.communes(codes)
    return {code: shapes()[code] for code in sorted(codes) if code in shapes()}


@cache
def boxes() -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Return the codes of the communes that have a contour, and their boxes (n, 4) in degrees."""
    every = shapes() if shapes.cache_info().currsize else shapes.__wrapped__()
    return np.array(list(every)), shapely.bounds(np.array(list(every.values()), dtype=object))


def touching(west: float, south: float, east: float, north: float) -> list[str]:
    """Return the communes whose box touches a box (degrees)."""
    codes, bounds = boxes()
    inside = (
        (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    )
    codes_inside: list[str] = codes[inside].tolist()
    return codes_inside


def containing(latitude: float, longitude: float) -> str:
    """Return the commune whose contour holds a point, the first by code when two do, or the one it is beside;
    '' if none.
    """
    place = shapely.Point(longitude, latitude)
    shapes_here = some_shapes(touching(longitude, latitude, longitude, latitude))
    if holding := [code for code, shape in shapes_here.items() if shapely.intersects(shape, place)]:
        return min(holding)
    nearby_shapes = some_shapes(
        touching(
            longitude - NEARBY_DEGREES,
            latitude - NEARBY_DEGREES,
            longitude + NEARBY_DEGREES,
            latitude + NEARBY_DEGREES,
        )
    )
    closest = min(nearby_shapes, key=lambda code: shapely.distance(nearby_shapes[code], place), default="")
    known = extent(closest) if closest else None
    return closest if known and known.outside(latitude, longitude) <= TOLERANCE_METRES else ""


def overseas(latitude: float, longitude: float) -> bool:
    """Recognise a point in a territory whose communes have no contour."""
    return any(
        west <= longitude <= east and south <= latitude <= north
        for west, south, east, north in BOXES.values()
    )


@cache
def extent(code: str) -> Extent | None:
    """Return how far a commune goes; None when neither its contour nor its territory is known.

    The few communes without a contour are taken as wide as those that share their postal code, or their
    overseas territory.
    """
    shape = some_shapes([code]).get(code) or _stand_in(code)
    if shape is None:
        return None
    centre = shape.centroid
    if not shape.contains(centre):
        centre = shape.point_on_surface()
    scale = (DEGREE * math.cos(math.radians(centre.y)), DEGREE)
    contour = shapely.transform(shape, lambda xy: (xy - (centre.x, centre.y)) * scale)
    radius = float(np.hypot(*shapely.get_coordinates(contour).T).max())
    shapely.prepare(contour)
    return Extent(round(centre.x, 6), round(centre.y, 6), radius, contour)


def _stand_in(code: str) -> shapely.Geometry | None:
    if (area := commune.departement(code)) in BOXES:
        return shapely.box(*BOXES[area])
    neighbours = {
        near
        for postal in commune.index().communes[code].postcodes
        for near in commune.index().postcodes[postal]
    }
    known = list(some_shapes(sorted(neighbours)).values())
    return shapely.convex_hull(shapely.union_all(known)) if known else None
