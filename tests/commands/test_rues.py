"""Streets are read from an extract of OpenStreetMap, checked, cut, and put in place of the former ones."""

import json

import numpy as np
import pytest

from maillage.manage.main import main
from maillage.sources import streets
from maillage.sources.network import MODE_IDS

osmium = pytest.importorskip("osmium", reason="« make rues » installs what reads an extract")

LON, LAT = 5.72, 45.18  # Grenoble
GRENOBLE_ALPES, OUESSANT = "200040715", "29155"
CROSSINGS = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (2, 1), 5: (9, 9), 6: (10, 9)}  # hundredths of a degree


def extract(path, ways, *, day="2026-10-01T00:00:00Z", at=(LON, LAT)):
    """Write an extract. ways: (numbers of nodes, tags)."""
    from osmium.osm.mutable import Node, Way

    with osmium.SimpleWriter(str(path), overwrite=True) as file:
        for number, (east, north) in CROSSINGS.items():
            place = (at[0] + east / 100, at[1] + north / 100)
            file.add_node(Node(id=number, location=place, version=1, timestamp=day))
        for number, (nodes, tags) in enumerate(ways, 1):
            file.add_way(Way(id=number, nodes=nodes, tags=tags, version=1, timestamp=day))
    return path


STREET, ALLEY = {"highway": "residential"}, {"highway": "footway"}
WAYS = [
    ([1, 2, 3], STREET),
    ([2, 4], ALLEY),
    ([3, 4], STREET | {"oneway": "yes"}),
    ([1, 4], {"building": "yes"}),
]


@pytest.fixture
def rues(tmp_path, monkeypatch, capsys):
    """Load an extract in a home folder of its own: the code of the command, what it printed and errors."""
    monkeypatch.setattr("maillage.manage.deploy.home.HOME", tmp_path)

    def load(path, *words):
        code = main(["rues", "charger", str(path), *words])
        printed = capsys.readouterr()
        return code, printed.out.replace("\xa0", " ").replace("\u202f", " "), printed.err

    return load


def test_streets_are_cut_where_they_cross(tmp_path, rues):
    code, printed, _ = rues(extract(tmp_path / "isere.osm.pbf", WAYS))
    assert code == 0
    assert "4 croisements" in printed and "OpenStreetMap (ODbL 1.0), données du 1er octobre 2026" in printed
    network = streets.loaded(tmp_path).network
    assert len(network.ends) == 4, "the street 1-2-3 is two: an alley leaves from 2; a building is none"
    assert np.allclose(network.metres, [784, 784, 1361, 1112], atol=1)
    cars = network.speeds[:, MODE_IDS.index("voiture")]
    assert (cars > 0).tolist() == [[True, True], [True, True], [False, False], [True, False]]


def test_json_says_the_card_of_the_extract(tmp_path, rues):
    code, printed, _ = rues(extract(tmp_path / "isere.osm.pbf", WAYS), "--autour", GRENOBLE_ALPES, "--json")
    card = json.loads(printed)
    assert code == 0
    assert (card["date"], card["licence"], card["troncons"]) == ("2026-10-01", "ODbL 1.0", 4)
    assert (card["autour"], card["avertissements"]) == (GRENOBLE_ALPES, [])


def test_a_new_extract_takes_the_place_of_the_former_whose_readers_finish(tmp_path, rues):
    for ways in (WAYS, WAYS[:2], WAYS[:1]):
        rues(extract(tmp_path / "isere.osm.pbf", ways))
    assert streets.loaded(tmp_path).n_edges == 1
    assert len(list((tmp_path / streets.FOLDER).glob("*.npz"))) == 2


def test_a_climb_slows_walkers_and_a_tile_renamed_is_refused(tmp_path, rues):
    """A hill of one metre in ten towards the east, 0.001° of longitude being 79 metres."""
    tile = tmp_path / "N45E005.hgt"
    heights = np.tile(np.arange(1201) * 79 * 1000 / 1200 / 10, (1201, 1))
    tile.write_bytes(heights.astype(">i2").tobytes())
    path = extract(tmp_path / "isere.osm.pbf", WAYS)
    code, printed, _ = rues(path, "--relief", str(tile), "--json")
    assert (code, json.loads(printed)["relief"]) == (0, ["N45E005.hgt"])
    foot = streets.loaded(tmp_path).network.speeds[:, MODE_IDS.index("pied")]
    assert foot[0].tolist() == pytest.approx([0.70, 1.0], abs=0.02), "up, then down at one in ten"
    assert foot[3].tolist() == pytest.approx([1.0, 1.0], abs=0.02), "along the hill"
    code, _, errors = rues(path, "--relief", str(tile.rename(tmp_path / "altitudes.hgt")))
    assert code == 2 and "ce n’est pas une tuile d’altitudes" in errors
    assert streets.loaded(tmp_path).tiles == ("N45E005.hgt",)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"du texte, pas un extrait", "ce n’est pas un extrait d’OpenStreetMap"),
        (b"", "ce n’est pas un extrait d’OpenStreetMap"),
        (None, "ce fichier est coupé"),
    ],
)
def test_a_damaged_file_is_refused_and_the_former_streets_stay(tmp_path, rues, content, refusal):
    extract_file = extract(tmp_path / "isere.osm.pbf", WAYS)
    rues(extract_file)
    damaged = tmp_path / "autre.osm.pbf"
    damaged.write_bytes(extract_file.read_bytes()[:-40] if content is None else content)
    code, _, errors = rues(damaged)
    assert code == 2
    assert refusal in errors and len(errors.strip().splitlines()) == 3
    assert streets.loaded(tmp_path).file == "isere.osm.pbf"


@pytest.mark.parametrize(
    ("ways", "at", "words", "refusal"),
    [
        ([], (LON, LAT), (), "aucune rue dans ce fichier"),
        (WAYS, (13.4, 52.5), (), "aucune rue de ce territoire"),
        (WAYS, (LON, LAT), ("--autour", OUESSANT), "aucune rue de ce territoire"),
    ],
)
def test_an_extract_without_streets_of_the_territory_is_refused(tmp_path, rues, ways, at, words, refusal):
    code, _, errors = rues(extract(tmp_path / "isere.osm.pbf", ways, at=at), *words)
    assert (code, streets.loaded(tmp_path)) == (2, None)
    assert refusal in errors


@pytest.mark.parametrize(
    ("ways", "day", "doubt"),
    [
        (WAYS, "2015-01-01T00:00:00Z", "ans : des rues y manquent"),
        ([*WAYS, ([5, 6], STREET)], "2026-10-01T00:00:00Z", "16 % des rues ne rejoignent pas les autres"),
    ],
)
def test_an_old_extract_or_one_in_two_pieces_is_loaded_with_a_warning(tmp_path, rues, ways, day, doubt):
    code, _, errors = rues(extract(tmp_path / "isere.osm.pbf", ways, day=day))
    assert code == 1
    assert doubt in errors
    assert streets.loaded(tmp_path) is not None
