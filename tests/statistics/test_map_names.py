"""Names written on a map: as many as fit, each inside its zone, none over another."""

import re
from types import SimpleNamespace

import pytest
import shapely

from maillage.publishing.page import maps
from maillage.publishing.territory import atlas, map_keys

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


def test_the_one_zone_that_matters_has_its_name_not_a_rank():
    """« 1 » sur la carte de la synthèse, où les autres zones avaient leur nom."""
    zones = [("Haut Pays", shapely.box(0, 0, 400, 400)), ("Nord", shapely.box(400, 0, 800, 400))]
    areas = [maps.Area(code=name, name=name, shape=shape) for name, shape in zones]
    base = maps.Base(names=[(name, shape, 1.0) for name, shape in zones])
    svg = maps.draw(areas, base=base, title="Carte", description="Des zones.", id="c")
    one = {name for *_, name in TEXT.findall(maps.numbered(svg, ["Haut Pays"], {"Haut Pays"}))}
    two = {
        name for *_, name in TEXT.findall(maps.numbered(svg, ["Haut Pays", "Nord"], {"Haut Pays", "Nord"}))
    }
    assert (one, two) == ({"Haut Pays"}, {"1", "2"})


def test_a_name_that_the_text_says_stands_out_of_its_zone_rather_than_nowhere():
    """« Presqu’île de Lézardrieux » et « Plestin », les deux zones du « Où ? », n’avaient pas de nom sur la carte."""
    zones = {
        "Plestin et Beaufort": shapely.box(0, 300, 60, 600),
        "Lannion et ses environs": shapely.box(60, 0, 940, 900),
        "Presqu’île de Lézardrieux": shapely.box(940, 0, 1000, 900),
    }
    areas = [maps.Area(code=name, name=name, shape=shape) for name, shape in zones.items()]
    names = [(name, shape, float(k)) for k, (name, shape) in enumerate(zones.items())]

    def printed(cited: set[str]) -> list[set[str]]:
        base = maps.Base(names=names, cited=cited)
        svg = maps.draw(areas, base=base, title="", description="", id="c")
        sizes = maps.on_paper(svg).split('<g class="taille t')[1:]
        return [{name for *_, name in maps.NAME.findall(size)} for size in sizes[:8]]

    assert all(names == {"Lannion et ses environs"} for names in printed(set()))
    cited = {"Plestin et Beaufort", "Presqu’île de Lézardrieux"}
    assert all(cited <= names for names in printed(cited))


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


def test_a_name_wider_than_its_map_is_left_out_on_paper():
    """« acapelle-Marival et La », coupé aux deux bords d’une petite carte."""
    name = "Ségala : Lacapelle-Marival et Latronquière"
    areas = [maps.Area(code="1", name=name, shape=shapely.box(0, 0, 9, 9))]
    svg = maps.draw(
        areas, base=maps.Base(names=[(name, areas[0].shape, 1.0)]), title="", description="", id="c"
    )
    printed = maps.on_paper(svg)
    widths = [int(size) * maps.LETTER * len(name) for size in re.findall(r'font-size="(\d+)"', printed)]
    assert widths and max(widths) <= maps.WIDTH


def test_ranks_stand_alone_when_a_map_is_numbered():
    """« 2 » d’une zone sans place pour son nom se lisait comme la deuxième ligne du tableau."""
    zones = [(f"Un secteur au nom long {k}", shapely.box(k * 60, 0, k * 60 + 60, 40)) for k in range(10)]
    areas = [maps.Area(code=str(k), name=name, shape=shape) for k, (name, shape) in enumerate(zones)]
    base = maps.Base(
        names=[(name, shape, 1.0) for name, shape in zones],
        numbers={name: str(k) for k, (name, _) in enumerate(zones, 1)},
    )
    svg = maps.draw(areas, base=base, title="", description="", id="c")
    ranked = maps.numbered(svg, ["7", "3"], {zones[7][0], zones[3][0]})
    assert sorted(text for *_, text in maps.NAME.findall(ranked) if text.isdigit()) == ["1", "2"]
    assert maps.numbers_key(ranked) == ""


def test_a_summary_numbers_the_zones_that_its_sentence_names():
    """Trois secteurs « sûrement plus fréquents », en foncé sur la carte, sans nom ni numéro."""
    zones = [
        SimpleNamespace(code=code, name=f"Secteur {code}", full_name=f"Secteur {code}") for code in "abc"
    ]
    areas = [
        maps.Area(code=z.code, name=z.name, shape=shapely.box(x, 0, x + 1, 2)) for x, z in enumerate(zones)
    ]
    base = maps.Base(names=[(area.name, area.shape, 1.0) for area in areas])
    svg = maps.draw(areas, base=base, title="Carte", description="", id="c")
    picture = map_keys.numbered_picture(svg, [zones[2], zones[0]])
    written = [text for *_, text in maps.NAME.findall(picture.svg)]
    assert written == ["1", "2", "Secteur b"]
    assert picture.caption.endswith("Sur la carte : 1 Secteur c et 2 Secteur a.")
    assert picture.svg.count("zone n5") == 2


@pytest.mark.parametrize("n_named", [1, 2])
def test_a_summary_names_or_numbers_every_zone(n_named):
    """« Couronne de Castres », la seule des six zones sans nom ni numéro sur la carte de la synthèse."""
    names = [f"Un secteur au nom long {k}" for k in range(6)]
    zones = [SimpleNamespace(code=str(k), name=name, full_name=name) for k, name in enumerate(names)]
    shapes = [shapely.box(k * 60, 0, k * 60 + 60, 40) for k in range(6)]
    areas = [maps.Area(code=z.code, name=z.name, shape=shape) for z, shape in zip(zones, shapes, strict=True)]
    base = maps.Base(
        names=[(area.name, area.shape, 1.0) for area in areas],
        numbers={zone.name: str(k) for k, zone in enumerate(zones, 1)},
    )
    svg = maps.draw(areas, base=base, title="", description="", id="c")
    picture = map_keys.numbered_picture(svg, zones[4 : 4 + n_named])
    written = [text for *_, text in maps.NAME.findall(picture.svg)]
    numbers = [text for text in written if text.isdigit()]
    assert len(numbers) == len(set(numbers))
    for zone in zones:
        assert zone.name in written or re.search(rf"\d {zone.name}\b", picture.caption), zone.name


def test_a_name_with_room_on_a_narrow_screen_alone_is_not_written_over_its_neighbour():
    """« Bitray-le Fontchoir » stood over « Saint-Denis Nord », which a narrow screen does not show."""
    zone = shapely.box(300, 100, 700, 300)
    drawn = shapely.STRtree([zone])
    boxes = {maps.LABEL_NARROW: [], maps.LABEL: [(0.0, 0.0, 1000.0, 600.0)]}
    sizes, _, _ = maps._standing("Bitray", zone, boxes, maps.LABEL, drawn)
    assert sizes == () and boxes[maps.LABEL_NARROW] == []
    free_boxes = {maps.LABEL_NARROW: [], maps.LABEL: []}
    assert maps.LABEL in maps._standing("Bitray", zone, free_boxes, maps.LABEL, drawn)[0]


def test_the_map_of_a_tall_zone_is_drawn_to_its_edges():
    """Les voisines d’une zone haute s’arrêtaient net avant les bords de la carte de sa fiche."""
    for zone in (shapely.box(-3.4, 48.4, -3.3, 48.9), shapely.box(-3.9, 48.4, -3.3, 48.5)):
        window = atlas._sheet_window(zone)
        frame = maps.frame_of([window], margin=0.0, tallest=atlas.SHEET_TALLEST)
        west, north, east, south = frame.place(window).bounds
        assert [round(x) for x in (west, north, east, south)] == [0, 0, maps.WIDTH, frame.height]
