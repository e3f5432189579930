"""The surface of a territory, from the simplified contours of its communes."""

from collections.abc import Iterable

import numpy as np
import shapely

from maillage.sources import contours

KM_BY_DEGREE = 111.195  # of a meridian, on a sphere of 6,371 km


def square_kilometres(communes: Iterable[str]) -> float:
    """Return the surface of some communes; those without a contour count for nothing.

    On a sphere, each commune at the latitude of its own middle: a few percent for a small one, as contours
    are simplified.
    """
    shapes = np.array(list(contours.communes(communes).values()), dtype=object)
    if not len(shapes):
        return 0.0
    middle = np.radians(shapely.get_y(shapely.centroid(shapes)))
    return float((shapely.area(shapes) * np.cos(middle)).sum() * KM_BY_DEGREE**2)
