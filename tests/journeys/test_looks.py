"""One page of each template of the features: by day on a desk, by night on a telephone, in a narrow window."""

import re

import pytest

from tests.support.looked_pages import PAGES_BY_LOGIN
from tests.support.profile import some

ALWAYS = (
    *(("", "/ateliers/"), ("", "/rendez-vous/{door}/"), ("aidant", "/espace/mandats/")),
    ("structure", "/espace/reseau/permanences/{place}/{people}/"),
    ("coordination", "/espace/reseau/discussions/resource/{resource}/"),
)


@pytest.fixture(scope="module")
def person(chromium, site, signed_in) -> str:
    """The address of the sheet of the person of the demonstration."""
    context = chromium.new_context(storage_state=signed_in("aidant"))
    page = context.new_page()
    page.goto(f"{site}/espace/personnes/?q=M. Andrei")
    address = re.search(r"/espace/personnes/\d+/", page.content())[0]
    context.close()
    return address


@pytest.mark.complete
@pytest.mark.parametrize(
    ("login", "address"),
    some([(login, each) for login, pages in PAGES_BY_LOGIN.items() for each in pages], *ALWAYS),
)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    visit, signed_in, faults_by_day_and_night, demonstration_keys, person, login, address
):
    signed = {"storage_state": signed_in(login)} if login else {}
    page = visit(address.format(person=person, **demonstration_keys), looked=True, **signed)
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
    assert page.locator("h1").count() == 1
    assert faults_by_day_and_night(page, enhanced=not signed) == []
    width = 390 if address.endswith("droits/imprimer/") else 320  # its ticks and its dates stand in columns
    page.set_viewport_size({"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
