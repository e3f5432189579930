"""Sheets of paper: printed with their numbers, typed in a minute, typed twice and settled."""

import re
from datetime import UTC, datetime

import pytest

from maillage.apps.surveys.actions import campaigns, paper
from maillage.apps.surveys.forms import paper as forms
from maillage.apps.surveys.models import Answer, SecondEntry, Version
from maillage.apps.surveys.queries import paper as queries
from maillage.kernel.errors import Refused
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire
from tests.conftest import account

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
GRENOBLE, ELSEWHERE = "38185", "59392"


def ask(name: str, kind: str, **more) -> Question:
    return Question(name=name, kind=kind, label={"fr": f"Question {name} ?"}, **more)


def offer(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(name=name, label={"fr": name.capitalize()}) for name in names)


FORM = Questionnaire(
    id="f",
    title="Essai",
    lists={"on": offer("oui", "non"), "eq": offer("smartphone", "pc", "tablette")},
    items=(
        ask("net", "one", choices="on"),
        ask("ou", "text", relevant="${net} = 'oui'"),
        ask("eq", "many", choices="eq"),
        ask("ordre", "rank", choices="eq"),
        ask("age", "integer", constraint=". < 120"),
        ask("depuis", "date"),
        ask("accord", "acknowledge"),
    ),
)


@pytest.fixture
def runner():
    return account("ana", "analyste", territory=GRENOBLE)


@pytest.fixture
def survey(runner):
    draft = campaigns.prepare(by=runner, title="Essai", territory=GRENOBLE, questionnaire=FORM, at=AT)
    return campaigns.open_survey(draft, by=runner, at=AT)


def page(survey, what="saisie/") -> str:
    return f"/espace/enquetes/{survey.pk}/papier/{what}"


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("net", "2", "non"),
        ("net", "N", "nsp"),
        ("net", "?", "nsp"),
        ("net", "r", "refus"),
        ("eq", "1 3", "smartphone tablette"),
        ("eq", "13", "smartphone tablette"),
        ("eq", "1,3,3", "smartphone tablette"),
        ("ordre", "2 1 3", "pc smartphone tablette"),
        ("ordre", "0 2 1", "tablette pc"),
        ("age", "71", "71"),
        ("depuis", "31122025", "2025-12-31"),
        ("depuis", "1/02/2026", "2026-02-01"),
        ("accord", "x", "OK"),
        ("ou", "n", "n"),
    ],
)
def test_a_few_signs_are_an_answer(name, typed, value):
    assert forms.read(FORM, {f"q-{name}": typed}).values == {name: value}
    again = forms.typed_back(FORM, FORM.question(name), value)
    assert forms.read(FORM, {f"q-{name}": again}).values == {name: value}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("net", "3"),
        ("net", "0"),
        ("net", "oui"),
        ("net", "²"),
        ("eq", "1 9"),
        ("ordre", "1 1 2"),
        ("ordre", "5 1 2"),
        ("ordre", "0"),
        ("age", "douze"),
        ("depuis", "31/02/2026"),
        ("accord", "2"),
    ],
)
def test_an_unreadable_value_is_refused_and_stays_on_the_page(name, typed):
    read = forms.read(FORM, {f"q-{name}": typed})
    assert name in read.unread and read.raw[name] == typed and not read.values


def test_a_sheet_is_typed_then_the_next_one(client, runner, survey):
    client.force_login(runner)
    answer = client.post(page(survey), {"feuille": "0012", "q-net": "2", "q-age": "71"}, follow=True)
    stored_answer = Answer.objects.get()
    assert (stored_answer.form, stored_answer.channel, stored_answer.values, stored_answer.by) == (
        "12",
        "paper",
        {"net": "non", "age": "71"},
        runner,
    )
    assert "Feuille n° 12 enregistrée" in answer.content.decode().replace("\u00a0", " ")


def test_contradictory_answers_are_confirmed_then_stored_as_written(client, runner, survey):
    client.force_login(runner)
    sheet = {"feuille": "1", "q-net": "2", "q-ou": "au travail", "q-age": "300"}
    response = client.post(page(survey), sheet)
    assert response.status_code == 400 and not Answer.objects.exists()
    assert (
        "ne devait pas être posée" in response.content.decode() and 'value="300"' in response.content.decode()
    )
    client.post(page(survey), sheet | {"quand-meme": "1"})
    assert Answer.objects.get().values == {"net": "non", "ou": "au travail", "age": "300"}


def test_an_empty_sheet_or_one_without_number_is_refused(client, runner, survey):
    client.force_login(runner)
    assert client.post(page(survey), {"feuille": "1"}).status_code == 400
    assert client.post(page(survey), {"feuille": "<b>", "q-net": "1"}).status_code == 400
    assert not Answer.objects.exists()


def test_a_number_serves_once(client, runner, survey):
    client.force_login(runner)
    client.post(page(survey), {"feuille": "7", "q-net": "1"})
    response = client.post(page(survey), {"feuille": "7", "q-net": "2"})
    assert response.status_code == 400 and "déjà été saisie" in response.content.decode()
    assert re.search(
        r'<input id="feuille"[^>]* aria-describedby="refus" autofocus>', response.content.decode()
    )  # typed again there
    assert Answer.objects.get().values == {"net": "oui"}


def enter(survey, runner, form="1", **values):
    return paper.enter(survey, survey.versions.first(), form=form, values=values, by=runner, at=AT)


def test_two_typings_that_agree_are_settled_at_once(survey, runner):
    enter(survey, runner, net="oui")
    assert (
        paper.second(
            survey, survey.versions.first(), form="1", values={"net": "oui"}, by=runner, at=AT
        ).settled_at
        == AT
    )
    with pytest.raises(Refused, match="seconde"):
        paper.second(survey, survey.versions.first(), form="1", values={"net": "oui"}, by=runner, at=AT)


def test_both_typings_are_of_one_version(client, survey, runner):
    enter(survey, runner, net="oui")
    first = survey.versions.get()
    Version.objects.create(survey=survey, number=2, definition=first.definition, made_at=AT)
    client.force_login(runner)
    page_text = client.get(page(survey)).content.decode()
    assert 'name="version" value="2"' in page_text
    assert "version=1" in page_text
    response = client.post(page(survey), {"saisie": "seconde", "version": "2", "feuille": "1", "q-net": "1"})
    assert response.status_code == 400
    assert "Choisissez la version 1" in response.content.decode()
    assert (
        client.post(
            page(survey), {"saisie": "seconde", "version": "1", "feuille": "1", "q-net": "1"}
        ).status_code
        == 302
    )


def test_a_number_is_the_same_in_small_letters(client, runner, survey):
    client.force_login(runner)
    client.post(page(survey), {"feuille": "b-7", "q-net": "1"})
    assert client.post(page(survey), {"feuille": "B-7", "q-net": "1"}).status_code == 400
    assert Answer.objects.get().form == "B-7"


def test_a_sheet_never_typed_has_no_second_typing(survey, runner):
    with pytest.raises(Refused, match="seconde"):
        paper.second(survey, survey.versions.first(), form="9", values={"net": "oui"}, by=runner, at=AT)


def test_a_difference_is_settled_with_the_sheet_in_hand(client, runner, survey):
    first_entry = enter(survey, runner, net="oui", age="17", ou="ici")
    paper.second(
        survey, survey.versions.first(), form="1", values={"net": "oui", "age": "71"}, by=runner, at=AT
    )
    (difference,) = queries.differences(survey)
    assert [(gap.name, gap.first, gap.second) for gap in difference.gaps] == [
        ("ou", "ici", "rien"),
        ("age", "17", "71"),
    ]
    client.force_login(runner)
    assert client.post(page(survey, "ecarts/"), {"feuille": first_entry.pk, "q-age": "2"}).status_code == 400
    # A name that does not differ changes nothing, whatever is sent.
    sent = {"feuille": first_entry.pk, "q-age": "2", "q-ou": "1", "q-net": "2", "q-autre": "2"}
    assert client.post(page(survey, "ecarts/"), sent).status_code == 302
    first_entry.refresh_from_db()
    assert first_entry.values == {"net": "oui", "age": "71", "ou": "ici"}
    assert SecondEntry.objects.get().settled_at and queries.differences(survey) == []
    assert client.post(page(survey, "ecarts/"), sent).status_code == 400


def test_the_next_sheets_follow_those_printed(client, runner, survey):
    client.force_login(runner)
    response = client.post(
        page(survey, "feuilles.pdf"), {"copies": "20", "premiere": "1", "langue": "fr", "rendre": "l’accueil"}
    )
    assert response.content.startswith(b"%PDF")
    assert queries.next_form(survey) == 21
    enter(survey, runner, form="30", net="oui")
    assert queries.next_form(survey) == 31
    assert client.post(page(survey, "feuilles.pdf"), {"copies": "500", "premiere": "1"}).status_code == 400
