"""Files of contours for tests, in the form of the official one, drawn around real places."""

import json
from math import cos, radians

import shapely

from maillage.apps.platform.accounts.models import User
from maillage.apps.territories import actions
from maillage.apps.territories.models import Marking
from tests.support.lieux import TEISSEIRE

METRES_A_DEGREE = 111_195.0


def square(
    half: float = 300.0, *, near: tuple[float, float] = TEISSEIRE, east: float = 0.0
) -> shapely.Geometry:
    """Return a square of twice `half` metres, its middle `east` metres to the east of a point."""
    high, squeeze = half / METRES_A_DEGREE, cos(radians(near[0]))
    middle = near[1] + east / (METRES_A_DEGREE * squeeze)
    return shapely.box(middle - high / squeeze, near[0] - high, middle + high / squeeze, near[0] + high)


def contours(*drawn: tuple[str, str, shapely.Geometry], code: str = "code_qp", name: str = "lib_qp") -> bytes:
    """Return the GeoJSON of districts: (code, name, shape). code, name: of its columns."""
    features = [
        {"type": "Feature", "properties": {code: k, name: n}, "geometry": json.loads(shapely.to_geojson(s))}
        for k, n, s in drawn
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def drop(by: User, content: bytes, *, slug: str = "qpv-2024", file_name: str = "qp2024.geojson") -> Marking:
    """Drop a file of contours, as the page does."""
    return actions.keep_marking(by=by, slug=slug, label="", content=content, file_name=file_name)


def teisseire(by: User, half: float = 300.0) -> Marking:
    """Drop a file of one priority district, a square around the middle of Teisseire in Grenoble."""
    return drop(by, contours(("QN03899M", "Teisseire", square(half))))
