"""The rights of a person on a phone, by keyboard and without a script: told, corrected, printed on one page."""

import re

import pytest

from tests.journeys.conftest import PHONE


@pytest.fixture
def andrei(enter):
    """Return the address of the sheet of the person of the demonstration."""
    page = enter("aidant", "/espace/personnes/?q=M. Andrei")
    return re.search(r"/espace/personnes/\d+/", page.content())[0]


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
