"""Where people are in a commune: by its quarters, inside, and said when it is its contour alone."""

import shapely

from maillage.sources import contours
from maillage.statistics.zones import centres
from maillage.statistics.zones.centres import Centre

SQUARE = shapely.box(0, 0, 10, 10)


def test_a_quarter_weighs_its_inhabitants():
    quarters = [
        (shapely.box(0, 0, 2, 2), 300.0),
        (shapely.box(8, 8, 10, 10), 100.0),
        (shapely.box(4, 0, 6, 2), 0.0),
    ]
    assert centres._centre(SQUARE, quarters) == Centre(3.0, 3.0, peopled=True)


def test_the_contour_stands_where_quarters_are_not_drawn_or_there_is_but_one():
    contour = Centre(5.0, 5.0, peopled=False)
    assert centres._centre(SQUARE, []) == contour
    assert centres._centre(SQUARE, [(SQUARE, 500.0)]) == contour
    assert (
        centres._centre(
            SQUARE, [(shapely.box(0, 0, 1, 1), 50.0), (shapely.box(1, 0, 2, 1), 50.0), (None, 90.0)]
        )
        == contour
    )


def test_a_centre_is_always_inside():
    ring = shapely.difference(SQUARE, shapely.box(1, 1, 9, 9))
    ends = [(shapely.box(0, 0, 1, 1), 10.0), (shapely.box(9, 9, 10, 10), 10.0)]
    for quarters in ([], ends):
        centre = centres._centre(ring, quarters)
        assert shapely.intersects(ring, shapely.Point(centre.lon, centre.lat))


def test_real_communes_have_their_centre_inside():
    codes = ["38185", "38151", "38563"]
    centre_by_code = centres.centres(codes)
    shapes = contours.communes(codes)
    assert {code: centre.peopled for code, centre in centre_by_code.items()} == {
        "38185": True,
        "38151": True,
        "38563": True,
    }
    assert all(
        shapely.contains(shapes[code], shapely.Point(centre.lon, centre.lat))
        for code, centre in centre_by_code.items()
    )
