"""Learning with a card, on several devices, with the network cut and the server stopped: nothing lost,
nothing doubled.
"""

import re
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, SLOW, unfinished
from tests.support.browsing import until
from tests.support.served import restarted

ROOT = Path(__file__).parents[2]
MOUSE = "/apprendre/tenir-la-souris/"
# The last step of the module is kept on the device.
IS_SHEET_STORED = """(async () => { for (const nom of await caches.keys())
    if (await (await caches.open(nom)).match('/apprendre/tenir-la-souris/fiche/')) return true; return false; })()"""
# How many pages kept are of a version before.
OLD = """(async () => (await (await (await caches.open('apprendre')).match('/apprendre/-anciennes'))?.json() ?? []).length)()"""
# The card is on the device.
IS_CARD_STORED = "localStorage.getItem('maillage-carte') !== null"
TOKEN = "JSON.parse(localStorage.getItem('maillage-carte')).jeton"
TRAINER = "formation"


def facts(environment, card: str) -> list[tuple[int, str]]:
    """Return the facts of a card on the server: step and state, as many times as they are there."""
    path = Path(environment["MAILLAGE_HOME"]) / "maillage.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(
            "select step, state from learning_fact join people_person on people_person.id = person_id where"
            " code = ? order by step",
            [card.replace("-", "")],
        ).fetchall()


def make_card(page, name: str = "") -> str:
    page.goto(re.match(r"https?://[^/]+", page.url)[0] + "/ma-carte/?suite=apprendre")
    page.fill("#surnom", name)
    page.get_by_role("button", name="Faire ma carte").press("Enter")
    until(page, IS_CARD_STORED)
    return page.locator(".code").inner_text()


def choose(page) -> None:
    """Succeed in the exercise of words of the module of the mouse."""
    page.locator("[data-choisir] [type=radio]").first.check()
    page.get_by_role("button", name="Vérifier").press("Enter")
    expect(page.locator(".retour-dit .success")).to_be_visible()


def n_unsent_facts(page) -> int:
    return page.evaluate("Object.keys(localStorage).filter((c) => c.startsWith('maillage-fait-')).length")


def sent(page) -> None:
    until(page, "!Object.keys(localStorage).some((c) => c.startsWith('maillage-fait-'))")


def test_the_page_of_a_card_shows_once_the_device_holds_it(visit):
    """A learner who goes on earlier would do the whole module without the card."""
    page = visit("/ma-carte/?suite=apprendre", **PHONE, service_workers="block")
    page.fill("#surnom", "Lente")
    late: list = []
    page.route("**/progres*.js", lambda route: late.append(route))
    page.get_by_role("button", name="Faire ma carte").press("Enter", no_wait_after=True)
    count_paints = "performance.getEntriesByType('paint').length"
    with unfinished(page):
        expect(page.locator(".suite-carton")).to_have_count(1)
        until(page, "document.fonts.status === 'loaded'")
        until(page, lambda: late)
        page.wait_for_timeout(500)  # nothing comes: a page that is not finished paints nothing
        assert (len(late), page.evaluate(count_paints), page.evaluate(IS_CARD_STORED)) == (1, 0, False)
    late[0].continue_()
    until(page, count_paints)
    assert page.evaluate(IS_CARD_STORED)


def test_a_card_goes_on_elsewhere_and_closes_on_a_shared_computer(visit, site, environment):
    page = visit("/apprendre/", **PHONE)
    card = make_card(page, "Samira")
    page.goto(f"{site}{MOUSE}6/")
    choose(page)
    sent(page)
    assert facts(environment, card) == [(6, "seen"), (6, "done")]
    elsewhere = visit("/apprendre/ma-carte/")
    elsewhere.fill("#code", card.lower().replace("-", " "))
    elsewhere.keyboard.press("Enter")
    expect(elsewhere.get_by_role("link", name="Reprendre à l’étape 6")).to_be_visible()
    elsewhere.get_by_role("button", name="J’ai fini sur cet appareil").press("Enter")
    elsewhere.wait_for_url("**/apprendre/")
    storage_keys = elsewhere.evaluate("Object.keys(localStorage)")
    assert [each for each in storage_keys if each.startswith("maillage-")] == []
    assert elsewhere.locator("[data-carte-ouverte]").is_hidden()


def test_an_exercise_done_during_a_slow_sending_leaves_in_the_next(visit, site, environment):
    page = visit("/apprendre/")
    card = make_card(page)
    slow: list = []
    page.route("**/apprendre/synchroniser/", lambda route: slow.append(route), times=1)
    page.goto(f"{site}{MOUSE}6/")
    choose(page)
    until(page, "Object.keys(localStorage).filter((c) => c.startsWith('maillage-fait-')).length === 2")
    until(page, lambda: slow)
    page.wait_for_timeout(1500)  # longer than the exercise waits before it leaves
    slow[0].continue_()
    sent(page)
    assert facts(environment, card) == [(6, "seen"), (6, "done")]


@pytest.mark.complete
def test_what_was_done_without_card_joins_it_if_one_says_so(visit, site, environment):
    page = visit(f"{MOUSE}6/")
    choose(page)
    card = make_card(page)
    page.get_by_role("button", name="C’était moi").press("Enter")
    expect(page.get_by_role("link", name="Reprendre à l’étape 6")).to_be_visible()
    assert (6, "done") in facts(environment, card)


def test_two_tabs_and_a_repeated_sending_double_nothing(visit, site, environment):
    page = visit("/apprendre/")
    card = make_card(page)
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(f"{site}{MOUSE}6/")
    sent(page)
    page.context.set_offline(True)
    for tab in (page, other):
        choose(tab)
    n_unsent = n_unsent_facts(page)
    assert n_unsent >= 2
    page.context.set_offline(False)
    for tab in (page, other):
        tab.evaluate("dispatchEvent(new Event('online'))")
    sent(page)
    card_facts = facts(environment, card)
    assert len([each for each in card_facts if each == (6, "done")]) == 2, "once for each tab"
    other.close()


@pytest.mark.complete
def test_a_card_erased_elsewhere_lets_one_go_on_without_it(visit, site, environment):
    page = visit("/apprendre/")
    make_card(page)
    page.goto(f"{site}{MOUSE}6/")
    sent(page)
    page.evaluate("""() => { const c = JSON.parse(localStorage.getItem('maillage-carte'));
        localStorage.setItem('maillage-carte', JSON.stringify({ ...c, jeton: 'carte-effacee' })); }""")
    choose(page)
    until(page, "localStorage.getItem('maillage-carte') === null")
    assert n_unsent_facts(page) == 0


@pytest.mark.complete
def test_a_device_that_keeps_nothing_says_so(visit):
    page = visit("/apprendre/")
    page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('plein', 'QuotaExceededError'); }"
    )
    page.goto(page.url + "tenir-la-souris/6/")
    expect(page.locator("main")).to_contain_text("Cet appareil ne garde rien : notez votre étape, la 6.")
    choose(page)


@pytest.mark.complete
@pytest.mark.slow("a server stopped and started again")
def test_the_network_is_cut_and_the_server_stopped_in_mid_module(visit, site, environment):
    """From step to step without network nor server, then everything leaves, each once."""
    with restarted(environment) as server:
        address = server.address
        page = visit(f"{address}/apprendre/", **PHONE)
        card = make_card(page, "Ali")
        page.goto(f"{address}{MOUSE}5/")
        until(page, IS_SHEET_STORED)
        sent(page)
        before = facts(environment, card)
        page.reload()
        server.stop()
        page.context.set_offline(True)
        page.locator("[data-suite]").press("Enter")
        page.wait_for_url(f"{address}{MOUSE}6/")
        choose(page)
        page.locator("[data-suite]").press("Enter")
        page.wait_for_url(f"{address}{MOUSE}7/")
        page.goto(f"{address}{MOUSE}6/")
        n_unsent = n_unsent_facts(page)
        assert n_unsent >= 4, "kept here until they are acknowledged"
        page.goto(f"{address}/apprendre/ma-carte/")
        server.start()
        page.context.set_offline(False)
        page.goto(f"{address}{MOUSE}7/")
        sent(page)
    card_facts = facts(environment, card)
    assert (6, "done") in card_facts
    assert len(card_facts) >= len(before) + n_unsent
    assert card_facts.count((6, "done")) == 1


@pytest.mark.complete
def test_all_the_modules_are_stored_on_a_device(visit, site):
    page = visit("/apprendre/")
    page.wait_for_selector("[data-garder]:not([hidden])")
    page.get_by_role("button", name="Garder sur cet appareil").press("Enter")
    expect(page.locator("[data-garder-dit]")).to_have_text(
        re.compile("C’est fait : [0-9]+ pages"), timeout=3 * SLOW
    )
    page.context.set_offline(True)
    for address in (
        "/apprendre/",
        "/apprendre/ft-actualisation/",
        "/apprendre/ft-actualisation/5/",
        "/apprendre/payer-sans-crainte/3/",
    ):
        page.goto(site + address)
        expect(page.locator("h1")).to_be_visible()
    page.goto(f"{site}/apprendre/parcours/tranquille/")
    expect(page.locator("h1")).to_have_text("Tranquille")


@pytest.mark.complete
def test_a_corrected_text_takes_nothing_back_from_a_device(visit, site, environment):
    """Another version of one module: what was kept stays without network, and is renewed with it."""
    corrected = Path(environment["MAILLAGE_HOME"]) / "modules/03-toucher-l-ecran"
    page = visit(f"{MOUSE}5/", **PHONE)
    until(page, IS_SHEET_STORED)
    until(page, f"{OLD}.then((n) => n === 0)")
    try:
        shutil.copytree(ROOT / "src/maillage/modules/contents/03-toucher-l-ecran", corrected)
        (corrected / "module.yaml").write_text(
            (corrected / "module.yaml").read_text().replace('titre: "Toucher', 'titre: "Bien toucher', 1)
        )

        def is_published() -> bool:
            """Any of the processes may have looked at the folder less than two seconds ago."""
            return "Bien toucher" in page.request.get(f"{site}/apprendre/toucher-l-ecran/").text()

        until(page, is_published)
        page.goto(f"{site}/apprendre/parcours/tranquille/")
        page.context.set_offline(True)
        page.goto(f"{site}{MOUSE}5/")
        expect(page.locator(".etape")).to_be_visible()
        page.context.set_offline(False)
        page.goto(f"{site}{MOUSE}5/")
        until(page, f"{OLD}.then((n) => n <= 2)")  # but the home page and the path, seen and of no module
    finally:
        shutil.rmtree(corrected, ignore_errors=True)


# --------------------------------------------------------------------------------------------- with an aidant


def test_what_takes_away_is_confirmed_by_its_button_and_refused_takes_nothing(visit, site, enter):
    """On the table of a group, made again while it is looked at, and on the page of a card."""
    room = enter(TRAINER, "/espace/apprendre/nouveau/?trame=trame:premiers-gestes")
    room.get_by_label("Nom du groupe").fill("Jeudi matin")
    room.get_by_label("Personnes (facultatif)").fill("Nour")
    room.get_by_role("button", name="Ouvrir le groupe").press("Enter")
    room.wait_for_url(re.compile(r"/espace/apprendre/\d+/$"))
    dialog_messages: list[str] = []
    room.on("dialog", lambda dialog: (dialog_messages.append(dialog.message), dialog.dismiss()))
    room.evaluate(  # as each ten seconds
        "const t = document.querySelector('[data-vivant]'); t.replaceChildren(...[...t.children].map((e) => e.cloneNode(true)))"
    )
    room.locator(".groupe summary").press("Enter")
    room.get_by_role("button", name="Retirer du groupe").press("Enter")
    assert dialog_messages == ["Retirer cette personne du groupe ?"]
    room.reload()
    expect(room.locator(".groupe tbody tr")).to_have_count(1)
    page = visit("/apprendre/", service_workers="block")
    make_card(page)
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.evaluate(f"localStorage.setItem('maillage-fait-1', JSON.stringify({{ jeton: {TOKEN}, uid: '1' }}))")
    page.locator("summary", has_text="Effacer ce que j’ai appris").press("Enter")
    page.get_by_role("button", name="Tout effacer").press("Enter")
    assert n_unsent_facts(page) == 1, "what was not sent yet is still there"


@pytest.mark.complete
def test_a_group_learns_and_its_aidant_sees_who_is_stuck(visit, site, enter, faults_of):
    room = enter(TRAINER, "/espace/apprendre/nouveau/?trame=trame:premiers-gestes")
    room.get_by_label("Nom du groupe").fill("Mardi matin")
    room.get_by_label("Personnes (facultatif)").fill("Fatou\nFatou")
    room.get_by_role("button", name="Ouvrir le groupe").press("Enter")
    room.wait_for_url(re.compile(r"/espace/apprendre/\d+/$"))
    assert room.locator(".groupe tbody tr").count() == 2
    code = room.locator("p .code").inner_text()
    page = visit("/apprendre/groupe/", **PHONE)
    page.fill("#code", code)
    page.keyboard.press("Enter")
    page.fill("#surnom", "Aminata")
    page.get_by_role("button", name="J’entre dans le groupe").press("Enter")
    expect(page.locator(".suite-carton")).to_contain_text("Groupe Mardi matin")
    until(page, IS_CARD_STORED)
    page.goto(f"{site}{MOUSE}6/")
    for _ in range(3):
        page.locator("[data-choisir] [type=radio]").last.check()
        page.get_by_role("button", name="Vérifier").press("Enter")
        expect(page.locator(".retour-dit .warning")).to_be_visible()
    page.goto(page.url.replace("/6/", "/"))
    sent(page)
    row = room.locator(".groupe tr", has_text="Aminata")
    expect(row).to_contain_text("bloqué ici")
    assert room.locator(".groupe tbody tr").first.inner_text().startswith("Aminata")
    assert faults_of(room, enhanced=False) == []
    room.goto(room.url + "cartes/")
    assert room.locator(".carte-papier").count() == 3


def test_a_procedure_is_planned_then_followed_up(visit):
    page = visit("/apprendre/ft-actualisation/pour-de-vrai/", **PHONE)
    page.fill("#id_le", time.strftime("%Y-%m-%d"))
    page.get_by_label("Avec un proche").check()
    page.get_by_role("button", name="Je le note").press("Enter")
    page.locator(".lien-suivi a").press("Enter")
    page.wait_for_url("**/apprendre/suivi/**")
    page.get_by_label("Oui, avec quelqu’un à côté").check()
    page.get_by_role("button", name="Répondre").press("Enter")
    expect(page.locator(".success")).to_contain_text("Bravo")


@pytest.mark.complete
def test_an_open_card_passes_axe(visit, faults_of):
    page = visit("/apprendre/", **PHONE)
    make_card(page, "Ana")
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
    assert faults_of(page) == []
