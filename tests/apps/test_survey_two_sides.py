"""Inhabitants beside structures: the gap on the published page, in its PDF and in a file (E-018)."""

import uuid
from datetime import UTC, datetime

import pytest

from maillage.apps.surveys.actions import campaigns, receive
from maillage.apps.surveys.actions import results as actions
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import editions
from maillage.apps.surveys.rules import Sent
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from tests.conftest import account

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
WAYS = {"communication": "Une affiche", "bouche": "Le bouche-à-oreille", "orientation": "Un professionnel"}


def side(kind: str, *, territory: str = "38151", **ways: int) -> Survey:
    """Ask how the offer is known: so many people for each way."""
    form = Questionnaire(
        id=kind,
        title=f"Enquête {kind}",
        kind=kind,
        lists={"canaux": tuple(Choice(name=name, label={"fr": label}) for name, label in WAYS.items())},
        items=(
            Question(
                name=f"canal_{kind}",
                kind="one",
                choices="canaux",
                label={"fr": f"Comment connaît-on l’offre ? ({kind})"},
                topic="connaissance_offre",
                universe=kind,
            ),
        ),
    )
    row = campaigns.prepare(by=None, title=form.title, territory=territory, questionnaire=form, at=AT)
    row = campaigns.open_survey(row, by=None, at=AT)
    answered_ways = [way for way, n in ways.items() for _ in range(n)]
    sent = [
        Sent(uid=uuid.uuid4(), version=1, channel="street", values={f"canal_{kind}": way})
        for way in answered_ways
    ]
    receive.receive(row, sent, at=AT)
    return row


def publish(row: Survey) -> None:
    actions.publish(row, {"digest": editions.edition(row, at=AT)["digest"]}, by=None, at=AT)


def test_both_sides_stand_together_on_the_page_in_the_pdf_and_in_a_file(client):
    publish(side("structures", communication=50, bouche=20, orientation=20))
    people = side("inhabitants", communication=20, bouche=50, orientation=40)
    publish(people)
    where = f"/enquetes/{people.slug}/resultats/"
    page = client.get(where).content.decode().replace("\xa0", " ")
    assert "Habitants et structures, côte à côte" in page
    assert "18 % côté habitants (inhabitants, n = 110) et 56 % côté structures (structures, n = 90)" in page
    assert "Écarts (CSV)" in page
    assert client.get(f"{where}synthese.pdf").content.startswith(b"%PDF")
    lines = client.get(f"{where}ecarts.csv").content.decode().splitlines()
    assert len(lines) == 1 + len(WAYS)
    assert "connaissance_offre" in lines[1]


def test_alone_a_side_has_neither_gap_nor_file(client):
    publish(side("structures", territory="38185", communication=50, bouche=20, orientation=20))
    people = side("inhabitants", communication=20, bouche=50, orientation=40)
    publish(people)
    where = f"/enquetes/{people.slug}/resultats/"
    assert "côte à côte" not in client.get(where).content.decode()
    assert client.get(f"{where}ecarts.csv").status_code == 404


def test_the_working_page_tells_the_gap_too(client):
    client.force_login(account("analyste", "analyste", territory="38"))
    structures = side("structures", communication=50, bouche=20, orientation=20)
    people = side("inhabitants", communication=20, bouche=50, orientation=40)
    page = client.get(f"/espace/enquetes/{people.pk}/resultats/comparer/", {"avec": structures.pk})
    page_text = page.content.decode().replace("\xa0", " ")
    assert (
        f"Une affiche : moins souvent dans « {people.title} » que dans « {structures.title} » (−37 points"
        in page_text
    )
    assert "en baisse" not in page_text
