"""Somebody of another country opens its site: from the whole to a quarter, then to a place; and what is
France’s says so.
"""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import PHONE, SLOW, give_frames
from tests.support import served, shared

pytestmark = [pytest.mark.complete, pytest.mark.slow("a second platform is started beside the other")]


@pytest.fixture(scope="module")
def country(tmp_path_factory) -> Iterator[str]:
    """The address of the site of the sample country, as `make run PAYS=exemple` starts it."""
    home = tmp_path_factory.mktemp("pays")  # empty, as somebody has it: the tables are made there
    own_environment = shared.environment(home) | {"MAILLAGE_PAYS": "exemple"}
    with served.platform(own_environment, "--demonstration") as (_, address):
        yield address


def arrive(page, address: str) -> None:
    page.wait_for_url(address, wait_until="domcontentloaded", timeout=SLOW)


def test_from_the_country_to_a_quarter_then_to_a_place(chromium, country):
    page = chromium.new_page(viewport=PHONE)
    page.goto(country)
    page.get_by_label("Quel territoire ?").fill("province nord")
    page.get_by_role("button", name="Voir le diagnostic").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Province du Nord"
    assert "entre" in page.locator(".chiffre").inner_text()
    page.locator("svg a").first.dispatch_event("click")  # the map leads to its zones
    arrive(page, "**/territoires/district-*/")
    zones = page.locator("table.zones tbody tr")
    assert zones.count() > 6, "more than a table of France shows at first on a phone"
    assert zones.last.is_visible()
    page.locator("table.zones a").first.click()
    arrive(page, "**/territoires/area-*/")
    page.goto(f"{country}/carte/")
    page.get_by_label("Ce que vous cherchez").fill("cours pour débuter")
    page.get_by_role("button", name="Chercher").click()
    page.locator(".resultats a").first.click()
    arrive(page, "**/lieux/*/")
    assert "cours pour débuter" in page.get_by_role("main").inner_text()
    page.goto(f"{country}/bilan/")
    assert page.get_by_role("heading", level=1).inner_text() == "Cette page ne vaut que pour la France"
    page.close()


@pytest.mark.parametrize("path", ["/", "/territoires/pays/", "/lieux/L01/"])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(page_of, country, faults_by_day_and_night, path):
    page = page_of()
    page.goto(f"{country}{path}")
    assert faults_by_day_and_night(page) == []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        give_frames(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
