"""The pictures of a territory and of published studies: each with its title, its source, its files."""

import html
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from math import ceil, floor
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest
from django.core.cache import caches

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.site.gallery import queries, views
from maillage.apps.steering.pilotage.queries import reports
from maillage.apps.surveys.models import Publication, Survey
from maillage.publishing.directory.census import (
    Actor,
    ActorPlace,
    ActorPractice,
    KindLine,
    Part,
    PracticeLine,
)
from maillage.publishing.gallery import drawings, territory
from maillage.publishing.gallery import plate as plates
from maillage.publishing.gallery.frame import framed
from maillage.publishing.gallery.plate import PUBLISHED, Plate
from maillage.publishing.page import charts
from maillage.publishing.territory.field import Action
from maillage.publishing.territory.reading import Compared
from tests.conftest import PLACE
from tests.support.offers import line
from tests.support.speed import within

pytestmark = pytest.mark.django_db
COUNTED = ("acteurs", "services-des-lieux", "gratuite", "sensibilisation", "indicateurs")
HEAVIEST = 300_000  # bytes of a page
SECONDS = 1.0  # of processor, to draw the pictures of a territory already computed


@pytest.fixture
def drawn(study):
    """The plates of a study, those of its places included."""
    return {plate.id: plate for plate in queries.plates_of(study)}


@pytest.fixture(scope="module")
def published(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return {plate.id: plate for plate in queries.published_plates()}


def test_a_territory_computed_shows_its_pictures_within_a_second(client, study):
    client.get(f"/territoires/{PLACE}/images/")  # reads the tables that every page of a territory reads
    caches["reads"].clear()
    with within(SECONDS):
        page = client.get(f"/territoires/{PLACE}/images/").content.decode()
    assert page.count('class="carton planche"') > 8
    assert not re.search(r"\bI-\d{3}\b", page)


def test_ten_pictures_stand_first_and_the_rest_is_folded(client, study, monkeypatch):
    monkeypatch.setattr(views, "FIRST_PLATES", 3)
    page = client.get(f"/territoires/{PLACE}/images/").content.decode()
    first, _, folded = page.partition('id="autres-images"')
    assert first.count('class="carton planche"') == 3 and folded.count('class="carton planche"') > 5


def test_a_zone_is_a_picture_to_share_only_where_its_class_is_very_likely(study):
    """« Peut-être numérique et sociale à la fois, avec 30 % de chances » n’est pas une image à partager."""
    subject = reports.subject(study, date(2026, 11, 21))
    unsure = tuple(replace(zone, cell_odds=0.3, is_likely=False) for zone in subject.reading.zones)
    plate = territory._sheet(
        replace(subject, reading=replace(subject.reading, zones=unsure)), territory.Link("", "", "", "")
    )
    assert not plate.svg and "8 chances sur 10 ou plus" in plate.reason


def test_a_territory_leads_to_its_pictures(client, study):
    assert f'href="/territoires/{PLACE}/images/"' in client.get(f"/territoires/{PLACE}/").content.decode()
    assert client.get(f"/galerie/?q={PLACE}")["Location"] == f"/territoires/{PLACE}/images/"
    assert "Aucun territoire ne s’appelle" in client.get("/galerie/?q=zzzzzzz").content.decode()


def test_a_picture_that_nobody_computed_is_awaited_at_its_address(client, home):
    """L’adresse d’une image ne change pas : tant que le calcul dure, elle dit quoi faire."""
    response = client.get("/territoires/38151/images/part.svg")
    assert (response.status_code, response["Retry-After"]) == (503, "120")
    assert "Revenez dans quelques minutes" in response.content.decode()
    assert client.get("/integrer/images/38151/part/").status_code == 503
    assert Study.objects.get(place="38151").status == "queued"
    assert client.get("/territoires/38151/images/")["Location"] == "/territoires/38151/?apres=images/"
    assert client.get("/territoires/rien-de-tel/images/part.svg").status_code == 404


def test_a_picture_that_no_study_draws_is_awaited_by_nobody(client, home):
    for address in (
        "/territoires/38151/images/38151.38151",
        "/territoires/38151/images/part.38151",
        "/territoires/38151/images/38151.svg",
        "/integrer/images/38151/38151/",
    ):
        assert client.get(address).status_code == 404, address
    assert not Study.objects.filter(place="38151").exists(), "nothing is computed for it"


def test_every_picture_of_a_territory_has_a_name_that_is_awaited(drawn):
    assert [id for id in drawn if not queries.may_exist(PLACE, id)] == []


def test_a_shared_picture_carries_its_title_its_key_and_its_source(client, drawn):
    framed = client.get(f"/territoires/{PLACE}/images/numerique.svg").content.decode()
    words = html.unescape(" ".join(re.findall(r">([^<>]+)</text>", framed)))
    plate = drawn["numerique"]
    for text in (plate.title, plate.source.split(". ")[0], *(words for _, words in plate.key)):
        assert text in words, text
    alone = client.get(f"/territoires/{PLACE}/images/numerique.svg?voir=1").content.decode()
    assert "Champ\xa0:" in words and "Champ\xa0:" not in alone


def test_a_picture_has_its_facts_for_whoever_reuses_it(client, drawn):
    facts = client.get(f"/territoires/{PLACE}/images/part.metadata.json").json()
    assert facts["titre"] == drawn["part"].title
    assert facts["nature"] == "estimé"
    assert facts["territoire"]["code"] == PLACE
    assert facts["source"] == drawn["part"].source
    for form, address in facts["fichiers"].items():
        assert client.get(address).status_code == 200, form
    assert client.get(facts["integrer"]).status_code == 200


def test_a_picture_may_be_framed_by_any_site(client, drawn):
    response = client.get(f"/integrer/images/{PLACE}/part/")
    assert "frame-ancestors *" in response["Content-Security-Policy"]
    assert "X-Frame-Options" not in response
    page = html.unescape(response.content.decode()).replace("\xa0", " ")
    for words in (drawn["part"].title, drawn["part"].source):
        assert words.replace("\xa0", " ") in page


def test_the_picture_of_the_share_claims_a_gap_only_beyond_the_interval(drawn, study):
    """Le taux de la France dans la fourchette imprimée : aucun écart ne se dit."""
    rate = dossiers.needs(dossiers.folder(study) / "etude.json").territory["taux_precarite_numerique"]
    inside = floor(rate["bas"]) <= 15 <= ceil(rate["haut"])  # as they are printed
    assert ("pas d’écart sûr avec la France" in drawn["part"].title) == inside


def test_each_published_plate_is_of_a_family_that_the_page_lists(published):
    assert {plate.family for plate in published.values()} == set(PUBLISHED)


def test_each_drawing_has_a_conclusion_a_table_and_a_source(drawn, published):
    assert not drawn.keys() & published.keys()
    for plate in (*drawn.values(), *published.values()):
        assert bool(plate.svg) != bool(plate.reason), plate.id
        if plate.svg:
            assert plate.title and plate.title != plate.about, plate.id
            assert not re.search(r"\bnan\b|None|\*\*|\.\.", plate.title + plate.source), plate.id
            assert plate.table.rows and plate.source, plate.id
            assert {len(row) for row in plate.table.rows} == {len(plate.table.columns)}, plate.id
            assert 'role="' in plate.svg and ("aria-label" in plate.svg or "<title" in plate.svg), plate.id


@pytest.mark.parametrize("id", ["fiche", "ici-et-en-france"])
def test_two_bars_a_row_tell_their_figures_to_whoever_does_not_see_them(drawn, id):
    words = html.unescape(re.search('aria-label="([^"]*)"', drawn[id].svg)[1]).replace("\xa0", " ")
    names = re.findall(r'<text x="0"[^>]*>([^<]*)</text>', drawn[id].svg)
    assert names and words.count(" %") >= 2 * drawn[id].svg.count('class="plein"')
    assert all(html.unescape(name).replace("\xa0", " ") in words for name in names), "whole, line by line"
    assert max(map(len, names)) <= charts.LONGEST_LINE, "no label is cut at the edge"


def test_the_title_of_a_sheet_names_its_zone(drawn):
    title, about = (text.replace("\xa0", " ") for text in (drawn["fiche"].title, drawn["fiche"].about))
    assert title.startswith(f"{about.partition(', à côté')[0]} : ")


def test_only_what_nobody_counted_here_is_not_drawn(client, drawn):
    """A study without places nor actions of its own: all that needs neither is a picture."""
    missing = {plate.id for plate in drawn.values() if plate.reason}
    assert missing == {*map(territory.gap_id, territory.GAPS), *COUNTED}
    page = client.get(f"/territoires/{PLACE}/images/").content.decode()
    assert "Pas encore d’image ici" in page
    assert client.get(f"/territoires/{PLACE}/images/acteurs.svg").status_code == 404


def test_a_published_survey_gives_its_charts_to_its_territory_until_it_is_withdrawn(client, study):
    """Une enquête publiée n’avait aucune image dans la page de son territoire."""
    at = datetime(2026, 11, 15, 9, tzinfo=UTC)
    survey = Survey.objects.create(
        kind="inhabitants", title="Habitants", slug="habitants", territory=PLACE, made_at=at
    )
    question = {
        "question": "lieu_connu",
        "libelle": "Connaissez-vous un lieu ?",
        "groupe": "",
        "arrondi": "nearest",
    }
    question |= {"base": 238, "calcul": "redressé", "univers": "habitants"}
    no = question | {"modalite": "non", "libelle_modalite": "Non", "part": 68, "bas": 61, "haut": 73}
    svg = '<svg viewBox="0 0 462 118" role="img" aria-label="Non : 68 %"><rect fill="url(#constat-1)"/></svg>'
    caption = "Connaissez-vous un lieu ? Base : habitants, 238 réponses."
    alt = "68\xa0% des habitants ne connaissent aucun lieu. Non : 68\xa0% (entre 61 et 73\xa0%)."
    picture = {"kind": "picture", "svg": svg, "alt": alt, "caption": caption}
    content = {"tables": [no], "document": {"chapters": [{"blocks": [{"left": [picture]}]}]}}
    edition = Publication.objects.create(survey=survey, number=1, content=content, published_at=at)
    plates_by_id = {plate.id: plate for plate in queries.plates_of(study)}
    plate = plates_by_id["enquete-inhabitants-lieu-connu"]
    assert plate.title == "68\xa0% des habitants ne connaissent aucun lieu"
    assert plate.table.rows == (("Non", "68\xa0% (entre 61 et 73\xa0%)"),)
    assert "2026" in plate.source and "238" in plate.source
    address = f"/territoires/{PLACE}/images/{plate.id}.svg"
    assert client.get(address).status_code == 200
    assert plate.title in html.unescape(client.get(f"/territoires/{PLACE}/images/").content.decode())
    Publication.objects.filter(pk=edition.pk).update(withdrawn_at=at)
    assert client.get(address).status_code == 404


def test_what_a_document_does_not_print_is_missing_and_never_zero(published):
    """« Une connexion Internet à la maison 0 % » : le document de Maubeuge ne l’imprime pas."""
    invented_plates = [plate for plate in published.values() if "fabriqué pour" in plate.source]
    assert len(invented_plates) > 15
    for plate in invented_plates:
        assert not [row for row in plate.table.rows if "0\xa0%" in row], plate.id
    tablet = next(row for row in published["equipement"].table.rows if row[0] == "Une tablette")
    assert tablet[1:] == ("–", "manquant", "–")
    assert published["equipement"].svg.count('<rect fill="url(#g-equipement)" x="1" y=') == 3
    assert published["equipement"].svg.count(">manquant</text>") == 3
    assert "Manquant\xa0: le document publié n’imprime" in published["equipement"].source


def test_answers_that_are_all_there_is_do_not_come_first(published):
    assert published["decouverte"].title == "Aucune réponse ne se détache"
    assert "entre 87 et 100" in published["satisfaction"].title


def test_what_documents_print_is_drawn_as_printed(published):
    """Everybody whose answer is known telephones the Caf."""

    def rows_of_plate(name: str) -> list[str]:
        return [" ".join(row).replace("\xa0", " ") for row in published[name].table.rows]

    for name, printed in (
        ("themes", (46, 44, 24, 22)),
        ("formats", (79, 58, 50)),
        ("publics-20-60-20", (20, 60, 20)),
    ):
        assert len(rows_of_plate(name)) == len(printed), name
        for percent, row in zip(sorted(printed), sorted(rows_of_plate(name), key=first_percent), strict=True):
            assert first_percent(row) == percent, row
    never, hard, alone, phone, mail, helped, whom = map(first_percent, rows_of_plate("caf"))
    assert (never + hard, alone, phone, whom) == (65, 35, 37, 70)
    assert mail == 33 and helped > 50


def first_percent(row: str) -> int:
    """Return the first percent of a row of a table."""
    match = re.search(r"(\d+) %", row)
    assert match is not None, row
    return int(match[1])


def test_places_and_actions_that_are_counted_are_drawn():
    """Where a census was taken and a register written; none of these plates then gives a reason."""
    wifi = PracticeLine(
        id="wifi", label="Wifi", is_described=True, n_today=31, n_planned=2, share="40\xa0%", bar=40, how=""
    )
    kinds = [
        KindLine(label=label, n_places=n, n_structures=0, share="", bar=n)
        for label, n in (("Autre", 9), ("Mairie", 5))
    ]
    library = ActorPlace(id="m", name="Médiathèque", practices=(ActorPractice("Wifi", "today"),))
    actor = Actor(name="La Ville", kind="Mairie", places=(library,), is_known=True)
    census = SimpleNamespace(
        n_places=14, n_talking=12, n_silent=2, unmentioned="", source="Compté ce jour.", kinds=kinds,
        practices=(wifi,), actors=(actor,), shares=SimpleNamespace(free=Part(3, 4, "75\xa0%", 0.75)),
    )  # fmt: skip
    action = Action(kind="Stand", name="Au marché", place="Ici", when="2026", public="tous", met="")
    plates = {each.id: each for each in territory.counted(census, [action], territory.Link("", "", "", ""))}
    assert not [each.id for each in plates.values() if each.reason]
    assert plates["acteurs"].title.replace("\xa0", " ") == "14 lieux, 9 sans type connu ; d’abord : mairie"
    assert plates["acteurs"].table.rows == (("La Ville", "Mairie", "Médiathèque (wifi)"),)
    assert plates["services-des-lieux"].table.rows[0][:3] == ("Wifi", "31", "2")
    assert plates["gratuite"].table.rows == (("Gratuit", "3"), ("Payant, ou selon la situation", "1"))
    assert plates["sensibilisation"].table.rows[0][-1] == "pas compté"


def test_a_drawing_goes_as_picture_and_its_table_as_a_file(client):
    for form, kind in (("svg", "image/svg+xml"), ("png", "image/png")):
        response = client.get(f"/galerie/planches/critere.{form}")
        assert (response.status_code, response["Content-Type"]) == (200, kind)
        assert "attachment" in response["Content-Disposition"]
    assert "<style>" in client.get("/galerie/planches/critere.svg").content.decode()
    table = client.get("/galerie/planches/critere.csv").content.decode()
    assert table.splitlines()[0].endswith("Source")
    assert "Que ce soit gratuit" in table
    assert client.get("/galerie/planches/critere.exe").status_code == 404
    assert client.get("/galerie/planches/rien.csv").status_code == 404
    assert client.get("/galerie/rien/").status_code == 404


def test_pages_are_light_and_maps_load_when_visible(client, drawn, monkeypatch):
    monkeypatch.setattr(plates, "HEAVY", 6_000)  # the maps of one commune are light
    for address in (f"/territoires/{PLACE}/images/", *(f"/galerie/{family}/" for family in PUBLISHED)):
        page = client.get(address).content.decode()
        assert len(page.encode()) <= HEAVIEST, address
        assert not re.findall(r"<style| style=", page), address
        assert re.findall(r"<img(?![^>]*loading=.lazy)", page) == []
    heavy = [plate for plate in drawn.values() if plate.svg and plate.is_heavy]
    assert heavy
    page = client.get(f"/territoires/{PLACE}/images/").content.decode()
    for plate in heavy:
        assert f'src="/territoires/{PLACE}/images/{plate.id}.svg?voir=1"' in page
        assert plate.size[0] > 300


def test_printed_percentages_are_those_of_the_studies(published):
    """The shares printed by Strasbourg cover all its structures, not only respondents."""
    percents = dict(row for name in ("besoins", "canaux") for row in published[name].table.rows)
    assert percents["Moyens humains"].startswith("45")
    assert percents["Orientation par des structures partenaires"].startswith("73")
    assert published["type-structure"].table.rows[0][:2] == ("Association", "19")


def test_the_outline_of_a_territory_has_no_class(drawn):
    assert not re.search(r'class="zone (?!fond)', drawn["perimetre"].svg)
    assert "<text" in drawn["perimetre"].svg


def test_each_link_of_each_page_leads_somewhere(client, drawn):
    addresses: dict[str, str] = {}
    for page in (
        "/galerie/",
        f"/territoires/{PLACE}/images/",
        *(f"/galerie/{family}/" for family in PUBLISHED),
    ):
        main = client.get(page).content.decode().partition("<main")[2].partition("</main")[0]
        for href in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', main):
            addresses.setdefault(urljoin(page, href).partition("#")[0], page)
    files = re.compile(r"/(planches|images)/[\w-]+\.")
    pages = {href: page for href, page in addresses.items() if not files.search(href)}
    assert "/dematerialisation/" in pages
    assert not {href: page for href, page in pages.items() if client.get(href).status_code >= 400}


@pytest.mark.parametrize(
    ("high", "words"),
    [
        (560.0, "480 personnes n’en ont pas à portée"),
        (26_000.0, "aucun manque à portée n’est certain (entre 400 et 26 000 personnes)"),
    ],
    ids=["narrow", "vague"],
)
def test_title_of_a_gap_gives_no_number_when_its_bounds_are_vague(high, words):
    wifi = SimpleNamespace(
        state="offert",
        label="Wifi",
        missing_low=400.0,
        missing_high=high,
        missing_about="480 personnes",
        missing_sentence="" if high < 1_000 else "entre 400 et 26 000 personnes",
    )
    assert territory._gap_words(wifi) == words


def test_the_gaps_of_which_none_is_sure_are_one_picture(monkeypatch):
    """Sept images disaient « aucun manque à portée n’est certain » ; leurs fichiers gardent leur adresse."""
    unsure = {"state": "ici", "missing": "0 – 900", "missing_high": 900.0, "share_bounds": (90.0, 100.0)}
    sure = {"state": "ici", "missing_low": 300.0, "missing_high": 400.0, "missing_about": "350 personnes"}
    lines = (line("wifi", **unsure), line("formation", **unsure), line("assistance", **sure))
    offer = SimpleNamespace(territory=SimpleNamespace(lines=lines), source="Recensement")
    monkeypatch.setattr(
        territory,
        "_gap",
        lambda s, of: Plate(id=territory.gap_id(of.id), family="offre", requirements=(), about="", title=""),
    )
    monkeypatch.setattr(territory, "_source", lambda r, what="": "")
    plates = territory._gaps(SimpleNamespace(reading=SimpleNamespace(offer=offer)))
    assert [(plate.id, plate.joined_in) for plate in plates] == [
        ("manque-wifi", "manques-incertains"),
        ("manque-formation", "manques-incertains"),
        ("manque-assistance", ""),
        ("manques-incertains", ""),
    ]
    assert plates[-1].svg and plates[-1].title.replace("\xa0", " ").startswith(
        "Aucun manque n’est certain pour 2 services"
    )
    assert plates[-1].table.rows[0][2:] == ("900 au plus", "10\xa0% au plus")


def test_the_communes_without_a_place_are_no_title_of_a_map_of_reach():
    """« Aucun lieu sur place dans 8 communes » headed a map where everybody has one within reach by car."""
    wifi = SimpleNamespace(
        state="offert", label="Wifi", missing_low=0.0, missing_high=0.0, missing_about="", missing_sentence=""
    )
    communes = (SimpleNamespace(offer="Wifi", without=range(8), unknown=()),)
    assert territory._gap_words(wifi) == "aucun manque à portée n’est certain"
    words = territory._bare_words(wifi, SimpleNamespace(communes=communes)).replace("\xa0", " ")
    assert words == " Aucun lieu sur place dans 8 communes."


@pytest.mark.parametrize(
    ("cell", "between", "shows_class"),
    [("numerique", "16 – 20 %", False), ("numerique", "20 – 24 %", True), ("sociale", "16 – 20 %", True)],
)
def test_a_sheet_says_a_digital_need_only_where_its_share_is_surely_above_the_mean(
    cell, between, shows_class
):
    """« La difficulté est numérique, plus que sociale » stood over 18 % here and 18 % on average."""
    zone = SimpleNamespace(code="36202", cell=cell, share_between=between)
    sheet = SimpleNamespace(comparison=(SimpleNamespace(reference_value=0.18),))
    assert territory._shows_its_class(zone, SimpleNamespace(sheets={"36202": sheet})) is shows_class


def test_what_statisticians_read_is_under_the_method_and_not_among_the_pictures_to_share(client, drawn):
    response = client.get(f"/territoires/{PLACE}/images/")
    shared_ids = {plate.id for plate in response.context["plates"]}
    of_method = {plate.id for plate in response.context["of_method"]}
    assert {"marge", "evaluation-numerique", "evaluation-sociale"} == of_method
    assert shared_ids.isdisjoint(of_method) and "methode-en-images" in response.content.decode()
    assert client.get(f"/territoires/{PLACE}/images/marge.svg").status_code == 200


def test_evaluation_social_counts_the_variables_that_its_drawing_lists(study):
    """« d’après 1 variable » titrait un dessin qui en liste six : une seule était connue de toutes les zones."""
    reading = dossiers.reading(study)
    index = replace(reading.index, variables=reading.index.variables[:1])
    plate = territory._evaluation_social(SimpleNamespace(reading=replace(reading, index=index)))
    n = len(index.known)
    assert n > 1 and f"d’après {n} variables" in plate.title.replace("\xa0", " ")


def svg_text(svg):
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def test_a_picture_sent_alone_says_its_territory(study, drawn):
    name = dossiers.reading(study).territory.name
    for plate in drawn.values():
        if plate.svg:
            assert html.escape(name) in svg_text(framed(plate, where="")), plate.id


def test_the_picture_of_the_levels_names_each_with_its_share_and_its_answer(study, drawn):
    """Quatre rectangles sans nom, et celui du titre sans nombre."""
    words = svg_text(drawn["segments"].svg).replace("\xa0", " ")
    for level in dossiers.reading(study).levels.lines:
        assert f"{level.label} : {level.share}".replace("\xa0", " ") in words
        assert f"réponse : {level.answer[0].lower()}{level.answer[1:]}" in words


def test_a_share_has_the_same_decimals_in_a_title_and_on_its_bar(drawn):
    """15,4 % dans le titre, 15 % sur la barre."""
    plate = drawn["part"]
    (country,) = re.findall(r"\(([\d,]+\s%)\)$", plate.title)
    assert country in svg_text(plate.svg)


def test_the_sheet_of_a_zone_draws_no_line_against_its_title(study):
    """« Numérique et sociale à la fois », et les HLM sous la moyenne ; un village pour un quartier."""
    zone = next(z for z in dossiers.reading(study).zones if z.cell)
    high, low = (
        Compared(name, "", "", *pair) for name, pair in (("plus", (0.3, 0.2)), ("moins", (0.1, 0.2)))
    )
    both = replace(zone, cell="les_deux")
    rows, against = territory._agreeing(both, (high, high, low))
    assert [row[0] for row in rows] == ["plus", "plus"] and against == [low]
    rows, against = territory._agreeing(replace(zone, cell="numerique"), (high, high, low))
    assert [row[0] for row in rows] == ["plus", "moins"] and against == [high]


def test_a_map_holds_its_main_town_larger():
    view = '<svg class="fig carte" viewBox="0 0 1000 {}" role="img"><path/></svg>'
    both = drawings.with_town(view.format(700), view.format(800), "Montluçon, en plus grand")
    assert both.count("<svg") == 3 and "Montluçon, en plus grand" in svg_text(both)
    assert 'viewBox="0 0 1000 1560"' in both
    assert drawings.with_town(view.format(700), "", "") == view.format(700)
