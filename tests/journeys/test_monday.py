"""A coordinator clears Monday morning from the page of the day alone, on a telephone and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.support.browsing import press

PEOPLE, STRUCK = "section[aria-labelledby=j-people]", "section[aria-labelledby=j-regle]"
NETWORK = "section[aria-labelledby=j-network]"


@pytest.mark.complete
def test_a_coordinator_clears_monday_morning_from_the_home_alone(enter, faults_of):
    page = enter("coordination", "/espace/", **PHONE)
    n = page.locator(f"{PEOPLE} .chose").count()
    assert n > 0
    first = page.locator(f"{PEOPLE} .chose h3").first.inner_text()
    press(page, f"{PEOPLE} .chose button")
    expect(page.locator(f"{STRUCK} s")).to_have_text(first)
    expect(page.locator(f"{PEOPLE} .chose")).to_have_count(n - 1)
    assert faults_of(page) == []
    press(page, f"{STRUCK} button")  # a wrong press is taken back
    expect(page.locator(STRUCK)).to_have_count(0)
    expect(page.locator(f"{PEOPLE} .chose h3").first).to_have_text(first)
    for _ in range(n):
        press(page, f"{PEOPLE} .chose button")
    expect(page.locator(PEOPLE)).to_have_count(0)
    expect(page.locator(f"{STRUCK} s")).to_have_count(n)

    task = page.locator(f"{NETWORK} .chose:has(form) h3").first.inner_text()
    press(page, f"{NETWORK} .chose form button")
    expect(page.locator(f"{STRUCK} s", has_text=task)).to_have_count(1)
    asks = page.locator(f"{NETWORK} a.bouton[href*='/entrees/']")
    rows = asks.count()
    assert rows > 0
    press(page, f"{NETWORK} a.bouton[href*='/entrees/']")
    page.get_by_label("nous l’avons appelée").focus()
    page.keyboard.press("Space")
    press(page, "button[value=accueillir]")
    expect(page.locator("main")).to_contain_text("Accueillie le")
    page.goto(page.url.split("/espace/")[0] + "/espace/")
    expect(asks).to_have_count(rows - 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
