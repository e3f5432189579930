"""Where people are in a commune: the population-weighted middle of its quarters, else the middle of its
contour.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely

from maillage.pipeline.contours import clean as contours
from maillage.pipeline.rp2021 import clean as rp2021

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
    return {code: _centre(whole, quarters.get(code, [])) for code, whole in drawn.items()}


def inside(whole: shapely.Geometry) -> shapely.Point:
    """Return the middle of a contour, or another point in it when the middle is outside, as in a ring."""
    middle = shapely.centroid(whole)
    return middle if shapely.contains(whole, middle) else shapely.point_on_surface(whole)


def _quarters(communes: Iterable[str]) -> dict[str, list[tuple[shapely.Geometry | None, float]]]:
    """Return the quarters of communes: contour (None when there is none) and inhabitants."""
    iris = rp2021.iris()
    held = np.isin(iris["commune"], sorted(communes)) & (iris["kind"] != "Z")
    shapes = contours.iris(iris["iris"][held].tolist())
    found: dict[str, list[tuple[shapely.Geometry | None, float]]] = {}
    for commune, code, people in zip(
        *(iris[name][held].tolist() for name in ("commune", "iris", "pop")), strict=True
    ):
        found.setdefault(commune, []).append((shapes.get(code), people))
    return found


def _centre(whole: shapely.Geometry, quarters: list[tuple[shapely.Geometry | None, float]]) -> Centre:
    whole = shapely.make_valid(whole)
    drawn = [
        (inside(shapely.make_valid(shape)), people)
        for shape, people in quarters
        if shape is not None and people > 0
    ]
    everybody = sum(people for _, people in quarters)
    if len(drawn) < 2 or sum(people for _, people in drawn) < DRAWN * everybody:
        point = inside(whole)
        return Centre(float(point.x), float(point.y), peopled=False)
    weights = [people for _, people in drawn]
    lon, lat = np.average([(point.x, point.y) for point, _ in drawn], axis=0, weights=weights)
    middle = shapely.Point(lon, lat)
    if not shapely.contains(whole, middle):
        middle = min((point for point, _ in drawn), key=lambda point: shapely.distance(point, middle))
    return Centre(float(middle.x), float(middle.y), peopled=True)
