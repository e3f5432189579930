"""Someone gets to the end."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from maillage.kernel.names import plain
from tests.journeys.conftest import PERIMETER, SLOW
from tests.support.browsing import until


def test_from_the_home_page_to_any_diagnosis_by_keyboard_only(visit):
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "ou"  # help near home comes first
    for element, most in (("main a[href='/territoires/']", 20), ("input[name=q]", 20)):
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", element):
                break
        if element.startswith("main"):
            page.keyboard.press("Enter")
            page.wait_for_url("**/territoires/")
    page.keyboard.type("seyssinet")
    page.wait_for_selector(".suggestion")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("[aria-selected=true]", "role") == "option"
    page.keyboard.press("Enter")
    page.wait_for_url("**/territoires/38485/")
    page.wait_for_selector(".chiffre-grand")
    assert "environ" in page.inner_text(".chiffre").lower()
    assert page.inner_text("h1") == "Seyssinet-Pariset"


@pytest.mark.complete
def test_long_work_shows_progress_survives_a_reload_and_may_be_cancelled(visit):
    page = visit("/territoires/67/")
    page.wait_for_selector("progress")
    page.reload()
    assert page.inner_text("h1") == "Bas-Rhin"
    page.click("text=Annuler")
    page.wait_for_selector("text=Calcul annulé")
    page.click("text=Relancer le calcul")
    page.wait_for_selector(".chiffre-grand", timeout=3 * SLOW)  # a department of 500 communes


def test_the_source_card_opens_and_closes_by_keyboard(visit):
    page = visit(PERIMETER, width=390, height=844)
    summary = page.locator(".carte-source summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.is_visible("text=Limites.")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not page.is_visible("text=Limites.")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_focus_is_always_visible(visit):
    page = visit(PERIMETER)
    for _ in range(25):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle,"
            " s.outlineWidth] })()"
        )
        assert style[0] != "none", page.evaluate("document.activeElement.outerHTML")
        assert float(style[1].removesuffix("px")) >= 2


NAMES_ARE_LEGIBLE = """(() => {
  const names = [...document.querySelectorAll(".nom-carte")];
  const buttons = document.querySelector(".leaflet-control-zoom").getBoundingClientRect();
  return names.length > 3 && names.every((each) => {
    const box = each.getBoundingClientRect();
    const isClear = box.right <= buttons.left || buttons.right <= box.left
      || box.top >= buttons.bottom || box.bottom <= buttons.top;
    return isClear && parseFloat(getComputedStyle(each).fontSize) >= 14;
  });
})()"""


def test_the_map_moves_and_its_layers_change(visit):
    page = visit(PERIMETER)
    page.wait_for_selector("#carte.vivante .leaflet-overlay-pane path.zone")
    zones = page.locator(".leaflet-overlay-pane path.zone")
    assert zones.count() == 22
    before = [zones.nth(k).get_attribute("class") for k in range(22)]
    page.click("[data-couche=les-deux]")
    assert [zones.nth(k).get_attribute("class") for k in range(22)] != before
    assert page.is_visible("#legende-les-deux")
    assert not page.is_visible("#legende-numerique")
    assert "carte=les-deux" in page.url
    page.click(".leaflet-control-zoom-in")
    zones.first.dispatch_event("click")
    assert page.locator("tr.choisie").count() == 1
    assert page.locator(".nom-carte").count() > 3
    # FS-19, FS-38: a name of the map is read at 14 px, and the buttons cover none
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(300)  # the map draws its names again once the window keeps its size
    until(page, NAMES_ARE_LEGIBLE)


@pytest.mark.complete
def test_the_map_downloads_as_a_picture(visit):
    page = visit(PERIMETER)
    page.wait_for_selector("#carte.vivante")
    page.click("[data-couche=sociale]")
    page.click("text=Lire cette carte")
    with page.expect_download() as download:
        page.click("[data-fichier-png]")
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


@pytest.mark.complete
def test_another_definition_counts_again(visit):
    page = visit("/territoires/38485/")  # of few zones: both studies are computed here
    page.wait_for_selector(".chiffre-grand")
    first = page.inner_text(".chiffre-grand")
    page.click("text=Définition et filtres")
    page.select_option("#id_definition", "jamais-connecte-credoc")
    assert "definition" not in page.url  # choosing is not asking: arrows of the keyboard pass over the others
    page.click("text=Appliquer")
    page.wait_for_url("**definition=jamais-connecte-credoc**")
    page.wait_for_selector(".chiffre-grand")
    assert page.inner_text(".chiffre-grand") != first
    page.click(".carte-source summary", timeout=3 * SLOW)  # the number comes before its study
    assert "Baromètre du numérique 2018" in page.inner_text("blockquote")


def test_a_term_explains_itself_in_place(visit):
    page = visit(PERIMETER)
    page.click("summary:has(#cumul)")
    term = page.locator(".terme:visible").first
    term.focus()
    page.keyboard.press("Enter")
    assert len(page.inner_text(".bulle")) > 30
    page.keyboard.press("Escape")
    assert page.locator(".bulle").count() == 0


def test_night_stays_after_a_reload(visit):
    page = visit("/", color_scheme="light")
    page.click("[data-theme-bouton]")
    assert page.get_attribute("html", "data-theme") == "nuit"
    page.reload()
    assert page.get_attribute("html", "data-theme") == "nuit"


def test_on_a_phone_the_doors_and_the_whole_list(visit):
    page = visit(PERIMETER, width=390, height=844)
    assert page.locator("table.zones tbody tr:visible").count() == 6
    page.click("text=Voir les 22 zones")
    expect(page.locator("table.zones tbody tr:visible")).to_have_count(22)
    page.click(".barre-bas >> text=Chiffres")
    page.wait_for_url("**/territoires/")


def test_everything_essential_works_without_javascript(visit, site):
    page = visit("/", java_script_enabled=False)
    page.click("text=Voir les chiffres")
    page.fill("input[name=q]", "agglomération grenobloise")
    page.goto(site + PERIMETER)
    assert page.locator("#carte svg.carte").is_visible()
    page.click("[data-couche=numerique]")
    assert page.get_attribute("[data-couche=numerique]", "aria-current") == "true"
    page.click("thead >> text=Zone")
    names = page.locator("tbody th a").all_inner_texts()
    assert names[:22] == sorted(names[:22], key=plain)
    page.click("tbody >> text=Échirolles")
    assert page.inner_text("h1") == "Échirolles"
    page.go_back()
    page.click(".carte-source summary")
    assert page.is_visible("text=Ce que compte ce chiffre")
    page.click("text=Définition et filtres")
    page.select_option("#id_definition", "illectronisme-insee-2021")  # its study is there: none is computed
    page.click("text=Appliquer")
    assert "definition=illectronisme-insee-2021" in page.url


@pytest.mark.complete
def test_a_professional_keeps_a_perimeter_reads_an_error_and_comments(visit, site, tmp_path):
    page = visit("/espace/")
    page.fill("#id_login", "coordination@demo.maillage.example")
    page.fill("#id_password", "maillage-demo")
    page.click("main button[type=submit]")
    page.wait_for_url("**/espace/")
    page.goto(f"{site}/espace/territoires/")
    page.click("text=Garder un périmètre")
    page.fill("#id_nom", "Deux rives")
    page.fill("#id_adresse", "deux-rives")
    page.fill("#id_code", "200040715")
    page.fill("#id_raison", "Deux bassins de vie")
    zones = tmp_path / "zones.csv"
    zones.write_text("code_zone,nom_zone,code\nN,Nord,99999\n", "utf-8")
    page.set_input_files("#id_fichier", zones)
    page.click("main button[type=submit]")
    assert "ligne 2, colonne code, valeur « 99999 »" in page.inner_text("main").replace("\xa0", " ")
    zones.write_text("code_zone,nom_zone,code\nN,Nord,38485\nS,Sud,38151\n", "utf-8")
    page.set_input_files("#id_fichier", zones)
    page.click("main button[type=submit]")
    page.click("text=Garder ces zones")
    page.wait_for_url("**/territoires/deux-rives/")
    page.wait_for_selector(".chiffre-grand")
    page.click("text=Rapports")
    page.click("text=Écrire un commentaire")
    page.fill("#id_synthese", "La gare ferme en mars.")
    page.click("main button[type=submit]")
    assert "La gare ferme en mars." in page.inner_text("main")
    page.goto(f"{site}/espace/territoires/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=Retirer Deux rives")
    page.wait_for_selector("text=Périmètre retiré")
    page.goto(f"{site}/compte/")
    page.click("text=Se déconnecter")
    page.goto(f"{site}/espace/")
    assert "/connexion/" in page.url


@pytest.mark.complete
def test_the_dossier_opens_from_a_file_and_asks_for_nothing(visit, site, faults_of, tmp_path):
    start = visit(PERIMETER)
    address = re.search(r"/etudes/(\w+)/", start.content())[1]
    path = tmp_path / "dossier.html"
    path.write_bytes(start.request.get(f"{site}/etudes/{address}/fichiers/dossier.html").body())
    page = visit(path.as_uri(), width=390)
    requested_urls = page.evaluate(
        "performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))"
    )
    assert requested_urls == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.inner_text("h1") == "Agglomération grenobloise"
    assert faults_of(page) == []


def test_the_page_prints_on_white_without_its_menus(visit):
    page = visit(PERIMETER, color_scheme="dark")
    page.emulate_media(media="print")
    for hidden in (".entete", ".pied", ".onglets", ".choix"):
        assert not page.locator(hidden).is_visible()
    assert page.is_visible("text=Limites.")
    assert page.locator("#carte svg.carte").is_visible()


@pytest.mark.complete
def test_forced_colours_keep_the_marks(visit):
    page = visit(PERIMETER, forced_colors="active")
    assert page.locator("table.zones .carre").first.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.bouton')).borderStyle") == "solid"


def test_a_dossier_downloads_from_its_button(visit):
    page = visit(PERIMETER)
    with page.expect_download() as download:
        page.click("text=Télécharger le dossier")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_an_edition_is_frozen_then_compared(enter, site, faults_of_looks):
    page = enter("coordination", f"/espace{PERIMETER}editions/")
    page.select_option("#id_report", "synthese")
    page.fill("#id_name", "Conseil de novembre")
    page.click("main button[type=submit]")
    page.wait_for_selector("text=est figée")
    assert faults_of_looks(page, enhanced=False) == []
    with page.expect_download() as download:
        page.click("text=synthese.pdf")
    assert "Conseil de novembre" in download.value.suggested_filename
    page.click("text=Voir ce qui a changé depuis")
    page.wait_for_selector("text=Les chiffres et le plan sont les mêmes dans ces deux éditions")
