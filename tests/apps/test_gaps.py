"""The offer of a territory on the site: counted places, estimated people, what-if, grid; and a directory
that moves on.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from django.template.loader import render_to_string
from django.utils import timezone

from maillage.apps.directory.intake.actions import importing
from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import studied
from maillage.apps.dossiers import actions, queries, rules
from maillage.apps.dossiers.forms import ChoiceForm, WhatIfForm
from maillage.apps.dossiers.models import Finding, Scenario, Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.dossiers.views import offer, pages
from maillage.apps.steering.plans.queries import proposals
from maillage.kernel.names import plain
from maillage.publishing.directory import census
from maillage.publishing.territory import agreements, criteria, gaps, service_groups, synthesis
from maillage.publishing.territory import offer as offer_reports
from maillage.publishing.territory.chapters.offer import offer_annex, offer_chapter
from maillage.publishing.territory.findings import FieldFinding
from maillage.publishing.territory.mismatches import mismatches
from maillage.publishing.territory.reading import (
    CallList,
    CommuneList,
    FinishedCensus,
    MissingLine,
    OfferLine,
    OfferReading,
    PublicOffer,
    ZoneOffer,
)
from maillage.publishing.territory.subject import offer_chart
from maillage.reference import findings
from maillage.reference.cards import cards
from maillage.reference.definitions import DEFAULT, definition
from maillage.reference.surveys import banks
from maillage.reference.travel import CAR, FOOT, MODES
from maillage.sources import streets, timetables
from maillage.sources.offer import files
from maillage.sources.offer.forms import read as forms
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.engine import agreement
from maillage.statistics.need import population as frames
from maillage.statistics.offer import census as offer_census
from maillage.statistics.offer import siting
from maillage.statistics.offer.grounds import with_places
from maillage.statistics.offer.silence import Between
from maillage.statistics.offer.travel import travel_by
from maillage.statistics.offer.what_if import catchment
from maillage.statistics.offer.whereabouts import Place
from maillage.statistics.people.observed import Moved
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from maillage.words.wording import NBSP, spaced_within
from tests.conftest import account
from tests.support.anchors import broken_anchors
from tests.support.gtfs import EVERY_DAY, Line, feed
from tests.support.lieux import lieu
from tests.support.offers import line
from tests.support.places import LATER, place
from tests.support.prose import text_of
from tests.support.street import at, network, offered_of
from tests.support.street import ground as street

pytestmark = pytest.mark.django_db
PLACE = "38151"
UNSAID, UNDECIDED = "donnee-manquante", "indecis"
NOTHING = census.part(0, 0)
EMPTY = census.Shares(free=NOTHING, hours=NOTHING, phone=NOTHING, recent=NOTHING, evening_or_weekend=NOTHING)
AT = datetime(2026, 11, 20, tzinfo=UTC)


def folds_of(response) -> dict[str, str]:
    """Return the headings under which a part is folded on a phone, with the line that opens it."""
    folds = re.findall(
        r'<h2[^>]*>([^<]*)</h2>\s*<details class="source plie-etroit"\s*>\s*<summary>([^<]*)',
        response.content.decode(),
    )
    return {title.strip(): " ".join(words.split()) for title, words in folds}


@pytest.fixture
def offered(home, django_user_model):
    """Échirolles with the real census of Isère, computed as the worker does."""

    result = files.places(
        forms.read(cards()["hinaura-isere"].file), today=date(2026, 11, 20), source="Hinaura"
    )
    importing.take_in(
        result, source="Hinaura", digest="0" * 64, by=None, at=datetime(2026, 11, 20, tzinfo=UTC)
    )
    study = actions.ask(StudyRequest(place=PLACE))
    actions.compute(study)
    study.refresh_from_db()
    assert study.error is None
    return study


@pytest.mark.slow("the real census of a département, computed once for all the pages that read it")
def test_the_pages_of_an_offer(offered, client, monkeypatch):
    """Une seule étude, tous ses écrans : un calcul est long, une page ne l’est pas."""
    page = text_of(client.get(f"/territoires/{PLACE}/manques/?offre=libre_acces_accompagne"))
    assert "à 30 minutes à pied" in page
    assert "ne précisent pas leur offre" in page
    assert not re.search("hors de portée|périmètre|sans détail", page), "words that everybody reads"
    assert "L’ordre n’est pas un classement" in page
    assert re.search(
        r"pour environ .* personnes, on ne sait pas si elles l’ont à portée\. Les? réponses?", page
    )
    unknown = text_of(client.get(f"/territoires/{PLACE}/manques/?offre=orientation"))
    assert "Donnée manquante" in unknown
    opened = client.get(f"/territoires/{PLACE}/manques/")
    assert text_of(client.get(f"/territoires/{PLACE}/manques/?offre=nimporte")) == text_of(opened)
    heaviest = gaps.best_known(queries.reading(offered).offer)
    assert opened.context["line"] == heaviest.id, "never a filter first"
    firm = [each["line"] for each in opened.context["services"]]
    assert any(gaps.is_unsure(each) for each in firm)
    assert any("Appeler" in group.step for group, _ in opened.context["groups"])
    assert [each.state == UNSAID for each in firm] == sorted(each.state == UNSAID for each in firm)
    parts = [
        text_of(opened).index(title)
        for title in ("Ce qui manque, et par où commencer", "Service par", "Un service,")
    ]
    assert parts == sorted(parts)

    address = f"/territoires/{PLACE}/manques/?offre=libre_acces_accompagne"
    first, every = client.get(address), client.get(f"{address}&zones=toutes")
    assert len(first.context["rows"]) == offer.FIRST_ZONES < len(every.context["rows"])
    assert first.context["rows"] == every.context["rows"][: offer.FIRST_ZONES]
    surely_without = [row["line"].missing_low for row in every.context["rows"]]
    assert surely_without == sorted(surely_without, reverse=True)
    later = every.context["rows"][offer.FIRST_ZONES]["zone"].code
    assert f"zones=toutes#manque-{later}" in first.content.decode(), "the map still leads to it"
    _a_long_list_shows_its_first_zones(client, monkeypatch)
    _each_zone_is_written_under_the_line_of_its_column(queries.reading(offered))
    _by_car_no_page_speaks_of_walking(client, offered, monkeypatch)
    loop = f"/territoires/{PLACE}/boucle/"
    assert client.get(loop).content.decode().count("#manque-") > 10, "some are not among the first rows"
    assert broken_anchors(client, loop) == set(), "each figure leads to its row, each « # » to what it names"
    assert "Trois points à regarder" in page
    assert "Là où le besoin est fort et l’offre manque" in page
    # FS-07: one line per object; what is long is folded, and the doubt of the line is told once, above
    folded = "".join(re.findall(r"<details.*?</details>", first.content.decode(), re.DOTALL))
    for title in ("Les listes, et leur règle", "Trois points à regarder", "À lire avec prudence"):
        assert title in folded, title
    doubts = {row["line"].doubt for row in first.context["rows"]} - {""}
    assert first.context["service_line"].doubt and doubts
    table = first.content.decode().split('id="zones"')[1].split("</table>")[0]
    assert not any(doubt in table for doubt in doubts)
    reasons = {row["reason"] for row in first.context["rows"]} - {""}
    assert reasons and all(unescape(table).count(f">{reason}<") for reason in reasons), "each row says why"

    places = text_of(client.get(f"/territoires/{PLACE}/lieux/"))
    census_page = queries.census_page(offered, on=date(2026, 11, 20))
    assert f"{census_page.n_places} lieu" in places
    assert (census_page.n_structures, census_page.n_unknown) == (0, census_page.n_places), (
        "no sheet names its structure"
    )
    assert "Leurs structures ne sont pas connues." in places
    assert f"{census_page.n_silent} ne précisent pas leur offre" in places

    assert "Compté le 20 novembre 2026. Fiches de Hinaura" in census_page.source
    assert "Aucun lieu n’en parle, ni pour dire oui ni pour dire non." in places
    assert "on vous oriente" in census_page.unmentioned
    assert "formation" not in census_page.unmentioned
    # FS-07: each part of the page is a line of a phone, which says how much it holds and opens.
    assert folds_of(client.get(f"/territoires/{PLACE}/lieux/")) == {
        "Ce qu’on y trouve": f"{len(census_page.practices)} pratiques",
        "Qui les porte": f"{len(census_page.kinds)} types de structures",
        "Commune par commune": f"{len(census_page.communes)} commune",
        "Les acteurs du territoire": f"{len(census_page.actors)} acteurs",
    }

    suitability = census_page.suitability
    assert suitability.n == census_page.n_places
    assert (
        int(suitability.suitable.split()[0]) + suitability.n_to_accompany + suitability.n_unknown
        == suitability.n
    )
    assert "Pour les personnes les plus fragiles" in places

    verdicts = text_of(client.get(f"/territoires/{PLACE}/grille/"))
    assert "donnée manquante" in verdicts
    assert "Fort dès" in verdicts, "each verdict shows its rule"
    assert "Axes de progrès" in verdicts or "Points forts" in verdicts

    _findings_stand_beside_the_verdicts(client)

    _another_process_makes_no_ground_again(client, offered, monkeypatch)
    base = f"/territoires/{PLACE}/manques/et-si/?offre=libre_acces_accompagne"
    best = client.get(f"{base}&geste=meilleurs&combien=2")
    assert best.context["answer"]["proposal"].sites
    assert "Demandez-leur d’abord" in text_of(best), "silent places are no absence"
    assert "Aucun autre choix ne ferait mieux. Ce gain, lui, n’est pas sûr." in text_of(best)
    giving = [p for p in queries.ground(offered).places if "libre_acces_accompagne" in p.offers]
    line = next(p.id for p in giving if p.commune == PLACE)
    closed = client.get(f"{base}&geste=fermer&lieu={line}")
    assert closed.context["answer"]["change"].offer == "Libre accès accompagné"
    opened = client.get(f"{base}&geste=ouvrir&ou=zone:{queries.ground(offered).zones[0].code}")
    assert opened.status_code == 200
    wrong = client.get(f"{base}&geste=ouvrir&ou=zone:99999")
    assert wrong.status_code == 200
    assert wrong.context["tried"].errors["ou"]
    assert "answer" not in wrong.context
    before = client.get(base)
    assert before.context["tried"] is None, "nothing is said to be wrong before anything is tried"

    own = client.get(
        f"{base}&geste=meilleurs&combien=1&points=March%C3%A9+des+Essarts+:+45.1428+5.7117%0AMairie+:+Grenoble"
    )
    assert own.context["answer"]["proposal"].sites[0].name in ("Marché des Essarts", "Mairie")
    served = client.get(f"{base}&geste=desserte&combien=1")
    assert "Où un arrêt de bus changerait le plus" in served.content.decode()
    assert len(served.context["answer"]["proposal"].sites) <= 1
    nowhere = client.get(f"{base}&geste=arrets&points=March%C3%A9+:+Trifouillis-les-Oies")
    assert "Ligne 1, « Trifouillis-les-Oies » : nous ne savons pas où c’est" in text_of(nowhere)
    assert nowhere.content.decode().count('id="reponse"') == 1, (
        "the form leads to its answer, or to what is wrong"
    )
    assert "Rien n’a été essayé." in text_of(nowhere)

    old = client.get(f"/territoires/{PLACE}/manques/?offre=formation&public=seniors")
    assert "personnes au plus Personnes de 60 ans et plus" in text_of(old), "no « entre 0 et » in large"
    everybody = client.get(f"/territoires/{PLACE}/manques/?offre=formation")
    seniors = old.context["reading"].offer.publics["seniors"].territory
    assert old.context["service_line"] == next(each for each in seniors if each.id == "formation")
    assert "L’offre à se partager" in text_of(everybody)
    assert "pour 1 000 personnes concernées" in text_of(everybody)
    assert "D’où viennent ces chiffres ?" in text_of(everybody)
    assert "La règle :" in text_of(everybody)

    _check_map_point_is_tried_then_saved(offered, client, base)
    _the_directory_moves_on(offered, client)


def _each_zone_is_written_under_the_line_of_its_column(reading):
    annex = offer_annex(reading, reading.offer)
    table = next(block for block in annex.blocks if getattr(block, "columns", ())[:2] == ("Zone", "Lieux"))
    rows = {cells[0].text: [cell.text for cell in cells[2:]] for cells in table.rows}
    compared = 0
    for zone in reading.offer.zones.values():
        lines = {line.label: line for line in zone.lines}
        for label, cell in zip(table.columns[2:], rows.get(zone.name, ()), strict=False):
            line = lines[label]
            assert cell == (line.places if line.n_places else line.sign), (zone.name, label)
            compared += 1
    assert compared > 20
    assert len(table.columns) > 4, "several columns, whose order counts"


def _a_long_list_shows_its_first_zones(client, monkeypatch) -> None:
    """Isère : 141 ko de noms pliés dans une page de 385."""
    address, listed = (
        f"/territoires/{PLACE}/manques/?zones=toutes",
        re.compile(r"<li>\s*<a href=\"[^\"]*/zones/"),
    )
    complete_page = client.get(address).content.decode()
    monkeypatch.setattr(offer, "LISTED", 3)
    first = client.get(address).content.decode()
    longest = max(len(each.zones) for each in client.get(address).context["lists"])
    assert longest > 3 and len(listed.findall(first)) < len(listed.findall(complete_page))
    assert f'href="?zones=toutes&amp;listes=toutes#listes">Les {longest} zones de cette liste</a>' in first
    every = client.get(f"{address}&listes=toutes").content.decode()
    assert (
        len(listed.findall(every)) == len(listed.findall(complete_page))
        and "zones de cette liste" not in every
    )


def _by_car_no_page_speaks_of_walking(client, study: Study, monkeypatch) -> None:
    """Hors du choix d’une autre façon d’y aller, et des règles de ce calcul fait à pied, gardées telles quelles."""
    read = queries.reading(study)
    by_car = replace(read, offer=replace(read.offer, mode=CAR, minutes=20, lists=(), cautions=()))
    zone = next(zone.code for zone in read.zones if zone.code in read.offer.zones)
    with monkeypatch.context() as patched:
        patched.setattr(queries, "reading", lambda _: by_car)
        for page in ("manques/", f"zones/{zone}/"):
            body = client.get(f"/territoires/{PLACE}/{page}").content.decode()
            words = text_of(
                SimpleNamespace(content=re.sub("<option.*?</option>", "", body, flags=re.S).encode())
            )
            assert "20 minutes en voiture" in words
            assert not re.findall("[àÀ] pied[^.]{0,20}|[^.]{0,20}la marche", words), page


def _check_map_point_is_tried_then_saved(offered, client, base: str) -> None:
    """Un point touché sur la carte est essayé, gardé sous un nom par qui écrit pour le territoire, rouvert, retiré."""
    page = client.get(base)
    west, north, scale, squeeze = map(
        float, re.findall(r'data-toucher="\s*([^"]*?)\s*"', page.content.decode())[0].split()
    )
    ground = queries.ground(offered)
    point = siting.middle(ground, ground.zone_of == 0)
    drawn = ((point[0] - west) * squeeze * scale, (north - point[1]) * scale)
    assert 0 < drawn[0] < 1000 and 0 < drawn[1] < 1250, "a finger finds the point where the map draws it"
    tried = f"{base}&geste=ouvrir&ou=point:{point[1]:.5f},{point[0]:.5f}"
    response = client.get(tried)
    assert response.context["answer"]["where"] == f"le point touché, {siting.zone_at(ground, *point)}"
    assert response.context["answer"]["change"].offer == "Libre accès accompagné"
    assert client.get(f"{base}&geste=ouvrir&ou=point:48.85000,2.35000").context["tried"].errors["ou"]
    assert "Garder cet essai" not in response.content.decode(), "a visitor keeps nothing"
    analyst = account("camille", "analyste", territory="38")
    client.force_login(analyst)
    address = f"/espace/territoires/{PLACE}/essais/"
    assert "Garder cet essai" in client.get(tried).content.decode()
    to_the_plan = f'href="/territoires/{PLACE}/plan/#s-proposees"'
    assert to_the_plan in client.get(tried).content.decode()
    assert to_the_plan not in response.content.decode() + client.get(base).content.decode(), (
        "once it is tried"
    )
    query = tried.split("?", 1)[1]
    assert "rien n’a été essayé" in text_of(
        client.post(address, {"nom": "Ici", "essai": "offre=x"}, follow=True)
    )
    client.post(address, {"nom": "Un accueil à l’Ouest", "essai": f"{query}&page=9"})
    row = Scenario.objects.get()
    assert (row.place, row.name, row.kept_by, "page" in row.query) == (
        PLACE,
        "Un accueil à l’Ouest",
        analyst,
        False,
    )
    again = client.get(f"/territoires/{PLACE}/manques/et-si/?{row.query}")
    assert again.context["answer"]["change"] == response.context["answer"]["change"]
    assert "Un accueil à l’Ouest" in again.content.decode()
    client.force_login(account("loin", "analyste", territory="59"))
    assert client.post(address, {"retirer": row.pk}).status_code == 404
    client.force_login(analyst)
    client.post(address, {"retirer": row.pk})
    assert not Scenario.objects.exists()
    client.logout()


def _another_process_makes_no_ground_again(client, offered, monkeypatch) -> None:
    """Le point de départ des essais est fait avec l’étude : un autre processus l’ouvre, sans rien refaire, et le refait s’il
    manque ou si un autre l’a écrit."""
    page, calls, real = f"/territoires/{PLACE}/manques/et-si/", [], queries.offer_census.ground_of
    with monkeypatch.context() as watched:
        watched.setattr(
            queries.offer_census, "ground_of", lambda *arguments: calls.append(arguments) or real(*arguments)
        )
        for step, n in (("étude finie", 0), ("fichier perdu", 1), ("fichier d’un autre", 2)):
            path = queries.ground_path(offered)
            if n == 1:
                path.unlink()
            if n == 2:
                path.write_bytes(path.read_bytes()[:-1] + b"!")
            for _ in range(2):
                queries._ground.cache_clear()
                assert client.get(page).status_code == 200
                if n == 2:
                    break
            assert len(calls) == n, step


def _findings_stand_beside_the_verdicts(client) -> None:
    before = text_of(client.get(f"/territoires/{PLACE}/grille/"))
    Finding.objects.create(
        place=PLACE, who="institutions", kind="told", source="Réunion", year=2025, written_at=AT
    )
    Finding.objects.create(
        place=PLACE,
        who="public",
        kind="told",
        confirms=False,
        words="Je ne savais pas",
        source="Marché",
        year=2026,
        written_at=AT,
    )
    Finding.objects.create(
        place=PLACE, who="social", kind="no_sale", source="Entretien", year=2026, written_at=AT
    )
    after = text_of(client.get(f"/territoires/{PLACE}/grille/"))
    assert "Les avis s’écartent : les collectivités et opérateurs le confirment, les habitants non." in after
    assert "« Je ne savais pas »" in after
    assert [before.count("donnée manquante"), before.count("point fort")] == [
        after.count("donnée manquante"),
        after.count("point fort"),
    ], "what people say changes no verdict"
    gaps = text_of(client.get(f"/territoires/{PLACE}/manques/"))
    assert "Il manque où acheter un ordinateur à petit prix" in gaps


def test_a_finding_is_noted_withdrawn_and_put_back(client, coordinator):
    address = f"/espace/territoires/{PLACE}/constats/"
    assert client.get(address).status_code == 302, "a stranger signs in first"
    client.force_login(coordinator)
    finding_fields = {
        "kind": "far",
        "confirms": "oui",
        "who": "social",
        "words": "Rien au nord",
        "source": "Entretien",
        "year": "2026",
    }
    assert client.post(address, finding_fields).status_code == 302
    row = Finding.objects.get()
    assert (row.place, row.kind, row.confirms, row.written_by) == (PLACE, "far", True, coordinator)
    assert client.post(address, {**finding_fields, "kind": "autre", "year": "1700"}).status_code == 400
    for _ in range(2):  # who withdraws second puts nothing back
        assert "Constat retiré." in text_of(client.post(address, {"retirer": str(row.pk)}, follow=True))
        assert queries.findings(PLACE) == []
    assert "Remettre" in text_of(client.get(address))
    for _ in range(2):
        assert "Constat remis." in text_of(client.post(address, {"remettre": str(row.pk)}, follow=True))
    assert [each.words for each in queries.findings(PLACE)] == ["Rien au nord"]
    assert client.post(address, {"retirer": "99999"}).status_code == 404
    assert client.get("/espace/territoires/zzz/constats/").status_code == 404


def test_every_finding_is_about_an_axis_of_the_grid():
    assert {kind.axis for kind in findings.kinds().values()} == set(criteria.AXES)


def test_what_actors_of_grenoble_found_may_be_noted_anywhere():
    """J-024, J-025: what social actors said, then digital ones, each with the axis that it touches."""
    kinds = findings.kinds()
    social = ["essential", "potential", "break", "imposed", "untrained", "personal", "unknown_offer"]
    digital = ["far", "means", "precarious", "equipment", "unprepared", "behind", "no_network"]
    assert [kinds[id].axis for id in social] == [
        "coordination", "attractivite", "visibilite", *["coordination"] * 3, "visibilite",
    ]  # fmt: skip
    assert [kinds[id].axis for id in digital] == [*["maillage"] * 4, *["attractivite"] * 2, "coordination"]
    assert {"social", "digital"} <= set(findings.participants())


def test_new_streets_leave_a_study_behind(home, monkeypatch):
    study = Study(key="cle", status=rules.DONE, offer="avant", offer_change=studied.last_change())
    study.finished_at = timezone.now() - timedelta(hours=1)
    assert not queries.offer_is_behind(study)
    ways = ([(5.70, 45.10), (5.71, 45.10)], {"highway": "residential"})
    streets.store(network(ways), home, file="essai.osm.pbf")
    monkeypatch.setattr(queries, "request_of", lambda _: None)
    monkeypatch.setattr(
        queries, "census_of", lambda _: offer_census.Census("essai", (), streets=streets.loaded(home))
    )
    assert queries.offer_is_behind(study)
    assert queries.changed_since(study) == "Les rues de la carte ou les horaires ont changé"
    study.offer_change -= 1
    assert queries.changed_since(study) == "L’annuaire, les rues de la carte ou les horaires ont changé"
    study.finished_at = timezone.now() + timedelta(hours=1)
    assert queries.changed_since(study) == "L’annuaire a changé"


def test_public_transport_is_offered_where_a_timetable_runs_and_leaves_its_studies_behind(home, tmp_path):
    transit = {mode for mode in MODES if mode.startswith("transports-")}
    assert len(transit) == 3 and not (transit | {"fauteuil"}) & set(queries.modes())
    study = Study(key="cle", status=rules.DONE, offer="avant", offer_change=studied.last_change())
    study.finished_at = timezone.now() - timedelta(hours=1)
    weekdays = EVERY_DAY.replace("1,1,1,1,1,1,1,2026", "1,1,1,1,1,0,0,2026")
    timetables.load([feed(tmp_path / "tram.zip", calendar=weekdays)], home, today=date(2026, 11, 30))
    assert transit & set(queries.modes()) == {"transports-mardi", "transports-mercredi"}
    by_bus = {"acces": "transports-mardi"}
    assert ChoiceForm(by_bus).study_request(PLACE).travel == "transports-mardi"
    assert ChoiceForm({"acces": "transports-samedi"}).study_request(PLACE).travel == ""
    assert queries.changed_since(study) == "Les rues de la carte ou les horaires ont changé"


def test_the_end_of_a_line_is_counted_and_the_homes_within_reach_of_a_place_are_drawn():
    """Le tram s’arrête : qui vit à la gare n’atteint plus le lieu du terminus."""
    table = {"zone": np.array(["gare", "terminus"]), "metre": np.zeros(2), "besoin": np.full(2, 1000.0)}
    ground = street(table, by=travel_by(MODES["transports-mardi"]), timetable=Line())
    stops = np.array([[5.70, 45.18], [5.74, 45.18]])
    place = Place(id="lieu", name="Lieu", lon=5.74, lat=45.18, offers=frozenset({"wifi"}))
    ground = with_places(replace(ground, areas=replace(ground.areas, points=stops)), [place])
    form = WhatIfForm({"ligne": "tram:T1"}, geste="ligne", line="wifi", ground=ground)
    assert form.is_valid() and form.fields["ligne"].choices == [("tram:T1", "Tram T1")]
    answer = queries.what_if(ground, "wifi", {"geste": "ligne", **form.cleaned_data})
    assert [zone.name for zone in answer["change"].zones] == ["gare"]
    assert not WhatIfForm({"ligne": "bus:9"}, geste="ligne", line="wifi", ground=ground).is_valid()
    assert all(catchment(ground, place).contains(shapely.Point(stop)) for stop in stops)
    assert catchment(ground, replace(place, opening="Tu 14:00-18:00")).is_empty, "nobody goes there then"
    on_foot = replace(ground, travel=travel_by(MODES["pied"]), timetable=None)
    assert not catchment(on_foot, place).contains(shapely.Point(stops[0]))


def _the_directory_moves_on(study: Study, client) -> None:
    """Un lieu change : l’étude le sait, garde ses chiffres, et le travailleur la refait."""
    assert not queries.offer_is_behind(study)

    lieu = Lieu.objects.filter(code_insee=PLACE).first()
    elsewhere = Lieu.objects.exclude(code_insee__startswith="38").first()
    assert elsewhere is None
    sheets.edit(
        lieu,
        {"practices": {"orientation": {"state": "offered"}}},
        by="la structure",
        at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    assert queries.offer_is_behind(study)
    for page in ("", "manques/", "manques/et-si/"):
        assert text_of(client.get(f"/territoires/{PLACE}/{page}")).count("L’annuaire a changé") == 1, page
    before = study.finished_at
    actions.refresh_later.func(study.pk)
    study.refresh_from_db()
    assert not queries.offer_is_behind(study)
    assert study.finished_at > before, "the page says when its figures were made"
    assert queries.reading(study).offer.territory.lines[-1].n_places == 1


def test_the_places_of_a_study_come_from_every_departement_around_it(monkeypatch):
    """Redon est en Ille-et-Vilaine ; ses voisines à pied sont en Loire-Atlantique et dans le Morbihan."""
    for slug, commune in (
        ("redon", "35236"),
        ("saint-nicolas", "44185"),
        ("saint-perreux", "56232"),
        ("nantes", "44109"),
        ("grenoble", "38185"),
    ):
        lieu(slug, sheet={"code_insee": commune, "commune": slug})
    lieu("retire", sheet={"code_insee": "35236"}, state=directory.EXCLUDED)
    request = _study_request("35236")
    # All of a département is read: who is within a walk is decided from the places themselves.
    assert {place.id for place in queries.census_of(request).places} == {
        "redon",
        "saint-nicolas",
        "saint-perreux",
        "nantes",
    }
    monkeypatch.setattr(queries, "MOST_DEPARTEMENTS", 3)
    assert "grenoble" in {place.id for place in queries.census_of(request).places}


def _study_request(code: str) -> Request:
    territory = gazetteer().get(code)
    return Request(
        territory=territory,
        zoning=zoning.usual(territory, frames.sources().rp2021),
        definition=definition(DEFAULT),
    )


def test_the_codes_of_corse_and_of_overseas_are_those_of_their_departements():
    """2A et 2B ne se confondent pas, ni la Guadeloupe avec La Réunion."""
    for slug, commune in (("ajaccio", "2A004"), ("bastia", "2B033"), ("pointe", "97120"), ("denis", "97411")):
        lieu(slug, sheet={"code_insee": commune, "commune": slug})
    for commune, slug in (("2A004", "ajaccio"), ("97120", "pointe")):
        assert [place.id for place in queries.census_of(_study_request(commune)).places] == [slug]


@pytest.mark.parametrize(
    ("without", "unknown", "sentence"),
    [
        (("Meylan",), ("Claix", "Corenc"), "Aucun lieu sur place : Meylan. On ne sait pas s’il y en a un sur place : Claix, Corenc."),
        ((), ("Claix",), "commune par commune. On ne sait pas s’il y en a un sur place : Claix."),
        (("Meylan",), (), "Aucun lieu sur place : Meylan."),
        ((), (), "Toutes en ont au moins un lieu."),
    ],
)  # fmt: skip
def test_the_page_lists_the_communes_that_nobody_can_tell(without, unknown, sentence):
    page = render_to_string(
        "dossiers/_offer_lists.html",
        {"communes": [CommuneList("Wifi", without, unknown)], "lists": (), "listed": 10},
    )
    page_text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert sentence in page_text.replace(" .", ".")
    assert ("On ne sait pas" in page_text) == bool(unknown)
    assert ("Toutes en ont" in page_text) == (not without and not unknown)


def test_a_service_that_nobody_lacks_agrees_with_nobody():
    """« personne qui n’utilisent pas Internet … n’ont aucun lieu connu »."""
    statement = "n’utilisent pas Internet ou n’en maîtrisent pas les bases"
    reading = SimpleNamespace(
        definition=SimpleNamespace(statement=statement), offer=SimpleNamespace(limit="30 minutes")
    )
    nobody = line("formation", label="Formation", missing="personne", missing_about="personne", places="3")
    page = render_to_string("dossiers/_offer_figure.html", {"reading": reading, "service_line": nobody})
    text = " ".join(page.split())
    assert "Personne </p>" in text
    assert f"parmi celles qui {statement}, n’est sans lieu connu à 30 minutes" in text


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("wifi", "Vide : en intérieur ; plein : en plein air ; pointillé : la fiche ne le dit pas."),
        ("formation", "Vide : tout public ; plein : sous conditions ; pointillé : la fiche n’en dit rien."),
        ("reparation", ""),
    ],
)
def test_the_legend_of_a_map_tells_what_each_mark_and_hatching_means(line, sentence):
    page = render_to_string("dossiers/_offer_map.html", {"svg": "<svg></svg>", "line": line})
    page_text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "hachuré ou sans couleur : on ne sait pas" in page_text
    assert ("Vide :" in page_text) == bool(sentence)
    assert sentence in page_text
    assert not render_to_string("dossiers/_offer_map.html", {"svg": "", "line": line}).strip()


@pytest.mark.parametrize(
    ("share", "between", "need", "sentence"),
    [
        ("66\xa0–\xa098\xa0%", "", "39\xa0000", "Entre 66 et 98 % ont un lieu à portée de marche. Elles sont environ 39 000 en tout."),
        ("72\xa0%", "60\xa0–\xa080\xa0%", "900\xa0–\xa01\xa0600", "72 % ont un lieu à portée de marche (entre 60 et 80 %). Elles sont entre 900 et 1 600 en tout."),
    ],
)  # fmt: skip
def test_range_in_a_table_reads_as_in_a_sentence(share, between, need, sentence):
    offer_line = line(
        "wifi", share=share, share_between=between, need=need, residents_share="5\xa0–\xa09\xa0%"
    )
    page = render_to_string(
        "dossiers/_offer_ways.html",
        {"service_line": offer_line, "rows": (), "reading": {"offer": {"mode": FOOT}}},
    )
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace(" )", ")")
    assert sentence in words
    assert "Entre 5 et 9 % ont un lieu à portée de marche, d’après le recensement" in words
    assert not re.search("entre [0-9 ]+–", words)


def test_names_follow_each_other_as_in_a_dictionary():
    """Échirolles est avant Vif, dans un tableau, un choix ou une liste de communes ; non après le Z."""
    names = ["Vif", "Échirolles", "Claix"]
    lines = [SimpleNamespace(figures=SimpleNamespace(name=name)) for name in names]
    assert [x.figures.name for x in sorted(lines, key=pages.SORTS["nom"][1])] == sorted(names, key=plain)

    t = {"zone": np.array(names), "metre": np.array([0.0, 4e3, 9e3]), "besoin": np.full(3, 100.0)}
    form = WhatIfForm(None, geste="ouvrir", line="wifi", ground=street(t))
    assert [label for _, label in form.fields["ou"].choices[0][1]] == ["Claix", "Échirolles", "Vif"]

    ground_fields = {**t, "zone": np.array(["38545", "38151", "38111", "38565"])}
    ground_fields |= {"metre": np.array([0.0, 4e3, 9e3, 2e4]), "besoin": np.full(4, 100.0)}
    o = offered_of(ground_fields, [at("38565", 2e4, "wifi")])
    (wifi,) = [each for each in offer_reports.read(o).communes if each.offer.startswith("Wifi")]
    assert wifi.without == ("Claix", "Échirolles", "Vif")

    rows = [
        SimpleNamespace(id=name, structure="", structure_name="", name=name, kind="autre") for name in names
    ]
    actors = census._actors(rows, {name: {} for name in names})
    assert [each.name for each in actors] == ["Claix", "Échirolles", "Vif"]


def test_a_territory_without_a_census_says_so(study, client):
    assert queries.reading(study).offer is None
    for page in ("manques/", "lieux/"):
        page_text = text_of(client.get(f"/territoires/{PLACE}/{page}"))
        assert "Les lieux de ce territoire ne sont pas recensés" in page_text and "Importer" not in page_text
    assert "Manques" not in text_of(client.get(f"/territoires/{PLACE}/"))


def test_where_the_directory_knows_the_departement_but_no_place_here_it_says_so(study, client):
    """À tout le monde ce qui est vrai ; l’import, à qui peut importer."""
    place("voisin", {"code_insee": "38185"})
    for page in ("manques/", "lieux/"):
        page_text = text_of(client.get(f"/territoires/{PLACE}/{page}"))
        assert "L’annuaire connaît 1 lieu dans le même département, et aucun ici." in page_text
        assert "Voir les plus proches" in page_text and "Importer" not in page_text
    client.force_login(account("coordo", "coordination", territory="38"))
    assert "Importer un recensement" in text_of(client.get(f"/territoires/{PLACE}/lieux/"))


def test_map_links_to_selected_zones_despite_similar_codes():
    """A file of zones may number them from 1: « 1 » is not « 12 »."""
    drawn = "".join(f'<a href="#manque-{code}"/>' for code in ("1", "12"))
    assert offer._leading(drawn, ["1"], "?zones=toutes") == (
        '<a href="?zones=toutes#manque-1"/><a href="#manque-12"/>'
    )


@pytest.mark.parametrize(
    ("silent", "sentence"),
    [
        (0, "Tous précisent leur offre : les parts ci-dessous sont prises parmi eux"),
        (1, "1 ne précise pas son offre : les parts ci-dessous sont prises parmi les 2 autres"),
        (2, "2 ne précisent pas leur offre : les parts ci-dessous sont prises parmi le seul autre"),
        (3, "Aucun ne précise son offre"),
    ],
)
def test_the_places_that_do_not_say_what_they_offer_are_counted_in_french(study, client, silent, sentence):
    for n in range(3):
        sheet = {"practices": {} if n < silent else {"wifi": {"state": "offered"}}}
        place(f"lieu-{n}", {"code_insee": PLACE, **sheet})
    assert sentence in text_of(client.get(f"/territoires/{PLACE}/lieux/"))


@pytest.mark.parametrize(
    ("prices", "sentence"),
    [
        ([], "Gratuits Aucun prix n’est connu."),
        (["free"], "Gratuits 1 sur 1 lieu qui dit son prix."),
        (["free", "paid"], "Gratuits 1 sur 2 lieux qui disent leur prix, soit 50 %."),
    ],
)
def test_the_places_that_say_their_price_are_counted_in_french(study, client, prices, sentence):
    for n in range(3):
        sheet = {"frais_a_charge": [prices[n]]} if n < len(prices) else {}
        place(f"lieu-{n}", {"code_insee": PLACE, **sheet})
    assert sentence in text_of(client.get(f"/territoires/{PLACE}/lieux/"))


def test_the_first_page_after_new_places_says_that_the_gaps_are_being_computed(study, client):
    """« Ouvrez la page des manques, il s’y recalcule » : la page venait de le demander elle-même."""
    added_after_the_study()
    page_text = text_of(client.get(f"/territoires/{PLACE}/"))
    assert re.search(r"est en cours, demandé le \d+(er)? \w+ à \d+ h", page_text), page_text
    assert "il s’y recalcule" not in page_text


@pytest.mark.parametrize("page", ["manques/", "manques/et-si/"])
def test_a_study_older_than_its_places_says_that_it_is_computed_again(study, client, page):
    """Les lieux sont venus après l’étude : elle se refait, et la page dit depuis quand ; rien n’est « trop grand »."""
    added_after_the_study()
    page_text = text_of(client.get(f"/territoires/{PLACE}/{page}"))
    assert "Les manques de ce territoire sont en cours de calcul" in page_text
    assert re.search(r"est en cours, demandé le \d+(er)? \w+ à \d+ h", page_text), page_text
    assert "trop grand" not in page_text and "recensés" not in page_text and "aucun ici" not in page_text
    assert "Et si un lieu ouvrait ?" not in page_text


def test_a_territory_is_too_large_only_when_it_is(study, client, monkeypatch):
    added_after_the_study()
    monkeypatch.setattr(offer_census, "MOST_AREAS", 1)
    page_text = text_of(client.get(f"/territoires/{PLACE}/manques/"))
    assert "Ici, les distances ne sont pas calculées" in page_text and "trop grand" in page_text
    assert queries.why_no_offer(study, on=date(2026, 12, 21)).n_places == 1


def added_after_the_study() -> None:
    """Publish a place of Échirolles, as its structure does once the study of the town is finished."""
    sheets.edit(place("lieu", {"code_insee": PLACE}), {"nom": "Un lieu"}, by="la structure", at=LATER)


def test_no_verdict_without_a_figure():
    for axis in criteria.grid(None, EMPTY):
        for criterion in axis.criteria:
            assert criterion.verdict == "donnee-manquante"
            assert criterion.evidence


@pytest.mark.parametrize(("share", "verdict"), [(0.8, "fort"), (0.5, "moyen"), (0.1, "faible")])
def test_a_verdict_follows_its_rule(share, verdict):
    shares = replace(EMPTY, recent=census.Part(1, 10, "", share))
    verdicts = {c.question: c.verdict for axis in criteria.grid(None, shares) for c in axis.criteria}
    assert verdicts["Les professionnels peuvent-ils orienter : la fiche est-elle à jour ?"] == verdict


@pytest.mark.parametrize(("n", "expected_verdict"), [(9, "fort"), (4, "moyen"), (1, "faible"), (0, UNSAID)])
def test_constraints_are_the_price_and_the_hours_that_sheets_tell(n, expected_verdict):
    """J-014: the base is what sheets tell; where none tells, nothing is a lack."""
    census_part = census.Part(n, 10, "", n / 10) if n else NOTHING
    shares = replace(EMPTY, free=census_part, evening_or_weekend=census_part)
    verdicts = {c.question: c.verdict for axis in criteria.grid(None, shares) for c in axis.criteria}
    for constraint in ("le prix ?", "le soir ou le samedi ?"):
        assert verdicts[f"L’offre s’adapte-t-elle aux contraintes : {constraint}"] == expected_verdict, (
            constraint
        )


def answered(percent: float, label: str = "", universe: str = "structures") -> criteria.Answered:
    return criteria.Answered(
        label=label,
        percent=percent,
        low=percent - 5,
        high=percent + 5,
        n=66,
        computed="brut",
        universe=universe,
        source="« E », 2026",
    )


def verdict(question: str, surveyed: dict) -> tuple[str, str]:
    rows = [row for axis in criteria.grid(None, EMPTY, surveyed) for row in axis.criteria]
    (row,) = [row for row in rows if row.question == question]
    return row.verdict, row.evidence.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("basics", "rights", "office", "expected_verdict"),
    [(70, 70, 70, "fort"), (70, 30, 20, "moyen"), (20, 20, 20, "faible")],
)
def test_what_is_taught_is_read_beside_what_inhabitants_wish_to_learn(
    basics, rights, office, expected_verdict
):
    """J-013: each wish counts for those who have it; (20 × 70 + 60 × 30 + 20 × 20) / 100 = 36."""
    wishes = {"navigation": 20, "demarches": 60, "bureautique": 20}
    surveyed = {
        ("inhabitants", "themes", name): answered(wish, name, "habitants") for name, wish in wishes.items()
    }
    surveyed |= {
        ("structures", "themes", "bases"): answered(basics, "Bases"),
        ("structures", "themes", "droits"): answered(rights, "Droits"),
        ("structures", "contenus", "bureautique"): answered(office, "Bureautique"),
    }
    verdict_word, evidence = verdict(
        "Ce qui est enseigné répond-il à ce que les habitants veulent apprendre ?", surveyed
    )
    assert verdict_word == expected_verdict
    assert "en moyenne, par 36 %" in evidence or expected_verdict != "moyen"
    assert evidence.index("« demarches » : voulu par 60 %") < evidence.index("« navigation »")
    base = "Base : habitants, d’après « E », 2026 (n = 66, brut) ; structures, d’après « E », 2026 (n = 66, brut)."
    assert base in evidence
    assert evidence.count("n = 66") == 2, "the base of each survey, once"
    del surveyed["inhabitants", "themes", "navigation"]
    assert (
        verdict("Ce qui est enseigné répond-il à ce que les habitants veulent apprendre ?", surveyed)[0]
        == "donnee-manquante"
    )


Span = tuple[float, float]


def known(percent: float | Span, id: str = "assistance", label: str = "Assistance") -> OfferLine:
    """A line of the offer by the share (percent) of people who have it within a walk: a value, or two bounds
    because places are silent.
    """
    if isinstance(percent, tuple):
        return replace(
            line(id, share_bounds=percent, doubt="Des lieux ne le disent pas."), label=label, state="inconnu"
        )
    words = {"label": label, "state": "connu", "share": f"{percent:g} %"}
    return replace(line(id, share_value=percent, share_bounds=(percent - 2, percent + 2)), **words)


def offer_of(
    territory_share: float | Span,
    publics: dict[str, float | Span],
    zones: dict[str, float | Span],
    *other_lines: OfferLine,
) -> OfferReading:
    """An offer where « assistance » is known, and these other lines in all."""

    return OfferReading(
        source="l’annuaire",
        minutes=20,
        territory=ZoneOffer("", 3, 0, (known(territory_share), *other_lines), (), ""),
        publics={id: PublicOffer(id, (known(percent),), {}) for id, percent in publics.items()},
        zones={id: ZoneOffer(id, 1, 0, (known(percent),), (), id) for id, percent in zones.items()},
        lists=(),
        cautions=(),
    )


def of_the_grid(
    question: str, offered: OfferReading, surveyed=None, crossed=(), crossing=""
) -> criteria.CriterionReading:
    axes = criteria.grid(offered, EMPTY, surveyed or {}, None, crossed, crossing)
    return next(row for axis in axes for row in axis.criteria if row.question == question)


NEAR, BALANCE, PUBLICS, CROSSED = (
    row.question
    for row in criteria.CRITERIA
    if row.axis == "maillage" and row.if_unknown == criteria.NO_CENSUS
)
SILENT = "Des lieux ne le disent pas."


@pytest.mark.parametrize(
    ("bounds", "expected_verdict"), [((55, 65), "moyen"), ((40, 82), UNDECIDED), ((85, 95), "fort")]
)
def test_a_verdict_reads_the_whole_interval_not_its_middle(bounds, expected_verdict):
    near = replace(known(sum(bounds) / 2), share_bounds=bounds, share_between=f"{bounds[0]} – {bounds[1]} %")
    offered = offer_of(60, {}, {})
    row = of_the_grid(NEAR, replace(offered, territory=replace(offered.territory, lines=(near,))))
    assert row.verdict == expected_verdict
    assert f"({bounds[0]} – {bounds[1]} %)" in row.evidence, "what the rule reads is printed"


@pytest.mark.parametrize(
    ("help_", "access", "expected_verdict"),
    [
        ((88, 97), (66, 98), "fort"),  # somebody helps nearly everybody, whatever silent places give
        ((40, 97), (66, 70), UNDECIDED),
        ((10, 30), (20, 45), "faible"),
        (66, (10, 70), "moyen"),
    ],
)
def test_silent_places_stop_a_verdict_only_where_the_rule_parts_their_bounds(help_, access, expected_verdict):
    offered = offer_of(help_, {}, {}, known(access, "libre_acces_accompagne", "Accès accompagné"))
    row = of_the_grid(NEAR, offered)
    assert row.verdict == expected_verdict
    assert (
        f"accès accompagné : entre {access[0]} et {access[1]} %" in row.evidence.replace("\xa0", " ").lower()
    )
    assert SILENT in row.evidence
    assert ("la règle ne tranche pas" in row.evidence) == (expected_verdict == UNDECIDED)
    assert ("indécis" in row.label) == (expected_verdict == UNDECIDED)
    assert "Aucun lieu recensé" not in row.evidence


@pytest.mark.parametrize(
    ("question", "crossed"), [(NEAR, ()), (BALANCE, ()), (PUBLICS, ()), (CROSSED, ("A",))]
)
def test_no_verdict_on_distance_rests_on_places_that_nobody_located(question, crossed):
    """Une distance depuis le milieu d’une commune ne fait ni un point fort ni un manque."""
    offered = offer_of(98, {"60+": 98}, {"A": 98}, known(95, "wifi"), known(95, "formation"))
    assert of_the_grid(question, offered, crossed=crossed).verdict == "fort"
    unlocated = replace(offered, territory=replace(offered.territory, n_places=44, n_unlocated=44))
    row = of_the_grid(question, unlocated, crossed=crossed)
    assert (row.verdict, row.evidence.endswith(criteria.UNLOCATED)) == (UNDECIDED, True)


@pytest.mark.parametrize(
    ("nearest", "expected_verdict"),
    [((85, 100), "fort"), ((78, 100), UNDECIDED), ((60, 70), "moyen"), ((20, 30), "moyen")],
)
def test_a_balance_is_no_strength_while_the_nearest_line_may_be_far(nearest, expected_verdict):
    """« Point fort » sur 66 à 97 % et 78 à 100 %, à côté de « indécis » sur les mêmes 78 à 100 % ; et des offres toutes
    aussi rares ne sont pas une force.
    """
    other_lines = [known(nearest, id, id) for id in ("wifi", "formation")]
    assert of_the_grid(BALANCE, offer_of(nearest, {}, {}, *other_lines)).verdict == expected_verdict


def test_a_public_that_no_structure_welcomes_is_no_strength():
    nobody = {("structures", "publics_fragiles", "illettrisme"): answered(0, "Illettrisme")}
    assert of_the_grid(PUBLICS, offer_of(60, {"60+": 57}, {}), nobody).verdict == "moyen"


def test_lines_between_two_bounds_are_known_lines():
    other_lines = [known((30, 60), "wifi", "Wifi"), known((80, 99), "formation", "Formation")]
    row = of_the_grid(BALANCE, offer_of((88, 97), {}, {}, *other_lines))
    assert (row.verdict, "Moins de trois" in row.evidence) == (UNDECIDED, False)
    assert row.evidence.replace("\xa0", " ").startswith(
        "Entre 30 et 60 % (wifi) ; entre 80 et 99 % (formation)"
    )
    assert of_the_grid(BALANCE, offer_of(85, {}, {}, *[known((70, 85), id) for id in "ab"])).verdict == "fort"
    assert (
        of_the_grid(BALANCE, offer_of(80, {}, {}, *[known((5, 20), id) for id in "ab"])).verdict == "faible"
    )
    few = of_the_grid(BALANCE, offer_of((88, 97), {}, {}, other_lines[0]))
    assert (few.verdict, few.evidence) == (UNSAID, "Moins de trois sortes d’offre sont connues.")


def test_publics_are_compared_between_the_same_bounds():
    near = of_the_grid(PUBLICS, offer_of((90, 92), {"60+": (88, 91)}, {}))
    assert (near.verdict, SILENT in near.evidence) == ("fort", True)
    wide = of_the_grid(PUBLICS, offer_of((40, 92), {"60+": (38, 91)}, {}))
    assert (wide.verdict, "la règle ne tranche pas" in wide.evidence) == (UNDECIDED, True)
    assert "60+ : entre 38 et 91 %" in wide.evidence.replace("\xa0", " ")


def test_nobody_says_it_is_not_nobody_knows():
    """« Aucun lieu ne le dit » n’est écrit que si aucun ne le dit ; sans habitants, c’est une autre raison."""
    nobody = replace(known(60), state=UNSAID, share_value=None, share_bounds=None)
    hidden = replace(known(60), state="tu", share_value=None, share_bounds=None)
    for question in (NEAR, PUBLICS, CROSSED):
        for territory_line, reason in (
            (nobody, "Aucun lieu recensé n’indique s’il aide."),
            (hidden, "Trop peu d’habitants pour le dire."),
        ):
            offered = replace(
                offer_of(60, {}, {"A": 80}), territory=ZoneOffer("", 3, 0, (territory_line,), (), "")
            )
            row = of_the_grid(question, offered, crossed=("A",))
            assert (row.verdict, row.evidence) == (UNSAID, reason)
    assert {row.evidence for row in criteria.grid(None, EMPTY)[0].criteria} == {criteria.NO_CENSUS}


def test_zones_in_both_precarities_are_counted_as_the_diagnosis_counts_them():
    """La fourchette du diagnostic d’abord ; le verdict ne lit que les zones probables."""
    crossing = "Face à la France, de 9 à 15 quartiers sur 99 ont les deux élevées."
    offered = offer_of(60, {}, {"A": 80, "B": (30, 70), "C": 10})
    row = of_the_grid(CROSSED, offered, crossed=("A", "B"), crossing=crossing)
    assert row.evidence.startswith(f"{crossing} Probablement dans les deux : 2\xa0zones ; dans 1, ")
    assert row.evidence.endswith(
        "Incertain à B. De « axe de progrès » à « point fort » : la règle ne tranche pas."
    )
    assert row.verdict == UNDECIDED
    many = offer_of(60, {}, dict.fromkeys("ABCDEFGH", 10))
    cut = of_the_grid(CROSSED, many, crossed=tuple("ABCDEFGH"), crossing=crossing)
    assert cut.evidence.endswith("Moins de la moitié à A, B, C, D, E, F et 2\xa0autres.")
    none = of_the_grid(CROSSED, offered, crossing=crossing)
    assert (none.verdict, none.evidence) == (UNSAID, f"{crossing} {criteria.NONE_LIKELY}")


def test_the_grid_takes_the_very_likely_zones_and_their_range(monkeypatch):
    rows = [
        SimpleNamespace(code="A", cell="les_deux", is_likely=True),
        SimpleNamespace(code="B", cell="les_deux", is_likely=False),
        SimpleNamespace(code="C", cell="sociale", is_likely=True),
    ]
    reading = SimpleNamespace(
        offer=offer_of(60, {}, {"A": 80, "B": 20, "C": 20}),
        filter="qpv",
        zones=rows,
        crossing_sentence="**A** a les deux. Face à la France, de 1 à 2 zones sur 3 ont les deux élevées.",
    )
    monkeypatch.setattr(queries, "census_page", lambda study, on: None)
    axes = queries.grid(SimpleNamespace(place=PLACE), reading, on=date(2026, 11, 20))
    criterion = axes[0][0].criteria[[NEAR, BALANCE, PUBLICS, CROSSED].index(CROSSED)]
    assert criterion.verdict == "fort"
    assert criterion.evidence.replace("\xa0", " ").startswith(
        "Face à la France, de 1 à 2 zones sur 3 ont les deux élevées. Probablement dans les deux : 1 zone ; dans 1, la plupart"
    )


@pytest.mark.parametrize(
    ("seniors", "expected_verdict"), [(61, "fort"), (57, UNDECIDED), (48, "moyen"), (30, "faible")]
)
def test_the_public_least_served_makes_the_verdict(seniors, expected_verdict):
    """60 % de tous ont une aide à portée de marche, à deux points près : 57 % des plus de 60 ans, c’est de 89 à 100 %
    de cela, et la règle est à 90 % ; 30 %, la moitié.
    """
    row = of_the_grid(
        "Les offres proposées répondent-elles aux besoins des différents publics ?",
        offer_of(60, {"15-24": 66, "60+": seniors}, {}),
        {("structures", "publics_fragiles", "handicap"): answered(12, "Situation de handicap")},
    )
    assert row.verdict == expected_verdict
    assert f"Tous : 60 % ; 15-24 : 66 % ; 60+ : {seniors} %" in row.evidence
    assert "Situation de handicap : 12" in row.evidence


def test_a_perception_is_proposed_by_both_sides_alone(monkeypatch):
    """« Compter sur le bouche-à-oreille… » et « Faire venir par le bouche-à-oreille… » dans le même plan : les
    espaces insécables de la grille cachaient la question à exclure.
    """
    surveyed = {
        ("structures", "canaux", "communication"): answered(80, "Communication"),
        ("inhabitants", "decouverte", "communication"): answered(10, "Communication"),
    }
    axes = spaced_within([(axis, ()) for axis in criteria.grid(None, EMPTY, surveyed)])
    monkeypatch.setattr(proposals.dossiers, "latest", lambda place: object())
    monkeypatch.setattr(proposals.dossiers, "grid", lambda study, reading, on: axes)
    assert proposals._verdicts(PLACE, object(), date(2026, 11, 20)) == []
    assert len(proposals._perceived(surveyed)) == 1


def test_needs_are_sorted_without_zeros_and_name_their_question_when_they_are_listed():
    """« Équipement, connexion : 0 % … Moyens humains : 45 % » ; « Non, et je souhaiterais en avoir » sans question."""
    needed, clear = "De quoi avez-vous besoin ?", "Avez-vous une vision claire ?"
    surveyed = {
        ("structures", "besoins", "equipement"): replace(answered(0, "Équipement"), question=needed),
        ("structures", "besoins", "lieu"): replace(answered(12, "Un lieu"), question=needed),
        ("structures", "besoins", "moyens_humains"): replace(answered(45, "Moyens humains"), question=needed),
        ("structures", "vision", "non_souhaite"): replace(answered(70, "Non, mais je veux"), question=clear),
    }
    of_offer, of_visibility, *_ = (axis.needs for axis in criteria.grid(None, EMPTY, surveyed))
    (text,) = of_offer
    assert "Équipement" not in text and text.index("Moyens humains") < text.index("Un lieu")
    need_texts = [each.replace("\xa0", " ") for each in (text, of_visibility[0])]
    assert (
        need_texts[0].endswith(f"à la question « {needed} » (n = 66, brut)")
        and need_texts[0].count("n = ") == 1
    )
    assert need_texts[1].startswith("Non, mais je veux : 70") and f"« {clear} »" in need_texts[1]
    _, evidence = verdict("Quels besoins d’appui ou de coordination des professionnels ?", surveyed)
    assert "Équipement" not in evidence


@pytest.mark.parametrize(
    ("crossed", "expected_verdict"),
    [(("A", "B"), "moyen"), (("A",), "fort"), (("B",), "faible"), ((), UNSAID)],
)
def test_the_joint_map_tells_where_first_level_help_must_be(crossed, expected_verdict):
    """La zone A a une aide à portée de marche, la zone B non, C n’est pas dans les deux précarités."""
    row = of_the_grid(
        "Là où les deux précarités se croisent, y a-t-il une offre de premier niveau à portée ?",
        offer_of(60, {}, {"A": 80, "B": 20, "C": 10}),
        crossed=crossed,
    )
    assert row.verdict == expected_verdict
    assert ("Moins de la moitié à B." in row.evidence) == ("B" in crossed)
    assert "C." not in row.evidence


def test_each_axis_tells_what_structures_need():
    """J-008: the needs of support are asked on every axis, and the largest one makes the verdict."""
    surveyed = {
        ("structures", "besoins", "moyens_humains"): answered(50, "Moyens humains"),
        ("structures", "besoins", "outillage"): answered(40, "Outillage pédagogique"),
        ("structures", "vision", "non_souhaite"): answered(72, "Non, et je souhaiterais en avoir"),
        ("structures", "partenariats_voulus", "partage"): answered(23, "Partager nos pratiques"),
        ("structures", "financeurs", "aucun"): answered(41, "Aucun financeur"),
        ("structures", "financeurs", "etat"): answered(30, "État"),
    }
    axes = {axis.id: axis for axis in criteria.grid(None, EMPTY, surveyed)}
    assert [axis.needs[0].partition(" : ")[0] for axis in axes.values()] == [
        "Moyens humains",
        "Non, et je souhaiterais en avoir",
        "Outillage pédagogique",
        "Partager nos pratiques",
    ]
    verdict_word, evidence = verdict(
        "Quels besoins d’appui ou de coordination des professionnels ?", surveyed
    )
    assert verdict_word == "faible"
    assert evidence.index("Moyens humains : 50 %") < evidence.index("Outillage pédagogique : 40 %")
    verdict_word, evidence = verdict("Les structures ont-elles de quoi financer leurs actions ?", surveyed)
    assert verdict_word == "moyen"
    assert "Aucun financeur : 41 %" in evidence
    assert "État : 30 %" in evidence
    assert all(axis.needs == () for axis in criteria.grid(None, EMPTY))


@pytest.mark.parametrize(
    ("course", "expected_verdict"),
    [(50, "moyen"), (58, UNDECIDED), (79, "fort"), (20, "faible"), (95, "fort")],
)
def test_a_one_off_workshop_has_a_course_after_it_or_not(course, expected_verdict):
    """J-020: 58 parcours courts pour 79 ateliers d’un jour, à cinq points près : de deux pour trois à plus de trois
    pour quatre, la règle ne tranche pas.
    """
    surveyed = {
        ("structures", "formats", "ponctuel"): answered(79),
        ("structures", "formats", "court"): answered(course),
    }
    verdict_word, evidence = verdict("Après un atelier d’un jour, y a-t-il une suite ?", surveyed)
    assert verdict_word == expected_verdict
    assert "Atelier d’un jour : 79 % (entre 74 et 84 %)" in evidence and evidence.count("n = 66") == 1
    assert "pas si les personnes y vont" in evidence


@pytest.mark.parametrize(
    ("kind", "question_id", "answer", "question"),
    [
        ("professionals", "orienter", "oui", "Les professionnels savent-ils vers qui envoyer une personne ?"),
        ("structures", "vision", "oui", "Les professionnels savent-ils vers qui envoyer une personne ?"),
        (
            *("structures", "orientation", "aujourdhui"),
            "Les professionnels savent-ils vers qui envoyer une personne ?",
        ),
        (
            "structures",
            "sensibiliser",
            "aujourdhui",
            "Que fait-on pour intéresser les habitants, y compris à se former ?",
        ),
        (
            "structures",
            "partenariat",
            "oui",
            "Travaille-t-on ensemble : partenaires, pratiques, financeurs ?",
        ),
    ],
)
def test_a_criterion_read_in_a_survey_shows_its_figure_and_its_base(kind, question_id, answer, question):
    assert verdict(question, {(kind, question_id, answer): answered(80)})[0] == "fort"
    assert verdict(question, {(kind, question_id, answer): answered(50)})[0] == "moyen"
    verdict_word, evidence = verdict(
        question,
        {(kind, question_id, answer): answered(20), ("structures", "hors_murs", "oui"): answered(36)},
    )
    assert verdict_word == "faible"
    assert "20 % (entre 15 et 25 %)" in evidence
    assert "Base : structures, d’après « E », 2026 (n = 66, brut)." in evidence
    assert ("Vont hors les murs : 36 %" in evidence) == (question_id == "sensibiliser")


@pytest.mark.parametrize(
    ("better", "worse", "expected_verdict"), [(30, 4, "fort"), (12, 11, "moyen"), (4, 30, "faible")]
)
def test_new_uses_are_read_in_those_who_did_it_again(better, worse, expected_verdict):
    """J-007: easier more often than harder, the whole interval with it."""
    moved = Moved([], agreement.change(better, worse, 60), 60)
    rows = [row for axis in criteria.grid(None, EMPTY, {}, moved) for row in axis.criteria]
    (row,) = [
        row
        for row in rows
        if row.question == "De nouveaux usages sont-ils constatés chez les publics accompagnés ?"
    ]
    assert row.verdict == expected_verdict
    assert row.evidence.startswith("60\xa0personnes accompagnées ont refait le point.")
    few = criteria.grid(None, EMPTY, {}, Moved([], None, 3))
    assert "trop peu de personnes" in repr(few)


def test_the_grid_reads_answers_that_the_ready_questionnaires_ask():
    forms = {form.kind: form for form in banks().values()}
    keys = [("inhabitants", "themes", name) for name in criteria.TAUGHT] + [
        ("structures", *each) for each in criteria.TAUGHT.values()
    ]
    keys += [("structures", "formats", name) for name in ("ponctuel", "court", "long")]
    keys += [
        ("structures", "partenariats_voulus", "partage"),
        ("structures", "financeurs", "aucun"),
        ("structures", "vision", "oui"),
    ]
    keys += [("structures", *each) for needs in criteria.NEEDS.values() for each in needs]
    for kind, question_id, answer in keys:
        question = forms[kind].question(question_id)
        assert question is not None
        assert answer in [choice.name for choice in forms[kind].choices(question)], (question_id, answer)


def test_the_three_points_stand_beside_what_is_counted_and_who_says_them():
    """G-044: where to buy, where somebody helps, what is built together; what nobody tells is said to be
    missing.
    """
    figures = {"state": "compte", "places": "2", "share": "4 %", "share_between": "3 – 6 %"}
    sale = line("equipement_solidaire", **figures)
    field_findings = [
        FieldFinding("social", "no_sale", True, "Rien ici", "Entretien", 2026),
        FieldFinding("public", "no_sale", False, "", "Réunion", 2026),
    ]
    buy, helped, together = agreements.points(
        [sale], {("structures", "partenariat", "oui"): answered(37)}, field_findings
    )
    assert "Lieux qui le disent : 2 (comptés)" in buy.evidence
    assert "2\xa0témoignages. Les avis s’écartent" in buy.lack_text
    assert "Donnée manquante" in helped.evidence
    assert helped.lack_text == "personne ne l’a noté ici."
    assert "Travaillent en partenariat : 37\xa0%" in together.evidence
    assert "Donnée manquante" in agreements.points([], {}, [])[2].evidence
    assert {kind for kind, *_ in agreements.POINTS} <= findings.kinds().keys()


def test_a_list_and_a_sheet_that_disagree_are_set_side_by_side():
    """Échirolles, 2016 : un plan dit « aucun wifi », des fiches en proposent ; personne ne tranche à la place du
    territoire.
    """
    wifi = replace(line("wifi", state="ici"), label="Wifi ouvert à tous", n_places=2)
    plan = FieldFinding("institutions", "no_wifi", True, "", "le plan de 2016", 2016)
    (conflict,) = agreements.conflicts([wifi], [plan])
    assert conflict.replace("\xa0", " ").startswith(
        "Wifi ouvert à tous : le plan de 2016 dit qu’il n’y en a pas, 2 fiches disent le contraire."
    )
    assert agreements.conflicts([replace(wifi, n_places=0)], [plan]) == ()
    assert agreements.conflicts([wifi], [replace(plan, confirms=False)]) == ()
    assert agreements.DENIALS.keys() <= findings.kinds().keys()


def test_each_service_has_one_answer_on_the_page_in_the_dossier_and_on_its_slide():
    """Un service que le silence laisse ouvert garde sa fourchette et sa part, les mêmes partout ; une ligne dit
    qui appeler pour la resserrer.
    """
    silent = {"doubt": "Des lieux ne le disent pas.", "state": "inconnu", "share_bounds": (66.0, 97.0)}
    silent |= {"missing_low": 0.0, "missing_high": 900.0, "missing": "0 – 900"}
    sure = {"missing_low": 300.0, "missing_high": 400.0, "missing": "350"}
    sure |= {
        "missing_between": "300 – 400",
        "state": "ici",
        "share_value": 60.0,
        "share_bounds": (55.0, 65.0),
    }
    lines = (
        line("assistance", label="Aide", **silent),
        line("formation", label="Formation", **silent),
        line("wifi", label="Wifi", **sure),
    )
    call_lists = {"formation": CallList(("1",), ("Mairie de Prémilhat",), "")}
    total = ZoneOffer("", 3, 2, lines, (), "")
    offered = replace(offer_of(60, {}, {}), territory=total, zones={}, to_call=call_lists)
    line_to_call = "À appeler pour resserrer les fourchettes : Mairie de Prémilhat (aide et formation)."
    assert gaps.to_ask(offered) == line_to_call
    calls = {"formation": replace(call_lists["formation"], names=tuple("ABCDE"))}
    assert ": A, B, C, D et E (" in gaps.to_ask(replace(offered, to_call=calls))
    assert gaps.to_ask(replace(offered, to_call={})).startswith("À appeler : des lieux ne disent pas")

    reading = SimpleNamespace(offer=offered, definition=definition(DEFAULT), subtotals=(), zones=())
    answers = {each.label: (each.people_in_words, each.missing_share) for each in gaps.known_lines(offered)}
    assert line_to_call in synthesis._lacking(reading, offered)
    table = offer_chapter(reading, offered, {}).blocks[0]
    in_dossier = {x: row[1].text for row in table.rows for x in answers if x.lower() in row[0].text.lower()}
    bars = offer_chart(gaps.known_lines(offered)).bars
    assert [each.label for each in bars] == ["Wifi", "Aide et formation"]
    in_slide = {x: each.words for each in bars for x in answers if x.lower() in each.label.lower()}
    groups = [(group, group.fact("à portée de marche")) for group in service_groups.read(offered)]
    on_page = {"groups": groups, "reading": reading, "place": PLACE, "services": offer._services(lines)}
    head, table = (
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render_to_string(f"dossiers/{name}.html", on_page)))
        for name in ("_first_gaps", "_services")
    )
    assert "Appeler Mairie de Prémilhat" in head
    assert "Prémilhat" not in table, "the page says once whom to call"
    assert head.index("Wifi") < head.index("Aide et formation"), "a sure lack comes first"
    assert len(answers) == 3
    for label, (people, share) in answers.items():
        assert in_dossier[label] == people
        assert in_slide[label] == f"{people} ; {share}"
        in_page = share.replace(NBSP, " ")
        assert re.search(rf"{label} .*{'.*'.join(re.split(r'[ ()]+', people))}.*{re.escape(in_page)}", table)
    assert answers["Aide"] == ("900 au plus", "3\xa0–\xa034\xa0%"), "one base: those who have none"
    assert answers["Wifi"][1] == "40\xa0% (35\xa0–\xa045\xa0%)"
    everybody = line("wifi", missing="0 – 900", missing_high=900.0, share_bounds=(70.2, 100.0))
    assert everybody.missing_share == "30\xa0% au plus"


@pytest.mark.parametrize(("low", "words"), [(0.0, "Ce gain, lui, n’est pas sûr."), (40.0, "c’est prouvé.")])
def test_the_best_sites_are_proved_where_somebody_surely_gains(low, words):
    """« C’est prouvé » se lisait sous « entre 0 et 2 600 personnes de plus »."""
    gained = Between(
        low=low,
        high=2_600.0,
        unit="personnes",
        universe="",
        reason="Des lieux se taisent.",
        n=3,
        method="portee",
    )
    assert offer_reports._certainty(SimpleNamespace(exact=True, gained=gained)).endswith(words)


@pytest.mark.parametrize(
    ("sure", "first"),
    [((300.0, 400.0), "wifi"), ((0.0, 400.0), "formation")],
)
def test_the_page_opens_on_the_surest_lack_or_on_the_service_best_known(sure, first):
    """« Orientation, 1 lieu, on ne sait pas » ouvrait la page où vingt lieux disent qu’ils forment."""
    lines = (
        line("orientation", n_places=1, missing_low=0.0, missing_high=12_000.0),
        line("formation", n_places=20, missing_low=20.0, missing_high=260.0),
        line("wifi", n_places=2, missing_low=sure[0], missing_high=sure[1]),
        line("reparation", n_places=30, state=offer.UNASKED),
    )
    offered = replace(offer_of(60, {}, {}), territory=ZoneOffer("", 30, 2, lines, (), ""), zones={})
    assert gaps.best_known(offered).id == first


def test_a_published_survey_fills_what_no_file_tells():
    """Structures' view of their communication, against that of inhabitants: far apart, it is a
    lack, with both figures.
    """

    def answered_share(percent: float, n: int) -> criteria.Answered:
        span = {"low": percent - 6, "high": percent + 6, "n": n, "computed": "brut", "universe": "répondants"}
        return criteria.Answered(
            label="Communication", percent=percent, source="« Essai », édition 1, 2026", **span
        )

    surveyed = {
        ("structures", "canaux", "communication"): answered_share(53, 66),
        ("inhabitants", "decouverte", "communication"): answered_share(12, 31),
        ("inhabitants", "raison_sans_accompagnement", "ignorance"): answered_share(14, 162),
    }
    rows = {c.question: c for axis in criteria.grid(None, EMPTY, surveyed) for c in axis.criteria}
    believed = rows[
        "Ce que croient les structures de leur communication rejoint-il ce que disent les habitants ?"
    ]
    assert believed.verdict == "faible"
    assert "Écart : 41 points" in believed.evidence
    assert "n = 66" in believed.evidence.replace("\xa0", " ")
    assert "avant de nouvelles affiches" in believed.action
    swapped = dict(zip(reversed(list(surveyed)[:2]), list(surveyed.values())[:2], strict=True))
    rows_of_swapped = [c for axis in criteria.grid(None, EMPTY, swapped) for c in axis.criteria]
    (carried,) = [c for c in rows_of_swapped if c.question == believed.question]
    assert "communication porte" in carried.action, "structures believe in it less than people answer it"
    known = "Les services sont-ils connus et compris du public ?"
    assert rows[known].verdict == UNDECIDED
    only_places = {("inhabitants", "lieu_connu", "non"): answered_share(63, 420)}
    (row,) = [
        c for axis in criteria.grid(None, EMPTY, only_places) for c in axis.criteria if c.question == known
    ]
    assert row.verdict == "faible" and row.evidence.replace("\xa0", " ").startswith(
        "« Communication » : 63 %"
    )
    assert rows["Quels besoins d’appui ou de coordination des professionnels ?"].verdict == "donnee-manquante"


# Le Vercors: three communes under 2,000 residents, three above.
SMALL = "243801024"


@pytest.mark.slow("a census imported, a study computed, and each of its pages")
def test_a_filter_holds_on_every_page(home, client):
    """Le filtre suit le lecteur : les pages ne comptent que ses communes, ou disent pourquoi elles se taisent."""
    result = files.places(
        forms.read(cards()["hinaura-isere"].file), today=date(2026, 11, 20), source="Hinaura"
    )
    importing.take_in(result, source="Hinaura", digest="0" * 64, by=None, at=AT)
    study = actions.ask(StudyRequest(place=SMALL, inside="petites-communes"))
    actions.compute(study)
    study.refresh_from_db()
    assert study.error is None
    reading = queries.reading(study)
    query = "filtre=petites-communes"

    page = client.get(f"/territoires/{SMALL}/manques/?{query}")
    label = reading.filter.label.replace("\xa0", " ")
    assert f"Filtre « {label} »" in text_of(page)
    zone_names = {row["zone"].name for row in page.context["rows"]}
    assert zone_names == {zone.name for zone in reading.offer.zones.values()}
    assert "Villard-de-Lans" not in zone_names
    assert page.context["service_line"].need == reading.offer.territory.lines[0].need
    assert f"/zones/{next(iter(reading.offer.zones))}/?{query}" in page.content.decode()

    places = client.get(f"/territoires/{SMALL}/lieux/?{query}")
    assert places.context["census"].n_places == sum(row.n_places for row in places.context["census"].communes)
    assert "Villard-de-Lans" not in {row.name for row in places.context["census"].communes}

    for name in ("grille/", "manques/et-si/", "personnes/"):
        response = client.get(f"/territoires/{SMALL}/{name}?{query}")
        assert response.status_code == 200
        assert "filtre" in text_of(response).lower()
    assert "Pas de chiffre avec un filtre" in text_of(client.get(f"/territoires/{SMALL}/personnes/?{query}"))
    written = client.get(f"/api/v1/territoires/{SMALL}/etude?{query}")
    study_json = json.loads(b"".join(written.streaming_content))
    need = study_json["besoins"]["precarite_numerique"]["valeur"]
    assert study_json["offre"]["portee"]["formation"]["besoin"]["valeur"] == pytest.approx(need, rel=1e-5)


def test_a_filter_that_keeps_nobody_is_refused_on_the_page_and_by_the_api(home, client):
    """Aucune étude n’est mise en attente : le refus est dit en français, tout de suite."""
    page = client.get("/territoires/38185/manques/?filtre=petites-communes")
    assert page.status_code in (400, 409, 422)
    assert "ne garde personne ici" in text_of(page)
    api = client.get("/api/v1/territoires/38185/etude?filtre=petites-communes")
    assert api.status_code == 422
    assert api["Content-Type"] == "application/problem+json"
    assert "ne garde personne ici" in api.json()["title"]
    assert not Study.objects.exists()


def test_zones_of_strong_need_and_short_offer_come_by_need_then_by_people():
    """G-042 : les deux précarités, puis la numérique, puis la sociale ; ni l’incertain, ni ce qui ne manque pas."""
    counts = {"A": 40, "B": 90, "C": 300, "D": 500, "E": 800}
    cells = {"A": "les_deux", "B": "les_deux", "C": "numerique", "D": "les_deux", "E": "aucune"}
    rows = [SimpleNamespace(code=id, cell=cell, is_likely=id != "D") for id, cell in cells.items()]
    missing = (MissingLine("Wifi", "wifi", "loin", True),)
    zones = {}
    for id, n in counts.items():
        line = replace(
            known(10, "wifi", "Wifi"), missing_low=n, missing_value=n, missing_about=f"{n} personnes"
        )
        zones[id] = ZoneOffer(id, 0, 0, (line,), missing, f"Zone {id}")
    offered = replace(offer_of(60, {}, {}), zones=zones)
    by_need = mismatches(rows, offered)
    assert [(need, [each.code for each in matched_zones]) for need, matched_zones in by_need] == [
        ("Précarités numérique et sociale élevées", ["B", "A"]),
        ("Précarité numérique élevée", ["C"]),
    ]
    assert by_need[0][1][0].gaps[0].lack.startswith("90 personnes")
    assert mismatches(rows, None) == []
    silent = replace(offered, zones={"A": replace(zones["A"], missing=())})
    assert mismatches(rows, silent) == []


def test_the_line_that_the_loop_follows_is_a_gap_as_soon_as_somebody_surely_lacks_it():
    """L’aide aux démarches, même sans règle : la boucle disait « rien n’est prévu » de ce que rien ne proposait."""

    def lacking(id: str, low: float) -> OfferLine:
        return replace(known(10, id, id), missing_low=low, missing_value=low + 90)

    def zone(code: str, *lines: OfferLine) -> ZoneOffer:
        rule = (MissingLine("Wifi", "wifi", "loin", True),)
        return ZoneOffer(code, 2, 1, lines, rule, f"Zone {code}")

    zones = {
        "A": zone("A", lacking("assistance", 142), lacking("wifi", 337), lacking("formation", 500)),
        "B": zone("B", lacking("assistance", 0.4), lacking("wifi", 60)),
        "C": zone("C", lacking("assistance", 9), lacking("wifi", 0)),
    }
    finished = FinishedCensus("Échirolles", date(2026, 11, 12))
    sure_gaps = gaps.lacks(replace(offer_of(60, {}, {}), zones=zones, finished=finished))
    assert [gap.key for gap in sure_gaps] == [
        "gap:A:assistance",
        "gap:A:wifi",
        "gap:B:wifi",
        "gap:C:assistance",
    ], "fewer than fifty people come last"
    some = gaps.SOME.format("à portée de marche")
    assert [gap.reason for gap in sure_gaps] == [some, "loin", "loin", some]
