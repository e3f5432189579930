"""Somebody looks for help near home: by keyboard, without script, on a phone, on paper; and tells what is
wrong.
"""

import re
from itertools import combinations
from math import hypot
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browsing import tab_to
from tests.support.profile import some

ELSAU_SEARCH = "/carte/?ou=Elsau+Centre%2C+Strasbourg"
PAGES = {
    "trouver": ELSAU_SEARCH,
    "tout": "/carte/",
    "sans-reponse": f"{ELSAU_SEARCH}&besoin=orientation",
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


def test_a_suggestion_of_the_home_page_fills_the_place_and_keeps_the_need(visit):
    """Le lieu choisi menait aux réponses avant que la personne dise pour quoi."""
    page = visit("/", width=390, height=844)
    page.fill("#ou", "elsau cen")
    page.locator("#ou").press("ArrowDown")
    page.wait_for_selector(".suggestion")
    page.locator("#ou").press("ArrowDown")
    page.locator("#ou").press("Enter")
    assert page.input_value("#ou").startswith("Elsau Centre")
    assert page.url.rstrip("/").count("/") == 2, "still at home"
    page.check("[name=besoin][value=formation]")
    page.click(".premiere [type=submit]")
    page.wait_for_url("**besoin=formation**")


def test_the_quarters_of_a_commune_unfold_under_it_without_leaving(visit):
    page = visit("/", width=390, height=844)
    page.fill("#ou", "voiron")
    page.locator("#ou").press("ArrowDown")
    page.click("[data-deplier]")
    page.click(".suggestion >> text=Voiron Ouest")
    assert page.input_value("#ou") == "Voiron Ouest, Voiron"
    assert page.url.rstrip("/").count("/") == 2, "still at home"


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


def test_the_bar_that_reads_the_page_keeps_its_button_without_a_voice(visit):
    """Sans voix dans le navigateur, la barre des enregistrements n’avait plus que « Plus lentement »."""
    page = visit(ELSAU_SEARCH, width=390)
    page.wait_for_load_state("networkidle")
    page.locator("[data-ecoute]").evaluate("bar => { bar.hidden = false }")  # as where the page is recorded
    expect(page.get_by_role("button", name="Écouter")).to_be_visible()


@pytest.mark.complete
def test_without_script_the_list_is_whole_and_no_empty_map_is_left(visit):
    page = visit(ELSAU_SEARCH, java_script_enabled=False)
    names = page.locator(".rang h3").all_inner_texts()
    assert names == ["École payante", "Maison des habitants", "Point d’aide", "Permanence"]
    assert not page.is_visible("#carte")
    assert not page.is_visible("[data-pres]")
    page.click(".besoins > summary")
    page.check("[name=besoin][value=assistance]")
    page.click(".chercher [type=submit]")
    assert page.locator(".rang h3").first.inner_text() == "Point d’aide"


def test_the_map_has_the_numbers_of_the_list_and_each_shows_the_other(visit):
    page = visit(ELSAU_SEARCH)
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
    page.goto(f"{site}/carte/?ou=France")
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


NONE_COVERED = """() => {
  const shown = [...document.querySelectorAll(".goutte")].filter((e) => e.offsetParent)
    .map((e) => e.parentElement.getBoundingClientRect());
  return shown.every((a, i) => shown.slice(i + 1).every((b) => Math.abs(a.x - b.x) > 33 || Math.abs(a.y - b.y) > 40));
}"""


def test_drops_cover_none_another_and_the_first_three_stay(visit):
    page = visit(ELSAU_SEARCH)
    page.wait_for_selector(".goutte")
    for _ in range(4):
        page.wait_for_function(NONE_COVERED)
        page.click(".leaflet-control-zoom-out")
    page.wait_for_function(NONE_COVERED)
    assert page.locator(".goutte:visible").all_inner_texts()[:3] == ["1", "2", "3"]


NAMES_APART = """() => {
  const boxes = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.offsetParent)
    .map((e) => e.getBoundingClientRect());
  const taken = boxes(".leaflet-marker-icon:not(.en-groupe) .goutte, [data-en-grand]");
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  return boxes(".nom-carte:not(.anneau-mots):not(.groupe-mots)").filter((n) => taken.some((t) => !apart(n, t))).length;
}"""


def test_no_name_of_the_map_lies_on_a_drop_nor_a_drop_under_the_button(visit):
    page = visit(ELSAU_SEARCH, width=390, height=844)
    page.wait_for_selector(".nom-carte:not(.anneau-mots)")
    assert page.evaluate(NAMES_APART) == 0
    button = page.locator("[data-en-grand]").bounding_box()
    for drop in page.locator(".goutte:visible").all():
        box = drop.bounding_box()
        assert box["y"] + box["height"] <= button["y"] or box["x"] + box["width"] <= button["x"]


def test_the_words_of_the_circle_are_not_under_the_button_of_a_phone(visit):
    page = visit(ELSAU_SEARCH, width=390, height=844)
    page.wait_for_selector("[data-en-grand]:visible")
    words, button, frame = (
        page.locator(each).bounding_box() for each in (".anneau-mots", "[data-en-grand]", "#carte")
    )
    is_above_or_left = (
        words["y"] + words["height"] <= button["y"] or words["x"] + words["width"] <= button["x"]
    )
    assert is_above_or_left or button["y"] + button["height"] <= words["y"]
    assert frame["y"] <= words["y"] and words["y"] + words["height"] <= frame["y"] + frame["height"]


WORDS_CROSS = """() => {
  const box = (each) => each.getBoundingClientRect(), words = document.querySelector(".anneau-mots");
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  const drops = [...document.querySelectorAll(".leaflet-marker-icon:not(.en-groupe) .goutte, .leaflet-control")];
  return words ? drops.filter((each) => !apart(box(each), box(words))).length : 0;
}"""


def test_the_words_of_the_circle_cross_no_drop_in_any_direction(visit):
    for code in ("fr", "ar"):
        page = visit(f"{ELSAU_SEARCH}&lang={code}", width=390, height=844)
        page.wait_for_selector(".nom-carte:not(.anneau-mots)")
        assert page.evaluate(WORDS_CROSS) == 0
        credits = page.locator(".leaflet-control-attribution span")
        direction = credits.evaluate("(each) => getComputedStyle(each).direction")
        assert direction == ("rtl" if code == "ar" else "ltr")
        page.click(".leaflet-control-zoom-out")
        page.wait_for_function(f"({WORDS_CROSS})() === 0")


def test_a_position_stays_in_the_device(visit, site):
    requested_urls = []
    page = visit("/", permissions=["geolocation"], geolocation={"latitude": 48.56256, "longitude": 7.72083})
    page.on("request", lambda request: requested_urls.append(request.url))
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
    assert [url for url in requested_urls if re.search(r"48\.562|7\.720", url)] == []


def test_a_position_far_from_every_place_leads_to_no_other_town(visit):
    """À Vierzon, « Près de moi » menait à Vienne, et se disait « les plus proches »."""
    page = visit("/", permissions=["geolocation"], geolocation={"latitude": 47.222, "longitude": 2.069})
    page.click("[data-pres] button")
    expect(page.locator("[data-etat]")).to_contain_text("aucun lieu près de vous")
    field, words = (page.locator(each).bounding_box() for each in ("#ou", "[data-etat]"))
    assert words["y"] >= field["y"] + field["height"] and page.url.rstrip("/").count("/") == 2


@pytest.mark.complete
def test_the_search_reports_a_list_that_does_not_come(visit):
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
    page = visit(f"{ELSAU_SEARCH}&lang=en")
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


def test_six_stops_at_most_come_before_the_first_field(visit):
    page = visit("/")
    for address in ("/", "/carte/", "/ma-carte/", "/apprendre/", "/connexion/"):
        page.goto("/".join(page.url.split("/")[:3]) + address)
        n_stops = 0
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.tagName") != "INPUT":
            n_stops += 1
            assert n_stops <= 6, address
            page.keyboard.press("Tab")


def test_the_visible_skip_link_of_the_space_leads_to_its_first_field(enter):
    for login in ("aidant", "analyste", "administration"):
        page = enter(login)
        page.keyboard.press("Tab")
        link = page.locator(".evitement").bounding_box()
        assert link["y"] >= 0 and link["height"] >= 24, login
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert (
            page.evaluate("document.activeElement.closest('main') && document.activeElement.tagName")
            == "INPUT"
        )


def test_the_bar_of_a_phone_has_four_entries_whatever_the_role(enter):
    tools = {
        "analyste": ["Territoires", "Enquêtes"],
        "coordination": ["Annuaire", "Territoires"],
        "administration": ["Installation", "Annuaire"],
    }
    for login, expected_tools in tools.items():
        page = enter(login, width=390)
        entries = [each.strip() for each in page.locator(".barre-bas a").all_inner_texts()]
        assert entries == ["Aujourd’hui", *expected_tools, "Chercher"], login


def test_escape_closes_the_list_and_keeps_what_was_typed(visit):
    page = visit("/")
    page.fill("#ou", "strasb")
    page.wait_for_selector("#ou-liste a")
    for _ in range(2):  # the second one meets no list
        page.keyboard.press("Escape")
        assert not page.is_visible("#ou-liste")
        assert page.input_value("#ou") == "strasb"


def test_nothing_speaks_of_listening_where_there_is_no_voice(visit):
    """FS-05, PU-12 : une phrase à lire devant chaque question arrêterait qui lit peu."""
    page = visit("/")
    for address in ("/", "/carte/", "/bilan/", "/apprendre/"):
        page.goto("/".join(page.url.split("/")[:3]) + address)
        page.locator("[data-ecouter]").wait_for(state="attached")
        assert not page.is_visible("[data-ecouter]"), address
        assert "voix" not in page.inner_text("main"), address


AUDIO_PLAYER = """
window.said = [];
window.Audio = class {
  duration = 1; currentTime = 0.6; paused = false;
  pause() { this.paused = true; }
  async play() { said.push(this.src); this.paused = false; this.onplaying(); }
};
"""


def test_recordings_speak_where_the_browser_has_no_voice(visit):
    page = visit("/bilan/")
    page.add_init_script(AUDIO_PLAYER)
    sentences = page.evaluate("[...document.querySelectorAll('main [data-dire]')].map((e) => e.textContent)")
    book = {" ".join(text.split()): [f"fr/{n}.mp3", 1, [0, 0, 6, 0.5], 0] for n, text in enumerate(sentences)}
    page.route("**/voix/fr/pages.json", lambda route: route.fulfill(json=book))
    page.route("**/bilan/", _with_book)
    page.reload()
    page.click("[data-ecouter]")
    page.wait_for_function("said.length == 1")
    assert page.evaluate("said[0]").endswith("/voix/fr/0.mp3")
    page.wait_for_function(
        "[...(CSS.highlights.get('dit') ?? [])].map(String)[0] == 'le'"
    )  # « Faire |le| point »


def _with_book(route):
    answer = route.fetch()
    route.fulfill(
        response=answer, body=answer.text().replace('data-voix=""', 'data-voix="/voix/fr/pages.json"')
    )


@pytest.mark.complete
def test_on_a_phone_the_map_grows_and_shrinks_back(visit):
    page = visit(ELSAU_SEARCH, width=390, height=844)
    page.wait_for_selector("[data-en-grand]:visible")
    assert page.locator("#carte").bounding_box()["height"] == 250
    page.click("[data-en-grand]")
    assert page.locator("#carte").bounding_box()["height"] == 844
    page.keyboard.press("Escape")
    assert page.locator("#carte").bounding_box()["height"] == 250


@pytest.mark.complete
def test_the_printed_list_is_the_list_with_its_telephones(visit):
    page = visit(ELSAU_SEARCH)
    page.emulate_media(media="print")
    assert not page.is_visible(".chercher")
    assert not page.is_visible("#carte")
    assert "04 76 00 11 22" in page.inner_text("#lieu-1")


@pytest.mark.parametrize(("width", "height", "bar"), [(390, 844, 72), (1280, 800, 0)])
def test_after_a_search_the_first_place_is_in_the_first_screen(visit, width, height, bar):
    """S2-6 : les précautions cachaient le premier lieu ; PU-07 : une fiche ancienne se dit avant lui, en une phrase."""
    page = visit(ELSAU_SEARCH, width=width, height=height)
    title = page.locator("#lieu-1 h3").bounding_box()
    assert title["y"] + title["height"] < height - bar
    order = page.evaluate("""() => document.querySelector("#lieu-1").compareDocumentPosition(
      document.querySelector(".petit[data-depuis]"))""")
    assert order & 4  # what the distances are worth is said after the list


def test_on_a_desk_two_places_and_a_third_are_in_the_first_screen_after_a_search(visit):
    """La recherche, ses filtres et ses choix rares prenaient la place des réponses ; l’avertissement en prend une ligne."""
    page = visit(ELSAU_SEARCH, height=900)
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
    page = visit(ELSAU_SEARCH, width=390, height=844)
    assert not page.is_visible(".chercher")
    page.click(".chercher-plie > summary")
    assert page.is_visible(".chercher [type=submit]")
    assert visit("/carte/", width=390, height=844).is_visible(".premiere")  # nothing was asked yet
    assert visit(ELSAU_SEARCH).is_visible(".chercher")  # there is room


@pytest.mark.complete
@pytest.mark.parametrize("name", ["imprimer", "a-remettre", "lieu"])
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
