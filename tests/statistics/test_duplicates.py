"""Duplicates among places: what each field says, what decides, and what must not change a decision."""

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.statistics.engine import duplicates
from maillage.statistics.engine.duplicates import FIELDS, SILENT, Place, agreements, between, within

NOWHERE = Place("", "", "", "", None, None, True, "", (), (), (), frozenset(), False, "")
GRENOBLE = replace(NOWHERE, code_insee="38185", code_postal="38000", commune="Grenoble")
SIRET, OTHER_SIRET, SAME_SIREN = "21380185500015", "26380201100019", "21380185500023"


def level(field: str, one: Place, other: Place, *context: Place) -> int:
    """Return the agreement of a field of two places, among others."""
    levels = agreements([one, other, *context], [(0, 1), (1, 0)])[:, FIELDS.index(field)]
    assert levels[0] == levels[1]
    return int(levels[0])


# ----------------------------------------------------------------------------------------------- what is said


@pytest.mark.parametrize(
    ("one", "other", "agreement"),
    [
        ("C.C.A.S.", "CCAS de Grenoble", 2),
        ("Centre Communal d’Action Sociale", "CCAS", 2),
        ("Mairie", "Hôtel de ville de Grenoble", 2),
        ("EPN du Royans", "Espace Public Numérique du Royans", 0),
        ("BIBLIOTHÈQUE KATEB-YACINE", "Médiathèque municipale Kateb Yacine - Grenoble", 0),
        ("Association Mots et Merveilles", "Mots & Merveilles", 0),
        ("Centre social Jean Moulin", "Centre socio-culturel Jean Mouln", 0),
        ("Centre social Rail Atac", "Centre social et culturel du Paradis Rail Atac", 1),
        ("Bibliothèque de Grenoble", "Bibliothèque Kateb Yacine", 3),
        ("Bibliothèque Jean Moulin", "Bibliothèque Jean Jaurès", 4),
        ("Bibliothèque La Ponatière", "Centre social La Ponatière", 5),
        ("Bibliothèque Centre Ville", "Bibliothèque Kateb Yacine", 6),
        ("Mairie", "CCAS", 6),
        ("SLS Grenoble Est", "SLS Grenoble Ouest", 6),
        ("", "Mairie", SILENT),
    ],
)
def test_a_name_is_read_without_its_clothes(one, other, agreement):
    assert level("nom", replace(GRENOBLE, nom=one), replace(GRENOBLE, nom=other)) == agreement


def test_reasons_hold_no_word_of_our_trade():
    agreement = [
        *duplicates.CONTRADICTIONS,
        *(words for levels in duplicates.REASON_TEXT.values() for words in levels),
    ]
    assert len(agreement) > 20
    assert [words for words in agreement if re.search("typolog|seuil|score|pivot", words)] == []


@pytest.mark.parametrize(
    ("one", "other", "agreement"),
    [
        ("Espace 1", "Espace 2", 0),
        ("Espace 01", "Espace 1", SILENT),
        ("Le Plateau", "Le Plateau - Annexe", 0),
        ("Osez", "Osez (antenne de Morestel)", 0),
        ("Canopé 38", "Canopé", SILENT),
    ],
)
def test_numbers_and_branches_set_names_apart(one, other, agreement):
    assert level("marque", replace(GRENOBLE, nom=one), replace(GRENOBLE, nom=other)) == agreement


def test_two_communes_named_by_their_places_set_them_apart_even_under_one_code():
    first = replace(GRENOBLE, nom="Point relais de Saint-Pierre", commune="Saint-Pierre")
    second = replace(GRENOBLE, nom="Point relais de Saint-Bueil", commune="Saint-Bueil")
    assert level("marque", first, second) == 0
    assert level("marque", first, replace(first, nom="Point relais")) == SILENT


@pytest.mark.parametrize(
    ("one", "other", "agreement"),
    [
        ("15 bis bd des Alpes", "Espace Chantourne, 15 BOULEVARD DES ALPES", 0),
        ("12 rue du Dr Valois", "12 Rue Docteur Valois 38800 Le Pont-de-Claix", 0),
        ("5-7 rue Georges Jacquet", "7 R GEORGES JACQUET", 0),
        ("67 Grand rue", "67 Grande rue de Grenoble", 0),
        ("6 bis avenue Paul Vaillant Couturier", "6 AV VAILLANT-COUTURIER CS 10070", 0),
        ("7 rue du 11 novembre", "7 rue du onze novembre 1918", 0),
        ("32 Bis r Liberté, 38600 Fontaine", "32 rue de la Liberté", 0),
        ("9 Claude Contamin", "9 rue Claude Contamin", 0),
        ("PL GAMBETTA", "2 Place Gambetta", 1),
        ("16 rue Pierre Brossolette", "16 avenue Pierre Brossolette", 1),
        ("rue de champagne", "Rue du Champagne", 1),
        ("4 rue Victor Faugier", "9 rue Victor Faugier", 2),
        ("29 rue de Lessines", "BD DE LESSINES", 2),
        ("1 rue de la République", "3 place de la République", 3),
        ("rue Jean Jaurès", "rue Jean Moulin", 3),
        ("7 rue du 11 novembre", "7 rue du 8 mai", 3),
        ("", "1 rue de la Poste", SILENT),
    ],
)
def test_an_address_is_a_number_and_a_street_however_written(one, other, agreement):
    assert level("adresse", replace(GRENOBLE, adresse=one), replace(GRENOBLE, adresse=other)) == agreement


def test_one_address_in_two_communes_says_nothing():
    square = replace(GRENOBLE, adresse="1 place de la Mairie")
    assert level("adresse", square, replace(square, code_insee="38421")) == SILENT
    assert level("commune", square, replace(square, code_insee="38421")) == 1
    assert level("commune", square, replace(square, code_insee="")) == 0
    assert level("commune", square, NOWHERE) == SILENT


@pytest.mark.parametrize(
    ("latitude", "longitude", "precise", "agreement"),
    [
        (45.1880, 5.7240, True, 0),
        (45.1890, 5.7240, True, 1),
        (45.1880, 5.7340, True, 2),  # 784 m: a degree of longitude is shorter than one of latitude
        (45.1980, 5.7240, True, 3),
        (45.1880, 5.7240, False, SILENT),
        (None, None, True, SILENT),
    ],
)
def test_distance_is_on_the_sphere_and_silent_without_two_precise_points(
    latitude, longitude, precise, agreement
):
    first = replace(GRENOBLE, latitude=45.1880, longitude=5.7240)
    assert (
        level("distance", first, replace(GRENOBLE, latitude=latitude, longitude=longitude, precise=precise))
        == agreement
    )


def test_a_switchboard_of_a_network_says_less_than_a_telephone_of_one_place():
    first = replace(GRENOBLE, telephones=("+33 4 76 12 34 56",))
    there = replace(GRENOBLE, telephones=("04.76.12.34.56",))
    assert level("telephone", first, there) == 0
    assert level("telephone", first, there, replace(first, code_insee="38421")) == 1
    assert level("telephone", first, there, *[first] * 4) == 1
    assert level("telephone", first, replace(there, telephones=("0476999999",))) == 2


@pytest.mark.parametrize("number", ["06 00 00 00 00", "3949", "", "0000000000"])
def test_a_masked_or_short_number_is_no_telephone(number):
    first = replace(GRENOBLE, telephones=(number,))
    assert level("telephone", first, first) == SILENT


@pytest.mark.parametrize(
    ("one", "other", "agreement"),
    [
        ("https://www.epn.fr/", "HTTP://epn.fr", 0),
        ("https://bm.fr/accueil", "bm.fr", 0),
        ("https://bm.fr/650-etude.htm", "https://bm.fr/644-arlequin.htm", 2),
        ("https://facebook.com/mjc", "https://facebook.com/epn", 2),
        ("https://facebook.com/", "https://facebook.com/", SILENT),
        ("http://https://epn.fr", "epn.fr", 0),
        ("http://", "epn.fr", SILENT),
    ],
)
def test_a_home_page_agrees_with_any_page_of_its_site(one, other, agreement):
    assert level("site", replace(GRENOBLE, sites=(one,)), replace(GRENOBLE, sites=(other,))) == agreement


@pytest.mark.parametrize(
    ("one", "other", "agreement"),
    [
        (SIRET, SIRET, 0),
        (SIRET, SAME_SIREN, 1),
        (SIRET, SIRET[:9], 1),
        (SIRET, OTHER_SIRET, 2),
        ("W381000001", "W381000001", 1),
        ("W381000001", SIRET, SILENT),
        ("00000000000000", "00000000000000", SILENT),
        ("", SIRET, SILENT),
    ],
)
def test_a_pivot_names_an_organisation_and_zeros_name_nobody(one, other, agreement):
    assert level("pivot", replace(GRENOBLE, pivot=one), replace(GRENOBLE, pivot=other)) == agreement


def test_a_siret_known_in_two_communes_is_that_of_an_organisation():
    first = replace(GRENOBLE, pivot=SIRET)
    assert level("pivot", first, first, replace(first, code_insee="38421")) == 1


# ----------------------------------------------------------------------------------------------- what decides

LIBRARY = replace(
    GRENOBLE,
    nom="Bibliothèque Kateb Yacine",
    adresse="202 Grand Place",
    latitude=45.1574,
    longitude=5.7334,
    pivot=SIRET,
)


def test_one_place_written_twice_is_the_same_and_says_why():
    again = replace(LIBRARY, nom="BIBLIOTHEQUE KATEB YACINNE", adresse="202 GRAND PLACE", longitude=5.73345)
    (pair,) = within([LIBRARY, again])
    assert (pair.a, pair.b, pair.decision) == (0, 1, "meme")
    assert pair.reasons == (
        "même nom à une lettre près",
        "même adresse",
        "0 m d’écart",
        "même SIRET",
        "même commune",
    )


def test_two_libraries_of_one_town_are_not_proposed_though_they_share_siret_and_site():
    city = replace(LIBRARY, sites=("https://bm-grenoble.fr",))
    other = replace(
        city, nom="Bibliothèque Centre Ville", adresse="10 rue de la République", latitude=45.1902
    )
    assert within([city, other]) == []


@pytest.mark.parametrize("name", ["Relais clavier n° {}", "Point numérique {}", "Le Fuseau {} du Web"])
def test_the_numbered_places_of_a_series_are_as_many_places(name):
    row = [
        replace(
            GRENOBLE, nom=name.format(n), adresse=f"{n} rue des Tisserands", latitude=45.18, longitude=5.7
        )
        for n in range(1, 15)
    ]
    assert within(row) == []
    twice = within([row[3], replace(row[3], adresse="4, rue des tisserands")])
    assert [pair.decision for pair in twice] == ["meme"]


def test_two_numbers_under_one_telephone_of_their_own_are_listed():
    one = replace(GRENOBLE, nom="Relais clavier 3", adresse="8 quai Perrière", telephones=("0476123456",))
    (pair,) = within([one, replace(one, nom="Relais clavier 4")])
    assert pair.decision == "a_voir"


def test_two_premises_of_one_association_are_listed_never_joined():
    one = replace(GRENOBLE, nom="Orditoutage", adresse="29 rue Colonel Bougault", telephones=("0476123456",))
    one = replace(one, sites=("https://orditoutage.org",), courriels=("contact@orditoutage.org",))
    (pair,) = within([one, replace(one, adresse="5 rue Malakoff")])
    assert pair.decision == "a_voir"
    (pair,) = within([one, replace(one, nom="Orditoutage - annexe")])
    assert pair.decision == "a_voir"
    assert "un seul est une annexe" in pair.reasons


def test_two_services_of_one_building_are_never_joined_even_under_one_switchboard():
    hall = replace(LIBRARY, telephones=("0476123456",), sites=("https://grand-place.fr",))
    assert all(pair.decision == "a_voir" for pair in within([hall, replace(hall, nom="Repair café")]))


def test_the_stops_of_a_round_are_as_many_places():
    stop = replace(
        NOWHERE,
        nom="Camion bleu",
        telephones=("0359731820",),
        latitude=50.2452,
        longitude=4.1523,
        itinerant=True,
    )
    assert within([replace(stop, code_insee=code) for code in ("59157", "59627", "59104")]) == []
    assert within([replace(stop, code_postal=code) for code in ("59157", "02120")]) == []


def test_the_stops_of_an_undeclared_round_are_too_far_from_each_other():
    stop = replace(NOWHERE, nom="Camion bleu", telephones=("0359731820",), longitude=4.1523)
    assert within([replace(stop, code_insee=f"591{k}0", latitude=50.2 + k / 20) for k in range(5)]) == []


def test_a_round_that_stops_twice_in_a_commune_under_one_address_is_written_twice():
    stop = replace(LIBRARY, itinerant=True)
    assert [pair.decision for pair in within([stop, stop])] == ["meme"]


def test_a_place_without_insee_code_is_compared_by_its_postcode():
    (pair,) = within([LIBRARY, replace(LIBRARY, code_insee="", latitude=None, pivot="")])
    assert "même adresse" in pair.reasons


def test_a_name_alone_in_one_commune_is_listed_not_joined():
    (pair,) = within([replace(GRENOBLE, nom="Demo-TIC"), replace(GRENOBLE, nom="DEMO TIC")])
    assert pair.decision == "a_voir"


def test_no_place_no_pair():
    assert within([]) == []
    assert within([LIBRARY]) == []
    assert between([], [LIBRARY]) == []
    assert within([NOWHERE] * 3) == []


# --------------------------------------------------------------------------------------- what changes nothing

texts = st.sampled_from
places = st.builds(
    Place,
    nom=texts(
        [
            "Mairie",
            "CCAS",
            "Bibliothèque Aragon",
            "MEDIATHEQUE ARAGON",
            "Emmaüs Connect",
            "Espace 1",
            "Espace 2",
            "",
        ]
    ),
    adresse=texts(["1 rue Zola", "1 R ZOLA", "2 rue Zola", "place Hugo", "9 avenue Hugo", ""]),
    code_insee=texts(["38185", "38421", ""]),
    code_postal=texts(["38000", "38400"]),
    latitude=texts([45.1880, 45.1881, 45.1950, None]),
    longitude=texts([5.7240, 5.7241]),
    precise=st.booleans(),
    pivot=texts([SIRET, OTHER_SIRET, SAME_SIREN, "00000000000000", ""]),
    telephones=texts([("0476123456",), ("+33476123456", "0476999999"), ("0600000000",), ()]),
    courriels=texts([("a@epn.fr",), ("A@EPN.FR",), ("b@epn.fr",), ()]),
    sites=texts([("epn.fr",), ("https://www.epn.fr/accueil",), ("https://mairie.fr",), ()]),
    typologies=texts([frozenset({"BIB"}), frozenset({"CCAS", "BIB"}), frozenset({"MUNI"}), frozenset()]),
    itinerant=texts([False, False, True]),
    commune=texts(["Grenoble", ""]),
)
lists = st.lists(places, max_size=7)
BLANK = {
    "pivot": "",
    "telephones": (),
    "courriels": (),
    "sites": (),
    "typologies": frozenset(),
    "latitude": None,
    "precise": False,
}


def scores(pairs):
    return {(pair.a, pair.b): (pytest.approx(pair.score), pair.reasons, pair.decision) for pair in pairs}


@given(lists)
def test_a_pair_joins_two_places_once_with_a_reason(some):
    pairs = within(some)
    assert all(0 <= pair.a < pair.b < len(some) for pair in pairs)
    assert [(pair.a, pair.b) for pair in pairs] == sorted({(pair.a, pair.b) for pair in pairs})
    assert all(0 < pair.score < 1 and pair.reasons for pair in pairs)


@given(lists, lists)
def test_between_two_files_is_within_both_and_looks_the_same_from_each_side(a, b):
    pairs = between(a, b)
    assert scores(pairs) == {
        (first, second - len(a)): score
        for (first, second), score in scores(within([*a, *b])).items()
        if first < len(a) <= second
    }
    assert scores(pairs) == {
        (second, first): score for (first, second), score in scores(between(b, a)).items()
    }


@given(lists, st.randoms(use_true_random=False))
def test_the_order_of_places_is_irrelevant(some, chance):
    order = list(range(len(some)))
    chance.shuffle(order)
    moved = within([some[k] for k in order])
    assert scores(within(some)) == {
        tuple(sorted((order[first], order[second]))): score
        for (first, second), score in scores(moved).items()
    }


@given(lists)
def test_an_unrelated_place_changes_neither_score_nor_decision(some):
    stranger = Place(
        "Ludothèque des Deux Alpes", "3 quai Tortue", "97411", "97400", -20.88, 55.45, True, "W974000001", ("0262111111",),
        ("x@y.re",), ("z.re",), frozenset({"LUDO"}), False, "Saint-Denis",
    )  # fmt: skip
    assert scores(within([*some, stranger])) == scores(within(some))


@given(places, st.sampled_from(sorted(BLANK)))
def test_a_missing_field_never_counts_as_agreement(complete, field):
    """A copy of a place scores lower, or the same, once one of its cells is emptied, or both of them."""
    complete = replace(complete, nom="Bibliothèque Aragon", itinerant=False)
    less = replace(complete, **{field: BLANK[field]})
    full, one, both = (within(pair)[:1] for pair in ([complete, complete], [complete, less], [less, less]))
    best = full[0].score if full else 0.25
    assert all(pair.score <= best + 1e-12 for pair in (*one, *both))


@given(places, places, st.sampled_from(sorted(BLANK)))
def test_a_cell_empty_on_one_side_says_no_more_than_on_both(one, other, field):
    less, least = replace(one, **{field: BLANK[field]}), replace(other, **{field: BLANK[field]})
    half, none = (agreements(pair, [(0, 1)]).tolist() for pair in ([less, other], [less, least]))
    assert half == none


@given(st.floats(-0.0026, 0.0026), st.floats(-0.0026, 0.0026), st.floats(41, 51), st.floats(-5, 9))
def test_two_places_near_one_another_share_a_cell_of_one_grid_at_least(north, east, lat, lon):
    """Degrees, within half a cell each way: beyond, they may still meet, but nothing promises it."""
    one, two = (
        set(duplicates._surroundings((math.radians(y), math.radians(x)), ["w"]))
        for y, x in ((lat, lon), (lat + north, lon + east))
    )
    assert one & two


def test_two_places_on_each_side_of_a_line_of_every_grid_but_one_share_a_cell():
    """Half a cell apart, 300 metres north or east: the grid moved by half a cell holds both."""
    for north, east in ((0.0027, 0.0), (0.0, 0.0043), (0.0027, 0.0043)):
        for start in range(8):
            lat, lon = 45.1 + start * 0.0007, 5.7 + start * 0.0011
            one, two = (
                set(duplicates._surroundings((math.radians(y), math.radians(x)), ["w"]))
                for y, x in ((lat, lon), (lat + north * 0.99, lon + east * 0.99))
            )
            assert one & two


def test_two_places_a_kilometre_apart_share_no_cell():
    for north, east in ((0.0136, 0.0), (0.0, 0.0136), (0.0, 0.0216), (0.0136, 0.0216)):
        one, two = (
            set(duplicates._surroundings((math.radians(y), math.radians(x)), ["w"]))
            for y, x in ((45.1, 5.7), (45.1 + north, 5.7 + east))
        )
        assert not one & two


# ------------------------------------------------------------------------------ classes of pairs met elsewhere


def decision_on(one: Place, other: Place) -> str:
    """The decision on two places, '' when nothing is proposed."""
    return next((pair.decision for pair in within([one, other])), "")


DOOR = {"adresse": "4 rue des Lilas", "latitude": 45.19, "longitude": 5.72, "precise": True}


@pytest.mark.parametrize(
    ("one", "other", "decision"),
    [
        ("Relais Numérique du Val", "Espace Futur du Val", "a_voir"),  # a network changed its name
        ("Médiathèque l’Envol", "Médiathèque municipale Jean-Rostand", "a_voir"),  # one kind at one door
        ("MPT", "Maison pour tous", "meme"),
        ("CENTRE COMMUNAL ACTION SOCIALE", "CCAS", "meme"),
        ("ADR", "Association du Développement Rural", "a_voir"),  # initials
        ("Commune de Grenoble", "Grenoble (mairie)", "meme"),
        ("Mairie de Grenoble", "Mairie de Grenoble", "meme"),
        ("Médiathèque", "Médiathèque l’Envol", "meme"),
        ("Espace 1", "Espace 2", "a_voir"),
        ("Club photo", "Le Fil d’Ariane", ""),  # neighbours in one building
    ],
)
def test_two_names_at_one_door(one, other, decision):
    assert decision_on(replace(GRENOBLE, nom=one, **DOOR), replace(GRENOBLE, nom=other, **DOOR)) == decision


def test_a_phone_that_nobody_else_has_makes_two_names_a_candidate_pair():
    first = {**DOOR, "telephones": ("+33476000001",)}
    assert (
        decision_on(
            replace(GRENOBLE, nom="Le Bocal", **first), replace(GRENOBLE, nom="Espace Futur", **first)
        )
        == "a_voir"
    )


def test_the_commune_of_a_seat_does_not_part_one_address_and_one_point():
    one, other = (
        replace(GRENOBLE, nom="Maison du Lac", **DOOR),
        replace(GRENOBLE, nom="Maison du Lac", **{**DOOR, "code_insee": "38421"}),
    )
    assert decision_on(one, other) == "meme"
    nowhere = {**DOOR, "latitude": None, "longitude": None}
    assert (
        decision_on(
            replace(GRENOBLE, nom="Mairie", **nowhere),
            replace(GRENOBLE, nom="Mairie", **{**nowhere, "code_insee": "38421"}),
        )
        == ""
    )


def test_a_number_mistyped_in_one_street_is_the_same_door():
    far = {**DOOR, "latitude": 45.1905}
    one, other = (
        replace(GRENOBLE, nom="Médiathèque Darodes", **DOOR),
        replace(GRENOBLE, nom="Médiathèque Darodes", **{**far, "adresse": "14 rue des Lilas"}),
    )
    assert decision_on(one, other) == "meme"


COUNTERS = [  # a house and who it lodges: the telephone, the site, the SIRET they share are the house's
    ("Mairie", "Agence postale communale", {}),
    ("France Services", "Permanence CPAM", {"sites": ("https://www.france-services-crolles.fr",)}),
    ("CCAS", "Maison de retraite Les Tilleuls", {"pivot": "26380000100012"}),
    ("CCAS - Crolles", "EHPAD Les Tilleuls - CCAS", {"courriels": ("ccas@crolles.fr",)}),
    ("EHPAD Les Tilleuls", "Résidence autonomie Les Tilleuls", {}),
    ("Centre social Balzac", "Secours catholique", {}),
    ("Maison pour tous Balzac", "ATD Quart Monde", {}),  # of a kind that no list of ours holds
    ("CAF - point d’accueil", "Trésorerie - accueil de proximité", {}),
    ("Mairie annexe Mansart", "Bibliothèque Mansart", {"telephones": (), "sites": ("https://crolles.fr",)}),
]
ONE_PLACE = [
    ("Agence postale communale", "APC Crolles"),
    ("La Poste - Crolles", "Crolles BP"),
    ("EHPAD Les Tilleuls", "Maison de retraite Les Tilleuls"),
    ("Résidence Les Tilleuls", "Résidence autonomie Les Tilleuls"),
    ("Secours catholique de Crolles", "Secours catholique - antenne Crolles"),
    ("SSIAD", "Service de soins infirmiers à domicile de Crolles"),
]
CROLLES = replace(GRENOBLE, adresse="2 place Mansart", latitude=45.28, longitude=5.88, commune="Crolles")


@pytest.mark.parametrize(("one", "other", "shared"), COUNTERS)
def test_the_services_of_one_counter_are_as_many_places_whatever_they_share(one, other, shared):
    counter = replace(CROLLES, **{"telephones": ("0476000001",), **shared})
    assert within([replace(counter, nom=one), replace(counter, nom=other)]) == []


@pytest.mark.parametrize(("one", "other"), ONE_PLACE)
def test_a_network_writes_one_place_in_several_ways(one, other):
    assert len(within([replace(CROLLES, nom=one), replace(CROLLES, nom=other)])) == 1


@pytest.mark.parametrize(
    ("commune", "one", "other"),
    [("Cerisy-la-Salle", "Mairie", "Agence postale"), ("Bû", "Mairie", "Bibliothèque municipale")],
)
def test_the_name_of_a_commune_is_no_kind_of_place(commune, one, other):
    door = replace(CROLLES, commune=commune)
    pair = [replace(door, nom=f"{name} de {commune}") for name in (one, other)]
    assert within(pair) == []


def test_who_a_manager_runs_is_never_merged_unseen_with_it():
    pair = [replace(CROLLES, nom=name) for name in ("CCAS", "Bains-douches du Drac - CCAS")]
    assert [each.decision for each in within(pair)] in ([], ["a_voir"])


@pytest.mark.parametrize(
    ("one", "other", "phone", "n"),
    [
        ("Mairie de quartier Mansart", "Bibliothèque Mansart", "", 0),
        ("Mairie de quartier Mansart", "Bibliothèque Mansart", "0476000001", 1),
        ("Centre social Balzac", "Bibliothèque Balzac", "", 0),
        ("CCAS", "Bibliothèque Mansart", "0476000001", 0),  # the switchboard answers for both
        ("Passerelle Mansart", "Bibliothèque Mansart", "", 1),
    ],
)
def test_two_kinds_at_one_door_are_two_places_unless_they_answer_one_phone(one, other, phone, n):
    door = replace(GRENOBLE, adresse="2 boulevard Mansart", latitude=45.18, longitude=5.72)
    first, second = (replace(door, nom=name, telephones=(phone,) if phone else ()) for name in (one, other))
    assert len(within([first, second])) == n


@pytest.mark.parametrize(
    ("one", "other", "n"),
    [
        ((("Bibliothèque"), "place Coluche"), ("Bibliothèque François Mitterrand", "1 place Coluche"), 1),
        ((("Bibliothèque"), ""), ("Médiathèque municipale", "3 place de la Mairie"), 1),
        ((("Bibliothèque"), "Bibliothèque"), ("Médiathèque", "3 place de la Mairie"), 1),
        ((("Bibliothèque"), "2 rue du Four"), ("Bibliothèque Colnet", "8 place Jean-Bart"), 0),
        ((("Bibliothèque"), "1 place Coluche"), ("Bibliothèque François Mitterrand", "4 place Coluche"), 0),
    ],
)
def test_one_kind_in_one_street_or_without_address_is_a_candidate_pair_though_points_are_far(one, other, n):
    first, second = (
        replace(GRENOBLE, nom=name, adresse=street, latitude=45.18 + k / 50, longitude=5.72)
        for k, (name, street) in enumerate((one, other))
    )
    assert [pair.decision for pair in within([first, second])] == ["a_voir"] * n


@pytest.mark.parametrize("mistyped", ["Bibliothqèue", "MÉDIIATHÈQUE", "Bibliothèque municiaple"])
def test_a_kind_mistyped_by_a_letter_is_that_kind(mistyped):
    door = replace(GRENOBLE, adresse="2 boulevard Mansart", latitude=45.18, longitude=5.72)
    pairs = within([replace(door, nom="Bibliothèque municipale"), replace(door, nom=mistyped)])
    assert [pair.decision for pair in pairs] == ["meme"]


def test_a_neighbouring_commune_does_not_part_one_name_at_one_point_of_a_street_without_number():
    one = replace(GRENOBLE, nom="Médiathèque", adresse="esplanade Mansart", latitude=45.18, longitude=5.72)
    assert len(within([one, replace(one, code_insee="38421", commune="Saint-Martin-d’Hères")])) == 1


@pytest.mark.parametrize(("name", "decision"), [("Mansart", ""), ("Mansart Balzac", "a_voir")])
def test_two_services_further_along_a_street_share_a_word_but_not_two(name, decision):
    first, second = (
        replace(GRENOBLE, nom=f"{kind} {name}", adresse=street, latitude=latitude, longitude=5.72)
        for kind, street, latitude in (
            ("Mairie de quartier", "1 place Coluche", 45.18),
            ("Espace", "4 place Coluche", 45.183),
        )
    )
    assert decision_on(first, second) == decision


@pytest.mark.parametrize(
    ("short", "full_name"),
    [
        ("PIMMS Médiation", "Point Information Médiation Multi Services"),
        ("PIMMS", "Point d’information et de médiation multiservices de Grenoble"),
        ("UDAF 38", "Union départementale des associations familiales de l’Isère"),
        ("ADATE", "Association dauphinoise pour l’accueil des travailleurs étrangers"),
        ("CODASE", "Comité dauphinois d’action socio-éducative"),
    ],
)
def test_a_name_in_full_is_known_by_its_initials(short, full_name):
    at = replace(GRENOBLE, adresse="12 rue des Lilas")
    (pair,) = within([replace(at, nom=short), replace(at, nom=full_name)])
    assert (pair.decision, pair.reasons[0]) == ("a_voir", "un nom contient l’autre")


def test_three_letters_are_not_the_initials_of_a_name_cut_short():
    at = replace(GRENOBLE, adresse="12 rue des Lilas")
    assert within([replace(at, nom="ALP"), replace(at, nom="Atelier libre des poètes voyageurs")]) == []


def test_the_word_that_begins_a_series_of_names_is_a_kind_of_place():
    """Deux « Fabrique » d’une ville disent un genre que nos listes n’ont pas : ce n’est pas la bibliothèque de
    la même porte. Seule, « Fabrique » reste un mot du nom.
    """
    door = replace(GRENOBLE, adresse="375 rue de Verdun")
    maker = replace(door, nom="Fabrique Soquence")
    library = replace(door, nom="Relais lecture Soquence")
    other = replace(GRENOBLE, nom="Fabrique Louis Blanc", adresse="52 rue Georges Piat")
    assert [pair.decision for pair in within([maker, library])] == ["a_voir"]
    assert within([maker, library, other]) == []
    phone = ("+33476000001",)
    reached = [replace(maker, telephones=phone), replace(library, telephones=phone), other]
    assert [(pair.a, pair.b) for pair in within(reached)] == [(0, 1)]
