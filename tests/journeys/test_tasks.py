"""Somebody tries the five small tasks of the diagnosis: by touch, by keyboard, without script; and stops
when they like.
"""

import re

import pytest
from django.core import signing

from maillage.apps.referrals.autonomy.forms.carried import COOKIE, SALT
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.reference import bilan_tasks
from tests.support.bilans import CARRIED
from tests.support.browsing import tab_to, until
from tests.support.profile import some

SCREENS = [
    "",
    "toucher/",
    "descendre/",
    "ecrire/",
    "message/",
    "trouver/",
]


@pytest.fixture
def key(site, tmp_path_factory) -> str:
    """The key with which the server signs what a browser holds."""
    home = next(tmp_path_factory.getbasetemp().glob("maison*"))
    return (home / "cle-secrete").read_text("utf-8")


@pytest.fixture
def under_way(visit, site, key):
    """Open a page of the tasks in a browser where the questions are answered."""

    def open_page(address: str = "/bilan/essayer/", *, carried: Carried = CARRIED, **options):
        page = visit("/glossaire/", **options)
        value = signing.dumps(carried.to_plain(), key=key, salt=SALT, compress=True)
        page.context.add_cookies([{"name": COOKIE, "value": value, "url": site}])
        page.goto(site + address)
        return page

    return open_page


def carried_by(page, key: str) -> Carried:
    value = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == COOKIE)
    return Carried.from_plain(signing.loads(value, key=key, salt=SALT))


@pytest.mark.complete
def test_all_five_by_touch_on_a_phone(under_way, key):
    page = under_way(width=390, height=844, has_touch=True, is_mobile=True)
    page.locator(".tuile").first.tap()
    page.wait_for_url("**/toucher/")
    sun = page.locator("[data-image=soleil]")
    places = []
    for size in (88, 56, 44):
        box = sun.bounding_box()
        assert (box["width"], box["height"]) == (size, size)
        places.append((box["x"], box["y"]))
        page.touchscreen.tap(box["x"] - 12, box["y"] + size / 2)
        page.locator("[data-dit]", has_text="Presque").wait_for()
        sun.tap()
    assert len(set(places)) == 3
    page.locator("[data-suivant]").tap()

    page.wait_for_url("**/descendre/")
    assert page.evaluate("document.documentElement.scrollHeight / innerHeight") >= 3
    page.mouse.wheel(0, 2000)
    until(page, "scrollY > 1500")
    page.mouse.wheel(0, -300)
    until(page, "scrollY < 1800")
    page.mouse.wheel(0, 9000)
    page.get_by_role("button", name="J’ai fini").tap()

    page.wait_for_url("**/ecrire/")
    word, address = (model.text for model in bilan_tasks.form("A").models)
    page.locator("#saisie-word").tap()
    page.keyboard.type("leb")
    page.keyboard.press("Backspace")
    page.keyboard.type(word[2:].upper())
    page.locator("[data-verifier]").tap()
    page.locator("#saisie-address").fill("lea75")
    page.locator("[data-verifier]").tap()
    page.locator("[data-dit]", has_text="Presque").wait_for()
    page.locator("#saisie-address").fill(address)
    page.locator("[data-verifier]").tap()
    page.locator("[data-suivant]").tap()

    page.wait_for_url("**/message/")
    for number in "12":
        page.get_by_text(re.compile(f"Message {number} sur 2")).wait_for()
        trap = page.locator(".essai-adresse").count()
        page.locator(f"label:has([value={'check' if trap else 'keep'}])").tap()
        page.get_by_role("button", name="Suivant").tap()

    page.wait_for_url("**/trouver/")
    page.get_by_role("link", name="Horaires").tap()
    page.wait_for_url("**page=horaires**")
    page.get_by_text("9 h 30", exact=True).tap()
    page.get_by_role("button", name="Suivant").tap()
    page.wait_for_url("**/bilan/resultat/")

    carried = carried_by(page, key)
    assert carried.outcomes == dict.fromkeys(("T1", "T2", "T3", "T4", "T5"), "passed")
    assert carried.tasks["T1"]["misses"] == [1, 1, 1]
    assert carried.tasks["T1"]["way"] == carried.tasks["T2"]["way"] == "touch"
    assert carried.tasks["T2"]["turns"] == 2
    assert (
        carried.tasks["T3"]["word"],
        carried.tasks["T3"]["address"],
        carried.tasks["T3"]["corrections"],
    ) == (
        1,
        2,
        1,
    )
    assert (carried.tasks["T5"]["pages"], carried.tasks["T5"]["answers"]) == (2, 1)
    assert all(carried.timings[id] >= 0 for id in carried.tasks)


def test_all_five_by_keyboard(under_way, key):
    page = under_way()
    tab_to(page, "a.tuile")
    page.keyboard.press("Enter")
    page.wait_for_url("**/toucher/")
    tab_to(page, "[data-image]:not([data-image=soleil])")
    page.keyboard.press("Enter")  # another picture: said, and counted
    page.locator("[data-dit]", has_text="Presque").wait_for()
    for number in range(3):
        page.keyboard.press("Shift+Tab")
        page.evaluate("document.querySelector('h1').focus()") if not number else None
        tab_to(page, "[data-image=soleil]")
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('[data-suivant]')")
    page.keyboard.press("Enter")

    page.wait_for_url("**/descendre/")
    page.keyboard.press("End")
    tab_to(page, ".essai-notice button")
    page.keyboard.press("Space")

    page.wait_for_url("**/ecrire/")
    tab_to(page, "#saisie-word")
    for model in bilan_tasks.form("A").models:
        page.keyboard.type(model.text)
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('[data-suivant]')")
    page.keyboard.press("Enter")

    page.wait_for_url("**/message/")
    for number in "12":
        page.get_by_text(re.compile(f"Message {number} sur 2")).wait_for()
        tab_to(page, "[name=choix]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

    page.wait_for_url("**/trouver/")
    tab_to(page, "a[href*='page=horaires']")
    page.keyboard.press("Enter")
    page.wait_for_url("**page=horaires**")
    tab_to(page, "[name=heure]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/bilan/resultat/")

    carried = carried_by(page, key)
    assert carried.outcomes == dict.fromkeys(("T1", "T2", "T3", "T4", "T5"), "passed")
    assert carried.tasks["T1"]["misses"] == [1, 0, 0]
    assert carried.tasks["T1"]["way"] == "keyboard"
    assert carried.tasks["T4"]["trap"] == carried.tasks["T4"]["true"] == "check"


@pytest.mark.complete
def test_without_script_three_plain_pages_remain(under_way, key):
    page = under_way(java_script_enabled=False)
    page.locator("a.tuile").first.click()
    page.wait_for_url("**/descendre/")
    page.get_by_role("button", name="J’ai fini").click()
    page.wait_for_url("**/message/")
    for _ in range(2):
        page.locator("label:has([value=erase])").click()
        page.get_by_role("button", name="Suivant").click()
    page.wait_for_url("**/trouver/")
    page.get_by_text("12 h", exact=True).click()
    page.get_by_role("button", name="Suivant").click()
    page.get_by_text("Vous pouvez chercher encore.").wait_for()
    page.get_by_role("link", name="Horaires").click()
    page.get_by_text("9 h 30", exact=True).click()
    page.get_by_role("button", name="Suivant").click()
    page.wait_for_url("**/bilan/resultat/")
    carried = carried_by(page, key)
    assert carried.outcomes == {"T2": "passed", "T4": "failed", "T5": "passed"}
    assert carried.tasks["T5"]["answers"] == 2


@pytest.mark.complete
def test_a_task_without_script_says_so(under_way):
    for slug in ("toucher", "ecrire"):
        page = under_way(f"/bilan/essayer/{slug}/", java_script_enabled=False)
        assert page.is_visible("[data-sans-script]")
        assert not page.is_visible("main form")


@pytest.mark.complete
def test_stopping_measures_nothing(under_way, key):
    page = under_way("/bilan/essayer/toucher/")
    page.locator("[data-image=soleil]").click()
    page.get_by_role("link", name="Arrêter").click()
    page.wait_for_url("**/bilan/resultat/")
    assert carried_by(page, key).tasks == {}


def test_what_is_written_wrong_twice_goes_on_without_a_word_of_blame(under_way, key):
    page = under_way("/bilan/essayer/ecrire/")
    for _ in range(2):
        page.locator("#saisie-word").fill("zzz")
        page.locator("[data-verifier]").click()
    page.get_by_text("Merci. On passe à la suite.").wait_for()
    page.locator("[data-suivant]").click()
    page.wait_for_url("**/message/")
    expected = {"outcome": "failed", "word": 0, "address": 0, "corrections": 0, "searched": ""}
    assert carried_by(page, key).tasks["T3"] == expected


@pytest.mark.complete
@pytest.mark.parametrize("screen", some(SCREENS, "toucher/", "ecrire/"))
def test_a_screen_reads_however_it_is_looked_at(under_way, faults_of_looks, screen):
    assert faults_of_looks(under_way(f"/bilan/essayer/{screen}")) == []
