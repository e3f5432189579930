"""A structure joins on a telephone and publishes its sheet; the coordination welcomes it by keyboard."""

import pytest

from tests.journeys.conftest import PHONE
from tests.journeys.test_find import tab_to
from tests.support.profile import some

NAME = "Café de la Place Verte"
FINDS = """
from maillage.apps.community.models import Listing
from maillage.apps.network.models import Application, Declaration, Group
from maillage.apps.directory.models import Structure
pairs = Listing.objects.filter(example=True, side="seeks")
print(
    pairs.filter(kind="mediator").first().pk, pairs.filter(kind="room").first().pk,
    Application.objects.filter(example=True).first().pk, Declaration.objects.filter(state="declared").first().pk,
    Group.objects.first().pk, Structure.objects.get(name__startswith="Pimms Mediation Grenoble").pk,
)
"""


@pytest.fixture(scope="module")
def found(in_the_platform) -> dict[str, str]:
    """Rows of the demonstration."""
    names = ("place", "people", "application", "declaration", "group", "structure")
    return dict(zip(names, in_the_platform(FINDS).split(), strict=True))


@pytest.mark.complete
def test_a_structure_joins_and_publishes_its_sheet(visit, enter, faults_of):
    phone = visit("/rejoindre/", **PHONE)
    tab_to(phone, "[name=nom]")
    phone.keyboard.type(NAME)
    tab_to(phone, "[name=ou]")
    phone.keyboard.type("Échirolles")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/rejoindre/38151/**")
    gain = phone.inner_text("#contenu")
    assert "Autour de vous, à Échirolles" in gain
    assert "entre" in gain, "the need comes with its interval"
    assert faults_of(phone) == []
    tab_to(phone, "[name=part][value=hosting]")
    phone.keyboard.press("Space")
    tab_to(phone, "[name=referent]")
    phone.keyboard.type("Nour B.")
    tab_to(phone, "[name=reponse]")
    phone.keyboard.press("ArrowDown")
    phone.keyboard.press("ArrowDown")
    assert phone.is_checked("[name=reponse][value=visit]")
    tab_to(phone, "form[method=post] button[type=submit]")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/rejoindre/demande/")
    code = phone.inner_text(".code-papier")
    assert faults_of(phone) == []

    desk = enter("coordination", "/espace/reseau/entrees/")
    desk.get_by_role("link", name=NAME).press("Enter")
    desk.wait_for_selector("[name=verifiee]")
    tab_to(desk, "[name=verifiee]", most=90)
    desk.keyboard.press("Space")
    tab_to(desk, "button[value=accueillir]")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=Son code ouvre maintenant un compte")

    phone.goto(phone.url.replace("/demande/", "/suivi/"))
    tab_to(phone, "[name=code]")
    phone.keyboard.type(code.lower().replace("-", " "))
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=Bienvenue")
    tab_to(phone, "button[value=ouvrir]")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/invitation/**")
    phone.fill("[name=nom]", "Nour")
    phone.fill("[name=courriel]", "nour.place.verte@exemple.fr")
    phone.fill("[name=mot_de_passe]", "quatre mots sans lien entre eux")
    phone.get_by_role("button", name="Ouvrir mon compte").click()
    phone.wait_for_load_state()
    page = visit(f"/carte/?ou=%C3%89chirolles&mots={NAME.replace(' ', '+')}", **PHONE)
    assert NAME in page.inner_text("#contenu"), "its sheet is published"
    again = visit("/rejoindre/suivi/", **PHONE)
    again.fill("[name=code]", code)
    again.keyboard.press("Enter")
    again.wait_for_selector("text=Il ne s’ouvre qu’une fois")


@pytest.mark.complete
def test_a_structure_joins_without_script(visit):
    page = visit("/rejoindre/38185/?nom=Sans+script", java_script_enabled=False, **PHONE)
    page.check("[name=part][value=assistance]")
    page.fill("[name=referent]", "Lou")
    page.check("[name=reponse][value=visit]")
    page.click("form[method=post] button[type=submit]")
    assert page.locator(".code-papier").inner_text().count("-") == 2


PUBLIC = ("/rejoindre/", "/rejoindre/38185/?nom=Essai", "/rejoindre/suivi/", "/reseau/", "/reseau/charte/")
PRO = (
    "/espace/reseau/annuaire/",
    "/espace/reseau/annuaire/ma-fiche/",
    "/espace/reseau/annuaire/structures/{structure}/",
    "/espace/reseau/annuaire/structures/{structure}/changer/",
    "/espace/reseau/lettres/",
    "/espace/reseau/groupes/",
    "/espace/reseau/groupes/nouveau/",
    "/espace/reseau/groupes/{group}/",
    "/espace/reseau/permanences/",
    "/espace/reseau/permanences/{place}/{people}/",
    "/espace/reseau/qui-avec-qui/",
    "/espace/reseau/charte/",
    "/espace/reseau/relais/",
)
LEADS = (
    "/espace/reseau/entrees/",
    "/espace/reseau/entrees/{application}/",
    "/espace/reseau/charte/{declaration}/",
)


@pytest.mark.complete
@pytest.mark.parametrize(
    "address",
    some(
        [*PUBLIC, *PRO, *LEADS],
        "/espace/reseau/permanences/{place}/{people}/",
        "/espace/reseau/annuaire/",
        "/espace/reseau/entrees/{application}/",
    ),
)
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    visit, signed_in, faults_by_day_and_night, found, address
):
    who = "coordination" if address in LEADS else "structure"
    signed = {"storage_state": signed_in(who)} if address.startswith("/espace/") else {}
    page = visit(address.format(**found), looked=True, **signed)
    assert page.locator("h1").count() == 1
    assert faults_by_day_and_night(page, enhanced=not signed) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
