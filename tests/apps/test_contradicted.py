"""Beside the figure of the need, on every page of the site that prints it: what was published against it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.steering.codesign import actions as workshops
from maillage.manage.main import main
from maillage.publishing.territory.reading import PublishedNote
from tests.conftest import PLACE, account

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
APPS = Path(dossiers.__file__).parents[1]
CONTRADICTION = "Isère, 2019 : 25 %, d’après l’Insee ; notre calcul y donne 18 %."
NOTES = (
    PublishedNote(
        "contredit", "Un chiffre publié contredit le nôtre, au long.", f"**Contredit.** {CONTRADICTION}"
    ),
    PublishedNote("note", "Un autre chiffre compte autre chose.", ""),
)


@pytest.fixture
def contradicted(study, monkeypatch):
    """The study, when a published figure contradicts it."""
    study_reading = replace(dossiers.reading(study), published=NOTES)
    monkeypatch.setattr(dossiers, "reading", lambda study: study_reading)
    return study_reading


@pytest.mark.parametrize(
    ("address", "withheld"),
    [
        (f"/rejoindre/{PLACE}/?nom=Le+Café", None),
        (f"/territoires/{PLACE}/boucle/", True),
        ("/espace/", True),
        ("/espace/pilotage/", True),
        (f"/espace/co-construction/cas/?territoire={PLACE}&operateur=caf", True),
        (f"/territoires/{PLACE}/verifier/?q=3+000+personnes", None),
        ("groupe", True),
    ],
)
def test_the_headline_is_never_printed_without_what_contradicts_it(
    client, contradicted, monkeypatch, address, withheld
):
    lea = account("lea", "coordination", territory="38")
    client.force_login(lea)
    if address == "groupe":
        workshop_fields = {"title": "Caf", "objective": "Aller au bout", "day": AT.date(), "token": "z"}
        session = workshops.prepare(PLACE, at=AT, by=lea, **workshop_fields)
        address = f"/groupe/{session.groups.get(number=1).code}/"
    page = client.get(address).content.decode().replace("\xa0", " ")
    assert contradicted.headline.between.replace("\xa0", " ").split()[-1] in page
    assert page.count(CONTRADICTION) == 1, "once, in few words"
    assert "compte autre chose" not in page
    if withheld:
        hidden = replace(contradicted, withheld=True)
        monkeypatch.setattr(dossiers, "reading", lambda study: hidden)
        page = client.get(address).content.decode().replace("\xa0", " ")
        assert CONTRADICTION not in page, "there is no figure to contradict"


@pytest.mark.parametrize("address", ["/espace/", "/espace/pilotage/", f"/territoires/{PLACE}/"])
def test_the_page_of_a_perimeter_says_its_extent(client, study, address):
    """« Grenoble-Alpes-Métropole, 46 000 » et « Agglomération grenobloise, 38 000 » : quelles communes ?"""
    client.force_login(account("lea", "coordination", territory="38"))
    assert dossiers.reading(study).territory.subtitle in client.get(address).content.decode()


def test_the_command_of_the_loop_tells_it_too(contradicted, capsys):
    assert main(["boucle", PLACE]) == 0
    assert f"Contredit. {CONTRADICTION}" in capsys.readouterr().out.replace("\xa0", " ")


def test_who_prints_the_headline_prints_what_contradicts_it():
    """A template or a query that takes the first figure of a reading names what stands beside it."""
    taking = re.compile(r"\bheadline\.(?:value|between|about)\b|= reading\.headline\b")
    text_by_path = {
        each.relative_to(APPS): text
        for each in (*APPS.rglob("*.html"), *APPS.rglob("*.py"))
        if taking.search(text := each.read_text())
    }
    assert len(text_by_path) >= 6
    contradiction_marks = ("contradicted", "reading.published", "dossiers/_figure.html")
    assert [
        str(path)
        for path, text in text_by_path.items()
        if not any(each in text for each in contradiction_marks)
    ] == []


def test_what_contradicts_a_figure_is_read_as_words(db):
    rendered_note = render_to_string("dossiers/_contradicted.html", {"notes": ["**Attention.** <b>25 %</b>"]})
    assert "<strong>Attention.</strong>" in rendered_note and "<b>" not in rendered_note
