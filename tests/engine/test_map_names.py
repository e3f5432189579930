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
    west, right = shapely.box(0, 0, 400, 900), shapely.box(400, 0, 800, 900)
    names = drawn(("Saint-Martin-le-Vinoux-du-Nord", west), ("Saint-Martin-d’Hères-et-Alentours", right))
    assert len(names) == 2
    assert len({y for _, y in names.values()}) == 2


def test_a_name_that_fits_nowhere_is_left_out():
    low = [(f"Une commune {k}", shapely.box(k * 60, 0, k * 60 + 60, 40)) for k in range(10)]
    assert 0 < len(drawn(*low)) < 10


def test_an_own_zone_whose_name_fits_nowhere_has_its_number():
    """Un numéro, et sa légende ; un nom qui tient garde son numéro pour le papier, caché à l’écran."""
    zones = [(f"Un secteur au nom long {k}", shapely.box(k * 60, 0, k * 60 + 60, 40)) for k in range(10)]
    zones.append(("Sud", shapely.box(0, -60, 600, 0)))
    areas = [maps.Area(code=name, name=name, shape=shape) for name, shape in zones]
    names = [(name, shape, 1.0) for name, shape in zones]
    numbers = {name: str(k) for k, (name, _) in enumerate(zones, 1)}
    svg = maps.draw(
        areas, base=maps.Base(names=names, numbers=numbers), title="Carte", description="", id="c"
    )
    visible_texts = [text for text in re.findall(r"<text[^>]*>", svg) if 'display="none"' not in text]
    written = {name: [text for text in visible_texts if f'data-nom="{name}"' in text] for name, _ in zones}
    assert ">Sud</text>" in svg and not written["Sud"]
    assert all(f">{name}</text>" in svg or written[name] for name, _ in zones)
    assert sum(map(bool, written.values())) > 5
    assert "1 Un secteur au nom long 0, 2 Un secteur au nom long 1" in maps.numbers_key(svg)
    assert (
        maps.numbers_key(maps.draw(areas, base=maps.Base(names=names), title="", description="", id="c"))
        == ""
    )
    assert "data-nom" not in maps.on_paper(svg) and ">3</text>" in maps.on_paper(svg)


def test_a_frame_forgets_the_islets_of_a_zone_and_keeps_an_island_that_is_a_zone():
    mainland, islet = shapely.box(0, 0, 1, 1), shapely.box(5, 5, 5.05, 5.05)
    assert maps.frame_of([shapely.union(mainland, islet)]) == maps.frame_of([mainland])
    assert maps.frame_of([mainland, islet]).scale < maps.frame_of([mainland]).scale / 4


def in_zone(name: str, x: float, y: float, zone: shapely.Geometry) -> float:
    """Return the share of the box of a name that is in its zone, which fills the drawing with the others."""
    west, north, east, south = maps._label_box(name, x, y - maps.LABEL / 3, maps.LABEL)
    box = shapely.box(west, north, east, south)
    return shapely.area(shapely.intersection(zone, box)) / shapely.area(box)


def test_a_name_stays_mostly_in_its_zone_however_thin():
    """Une zone qui fait le tour d’une autre, mince en haut et large en bas, est nommée en bas ; une zone plus
    mince que quatre dixièmes de son nom n’est pas nommée.
    """
    ring = [(0, 0), (0.9, 0), (0.9, 0.9), (0, 0.9)]
    hole = [(0.01, 0.2), (0.89, 0.2), (0.89, 0.89), (0.01, 0.89)]
    zones = {
        "Centre Ville Sud-Vallée": shapely.Polygon(ring, [hole]),
        "Centre": shapely.Polygon(hole),
        "Grand Brunetière-Criel Nord": shapely.box(0.9, 0, 0.93, 0.9),
    }
    places = drawn(*zones.items())
    assert set(places) == {"Centre Ville Sud-Vallée", "Centre"}
    frame = maps.frame_of(list(zones.values()))
    assert all(in_zone(name, *at, frame.place(zones[name])) >= maps.IN_ZONE for name, at in places.items())


def test_a_name_may_leave_the_map_for_the_sea():
    """Une île mince garde son nom : la mer n’est à personne."""
    assert len(drawn(("Ouessant", shapely.box(0, 0, 0.02, 0.9)))) == 1
