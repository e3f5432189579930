"""The centre of people in a commune: the population-weighted middle of its quarters, else the middle of its
contour.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely

from maillage.sources import contours, rp2021

# share of the inhabitants whose quarter has a contour, under which the quarters do not tell the middle
DRAWN = 0.95


@dataclass(frozen=True, slots=True)
class Centre:
    """A point inside a commune. peopled: whether it is the middle of its inhabitants rather than of its
    contour.
    """

    lon: float
    lat: float
    peopled: bool


def centres(codes: Iterable[str]) -> dict[str, Centre]:
    """Return the centre of each commune or arrondissement that has a contour.

    Each quarter (IRIS) counts at its middle, weighted by its inhabitants of 2021. Where no quarter is drawn,
    or there is only one, nothing says where people live: the middle of the contour is used. A centre is
    always inside.
    """
    drawn = contours.communes(codes)
    quarters = _quarters(drawn)
    return {code: _centre(outline, quarters.get(code, [])) for code, outline in drawn.items()}


def inside(outline: shapely.Geometry) -> shapely.Point:
    """Return the middle of a contour, or another point in it when the middle is outside, as in a ring."""
    middle = shapely.centroid(outline)
    return middle if shapely.contains(outline, middle) else shapely.point_on_surface(outline)


def _quarters(communes: Iterable[str]) -> dict[str, list[tuple[shapely.Geometry | None, float]]]:
    """Return the quarters of communes: contour (None when there is none) and inhabitants."""
    iris = rp2021.iris()
    selected = np.isin(iris["commune"], sorted(communes)) & (iris["kind"] != "Z")
    shapes = contours.iris(iris["iris"][selected].tolist())
    quarters: dict[str, list[tuple[shapely.Geometry | None, float]]] = {}
    for commune, code, people in zip(
        *(iris[name][selected].tolist() for name in ("commune", "iris", "pop")), strict=True
    ):
        quarters.setdefault(commune, []).append((shapes.get(code), people))
    return quarters


def _centre(outline: shapely.Geometry, quarters: list[tuple[shapely.Geometry | None, float]]) -> Centre:
    outline = shapely.make_valid(outline)
    drawn = [
        (inside(shapely.make_valid(shape)), people)
        for shape, people in quarters
        if shape is not None and people > 0
    ]
    everybody = sum(people for _, people in quarters)
    if len(drawn) < 2 or sum(people for _, people in drawn) < DRAWN * everybody:
        point = inside(outline)
        return Centre(float(point.x), float(point.y), peopled=False)
    weights = [people for _, people in drawn]
    lon, lat = np.average([(point.x, point.y) for point, _ in drawn], axis=0, weights=weights)
    middle = shapely.Point(lon, lat)
    if not shapely.contains(outline, middle):
        middle = min((point for point, _ in drawn), key=lambda point: shapely.distance(point, middle))
    return Centre(float(middle.x), float(middle.y), peopled=True)
