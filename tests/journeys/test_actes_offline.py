"""The ten acts of a permanence, noted on a telephone while the network is cut and the battery dies: none is
lost, none is doubled.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from maillage.manage.commands.demo import DOMAIN, PASSWORD
from tests.journeys.conftest import PHONE
from tests.support.browsing import battery_dies
from tests.support.served import restarted
from tests.support.speed import until

PAGE, QUEUE = "/espace/actes/noter/", "[data-file]"
IS_PAGE_STORED = """async () => {
  await navigator.serviceWorker.ready;
  for (const nom of await caches.keys())
    if (nom.startsWith("actes-") && (await (await caches.open(nom)).match(location.pathname))) return true;
  return false;
}"""
UNSENT_ACTS = """() => new Promise((oui) => {
  const d = indexedDB.open("maillage-actes", 1);
  d.onsuccess = () => { const r = d.result.transaction("actes").objectStore("actes").getAll();
    r.onsuccess = () => { d.result.close(); oui(r.result); }; };
})"""


SLOW_ANSWERS = """() => {
  const asked = window.fetch;
  window.answered = new Promise((oui) => { window.answer = oui; });
  window.fetch = async (...of) => { const answer = await asked(...of); await window.answered; return answer; };
}"""


def numbers(environment) -> list[str]:
    """Return the numbers of the acts that were noted for real, as many times as they are there."""
    path = Path(environment["MAILLAGE_HOME"]) / "maillage.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        rows = database.execute("select uid, minutes from actes_act where example = 0").fetchall()
    return sorted(str(uid).replace("-", "") for uid, _ in rows)


def sign_in(page, address: str) -> None:
    page.goto(f"{address}/connexion/?next={PAGE}")
    page.locator("[name=login]").fill(f"aidant@{DOMAIN}")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{address}{PAGE}")


def note(page, procedure: int, minutes: str, *, kind: str = "together", end: str = "done") -> None:
    """Four touches and one button."""
    for name, value in (("nature", kind), ("minutes", minutes), ("fin", end)):
        page.locator(f'[name="{name}"][value="{value}"]').check()
    page.locator('[name="demarche"]').nth(procedure).check()
    expect(page.locator("[data-relu]")).to_contain_text(f"{minutes} min")
    page.get_by_role("button", name="Noter l’acte").click()


def waits(page, n: int) -> None:
    expect(page.locator(QUEUE)).to_contain_text(f"{n} acte{'s' * (n > 1)} gardé")


@pytest.mark.complete
@pytest.mark.slow("a server and a browser stopped and started again")
def test_the_ten_acts_of_a_permanence_are_neither_lost_nor_doubled(device, site, environment, tmp_path):
    folder = tmp_path / "telephone"
    with restarted(environment) as server:
        address = server.address
        with device(folder) as telephone:
            page = telephone.new_page()
            sign_in(page, address)
            page.wait_for_function(IS_PAGE_STORED)
            before = numbers(environment)
            note(page, 0, "15")
            expect(page.locator(".annonces:not(.seance-rang)")).to_contain_text("Noté. Ensemble")
            server.stop()  # the network is cut
            for n in range(1, 5):
                note(page, n % 3, "10", end="waiting")
                waits(page, n)
            battery_dies(folder)
        assert len(numbers(environment)) == len(before) + 1
        with device(folder) as telephone:
            page = telephone.new_page()
            page.goto(f"{address}{PAGE}")  # the page that the telephone keeps
            waits(page, 4)
            note(page, 1, "20", kind="place")
            expect(page.locator(QUEUE)).to_contain_text("1 acte à revoir")
            page.get_by_role("button", name="Noter « ensemble »").click()
            waits(page, 5)
            note(page, 0, "30", kind="shown")
            waits(page, 6)
            for n in range(7, 9):  # a series by keyboard alone: like the last one, then enter
                page.keyboard.press("=")
                expect(page.locator("[data-relu]")).to_contain_text("30 min")
                page.keyboard.press("Enter")
                waits(page, n)
            unsent_uids = {row["uid"].replace("-", "") for row in page.evaluate(UNSENT_ACTS)}
            server.start()
            sign_in(page, address)
            expect(page.locator("[data-gardes]")).to_be_hidden()
            until(lambda: page.evaluate(UNSENT_ACTS) == [])
            note(page, 2, "5")
            expect(page.locator(".annonces:not(.seance-rang)")).to_contain_text("Noté. Ensemble")
        after = numbers(environment)
        assert len(after) == len(set(after)) == len(before) + 10
        assert unsent_uids <= set(after)


@pytest.mark.complete
def test_an_act_being_typed_stays_when_stored_acts_are_sent_or_an_answer_is_slow(enter, site):
    page = enter("aidant", PAGE)
    page.context.set_offline(True)
    note(page, 0, "15")
    waits(page, 1)
    page.locator('[name="nature"][value="shown"]').check()
    page.context.set_offline(False)
    expect(page.locator("[data-gardes]")).to_be_hidden()
    expect(page.locator("[data-journee] .acte-temps").first).to_have_text("15 min")
    expect(page.locator('[name="nature"][value="shown"]')).to_be_checked()
    page.evaluate(SLOW_ANSWERS)
    note(page, 1, "20", kind="shown")
    expect(page.locator("[data-forme][inert]")).to_have_count(1)
    page.keyboard.press("p")
    assert page.locator('[name="nature"]:checked').get_attribute("value") == "shown"
    page.evaluate("answer()")
    expect(page.locator(".annonces:not(.seance-rang)")).to_contain_text("Noté. Montré")
    expect(page.locator("[data-forme][inert]")).to_have_count(0)
    expect(page.locator("#f-nature input").first).to_be_focused()


@pytest.mark.complete
def test_an_act_that_the_server_neither_took_nor_refused_stays_until_it_does(enter, environment):
    page = enter("aidant", PAGE)
    before = numbers(environment)
    answer = {"status": 503, "content_type": "text/html", "body": "<main><h1>Plus tard</h1></main>"}
    page.route(f"**{PAGE}", lambda route: route.fulfill(**answer))
    page.route("**/envoi/", lambda route: route.abort())
    note(page, 0, "15")
    waits(page, 1)
    assert page.url.endswith(PAGE)
    page.unroute(f"**{PAGE}")
    page.unroute("**/envoi/")
    page.locator("[data-envoyer]").click()
    expect(page.locator("[data-gardes]")).to_be_hidden()
    assert len(numbers(environment)) == len(before) + 1


def test_the_page_that_a_telephone_keeps_says_that_the_network_is_back_once_its_acts_left(enter):
    page = enter("aidant", PAGE, **PHONE)
    page.wait_for_function(IS_PAGE_STORED)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("[data-reseau]")).to_be_visible()
    note(page, 0, "15")
    waits(page, 1)
    page.context.set_offline(False)
    expect(page.locator(QUEUE)).to_contain_text("1 acte envoyé")
    expect(page.locator("[data-reseau]")).to_be_hidden()


def test_an_act_noted_once_the_session_is_over_says_so_and_leaves_after_signing_in(enter, environment):
    """« Hors réseau », read a page whose network was there; « Envoyer » did nothing and said nothing."""
    page = enter("aidant", PAGE, **PHONE)
    before = numbers(environment)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    note(page, 0, "15")
    expect(page.get_by_text("Votre session est fermée.")).to_be_visible()
    expect(page.locator("[data-reseau]")).to_be_hidden()
    page.context.add_cookies(cookies)
    page.locator("[data-envoyer]").click()
    expect(page.get_by_text("Votre session est fermée.")).to_be_hidden()
    expect(page.locator("[data-gardes]")).to_be_hidden()
    assert len(numbers(environment)) == len(before) + 1
