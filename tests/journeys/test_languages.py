"""Arabic in a real browser: chosen without script, from right to left, nothing sideways, nothing for axe
to say.
"""

import pytest

from maillage.words.languages import LANGUAGES
from tests.support.profile import some

PAGES = (
    "/",
    "/carte/?ou=Grenoble",
    "/bilan/question/A1/",
    "/ma-carte/",
)


@pytest.fixture
def in_arabic(visit):
    def open_page(address, **options):
        page = visit("/?lang=ar", **options)
        if "/bilan/question/" in address:
            page.goto(page.url.rstrip("/") + "/bilan/")
            with page.expect_navigation():
                page.locator("main form button").first.press("Enter")
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + address)
        return page

    return open_page


@pytest.mark.complete
@pytest.mark.parametrize("address", some(PAGES, "/"))
def test_a_page_from_right_to_left_holds_at_320_and_axe_says_nothing(in_arabic, faults_of, address):
    # Looked at apart from the pages in French: the language is kept in the browser.
    empty_state = {"cookies": [], "origins": []}
    page = in_arabic(address, width=320, height=700, looked=True, storage_state=empty_state)
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert faults_of(page) == []


@pytest.mark.complete
def test_the_head_of_a_phone_stands_on_one_line_in_every_language(visit):
    """FS-10 : le nom de la langue tient à côté de la marque, jamais seul sur une seconde ligne."""
    for code in LANGUAGES:
        page = visit(f"/?lang={code}", width=390, height=844)
        language, brand = (page.locator(f".entete {each}").bounding_box() for each in (".langues", ".marque"))
        assert abs((language["y"] + language["height"] / 2) - (brand["y"] + brand["height"] / 2)) < 4, code
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, code


@pytest.mark.complete
def test_the_words_of_the_walking_circle_stand_on_it_from_right_to_left(in_arabic):
    """FS-10 : la carte compte depuis la gauche ; ses mots sont sur le cercle, entiers, à côté des gouttes."""
    page = in_arabic("/carte/?ou=Grenoble&besoin=assistance", width=390, height=844)
    circle, words = (
        page.locator(each).bounding_box() for each in (".leaflet-pane path.anneau", ".anneau-mots")
    )
    assert abs((words["x"] + words["width"] / 2) - (circle["x"] + circle["width"] / 2)) < 104
    assert words["x"] >= 0 and words["x"] + words["width"] <= 390


@pytest.mark.complete
def test_a_place_from_right_to_left_keeps_its_name_and_telephone(in_arabic, faults_of):
    page = in_arabic("/carte/?ou=Grenoble", width=390)
    page.locator(".rang h3 a").first.click()
    page.wait_for_url("**/lieux/**")
    name = page.locator("h1 bdi")
    assert (name.get_attribute("lang"), name.get_attribute("dir")) == ("fr", "ltr")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    # The title starts from the right edge; the arrow that leads back points to the right.
    box, main = page.locator("h1").bounding_box(), page.locator(".page").bounding_box()
    assert box["x"] + box["width"] > main["x"] + main["width"] - 40
    assert "matrix(-1" in page.locator(".retour .sens").evaluate("e => getComputedStyle(e).transform")
    assert faults_of(page) == []


@pytest.mark.parametrize("script", [True, False])
def test_a_language_is_chosen_on_the_page_and_the_page_stays(visit, script):
    page = visit("/carte/?ou=Grenoble&besoin=wifi", width=390, java_script_enabled=script)
    page.locator(".langues summary").click()
    page.get_by_role("link", name="Українська").click()
    page.wait_for_url("**/carte/?ou=Grenoble&besoin=wifi&lang=uk")
    assert page.locator("html").get_attribute("lang") == "uk"
    page.locator(".langues summary").click()
    page.get_by_role("link", name="Français").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.url.endswith("/carte/?ou=Grenoble&besoin=wifi")
