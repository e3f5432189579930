"""The quality of answers, on its page: they are counted, missing ones are reported, invented people are
separate.
"""

import secrets
from datetime import UTC, datetime
from html import unescape

import pytest

from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.autonomy import actions, rules
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.queries import quality as queries
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine
from tests.support.bilans import timed
from tests.support.personas import SANDRINE

pytestmark = pytest.mark.both_databases

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
VERSION = bilan.version()


def body(response) -> str:
    return " ".join(unescape(response.content.decode()).replace("\u00a0", " ").split())


def keep(answers=SANDRINE, *, person=None, mode="self", at=AT) -> Bilan:
    carried = Carried(
        mode=mode, answers=dict(answers), timings=timed(240, answers), token=secrets.token_hex(12)
    )
    while question_id := engine.next_question(carried.answers):
        carried = carried.answered(question_id, "-")
    return actions.keep(
        carried, purpose=rules.PERSON if person else rules.COUNT, how="click", at=at, person=person
    )


@pytest.mark.django_db
def test_with_no_answer_the_page_says_so_and_explains_each_measure(client):
    page = body(client.get("/bilan/qualite/"))
    assert "Aucune vraie réponse pour l’instant." in page
    assert "Pas encore assez de réponses : 0 sur 30" in page
    assert "Pas encore assez de réponses : 0 sur 100" in page
    assert "Plus de 15 % : la question est à récrire." in page
    assert " %" not in page.replace("Plus de 15 %", "").replace("Plus de 20 %", ""), "no figure is made up"


@pytest.mark.django_db
def test_invented_people_are_labelled_and_counted_separately(client):
    invented = people.welcome(by=None, structure=None, at=AT, example=True)
    for _ in range(2):
        keep(person=invented)
    page = body(client.get("/bilan/qualite/"))
    assert "Aucune vraie réponse" in page
    assert "2 bilans de personnes inventées" in page
    page = body(client.get("/bilan/qualite/?exemples=1"))
    assert "Exemple : 2 bilans de personnes inventées." in page


@pytest.mark.django_db
def test_a_demonstration_account_invents_too():
    demo = User.objects.create_user("demo@exemple.fr", "x", is_demonstration=True)
    bilan = keep()
    Bilan.objects.filter(pk=bilan.pk).update(by=demo)
    keep()
    page_figures = queries.page(VERSION)
    assert (page_figures.n, page_figures.examples, page_figures.quality.n) == (1, 1, 1)
    assert queries.page(VERSION, examples=True).quality.n == 1


@pytest.mark.django_db
def test_thirty_answers_show_on_the_page_with_their_number(client):
    for _ in range(30):
        keep()
        actions.count(rules.START, "self", on=AT.date())
    actions.count(rules.STOP, "A3", on=AT.date())
    page = body(client.get("/bilan/qualite/"))
    assert "30 bilans gardés ou comptés" in page
    assert "4 min" in page
    assert "· 30 bilans" in page
    assert "Arrêtés à A3" in page


@pytest.mark.django_db
def test_a_version_that_never_was_does_not_exist(client):
    assert client.get("/bilan/qualite/?version=bilan-99").status_code == 404
    assert client.get(f"/bilan/qualite/?version={VERSION}").status_code == 200
