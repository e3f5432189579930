"""The exercises of a few modules that have together every kind are played to their end by keyboard in a real browser;
one of each kind passes axe on a phone.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from maillage.modules import format as module_format
from maillage.modules.format import Element, Screens
from tests.journeys.conftest import PHONE
from tests.support.learning import MODULES, ONE_OF_EACH, every_kind
from tests.support.profile import some


def way(scene: Screens) -> list[tuple[str, Element]]:
    """Return the shortest way from the start to the goal: on which screen, what is pressed."""
    ways: list[tuple[str, frozenset[str], list[tuple[str, Element]]]] = [(scene.starts, frozenset(), [])]
    visited = set()
    while ways:
        id, facts, done = ways.pop(0)
        if scene.reached(id, facts):
            return done
        if (id, facts) in visited:
            continue
        visited.add((id, facts))
        for element in scene.screens[id].elements:
            if element.applies(facts) and (element.to or element.does or element.undoes):
                after = (facts | {element.does}) - {"", element.undoes}
                ways.append((element.to or id, after, [*done, (id, element)]))
    raise AssertionError("no way")


def fill(page, scene: Screens, screen: str) -> None:
    """Answer the fields of a screen as the paper says."""
    for field in scene.screens[screen].elements:
        box = page.locator(f"[data-ecrans] [name='{field.name}']")
        if not field.name or not box.count():
            continue
        if field.kind == "champ":
            box.fill(field.right[0] if field.right else "essai")
        elif field.kind == "choix":
            right = field.right[0] if field.right else field.options[0]
            box.nth([option.lower() for option in field.options].index(right.lower())).check()
        elif field.kind == "liste":
            right = field.right[0] if field.right else field.options[0]
            box.select_option(index=1 + [option.lower() for option in field.options].index(right.lower()))
        elif field.right:
            box.set_checked(field.right[0] == "oui")


def press(page, screen_element: Element) -> None:
    if screen_element.kind == "message":
        button = (
            page.locator("[data-ecrans] .simule-message")
            .filter(has_text=screen_element.sender)
            .filter(has_text=screen_element.text)
        )
    else:
        button = page.locator("[data-ecrans]").get_by_role("button", name=screen_element.text, exact=True)
    button.first.press("Enter")


def play(page, exercise: Any) -> None:
    """Do an exercise as somebody who knows would, by keyboard."""
    kind = exercise.kind
    if kind in ("choisir", "piege"):
        right = next(n for n, option in enumerate(exercise.options) if option.right)
        page.locator(f"[data-choisir] [name=choix][value='{right}']").press("Space")
        page.locator("[data-choisir] button").press("Enter")
    elif kind == "ordre":
        for place in range(len(exercise.steps)):
            row = page.locator(f".a-ordonner li[data-place='{place}']")
            for _ in range(row.evaluate("each => [...each.parentElement.children].indexOf(each)") - place):
                row.locator("button").first.press("Enter")
        page.locator("[data-ordonner] > button").press("Enter")
    elif kind == "viser":
        page.keyboard.press("Shift")  # no pointer: what is reached is reached by keyboard
        for target in page.locator("[data-cible]").all():
            target.focus()
            if exercise.mode == "clic":
                target.press("Enter")
    elif kind == "gestes":
        for button in page.locator("[data-autrement]").all():
            button.press("Enter")
    elif kind in ("glisser", "rangement"):
        for thing in exercise.things:
            if thing.place:
                page.locator(f"[data-objet='{thing.id}'] button").press("Enter")
                page.locator(f"[data-place='{thing.place}'] .place-bouton").press("Enter")
    elif kind == "defiler":
        page.locator("[data-trouve]").press("Enter")
    elif kind == "taper":
        for n, model in enumerate(exercise.models, 1):
            page.fill(f"#taper-{n}", model.text)
            page.press(f"#taper-{n}", "Enter")
    else:
        for screen, element in way(exercise):
            if element.checks:
                fill(page, exercise, screen)
            press(page, element)


@pytest.mark.parametrize("id", every_kind())
def test_a_module_is_played_to_its_end_by_keyboard(visit, site, id):
    # What keeps the modules on the device has its own journeys (test_learners).
    page = visit(f"/apprendre/{id}/", service_workers="block", **PHONE)
    for number, exercise in MODULES[id].exercises():
        for address, played in _variants(id, number, exercise):
            page.goto(site + address)
            play(page, played)
            expect(page.locator(".retour-dit .success"), f"{address} : {played.asks}").to_be_visible()
            expect(page.locator("[data-suite]"), address).to_be_focused()
    page.goto(f"{site}/apprendre/")
    expect(page.locator(f"[data-module='{id}']")).to_contain_text("étape")


def test_a_passed_step_is_not_a_done_step(visit):
    id = "mots-de-passe"
    page = visit(f"/apprendre/{id}/1/", service_workers="block")
    for _ in MODULES[id].steps:
        page.locator("[data-suite]").click()
    n = len(list(MODULES[id].exercises()))
    expect(page.locator("[data-passees]")).to_have_text(f"Étapes passées, à faire quand vous voulez : {n}.")
    expect(page.locator(".message.success .pierres .apres")).to_have_count(n)


def _variants(id: str, number: int, exercise: Any) -> Iterator[tuple[str, Any]]:
    yield f"/apprendre/{id}/{number}/", exercise
    if exercise.easier is not None:
        yield f"/apprendre/{id}/{number}/?facile", module_format.easier(exercise)


@pytest.mark.complete
@pytest.mark.parametrize("kind", some(ONE_OF_EACH, "telephone", "taper"))
def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, faults_of, kind):
    id, number = ONE_OF_EACH[kind]
    page = visit(f"/apprendre/{id}/{number}/", looked=True, **PHONE)
    assert faults_of(page, enhanced=False) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


SURROUNDING_PAGES = ["/apprendre/tenir-la-souris/", "/apprendre/tenir-la-souris/fiche/"]


@pytest.mark.complete
@pytest.mark.parametrize("address", some(SURROUNDING_PAGES, "/apprendre/tenir-la-souris/"))
def test_the_pages_around_pass_axe(visit, faults_of, address):
    page = visit(address, looked=True, **PHONE)
    assert faults_of(page, enhanced=False) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_miss_is_explained_and_an_easier_way_is_offered(visit):
    page = visit("/apprendre/tenir-la-souris/5/")
    garden = page.locator("[data-viser]")
    box = garden.bounding_box()
    for _ in range(2):
        page.mouse.click(box["x"] + 3, box["y"] + 3)
        expect(page.locator(".retour-dit")).to_contain_text("Presque")
        page.wait_for_timeout(400)  # two presses, and no double one
    expect(page.locator(".retour-dit")).to_contain_text("plus facile")
    page.mouse.click(*(box[side] + 3 for side in "xy"), button="right")
    expect(page.locator(".retour-dit")).to_contain_text("bouton de droite")
    page.click("[data-indice]")
    expect(page.locator(".retour-dit")).to_contain_text("Indice")


SMALL_PHONE = {"width": 390, "height": 700}
IN_SIGHT = """each => { const r = each.getBoundingClientRect();
    return r.height > 0 && r.top >= 0 && r.bottom <= innerHeight
        && [r.top + 8, r.bottom - 8].every((y) => each.contains(document.elementFromPoint(r.left + r.width / 2, y))) }"""


@pytest.mark.complete
def test_on_a_phone_the_answer_is_in_view_at_once(visit):
    """The exercise is longer than the screen: right or wrong, the answer and what comes after it are under
    the eyes.
    """
    options = dict(MODULES["messages-pieges"].exercises())[4].options
    wrong = [n for n, option in enumerate(options) if not option.right][:2]
    right = next(n for n, option in enumerate(options) if option.right)
    page = visit("/apprendre/messages-pieges/4/", **SMALL_PHONE)
    page.wait_for_selector("[data-indice]")
    check = page.get_by_role("button", name="Vérifier")
    for n in wrong:
        page.locator(f"[data-choisir] [name=choix][value='{n}']").check()
        check.scroll_into_view_if_needed()
        check.click()
        expect(page.locator(".retour-dit .warning")).to_contain_text(options[n].then[:12])
        assert page.locator(".retour-dit .message").evaluate(IN_SIGHT)
        expect(check).to_be_focused()
    if page.locator("[data-offre]").count():
        assert page.locator("[data-offre]").evaluate(IN_SIGHT), "the easier way is offered where one looks"
    page.locator(f"[data-choisir] [name=choix][value='{right}']").check()
    check.click()
    expect(page.locator("[data-suite]")).to_be_focused()
    assert page.locator(".retour-dit .success").evaluate(IN_SIGHT)
    assert page.locator("[data-suite]").evaluate(IN_SIGHT)


@pytest.mark.complete
def test_on_a_phone_a_simulated_thing_answers_in_sight(visit):
    page = visit("/apprendre/tenir-la-souris/7/", **SMALL_PHONE)
    page.get_by_role("button", name="Bouton de droite sur la pomme").click()
    page.get_by_role("button", name="Supprimer").click()
    expect(page.locator(".retour-dit")).to_contain_text("Rien n’est perdu")
    assert page.locator(".retour-dit .message").evaluate(IN_SIGHT)
    page = visit("/apprendre/lire-et-repondre/3/", **SMALL_PHONE)
    page.get_by_role("button", name="Médiathèque").click()  # a first wrong touch gets its word at once
    expect(page.locator(".retour-dit")).to_contain_text("Ce mail était déjà lu.")
    page.get_by_role("button", name="Revenir à la liste").click()
    expect(page.locator(".retour-dit .message")).to_have_count(0)  # said once


LONGEST = 8  # sheets


@pytest.mark.complete
def test_each_sheet_holds_on_its_one_page_in_letters_of_twelve_points(visit, site):
    page = visit("/apprendre/", looked=True)
    page.emulate_media(media="print")
    for id in sorted(MODULES, key=lambda id: len(str(MODULES[id].sheet)))[-LONGEST:]:
        page.goto(f"{site}/apprendre/{id}/fiche/")
        paper = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, id
        sizes = page.locator(".fiche-a5 > :not(.petit), .fiche-a5 li p").evaluate_all(
            "all => all.map((each) => parseFloat(getComputedStyle(each).fontSize))"
        )
        assert min(sizes) >= 16, id  # 12 points


@pytest.mark.complete
def test_one_goes_on_before_knowing_how_to_click(visit):
    """Space, or the arrow left two seconds on the button; an exercise is not left that way before it is
    done.
    """
    page = visit("/apprendre/tenir-la-souris/1/")
    page.wait_for_selector("[data-sans-clic]:not([hidden])")
    page.keyboard.press("Space")
    page.wait_for_url("**/tenir-la-souris/2/")
    left_hand_button = page.get_by_role("button", name="J’utilise la main gauche")
    left_hand_button.press("Enter")
    expect(page.locator(".dessins-etape")).to_have_class(re.compile("miroir"))
    assert "Ma main est posée" in page.inner_text("[data-suite]")
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    page.locator("[data-suite]").hover()
    page.keyboard.press("Escape")
    page.clock.run_for(2_300)
    assert page.url.endswith("/2/"), "Escape stops the wait"
    page.clock.resume()
    page.mouse.move(5, 5)
    page.locator("[data-suite]").hover()
    page.wait_for_url("**/tenir-la-souris/3/")
    page.mouse.move(5, 5)
    page.locator("[data-suite]").hover()
    page.clock.run_for(2_300)
    assert page.url.endswith("/3/"), "the lamps come first"


def test_apples_are_dragged_dropped_beside_and_taken_back(visit):
    page = visit("/apprendre/tenir-la-souris/8/")
    apple, basket = page.locator("[data-objet] button").first, page.locator("[data-place]")
    start, end = apple.bounding_box(), basket.bounding_box()
    middle = (start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0], end["y"] + end["height"] + 150, steps=5)
    page.mouse.up()
    expect(page.locator(".retour-dit")).to_contain_text("revient")
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(end["x"] + 80, end["y"] + 60, steps=5)
    page.mouse.up()
    expect(basket.locator("[data-objet]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(basket.locator("[data-objet]")).to_have_count(0)


def test_a_dangerous_line_of_a_menu_is_lived_and_undone(visit):
    page = visit("/apprendre/tenir-la-souris/7/")
    page.get_by_role("button", name="Bouton de droite sur la pomme").click()
    page.get_by_role("button", name="Supprimer").click()
    expect(page.locator(".retour-dit")).to_contain_text("Rien n’est perdu")
    page.locator("[data-ecrans]").get_by_role("button", name="Annuler").click()
    page.get_by_role("button", name="À côté, dans le vide").click()
    expect(page.locator(".retour-dit .success")).to_be_visible()


def test_without_network_a_step_goes_on(visit):
    """The connection is cut in mid-step: the exercise is judged on the device, and kept there."""
    page = visit("/apprendre/tenir-la-souris/6/")
    page.context.set_offline(True)
    page.locator("[data-choisir] [type=radio]").first.check()
    page.get_by_role("button", name="Vérifier").click()
    expect(page.locator(".retour-dit .success")).to_be_visible()
    page.context.set_offline(False)
    page.goto(page.url)
    stored_step = page.evaluate(
        "JSON.parse(localStorage.getItem('maillage-apprendre'))['tenir-la-souris'].etapes['6']"
    )
    assert (stored_step["etat"], stored_step["genre"]) == ("done", "choisir")
    assert set(stored_step) == {
        "etat",
        "essais",
        "indices",
        "secondes",
        "voie",
        "facile",
        "genre",
    }, "counted, never filmed"


def test_without_script_the_text_and_the_judgements_on_words_remain(visit):
    page = visit("/apprendre/tenir-la-souris/6/", java_script_enabled=False)
    page.locator("[data-choisir] [type=radio]").first.check()
    page.get_by_role("button", name="Vérifier").click()
    expect(page.locator(".retour-dit .success")).to_be_visible()
    page.goto(page.url.replace("/6/", "/5/"))
    page.reload(wait_until="commit")
    targets = page.locator("[data-sans-script] button[name=cible]")
    expect(targets.first).to_be_visible(timeout=1_500)  # no empty frame before
    for _ in range(targets.count()):
        targets.first.click()
    expect(page.locator(".retour-dit .success")).to_be_visible()


def test_an_exercise_whose_script_is_not_read_is_played_by_forms(visit):
    """A browser with an old JavaScript skips a module, and what is in a noscript too."""
    page = visit("/apprendre/tenir-la-souris/6/", service_workers="block")
    page.route("**/apprendre/kit.*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(page.url.replace("/6/", "/5/"))
    expect(page.locator("[data-sans-script] button[name=cible]").first).to_be_visible()
    page.unroute("**/apprendre/kit.*.js")
    page.reload()
    expect(page.locator("[data-viser]")).to_be_visible()
    expect(page.locator("[data-sans-script]")).to_be_hidden()


@pytest.mark.complete
def test_without_script_an_order_to_correct_keeps_the_numbers_that_were_written(visit):
    page = visit("/apprendre/messages-pieges/8/", java_script_enabled=False)
    places = page.locator(".a-ordonner input")
    for n in range(4):
        places.nth(n).fill(str(n + 1))
    page.get_by_role("button", name="Vérifier").click()
    expect(page.locator(".retour-dit .warning")).to_be_visible()
    assert [places.nth(n).input_value() for n in range(4)] == ["1", "2", "3", "4"]


@pytest.mark.complete
def test_a_word_is_written_without_keyboard(visit, faults_of):
    module, number = next(
        (m.id, n)
        for m in MODULES.values()
        for n, e in m.exercises()
        if e.kind == "taper" and e.models[0].text.isalpha()
    )
    page = visit(f"/apprendre/{module}/{number}/", **PHONE)
    page.get_by_role("button", name="Clavier à l’écran").click()
    exercise = dict(MODULES[module].exercises())[number]
    keys = page.locator(".clavier-ecran")
    page.fill("#taper-1", "")
    for letter in f"{exercise.models[0].text}x":
        if letter.isupper():
            keys.get_by_role("button", name="Maj", exact=True).click()
        keys.get_by_role("button", name=letter, exact=True).click()
    keys.get_by_role("button", name="Effacer").click()
    assert page.input_value("#taper-1") == exercise.models[0].text
    assert faults_of(page, enhanced=False) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keys.get_by_role("button", name="Entrée").click()
    expect(page.locator(".retour-dit .success")).to_be_visible()
