"""Names written on a map: as many as fit, each inside its zone, none over another."""

import re

import shapely

from maillage.reports.page import maps

TEXT = re.compile(r'<text class="(nom[^"]*)"[^>]* x="(-?\d+)" y="(-?\d+)">([^<]+)<')


def drawn(*zones: tuple[str, shapely.Geometry]) -> dict[str, tuple[float, float]]:
    areas = [maps.Area(code=name, name=name, shape=shape) for name, shape in zones]
    base = maps.Base(names=[(name, shape, 1.0) for name, shape in zones])
    svg = maps.draw(areas, base=base, title="Carte", description="Des zones.", id="c")
    return {name: (float(x), float(y)) for _, x, y, name in TEXT.findall(svg)}


def test_a_name_goes_up_or_down_where_its_neighbour_leaves_no_room():
    """FS-38 : deux zones hautes, côte à côte, aux noms plus larges qu’elles, gardent chacune le leur."""
    left, right = shapely.box(0, 0, 400, 900), shapely.box(400, 0, 800, 900)
    found = drawn(("Saint-Martin-le-Vinoux-du-Nord", left), ("Saint-Martin-d’Hères-et-Alentours", right))
    assert len(found) == 2
    assert len({y for _, y in found.values()}) == 2


def test_a_name_that_fits_nowhere_is_left_out():
    low = [(f"Une commune au nom très long {k}", shapely.box(k * 60, 0, k * 60 + 60, 40)) for k in range(10)]
    assert 0 < len(drawn(*low)) < 10


def test_a_frame_forgets_the_islets_of_a_zone_and_keeps_an_island_that_is_a_zone():
    mainland, islet = shapely.box(0, 0, 1, 1), shapely.box(5, 5, 5.05, 5.05)
    assert maps.frame_of([shapely.union(mainland, islet)]) == maps.frame_of([mainland])
    assert maps.frame_of([mainland, islet]).scale < maps.frame_of([mainland]).scale / 4
