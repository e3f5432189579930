"""Where a place is: every dirt of the catalogue, every contradiction, and every row of ten real files."""

import csv
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.kernel.names import apostrophes
from maillage.sources import cog
from maillage.sources.offer.clean import commune, point, postcode, street
from maillage.sources.offer.clean.where import locate
from tests.support.profile import times

FILES = Path("tests/files/offre")
GRENOBLE = {"commune": "Grenoble", "code_postal": "38000"}


def cleaned_field(field: str, **cells: str) -> tuple[str | float | None, str, str]:
    """Return the value, the word and the reason of one field."""
    note = locate(cells).notes[field]
    return note.value, note.word, note.reason


@pytest.mark.parametrize(
    ("typed", "postal", "retained", "other"),
    [
        ("Voiron et Moirans", "38500", "Voiron", "Moirans"),
        ("Eybens, Gières", "38320", "Eybens", "Gières"),
    ],
)
def test_a_cell_of_two_towns_says_so_in_its_mark(typed, postal, retained, other):
    value, word, reason = cleaned_field("commune", commune=typed, code_postal=postal)
    assert (value, word) == (retained, "doubtful")
    assert reason == f"« {typed} » nomme plusieurs communes : {retained} est gardée, pas {other}"


# ------------------------------------------------------------------------------------------------ postal code


@pytest.mark.parametrize(
    ("typed", "town", "value", "word", "reason"),
    [
        ("38000", "Grenoble", "38000", "read", ""),
        ("1000", "Bourg-en-Bresse", "01000", "mended", "zéro de tête"),
        ("1000.0", "Bourg-en-Bresse", "01000", "mended", "zéro de tête"),
        ("3800", "Grenoble", "03800", "doubtful", "Grenoble a pour code postal 38000, 38100, pas 03800"),
        ("1000", "", "01000", "doubtful", "aucune commune ne le confirme"),
        ("38000.0", "Grenoble", "38000", "mended", "tableur"),
        ("F-38000", "Grenoble", "38000", "mended", "pays"),
        ("38 000", "Grenoble", "38000", "mended", "espace"),
        ("38000 Grenoble", "", "38000", "mended", "pris dans « 38000 Grenoble »"),
        ("38000/38100", "Grenoble", "38000", "doubtful", "plusieurs codes postaux"),
        ("76086 Cedex", "Le Havre", "76086", "mended", "Cedex"),
        ("76086", "Le Havre", "76086", "doubtful", "code Cedex, ou faute de frappe"),
        ("97200", "Fort-de-France", "97200", "read", ""),
        ("20200", "Bastia", "20200", "read", ""),
        ("98800", "Nouméa", "98800", "read", ""),
        ("", "Échirolles", "38130", "mended", "déduit de la commune"),
        ("abc", "Échirolles", "38130", "doubtful", "« abc » n’est pas un code postal ; déduit de la commune"),
        ("", "Grenoble", None, "empty", ""),
        ("abc", "Grenoble", None, "refused", "« abc » n’est pas un code postal"),
        ("00000", "Grenoble", None, "refused", "« 00000 » n’est pas un code postal"),
        ("381000", "Grenoble", None, "refused", "« 381000 » n’est pas un code postal"),
        # Insee codes typed as postal codes, in the offer around Maubeuge.
        ("59344", "Leval", "59620", "mended", "« 59344 » est le code Insee de la commune"),
        ("59230", "Ferrière-la-Grande", "59680", "mended", "« 59230 » est le code Insee de la commune"),
        ("2A004", "Ajaccio", None, "refused", "est le code Insee de la commune, qui a plusieurs codes postaux"),
    ],
)  # fmt: skip
def test_a_postal_code_is_read_whatever_a_spreadsheet_made_of_it(typed, town, value, word, reason):
    cleaned = cleaned_field("code_postal", commune=town, code_postal=typed)
    assert cleaned[:2] == (value, word)
    assert reason in cleaned[2]


def test_a_cedex_code_is_not_doubted_beside_a_box():
    cells = {"commune": "Le Havre", "code_postal": "76086", "adresse": "3 place Albert René Coty, CS 60863"}
    assert cleaned_field("code_postal", **cells) == ("76086", "read", "")


def test_a_wrong_postal_code_is_replaced_when_the_name_and_the_point_agree():
    cells = {
        "commune": "Seyssinet-pariset",
        "code_postal": "38710",
        "latitude": "45.17605",
        "longitude": "5.692792",
    }
    cleaned = cleaned_field("code_postal", **cells)
    assert cleaned == (
        "38170",
        "doubtful",
        "Seyssinet-Pariset a pour code postal 38170, pas 38710 : remplacé",
    )
    assert cleaned_field("code_postal", commune="Seyssinet-pariset", code_postal="38710")[0] == "38710"


def test_corsica_has_one_prefix_for_two_departements():
    assert postcode.departements("20137") == ("2A", "2B")


# ---------------------------------------------------------------------------------------------------- commune


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("GRENOBLE", "Grenoble"),
        ("CH╢TEAUROUX", "Châteauroux"),
        ("St-Martin-d’Heres", "Saint-Martin-d’Hères"),
        ("Ste Suzanne", ""),  # five of them
        ("GRENOBLE CEDEX 09", "Grenoble"),
        ("Grenoble (38)", "Grenoble"),
        ("38000 Grenoble", "Grenoble"),
        ("Grenoble 3e", "Grenoble"),
        ("Lyon 7ème arrondissement", "Lyon"),
        ("PARIS 05", "Paris"),
        ("Pont-de-Claix", "Le Pont-de-Claix"),
        ("Le Monestier du Percy", "Monestier-du-Percy"),
        ("L' Isle-d'Abeau", "L’Isle-d’Abeau"),
        ("Verteuil s/Charente", "Verteuil-sur-Charente"),
        ("Seyssinet - Pariset", "Seyssinet-Pariset"),
        ("Basse Terre", "Basse-Terre"),
    ],
)
def test_the_official_name_replaces_the_one_that_was_typed(typed, name):
    value, word, reason = cleaned_field("commune", commune=typed)
    assert value == (name or None)
    assert word == ("mended" if name else "refused")
    assert name == "" or f"écrit « {typed.replace('╢', 'Â')} »" in reason


def test_the_official_name_is_read_as_it_is():
    assert cleaned_field("commune", commune="Saint-Martin-d'Hères") == ("Saint-Martin-d’Hères", "read", "")


@pytest.mark.parametrize(
    ("typed", "postal", "name"),
    [
        ("Grenobel", "38000", "Grenoble"),
        ("Saint-claire-sur-gallaure", "38940", "Saint-Clair-sur-Galaure"),
        ("BAIGNEAUX-LES-JUIFS", "21450", "Baigneux-les-Juifs"),
        ("Village Lac de Paladru", "38700", "Villages du Lac de Paladru"),  # only in the département
        ("CHARNY", "89120", "Charny Orée de Puisaye"),  # two other Charny, far away
        ("BEAUFORT", "39190", "Beaufort-Orbagna"),
        ("LOUHANS", "71500", "Louhans-Châteaurenaud"),
        ("SANCEY-LE-GRAND", "25430", "Sancey"),
        ("ST YRIIEIX", "16710", "Saint-Yrieix-sur-Charente"),
    ],
)
def test_a_mistyped_or_shortened_name_is_found_around_its_postal_code_and_doubtful(typed, postal, name):
    assert cleaned_field("commune", commune=typed, code_postal=postal) == (
        name,
        "doubtful",
        f"écrit « {typed} » : le nom le plus proche alentour"
        + (
            ""
            if typed != "Village Lac de Paladru"
            else f" ; le code postal {postal} n’est pas celui de cette commune"
        ),
    )


def test_a_postal_code_wins_over_a_mere_likeness():
    """Châlons-sur-Marne is Châlons-en-Champagne since 1998; Châtillon-sur-Marne only looks like it."""
    assert cleaned_field("commune", commune="Chalons sur Marne", code_postal="51000") == (
        "Châlons-en-Champagne",
        "doubtful",
        "écrit « Chalons sur Marne », mais le code postal indique Châlons-en-Champagne (51108)",
    )
    assert cleaned_field("commune", commune="Vizile", code_postal="38000")[0] == "Vizille"


def test_a_former_commune_is_the_one_it_became():
    reason = "« Béon », commune fusionnée dans Culoz-Béon (01138)"
    assert cleaned_field("commune", commune="Béon", code_postal="01350") == ("Culoz-Béon", "mended", reason)
    assert cleaned_field("commune", commune="Béon", code_postal="89410") == ("Béon", "read", "")


@pytest.mark.parametrize(("postal", "code"), [("16460", "16392"), ("26000", "26362"), ("82400", "82186")])
def test_homonyms_are_distinguished_by_the_postal_code(postal, code):
    assert locate({"commune": "Valence", "code_postal": postal}).where.code_insee == code


def test_homonyms_are_distinguished_by_the_point():
    where = locate({"commune": "Valence", "latitude": "44.934749", "longitude": "4.894723"}).where
    assert where.code_insee == "26362"
    castle = locate(
        {
            "commune": "CHATEAU CHINON",
            "code_postal": "58120",
            "latitude": "47.062842",
            "longitude": "3.934114",
        }
    )
    assert castle.where.commune == "Château-Chinon (Ville)"


def test_homonyms_that_nothing_tells_apart_are_refused_and_named():
    reason = "3 communes s’appellent « Valence » (Charente, Drôme, Tarn-et-Garonne) : écrivez le code postal"
    assert cleaned_field("commune", commune="Valence") == (None, "refused", reason)


def test_an_unknown_name_is_refused_with_those_that_look_like_it():
    value, word, reason = cleaned_field("commune", commune="Grenobel")
    assert (value, word) == (None, "refused")
    assert reason.startswith("« Grenobel » n’est pas une commune de France ; noms proches : Grenoble")
    reason = cleaned_field("commune", commune="GOUX-LES-USIERS", code_postal="25520")[2]
    assert "communes de ce code postal : " in reason
    assert "Val-d’Usiers" in reason


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"latitude": "45.1885", "longitude": "5.7245"}, "doubtful"),
        ({"code_postal": "68200"}, "doubtful"),
        ({"code_postal": "68200", "latitude": "47.7698", "longitude": "7.32193"}, "mended"),
        ({"code_insee": "38185"}, "mended"),
    ],
)
def test_a_commune_that_nobody_wrote_is_deduced_from_the_rest(cells, word):
    value, outcome, reason = cleaned_field("commune", **cells)
    assert value in ("Grenoble", "Mulhouse")
    assert outcome == word
    assert reason.startswith("déduite : ")


# ------------------------------------------------------------------------------------------------------ Insee


@pytest.mark.parametrize(
    ("typed", "value", "word", "reason"),
    [
        ("38185", "38185", "read", ""),
        ("1053", "01053", "mended", "zéro de tête"),
        ("1053.0", "01053", "mended", "zéro de tête"),
        ("2a004", "2A004", "mended", "écrit « 2a004 »"),
        ("20004", "2A004", "mended", "ancien code de la Corse"),
        ("69387", "69123", "mended", "69387 est un arrondissement de Lyon"),
        ("75105", "75056", "mended", "arrondissement de Paris"),
        ("69159", "69114", "mended", "Pouilly-le-Monial (69159), commune fusionnée dans Porte des Pierres Dorées (69114)"),
        ("97302", "97302", "read", ""),
        ("38000", None, "refused", "c’est un code postal"),
        ("99999", None, "refused", "n’est le code Insee d’aucune commune"),
        ("abc", None, "refused", "n’est pas un code Insee"),
        ("", None, "empty", ""),
    ],
)  # fmt: skip
def test_an_insee_code_is_that_of_the_commune_of_today(typed, value, word, reason):
    cleaned = cleaned_field("code_insee", code_insee=typed)
    assert cleaned[:2] == (value, word)
    assert reason in cleaned[2]


def test_every_code_ever_used_gives_the_commune_that_the_tables_use():
    codes = [*cog.communes()["code"].tolist(), *cog.former()["former"].tolist()]
    assert [commune.insee(code).value for code in codes] == cog.current(codes).tolist()


@pytest.mark.parametrize(
    ("name", "code", "postal", "winner", "commune_word", "insee_word"),
    [
        ("Grenoble", "38421", "38000", "38185", "read", "doubtful"),  # the name and the postal code
        ("Grenoble", "38421", "38400", "38421", "doubtful", "read"),  # both codes
        ("Grenoble", "38185", "38400", "38185", "read", "read"),  # the name and the Insee code
        ("Grenoble", "38421", "", "38185", "doubtful", "doubtful"),  # one against one: the name
        ("Grenoble", "99999", "38000", "38185", "read", "doubtful"),
    ],
)
def test_two_witnesses_that_agree_win_over_a_third(name, code, postal, winner, commune_word, insee_word):
    located = locate({"commune": name, "code_insee": code, "code_postal": postal})
    assert located.where.code_insee == winner
    assert (located.notes["commune"].word, located.notes["code_insee"].word) == (commune_word, insee_word)


def test_a_contradiction_shows_both_sides():
    cells = {"commune": "Grenoble", "code_insee": "38421", "code_postal": "38000"}
    reason = "le fichier donne le code de Saint-Martin-d’Hères (38421), le reste dit Grenoble (38185)"
    assert cleaned_field("code_insee", **cells)[2] == reason
    reason = "écrit « Grenoble », mais le code Insee et le code postal indiquent Saint-Martin-d’Hères (38421)"
    assert cleaned_field("commune", **cells | {"code_postal": "38400"})[2] == reason


def test_the_postal_code_and_the_point_find_what_a_vanished_name_became():
    cells = {"commune": "CRAVANT", "code_postal": "89460", "latitude": "47.68326", "longitude": "3.69016"}
    located = locate(cells)
    assert located.where.commune == "Deux Rivières"
    assert (
        located.notes["commune"].reason
        == "écrit « CRAVANT », mais le code postal et le point indiquent Deux Rivières (89130)"
    )


# ----------------------------------------------------------------------------------------------------- street


@pytest.mark.parametrize(
    ("typed", "street", "word"),
    [
        ("12 rue de la Paix", "12 rue de la Paix", "read"),
        ("17, rue Anfray", "17, rue Anfray", "read"),
        ("8 AV DU MAL DE LATTRE DE TASSIGNY", "8 AV DU MAL DE LATTRE DE TASSIGNY", "read"),
        ("14  rue Camille Claudel", "14 rue Camille Claudel", "mended"),
        ("3 rue de l\x92Eglise", "3 rue de l’Eglise", "mended"),
        ("3, rue de lâ€™Ã©glise", "3, rue de l’église", "mended"),
        ("0 Rue des Lilas", "Rue des Lilas", "mended"),
        ('3 rue "des" Lilas²', "3 rue des Lilas", "mended"),
        ("Batiment Le Transfo\n1 rue Lastella", "Batiment Le Transfo, 1 rue Lastella", "mended"),
        ("null 3 rue des Lilas", "3 rue des Lilas", "mended"),
        ("4 AV du Général de Gaulle,", "4 AV du Général de Gaulle", "mended"),
        ("7 Rue des Cordeliers  38000 Grenoble", "7 Rue des Cordeliers", "mended"),
        ("7 Rue des Cordeliers\n38000 GRENOBLE CEDEX 9", "7 Rue des Cordeliers", "mended"),
        ("7 Rue des Cordeliers, 38000 Grenoble, FRANCE", "7 Rue des Cordeliers", "mended"),
        ("7 Rue des Cordeliers - Grenoble", "7 Rue des Cordeliers", "mended"),
        ("7 rue de Grenoble", "7 rue de Grenoble", "read"),
        ("14 rue Mozart CS 10070", "14 rue Mozart CS 10070", "read"),
        ("12345 route des Alpes", "12345 route des Alpes", "read"),
        ("7 rue des Lilas, 75001 Paris", "7 rue des Lilas, 75001 Paris", "doubtful"),
        ("38000", "", "refused"),
        ("38000 Grenoble", "", "refused"),
        ("12", "", "refused"),
        ("-", "", "empty"),
        ("null", "", "empty"),
        ("", "", "empty"),
    ],
)
def test_a_street_loses_what_a_spreadsheet_added_and_nothing_else(typed, street, word):
    located = locate({**GRENOBLE, "adresse": typed})
    assert (located.where.adresse, located.notes["adresse"].word) == (street, word)
    assert located.notes["adresse"].reason or word == "read" or not typed


@pytest.mark.parametrize(
    ("typed", "address", "postal", "town"),
    [
        ("45 AVENUE MAGINOT---01000-BOURG EN BRESSE", "45 AVENUE MAGINOT", "01000", "Bourg-en-Bresse"),
        ("17 RUE AUX FEVRES- --14500-VIRE NORMANDIE", "17 RUE AUX FEVRES", "14500", "Vire Normandie"),
        ("RUE BLÉNAC---97200-FORT DE FRANCE", "RUE BLÉNAC", "97200", "Fort-de-France"),
        ("CC 4 CHEMINS---20137-PORTO VECCHIO", "CC 4 CHEMINS", "20137", "Porto-Vecchio"),
        ("---78800-HOUILLES", "", "78800", "Houilles"),
        ("3 RUE DE HAUTEFORT---67029-STRASBOURG", "3 RUE DE HAUTEFORT", "67029", "Strasbourg"),
    ],
)
def test_a_postal_code_and_a_town_drowned_in_the_address_are_pulled_apart(typed, address, postal, town):
    located = locate({"adresse": typed})
    assert (located.where.adresse, located.where.code_postal, located.where.commune) == (
        address,
        postal,
        town,
    )
    assert "vient de l’adresse" in located.notes["code_postal"].reason
    assert "vient de l’adresse" in located.notes["commune"].reason


def test_an_address_keeps_a_house_number_of_five_digits():
    assert street.split_address("10070 Grande Rue") == ("", "10070", "Grande Rue")
    assert locate({**GRENOBLE, "adresse": "10070 Grande Rue"}).where.adresse == "10070 Grande Rue"


# ------------------------------------------------------------------------------------------------------ point


@pytest.mark.parametrize(
    ("latitude", "longitude", "word", "reason"),
    [
        ("45.1885", "5.7245", "read", ""),
        ("45,1885", "5,7245", "mended", "virgule décimale"),
        ("45.1885,5.7245", "", "mended", "dans la même case"),
        ("", "45,1885 ; 5,7245", "mended", "dans la même case ; virgule décimale"),
        ("45.1885,5.7245", "45.1885,5.7245", "mended", "dans la même case"),
        ("POINT(5.7245 45.1885)", "", "mended", "dans la même case"),
        ('{"type":"Point","coordinates":[5.7245,45.1885]}', "", "mended", "dans la même case"),
        ("45°11'18.6\"N", "5°43'28.2\"E", "mended", "degrés, minutes et secondes"),
        ("45° 11,31’ N", "5° 43,47’ E", "mended", "degrés, minutes et secondes"),
        ("913 924,1", "6 458 045,2", "mended", "Lambert 93"),
        ("45°11'18.6\"N 5°43'28.2\"E", "", "mended", "degrés, minutes et secondes"),
        ("N 45.1885°", "5.7245 E", "read", ""),
        ("5.7245", "45.1885", "mended", "latitude et longitude étaient inversées"),
        ("45.1885", "-5.7245", "mended", "signe de la longitude"),
        ("6458045.2", "913924.1", "mended", "Lambert 93"),
        ("913924.1", "6458045.2", "mended", "Lambert 93"),
        ("2026619.7", "866242.2", "mended", "Lambert II étendu"),
        ("4224546", "1914055", "mended", "conique conforme 45"),
        ("5651246", "637248", "mended", "Mercator"),
    ],
)
def test_a_point_is_read_however_it_is_written(latitude, longitude, word, reason):
    located = locate({**GRENOBLE, "latitude": latitude, "longitude": longitude})
    assert located.where.latitude == pytest.approx(45.1885, abs=0.00002)
    assert located.where.longitude == pytest.approx(5.7245, abs=0.00002)
    assert located.where.precision is None
    assert located.notes["latitude"].word == located.notes["longitude"].word == word
    assert reason in located.notes["latitude"].reason


@pytest.mark.parametrize(
    ("latitude", "longitude", "reason"),
    [
        ("", "", "pas de coordonnées"),
        ("0", "0", "le point 0, 0 est au large de l’Afrique"),
        ("999", "999", "« 999 » est hors du globe"),
        ("45.1885", "", "« 45.1885 » ne donne qu’une des deux coordonnées"),
        ("abc", "5.7245", "« abc ; 5.7245 » n’est pas un point"),
        ("45°75'00\"N", "5.7245", "n’est pas un point"),
        ("48.8566", "2.3522", "le point 48.8566 ; 2.3522 tombe à 482 km de la commune, refusé"),
        ("43.0", "8.5", "le point 43.0 ; 8.5 tombe à 323 km de la commune, refusé"),
    ],
)
def test_without_a_point_that_fits_the_centre_of_the_commune_is_taken_with_its_radius(
    latitude, longitude, reason
):
    located = locate({**GRENOBLE, "latitude": latitude, "longitude": longitude})
    extent = point.extent("38185")
    assert (located.where.latitude, located.where.longitude) == (extent.latitude, extent.longitude)
    assert located.where.precision == 4900
    assert located.notes["latitude"].word == "doubtful"
    assert reason in located.notes["latitude"].reason
    assert located.notes["latitude"].reason.endswith(" : centre de la commune, à 4 900 m près")


def test_a_point_a_little_outside_is_retained_and_doubtful_by_as_much():
    located = locate({**GRENOBLE, "latitude": "45.3001", "longitude": "5.7201"})
    assert (located.where.latitude, located.where.longitude) == (45.3001, 5.7201)
    assert located.where.precision == pytest.approx(10_100, abs=200)
    assert located.notes["latitude"].word == "doubtful"


def test_a_far_point_against_a_name_alone_is_retained_and_doubtful():
    located = locate({"commune": "Grenoble", "latitude": "48.8566", "longitude": "2.3522"})
    assert located.where.latitude == 48.8566
    assert located.where.precision == pytest.approx(482_000, rel=0.01)
    assert located.notes["latitude"].reason.endswith("l’un des deux est faux")


def test_coordinates_to_the_hundredth_state_their_precision():
    located = locate(
        {
            "commune": "Pont-en-Royans",
            "code_postal": "38680",
            "latitude": "45.06",
            "longitude": "5.34405850032",
        }
    )
    assert (located.where.latitude, located.where.precision) == (45.06, 600)
    assert located.notes["latitude"].reason == "coordonnées arrondies, à 600 m près"


def test_a_geocoder_that_doubts_is_doubted():
    """Le bus France services de la Charente : « Valence » y est géocodée dans les Bouches-du-Rhône."""
    cells = {
        "commune": "Valence",
        "code_postal": "16460",
        "code_insee": "16392",
        "confidence": "0.44635933104631215",
    }
    located = locate({**cells, "latitude": "43.451334", "longitude": "5.411872"})
    assert located.where.latitude == pytest.approx(45.882, abs=0.001)
    assert (
        "tombe à 475 km de la commune, géocodage peu sûr (0,45), refusé : centre"
        in located.notes["latitude"].reason
    )
    cells = {"commune": "Tusson", "code_postal": "16140", "latitude": "45.932439", "longitude": "0.068913"}
    located = locate({**cells, "confidence": "0.40435993006993004"})
    assert located.where.latitude == 45.932439
    assert located.where.precision == 2900
    assert located.notes["latitude"].word == "doubtful"
    assert locate({**cells, "confidence": "0.9"}).where.precision is None


def test_a_geocoder_that_doubts_names_no_commune():
    """Six « site DR » de La Poste ont reçu le même point, à Cherbourg."""
    cells = {"adresse": "site DR", "latitude": "49.630855", "longitude": "-1.599328", "confidence": "0.22"}
    located = locate(cells)
    assert (located.where.commune, located.where.latitude) == ("", None)
    assert located.notes["latitude"].word == "refused"


@pytest.mark.parametrize(
    ("cells", "code", "latitude", "longitude"),
    [
        ({"commune": "Cayenne", "latitude": "4.931639", "longitude": "-52.306797"}, "97302", 4.931639, -52.306797),
        ({"commune": "Cayenne", "latitude": "545000", "longitude": "355000"}, "97302", 4.929377, -52.307771),
        ({"code_insee": "97411", "latitude": "20.8801", "longitude": "55.4501"}, "97411", -20.8801, 55.4501),
        ({"commune": "Nouméa", "latitude": "166.4425", "longitude": "-22.2712"}, "98818", -22.2712, 166.4425),
        ({"commune": "Papeete"}, "98735", None, None),
        ({"commune": "Saint-Martin", "code_postal": "97150"}, "97801", 18.085, -63.06),
    ],
)  # fmt: skip
def test_overseas_places_are_found_too(cells, code, latitude, longitude):
    where = locate(cells).where
    assert where.code_insee == code
    assert (where.latitude, where.longitude) == (latitude, longitude)


def test_without_commune_nor_point_nothing_is_invented():
    where = locate({}).where
    assert (where.commune, where.latitude, where.longitude, where.precision) == ("", None, None, None)
    assert cleaned_field("latitude", latitude="43.0", longitude="8.5")[:2] == (None, "refused")


def test_the_centre_of_a_commune_is_inside_it_and_its_radius_holds_it():
    for code in ("38185", "13055", "97302", "2A004", "29155", "12218"):
        extent = point.extent(code)
        assert extent.outside(extent.latitude, extent.longitude) == 0
        west, south, east, north = extent.contour.bounds
        assert max(-west, -south, east, north) <= extent.radius <= point.WIDEST


def test_every_commune_with_a_contour_holds_its_own_centre():
    codes = sorted(point.shapes())[::50]
    commune_at_centre = {
        code: point.containing(point.extent(code).latitude, point.extent(code).longitude) for code in codes
    }
    assert commune_at_centre == {code: code for code in codes}


# ------------------------------------------------------------------------------------------------- real files

COLUMNS = {
    "commune": ("commune", "Commune", "ville", "Ville *"),
    "code_postal": ("code_postal", "Code postal"),
    "code_insee": ("code_insee", "Code INSEE"),
    "adresse": ("adresse", "Adresse", "USER_ADRES", "Adresse postale *"),
    "complement_adresse": ("complement_adresse", "compl_adresse"),
    "latitude": ("latitude", "LAT", "lat", "bf_latitude", "geom"),
    "longitude": ("longitude", "LNG", "lon", "bf_longitude"),
    "confidence": ("result_score",),
}


def real() -> list[dict[str, str]]:
    rows = [row for path in sorted(FILES.glob("*.json")) for row in json.loads(path.read_text("utf-8"))]
    rows += json.loads(Path("data/raw/hinaura/isere.json").read_text("utf-8"))
    with (FILES / "bfc_ternum.csv").open(encoding="utf-8-sig", newline="") as file:
        rows += csv.DictReader(file)
    cells = [
        {field: next((row[n] for n in names if n in row), "") for field, names in COLUMNS.items()}
        for row in rows
    ]
    return [{field: "" if cell is None else str(cell) for field, cell in row.items()} for row in cells]


def test_every_row_of_the_real_files_is_placed_or_says_why_not():
    rows = real()
    assert len(rows) > 1400
    placed = [(row, locate(row)) for row in rows]
    unplaced = [row["adresse"] for row, located in placed if not located.where.code_insee]
    assert sorted(unplaced) == ["34  grande rue", "Bureau DR", "Bureau DR"] + ["site DR"] * 5
    doubtful = [located for _, located in placed if located.notes["latitude"].word == "doubtful"]
    assert 40 <= len(doubtful) <= 70


def test_no_real_value_changes_without_a_word():
    for row in real():
        located = locate(row)
        for field, note in located.notes.items():
            typed = row.get("complement_adresse" if field == "complement" else field, "").strip()
            if note.word == "read":
                assert (
                    apostrophes(typed) == str(note.value)
                    or typed in (str(note.value), f"{note.value}0", f"{note.value}00")
                    or float(typed) == note.value
                ), field
            elif note.word != "empty" or typed:
                assert note.reason, (field, typed)


# --------------------------------------------------------------------------------------------------- anything

CELLS = (
    "commune",
    "code_postal",
    "code_insee",
    "adresse",
    "complement_adresse",
    "latitude",
    "longitude",
    "confidence",
)
any_cell = st.one_of(
    st.text(max_size=20),
    st.from_regex(r"[-0-9.,°'NSEO ]{1,14}", fullmatch=True),
    st.sampled_from(
        ["Grenoble", "38000", "45.2", "5.7", "PARIS 05", "2A004", "3 rue X 38000 Grenoble", "999", "null"]
    ),
)


@settings(max_examples=times(60, 120), deadline=None)
@given(st.dictionaries(st.sampled_from(CELLS), any_cell))
def test_whatever_is_typed_gives_a_place_that_holds_together(cells):
    located = locate(cells)
    where = located.where
    assert bool(where.commune) == bool(where.code_insee)
    assert where.code_insee in {"", *commune.index().communes}
    assert (where.latitude is None) == (where.longitude is None)
    assert where.precision is None or where.latitude is not None
    assert where.latitude is None or (-90 <= where.latitude <= 90 and -180 <= where.longitude <= 180)
    for field, note in located.notes.items():
        assert getattr(where, field) == (
            note.value if note.value is not None else "" if isinstance(getattr(where, field), str) else None
        )
        assert (note.value is None) == (note.word in ("empty", "refused"))
        assert note.reason or note.word in ("empty", "read")


@pytest.mark.parametrize(
    ("town", "postal", "code", "reason"),
    [
        ("Évry Cedex", "91013", "91228", "le plus proche alentour"),  # not Évry (89162), in Yonne
        ("Évry", "91039", "91228", "le plus proche alentour"),
        ("Annecy-le-Vieux Cedex", "74942", "74010", "commune fusionnée dans Annecy"),
        ("Sens Cedex", "91013", "", "n’est pas dans le département du code postal 91013"),
        ("Sens", "91000", "", "n’est pas dans le département du code postal 91000"),
    ],
)
def test_a_town_is_placed_in_the_departement_of_its_postal_code_or_nowhere(town, postal, code, reason):
    note = cleaned_field("commune", commune=town, code_postal=postal)
    assert locate({"commune": town, "code_postal": postal}).where.code_insee == code
    assert reason in note[2]


def test_one_sheet_reads_the_contours_around_it_alone(monkeypatch):
    """Those of the whole country take eighty megabytes of each program that answers pages."""
    codes, _ = point.boxes()
    monkeypatch.setattr(point, "shapes", cache(lambda: pytest.fail("every contour was read")))
    assert len(codes) > 34_000
    assert point.containing(45.143, 5.712) == "38151"
    assert point.extent.__wrapped__("38151").outside(45.143, 5.712) == 0


def test_the_table_of_communes_is_not_as_wide_as_its_longest_texts():
    """One commune has twenty postcodes: a column of texts gave five hundred bytes to each of the others."""
    assert sum(column.nbytes for column in cog.communes().columns.values()) < 10_000_000
