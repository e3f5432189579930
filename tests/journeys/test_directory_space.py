"""A coordinator keeps the directory: a file imported and corrected with its effect in sight, a merge
undone.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.support.profile import some

HOME, LOGIN = "/espace/annuaire/", "coordination"
FILE = (
    "Nom;Voie;Ville;CP;Tel;Public;Ateliers;Divers\nMédiathèque des Lilas;3 rue des Lilas;Grenoble;38000;04 76"
    " 00 11 22;Séniors, bébés;En projet;clé à demander\nMaison Teisseire;110 rue Léon"
    " Jouhaux;Grenoble;38100;476001133;Tout public;Oui;\n;rue sans nom;Grenoble;38000;;;;\n"
)


def drop(page, folder: Path, source: str) -> None:
    path = folder / "lieux du réseau.csv"
    path.write_text(FILE, "utf-8")
    page.set_input_files("[name=fichier]", path)
    page.select_option("[name=source]", "")
    page.fill("[name=nouvelle]", source)
    page.click("text=Lire ce fichier")
    page.wait_for_url(re.compile(r"/importer/[0-9a-f]{20}/$"))


@pytest.mark.complete
def test_a_file_is_imported_once_its_columns_and_words_are_right(enter, tmp_path):
    page = enter(LOGIN, HOME)
    page.click("text=Importer un fichier")
    drop(page, tmp_path, "Réseau du quartier")
    effect = page.locator("[data-morceau=effet]")
    assert "1 ligne ne serait pas importée" in effect.inner_text().replace("\u00a0", " ")
    assert not page.is_visible("text=Voir l’effet"), "with a script every choice shows its effect"

    page.get_by_label("Divers", exact=True).select_option("notes")
    effect.get_by_text("Divers").wait_for(state="hidden")
    assert "notes: Divers" in page.input_value("#texte")

    unknown = page.locator(".inconnu", has_text="bébés")
    unknown.locator("select").select_option(label="Familles et/ou enfants")
    page.locator(".inconnu", has_text="bébés").wait_for(state="detached")

    page.click("text=Vérifier, puis importer")
    page.wait_for_selector("text=Voici ce qui sera fait")
    effects_text = page.inner_text(".effets").replace("\n", " ")
    assert "2 lieux nouveaux" in effects_text
    assert "1 ligne refusée" in effects_text
    page.click("button:has-text('Importer')")
    page.wait_for_selector("text=Comment le fichier a été lu")
    assert "2 lieux créés" in page.inner_text(".effets").replace("\n", " ")

    page.goto(page.url.split("/espace/")[0] + f"{HOME}?q=lilas")
    page.click("text=Médiathèque des Lilas")
    page.wait_for_selector("h1:has-text('Médiathèque des Lilas')")
    page.click("summary:has-text('Accueil')")
    assert page.is_checked("label:has-text('Familles et/ou enfants') input")
    page.click("summary:has-text('Réservé')")
    assert page.input_value("#id_notes") == "clé à demander"


@pytest.mark.complete
def test_two_sheets_are_merged_then_taken_apart(enter):
    page = enter(LOGIN, f"{HOME}doublons/")
    page.locator(".paires.liste li", has_text="GUY MOQUET").locator("a").click()
    page.wait_for_selector("text=Est-ce le même lieu")
    first, second = (
        page.locator("table.comparer thead th").nth(1),
        page.locator("table.comparer thead th").nth(2),
    )
    names = [each.inner_text().split("\n")[0] for each in (first, second)]
    page.locator("table.comparer tbody tr").first.locator("input[type=radio]").nth(1).check()
    page.click("button:has-text('Réunir')")
    page.wait_for_selector("text=sont réunies dans")
    page.get_by_role("link", name="Doublons possibles").click()
    merged = page.locator("section[aria-labelledby=t-reunies] li").first
    assert names[1] in merged.inner_text()
    merged.locator("a", has_text="Séparer").click()
    page.wait_for_selector("text=Si vous les séparez")
    assert page.get_by_text("Elle redevient exactement comme avant").count() == 2
    page.click("button:has-text('Séparer ces deux fiches')")
    page.wait_for_selector("text=sont séparées, chacune comme elle était")
    assert page.locator(".paires.liste li", has_text=names[0]).count() >= 1


@pytest.mark.complete
def test_a_sheet_is_confirmed_in_one_click_and_marked_full_in_two(enter):
    page = enter(LOGIN, f"{HOME}liste/a-confirmer/", width=390, height=844)
    page.locator(".tache-geste a").first.click()
    page.click("button:has-text('Rien n’a changé')")
    page.wait_for_selector("text=confirmée aujourd’hui")
    page.click("summary:has-text('Complet')")
    page.click("text=Oui, le lieu est complet")
    page.wait_for_selector("text=Complet depuis le")
    page.click("summary:has-text('Signaler qu’il y a de la place')")
    page.click("text=Oui, il y a de la place")
    page.wait_for_selector("text=de nouveau de la place")
    assert page.locator(".histoire > li").count() >= 3


@pytest.mark.complete
def test_a_folded_field_opens_when_it_must_be_corrected(enter):
    page = enter(LOGIN, f"{HOME}liste/a-confirmer/", width=390, height=844)
    page.locator(".tache-geste a").first.click()
    name = page.locator("#id_nom")
    fold = page.locator("details", has=name).first
    if not name.is_visible():
        fold.locator("summary").first.click()
    name.fill("")
    fold.locator("summary").first.click()
    expect(name).to_be_hidden()
    page.click("button:has-text('Enregistrer')")
    expect(name).to_be_visible()
    expect(name).to_be_focused()


def test_hours_are_filled_by_keyboard(enter):
    page = enter(LOGIN, f"{HOME}lieux/nouveau/")
    page.fill("#id_nom", "Le Clavier")
    page.check("input[name=pratiques][value=wifi]")
    page.fill("#id_commune", "Échirolles")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=est ajouté")
    page.focus("#id_Mo00")
    for text in ("9h", "12h30", "14h", "17h"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Fiche enregistrée")
    assert page.input_value("#id_Mo01") == "12:30"
    assert "lundi 9 h – 12 h 30, 14 h – 17 h" in page.inner_text(".histoire").replace("\u00a0", " ")


# ------------------------------------------------------------------------------------------------ read by all


@pytest.fixture(scope="module")
def pages(chromium, site, signed_in, tmp_path_factory) -> dict[str, str]:
    """The addresses of the pages, one row of each."""
    context = chromium.new_context(storage_state=signed_in(LOGIN))
    page = context.new_page()
    page.goto(f"{site}{HOME}importer/")
    drop(page, tmp_path_factory.mktemp("fichier"), "Réseau à lire")
    import_address = page.url.removeprefix(site)
    page.click("text=Vérifier, puis importer")
    page.wait_for_selector("text=Voici ce qui sera fait")
    address_by_page = {"lecture": import_address, "verification": page.url.removeprefix(site)}
    for name, address, link in (
        ("paire", "doublons/", ".paires a:has-text('Comparer')"),
        ("fiche", "liste/a-verifier/", ".tache-geste a"),
        ("import", "imports/", "tbody th a"),
    ):
        page.goto(f"{site}{HOME}{address}")
        address_by_page[name] = page.locator(link).first.get_attribute("href")
    context.close()
    return {
        **address_by_page,
        "liste": HOME,
        "importer": f"{HOME}importer/",
        "imports": f"{HOME}imports/",
        "doublons": f"{HOME}doublons/",
        "surs": f"{HOME}doublons/surs/",
        "propositions": f"{HOME}propositions/",
        "nouveau": f"{HOME}lieux/nouveau/",
        "pratique": f"{address_by_page['fiche']}pratiques/formation/",
    }


NAMES = (
    *(
        "liste",
        "importer",
        "lecture",
        "verification",
        "imports",
        "import",
        "doublons",
    ),
    *("paire", "surs", "propositions", "fiche", "pratique", "nouveau"),
)


@pytest.mark.complete
@pytest.mark.parametrize("name", some(NAMES, "fiche"))
def test_a_page_reads_however_it_is_looked_at(enter, faults_of_looks, pages, name):
    page = enter(LOGIN, pages[name], looked=True)
    page.eval_on_selector_all("main details", "folds => folds.forEach((fold) => { fold.open = true })")
    assert faults_of_looks(page, enhanced=False) == []


HIDDEN = """() => {
  const bar = document.querySelector(".barre-gestes"), focused = document.activeElement;
  const [top, bottom] = [bar.getBoundingClientRect().top, focused.getBoundingClientRect().bottom];
  return focused !== document.body && !bar.contains(focused) && bottom > top && focused.getBoundingClientRect().top < innerHeight;
}"""


@pytest.mark.complete
def test_what_has_the_focus_is_never_under_the_bar(enter, pages):
    page = enter(LOGIN, pages["fiche"], **PHONE)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.barre-gestes') !== null"):
            break
        assert not page.evaluate(HIDDEN), page.evaluate("document.activeElement.outerHTML")
