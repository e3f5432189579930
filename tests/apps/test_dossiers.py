"""Studies: asked for once, computed aside, shown whole, stopped when somebody asks."""

import json
import re
import shutil
import zipfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.apps.dossiers import access, actions, queries, rules
from maillage.apps.dossiers.models import Comment, Finding, Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.dossiers.views import pages
from maillage.apps.dossiers.views.requests import address_of
from maillage.apps.territories.models import Correction, Perimeter
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.manage import platform_study
from maillage.manage.reports import studies as reported
from maillage.publishing.directory import census
from maillage.publishing.territory import atlas, criteria, edition, in_short, presentation
from maillage.publishing.territory.named_places import claimed_places
from maillage.publishing.territory.reading import PublishedNote
from maillage.reference.definitions import DEFAULT, definition
from maillage.statistics.diagnosis import diagnosis
from maillage.statistics.diagnosis.diagnosis import diagnose, first_figure
from maillage.statistics.diagnosis.request import Cancelled, Request
from maillage.statistics.need import population
from maillage.statistics.study import Study as TerritoryStudy
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from maillage.words import languages
from maillage.words.claims import parse
from tests.conftest import account
from tests.support.areas import drop
from tests.support.prose import text_of

pytestmark = pytest.mark.django_db
ADDRESS = "/territoires/38151/"


# ----------------------------------------------------------------------------------------------- what is read


def test_the_headline_travels_with_its_interval_universe_source_and_quote(client, study):
    page = text_of(client.get(ADDRESS))
    reading = queries.reading(study)
    assert f"entre {reading.headline.low} et {reading.headline.high}".replace("\xa0", " ") in page
    assert "environ" in page
    assert "15 ans et plus" in page
    assert reading.source.quote in page
    assert "Limites." in page


def test_the_first_figure_speaks_the_language_of_the_reader(client, study):
    headline = queries.reading(study).headline
    page = text_of(client.get(ADDRESS, headers={"Accept-Language": "ro"}))
    first_block = page[
        page.index("aproximativ") : page.index("Restul acestei pagini există doar în franceză.")
    ]
    for each in (headline.value, headline.low, headline.high, headline.share):
        assert re.sub(r"(?<=\d)\xa0(?=\d{3})", ".", each).replace("\xa0", " ") in first_block
    assert "15 ani și peste" in first_block and "Persoane care nu folosesc internetul" in first_block
    assert "Cele mai multe persoane, după estimare" in first_block and "Ce lipsește" in first_block
    assert definition(DEFAULT).label in first_block
    for french in ("personnes n’utilisent pas", " des 15 ans", "avec la France", "manque"):
        assert french not in page[: page.index("Restul acestei pagini există doar în franceză.")]


def test_head_and_tabs_run_in_the_direction_of_the_reader(client, study):
    client.cookies["langue"] = "ar"
    page = client.get(ADDRESS).content.decode()
    assert "، <bdi" in page and ", <bdi" not in page
    assert re.search(r'<html\s+lang="ar"\s+dir="rtl"', page) and '<title lang="fr">' in page
    for html in (page, client.get(f"{ADDRESS}manques/").content.decode()):
        for opening_tag in (r'<nav class="fil"[^>]*', r'<nav class="onglets"[^>]*', r"<(?:h1|div) "):
            assert re.search(rf'{opening_tag}\s*lang="ar" dir="rtl"', html)


def test_the_french_of_a_territory_is_folded_under_what_its_reader_can_read(client, study):
    """Onglets et boutons en anglais au-dessus de phrases, de cartes et de légendes en français."""
    page = client.get(f"{ADDRESS}?lang=en").content.decode()
    read, _, folded = page.partition("The rest of this page")
    assert "Download the report, in French" in read and "Where do most of these people live?" in read
    assert read.rstrip().rpartition("<details")[2].count("open") == 0
    assert 'id="ou-titre"' in folded and 'id="carte"' in folded and "Les deux" in folded
    for english in ("Both", "Digital", "How far?"):
        assert english not in folded[: folded.index("<footer")]
    assert "Cele mai multe persoane" not in text_of(client.get(ADDRESS))


@pytest.mark.parametrize(
    ("share", "sentence"),
    [
        ("12 %", "12 % des 15 ans et plus."),
        ("entre 5 et 13 %", "Entre 5 et 13 % des 15 ans et plus."),
        ("moins de 1 %", None),
    ],
)
def test_a_range_of_shares_speaks_the_language_of_the_reader(study, share, sentence):
    headline = replace(queries.reading(study).headline, share=share)
    sentences = in_short.figure(headline, definition(DEFAULT)).sentences
    assert (sentences[1] == sentence) if sentence else not any("15 ans" in each for each in sentences)


@pytest.mark.parametrize(("code", "value"), [("en", "14,600"), ("ro", "14.600"), ("fr", "14\u202f600")])
def test_a_figure_is_written_with_the_thousands_of_its_reader(study, code, value):
    """« 4 600 people » se lisait avec l’espace du français dans une page en anglais."""
    headline = replace(queries.reading(study).headline, value="14\u202f600", low="9\u202f800")
    with languages.speaking(code):
        assert in_short.figure(headline, definition(DEFAULT)).number.replace("\xa0", "\u202f") == value


def test_the_reason_of_a_perimeter_is_for_readers_of_french(client):
    Perimeter.objects.create(
        slug="les-hauts", name="Les Hauts", code="38151", reason="Des communes", zones=""
    )
    french, arabic = (
        client.get("/territoires/", headers={"Accept-Language": code}).content.decode()
        for code in ("fr", "ar")
    )
    assert "Des communes" in french
    assert "Les Hauts" in arabic
    assert "Des communes" not in arabic


@pytest.mark.parametrize(("code", "start"), [("tr", "%12"), ("en", "12% "), ("fr", "12\xa0% ")])
def test_a_share_is_written_as_its_reader_does(study, code, start):
    headline = replace(queries.reading(study).headline, share="12\xa0%")
    with languages.speaking(code):
        assert any(start in each for each in in_short.figure(headline, definition(DEFAULT)).sentences)


def test_a_withheld_figure_speaks_the_language_of_the_reader(study):
    headline = replace(queries.reading(study).headline, bar=None)
    (withheld,) = in_short.figure(headline, definition(DEFAULT)).sentences
    assert withheld.startswith("Le nombre n’est pas donné ici")


def test_the_page_reads_without_script(client, study):
    page = client.get(ADDRESS).content.decode()
    assert '<svg class="fig carte"' in page
    assert all(f'id="zone-{zone.code}"' in page for zone in queries.reading(study).zones)


def test_what_analysts_read_is_folded_under_its_title(client, study):
    page = client.get(ADDRESS).content.decode()
    for title in ("Qui cumule les deux précarités", "Qui sont ces personnes", "À quel point en sommes-nous"):
        assert re.search(f'<details class="source">\\s*<summary><h2[^>]*>{title}', page), title
    assert "échelle logistique" not in page


def test_the_grid_says_its_verdicts_in_sentences(client, study):
    page = client.get(f"{ADDRESS}grille/").content.decode()
    for list_html in re.findall(
        r"<h3[^>]*>\s*(?:Points forts|Axes de progrès)\s*</h3>\s*<ul>(.*?)</ul>", page, re.S
    ):
        assert list_html.count("<li>")
        assert "?" not in re.sub(r"<[^>]*>", "", list_html)


def test_the_grid_says_of_what_its_counts_are_and_why_they_are_not_those_of_the_directory(client, study):
    page = text_of(client.get(f"{ADDRESS}grille/")).replace("\xa0", " ")
    assert "Aucune réponse encore sur le maillage" in page and "donnée manquante" not in page
    assert "deux fiches d’un même lieu n’en font qu’un" not in page, "no place is counted"
    for n, words in ((56, "12 sur 56 lieux"), (1, "12 sur 1 lieu ")):
        known = SimpleNamespace(shares=SimpleNamespace(hours=census.Part(12, n, "21 %", 0.21)))
        _, sentence = criteria._of("hours", "Lieux dont on sait les horaires")(known)
        assert words in sentence.replace("\xa0", " ")


def test_the_figure_comes_first_and_the_pages_of_analysts_stand_behind_plus(client, study):
    page = client.get(ADDRESS).content.decode()
    tabs = page.split('class="onglets"')[1].split("</nav>")[0]
    row, more = tabs.split("<details>")
    assert re.findall("<a[^>]*>([^<]*)</a>", row)[0] == "Besoins"
    assert len(re.findall("<a ", row)) <= 6
    for words in ("Définitions", "Comparer à d’autres territoires", "Vérifier un chiffre lu ailleurs"):
        assert words in more
    assert "Rapports" in row
    for folded in ('id="id_filtre"', 'class="etroit-seul"><p class="actions"'):
        assert folded in page
    assert page.index("chiffre-grand") < page.index('class="etroit-seul"><p class="actions"')


def test_a_territory_says_its_number_then_where_then_what_lacks_before_any_choice(client, study):
    page = client.get(ADDRESS).content.decode()
    order = ["chiffre-grand", 'id="ou-surtout"', 'id="ce-qui-manque"', 'id="ou-titre"', 'id="id_definition"']
    assert sorted(order, key=page.index) == order
    assert "Les lieux d’aide de ce territoire ne sont pas encore recensés" in " ".join(page.split())


def test_a_territory_that_is_shared_shows_its_map_and_says_its_interval(client, study):
    head = client.get(ADDRESS).content.decode().split("</head>")[0]
    (picture,) = re.findall(r'property="og:image"\s+content="http://testserver([^"]+)"', head)
    assert client.get(picture)["Content-Type"] == "image/png"
    assert queries.reading(study).headline.between in unescape(head)


def test_a_zone_of_the_map_leads_to_its_row_or_to_its_sheet(client, study, monkeypatch):
    """Sans sa ligne dans le tableau, un lien vers elle ne mènerait nulle part."""
    monkeypatch.setattr(pages, "FIRST_ROWS", 2)
    page = client.get(f"{ADDRESS}?carte=numerique").content.decode()
    led = re.findall(r'<a href="([^"]+)" tabindex="-1"><g class="z"[^>]*><title>[^<]', page)
    assert len(led) == len(queries.reading(study).zones)
    assert len([link for link in led if link.startswith("#")]) == 2
    for link in led:
        if link.startswith("#"):
            assert f'id="{link[1:]}"' in page
        else:
            assert client.get(link).status_code == 200


def test_the_table_of_zones_carries_its_own_key_where_no_map_does(client, study, monkeypatch):
    """Cayenne : sans carte des quartiers, rien ne disait ce que veut dire un carré prune."""
    assert 'id="cle-precarite"' not in client.get(ADDRESS).content.decode()
    monkeypatch.delitem(pages.LAYERS, "les-deux")
    page = client.get(ADDRESS).content.decode()
    key = page.partition('id="cle-precarite"')[2].partition("</p>")[0]
    assert {f"case-{cell}" for cell in ("les-deux", "numerique", "sociale", "aucune")} <= set(
        re.findall(r'class="(case-[\w-]+)"', key)
    )


def test_the_page_opens_on_the_map_of_numbers(client, study):
    """La carte croisée s’ouvrait d’abord, là où elle est la moins sûre."""
    page = client.get(ADDRESS).content.decode()
    assert 'data-couche="numerique" aria-current="true"' in page


@pytest.mark.parametrize(
    ("odds", "painted"), [(0.36, "inconnue"), (0.59, "inconnue"), (0.61, "case-les-deux")]
)
def test_a_joint_class_under_sixty_percent_stays_unpainted(odds, painted):
    assert atlas.kind(SimpleNamespace(cell="les_deux", cell_odds=odds), "les-deux") == painted


@pytest.mark.parametrize("layer", ["les-deux", "numerique", "sociale", "certitude"])
def test_each_layer_has_an_address(client, study, layer):
    page = client.get(f"{ADDRESS}?carte={layer}").content.decode()
    assert re.search(rf'data-couche="{layer}" aria-current="true"', page)


ARCEP = (
    "code_insee;nbr;inel_hd;elig_hd05;elig_hd3;elig_hd8;elig_thd30;elig_thd100;elig_thd1g;date\n"
    "38151;200;0;0;0;80;20;0;100;2019-09-30\n"
)


def test_a_dropped_file_of_connections_is_a_layer_and_a_line_of_each_sheet(client, study, coordinator):
    sheet = f"{ADDRESS}zones/{next(iter(queries.reading(study).sheets))}/"
    drawing, data = f"/etudes/{study.key}/cartes/connexion.svg", f"/etudes/{study.key}/carte.json"
    for address in (ADDRESS, sheet):
        assert "connexion fixe" not in (page := text_of(client.get(address))) and "Connexion" not in page
    assert client.get(drawing).status_code == 404
    assert "connexion" not in client.get(data, {"connexion": "2019"}).getvalue().decode()
    drop(coordinator, ARCEP.encode(), slug="thd", file_name="debit.csv")
    page = client.get(f"{ADDRESS}?carte=connexion").content.decode()
    zones = {zone.code for zone in queries.reading(study).zones}
    svg = page[page.index('id="carte"') : page.index("legende-les-deux")]
    assert svg.count('class="zone m2"') >= len(zones) and 'class="zone n' not in svg
    assert "60 % des locaux de la commune d’Échirolles, 120 sur 200" in svg.replace("\u00a0", " ")
    source = "Arcep, debit.csv, données de 2019, Licence Ouverte"
    for text in (text_of(client.get(sheet)), text_of(client.get(f"{ADDRESS}?carte=connexion"))):
        assert source in text and "ne dit rien d’aujourd’hui" in text
    assert b'class="zone m2"' in client.get(drawing).content
    moving = client.get(re.search(r'data-source="([^"]*connexion[^"]*)"', page)[1]).json()
    assert moving["couches"][-1] == "connexion"
    assert {zone["properties"]["classes"]["connexion"] for zone in moving["zones"]} == {"m2"}


def test_a_town_is_one_line_that_unfolds_to_its_quarters():
    """Sans script : la ville, son besoin, sa part ; dessous, ses quartiers repliés ; une ligne par petite commune."""
    territory = gazetteer().get("243500741")  # Redon Agglomération
    cut = zoning.usual(territory, population.sources().rp2021)
    request = Request(territory=territory, zoning=cut, definition=definition(DEFAULT), n_draws=8)
    reading = presentation.present(TerritoryStudy(diagnose(request), None, (), (), None), fingerprint="")
    lines = pages._lines(reading.zones, reading.towns, "nom")
    assert sorted(len(line.zones) for line in lines) == [1] * 29 + [2, 4]
    names = [plain(line.figures.name) for line in lines]
    assert names == sorted(names)
    (redon,) = (line for line in lines if len(line.zones) == 4)
    context = {
        "rows": [redon],
        "reading": reading,
        "place": territory.code,
        "sort": "nom",
        "head": "Commune",
    }
    page = render_to_string("dossiers/_zones.html", context | {"query": "", "layer": "", "is_complete": True})
    (folded,) = re.findall(r"<details>(.*?)</details>", page, re.S)
    assert "Voir ses 4\xa0quartiers" in folded
    assert re.findall(r'<tr id="zone-([^"]*)"', folded) == [z.code for z in redon.zones]
    assert f"{redon.town.need_share} du besoin" in page


@pytest.mark.parametrize("sort", ["nom", "part", "n-importe-quoi"])
def test_the_table_sorts_and_ignores_nonsense(client, study, sort):
    response = client.get(f"{ADDRESS}?tri={sort}")
    rows = [line.figures.name for line in response.context["rows"]]
    assert response.status_code == 200
    assert len(rows) == len(queries.reading(study).zones)
    if sort == "nom":
        assert rows == sorted(rows, key=plain)


def test_a_zone_has_its_sheet_and_an_unknown_zone_does_not_exist(client, study):
    code = queries.reading(study).zones[0].code
    sheet = client.get(f"{ADDRESS}zones/{code}/")
    assert sheet.status_code == 200
    assert "la plus précaire" not in text_of(sheet)  # quarters are never ranked
    bars = [re.findall(r'width="([\d.]+)"', bar) for _, bar in sheet.context["compared"]]
    assert max(float(wide) for pair in bars for wide in pair) == 120
    assert len(bars) == len(queries.reading(study).sheets[code].comparison)
    assert "ni l’une ni l’autre" in text_of(sheet)  # the legend of the map
    assert client.get(f"{ADDRESS}zones/000000000/").status_code == 404


def test_every_offered_definition_stands_side_by_side(client, study):
    from maillage.reference.definitions import offered

    page = text_of(client.get(f"{ADDRESS}definitions/"))
    assert all(d.label in page for d in offered())
    assert "ne forment pas une évolution" in page


def test_a_count_and_its_share_tell_their_base(client, study):
    page = text_of(client.get(f"{ADDRESS}verifier/", {"q": "44 000 personnes, 19 %"}))
    assert "de 223 077 à 240 541 personnes" in page


@pytest.mark.parametrize("q", ["", "bonjour", "9" * 60, "a" * 300, "=1+1"])
def test_a_check_without_a_number_says_what_to_do(client, study, q):
    for address in (f"{ADDRESS}verifier/", "/verifier/"):
        response = client.get(address, {"q": q})
        assert response.status_code == 200
        (error,) = response.context["form"].errors["q"]
        assert error.count(".") >= 3


def test_a_long_sentence_is_read_as_it_is_copied(client, home):
    """Une phrase de rapport, de 300 à 500 signes, était refusée comme trop longue."""
    meaning = (
        "elles n’ont pas utilisé Internet depuis trois mois, ou n’en ont pas les compétences de base, " * 4
    )
    q = f"Selon l’Insee, 15,4 % des 15 ans et plus sont en situation d’illectronisme : {meaning}"
    assert client.get("/verifier/", {"q": q[:450]}).context["verdict"].kind == "compatible"


def test_check_gives_the_sum_the_source_and_the_local_total_of_forty_percent(client, study):
    """PU-06 : « 40 % des Français » ne menait nulle part. Affiche de Strasbourg : 7 + 19 + 14."""
    assert client.get("/territoires/", {"q": "40 % des Français"})["Location"].startswith("/verifier/?q=40")
    page = text_of(client.get("/verifier/", {"q": "40 % des Français"}))
    for words in ("Une autre définition", "7 + 19 + 14 = 40", "WeTechCare", "Construction d’un réseau"):
        assert words in page
    local_page = text_of(client.get(f"{ADDRESS}verifier/", {"q": "40 % des Français"}))
    (total,) = (x for x in queries.local_measures(study) if x.definition.id == "trois-niveaux-2017")
    assert "Ce que cela donne ici" in local_page and total.people_words.replace("\xa0", " ") in local_page


def test_check_asks_what_a_bare_number_counts_and_offers_sentences_to_choose(client, study):
    """« 3 000 personnes » était « Trop bas » en Isère ; contrat : `data-verdict` dit la réponse."""
    page = client.get(f"{ADDRESS}verifier/", {"q": "3 000 personnes"})
    choices = page.context["choices"]
    assert 'data-verdict="inconnu"' in page.content.decode() and "Que compte ce chiffre ?" in text_of(page)
    for choice in choices:
        answered = client.get(f"{ADDRESS}verifier/", {"q": choice})
        kind = answered.context["verdict"].kind
        assert kind != "inconnu" and f'data-verdict="{kind}"' in answered.content.decode()
        assert "Que compte ce chiffre ?" not in text_of(answered)
    assert len(choices) == 3


def test_check_draws_the_levels_of_the_territory_under_its_own_sum(client, study):
    """Sous « 125 000, 34 % », la barre et sa légende étaient les 7, 19 et 14 % de la France."""
    page = client.get(f"{ADDRESS}verifier/", {"q": "40 % en difficulté avec le numérique"})
    levels = queries.reading(study).levels
    assert page.context["verdict"].has_levels
    assert [share for _, share in page.context["levels"]] == [line.share for line in levels.lines[:3]]
    assert levels.bar.wide in page.content.decode() and "40 en France, et ici" in text_of(page)


@pytest.mark.parametrize(
    ("q", "address"),
    [
        ("3 000 personnes à Échirolles", "/territoires/38151/verifier/"),
        ("3000 personnes a echirolles", "/territoires/38151/verifier/"),
        ("un habitant sur six en Isère", "/territoires/38/verifier/"),
        ("15 % de la population de l’Isère ne se connectent jamais", "/territoires/38/verifier/"),
        ("16 % dans le Bassin de Bourg-en-Bresse", "/territoires/200071751/verifier/"),
        ("9 000 personnes dans l’agglomération de Saint-Quentin", "/territoires/200071892/verifier/"),
        ("12 500 personnes à Saint-Malo agglomération", "/territoires/243500782/verifier/"),
        ("12 500 personnes à Vierzon communauté", "/territoires/200090561/verifier/"),
    ],
)
def test_a_number_that_names_a_territory_is_checked_there(client, home, q, address):
    assert client.get("/verifier/", {"q": q})["Location"].startswith(address)


@pytest.mark.parametrize(
    "q",
    [
        "4 500 personnes en illectronisme dans la CC de Saint-Flour",
        "3 500 personnes à Saint-Flour",
        "20 % dans l’agglo de Saint-Flour",
        "20 % des habitants de la communauté de Saint-Flour",
    ],
)
def test_a_grouping_answers_for_the_town_whose_name_it_bears(client, home, q):
    """« 4 500 personnes dans la CC de Saint-Flour » était « Trop haut », contre les 900 de la commune."""
    page = client.get("/territoires/200066660/verifier/", {"q": q})
    assert page.status_code == 200
    assert page.context["verdict"].title.startswith("À l’échelle de la communauté de communes")


@pytest.mark.parametrize("kind", ["commune", "ville"])
def test_a_town_named_with_its_kind_answers_on_its_own_page(client, home, kind):
    q = f"900 personnes dans la {kind} de Saint-Flour"
    response = client.get("/territoires/200066660/verifier/", {"q": q}, follow=True)
    assert response.redirect_chain[-1][0].startswith("/territoires/15187/verifier/")


@pytest.mark.parametrize(
    ("q", "codes"),
    [
        ("31 000 personnes à Grand Paris Sud", {"200059228", "200058006", "200057966"}),
        ("31 000 personnes à grand paris sud", {"200059228", "200058006", "200057966"}),
        ("20 % à Sud Grand Paris Vallée", {"200057966"}),
        ("33 % à Évry", {"89162", "91228", "77175"}),
        ("33 % à Évry (Essonne)", {"91228"}),
        ("40 % à Grigny", {"91286", "62388"}),
        ("40 % à Grigny (91)", {"91286"}),
        ("20 % à Saint-Denis en difficulté", {"97411", "93066", "11339", "30247"}),
        ("12 % dans l’agglomération d’Évry", {"200059228", "200070779", "248900896"}),
        ("15 % à Marseille 13e", {"13213"}),
        ("15 % à l’île de Ré", {"241700459"}),
        ("18 % à Mayotte", {"976"}),
        ("20 % à Bourg-en-Bresse Bidule", set()),
        ("40 % des habitants du territoire", set()),
        ("40 % des habitants de la communauté de communes", set()),
    ],
)
def test_claimed_places_have_every_word_of_the_name(q, codes):
    assert {each.code for each in claimed_places(parse(q))} == codes


def test_a_number_that_names_a_stored_perimeter_is_checked_there(client, home):
    Perimeter.objects.create(slug="les-hauts", name="Échirolles, les Hauts", code="38151", zones="")
    response = client.get("/verifier/", {"q": "3 000 personnes à Échirolles, les Hauts"})
    assert response["Location"].startswith("/territoires/les-hauts/verifier/")


def test_a_number_is_checked_against_the_latest_study_without_computing_another(client, study):
    Correction.objects.create(
        table="cnaf-2021-iris", key="381510101", column="rsa", value=40, reason="Relevé"
    )
    page = client.get(f"{ADDRESS}verifier/", {"q": "3 000 personnes"})
    assert page.context["verdict"] and Study.objects.get() == study


@pytest.mark.parametrize(
    ("q", "words"),
    [
        ("9 000 personnes à Montluçon", "Trop haut"),
        ("une personne sur cinq à Montluçon", "Compatible"),
        ("13 millions de Français en difficulté", "Publié par l’État en 2018"),
    ],
)
def test_a_number_of_a_town_never_studied_is_answered_while_its_study_computes(client, home, q, words):
    """Une minute d’attente sans verdict : la première réponse a déjà les nombres du diagnostic."""
    page = client.get("/territoires/03185/verifier/", {"q": q})
    assert Study.objects.get().status == "queued" and words in page.context["verdict"].label + text_of(page)
    assert ("Première réponse" in text_of(page)) == ("Montluçon" in q)
    assert "data-avancement" in page.content.decode()


def test_a_number_of_namesakes_asks_which_one_from_the_page_of_another_place(client, home):
    response = client.get(f"{ADDRESS}verifier/", {"q": "33 % à Évry"}, follow=True)
    assert "De quel territoire parle ce chiffre" in text_of(response)


@pytest.mark.parametrize(
    "q",
    [
        "66 % des structures aident aux démarches en ligne",
        "20 % des habitants de l’agglomération n’utilisent pas Internet",
        "17 % selon une étude du Crédoc et du CCAS",
    ],
)
def test_check_never_asks_which_territory_when_a_number_names_no_other(client, study, q):
    """« en ligne » n’est pas Ligné : la page d’un territoire répond pour lui."""
    response = client.get(f"{ADDRESS}verifier/", {"q": q})
    assert response.status_code == 200 and response.context["verdict"]


def test_check_takes_the_namesake_that_its_territory_holds(client, home):
    """Trois communes peuvent s’appeler Évry : la page de l’Essonne prend celle de l’Essonne."""
    response = client.get("/territoires/91/verifier/", {"q": "33 % à Évry"})
    assert response["Location"].startswith("/territoires/91228/verifier/")


def test_check_compares_exclusion_with_the_level_of_exclusion(client, study):
    (excluded,) = (x for x in queries.local_measures(study) if x.definition.id == "exclusion-2017")
    response = client.get(f"{ADDRESS}verifier/", {"q": "20 000 personnes sont exclues du numérique"})
    page = text_of(response)
    assert "sont en exclusion numérique" in response.context["cited"]
    assert "Trop haut" in page and excluded.people_words.replace("\xa0", " ") in page
    assert "Champ : 15 ans et plus" in page and "2 000 supposées pour la fourchette" in page


@pytest.mark.parametrize("page", ["/verifier/", f"{ADDRESS}verifier/"])
def test_a_number_of_a_place_that_nobody_knows_asks_which_one(client, home, page):
    """Un nom inconnu n’est ni la France, ni le territoire de la page."""
    words = text_of(client.get(page, {"q": "40 % à Trucmuche"}, follow=True))
    assert "De quel territoire parle ce chiffre" in words and "« Trucmuche »" in words
    assert "Compatible" not in words


def test_a_number_of_namesakes_asks_which_one(client, home):
    page = text_of(client.get("/verifier/", {"q": "20 % à Saint-Denis"}))
    assert "De quel territoire parle ce chiffre" in page and "Réunion" in page


@pytest.mark.parametrize(
    "q", ["5 % d’illectronisme", "16 % d’Illectronisme", "80 % ne sont pas en difficulté"]
)
def test_a_number_has_the_same_verdict_with_or_without_the_name_of_its_territory(client, study, q):
    verdicts = [
        client.get(f"{ADDRESS}verifier/", {"q": x}).context["verdict"] for x in (q, f"{q} à Échirolles")
    ]
    assert verdicts[0] == verdicts[1] and verdicts[0].kind != "inconnu"


def test_a_share_of_the_difficulty_itself_is_compared(client, home):
    verdict = client.get("/verifier/", {"q": "15 % d’illectronisme"}).context["verdict"]
    assert verdict.kind == "compatible"


@pytest.mark.parametrize(
    "q", ["40 % des Grenoblois", "12 000 Grenoblois", "40 % des chômeurs", "25 % de pauvres"]
)
def test_a_share_of_other_people_gets_no_verdict(client, home, q):
    page = text_of(client.get("/verifier/", {"q": q}))
    assert "On ne peut pas dire" in page and "La phrase à citer" not in page


def test_comparing_with_itself_finds_no_gap(client, study):
    page = text_of(client.get(f"{ADDRESS}comparer/?avec=38151"))
    assert "On ne peut pas dire" in page
    assert "On peut dire" not in page


def test_comparing_proposes_territories_around_and_as_populous_before_any_is_chosen(client, study):
    """FS-31 : sans rien de choisi, la page propose des voisins et des jumeaux ; un choix fait, elle n’en parle plus."""
    page = client.get(f"{ADDRESS}comparer/")
    nearby_offers, alike = (them for _, them in page.context["offers"])
    current_territory = gazetteer().get("38151")
    named = [gazetteer().get(each["query"].removeprefix("avec=")) for each in nearby_offers]
    assert named and all(
        t.kind == current_territory.kind and t.within[0] == current_territory.within[0] for t in named
    )
    sizes = [gazetteer().get(each["query"].removeprefix("avec=")).population for each in alike]
    assert sizes and all(
        abs(size - current_territory.population) < current_territory.population * 0.05 for size in sizes
    )
    chosen = client.get(f"{ADDRESS}comparer/?avec=38151")
    assert chosen.context["offers"] == []


def test_comparing_gives_each_figure_with_its_margin_universe_and_year(client, study):
    """Chaque estimation du tableau a sa fourchette, son champ et son année ; chaque territoire se retire."""
    page = client.get(f"{ADDRESS}comparer/?avec=38151")
    first = next(comparison for comparison in page.context["compared"] if not comparison.rows[0].missing)
    assert (bool(first.rows[0].between), first.year) == (True, "enquête de 2021, recensement de 2021")
    text = text_of(page)
    for comparison in page.context["compared"]:
        assert text.count(comparison.universe.replace("\xa0", " ")) >= 2, (
            comparison.label
        )  # its card, and its row of the table
        assert comparison.counted or all(
            row.missing or row.between or "–" in row.text for row in comparison.rows
        )
    assert "Retirer" in text


def test_comparing_draws_both_maps_on_one_scale(client, study, monkeypatch):
    """Une carte va jusqu’à 10 %, l’autre jusqu’à 40 % : 10 % a la même couleur sur les deux, celle que dit la légende."""
    codes = [zone.code for zone in queries.reading(study).zones]
    few = dict.fromkeys(codes, (9.5, 10.0, 10.5))
    many = dict.fromkeys(codes, (38.0, 40.0, 42.0)) | {codes[0]: (9.5, 10.0, 10.5)}
    shares = iter((few, many))
    monkeypatch.setattr(queries, "zone_shares", lambda reading: next(shares))
    maps = client.get(f"{ADDRESS}comparer/?avec=38151").context["maps"]
    first, second = (
        dict(re.findall(r'data-zone="([^"]+)"><title>[^<]*</title><path class="zone (\w+)', drawn_map["svg"]))
        for drawn_map in maps["drawn"]
    )
    assert first.keys() == second.keys() and codes[0] in first and len(first) > 2
    assert set(first.values()) == {second[codes[0]]} == {"n2"}
    assert {kind for code, kind in second.items() if code != codes[0]} == {"n5"}
    assert [label.replace("\xa0", " ") for label in maps["classes"]][1::3] == ["de 10 à 20 %", "40 % ou plus"]


def test_comparing_repeats_no_identifier_and_gives_the_offer_line_by_line(client, study):
    page = client.get(f"{ADDRESS}comparer/?avec=38151")
    drawn = page.context["maps"]["drawn"]
    assert len(drawn) == 2
    first, second = (set(re.findall(r'id="([^"]+)"', each["svg"])) for each in drawn)
    assert first and not first & second
    assert all("<a " not in each["svg"] for each in drawn)
    offer = queries.reading(study).offer
    if offer:
        assert [label for label, _ in page.context["offer"]] == [line.label for line in offer.territory.lines]


def test_a_postcode_that_is_also_a_code_says_which_of_the_two_answered(client):
    page = text_of(client.get("/territoires/?q=38100"))
    assert re.search(r"Le Cheylas.*code Insee 38100.*Grenoble.*code postal 38100", page, re.DOTALL)


def test_comparing_stops_at_six_and_says_so(client, study):
    typed = "&".join(f"avec={code}" for code in ("38151", "a1", "a2", "a3", "a4", "38185"))
    page = text_of(client.get(f"{ADDRESS}comparer/?{typed}"))
    assert "Six territoires au plus : 38185 n’a pas été ajouté." in page


def test_comparing_tells_what_contradicts_either_side(client, study, monkeypatch):
    """La Corse à côté de l’Isère : le chiffre publié qui contredit le nôtre est dit avec le verdict."""
    read = queries.reading
    note = PublishedNote(kind="contredit", text="**Un chiffre publié** contredit le nôtre.", short="")
    monkeypatch.setattr(
        queries, "reading", lambda stored_study: replace(read(stored_study), published=(note,))
    )
    page = text_of(client.get(f"{ADDRESS}comparer/?avec=38151"))
    assert page.count("Un chiffre publié contredit le nôtre.") == 1


def test_comparing_with_nonsense_explains(client, study):
    page = text_of(client.get(f"{ADDRESS}comparer/?avec=zzzzzzzz"))
    assert "Aucun territoire" in page


def test_weights_make_another_study_and_stay_in_the_address(client, study):
    response = client.get(f"{ADDRESS}?poids_hlm=0")
    assert response.context["study"].inputs["weights"] == {"hlm": 0.0}
    assert response.context["study"].key != study.key


def test_the_social_index_page_shows_values_gaps_signs_weights_and_ranks(client, study):
    page = text_of(client.get(f"{ADDRESS}indice/"))
    assert "0 : comme la moyenne" in page and "Le poids d’une variable" in page  # FS-09
    for word in ("Rang", "Indice", "Moyenne", "poids", "signale la précarité"):
        assert word in page


def test_the_social_index_shows_ten_zones_first_and_leads_to_the_rest(client, study):
    """FS-07 : sur un téléphone, une zone y tient un écran ; les autres sont à une touche."""
    page = client.get(f"{ADDRESS}indice/")
    rows = page.context["reading"].index.rows
    assert page.context["n_zones"] == len(rows) > 12
    assert [row.code for row in page.context["rows"]] == [row.code for row in rows[:10]]
    complete_page = client.get(f"{ADDRESS}indice/?poids_hlm=1&zones=toutes")
    assert len(complete_page.context["rows"]) == len(rows)
    leads = f'zones=toutes">Les {len(rows)} zones</a>'
    assert leads in page.content.decode()
    assert leads not in complete_page.content.decode()


def test_the_weights_of_the_index_are_folded(client, study):
    """FS-07 : six champs de suite tenaient deux écrans d’un téléphone ; ils s’ouvrent."""
    page = " ".join(client.get(f"{ADDRESS}indice/").content.decode().split())
    (fold,) = re.findall(
        r'<details class="source" ?>(?:(?!</details>).)*Changer les poids.*?</details>', page
    )
    assert 'name="poids_hlm"' in fold and "Recalculer l’indice" in fold


# ---------------------------------------------------------------------------------------- unknown and refused


def test_an_unknown_code_is_a_404_that_proposes(client):
    response = client.get("/territoires/38999/")
    assert response.status_code == 404
    assert "Aucun territoire n’a le code" in text_of(response)


def test_one_inhabitant_is_singular(client):
    page = text_of(client.get("/territoires/?q=Rochefourchat"))
    assert " 1 habitant " in page and "1 habitants" not in page


def test_a_commune_where_nobody_lives_is_not_outside_the_survey(client):
    assert "aucun habitant" in text_of(client.get("/territoires/?q=55039"))
    assert "hors du champ" in text_of(client.get("/territoires/?q=Mamoudzou"))


def test_a_former_code_says_what_the_commune_became(client):
    response = client.get("/territoires/14485/")
    assert response.status_code == 404
    assert "n’existe plus" in text_of(response)


@pytest.mark.both_databases
def test_an_unknown_filter_is_refused(client):
    response = client.get(f"{ADDRESS}?filtre=inconnu")
    assert response.status_code == 400
    assert "n’existe pas" in text_of(response)


def test_another_way_of_travelling_is_another_study_that_its_links_keep(client, study):
    """Personne n’a encore demandé Échirolles en voiture : ce n’est pas la page d’à pied, et elle se calcule."""
    assert client.get(f"{ADDRESS}?acces=voiture").context["study"] != study
    by_car = Study.objects.exclude(pk=study.pk).get()
    assert by_car.inputs["travel"] == "voiture"
    assert address_of(by_car) == f"{ADDRESS}?acces=voiture"
    assert queries.latest("38151") == study


def test_an_unknown_definition_falls_back_on_the_usual_one(client, study):
    assert client.get(f"{ADDRESS}?definition=inconnue").context["study"] == study


@pytest.mark.both_databases
def test_mayotte_is_outside_the_survey(client, home):
    client.get("/territoires/97611/")
    mayotte_study = Study.objects.get(place="97611")
    actions.compute(mayotte_study)
    page = text_of(client.get("/territoires/97611/"))
    assert "hors du champ" in page


@pytest.mark.both_databases
def test_a_commune_nobody_lives_in_is_withheld_not_zero(client, home):
    """Beaumont-en-Verdunois, village détruit, n’a aucun habitant."""
    client.get("/territoires/55039/")
    actions.compute(Study.objects.get(place="55039"))
    page = text_of(client.get("/territoires/55039/"))
    assert "Personne n’habite ici. Le recensement n’y compte aucun habitant de 15 ans et plus." in page
    assert "Communauté d’agglomération du Grand Verdun" in page
    assert "Moins de 50" not in page


# --------------------------------------------------------------------------------------- asking and computing


def test_same_question_is_computed_once(client, home):
    for _ in range(3):
        client.get(ADDRESS)
    assert Study.objects.filter(place="38151").count() == 1


def test_pending_page_shows_progress_and_may_be_cancelled(client, home):
    page = client.get(ADDRESS)
    assert "<progress" in page.content.decode()
    assert "Annuler" in text_of(page)


def test_the_duration_of_a_study_is_that_of_the_last_ones_measured(client, home):
    """« 1 min » à l’accueil, « 5 min » dans la mission, « quelques minutes » à l’attente."""
    assert "Résultat dans environ 2 min." in text_of(client.get(ADDRESS)), "none measured yet"
    Study.objects.create(key="fait", place="38170", name="A", inputs={}, status=rules.DONE, seconds=200)
    assert "Résultat dans environ 4 min." in text_of(client.get(ADDRESS))
    queued_study = Study.objects.get(place="38151")
    earlier = Study.objects.create(key="avant", place="38169", name="A", inputs={}, status=rules.QUEUED)
    actions.compute_later.using(priority=rules.SIGNED_IN).enqueue(earlier.pk)
    assert "Résultat dans environ 8 min." in text_of(client.get(ADDRESS)), "those before it included"
    running = Study.objects.filter(pk=queued_study.pk)
    running.update(status=rules.RUNNING, started_at=timezone.now())
    assert "Un calcul dure environ 4 min." in text_of(client.get(ADDRESS))
    running.update(started_at=timezone.now() - timedelta(minutes=16))
    assert "Plus long que prévu : un calcul dure environ 4 min." in text_of(client.get(ADDRESS))


def test_the_first_figure_is_that_of_the_diagnosis(study):
    assert queries.first_headline(study) == queries.reading(study).headline


def test_the_first_measures_are_those_of_the_study(study):
    """« 11 à 24 % » à la vérification, puis « 13 à 21 % » une fois calculé : un nombre n’a qu’une marge."""
    first, last = queries.first_measures(study), queries.local_measures(study)
    assert [(each.share_words, each.people_words) for each in first] == [
        (each.share_words, each.people_words) for each in last
    ]
    assert [each.definition for each in first] == [each.definition for each in last]
    assert {round(each.n_residents) for each in first} == {each.n_residents for each in last} != {0}


def test_a_survey_answers_a_number_while_the_study_of_its_territory_computes(client, home, monkeypatch):
    row = {
        "question": "dernier_usage_internet", "libelle": "Dernier usage d’Internet ?", "modalite": "jamais",
        "libelle_modalite": "Jamais", "par": "", "groupe": "", "base": 352, "part": 8, "bas": 5, "haut": 11,
        "calcul": "redressé", "arrondi": "nearest", "univers": "habitants de 15 ans et plus",
    }  # fmt: skip
    surveyed = criteria.answered("inhabitants", [row], "« Enquête », édition 1, 2026")
    monkeypatch.setattr(queries.evidence, "survey_by_survey", lambda places: [surveyed])
    page = client.get("/territoires/03185/verifier/", {"q": "8 % n’utilisent jamais Internet à Montluçon"})
    assert Study.objects.get().status == "queued"
    assert page.context["verdict"].kind == "compatible" and "Jamais" in page.context["verdict"].title


def test_a_first_answer_is_rough_where_the_territory_is_too_large(client, home, monkeypatch):
    monkeypatch.setattr(queries, "MOST_AT_ONCE", 1)
    queries._first_measures.cache_clear()
    page = text_of(client.get("/territoires/03185/verifier/", {"q": "9 000 personnes à Montluçon"}))
    queries._first_measures.cache_clear()
    assert "Ni les diplômes ni les revenus n’y entrent encore" in page


def test_a_page_answers_with_its_first_figure_before_its_study_is_computed(client, home, monkeypatch):
    """Un territoire jamais calculé donne tout de suite son nombre, compté une fois, sans carte ni quartier."""
    requests = []
    monkeypatch.setattr(queries, "first_figure", lambda one: requests.append(one) or first_figure(one))
    monkeypatch.setattr(diagnosis.shapes, "of_zones", None)
    monkeypatch.setattr(diagnosis, "zone_results", None)
    queries._first_headline.cache_clear()
    pages = [text_of(client.get(ADDRESS)) for _ in range(3)]
    assert len(requests) == 1
    first = queries.first_headline(Study.objects.get())
    assert f"environ {first.value} {first.sentence}".replace("\xa0", " ") in pages[-1]
    assert "les cartes et les documents se calculent encore" in pages[-1]


def test_first_answer_on_a_departement_takes_its_article(client, home):
    """« À l’échelle d’Indre », « Le calcul d’Indre », avant son étude."""
    page = text_of(client.get("/territoires/36/verifier/?q=20+%25+dans+l’Indre"))
    assert "Le calcul de l’Indre" in page
    assert "d’Indre" not in page


def test_pages_show_the_previous_study_while_a_newer_one_is_computed(client, study):
    """Une correction fait recalculer : les pages montrent l’étude d’avant, et disent qu’une autre vient."""
    Correction.objects.create(
        table="cnaf-2021-iris", key="381510101", column="rsa", value=40, reason="Relevé"
    )
    for page in ("", "manques/", "verifier/", "rapports/"):
        answer = client.get(f"{ADDRESS}{page}")
        assert "data-avancement" in answer.content.decode(), page
        assert text_of(answer).count("Une étude plus récente se calcule depuis") == 1, page
    newer = Study.objects.exclude(pk=study.pk).get()
    assert newer.status == rules.QUEUED
    actions.cancel(newer)
    page = text_of(client.get(ADDRESS))
    assert "Relancer le calcul" in page and "Ces chiffres sont ceux de l’étude précédente" in page
    assert f"environ {queries.first_headline(study).value}".replace("\xa0", " ") in page


def test_a_page_that_waits_says_its_first_figure_in_the_language_of_its_reader(client, home):
    page = text_of(client.get("/territoires/46102/", headers={"Accept-Language": "ro"}))
    first = queries.first_headline(Study.objects.get())
    assert f"aproximativ {first.value}".replace("1\xa0", "1.") in page
    assert "Figeac" in page[: page.index("aproximativ")]


@pytest.mark.parametrize(
    ("code", "waits", "stops"),
    [
        ("en", "Waiting to be calculated", "Cancel the calculation"),
        ("ar", "في انتظار الحساب", "إلغاء الحساب"),
    ],
)
def test_who_waits_for_a_territory_reads_why_in_their_language(client, home, code, waits, stops):
    """« En attente du calculateur… Annuler » : la première chose lue d’une commune jamais calculée."""
    first = client.get(f"{ADDRESS}?lang={code}").content.decode()
    box = first[first.index('id="avancement"') :]
    again = client.get(f"/etudes/{Study.objects.get().key}/avancement/")
    for page in (box, again.content.decode()):
        assert waits in page and stops in page and f'lang="{code}"' in page
        assert "Un calcul dure" not in page


def test_a_page_waits_without_a_figure_when_its_territory_is_too_large(client, home, monkeypatch):
    monkeypatch.setattr(queries, "MOST_AT_ONCE", 1)
    queries._first_headline.cache_clear()
    page = client.get(ADDRESS).content.decode()
    queries._first_headline.cache_clear()
    assert "chiffre-grand" not in page and "<progress" in page


def test_address_of_a_pending_study_opens_once_computed(client, home):
    """La page demandée attend à son adresse : elle se montre quand le calcul est fini."""
    for page in ("manques/", "zones/38151_0101/", "lieux/", "grille/?carte=sociale"):
        answer = client.get(f"/territoires/38151/{page}")
        assert (answer.status_code, Study.objects.get().status) == (200, rules.QUEUED), page
        assert "data-avancement" in answer.content.decode(), page


def test_a_page_of_another_feature_is_come_back_to_once_its_study_is_ready(client, home):
    waits = client.get("/territoires/38151/boucle/?tri=nom")
    assert "data-avancement" in client.get(waits["Location"]).content.decode()
    actions.compute(Study.objects.get())
    assert client.get(waits["Location"])["Location"] == "/territoires/38151/boucle/?tri=nom"
    assert client.get("/territoires/38151/boucle/?tri=nom").status_code == 200
    for elsewhere in ("//ailleurs.example/", "../../espace/", "https://ailleurs.example/"):
        assert client.get("/territoires/38151/", {"apres": elsewhere}).status_code == 200


def test_progress_tells_its_status_in_a_header(client, home):
    study = actions.ask(StudyRequest(place="38151"))
    assert client.get(f"/etudes/{study.key}/avancement/")["X-Etude"] == rules.QUEUED


@pytest.mark.both_databases
def test_pending_study_is_cancelled_at_once(client, home):
    client.get("/territoires/38151/")  # whoever asked may stop
    study = Study.objects.get()
    client.post(f"/etudes/{study.key}/arreter/")
    study.refresh_from_db()
    assert study.status == rules.CANCELLED
    actions.compute(study)
    study.refresh_from_db()
    assert study.status == rules.CANCELLED


def test_study_is_cancelled_by_its_requester_alone(client, home):
    study = actions.ask(StudyRequest(place="38151"))
    client.force_login(account("ailleurs", "analyste", territory="59"))
    assert client.post(f"/etudes/{study.key}/arreter/").status_code == 404
    assert "Annuler" not in text_of(client.get(ADDRESS))
    study.refresh_from_db()
    assert study.status == rules.QUEUED
    client.force_login(account("ici", "analyste", territory="38"))
    assert "Annuler" in text_of(client.get(ADDRESS))
    assert client.post(f"/etudes/{study.key}/arreter/").status_code == 302
    assert "Relancer le calcul" in text_of(client.get(ADDRESS))


def test_study_that_somebody_stopped_is_computed_for_who_comes_next(client, home):
    """Un inconnu annulait, et la commune restait sans chiffre pour tout le monde."""
    client.get(ADDRESS)
    study = Study.objects.get()
    client.post(f"/etudes/{study.key}/arreter/")
    page = text_of(client.get(ADDRESS))
    first = queries.first_headline(study)
    assert "Relancer le calcul" in page and f"environ {first.value}".replace("\xa0", " ") in page
    assert "<progress" in Client().get(ADDRESS).content.decode()
    study.refresh_from_db()
    assert study.status == rules.QUEUED


@pytest.mark.both_databases
def test_one_place_has_one_study_however_it_is_typed(client, home):
    for typed in ("france", "France", "FRANCE"):
        client.get(f"/territoires/{typed}/")
    assert [study.place for study in Study.objects.all()] == ["france"]


@pytest.mark.both_databases
def test_a_study_that_was_interrupted_waits_for_the_next_worker(home, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    study = actions.ask(StudyRequest(place="38151"))
    monkeypatch.setattr(actions.edition, "prepare", stopped)
    with pytest.raises(KeyboardInterrupt):
        actions.compute(study)
    study.refresh_from_db()
    assert study.status == rules.QUEUED


def test_a_filter_that_changed_is_not_counted_under_its_former_name(coordinator, home):
    from maillage.apps.territories import actions as territory_actions

    def keep(share):
        territory_actions.keep_marking(
            by=coordinator,
            slug="mes-rues",
            label="Mes rues",
            file_name="r.csv",
            content=f"code,part\n381510101,{share}\n".encode(),
        )

    keep(100)
    first = actions.ask(StudyRequest(place="38151", inside="mes-rues"))
    keep(10)
    second = actions.ask(StudyRequest(place="38151", inside="mes-rues"))
    assert first.key != second.key
    actions.compute(first)
    first.refresh_from_db()
    assert first.status == rules.FAILED
    assert "a changé depuis cette demande" in first.error[0]


def test_perimeter_is_studied_as_it_was_at_the_request(coordinator, home):
    from maillage.apps.territories import actions as territory_actions

    zones = b"code_zone,nom_zone,code\nA,Nord,38151\nB,Sud,38317\n"
    perimeter = territory_actions.keep_perimeter(
        by=coordinator,
        slug="deux-villes",
        name="Deux villes",
        code="200040715",
        reason="essai",
        content=zones,
        file_name="z.csv",
    )
    study = actions.ask(StudyRequest(place="deux-villes"))
    territory_actions.drop_perimeter(by=coordinator, perimeter=perimeter)
    request = queries.request_of(study)
    assert [zone.name for zone in request.zoning.zones] == ["Nord", "Sud"]
    assert request.name == "Deux villes"


@pytest.mark.both_databases
def test_a_running_study_stops_at_its_next_step_and_leaves_nothing(home, monkeypatch):
    study = actions.ask(StudyRequest(place="38151"))
    monkeypatch.setattr(actions, "BETWEEN_SIGNS", 0.0)
    steps = []

    def prepare(request, progress, **_):
        progress("un pas", 0.1)
        Study.objects.filter(pk=study.pk).update(cancel_asked=True)
        steps.append("cancel asked")
        progress("un autre pas", 0.2)
        raise AssertionError("the study should have stopped")

    monkeypatch.setattr(edition, "prepare", prepare)
    actions.compute(study)
    study.refresh_from_db()
    assert study.status == rules.CANCELLED
    assert steps
    assert list(queries.home().iterdir()) == []


def test_a_cancelled_study_starts_again_on_request(client, home):
    study = actions.ask(StudyRequest(place="38151"))
    actions.cancel(study)
    waits = "/territoires/38151/manques/?tri=nom"
    for gesture, status in (("relancer", rules.QUEUED), ("arreter", rules.CANCELLED)):
        answer = client.post(
            f"/etudes/{study.key}/{gesture}/", headers={"referer": f"http://testserver{waits}"}
        )
        study.refresh_from_db()
        assert (study.status, answer["Location"]) == (status, waits), "to the page that waited"
    for sender in ("", "https://ailleurs.example/territoires/38151/manques/"):
        answer = client.post(f"/etudes/{study.key}/relancer/", headers={"referer": sender})
        assert answer["Location"] == "/territoires/38151/"


@pytest.mark.both_databases
def test_only_one_worker_takes_a_study(home, monkeypatch):
    study = actions.ask(StudyRequest(place="38151"))
    taken = []
    monkeypatch.setattr(actions, "_write", lambda study, *_: taken.append(study.pk))
    actions.compute(study)
    actions.compute(study)
    assert taken == [study.pk]


def test_internal_error_is_reported_and_stays_loud(home, monkeypatch, client):
    study = actions.ask(StudyRequest(place="38151"))

    def broken(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(actions, "_write", broken)
    with pytest.raises(ZeroDivisionError):
        actions.compute(study)
    study.refresh_from_db()
    assert study.status == rules.FAILED
    assert "erreur imprévue" in text_of(client.get(ADDRESS))


def test_a_failed_step_leaves_the_former_files_in_place(study, monkeypatch, settings, tmp_path):
    shutil.copytree(settings.HOME / "etudes", tmp_path / "etudes")
    settings.HOME = tmp_path
    before = (queries.folder(study) / "etude.json").read_bytes()
    Study.objects.filter(pk=study.pk).update(status=rules.QUEUED)

    def full(*args, **kwargs):
        raise Cancelled

    monkeypatch.setattr(edition, "write", full)
    actions.compute(study)
    assert (queries.folder(study) / "etude.json").read_bytes() == before


def test_two_workers_never_write_the_files_of_one_study_at_once(study, monkeypatch):
    written = []
    monkeypatch.setattr(queries, "offer_is_behind", lambda study: True)
    monkeypatch.setattr(actions, "_write", lambda study, begun: written.append(study.pk))
    with actions.locks.exclusive(f"etude-{study.pk}"):
        actions.refresh_later.func(study.pk)
        actions.publish_later.func(study.pk)
    assert not written, "another worker has its files in hand"
    (waits,) = queries.tasks_of(study, actions.publish_later.module_path, alive=True)
    assert waits.run_after > timezone.now(), "what was typed meanwhile is written later"
    actions.refresh_later.func(study.pk)
    actions.publish_later.func(study.pk)
    assert written == [study.pk] * 2, "files and pages of one study tell the same places"


def test_a_document_waits_for_the_site_that_writes_its_study_again(study, monkeypatch):
    """Pendant que le site refaisait l’étude, « rapport synthese » écrivait les lieux d’avant sans le dire."""
    written, site = [], ExitStack()
    monkeypatch.setattr(queries, "offer_is_behind", lambda study: not written)
    monkeypatch.setattr(actions, "_write", lambda study, begun: written.append(study.pk))
    monkeypatch.setattr(platform_study, "sleep", lambda _: site.close())
    with site:
        site.enter_context(actions.locks.exclusive(f"etude-{study.pk}"))
        assert platform_study.up_to_date(study)
    assert written == [study.pk], "once the site has let its files go"
    written.clear()
    monkeypatch.setattr(platform_study, "PATIENCE", -1)
    with actions.locks.exclusive(f"etude-{study.pk}"), pytest.raises(Refused, match="n’est pas à jour"):
        platform_study.up_to_date(study)


def test_a_document_waits_for_the_files_that_lack_words_just_typed(study, monkeypatch):
    """Pendant que le site écrivait l’étude, « rapport » rendait le dossier d’avant le commentaire."""
    written, site = [], ExitStack()
    monkeypatch.setattr(actions, "_publish", lambda study: written.append(study.pk))
    monkeypatch.setattr(platform_study, "sleep", lambda _: site.close())
    platform_study.with_its_words(study)
    assert not written, "nobody wrote since"
    actions.publish_again(study.place)
    with site:
        site.enter_context(actions.locks.exclusive(f"etude-{study.pk}"))
        platform_study.with_its_words(study)
    assert written == [study.pk], "once the site has let its files go"
    monkeypatch.setattr(platform_study, "PATIENCE", -1)
    with actions.locks.exclusive(f"etude-{study.pk}"), pytest.raises(Refused, match="Un texte a changé"):
        platform_study.with_its_words(study)


@pytest.mark.both_databases
def test_what_is_published_while_a_study_is_computed_is_written_once_it_ends(home, monkeypatch):
    """Un plan publié pendant le calcul manquait au dossier jusqu’à son prochain changement."""
    study, written = actions.ask(StudyRequest(place="38151")), []
    monkeypatch.setattr(actions, "_publish", lambda study: written.append(study.pk))
    waits = queries.tasks_of(study, actions.publish_later.module_path, alive=True)
    actions.publish_again(study.place)
    assert not waits.exists(), "a study that waits will read the plan of its day"

    def compute(study, *_):
        actions.publish_again(study.place)
        actions.publish_later.func(study.pk)

    monkeypatch.setattr(actions, "_write", compute)
    monkeypatch.setattr(queries, "is_lost", lambda study: False)
    actions.compute(study)
    assert not written and waits.filter(run_after__gt=timezone.now()).exists(), "its files are in hand"
    actions.publish_later.func(study.pk)
    assert written == [study.pk]


@pytest.mark.parametrize("name", rules.DOSSIERS)
def test_a_dossier_that_is_rewritten_is_never_the_current_one(client, study, name):
    """Le dossier d’avant le plan se téléchargeait à côté de diapositives écrites avec lui."""
    address = reverse("download", args=[study.key, name])
    assert "precedente" not in client.get(address)["Content-Disposition"]
    actions.publish_again(study.place)
    page = client.get(address, follow=True)
    assert page.redirect_chain[0][0] == reverse("reports", args=[study.place])
    assert page.content.decode().count("La version précédente") == len(rules.DOSSIERS)
    former = client.get(address, {"avant": "1"})["Content-Disposition"]
    assert former.startswith("attachment") and f"version-precedente-{name}" in former
    archive = client.get(reverse("everything", args=[study.key])).content
    names = zipfile.ZipFile(BytesIO(archive)).namelist()
    assert f"version-precedente-{name}" in names and name not in names and "zones.csv" in names


def test_a_study_that_another_replaced_keeps_the_words_of_its_day(study):
    """Deux études d’avant se récrivaient, une minute chacune, devant celle qu’un recensement attendait."""
    inputs = {**study.inputs, "corrections": [["cnaf-2021-iris", "381510101", "rsa", 40.0]]}
    filtered = {**study.inputs, "definition": "sans-internet"}
    former, narrowed = (
        Study.objects.create(
            key=rules.key_of(each), place=study.place, name=study.name, inputs=each, status=rules.DONE
        )
        for each in (inputs, filtered)
    )
    actions.publish_again(study.place)
    assert [actions.is_rewritten(each) for each in (study, former, narrowed)] == [True, False, True]


@pytest.mark.parametrize("status", [rules.QUEUED, rules.RUNNING])
def test_a_study_about_to_be_replaced_is_written_again_only_if_the_other_fails(study, monkeypatch, status):
    """Trois réécritures de cinq minutes passaient devant l’étude qui remplaçait leurs chiffres."""

    def stop(*_):
        raise actions.Cancelled

    inputs = {**study.inputs, "corrections": [["cnaf-2021-iris", "381510101", "rsa", 40.0]]}
    next_study = Study.objects.create(
        key=rules.key_of(inputs), place=study.place, name=study.name, inputs=inputs, status=status
    )
    actions.publish_again(study.place)
    assert not actions.is_rewritten(study)
    if status == rules.QUEUED:
        actions.cancel(next_study)
    else:
        monkeypatch.setattr(actions, "_write", stop)
        actions.compute(next_study)
    assert Study.objects.get(pk=next_study.pk).status == rules.CANCELLED
    assert actions.is_rewritten(study), "its words are those of today"


def test_a_page_read_again_asks_for_one_refresh(study, monkeypatch):
    """Une page relue chaque minute ajoutait chaque fois un calcul devant ceux qui attendaient."""
    monkeypatch.setattr(queries, "offer_is_behind", lambda row: True)
    monkeypatch.setattr(actions.cache, "get", lambda key: None)
    monkeypatch.setattr(actions.cache, "add", lambda *args, **more: True)
    for _ in range(3):
        actions.catch_up(study)
    assert queries.tasks_of(study, actions.refresh_later.module_path).count() == 1


def test_what_another_server_writes_is_not_tidied_under_it(study, settings, tmp_path):
    settings.HOME = tmp_path
    aside = queries.aside(study)
    aside.mkdir(parents=True)
    with actions.locks.exclusive(f"etude-{study.pk}"):
        actions.tidy()
        assert aside.exists(), "a finished study whose places are read again"
    actions.tidy()
    assert not aside.exists()


def test_what_a_stopped_server_left_running_goes_back_in_the_queue(home):
    study = actions.ask(StudyRequest(place="38151"))
    Study.objects.filter(pk=study.pk).update(status=rules.RUNNING)
    assert actions.resume() == 1
    study.refresh_from_db()
    assert study.status == rules.QUEUED


@pytest.mark.both_databases
def test_study_with_missing_files_is_computed_again(client, study, settings, tmp_path):
    settings.HOME = tmp_path
    page = client.get(ADDRESS)
    study.refresh_from_db()
    assert page.status_code == 200
    assert study.status == rules.QUEUED


@pytest.mark.both_databases
def test_studies_of_an_older_method_are_erased(home):
    old = Study.objects.create(
        key="0" * 20, place="38151", name="x", inputs={"place": "38151"}, status=rules.DONE
    )
    queries.folder(old).mkdir(parents=True)
    (queries.home() / ".reste-1").mkdir()
    assert actions.tidy() == 1
    assert list(queries.home().iterdir()) == []


def test_one_address_may_not_ask_for_everything(client, home, monkeypatch):
    from django.core.cache import cache

    cache.clear()
    monkeypatch.setattr(access, "NEW_STUDIES_AN_HOUR", 1)
    monkeypatch.setattr(settings, "IS_PUBLIC", True)
    assert client.get("/territoires/38151/").status_code == 200
    assert client.get("/territoires/38185/").status_code == 429
    assert client.get("/territoires/38151/").status_code == 200


def test_a_private_computer_computes_every_new_territory_in_a_row(client, home, monkeypatch):
    monkeypatch.setattr(access, "NEW_STUDIES_AN_HOUR", 1)
    places = ("38151", "38185", "38421", "38229", "38485", "38169")
    assert {client.get(f"/territoires/{place}/").status_code for place in places} == {200}


# ------------------------------------------------------------------------------------------------------ files


def test_files_of_a_study_are_listed_and_no_other_is_served(client, study):
    for name in rules.FILES:
        assert client.get(f"/etudes/{study.key}/fichiers/{name}").status_code == 200
    for name in ("lecture.json", "../../maillage.sqlite3", "fiches/../lecture.json", "fiches/absent.pdf"):
        assert client.get(f"/etudes/{study.key}/fichiers/{name}").status_code == 404


def test_only_the_dossier_may_carry_its_own_style(client, study):
    relaxed = client.get(f"/etudes/{study.key}/fichiers/dossier.html")["Content-Security-Policy"]
    strict = client.get(ADDRESS)["Content-Security-Policy"]
    assert "'unsafe-inline'" in relaxed
    assert (
        "script-src" not in relaxed or "'unsafe-inline'" not in relaxed.split("script-src")[1].split(";")[0]
    )
    assert "'unsafe-inline'" not in strict


def test_everything_in_one_archive(client, study):
    import io
    import zipfile

    content = client.get(f"/etudes/{study.key}/tout.zip").content
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert set(rules.FILES) <= set(names)
    assert any(name.startswith("fiches/") for name in names)


@pytest.mark.both_databases
@pytest.mark.parametrize(("form", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_a_map_is_taken_away_as_a_picture(client, study, form, start):
    response = client.get(f"/etudes/{study.key}/cartes/les-deux.{form}")
    assert response.content.startswith(start)
    assert client.get(f"/etudes/{study.key}/cartes/secret.{form}").status_code == 404


def test_the_api_gives_the_file_of_the_contract(client, study):
    response = client.get("/api/v1/territoires/38151/etude")
    served_json = json.loads(b"".join(response.streaming_content))
    assert served_json == json.loads((queries.folder(study) / "etude.json").read_bytes())
    assert all(zone["offre"] is None for zone in served_json["zones"])


def test_the_api_says_when_the_study_is_not_ready(client, home):
    response = client.get("/api/v1/territoires/38151/etude")
    assert response.status_code == 202
    assert response.json()["etat"] == "en attente"
    assert client.get("/api/v1/territoires/38999/etude").status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("address", "status", "named"),
    [
        ("38999/etude", 404, "38999"),
        ("38151/etude?definition=zzz", 422, "zzz"),
        ("38151/etude?filtre=zzz", 422, "zzz"),
        ("38151/etude?acces=zzz", 422, "zzz"),
        ("38151/etude?poids_rsa=beaucoup", 422, "poids_rsa"),
    ],
)
def test_the_api_refuses_as_its_method_page_promises(client, home, address, status, named):
    response = client.get(f"/api/v1/territoires/{address}")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert named in f"{problem['title']} {problem['detail']}"
    assert not Study.objects.exists()


# --------------------------------------------------------------------------------------------------- comments


@pytest.mark.complete
def test_comments_survive_and_stay_apart(client, coordinator, study, settings, tmp_path):
    shutil.copytree(settings.HOME / "etudes", tmp_path / "etudes")
    settings.HOME = tmp_path
    client.force_login(coordinator)
    client.post("/espace/territoires/38151/commentaires/", {"synthese": "La gare ferme en mars. [X-050]"})
    actions.publish_later.call(study.pk)
    dossier = (queries.folder(study) / "dossier.html").read_text("utf-8")
    assert "Commentaire de l’analyste" in dossier
    assert "La gare ferme en mars." in dossier
    assert "Vers qui les envoyer" in dossier
    assert "La gare ferme en mars." in text_of(client.get(ADDRESS))
    assert "[X-050]" in text_of(client.get("/espace/territoires/38151/commentaires/"))
    Study.objects.filter(pk=study.pk).update(status=rules.QUEUED)
    actions.compute(study)
    assert "La gare ferme en mars." in (queries.folder(study) / "dossier.html").read_text("utf-8")


def test_what_is_written_at_an_address_typed_otherwise_stays_with_its_place(client, coordinator, study):
    client.force_login(coordinator)
    answer = client.post("/espace/territoires/r84/commentaires/", {"besoins": "Vu avec le réseau."})
    assert answer["Location"] == "/territoires/R84/rapports/"
    assert queries.comments("R84") == {"besoins": "Vu avec le réseau."}
    assert not queries.comments("r84")


@pytest.mark.both_databases
def test_a_comment_says_when_its_study_is_no_longer_the_one_beside_it(client, coordinator, study):
    client.force_login(coordinator)
    address = "/espace/territoires/38151/commentaires/"
    client.post(address, {"synthese": "Environ 41 000 personnes.", "besoins": "Une gare ferme."})
    page = text_of(client.get(ADDRESS))
    assert "Environ 41 000 personnes." in page and "à relire" not in page
    Comment.objects.update(study="avant", study_on=date(2026, 3, 1))
    comments = queries.comments("38151", queries.reading(study).fingerprint)
    assert comments["synthese"].startswith("Environ 41 000 personnes.\n\n(Écrit pour l’étude ")
    assert " du 1er mars 2026 ; celle-ci est " in comments["synthese"]
    assert "à relire" in text_of(client.get(ADDRESS))
    comment_fields = {"synthese": "Environ 41 000 personnes.", "besoins": "Une gare ferme."}
    initial_fields = {f"initial-{name}": text for name, text in comment_fields.items()}
    client.post(address, {**comment_fields, **initial_fields, "synthese": "Environ 39 000 personnes."})
    comments = queries.comments("38151", queries.reading(study).fingerprint)
    assert ("à relire" in comments["synthese"], "à relire" in comments["besoins"]) == (False, True)
    read = {"synthese": "Environ 39 000 personnes.", "initial-synthese": "Environ 39 000 personnes."}
    client.post(address, {**comment_fields, **initial_fields, **read, "relus": "on"})
    assert "à relire" not in text_of(client.get(ADDRESS))


@pytest.mark.both_databases
def test_a_report_made_by_command_holds_what_was_just_commented(
    client, coordinator, study, settings, tmp_path
):
    shutil.copytree(settings.HOME / "etudes", tmp_path / "etudes")
    settings.HOME = tmp_path
    client.force_login(coordinator)
    client.post("/espace/territoires/38151/commentaires/", {"synthese": "La gare ferme en mars."})
    report = reported._of_platform("38151", date(2026, 11, 20))
    assert "La gare ferme en mars." in report.dossier["html"]().decode()


def test_a_comment_that_quotes_nobody_known_is_refused(client, coordinator, study):
    client.force_login(coordinator)
    answer = client.post("/espace/territoires/38151/commentaires/", {"synthese": "On le dit : [X-999]"})
    assert "Aucune parole ne porte le numéro X-999" in text_of(answer)


def test_a_finding_is_not_of_a_year_to_come(client, coordinator, study):
    client.force_login(coordinator)
    year = timezone.localdate().year
    finding_fields = {"kind": "far", "who": "public", "source": "Une réunion", "confirms": "oui"}
    answer = client.post("/espace/territoires/38151/constats/", finding_fields | {"year": year + 1})
    assert answer.status_code == 400 and "Cette année n’est pas encore venue" in text_of(answer)
    assert not Finding.objects.exists()
    assert (
        client.post("/espace/territoires/38151/constats/", finding_fields | {"year": year}).status_code == 302
    )


def test_no_secret_is_published_in_a_comment_or_a_finding(client, coordinator, study):
    client.force_login(coordinator)
    secret = "Mot de passe de la borne : Soleil38"
    finding_fields = {
        "kind": "far",
        "who": "public",
        "source": "Une réunion",
        "confirms": "oui",
        "year": 2026,
    }
    for page, form_data in (
        ("commentaires", {"synthese": secret}),
        ("constats", finding_fields | {"words": secret}),
    ):
        answer = client.post(f"/espace/territoires/38151/{page}/", form_data)
        assert answer.status_code == 400 and "aucun mot de passe" in text_of(answer)
        assert "Soleil38" in answer.content.decode(), "what was typed is still there"
    assert not Finding.objects.exists() and not queries.typed_comments("38151")


def test_grid_separates_findings_made_elsewhere(client, study):
    page = text_of(client.get(f"{ADDRESS}grille/"))
    assert "Rien ne dit que ce soit vrai ici." in page
    assert "Vers qui les envoyer" in page


@pytest.mark.both_databases
def test_what_an_analyst_types_is_never_markup(client, coordinator, study, settings, tmp_path):
    shutil.copytree(settings.HOME / "etudes", tmp_path / "etudes")
    settings.HOME = tmp_path
    client.force_login(coordinator)
    client.post("/espace/territoires/38151/commentaires/", {"synthese": "<script>alert(1)</script>"})
    actions.publish_later.call(study.pk)
    dossier = (queries.folder(study) / "dossier.html").read_text("utf-8")
    assert "&lt;script&gt;alert" in dossier
    assert "<script>alert" not in dossier
    assert "<script>alert" not in client.get(ADDRESS).content.decode()
