"""Somebody looks for help near home: by keyboard, without script, on a phone, on paper; and tells what is
wrong.
"""

import re
from itertools import combinations
from math import hypot
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.profile import some

AROUND = "/carte/?ou=Elsau+Centre%2C+Strasbourg"
PAGES = {
    "trouver": AROUND,
    "tout": "/carte/",
    "sans-reponse": f"{AROUND}&besoin=orientation",
    "choix": "/carte/?ou=Fontaine",
    "lieu": "/lieux/cours/",
    "ferme": "/lieux/ferme/",
    "vague": "/lieux/vague/",
    "signaler": "/lieux/cours/signaler/",
    "imprimer": "/lieux/cours/imprimer/",
    "a-remettre": "/lieux/cours/carte-a-remettre/",
    "panneau": "/panneaux/cours/wifi/",
    "integrer": "/integrer/",
    "integree": "/integrer/carte/?ou=Elsau+Centre%2C+Strasbourg",
    "connexions": "/connexions/",
}
MAKE = """
from datetime import date
from tests.support.lieux import lieu, offering
ELSAU = (48.56246, 7.72763)
town = {"commune": "Strasbourg", "code_insee": "67482", "code_postal": "67200"}
hours = {"horaires": {"osm": "Mo-Fr 09:00-12:00,14:00-18:00", "text": "", "left": ""}, "telephone": ["+33476001122"]}
lieu("cours", near=ELSAU, east=300, confirmed_on=date(2026, 10, 1), confirmed_by="la maison", sheet={
    **town, **hours, "nom": "Maison des habitants", "frais_a_charge": ["free"], "quartier": "Elsau", "venir": "Tram A",
    "avant_de_venir": "Apportez une pièce d’identité.", "fermetures": [{"du": "2030-12-24", "au": "2031-01-02", "motif": "fêtes"}],
    **offering(formation={"niveau": ["beginner"], "frais": ["free"]}, wifi={"barrieres": ["card"]}, libre_acces={"postes": 6})})
lieu("payant", near=ELSAU, east=100, sheet={**town, **hours, "nom": "École payante", "frais_a_charge": ["paid"], **offering(formation={"niveau": ["beginner"]})})
lieu("aide", near=ELSAU, east=-500, sheet={**town, **hours, "nom": "Point d’aide", "frais_a_charge": ["free"], **offering(assistance={})})
lieu("vague", near=ELSAU, sheet={**town, "nom": "Permanence", "precision": 4000.0})
lieu("ferme", near=ELSAU, east=50, state="ended", reason="Plus de bénévoles.", sheet={**town, "nom": "Ancien café"})
"""


@pytest.fixture(scope="module", autouse=True)
def _places(in_the_platform):
    """Places in the home folder that the server reads."""
    in_the_platform(MAKE)


def tab_to(page, found: str, *, most: int = 60) -> None:
    """Press Tab until what has the focus is what a selector finds."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("found => document.activeElement.matches(found)", found):
            return
    raise AssertionError(f"{found} is out of reach of the keyboard")


@pytest.mark.complete
def test_a_free_course_for_beginners_is_found_by_keyboard_only(visit):
    page = visit("/")
    tab_to(page, "#ou")
    page.keyboard.type("elsau centre")
    page.keyboard.press("Enter")
    page.wait_for_url("**/carte/**")
    tab_to(page, ".besoins > summary")
    page.keyboard.press("Enter")
    tab_to(page, "[name=besoin]")
    for _ in range(20):
        if page.evaluate("document.activeElement.value") == "formation":
            break
        page.keyboard.press("ArrowDown")
    assert page.inner_text("#besoin-dit").strip() == "Je veux apprendre"
    for name in ("gratuit", "debuter"):
        tab_to(page, f"[name={name}]")
        page.keyboard.press("Space")
    tab_to(page, ".chercher [type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**besoin=formation**")
    assert "1 lieu à moins de 30 minutes à pied" in page.inner_text("#resultats").replace("\u00a0", " ")
    tab_to(page, ".rang a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/lieux/cours/")
    assert page.inner_text("h1") == "Maison des habitants"
    assert "Pour débuter" in page.inner_text(".puces.grandes")


def test_somebody_without_account_says_what_is_wrong_by_keyboard(visit):
    page = visit("/lieux/cours/")
    tab_to(page, "a[href$='/signaler/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/signaler/")
    tab_to(page, "[name=sur]")
    page.keyboard.press("Space")
    tab_to(page, "[name=texte]")
    page.keyboard.type("Le mardi, c’est fermé.")
    tab_to(page, "[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**merci=1")
    assert page.inner_text("h1") == "Merci, c’est noté"


@pytest.mark.complete
def test_without_script_the_list_is_whole_and_no_empty_map_is_left(visit):
    page = visit(AROUND, java_script_enabled=False)
    names = page.locator(".rang h3").all_inner_texts()
    assert names == ["École payante", "Maison des habitants", "Point d’aide", "Permanence"]
    assert not page.is_visible("#carte")
    assert not page.is_visible("[data-pres]")
    page.click(".besoins > summary")
    page.check("[name=besoin][value=assistance]")
    page.click(".chercher [type=submit]")
    assert page.locator(".rang h3").first.inner_text() == "Point d’aide"


def test_the_map_has_the_numbers_of_the_list_and_each_shows_the_other(visit):
    page = visit(AROUND)
    page.wait_for_selector(".point-lieu")
    assert (
        page.locator(".goutte").all_inner_texts()
        == page.locator("[data-n] .numero").all_inner_texts()
        == ["1", "2", "3"]
    )
    page.focus("#lieu-2 a")
    assert page.locator(".goutte.vise").all_inner_texts() == ["2"]
    page.focus("#lieu-3 a")
    assert page.locator(".goutte.vise").all_inner_texts() == ["3"]
    page.locator(".goutte").first.click()
    assert page.get_attribute(".rang.choisi", "id") == "lieu-1"
    assert page.locator(".nom-carte").count() > 1
    assert (
        page.get_attribute("#carte", "aria-label") == "Carte des lieux. La liste donne la même information."
    )


CIRCLES = """() => [...document.querySelectorAll(".point-lieu, .groupe-lieux")].map((each) => {
  const { x, y, width } = each.getBoundingClientRect();
  return [x + width / 2, y + width / 2, width / 2];
})"""


def test_circles_that_would_touch_are_one_at_every_scale(visit, site):
    """Sous cinq cents, les lieux se dessinaient un à un, les uns sur les autres, et leurs numéros avec eux."""
    page = visit("/glossaire/", width=1280)
    crowd = [[f"l{k}", f"Lieu {k}", 48.56 + k % 7 * 0.0009, 7.72 + k % 11 * 0.0011, ""] for k in range(77)]
    page.route("**/carte/points.json*", lambda route: route.fulfill(json={"lieux": crowd}))
    page.goto(f"{site}/carte/")
    page.wait_for_selector(".groupe-lieux")
    for _ in range(5):
        circles = page.evaluate(CIRCLES)
        touching = [
            (one, other)
            for one, other in combinations(circles, 2)
            if hypot(one[0] - other[0], one[1] - other[1]) < one[2] + other[2] - 1
        ]
        assert touching == []
        page.click(".leaflet-control-zoom-in")
    counted = sum(map(int, page.locator(".groupe-mots").all_inner_texts()))
    assert counted + page.locator(".point-lieu").count() == len(crowd)


def test_the_words_of_the_circle_are_not_under_the_button_of_a_phone(visit):
    page = visit(AROUND, width=390, height=844)
    page.wait_for_selector("[data-en-grand]:visible")
    words, button, frame = (
        page.locator(each).bounding_box() for each in (".anneau-mots", "[data-en-grand]", "#carte")
    )
    apart = words["y"] + words["height"] <= button["y"] or words["x"] + words["width"] <= button["x"]
    assert apart or button["y"] + button["height"] <= words["y"]
    assert frame["y"] <= words["y"] and words["y"] + words["height"] <= frame["y"] + frame["height"]


def test_a_position_stays_in_the_device(visit, site):
    asked = []
    page = visit("/", permissions=["geolocation"], geolocation={"latitude": 48.56256, "longitude": 7.72083})
    page.on("request", lambda request: asked.append(request.url))
    page.click("[data-pres] button")
    page.wait_for_url("**territoire=67482**")
    page.wait_for_selector(".goutte")
    assert "votre position, qui reste dans cet appareil" in page.inner_text("p[data-depuis]")
    assert page.locator("[data-n] h3").all_inner_texts() == [
        "Point d’aide",
        "École payante",
        "Maison des habitants",
    ]
    assert page.inner_text("#resultats") == "3 lieux à moins de 30 minutes à pied de vous, environ"
    assert page.inner_text("#lieu-1 .loin strong") == "50 m"
    assert [url for url in asked if re.search(r"48\.562|7\.720", url)] == []


@pytest.mark.complete
def test_a_list_that_does_not_come_is_said(visit):
    page = visit("/", permissions=["geolocation"], geolocation={"latitude": 48.56256, "longitude": 7.72083})
    page.route("**/carte/communes.json", lambda route: route.fulfill(status=503, body="arrêt"))
    page.click("[data-pres] button")
    expect(page.locator("[data-etat]")).to_have_text(
        "La liste des lieux n’est pas arrivée. Réessayez, ou écrivez votre commune."
    )


@pytest.mark.complete
def test_a_browser_that_keeps_nothing_still_finds_and_draws(visit):
    page = visit("/", permissions=["geolocation"], geolocation={"latitude": 48.56256, "longitude": 7.72083})
    page.add_init_script(
        'Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("", "SecurityError"); } })'
    )
    page.reload()
    page.click("[data-pres] button")
    page.wait_for_url("**territoire=67482**")
    page.wait_for_selector(".goutte")


@pytest.mark.complete
def test_the_map_is_named_in_the_language_of_its_page(visit):
    page = visit(f"{AROUND}&lang=en")
    page.wait_for_selector(".goutte")
    assert page.get_attribute("#carte", "aria-label") == "Map of places. The list gives the same information."


VOICE = """
const said = window.said = [];
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  speaking: false, getVoices: () => [{ lang: "fr-FR" }], addEventListener() {}, cancel() {},
  speak(words) { said.push(words.text); words.onboundary({ charIndex: 0, charLength: 6 }); window.lit = [...(CSS.highlights.get("dit") ?? [])].map(String); setTimeout(words.onend); },
} });
"""


@pytest.mark.complete
def test_the_sheet_is_read_aloud_word_by_word_where_there_is_a_french_voice(visit):
    page = visit("/lieux/cours/")
    assert not page.is_visible("[data-ecouter]")  # this browser has no voice
    page.add_init_script(VOICE)
    page.reload()
    page.click("[data-ecouter]")
    page.locator("[data-ecouter] >> text=Écouter la fiche").wait_for()  # said to the end
    assert page.evaluate("said[0]") == "Maison des habitants"
    assert len(page.evaluate("lit")[0]) == 6
    assert "Apportez une pièce d’identité." in page.evaluate("said")
    assert not [text for text in page.evaluate("said") if "Imprimer en gros" in text]


def test_a_voice_that_is_missing_is_said_on_the_first_page_alone(visit):
    """FS-05 : une phrase à lire devant chaque question arrêterait qui lit peu."""
    page = visit("/")
    assert page.is_visible("[data-sans-voix]")
    for address in ("/carte/", "/bilan/", "/apprendre/"):
        page.goto("/".join(page.url.split("/")[:3]) + address)
        page.locator("[data-sans-voix]").wait_for(state="attached")
        assert not page.is_visible("[data-sans-voix]"), address
        assert not page.is_visible("[data-ecouter]"), address


@pytest.mark.complete
def test_on_a_phone_the_map_grows_and_shrinks_back(visit):
    page = visit(AROUND, width=390, height=844)
    page.wait_for_selector("[data-en-grand]:visible")
    assert page.locator("#carte").bounding_box()["height"] == 250
    page.click("[data-en-grand]")
    assert page.locator("#carte").bounding_box()["height"] == 844
    page.keyboard.press("Escape")
    assert page.locator("#carte").bounding_box()["height"] == 250
    page.click(".menu summary")  # opens above the map, each of its words under the finger
    assert (
        page.evaluate("""[...document.querySelectorAll(".menu-liste a")].filter((a) => {
        if (!a.checkVisibility()) return false
        a.scrollIntoView({ block: "center" })
        const { x, y, width, height } = a.getBoundingClientRect()
        return !a.contains(document.elementFromPoint(x + width / 2, y + height / 2))
    }).map((a) => a.textContent.trim())""")
        == []
    )


@pytest.mark.complete
def test_the_printed_list_is_the_list_with_its_telephones(visit):
    page = visit(AROUND)
    page.emulate_media(media="print")
    assert not page.is_visible(".chercher")
    assert not page.is_visible("#carte")
    assert "04 76 00 11 22" in page.inner_text("#lieu-1")


@pytest.mark.parametrize(("width", "height", "bar"), [(390, 844, 72), (1280, 800, 0)])
def test_after_a_search_the_first_place_is_in_the_first_screen(visit, width, height, bar):
    """S2-6 : les précautions cachaient le premier lieu ; PU-07 : une fiche ancienne se dit avant lui, en une phrase."""
    page = visit(AROUND, width=width, height=height)
    title = page.locator("#lieu-1 h3").bounding_box()
    assert title["y"] + title["height"] < height - bar
    order = page.evaluate("""() => document.querySelector("#lieu-1").compareDocumentPosition(
      document.querySelector(".petit[data-depuis]"))""")
    assert order & 4  # what the distances are worth is said after the list


def test_on_a_desk_two_places_and_a_third_are_in_the_first_screen_after_a_search(visit):
    """La recherche, ses filtres et ses choix rares prenaient la place des réponses ; l’avertissement en prend une ligne."""
    page = visit(AROUND, height=900)
    second, third = (page.locator(f"#lieu-{n}").bounding_box() for n in (2, 3))
    assert second["y"] + second["height"] < 900
    assert third["y"] < 900 - 40
    assert not page.is_visible("[name=marche]")
    assert not page.is_visible("[name=mot]")
    page.click(".plus-de-choix > summary")
    assert page.is_visible("[name=marche]")
    page.fill("[name=mot]", "école")
    page.click(".chercher [type=submit]")
    page.wait_for_url("**mot=**")
    assert page.is_visible("[name=mot]")  # what narrows the answer stays in sight


def test_on_a_phone_the_form_folds_after_a_search_and_opens_again(visit):
    page = visit(AROUND, width=390, height=844)
    assert not page.is_visible(".chercher")
    page.click(".chercher-plie > summary")
    assert page.is_visible(".chercher [type=submit]")
    assert visit("/carte/", width=390, height=844).is_visible(".chercher")  # nothing was asked yet
    assert visit(AROUND).is_visible(".chercher")  # there is room


@pytest.mark.complete
@pytest.mark.parametrize("name", ["imprimer", "a-remettre"])
def test_a_paper_holds_on_one_page(visit, tmp_path: Path, name):
    page = visit(PAGES[name])
    content = page.pdf(
        path=str(tmp_path / "page.pdf"), format="A4", prefer_css_page_size=True, print_background=True
    )
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1


@pytest.mark.complete
def test_the_embedded_page_lives_in_the_page_of_somebody_else(visit, site):
    page = visit("/integrer/")
    frame = page.frame_locator("iframe.apercu")
    frame.locator("#ou").scroll_into_view_if_needed()
    frame.locator("#ou").fill("Elsau Centre")
    frame.locator(".chercher [type=submit]").click()
    frame.locator("#lieu-1").wait_for()
    assert frame.locator("#lieu-1 h3 a").get_attribute("target") == "_blank"
    assert frame.locator("header.entete").count() == 0


# A link in a sentence, or a mark that leads to a source, is as high as its line.
SMALL = """() => [...document.querySelectorAll("a[href], button, summary, select, input")].filter((each) => {
  const target = each.closest("label") ?? each, box = target.getBoundingClientRect();
  const said = (one) => one.textContent.trim(), inSentence = getComputedStyle(each).display === "inline" && said(each.parentElement) !== said(each);
  return each.checkVisibility({visibilityProperty: true}) && box.right > 0 && box.width > 1 && !inSentence && !each.matches(".renvoi") && box.height < 44;
}).map((each) => each.outerHTML)"""


@pytest.mark.complete
@pytest.mark.parametrize("name", some(PAGES, "lieu"))
def test_a_page_reads_however_it_is_looked_at(visit, faults_of_looks, name):
    assert faults_of_looks(visit(PAGES[name], looked=True), small=SMALL) == []
