"""Answering alone at 390 px without script; sheets of paper typed by keyboard alone, one twice with a
difference settled.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import unfinished

MAKE = """
from datetime import date
from django.utils import timezone
from maillage.apps.surveys.actions import campaigns
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire
on = tuple(Choice(name=n, label={"fr": l}) for n, l in (("oui", "Oui"), ("non", "Non")))
ask = lambda name, kind, label, **more: Question(name=name, kind=kind, label={"fr": label}, **more)
form = Questionnaire(id="f", title=sys.argv[1], lists={"on": on}, items=(
    ask("age", "integer", "Quel âge avez-vous ?", required=True), ask("net", "one", "Internet ?", choices="on"),
    ask("ou", "text", "Où ?", relevant="${net} = 'oui'"), ask("avis", "one", "Content ?", choices="on")))
row = campaigns.prepare(by=None, title=sys.argv[1], territory="38185", questionnaire=form, at=timezone.now(), by_link=True)
campaigns.open_survey(row, by=None, at=timezone.now())
print(row.pk, row.slug)
"""
READ = """
from maillage.apps.surveys.models import Answer
print([(a.form, a.channel, a.values) for a in Answer.objects.filter(survey=int(sys.argv[1])).order_by("pk")])
"""


@pytest.fixture
def new_survey(in_the_platform):
    return lambda title: in_the_platform(MAKE, title).split()


@pytest.mark.complete
def test_sheets_are_typed_by_keyboard_alone_and_one_is_checked(enter, new_survey, in_the_platform, faults_of):
    pk, _ = new_survey("Sur papier")
    page = enter("analyste", f"/espace/enquetes/{pk}/papier/saisie/")
    for number in range(1, 6):
        # Number, age, « Non » (skips where), « Oui », then Enter on the button.
        page.wait_for_selector("#feuille:focus")  # nobody types before the page takes the keys
        for typed in (str(number), str(20 + number), "2", "1"):
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_selector(f"text=Feuille n° {number} enregistrée")
    assert faults_of(page, enhanced=False) == []
    page.goto(page.url.split("?")[0] + "?saisie=seconde")
    page.wait_for_selector("#feuille:focus")
    for typed in ("3", "32", "2", "1"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.click("text=1 feuille à régler")
    assert faults_of(page, enhanced=False) == []
    page.check("[name=q-age][value='2']")
    page.click("text=Régler la feuille n° 3")
    page.wait_for_selector("text=Aucune différence à régler")
    stored_answers = in_the_platform(READ, pk)
    assert stored_answers.count("'paper'") == 5 and "('3', 'paper', {'age': '32'," in stored_answers


@pytest.mark.complete
def test_who_types_before_the_page_is_whole_sends_no_half_sheet(enter, new_survey, site):
    pk, _ = new_survey("Tapée vite")
    page = enter("analyste")
    late_scripts = []
    page.route(re.compile(r"/papier\.[^/]*js$"), lambda route: late_scripts.append(route))
    page.goto(f"{site}/espace/enquetes/{pk}/papier/saisie/", wait_until="commit")
    page.wait_for_selector("[data-fin]")
    page.wait_for_selector("#feuille:focus")
    for typed in ("1", "42"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    with unfinished(page):
        assert page.input_value("#feuille") == "1"
    late_scripts.pop().continue_()
    expect(page.locator("[name=q-age]")).to_have_value("42")
    assert page.input_value("#feuille") == "1"
    assert page.get_by_role("alert").count() == 0
