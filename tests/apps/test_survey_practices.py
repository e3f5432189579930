"""The page of a survey of professionals: what they do in the place of people, detecting, orienting,
trained.
"""

import json
import re
import uuid
from datetime import UTC, datetime

import pytest

from maillage.apps.surveys.actions import campaigns, receive
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries import editions
from maillage.apps.surveys.rules import Sent
from maillage.reference.practices import study
from maillage.reference.surveys import banks
from tests.conftest import account

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def browser(client):
    client.force_login(account("analyste", "analyste", territory="38"))
    return client


def answered_survey(bank: str = "professionnels", n: int = 60, **more: str) -> Survey:
    """Ask n professionals: forty five do it in the place of people, twenty detect, eighteen can orient,
    four were trained.
    """
    row = campaigns.prepare(
        by=None, title="Nos métiers", territory="38151", questionnaire=banks()[bank], at=AT
    )
    row = campaigns.open_survey(row, by=None, at=AT)
    sent = []
    for k in range(n):
        values = {
            "metier": "social",
            "a_la_place": "souvent" if k < 45 else "parfois",
            "detection": "oui" if k < 20 else "non",
            "orienter": "oui" if k < 18 else "non",
            "forme": "oui" if k < 4 else "non",
        }
        sent.append(Sent(uid=uuid.UUID(int=k + 1), version=1, channel="meeting", values={**values, **more}))
    receive.receive(row, sent, at=AT)
    return row


def page(browser, row: Survey) -> str:
    answer = browser.get(f"/espace/enquetes/{row.pk}/resultats/pratiques/")
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ")


def test_the_four_practices_stand_beside_the_study_of_2015(browser):
    page_text = page(browser, answered_survey())
    for words in (
        "75 % (entre 64 et 83 %) font régulièrement les démarches en ligne à la place des personnes",
        "33 % (entre 24 et 44 %) disent que leur structure repère",
        "30 % (entre 21 et 41 %) sauraient diriger une personne",
        "moins de 20 % des structures",
        "30 % ou moins des intervenants sociaux",
        "Emmaüs Connect, Le numérique au sein de l’action sociale",
        "<svg",
    ):
        assert words in page_text, words


def test_a_practice_of_a_few_is_marked_for_who_holds_the_answers_and_never_published(browser):
    """Professionnels : des personnes. Sous 11 réponses, la part reste dans l’espace, avec la règle et sa raison."""
    row = answered_survey()
    page_text = page(browser, row)
    assert "ne sera pas publié" in page_text
    assert "Les professionnels répondent sur eux-mêmes" in page_text
    edition_text = json.dumps(editions.edition(row, at=AT), ensure_ascii=False).replace("\xa0", " ")
    assert "**Être formé** : non publié" in edition_text
    assert not re.search(r"(?<!\d)7 %", edition_text)


def test_nothing_is_computed_on_a_bound():
    """« Moins de 20 % », « 30 % ou moins » et « moins de 10 % » restent des mots (Y-021)."""
    assert {each.question: each.percent for each in study().practices} == {
        "a_la_place": 75,
        "detection": None,
        "orienter": None,
        "forme": None,
    }


def test_every_practice_is_a_question_of_the_bank_with_that_answer():
    bank = banks()["professionnels"]
    for practice in study().practices:
        question = bank.question(practice.question)
        assert question is not None
        assert practice.requirement in question.rows
        assert practice.choice in [choice.name for choice in bank.choices(question)]


def test_the_document_has_the_page_and_no_other_survey_has_it(browser):
    document = editions.edition(answered_survey(), at=AT)["document"]
    assert "À la place, détecter, orienter, être formé" in [each["title"] for each in document["chapters"]]
    inhabitants = campaigns.prepare(
        by=None, title="Habitants", territory="38151", questionnaire=banks()["habitants"], at=AT
    )
    where = f"/espace/enquetes/{inhabitants.pk}/resultats/"
    assert browser.get(f"{where}pratiques/").status_code == 302
    assert "Pratiques" not in browser.get(where).content.decode()
    assert "À la place" not in json.dumps(
        editions.edition(inhabitants, at=AT)["document"], ensure_ascii=False
    )


def test_without_an_answer_the_page_says_so(browser):
    row = campaigns.prepare(
        by=None, title="Vide", territory="38151", questionnaire=banks()["professionnels"], at=AT
    )
    assert "Aucune réponse" in page(browser, row)
