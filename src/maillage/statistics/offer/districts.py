"""The position of a point relative to the contours of districts: inside, outside, too near an edge to say.

A contour follows the middle of a street, a point of address stands on its pavement or in its courtyard:
within `MARGIN` of an edge, neither says on which side a door opens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import NDArray

INSIDE, EDGE, OUTSIDE, UNKNOWN = "oui", "limite", "non", "inconnu"
MARGIN = 30.0  # metres
METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Point:
    """A point in degrees, and how far from it its place may be, in metres."""

    longitude: float
    latitude: float
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """The position of a point. district: the name of the one it is in or near, "" when it is outside all."""

    status: str
    district: str = ""


@dataclass(frozen=True)
class Contours:
    """The contours of districts, in degrees; one district may have several, one for each of its communes."""

    names: Sequence[str]
    shapes: Sequence[shapely.Geometry]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(list(self.shapes))

    def touching(self, shape: shapely.Geometry) -> list[shapely.Geometry]:
        """Return the contours that touch a shape, in order."""
        return [self.shapes[k] for k in sorted(self._tree.query(shape, predicate="intersects").tolist())]

    def standings(self, points: Sequence[Point]) -> list[Standing]:
        """Return where each point stands, in the same order."""
        standings = [Standing(OUTSIDE)] * len(points)
        if not points:
            return standings
        at, of = self._tree.query([_margin_area(point) for point in points])
        for k in np.unique(at).tolist():
            standings[k] = self._standing(points[k], of[at == k].tolist())
        return standings

    def _standing(self, point: Point, near: Sequence[int]) -> Standing:
        """Return where a point stands beside the few contours near it, drawn in metres around it.

        Two contours that touch are one surface: the border of two communes is no edge of a district.
        """
        scale = np.array([cos(radians(point.latitude)), 1.0]) * METRES_A_DEGREE
        origin = np.array([point.longitude, point.latitude])

        def metres(corners: NDArray[np.float64]) -> NDArray[np.float64]:
            drawn: NDArray[np.float64] = (corners - origin) * scale
            return drawn

        drawn = [shapely.transform(self.shapes[k], metres) for k in near]
        centre = shapely.Point(0.0, 0.0)
        district = shapely.union_all(drawn)
        if shapely.distance(shapely.boundary(district), centre) > margin(point):
            inside = bool(shapely.contains(district, centre))
            return Standing(INSIDE, self._nearest(drawn, near, centre)) if inside else Standing(OUTSIDE)
        return Standing(EDGE, self._nearest(drawn, near, centre))

    def _nearest(
        self, drawn: Sequence[shapely.Geometry], near: Sequence[int], origin: shapely.Geometry
    ) -> str:
        return self.names[near[int(np.argmin(shapely.distance(np.array(drawn, dtype=object), origin)))]]


def margin(point: Point) -> float:
    """Return the metres around a point within which an edge leaves a doubt."""
    return max(MARGIN, point.doubt)


def _margin_area(point: Point) -> shapely.Geometry:
    high = margin(point) / METRES_A_DEGREE
    wide = high / max(cos(radians(point.latitude)), 0.01)
    return shapely.box(
        point.longitude - wide, point.latitude - high, point.longitude + wide, point.latitude + high
    )
