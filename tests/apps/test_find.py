"""Finding a place: what « Où ? » means, the list whole without script, and nothing said that nobody knows."""

import json
import re
from dataclasses import replace
from datetime import date, datetime
from html import unescape

import numpy as np
import pytest
from django.utils import timezone

from maillage.apps.directory.outreach.models import Body
from maillage.apps.directory.places.queries import maps, results, scope, where
from maillage.apps.directory.places.queries.results import ALL, Search
from maillage.apps.territories import actions
from maillage.apps.territories.models import Perimeter
from maillage.kernel.names import plain
from maillage.reference.national_help import national_help
from maillage.sources import cog, rp2021
from maillage.statistics.zones.territories import gazetteer
from maillage.words import languages
from tests.support.lieux import GRENOBLE, TEISSEIRE, lieu, offering
from tests.support.prose import text_of
from tests.support.shared import ROOT

pytestmark = pytest.mark.django_db
SHEETS = ROOT / "src/maillage/apps/directory/places/static/annuaire"

FRIDAY = datetime(2026, 11, 20, 15, 0)
ZONES = (
    "code_zone,nom_zone,code\nSUD,Villeneuve sud,381850604\nSUD,Villeneuve"
    " sud,381850607\nECH,Échirolles,38151\n"
)
TEISSEIRE_QUERY = {"ou": "Teisseire, Grenoble"}


def names(response) -> list[str]:
    return [row.name for row in response.context["results"].rows]


# --------------------------------------------------------------------------------------------------- « Où ? »


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("grenoble", "Grenoble"),
        ("38185", "Grenoble"),
        ("38100", "Grenoble"),  # a postcode, before the Insee code of Le Cheylas
        ("st martin d heres", "Saint-Martin-d’Hères"),
        ("pont de claix", "Le Pont-de-Claix"),
        ("Teisseire", "Teisseire, Grenoble"),
        ("teisseire, grenoble", "Teisseire, Grenoble"),
        ("Saint-Denis, réunion", "Saint-Denis, La Réunion"),
        ("75011", "Paris 11e Arrondissement"),
        ("Isère", "Isère"),
        ("grenbole", "Grenoble"),
    ],
)
def test_a_place_is_found_however_it_is_typed_and_its_label_reads_again_as_itself(typed, label):
    match = where.find(typed)
    assert match.spot is not None
    assert match.spot.label == label
    assert where.find(label).spot == match.spot


def test_a_name_that_several_bear_lists_them_each_read_alone_where_places_are_first(client):
    lieu()
    match = where.find("Fontaine")
    assert match.spot is None
    assert match.choices[0].label == "Fontaine, Isère"
    assert all(where.find(choice.label).spot is not None for choice in match.choices)
    page = client.get("/carte/", {"ou": "Fontaine", "gratuit": "1"})
    assert "Plusieurs endroits s’appellent ainsi" in text_of(page)
    html = page.content.decode()  # asked above the form, which folds and keeps what was typed
    assert html.index("Plusieurs endroits") < html.index('name="ou"')
    assert 'class="chercher-plie" open' not in html
    assert page.context["summary"].startswith("Fontaine · ")
    assert "gratuit=1&amp;ou=Fontaine%2C+Is%C3%A8re" in page.content.decode()


@pytest.mark.parametrize("typed", ["zzzzqq", "99999", "¿?", "<script>"])
def test_unknown_place_is_reported_and_not_searched(client, typed):
    page = client.get("/carte/", {"ou": typed})
    assert page.status_code == 200
    html = page.content.decode()
    assert page.context.get("unknown") or typed == "<script>"  # no word of it is known: nothing is asked
    if typed != "<script>":  # said at the field, not under the form
        assert 'aria-describedby="ou-erreur ou-aide"' in html
        assert html.index("Nous ne connaissons pas «") < html.index('name="ou"')
    assert "<script>" not in page.content.decode().split("</head>")[1]


def test_zone_of_a_saved_perimeter_is_a_quarter_but_not_a_complete_commune():
    Perimeter.objects.create(slug="sud", name="Sud", code="38", reason="r", zones=ZONES, file_name="z.csv")
    assert where.find("Villeneuve sud").spot.label == "Villeneuve sud, Sud"
    assert where.find("Échirolles").spot.label == "Échirolles"
    assert where.of_code("sud").communes == ("38151", "38185")


@pytest.mark.parametrize(
    "write",
    [
        lambda zones: zones.replace(",", ";"),
        lambda zones: "Zones du plan\n" + zones,
        lambda zones: "\ufeffsep=,\n" + zones.replace("code_zone", "Code_Zone"),
        lambda zones: zones.replace("\n", "\r\n\r\n"),
    ],
    ids=["points-virgules", "titre", "casse", "lignes vides"],
)
def test_saved_perimeter_reads_everywhere_as_it_was_when_saved(client, write):
    actions.keep_perimeter(
        by=None,
        slug="sud",
        name="Sud",
        code="38",
        reason="r",
        content=write(ZONES).encode(),
        file_name="z.csv",
    )
    assert where.find("Villeneuve sud").spot.label == "Villeneuve sud, Sud"
    assert where.of_code("sud").communes == scope.of("sud").communes == ("38151", "38185")
    assert [zone.name for zone in scope.of("sud").zones] == ["Villeneuve sud", "Échirolles"]
    for address in ("/carte/?ou=Villeneuve", "/carte/?territoire=sud", "/territoires/sud/"):
        assert client.get(address).status_code in (200, 202)


def test_a_zone_of_communes_that_merged_since_the_census_stands_in_that_of_today(client):
    former = cog.former()
    merged_iris = [
        code for code in rp2021.iris()["published"].tolist() if code in set(former["former"].tolist())
    ]
    old = sorted(set(merged_iris))[:2]
    rows = "".join(f"a,Deux d’avant,{code}\n" for code in old)
    actions.keep_perimeter(
        by=None,
        slug="avant",
        name="Avant",
        code="france",
        reason="r",
        content=f"code_zone,nom_zone,code\n{rows}".encode(),
        file_name="z.csv",
    )
    today = tuple(sorted(set(cog.current(np.array(old)).tolist())))
    assert scope.of("avant").communes == where.of_code("avant").communes == today
    assert where.find("Deux d’avant").spot.communes == today
    assert client.get("/carte/?ou=Deux+d’avant").status_code == 200


@pytest.mark.both_databases
def test_a_place_may_be_where_one_starts_from():
    stored_lieu = lieu("depart", sheet={"nom": "La Machinerie"})
    spot = where.find("la machinerie").spot
    assert (spot.label, spot.latitude) == ("La Machinerie, Grenoble", stored_lieu.latitude)


VOIRON = {"commune": "Voiron", "code_insee": "38563", "code_postal": "38500"}


@pytest.mark.parametrize("name", ["Mairie de Voiron", "MAIRIE", "Hôtel de ville de Voiron"])
def test_a_commune_starts_from_its_town_hall_when_it_is_known(client, name):
    lieu("annexe", near=(45.35, 5.60), sheet={"nom": "Mairie annexe de Voiron", **VOIRON})
    stored_lieu = lieu("mairie", near=(45.36294, 5.59), sheet={"nom": name, **VOIRON})
    page = client.get("/carte/", {"ou": "Voiron"})
    spot = page.context["asked"].spot
    assert (spot.latitude, spot.longitude, spot.label) == (
        stored_lieu.latitude,
        stored_lieu.longitude,
        "Voiron",
    )
    assert "Distances estimées depuis la mairie de Voiron." in text_of(page)
    with languages.speaking("ar"):
        assert where.find("Voiron").spot.point == stored_lieu.point, "the same start in every language"
    assert page.context["results"].rows[0].minutes == "1 min à pied"


def test_a_commune_starts_from_where_its_inhabitants_are_else_from_its_contour_and_says_which(client):
    lieu("mairie", sheet={"nom": "Mairie de Grenoble", "precision": 5000})  # nobody knows where it stands
    assert where.find("Grenoble").spot.middle == "le centre habité de Grenoble"
    assert (
        where.find("Ouessant").spot.middle
        == "le milieu d’Ouessant sur la carte (le bourg peut être ailleurs)"
    )


def test_an_unknown_territory_says_what_to_do(client):
    assert "Aucun territoire n’a le code" in text_of(client.get("/carte/", {"territoire": "99999"}))


def test_a_territory_stands_until_its_name_is_changed(client):
    lieu()
    page = client.get("/carte/", {"territoire": "200040715", "ou": "Grenoble-Alpes-Métropole"})
    assert page.context["asked"].spot.label == "Grenoble-Alpes-Métropole"
    assert page.context["territoire"] == "200040715"
    page = client.get("/carte/", {"territoire": "200040715", "ou": "Teisseire"})
    assert (page.context["asked"].spot.label, page.context["territoire"]) == ("Teisseire, Grenoble", "")


def test_suggestions_are_links_that_need_no_script(client):
    page = client.get("/carte/suggestions/", {"q": "teiss"})
    assert 'href="/carte/?ou=Teisseire%2C%20Grenoble"' in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "first"), [("59600", "Maubeuge"), ("3810", "Grenoble"), ("75011", "Paris")]
)
def test_digits_suggest_the_communes_of_their_postcodes_the_largest_first(typed, first):
    assert where.suggestions(typed)[0].label.startswith(first)


@pytest.mark.parametrize(
    ("typed", "first", "part"),
    [
        ("voiron", "Voiron", "Voiron Ouest, Voiron"),
        ("Lyon", "Lyon", "Lyon 3e Arrondissement"),
        ("Strasbourg", "Strasbourg", ""),  # neither “Strasbourg, Lille” nor “Boulevard de Strasbourg”
    ],
)
def test_suggestions_fold_the_quarters_of_a_commune_under_it(typed, first, part):
    """Six quartiers sous « Grenoble » couvraient les besoins, au téléphone."""
    [commune, *next_choices] = where.suggestions(typed)
    assert commune.label == first
    assert [c.label for c in commune.parts][:1] == ([part] if part else [])
    assert not [c for c in next_choices if c.kind == "quartier" or re.match(rf"{first}\b", c.label)]


def test_suggestions_of_a_commune_leave_out_its_places():
    lieu("mairie", sheet={"nom": "Mairie de Vizille", "commune": "Vizille", "code_insee": "38562"})
    assert [c.label for c in where.suggestions("vizill")] == ["Vizille"]
    assert [c.kind for c in where.suggestions("mairie de viz")] == ["lieu"]


# --------------------------------------------------------------------------------------------------- the list


def test_the_list_is_whole_without_script_nearest_first_with_its_numbers(client):
    """G-003, G-004, G-037 : tout le monde lit l’annuaire, les lieux les plus proches d’abord."""
    for slug, east in (("loin", 1200), ("pres", 150), ("milieu", 600)):
        lieu(slug, east=east)
    page = client.get("/carte/", TEISSEIRE_QUERY)
    assert names(page) == ["Lieu pres", "Lieu milieu", "Lieu loin"]
    assert [row.number for row in page.context["results"].rows] == [1, 2, 3]
    page_text = text_of(page)
    assert "3 lieux à moins de 30 minutes à pied, environ" in page_text
    assert "depuis le milieu du quartier Teisseire" in page_text
    assert (
        "Le vrai chemin peut être plus long : une pente, une rivière ou une voie ferrée à contourner."
        in page_text
    )


OPENED = {"horaires": {"osm": "Mo-Fr 09:00-18:00", "text": "", "left": ""}}
MONDAYS = {"horaires": {"osm": "Mo 09:00-12:00", "text": "", "left": ""}}
LATE = {"horaires": {"osm": "Mo-Fr 17:00-19:00", "text": "", "left": ""}}


@pytest.mark.parametrize(
    ("nearest", "farther"),
    [
        ({"updated_on": date(2020, 1, 1), "sheet": OPENED | offering(wifi={})}, OPENED | offering(wifi={})),
        ({"sheet": MONDAYS | offering(wifi={})}, OPENED | offering(wifi={})),
        ({"sheet": LATE | offering(wifi={})}, OPENED | offering(wifi={})),
        ({"sheet": OPENED}, OPENED | offering(wifi={})),
        ({"full_since": date(2026, 11, 3), "sheet": OPENED | offering(wifi={})}, {}),
    ],
    ids=["old", "opens in a while", "opens later today", "says no service", "full"],
)
def test_of_two_places_near_one_another_the_surer_comes_first(nearest, farther):
    """La première réponse était un lieu fermé, non confirmé depuis cinq ans, sans service dit."""
    lieu("pres", east=100, **nearest)
    lieu("sur", east=200, sheet=farther)
    search = Search(spot=where.find("Teisseire, Grenoble").spot)
    assert [row.slug for row in results.find(search, FRIDAY).rows] == ["sur", "pres"]
    by_distance = results.find(replace(search, minutes=ALL), FRIDAY)
    assert [row.slug for row in by_distance.rows] == ["pres", "sur"]


def test_a_place_that_nobody_can_ask_nor_trust_is_no_first_answer(client):
    """« Appelez avant de vous déplacer », et le premier lieu n’avait ni téléphone ni horaires."""
    lieu("muet", east=10, sheet=offering(wifi={}))
    assert "Renseignez-vous avant de venir" in text_of(client.get("/carte/", TEISSEIRE_QUERY))
    lieu("sans-service", east=10, sheet=OPENED)
    lieu("vieux", east=10, updated_on=date(2020, 1, 1), sheet=OPENED | offering(wifi={}))
    lieu("joint", east=1_500, sheet=MONDAYS | offering(wifi={}) | {"telephone": ["+33476001122"]})
    page = client.get("/carte/", TEISSEIRE_QUERY)
    assert names(page)[0] == "Lieu joint" and "Appelez avant de vous déplacer" in text_of(page)
    assert names(page)[-1] == "Lieu muet", "of the doubtful, who comes knows at least the hours of the others"


def test_a_place_at_the_door_stays_before_a_surer_one_far_away():
    lieu("porte", east=100, sheet=MONDAYS | offering(wifi={}))
    lieu("loin", east=1_700, sheet=OPENED | offering(wifi={}))
    search = Search(spot=where.find("Teisseire, Grenoble").spot)
    assert [row.slug for row in results.find(search, FRIDAY).rows] == ["porte", "loin"]


def test_of_two_places_nearly_as_far_the_one_open_on_arrival_comes_first():
    """Le premier lieu n’ouvrait que le lendemain, un autre, ouvert, était à huit minutes de plus."""
    mornings = {"horaires": {"osm": "Mo-Su 09:00-10:00", "text": "", "left": ""}}
    lieu("demain", east=550, sheet=mornings | offering(wifi={}))
    lieu("ouvert", east=1_000, sheet=OPENED | offering(wifi={}))
    search = Search(spot=where.find("Teisseire, Grenoble").spot)
    for moment, first in ((FRIDAY, "ouvert"), (FRIDAY.replace(hour=17, minute=50), "demain")):
        assert results.find(search, moment).rows[0].slug == first


def test_metres_on_foot_are_the_crow_s_and_a_third(client):
    lieu(east=1000)
    row = results.find(Search(spot=where.find("Teisseire, Grenoble").spot), FRIDAY).rows[0]
    assert (row.metres, row.minutes) == ("1,3 km", "17 min à pied")


def test_old_sheets_are_announced_once_over_the_list(client):
    """« Mis à jour il y a 5 ans » sur chacune des trente lignes, sous le bandeau qui le disait."""
    for n in range(3):
        lieu(f"vieux{n}", east=10 * n, updated_on=date(2020, 1, 1), sheet=OPENED | offering(wifi={}))
    page = client.get("/carte/", TEISSEIRE_QUERY)
    assert text_of(page).count("Ces informations ont pu changer.") == 1
    assert 'class="alerte"' not in page.content.decode() and text_of(page).count("mis à jour il y a") == 0


@pytest.mark.parametrize(
    ("east", "far", "how"),
    [
        (1_000, "1,3 km", "17 min à pied"),
        (1_600, "2,1 km", "30 min à pied"),
        (1_800, "1,8 km", "à vol d’oiseau"),
        (3_300, "3,3 km", "à vol d’oiseau"),
        (22_000, "22 km", "à vol d’oiseau"),
    ],
)
@pytest.mark.parametrize("minutes", [15, 60, ALL])
def test_no_long_walk_is_promised_where_no_street_is_known(minutes, east, far, how):
    """« 40 min à pied », par une falaise de six cents mètres ; « 29 km · 6 h 30 à pied »."""
    lieu(east=east, sheet=offering(wifi={}))
    found_places = results.find(Search(spot=where.find("Teisseire, Grenoble").spot, minutes=minutes), FRIDAY)
    (row,) = found_places.rows or found_places.beyond
    assert (row.metres, row.minutes) == (far, how)
    if found_places.nearest:
        way = f"{far} {how}" if how == "à vol d’oiseau" else how.replace("min", "minutes")
        assert found_places.nearest.words == f"à environ {way}, à Grenoble"


def test_beyond_a_walk_a_place_that_can_be_called_comes_before_a_silent_one_nearly_as_far():
    lieu("muet", east=3_000)
    lieu("mairie", east=3_900, sheet={"telephone": ["+33476001100"], **offering(assistance={})})
    lieu("loin", east=6_000, sheet={"telephone": ["+33476001100"], **offering(assistance={})})
    beyond = results.find(Search(spot=where.find("Teisseire, Grenoble").spot), FRIDAY).beyond
    assert [row.slug for row in beyond] == ["mairie", "muet", "loin"]


@pytest.mark.parametrize(
    ("metres", "words"), [(12, "50 m"), (372, "350 m"), (980, "1,0 km"), (1290, "1,3 km"), (12_400, "12 km")]
)
def test_metres_are_rounded_as_an_estimate(metres, words):
    assert results.metres_in_words(metres) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0.2, "1 min"), (12.6, "13 min"), (33, "35 min"), (61, "1 h"), (66, "1 h 05"), (75, "1 h 15")],
)
def test_minutes_are_rounded_by_five_beyond_twenty(minutes, words):
    assert results.minutes_in_words(minutes) == words


def test_a_place_known_by_its_commune_is_listed_apart_and_never_with_a_distance(client):
    lieu("sur", east=100)
    lieu("vague", sheet={"precision": 4_000.0})
    lieu("nulle-part", sheet={"latitude": None, "longitude": None})
    page = client.get("/carte/", TEISSEIRE_QUERY)
    assert names(page) == ["Lieu sur"]
    assert [(r.name, r.metres, r.minutes) for r in page.context["results"].unlocated] == [
        ("Lieu nulle-part", "", ""),
        ("Lieu vague", "", ""),
    ]
    assert "Sans point sur la carte : distance inconnue" in text_of(page)


def test_a_point_that_is_sure_within_two_hundred_metres_is_a_point(client):
    lieu("rue", sheet={"precision": 120.0})
    assert names(client.get("/carte/", TEISSEIRE_QUERY)) == ["Lieu rue"]


@pytest.mark.both_databases
def test_an_empty_list_names_the_nearest_and_two_ways_on(client):
    lieu("loin", east=2_600, sheet={"commune": "Échirolles", "code_insee": "38151", **offering(wifi={})})
    page = client.get("/carte/", {**TEISSEIRE_QUERY, "besoin": "wifi", "gratuit": "1", "marche": "15"})
    page_text = text_of(page)
    assert "Aucun lieu à pied pour ce besoin." in page_text
    assert "Nous n’en connaissons aucun, même plus loin" in page_text  # none is free
    page = client.get("/carte/", {**TEISSEIRE_QUERY, "besoin": "wifi"})
    assert "Le plus proche est à environ 2,6 km à vol d’oiseau, à Échirolles." in text_of(page)
    assert [words for words, _ in page.context["ways"]] == [
        "Chercher jusqu’à 1 heure",
        "Voir tous les besoins",
    ]
    way = page.context["ways"][0][1]
    assert names(client.get(way)) == ["Lieu loin"]


def test_with_nobody_on_foot_the_three_nearest_are_there_at_once_to_be_called(client):
    """« Le plus proche est à environ 11 km » : ni nom, ni téléphone."""
    for n in range(4):
        details = {"commune": "Échirolles", "telephone": [f"+3347600110{n}"], **OPENED, **offering(wifi={})}
        lieu(f"loin{n}", east=9_000 + 1_000 * n, sheet=details)
    lieu("muet", east=8_600, sheet=offering(wifi={}))
    page = client.get("/carte/", {**TEISSEIRE_QUERY, "besoin": "wifi"})
    assert [row.slug for row in page.context["results"].beyond] == ["loin0", "loin1", "muet"]
    text, code = text_of(page), page.content.decode()
    assert text.index("Aucun lieu à pied") < text.index("Les plus proches que nous connaissons")
    for words in ("Lieu loin0", "04 76 00 11 00", "9,0 km à vol d’oiseau", "Appelez avant de vous déplacer."):
        assert words in text
    assert 'href="tel:+33476001100"' in code
    assert page.context["results"].rows == []


def test_an_empty_directory_says_so_and_what_to_do(client, coordinator):
    page = client.get("/carte/")
    text = text_of(page)
    assert "L’annuaire n’a encore aucun lieu" in text
    assert "Appelez un numéro ci-dessous, ou demandez à la mairie." in text
    assert "ne répond à tout cela" not in text and "Voir tous les lieux" not in text
    assert text.index("aucun lieu") < text.index("39 39")
    assert "/espace/annuaire/importer/" not in page.content.decode()
    client.force_login(coordinator)
    assert "/espace/annuaire/importer/" in client.get("/carte/").content.decode()
    lieu()
    assert "n’a encore aucun lieu" not in text_of(client.get("/carte/"))


def test_where_the_directory_lists_nothing_the_nearest_place_within_a_day_is_named(client):
    lieu("ici", sheet=offering(wifi={}))
    page_text = text_of(client.get("/carte/", {"ou": "Chambéry", "besoin": "wifi"}))
    assert "Le lieu le plus proche que nous connaissons est à environ" in page_text
    far_text = text_of(client.get("/carte/", {"ou": "Guéret", "besoin": "wifi"}))
    assert "Nous ne connaissons aucun lieu à moins de 100 km." in far_text


@pytest.mark.parametrize("where", ["Paris", "Vierzon", "Bourg-en-Bresse", "Cher", "200071751", "Cayenne"])
def test_where_the_directory_lists_nothing_it_says_so_and_gives_a_telephone(client, where):
    lieu("ici", sheet=offering(wifi={}))
    for minutes in ("30", "0"):
        page = client.get("/carte/", {"ou": where, "besoin": "wifi", "marche": minutes})
        text = text_of(page)
        label = page.context["ou"]
        assert f"<title>Notre annuaire ne couvre pas {label}" in page.content.decode().replace("\xa0", " ")
        assert "Aucun lieu" not in text, "what we do not know is not absent"
        assert "Départements où nous connaissons des lieux : Isère." in text
        assert "Le lieu le plus proche" not in text, "a place a hundred kilometres away helps nobody"
        for number in national_help().numbers:
            assert f'href="tel:{number.dialled}"' in page.content.decode()
        assert text.index("39 39") < text.index("France services")
        assert "Numéros relevés le 27 novembre 2026." in text
        assert ("Lieu ici" in text) == (minutes == "0" and page.context["asked"].is_around)
    printed = text_of(client.get("/carte/", {"ou": where, "besoin": "wifi", "imprimer": "1"}))
    assert "39 39" in printed


def test_what_follows_the_list_exists(client):
    lieu("ici")
    text = text_of(client.get("/carte/", {"ou": "Paris"}))
    assert "Aider un proche" in text
    assert "Les ateliers près de vous" not in text and "Faire le point" not in text
    text = text_of(client.get("/carte/", {"ou": "Grenoble"}))
    assert "Faire le point" in text
    assert "Les ateliers près de vous" not in text, "none is to come"


def test_where_the_directory_lists_places_an_absence_is_one(client):
    lieu("paris", near=(48.8566, 2.3522), sheet={"commune": "Paris", "code_insee": "75056"})
    text = text_of(client.get("/carte/", {"ou": "Paris", "besoin": "wifi"}))
    assert "Aucun lieu" in text
    assert "ne couvre pas" not in text
    lieu("limite", near=(45.68, 5.06), sheet={"commune": "Bourgoin-Jallieu", "code_insee": "38053"})
    over = text_of(client.get("/carte/", {"ou": "Saint-Laurent-de-Mure"}))
    assert "ne couvre pas" not in over, "an hour on foot crosses the limit of a département"


def test_one_place_of_the_departement_says_nothing_of_a_town_far_from_it(client):
    lieu("gueret", near=(46.17, 1.87), sheet={"commune": "Guéret", "code_insee": "23096"})
    assert "ne couvre pas" not in text_of(client.get("/carte/?ou=Guéret&besoin=wifi"))
    text = text_of(client.get("/carte/?ou=Bourganeuf&besoin=wifi"))
    assert "Notre annuaire ne couvre pas Bourganeuf" in text and "même plus loin" not in text
    assert "ne couvre pas" not in text_of(client.get("/carte/?ou=Creuse&besoin=wifi"))
    body = Body.objects.create(territory="23", commune="23030", name="Mairie", changed_at=timezone.now())
    assert "ne couvre pas" in text_of(client.get("/carte/?ou=Bourganeuf&besoin=wifi")), "nobody answered"
    Body.objects.filter(pk=body.pk).update(state="answered")
    text = text_of(client.get("/carte/?ou=Bourganeuf&besoin=wifi"))
    assert "ne couvre pas" not in text, "a finished census knows that there is none"


@pytest.mark.parametrize("page", ["/carte/?", "/carte/?imprimer=1&", "/integrer/carte/?"])
def test_an_empty_list_sends_to_a_telephone_and_a_counter(client, page):
    lieu("ici")
    for town in ("Grenoble", "Lille"):
        text = text_of(client.get(f"{page}ou={town}&besoin=wifi"))
        assert text.index("39 39") < text.index("Sur place") < text.index("France services")


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "query",
    [{"besoin": "wifi"}, {"besoin": "recharge"}, {"besoin": "wifi", "gratuit": "1"}, {"gratuit": "1"}],
)
def test_a_need_asks_where_before_it_lists_anything(client, query):
    sheet = offering(wifi={}, recharge={}) | {"frais_a_charge": ["free"]}
    lieu("ici", sheet=sheet)
    page = client.get("/carte/", query)
    text = text_of(page)
    assert "Où cherchez-vous ?" in text
    assert "Lieu ici" not in text
    form = page.content.decode().split("premiere")[2].split("</form>")[0]
    for name, value in query.items():
        chosen = r"\s+checked" if name == "besoin" else ""
        assert re.search(rf'name="{name}"\s+value="{value}"{chosen}', form)
    everywhere = page.context["everywhere"]
    assert "Lieu ici" in text_of(client.get(everywhere)), "who does not wish to say where sees them all"
    assert "Lieu ici" in text_of(client.get("/carte/", {**query, **TEISSEIRE_QUERY}))
    assert "Lieu ici" in text_of(client.get("/carte/", {**query, "mot": "lieu"})), "a name says which"


def test_before_any_question_the_directory_says_where_it_is(client):
    lieu("ici")
    coverage_sentence = "Départements où nous connaissons des lieux : Isère. Dites où vous cherchez : le plus proche viendra en premier."
    assert coverage_sentence in text_of(client.get("/carte/"))
    assert coverage_sentence not in text_of(client.get("/carte/?ou=Grenoble"))


def test_without_a_spot_all_places_come_by_name(client):
    lieu("b", sheet={"nom": "Bibliothèque"})
    lieu(
        "a",
        sheet={
            "nom": "Atelier",
            "commune": "Lyon",
            "code_insee": "69123",
            "latitude": 45.76,
            "longitude": 4.83,
        },
    )
    page = client.get("/carte/")
    assert names(page) == ["Atelier", "Bibliothèque"]
    assert page.context["results"].headline.replace("\u00a0", " ") == "2 lieux"


FILTERS = {
    "gratuit": {"frais_a_charge": ["free"]},
    "debuter": offering(formation={"niveau": ["beginner"]}),
    "sans_rendez_vous": {"modalites_acces": ["come"]},
    "fauteuil": {"prise_en_charge_specifique": ["motor"]},
    "wifi_libre": offering(wifi={"barrieres": ["identity"]}),
    "occasion": offering(vente={"etats": ["second_hand"]}),
    "domicile": offering(assistance={"a_domicile": True}),
    "quartier": {"hors_les_murs_ou": ["district"]},
    "logement": offering(telephonie={"logements": True}),
    "soi_meme": offering(reparation={"auto_reparation": True}),
    "conseiller": {"dispositif_programmes_nationaux": ["conseillers-numeriques"]},
    "ouvert": {"horaires": {"osm": "24/7", "text": "", "left": ""}},
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_keeps_what_says_it_and_guesses_nothing(client, name):
    lieu("dit", sheet=FILTERS[name])
    lieu("muet")
    assert names(client.get("/carte/", {**TEISSEIRE_QUERY, name: "1"})) == ["Lieu dit"]


def test_wifi_that_asks_for_an_e_mail_or_says_nothing_is_not_wifi_for_all(client):
    lieu("mail", sheet=offering(wifi={"barrieres": ["email"]}))
    lieu("muet", sheet=offering(wifi={}))
    assert names(client.get("/carte/", {**TEISSEIRE_QUERY, "wifi_libre": "1"})) == []


MENUS = {
    ("pour_qui", "youth"): {"publics_specifiquement_adresses": ["youth"]},
    ("pour_qui", "seniors"): offering(formation={"publics": ["seniors"]}),
    ("comment", "group"): offering(formation={"accompagnement": ["group"]}),
    ("adapte", "deafness"): {"prise_en_charge_specifique": ["deafness"]},
    ("langue", "anglais"): {"prise_en_charge_specifique": ["english"]},
    ("langue", "autre"): {"langues": ["Arabe"]},
    ("langue", "Arabe"): {"langues": ["arabe"]},
}


@pytest.mark.parametrize(("menu", "value"), MENUS)
def test_choice_keeps_its_sentence_and_stays_in_the_form(client, menu, value):
    lieu("dit", sheet=MENUS[menu, value])
    lieu("muet", sheet={"langues": ["Français"]})
    page = client.get("/carte/", {**TEISSEIRE_QUERY, menu: value})
    assert names(page) == ["Lieu dit"]
    assert f'<option value="{value}" selected>' in page.content.decode()
    assert page.context["summary"] == "Teisseire, Grenoble · Tous les besoins · 1\u00a0filtre"


def test_a_choice_that_does_not_exist_is_as_if_nothing_was_chosen(client):
    lieu("a")
    assert names(client.get("/carte/", {**TEISSEIRE_QUERY, "pour_qui": "rien", "comment": "'"})) == ["Lieu a"]


@pytest.mark.both_databases
def test_when_nothing_is_left_the_way_on_drops_the_choices_too(client):
    lieu("a")
    page = client.get("/carte/", {**TEISSEIRE_QUERY, "pour_qui": "youth", "wifi_libre": "1"})
    ways = dict(page.context["ways"])
    assert names(client.get(ways["Enlever les filtres"])) == ["Lieu a"]


@pytest.mark.parametrize(("need", "other"), [("orientation", "assistance"), ("recharge", "libre_acces")])
def test_a_need_that_nobody_says_to_meet_shows_who_may_and_says_so(client, need, other):
    lieu("pres", east=200, sheet=offering(**{other: {}}))
    lieu("loin", east=900, sheet=offering(**{other: {}}))
    lieu("autre", sheet=offering(vente={}))
    page = client.get("/carte/", {**TEISSEIRE_QUERY, "besoin": need})
    assert names(page) == ["Lieu pres", "Lieu loin"]
    page_text = text_of(page)
    assert "Aucun lieu, à moins de 30 minutes, n’indique" in page_text
    assert "C’est un manque de notre recensement" in page_text
    lieu("dit", east=30_000, sheet=offering(**{need: {}}))
    assert "Le plus proche qui le dit est à environ" in text_of(
        client.get("/carte/", {**TEISSEIRE_QUERY, "besoin": need})
    )
    lieu("ici", east=100, sheet=offering(**{need: {}}))
    assert names(client.get("/carte/", {**TEISSEIRE_QUERY, "besoin": need})) == ["Lieu ici"]


def test_without_a_spot_who_may_help_comes_too(client):
    lieu("aide", sheet=offering(assistance={}))
    page = client.get("/carte/", {"besoin": "orientation", "ou": "France"})
    assert names(page) == ["Lieu aide"]
    assert "Aucun lieu n’indique orienter les personnes" in text_of(page)


def test_a_place_that_says_nothing_of_what_is_found_there_says_that(client):
    lieu("muet", sheet={"telephone": ["+33476001122"]})
    lieu("sourd", east=100)
    page_text = text_of(client.get("/carte/", TEISSEIRE_QUERY))
    assert "Ne dit pas ce qu’on y trouve : appelez" in page_text
    assert "Ne dit pas ce qu’on y trouve : renseignez-vous" in page_text


def test_the_list_to_print_is_whole_and_joins_only_what_is_known(client):
    """G-038 : l’offre d’un territoire, sur papier, pour le public."""
    for n in range(33):
        lieu(f"n{n:02}", east=10 * n, sheet={"horaires": {"osm": "Mo 09:00-12:00"}})
    page = client.get("/carte/", TEISSEIRE_QUERY)
    assert "imprimer=1" in page.context["to_print"]
    assert "· Lundi" not in text_of(page)  # a dot stands between two things, not before one
    page_text = text_of(client.get(page.context["to_print"]))
    assert all(f"Lieu n{n:02}" in page_text for n in range(33))
    assert "de plus" not in page_text
    assert "Seuls les" not in page_text


def test_beyond_two_hundred_the_list_to_print_says_what_it_leaves(client, monkeypatch):
    monkeypatch.setattr(results, "PRINTED", 31)
    for n in range(33):
        lieu(f"n{n:02}", east=10 * n)
    assert "Seuls les 31 premiers sont ici." in text_of(
        client.get("/carte/", {**TEISSEIRE_QUERY, "imprimer": "1"})
    )


def test_a_need_is_met_by_what_is_offered_not_by_what_is_planned(client):
    lieu("projet", sheet={"practices": {"wifi": {"state": "planned"}}})
    lieu("ouvert", sheet=offering(wifi={}))
    assert names(client.get("/carte/", {**TEISSEIRE_QUERY, "besoin": "wifi"})) == ["Lieu ouvert"]


def test_a_closure_wins_over_the_hours():
    hours = {"horaires": {"osm": "24/7", "text": "", "left": ""}}
    lieu(
        "ferme", sheet={**hours, "fermetures": [{"du": "2026-11-16", "au": "2026-11-22", "motif": "congés"}]}
    )
    lieu("ouvert", sheet=hours)
    search = Search(spot=where.find("Teisseire, Grenoble").spot, filters=("ouvert",))
    assert [row.name for row in results.find(search, FRIDAY).rows] == ["Lieu ouvert"]
    rows = results.find(Search(spot=search.spot), FRIDAY).rows
    assert [row.opened.words for row in rows if row.slug == "ferme"] == ["Fermé jusqu’au 22 novembre"]


def test_thirty_come_at_once_and_the_rest_on_demand(client):
    for n in range(33):
        lieu(f"n{n:02}", east=10 * n)
    page = client.get("/carte/", TEISSEIRE_QUERY)
    assert len(names(page)) == 30
    assert "Voir 30 lieux de plus" in text_of(page)  # all that the three first ones hide
    assert "Voir 3 lieux de plus" in text_of(page)
    assert len(names(client.get(page.context["more"]))) == 33


def test_partial_search_is_reported(client, monkeypatch):
    monkeypatch.setattr(results, "NEAREST", 2)
    for n in range(3):
        lieu(f"n{n}", east=10 * n, sheet=FILTERS["ouvert"])
    page = client.get("/carte/", {**TEISSEIRE_QUERY, "ouvert": "1"})
    assert "Plus de 2 lieux" in text_of(page)
    assert "Nous avons regardé les 500 lieux les plus proches seulement." in text_of(page)


def test_the_page_makes_few_queries_for_many_rows(client, django_assert_max_num_queries):
    for n in range(20):
        lieu(f"n{n}", east=10 * n, sheet=FILTERS["ouvert"])
    for query in ({}, TEISSEIRE_QUERY, {**TEISSEIRE_QUERY, "ouvert": "1"}, {"territoire": "38"}):
        with django_assert_max_num_queries(10):
            assert client.get("/carte/", query).status_code == 200


def test_places_known_by_their_commune_alone_are_counted_in_the_title_with_no_distance(client):
    for n in range(2):
        lieu(f"n{n}", sheet={**FILTERS["ouvert"], "latitude": None, "longitude": None})
    page = text_of(client.get("/carte/", {"ou": "Grenoble"}))
    assert "2 lieux de la commune, à une distance inconnue" in page
    assert "Aucun lieu" not in page


def test_a_search_without_any_answer_gives_the_telephone_numbers(client):
    assert "Par téléphone, partout en France" in text_of(client.get("/carte/", {"besoin": "reparation"}))


@pytest.mark.parametrize(
    ("updated", "stitches", "words", "is_old"),
    [
        ("2026-09-18", 4, "mis à jour il y a 2 mois", False),
        ("2026-01-18", 3, "mis à jour il y a 10 mois", False),
        ("2025-09-18", 2, "mis à jour il y a 14 mois", True),
        ("2021-05-05", 1, "mis à jour il y a 5 ans", True),
    ],
)
def test_an_old_sheet_says_so(updated, stitches, words, is_old):
    lieu(sheet={"date_maj": updated, **FILTERS["ouvert"]})
    fresh = results.find(Search(), FRIDAY).rows[0].fresh
    assert (fresh.stitches, fresh.words, fresh.is_old) == (stitches, words, is_old)


def test_the_age_of_a_sheet_has_one_wording_printed_once(client):
    """« Mis à jour il y a 5 ans », « Attention : horaires non confirmés depuis 5 ans », et un bandeau au-dessus."""
    lieu("vieux", updated_on=date(2020, 1, 1), sheet={"nom": "Vieux", **FILTERS["ouvert"]})
    lieu("ancien", east=10, updated_on=date(2020, 1, 1), sheet={"nom": "Ancien"})
    lieu("neuf", east=30, updated_on=date(2026, 11, 1), sheet={"nom": "Neuf"})
    lieu("récent", east=40, updated_on=date(2026, 11, 1), sheet={"nom": "Récent"})
    page_text = text_of(client.get("/carte/", TEISSEIRE_QUERY))
    assert page_text.count("mis à jour il y a 6 ans") == 2
    assert page_text.count("Ces informations ont pu changer.") == 1
    assert page_text.index("Ces informations") < page_text.index("Vieux")
    assert "confirmé" not in page_text


@pytest.mark.both_databases
def test_a_full_place_says_it_in_the_list(client):
    lieu(full_since=datetime(2026, 11, 3).date())
    assert "Complet depuis le 3 novembre" in text_of(client.get("/carte/?montrer=30"))


@pytest.mark.parametrize(
    ("total", "minutes", "words"),
    [
        (0, 30, "Aucun lieu à moins de 30 minutes à pied, environ"),
        (1, 60, "1 lieu à moins d’1 heure à pied, environ"),
        (14, 15, "14 lieux à moins de 15 minutes à pied, environ"),
        (2, ALL, "2 lieux, du plus proche au plus loin"),
    ],
)
def test_count_is_written_in_words(total, minutes, words):
    for n in range(total):
        lieu(f"n{n}", east=10 * n)
    search = Search(spot=where.find("Teisseire, Grenoble").spot, minutes=minutes)
    assert results.find(search, FRIDAY).headline.replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    "query", [{"marche": "abc"}, {"montrer": "-4"}, {"besoin": "or"}, {"montrer": "9999999"}]
)
def test_meaningless_address_is_ignored(client, query):
    lieu()
    page = client.get("/carte/", {**TEISSEIRE_QUERY, **query})
    assert names(page) == ["Lieu a"]


# ---------------------------------------------------------------------------------------------------- the map


def test_contours_have_names_and_four_decimals(client):
    page = client.get("/carte/contours.json", {"boite": "5.7,45.1,5.8,45.2"})
    contours = json.loads(page.content)
    assert "Grenoble" in {f["properties"].get("nom") for f in contours["features"]}
    assert max(map(len, re.findall(r"\.(\d+)", page.content.decode()))) <= 4
    assert "max-age" in page["Cache-Control"]


def test_a_wide_box_gets_departements(client):
    features = json.loads(client.get("/carte/contours.json", {"boite": "-5,42,8,51"}).content)["features"]
    assert 80 < len(features) < 110
    assert "Isère" in {f["properties"]["nom"] for f in features}


@pytest.mark.parametrize("box", ["", "a,b,c,d", "1,2,3"])
def test_a_box_that_is_none_is_refused(client, box):
    for name in ("contours", "points"):
        assert client.get(f"/carte/{name}.json", {"boite": box}).status_code == 400


@pytest.mark.both_databases
def test_points_leave_out_what_nobody_can_locate(client):
    lieu("sur")
    lieu("vague", sheet={"precision": 4_000.0})
    lieu("hors", state="excluded", reason="r")
    points = json.loads(client.get("/carte/points.json").content)
    assert points == {"lieux": [["sur", "Lieu sur", TEISSEIRE[0], TEISSEIRE[1], "38185"]]}


def test_a_device_finds_the_commune_of_the_nearest_place_without_a_name(client):
    """Ten thousand places, each with its name and its address, are too much for an old telephone."""
    for n in range(3):
        lieu(f"n{n}", east=10 * n)  # of one square: one row
    lieu("hors", state="excluded", reason="r")
    lieu("lyon", sheet={"commune": "Lyon", "code_insee": "69123", "latitude": 45.76, "longitude": 4.83})
    page = client.get("/carte/").content.decode()
    assert 'data-communes="/carte/communes.json"' in page
    assert client.get("/carte/communes.json").json() == {
        "communes": [["38185", *(round(axis, 2) for axis in TEISSEIRE)], ["69123", 45.76, 4.83]]
    }


@pytest.mark.both_databases
def test_too_many_points_are_counted_by_square_and_none_is_lost(monkeypatch):
    monkeypatch.setattr(maps, "POINTS", 10)
    for n in range(30):
        lieu(f"n{n}", east=40 * n)
    groups = maps.points((5.7, 45.1, 5.8, 45.2))["groupes"]
    assert sum(n for n, _, _ in groups) == 30
    assert len(groups) < 30
    assert len(maps.points()["lieux"]) == 30


@pytest.mark.parametrize(
    ("at", "filter_id", "open_slugs"),
    [
        (datetime(2026, 11, 20, 11), "soir", {"vendredi-soir"}),
        (datetime(2026, 11, 20, 20, 45), "soir", set()),
        (datetime(2026, 11, 19, 11), "soir", set()),
        (datetime(2026, 11, 20, 11), "samedi", {"samedi-matin"}),
        (datetime(2026, 11, 21, 18), "samedi", {"samedi-matin"}),
        (datetime(2026, 11, 20, 11), "week_end", {"samedi-matin", "dimanche"}),
        (datetime(2026, 11, 22, 9), "week_end", {"dimanche"}),
        (datetime(2026, 11, 20, 11), "ouvert", {"vendredi-jour"}),
    ],
)
def test_places_are_found_by_when_they_open(db, at, filter_id, open_slugs):
    for slug, osm in {
        "vendredi-soir": "Fr 18:00-20:00",
        "vendredi-jour": "Fr 09:00-17:00",
        "samedi-matin": "Sa 09:00-12:00",
        "dimanche": "Su 14:00-17:00",
        "sans-horaires": "",
    }.items():
        lieu(slug, sheet={"horaires": {"osm": osm}} if osm else {})
    search = Search(spot=where.find("Teisseire, Grenoble").spot, filters=(filter_id,))
    rows = results.find(search, at).rows
    assert {row.slug for row in rows} == open_slugs
    days = {"soir": "Ce soir\xa0: ouvert", "samedi": "Samedi\xa0: ouvert", "ouvert": "Ouvert"}
    days["week_end"] = "Le week-end\xa0: ouvert"
    assert all(row.opened.words.startswith(days[filter_id]) for row in rows)


NOT_KNOWN_OPEN = {  # what a sheet may hold that leaves an evening unknown
    "sans horaires": None,
    "texte non compris": {"osm": "", "text": "le soir, parfois", "left": "le soir, parfois"},
    "en partie compris": {"osm": "Mo 09:00-10:00", "text": "x", "left": "le soir"},
    "sur rendez-vous": {"osm": 'unknown "sur rendez-vous"', "text": "", "left": ""},
}


@pytest.mark.parametrize("unsure_hours", NOT_KNOWN_OPEN.values(), ids=NOT_KNOWN_OPEN)
@pytest.mark.parametrize(
    "spot_query",
    [{"spot": "Teisseire, Grenoble"}, {"spot": "38"}, {}],
    ids=["autour", "territoire", "partout"],
)
@pytest.mark.parametrize("filter_id", ["ouvert", "soir", "samedi", "week_end"])
def test_no_place_known_open_is_not_no_place(spot_query, filter_id, unsure_hours):
    for n in range(2):
        lieu(f"ferme{n}", sheet={"horaires": {"osm": "Tu 09:00-10:00", "text": "", "left": ""}})
    lieu("inconnu", sheet={"horaires": unsure_hours})
    lieu("conges", sheet={"fermetures": [{"du": "2026-11-01", "au": "2026-12-31"}]})
    spot = where.of_code("38") if spot_query.get("spot") == "38" else where.find("Teisseire, Grenoble").spot
    search = Search(spot=spot if spot_query else None, filters=(filter_id,))
    night = results.find(search, FRIDAY.replace(hour=20, minute=40))
    assert night.headline.startswith("Aucun lieu connu comme ouvert à ces heures")
    assert (night.total, night.n_any_hour, night.n_unsure) == (0, 4, 1)
    assert [row.slug for row in night.unsure] == ["inconnu"]
    assert night.unsure[0].number == 1
    whenever = results.find(replace(search, filters=()), FRIDAY)
    assert (whenever.total, whenever.n_any_hour, whenever.unsure) == (4, 0, [])


def test_the_title_the_list_and_the_paper_say_who_is_not_known_open(client):
    lieu("inconnu")
    lieu("ferme", sheet={"fermetures": [{"du": "2020-01-01", "au": "2099-12-31"}]})
    for more in ({}, {"imprimer": "1"}):
        page = client.get("/carte/", {**TEISSEIRE_QUERY, "ouvert": "1", **more})
        text, html = text_of(page), page.content.decode()
        assert "<title>Aucun lieu connu comme ouvert à ces heures à moins de 30" in " ".join(html.split())
        assert "Nous connaissons 2 lieux ici, ouverts ou fermés." in text
        assert "Pour 1 d’entre eux, nous ne sommes pas sûrs des horaires." in text
        assert "Horaires à vérifier : appelez avant" in text and "Lieu inconnu" in text


def test_places_whose_hours_are_not_known_come_after_those_that_are_open(client):
    lieu("ouvert", east=900, sheet=FILTERS["ouvert"])
    for n in range(results.MOST_UNSURE + 2):
        lieu(f"inconnu{n}", east=10 * n)
    page = client.get("/carte/", {**TEISSEIRE_QUERY, "ouvert": "1"})
    found_places = page.context["results"]
    assert found_places.headline.replace("\u00a0", " ").startswith("1 lieu ouvert à ces heures à moins de")
    assert [row.number for row in found_places.unsure] == list(range(2, results.MOST_UNSURE + 2))
    assert (found_places.n_any_hour, found_places.n_unsure) == (13, 12)
    text = text_of(page)
    assert text.index("Lieu ouvert") < text.index("Horaires à vérifier") < text.index("Lieu inconnu0")
    assert "Seuls les 10 premiers sont ici." in text


def test_no_two_places_of_a_page_have_the_same_number():
    lieu("inconnu")
    lieu("loin", east=5_000, sheet=FILTERS["ouvert"])
    spot = where.find("Teisseire, Grenoble").spot
    found_places = results.find(Search(spot=spot, filters=("ouvert",)), FRIDAY)
    assert [row.number for row in (*found_places.unsure, *found_places.beyond)] == [1, 2]


def test_a_need_met_at_other_hours_is_no_lack_of_the_census():
    lieu("oriente", sheet={**offering(orientation={}), "horaires": {"osm": "Mo 09:00-10:00"}})
    lieu("aide", sheet={**offering(assistance={}), **FILTERS["ouvert"]})
    spot = where.find("Teisseire, Grenoble").spot
    found_places = results.find(Search(spot=spot, need="orientation", filters=("ouvert",)), FRIDAY)
    assert (found_places.instead, found_places.n_any_hour) == ("", 1)


def test_map_shows_every_place_without_a_spot(client):
    lieu("a")
    lieu("b", sheet={"commune": "Lyon", "code_insee": "69123", "latitude": 45.76, "longitude": 4.83})
    west, _, east, _ = map(float, client.get("/carte/?montrer=30").context["view"].split(","))
    assert (west, east) == (4.83, pytest.approx(TEISSEIRE[1], abs=1e-3))


# -------------------------------------------------------------------------------------------------- elsewhere


@pytest.mark.both_databases
def test_only_the_embedded_page_may_be_framed(client):
    lieu()
    page = client.get("/integrer/carte/", {"territoire": "38"})
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert not page.cookies
    other = client.get("/carte/")
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
    assert other["X-Frame-Options"] == "DENY"


def test_the_lines_to_copy_name_this_very_site(client):
    page = client.get("/integrer/", headers={"host": "localhost"})
    assert 'src="http://localhost/integrer/carte/?territoire=38"' in unescape(page.content.decode())


def test_the_home_page_answers_who_can_help_me_first(client):
    body = client.get("/").content.decode()
    assert body.index('name="ou"') < body.index('name="besoin"')
    needs = re.findall(r'name="besoin"\s+value="(\w*)"', body)
    assert needs == ["assistance", "libre_acces", "wifi", "formation", "reparation", ""]
    assert "/carte/#par-telephone" in body and 'id="par-telephone"' in client.get("/carte/").content.decode()


def test_a_search_in_a_commune_lists_its_own_unlocated_places_only(client):
    lieu("ici", sheet={"precision": 4_000.0})
    lieu(
        "ailleurs",
        sheet={
            **GRENOBLE,
            "commune": "Lyon",
            "code_insee": "69123",
            "latitude": 45.76,
            "longitude": 4.83,
            "precision": 4e3,
        },
    )
    assert [row.name for row in client.get("/carte/", {"ou": "Grenoble"}).context["results"].unlocated] == [
        "Lieu ici"
    ]


def test_when_nothing_is_open_now_the_first_to_open_is_named(client):
    lieu("tard", east=10, sheet={"horaires": {"osm": "Mo-Su 17:00-18:00"}})
    lieu("tot", east=20, sheet={"horaires": {"osm": "Mo-Su 08:30-09:00"}})
    lieu("inconnu", east=5)
    search = Search(spot=where.find("Teisseire, Grenoble").spot, filters=("ouvert",))
    night = FRIDAY.replace(hour=2)
    for chosen in (search, Search(filters=("ouvert",))):
        empty_results = results.find(chosen, night)
        assert not empty_results.rows and empty_results.next_open.slug == "tot"
        assert empty_results.next_open.opened.words.replace("\xa0", " ") == "Ouvre à 8 h 30"
    assert results.find(replace(search, filters=("samedi", "ouvert")), night).next_open is None
    rare = lieu("rare", east=1, sheet={"horaires": {"osm": "Mo 03:00-03:01"}})
    type(rare).objects.exclude(pk=rare.pk).delete()
    assert "Le premier à ouvrir : Lieu rare" in text_of(
        client.get("/carte/", {**TEISSEIRE_QUERY, "ouvert": "1"})
    )


def test_a_place_closed_at_the_chosen_moment_is_no_lack_of_the_need(client):
    """« Nous n’en connaissons aucun, même plus loin » : la cause est l’heure."""
    lieu(sheet={"horaires": {"osm": "Mo 03:00-03:01"}})
    page = client.get("/carte/", {**TEISSEIRE_QUERY, "samedi": "1"}).content.decode()
    assert "Aucun lieu ne répond à tout cela" in page and "même plus loin" not in page
    assert page.count('id="par-telephone"') == 1


def test_without_a_question_the_page_asks_where_and_lists_nothing(client):
    for k in range(8):
        lieu(f"x{k}")
    for blank in ("/carte/?ou=&besoin=", "/carte/?lang=ro"):
        assert "Lieu x1" not in client.get(blank).content.decode(), "the first form was sent empty"
    client.cookies.clear()
    page = client.get("/carte/").content.decode()
    assert (
        "Lieu x1" not in page and 'name="besoin"' in page and "Voir les 8 lieux" in page.replace("\xa0", " ")
    )
    assert len(client.get("/carte/?ou=&montrer=30").context["results"].rows) == 8


def test_home_page_is_read_aloud_with_each_of_its_needs(client):
    """FS-05 : le titre, ce qu’on trouve ici, puis chaque besoin et ses mots ; qui lit peu n’a rien à lire d’abord."""
    page = client.get("/").content.decode()
    assert "data-ecouter" in page and "site/ecouter" in page
    needs = page.split('class="premiers-besoins"')[1].split("</fieldset>")[0]
    assert needs.count("data-dire") == needs.count("<label") == 6
    assert re.search(r"<h1 data-dire>", page)


def test_search_and_its_results_are_read_aloud(client):
    lieu("x")
    page = client.get("/carte/?montrer=30").content.decode()
    assert "data-ecouter" in page and re.search(r"<h3 data-dire>\s*<a[^>]*>Lieu x", page)


def test_a_place_is_called_from_the_list(client):
    lieu("muet", sheet={"nom": "Muet"})
    lieu("joint", east=20, sheet={"nom": "Joint", "telephone": ["+33476001122", "+33476001123"]})
    page = client.get("/carte/", TEISSEIRE_QUERY).content.decode().split('id="par-telephone"')[0]
    assert re.findall(r'href="tel:([^"]+)"', page) == [
        "+33476001122"
    ]  # its first number, of the only one that has


def test_no_and_closed_are_no_alarm():
    """FS-17, FS-48 : « Non » et « Fermé » ne sont ni rouges ni verts ; le rouge est pour ce qui sort de l’ordinaire."""
    for name in ("annuaire", "fiche", "chercher"):
        style = (SHEETS / f"{name}.css").read_text("utf-8")
        for selector, rule in re.findall(r"([^{}]*\.(?:ferme|reponse)\b[^{}]*)\{([^{}]*)\}", style):
            assert not re.search(r"rouge|tilleul|garance", rule), (name, selector)
    assert re.search(r"\.puce\.ferme \{", (SHEETS / "annuaire.css").read_text("utf-8"))


@pytest.mark.parametrize(
    ("query", "is_unread"), [({"qpv": "blabla"}, True), ({"qpv": "oui"}, False), ({}, False)]
)
def test_a_page_names_a_filter_that_no_menu_has(client, db, query, is_unread):
    page = client.get("/carte/", {"ou": "Grenoble", **query}).content.decode()
    assert ("Un filtre de cette adresse n’est pas reconnu" in page) == is_unread


def test_the_communes_of_a_postcode_are_offered_by_population(client):
    page = client.get("/carte/", {"ou": "59600"})
    assert page.context["choices"][0][0].label == "Maubeuge"
    assert "Quel endroit cherchez-vous" in text_of(page) and "s’appellent ainsi" not in text_of(page)


def test_a_misspelled_town_is_named_and_the_other_reading_is_a_link(client):
    page = client.get("/carte/?ou=Grenobel").content.decode()
    assert "Nous avons compris «\xa0Grenoble\xa0»." in page
    assert re.search(r'<a href="[^"]*mot=Grenobel[^"]*">Chercher plutôt', page)
    assert "Nous avons compris" not in client.get("/carte/?ou=grenoble").content.decode()


def test_communes_of_one_name_are_all_listed_by_departement():
    """« Jura, commune, Jura (39) », in no order."""
    choices = where.find("Saint-Aubin").choices
    labels = [choice.label for choice in choices]
    assert "Saint-Aubin, Jura" in labels and labels == sorted(labels, key=plain)
    assert len(labels) == len(
        [t for t in gazetteer().find("Saint-Aubin", limit=50) if t.name == "Saint-Aubin"]
    )
    assert not any(choice.place for choice in choices)
