"""A dropped file of contours: its projection, what its polygons must be, and the generation of its codes."""

import json
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from maillage.kernel.errors import Refused
from maillage.sources import markings
from tests.support.areas import square

LAMBERT_93 = "urn:ogc:def:crs:EPSG::2154"
POLYGON = json.loads(shapely.to_geojson(square()))
BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[5.7, 45.1], [5.8, 45.2], [5.8, 45.1], [5.7, 45.2], [5.7, 45.1]]],
}


def in_lambert(shape: shapely.Geometry) -> Any:
    to_metres = Transformer.from_crs(4326, 2154, always_xy=True).transform
    moved = shapely.transform(shape, lambda xy: np.column_stack(to_metres(xy[:, 0], xy[:, 1])))
    return json.loads(shapely.to_geojson(moved))


def written(geometry: Any, properties: dict[str, str], crs: str = "") -> bytes:
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    member = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **member}).encode()


def test_contours_in_lambert_93_are_read_when_the_file_says_so():
    content = written(in_lambert(square()), {"code_qp": "QN03801M", "lib_qp": "Teisseire"}, LAMBERT_93)
    (district,) = markings.read(content, name="qp2024.geojson").districts
    assert district.name == "Teisseire"
    assert shapely.equals_exact(district.shape.normalize(), square().normalize(), tolerance=1e-8)


@pytest.mark.parametrize(("code", "generation"), [("QN03801M", "2024"), ("QP038001", "2015"), ("X1", "")])
def test_codes_tell_the_generation_of_the_districts(code, generation):
    assert markings.read(written(POLYGON, {"code_qp": code}), name="f.geojson").generation == generation


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (written(POLYGON, {"nom": "Teisseire"}), "il manque le code du quartier"),
        (written({"type": "Point", "coordinates": [5.7, 45.1]}, {"code_qp": "QN1"}), "c’est un point"),
        (written(BOW_TIE, {"code_qp": "QN1"}), "le contour se croise lui-même"),
        (written(None, {"code_qp": "QN1"}), "le polygone est absent"),
        (written({"type": "Polygon", "coordinates": []}, {"code_qp": "QN1"}), "le polygone est absent"),
        (written(in_lambert(square()), {"code_qp": "QN1"}), "les coordonnées ne sont pas des degrés"),
        (written(POLYGON, {"code_qp": "QN1"}, "EPSG:999999"), "la projection EPSG 999999 n’existe pas"),
    ],
)
def test_a_contour_that_places_no_district_is_refused_with_its_number_and_why(content, reason):
    with pytest.raises(Refused, match=reason) as refused:
        markings.read(content, name="qp2024.geojson")
    assert refused.value.what.startswith("qp2024.geojson")


def test_a_contour_that_only_touches_itself_is_repaired():
    """Two squares that share a corner, drawn in one line: nobody doubts their surface."""
    ring = [[0, 45], [1, 45], [1, 46], [2, 46], [2, 47], [1, 47], [1, 46], [0, 46], [0, 45]]
    content = written({"type": "Polygon", "coordinates": [ring]}, {"code_qp": "QN1"})
    (district,) = markings.read(content, name="f.geojson").districts
    assert district.shape.area == pytest.approx(2.0)
