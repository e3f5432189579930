"""Where people are in a commune: by its quarters, inside, and said when it is its contour alone."""

import shapely

from maillage.pipeline.contours import clean as contours
from maillage.studies.offer import centres
from maillage.studies.offer.centres import Centre

WHOLE = shapely.box(0, 0, 10, 10)


def test_a_quarter_weighs_its_inhabitants():
    quarters = [
        (shapely.box(0, 0, 2, 2), 300.0),
        (shapely.box(8, 8, 10, 10), 100.0),
        (shapely.box(4, 0, 6, 2), 0.0),
    ]
    assert centres._centre(WHOLE, quarters) == Centre(3.0, 3.0, peopled=True)


def test_the_contour_stands_where_quarters_are_not_drawn_or_there_is_but_one():
    contour = Centre(5.0, 5.0, peopled=False)
    assert centres._centre(WHOLE, []) == contour
    assert centres._centre(WHOLE, [(WHOLE, 500.0)]) == contour
    assert (
        centres._centre(
            WHOLE, [(shapely.box(0, 0, 1, 1), 50.0), (shapely.box(1, 0, 2, 1), 50.0), (None, 90.0)]
        )
        == contour
    )


def test_a_centre_is_always_inside():
    ring = shapely.difference(WHOLE, shapely.box(1, 1, 9, 9))
    ends = [(shapely.box(0, 0, 1, 1), 10.0), (shapely.box(9, 9, 10, 10), 10.0)]
    for quarters in ([], ends):
        found = centres._centre(ring, quarters)
        assert shapely.intersects(ring, shapely.Point(found.lon, found.lat))


def test_real_communes_have_theirs_inside():
    codes = ["38185", "38151", "38563"]
    found = centres.centres(codes)
    shapes = contours.communes(codes)
    assert {code: each.peopled for code, each in found.items()} == {
        "38185": True,
        "38151": True,
        "38563": True,
    }
    assert all(
        shapely.contains(shapes[code], shapely.Point(each.lon, each.lat)) for code, each in found.items()
    )
