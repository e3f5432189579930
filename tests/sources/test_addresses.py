"""Addresses found without a network: what is found, how sure it is, and what remains of a file that is none."""

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from maillage.kernel.errors import Refused
from maillage.sources.offer import addresses
from maillage.sources.offer.clean.where import locate

FILE = Path("tests/files/adresses/adresses-38.csv")
PACKED = gzip.compress(FILE.read_bytes(), mtime=0)


@pytest.fixture
def loaded(tmp_path):
    addresses.load(FILE, tmp_path)
    addresses.use(tmp_path)
    yield tmp_path
    addresses.use(tmp_path / "aucun")


def test_a_file_says_what_it_gave_plain_or_gzip(tmp_path):
    packed = tmp_path / "adresses-38.csv.gz"
    packed.write_bytes(gzip.compress(FILE.read_bytes(), mtime=0))
    for path in (FILE, packed):
        loaded_counts = addresses.load(path, tmp_path / "base")
        assert (
            loaded_counts.numbers,
            loaded_counts.streets,
            loaded_counts.departements,
            loaded_counts.left_out,
        ) == (6, 3, ("38",), 1)
    assert [each.name for each in (tmp_path / "base").iterdir()] == ["adresses-38.sqlite"]


def test_a_damaged_line_is_left_out_and_stops_nothing(tmp_path):
    head, first, *_ = FILE.read_text("utf-8").splitlines()
    row = dict(zip(head.split(";"), first.split(";"), strict=True))
    odd = [{**row, "numero": "9" * 20}, {**row, "lat": "nan"}, {**row, "lon": "inf"}, {**row, "numero": "-1"}]
    path = tmp_path / "adresses-38.csv"
    path.write_text("\n".join([head, first, *(";".join(each.values()) for each in odd)]), "utf-8")
    loaded_counts = addresses.load(path, tmp_path / "base")
    assert (loaded_counts.numbers, loaded_counts.left_out) == (1, 4)
    assert loaded_counts.first_left.startswith("ligne 3, colonne numero, valeur « 99999999999999999999 » : ")


def test_a_file_cut_in_a_line_is_refused_and_the_former_base_stays(loaded):
    """La moitié d’un département passait pour lui : ses rues absentes étaient dites inconnues."""
    content, base = FILE.read_bytes().rstrip(b"\n"), (loaded / "adresses-38.sqlite").read_bytes()
    path = loaded / FILE.name
    for cut in (len(content) - 40, content.rindex(b"\n") + 12):
        path.write_bytes(content[:cut])
        with pytest.raises(Refused) as refused:
            addresses.load(path, loaded)
        assert refused.value.what.startswith("adresses-38.csv, ligne 8 : le fichier s’arrête là, avant")
    path.write_bytes(gzip.compress(content)[:-30])
    with pytest.raises(Refused):
        addresses.load(path, loaded)
    assert (loaded / "adresses-38.sqlite").read_bytes() == base
    path.write_bytes(content)  # without a last line break, and whole
    assert addresses.load(path, loaded).numbers == 6


def written(tmp_path, *changes, after: str = "") -> Path:
    """Write the first address of the file, changed in some ways, one a line."""
    head, first, *_ = FILE.read_text("utf-8").splitlines()
    row = dict(zip(head.split(";"), first.split(";"), strict=True))
    path = tmp_path / "adresses-38.csv"
    path.write_text("\n".join([head, *(";".join((row | each).values()) for each in changes), after]), "utf-8")
    return path


def test_metres_are_never_read_as_degrees(tmp_path):
    path = written(tmp_path, {}, {"lat": "6458000.1", "lon": "913000.2"}, {"lat": "45,18", "lon": "5,72"})
    loaded_counts = addresses.load(path, tmp_path / "base")
    assert (loaded_counts.numbers, loaded_counts.left_out) == (2, 1)
    assert (
        loaded_counts.first_left
        == "ligne 3, colonne lat, valeur « 6458000.1 » : ce n’est pas une latitude en degrés"
    )


def test_a_code_that_lost_its_first_zero_is_that_of_its_commune(tmp_path):
    loaded_counts = addresses.load(
        written(tmp_path, {"code_insee": "1004"}, {"code_insee": "01004"}), tmp_path / "base"
    )
    assert (loaded_counts.numbers, loaded_counts.streets, loaded_counts.departements) == (2, 1, ("01",))


def test_a_quote_left_open_swallows_no_address_without_a_word(tmp_path):
    path = written(tmp_path, {}, {"nom_voie": '"Rue des Lilas'}, {}, {})
    with pytest.raises(Refused, match="ligne 3 : cette ligne n’est pas du CSV lisible"):
        addresses.load(path, tmp_path / "base")


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("street", "insee", "point", "score", "doubt"),
    [
        ("4 rue des Lilas", "38151", (45.1502, 5.7101), 1.0, 0),
        ("Maison du parc, 6 bis r. des lilas", "38151", (45.1504, 5.7104), 1.0, 0),
        ("3 bd du Dr Calmette", "38185", (45.1880, 5.7150), 1.0, 0),
        ("12 avenue du Vercor", "38169", (45.1920, 5.6850), 0.97, 0),
        ("5 rue des Lilas", "38151", (45.1503, 5.7103), 0.9, 50),
        ("rue des Lilas", "38151", (45.1503, 5.7103), 0.9, 50),
    ],
)
def test_an_address_is_found_with_its_score_and_its_doubt(street, insee, point, score, doubt):
    located = addresses.find(street, insee)
    assert (located.latitude, located.longitude) == pytest.approx(point, abs=1e-4)
    assert located.score == pytest.approx(score, abs=0.03)
    assert located.doubt == pytest.approx(doubt, abs=5)


@pytest.mark.parametrize(
    ("postal", "town", "latitude", "doubt"),
    [
        ("13013", "Marseille 13e", 43.33, 0),
        ("13011", "Marseille", 43.29, 0),
        ("", "Marseille", 43.31, 2224),  # nothing tells them apart: their middle, and how far they are
    ],
)
def test_a_street_of_two_arrondissements_follows_the_postcode(tmp_path, postal, town, latitude, doubt):
    path = written(
        tmp_path,
        *(
            {
                "code_insee": f"132{n}",
                "code_postal": f"130{n}",
                "nom_voie": "Rue de l'Église",
                "lat": lat,
                "lon": "5.4",
            }
            for n, lat in (("11", "43.29"), ("13", "43.33"))
        ),
    )
    addresses.load(path, tmp_path / "base")
    addresses.use(tmp_path / "base")
    located = addresses.find("4 rue de l'Eglise", "13055", postal=postal, town=town)
    assert (located.latitude, located.doubt) == (pytest.approx(latitude), pytest.approx(doubt, abs=20))


@pytest.mark.parametrize(
    ("town", "latitude"), [("Morêtel-de-Mailles", 45.38), ("Saint-Pierre-d'Allevard", 45.36)]
)
def test_a_street_of_a_merged_commune_follows_the_former_one(tmp_path, town, latitude):
    head, first, *_ = FILE.read_text("utf-8").splitlines()
    path = tmp_path / "adresses-38.csv"
    rows = [
        f"{first.replace('38151;', '38439;')};38{n};{name}".replace("45.1502", lat)
        for n, name, lat in (
            ("262", "Morêtel-de-Mailles", "45.38"),
            ("439", "Saint-Pierre-d'Allevard", "45.36"),
        )
    ]
    path.write_text("\n".join([f"{head};code_insee_ancienne_commune;nom_ancienne_commune", *rows]), "utf-8")
    addresses.load(path, tmp_path / "base")
    addresses.use(tmp_path / "base")
    assert addresses.find("4 rue des Lilas", "38439", town=town).latitude == latitude


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(
    ("street", "insee"), [("8 quai du Drac", "38151"), ("4 rue des Lilas", "38169"), ("", "38151")]
)
def test_another_street_is_never_taken_for_it(street, insee):
    assert addresses.find(street, insee) is None


CELLS = {"commune": "Échirolles", "code_postal": "38130", "adresse": "4 rue des Lilas"}


@pytest.mark.usefixtures("loaded")
def test_a_place_without_a_point_stands_at_its_address_with_nothing_to_check():
    located = locate(CELLS)
    assert (located.where.latitude, located.where.precision) == (45.1502, None)
    assert (located.notes["latitude"].word, located.notes["latitude"].reason) == (
        "mended",
        "« 4 Rue des Lilas » du fichier d’adresses, score 1,00",
    )


@pytest.mark.usefixtures("loaded")
def test_a_number_that_is_not_in_its_street_is_to_check():
    located = locate({**CELLS, "adresse": "40 rue des Lilas"})
    assert (located.notes["latitude"].word, located.where.precision) == ("doubtful", 100.0)
    assert (
        "« Rue des Lilas » du fichier d’adresses, score 0,90, à 100 m près"
        in located.notes["latitude"].reason
    )


def test_without_a_file_of_addresses_a_place_stands_at_the_centre_of_its_commune(tmp_path):
    addresses.use(tmp_path)
    assert "centre de la commune" in locate(CELLS).notes["latitude"].reason


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"nom;commune\nA;B\n", "il y manque numero"),
        (b"numero;nom_voie;code_insee;lon;lat\n", "aucune adresse"),
        (PACKED[:60], "est illisible"),
        (PACKED[:40] + bytes(20) + PACKED[60:], "est illisible"),
        (b"numero;nom_voie;code_insee;lon;lat\n1;Rue \xe9;38151;5;45\n", "est illisible"),
    ],
)
def test_a_file_of_something_else_is_refused_and_the_former_base_stays(loaded, tmp_path, content, message):
    path = tmp_path / "adresses-38.csv"
    path.write_bytes(content)
    with pytest.raises(Refused, match=message):
        addresses.load(path, loaded)
    assert addresses.find("4 rue des Lilas", "38151") is not None
    assert not list(loaded.glob("*.partie"))


def test_a_base_loaded_before_postcodes_were_stored_still_answers(loaded):
    with closing(sqlite3.connect(loaded / "adresses-38.sqlite")) as base, base:
        base.execute("alter table voie drop column postal")
        base.execute("alter table voie drop column ancienne")
    addresses.use(loaded)
    assert addresses.find("4 rue des Lilas", "38151", postal="38130") is not None
