"""Whoever runs a place keeps its sheet true: on a phone, on paper; and a professional, from the list to
the method.
"""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.support.profile import some

LOGIN = "coordination"
NAME = "Centre social des Pays du Guiers"  # its week is known, and seven practices


@pytest.fixture(scope="module")
def place(in_the_platform) -> str:
    """The address of the place."""
    return in_the_platform(
        "from maillage.apps.directory.places.models import Lieu\nprint(Lieu.objects.get(name=sys.argv[1]).slug)",
        NAME,
    )


@pytest.fixture(scope="module")
def code(chromium, site, signed_in, place) -> str:
    """The code of the place, made by a professional when it has none."""
    context = chromium.new_context(storage_state=signed_in(LOGIN))
    page = context.new_page()
    page.goto(f"{site}/espace/annuaire/lieux/{place}/lien/")
    if page.is_visible("text=Faire un code"):
        page.click("text=Faire un code")
    place_code = page.inner_text(".code-grand")
    context.close()
    return place_code


def test_a_sheet_is_confirmed_by_its_code_on_a_phone(visit, code):
    page = visit("/fiche/", **PHONE)
    page.fill("#id_code", code.lower().replace("-", " "))
    page.tap("text=Voir ma fiche") if page.evaluate("'ontouchstart' in window") else page.click(
        "text=Voir ma fiche"
    )
    assert page.inner_text("h1") == NAME
    button = page.locator("button:has-text('Rien n’a changé')")
    assert button.bounding_box()["height"] >= 60
    assert button.bounding_box()["width"] > 300
    button.click()
    page.wait_for_selector("text=Votre fiche est confirmée aujourd’hui")
    assert "Fiche confirmée ce mois-ci" in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_closure_is_declared_in_two_taps_and_withdrawn_after_a_question(visit, code):
    page = visit(f"/fiche/{code}/", **PHONE)
    page.click("summary:has-text('Nous fermons quelque temps')")
    page.click("button:has-text('Deux semaines')")
    page.wait_for_selector("dt:has-text('Fermetures')")
    page.click("summary:has-text('Retirer')")
    page.click("text=Oui, retirer cette fermeture")
    page.wait_for_selector("text=cette fermeture est retirée")
    assert page.locator("dt:has-text('Fermetures')").count() == 0


@pytest.mark.complete
def test_the_paper_is_one_page_of_a4(visit, code):
    pdfium = pytest.importorskip("pypdfium2")
    page = visit(f"/fiche/{code}/papier/")
    printed = pdfium.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
    assert len(printed) == 1
    text = printed[0].get_textpage().get_text_range()
    assert code in text
    assert "Rien n’a changé" in text


@pytest.mark.complete
def test_a_paper_sheet_is_typed_back_by_keyboard_only(enter, code):
    page = enter(LOGIN, "/espace/annuaire/papier/")
    keys = page.keyboard
    expect(page.locator("[name=code]")).to_be_focused()
    keys.type(code)
    keys.press("Tab")
    keys.type("3 13")
    keys.press("Enter")
    page.wait_for_selector("#case-3")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.name") == "telephone"
    keys.press("Control+a")
    keys.type("04 76 00 55 66")
    keys.press("Tab")
    keys.press("ArrowDown")
    keys.press("Enter")
    page.wait_for_selector("text=À la feuille suivante")
    announcement = page.inner_text(".annonces:not([hidden]) >> nth=-1")
    assert "téléphone" in announcement
    assert "rythme" in announcement
    assert page.evaluate("document.activeElement.name") == "code", "ready for the next one"


def test_a_census_goes_from_a_list_to_its_method_by_keyboard(enter):
    page = enter(LOGIN, "/espace/recensement/38511/")
    page.click("text=Faire la liste de départ")
    page.uncheck("#connus") if page.is_visible("#connus") else None
    page.click("text=Écrire la liste")
    page.wait_for_selector("text=organismes ajoutés")
    page.click("summary:has-text('Ajouter quelqu’un')")
    page.focus("#id_nom")
    page.keyboard.type("Repair Café")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.type("MJC")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Au suivant")
    assert page.evaluate("document.activeElement.name") == "nom"
    page.click("button:has-text('Répondu') >> nth=0")
    page.wait_for_selector(".annonces >> text=répondu")
    page.click(".onglets >> text=Méthode")
    assert "sur la recommandation d’un autre" in page.inner_text("main")


PUBLIC = (
    "/fiche/",
    "/fiche/{code}/",
    "/fiche/{code}/corriger/",
    "/fiche/{code}/papier/",
)
WITHIN = (
    "/espace/annuaire/papier/",
    "/espace/annuaire/lieux/{place}/lien/",
    "/espace/annuaire/lieux/{place}/appareils/",
    "/espace/annuaire/materiel/",
    "/espace/annuaire/materiel/entretien/",
    "/espace/annuaire/campagnes/",
    "/espace/messages/",
    "/espace/messages/refus/",
    *(f"/espace/recensement/38511/{page}" for page in ("", "liste/", "communes/", "regles/", "methode/")),
)


@pytest.mark.complete
@pytest.mark.parametrize("address", some([*PUBLIC, *WITHIN], "/fiche/{code}/", "/espace/recensement/38511/"))
def test_a_page_reads_however_it_is_looked_at(visit, enter, faults_of_looks, request, address):
    filled_address = address.format_map(
        {name: request.getfixturevalue(name) for name in ("code", "place") if f"{{{name}}}" in address}
    )
    page = (
        visit(filled_address, looked=True) if address in PUBLIC else enter(LOGIN, filled_address, looked=True)
    )
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
    assert faults_of_looks(page) == []


@pytest.mark.complete
def test_a_campaign_is_opened_and_called(enter, faults_of):
    page = enter(LOGIN, "/espace/annuaire/campagnes/")
    page.fill("#territoire", "200040715")
    page.fill("#au_plus", "3")
    page.click("text=Voir combien")
    page.click("text=Ouvrir la campagne")
    page.wait_for_selector("text=À appeler")
    assert faults_of(page) == []
    page.click("button:has-text('Rien n’a changé') >> nth=0")
    page.wait_for_selector("text=1 confirmée ou corrigée sur 3")
    page.click("summary:has-text('Clore la campagne')")
    page.click("text=Oui, clore")
    page.wait_for_selector("text=est close")
