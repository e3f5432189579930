"""The census quarter (IRIS) that holds a place."""

from collections.abc import Sequence

import numpy as np
import shapely

from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.sources import contours, rp2021


def iris_of(rows: Sequence[Lieu]) -> dict[int, str]:
    """Return the IRIS that holds each located place, where its contour is known."""
    located = [lieu for lieu in rows if places.is_located(lieu)]
    shapes = contours.iris(iris_codes(sorted({lieu.code_insee for lieu in located})))
    if not shapes:
        return {}
    codes = list(shapes)
    tree = shapely.STRtree(list(shapes.values()))
    points, zones = tree.query([shapely.Point(l.longitude, l.latitude) for l in located], predicate="within")  # noqa: E741
    return {located[p].pk: codes[z] for p, z in zip(points.tolist(), zones.tolist(), strict=True)}


def iris_codes(communes: Sequence[str]) -> list[str]:
    """Return the IRIS of some communes that are cut in several."""
    iris = rp2021.iris()
    inside = np.isin(iris["commune"], communes) & (iris["kind"] != "Z")
    codes: list[str] = iris["iris"][inside].tolist()
    return codes
