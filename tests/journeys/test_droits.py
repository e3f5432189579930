"""The rights of a person on a phone, by keyboard and without a script: told, corrected, printed on one page."""

import re

import pytest

from tests.journeys.conftest import PHONE
from tests.support.profile import some

PAGES = {
    "lignes": "droits/",
    "une": "droits/carte-identite/",
    "papier": "droits/imprimer/",
}
LISTS = {"listes": "/espace/papiers-demandes/", "liste": "/espace/papiers-demandes/liste/?demarche=rsa"}


@pytest.fixture
def andrei(enter):
    """Return the address of the sheet of the person of the demonstration."""
    page = enter("aidant", "/espace/personnes/?q=M. Andrei")
    return re.search(r"/espace/personnes/\d+/", page.content())[0]


@pytest.mark.complete
@pytest.mark.parametrize("name", some(PAGES, "lignes"))
def test_axe_finds_nothing_on_the_rights_of_a_person(enter, andrei, faults_by_day_and_night, name):
    page = enter("aidant", f"{andrei}{PAGES[name]}", looked=True, **PHONE)
    page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults_by_day_and_night(page) == []


@pytest.mark.complete
@pytest.mark.parametrize("name", some(LISTS, "liste"))
def test_axe_finds_nothing_on_the_lists_of_papers(enter, faults_by_day_and_night, name):
    page = enter("aidant", LISTS[name], looked=True, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults_by_day_and_night(page) == []


@pytest.mark.complete
def test_a_paper_is_ticked_without_a_script_and_the_sheet_is_one_page(chromium, signed_in, enter, andrei):
    context = chromium.new_context(
        viewport=PHONE, java_script_enabled=False, locale="fr-FR", storage_state=signed_in("aidant")
    )
    page = context.new_page()
    site = enter("aidant", "/espace/").url.split("/espace/")[0]
    page.goto(f"{site}{andrei}droits/carte-identite/")
    page.focus("button:has-text('justificatif de domicile')")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=3 papiers réunis sur 4")
    page.click("button[aria-pressed=true]:has-text('justificatif de domicile')")
    page.wait_for_selector("text=2 papiers réunis sur 4")
    page.goto(f"{site}{andrei}droits/imprimer/")
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) == 1
    context.close()
