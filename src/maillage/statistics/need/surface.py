"""The surface of communes, from their simplified contours."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from maillage.sources import contours

KM_BY_DEGREE = 111.32  # of the equator


@lru_cache(maxsize=32)
def square_kilometres(communes: frozenset[str]) -> Mapping[str, float]:
    """Return the area of each commune that has a contour."""
    extent = {}
    for code, shape in contours.communes(communes).items():
        shrink = np.cos(np.radians(shape.centroid.y))
        extent[code] = float(shape.area * shrink * KM_BY_DEGREE**2)
    return extent
