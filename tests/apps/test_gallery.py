"""The gallery: each row of the reference list is there, drawn or with the reason why it is not."""

import re
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest

from maillage.apps.gallery import queries
from maillage.apps.plans import actions as steering
from maillage.reports.gallery import plate as plates
from maillage.reports.gallery.plate import FAMILIES
from tests.conftest import PLACE, account

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROWS = {f"I-{n:03}" for n in range(1, 69)}
HEAVIEST = 300_000  # bytes of a page


@pytest.fixture
def drawn(study, monkeypatch):
    """The plates of a study, in place of that of the demonstration."""
    monkeypatch.setattr(queries, "DEMONSTRATION", PLACE)
    return {plate.id: plate for plate in queries.plates()}


def answered(found) -> set[str]:
    return {row for plate in found for row in plate.requirements} | {
        page.requirement for page in queries.pages()
    }


def test_each_row_of_the_list_is_answered_with_a_study_and_without(home, drawn):
    assert answered(drawn.values()) == ROWS


def test_without_a_study_the_page_says_what_it_lacks(client, home):
    found = queries.plates()
    assert answered(found) == ROWS
    assert {each.reason for each in found if each.id == "numerique"} == {
        "Aucune étude de la démonstration n’est encore calculée sur cette installation."
    }
    page = client.get("/galerie/cartes/").content.decode()
    assert page.count("Aucune étude de la démonstration") == 4
    assert client.get("/galerie/planches/numerique.svg").status_code == 404


def test_each_drawing_has_a_conclusion_a_table_and_a_source(drawn):
    ids = [plate.id for plate in queries.plates()]
    assert len(ids) == len(set(ids))
    for plate in drawn.values():
        assert bool(plate.svg) != bool(plate.reason), plate.id
        if plate.svg:
            assert plate.title and plate.title != plate.about, plate.id
            assert not re.search(r"\bnan\b|None|\*\*|\.\.", plate.title + plate.source), plate.id
            assert plate.table.rows and plate.source, plate.id
            assert {len(row) for row in plate.table.rows} == {len(plate.table.columns)}, plate.id
            assert 'role="' in plate.svg and ("aria-label" in plate.svg or "<title" in plate.svg), plate.id


def test_a_drawing_comes_right_after_its_conclusion(client, drawn):
    page = client.get("/galerie/habitants/").content.decode()
    assert page.count('class="dessin-planche"') > 1
    for section in page.split("<section")[1:]:
        if 'class="dessin-planche"' in section:
            order = [section.index(mark) for mark in ("</h2>", 'class="dessin-planche"', ">CSV<")]
            assert order == sorted(order)


def test_a_drawing_goes_as_picture_and_its_table_as_a_file(client, drawn):
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


def test_no_page_is_heavy_and_maps_come_when_they_are_seen(client, drawn, monkeypatch):
    monkeypatch.setattr(plates, "HEAVY", 6_000)  # the maps of one commune are light
    for family in FAMILIES:
        page = client.get(f"/galerie/{family}/").content.decode()
        assert len(page.encode()) <= HEAVIEST, family
        assert not re.findall(r"<style| style=", page), family
        assert page.count("<img") == page.count('loading="lazy"')
    heavy = [plate for plate in drawn.values() if plate.is_heavy]
    assert heavy
    for plate in heavy:
        page = client.get(f"/galerie/{plate.family}/").content.decode()
        assert f'src="/galerie/planches/{plate.id}.svg?voir=1"' in page
        assert plate.size[0] > 300


def test_printed_percentages_are_those_of_the_studies(drawn):
    """What Strasbourg printed of all its structures is not what those who answered say."""
    told = dict(row for name in ("besoins", "canaux") for row in drawn[name].table.rows)
    assert told["Moyens humains"].startswith("45")
    assert told["Orientation par des structures partenaires"].startswith("73")
    assert drawn["type-structure"].table.rows[0][:2] == ("Association", "19")


def test_the_outline_of_a_territory_has_no_class(drawn):
    assert not re.search(r'class="zone (?!fond)', drawn["perimetre"].svg)
    assert "<text" in drawn["perimetre"].svg


def test_each_link_of_each_page_leads_somewhere(client, drawn):
    lea = account("lea", "analyste", territory="38")
    plan = steering.open_plan(PLACE, title="Le plan", frame=None, by=lea, at=AT)
    steering.publish(plan, shown=True, by=lea, at=AT)
    found = {}
    for page in ("/galerie/", *(f"/galerie/{family}/" for family in FAMILIES)):
        main = client.get(page).content.decode().partition("<main")[2].partition("</main")[0]
        for href in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', main):
            found.setdefault(urljoin(page, href).partition("#")[0], page)
    found = {href: page for href, page in found.items() if not href.startswith("/galerie/planches/")}
    assert "/dematerialisation/" in found
    gone = {href: page for href, page in found.items() if client.get(href).status_code >= 400}
    assert not gone
