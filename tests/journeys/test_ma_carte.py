"""The page of a person, on a phone and by keyboard: opened, read, decided upon, closed by itself."""

import json

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, welcome_new_person
from tests.support.profile import some

WORD = "framboise"
PAGES = (
    "",
    "mandats/",
    "demarches/",
    "vues/",
    "garde/",
    "corriger/",
    "effacer/",
    "secret/",
    "suivi/",
    "places/",
    "bilan/",
)
CREATES_ANDREI = """
import sys
from django.utils import timezone
from maillage.apps.platform.accounts.models import User
from maillage.apps.people.persons.actions import card_secrets
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import read_secret
from maillage.apps.people.mandats.models import Mandat
andrei = Person.objects.get(nickname="M. Andrei", example=True)
by = User.objects.get(email__startswith="aidant@")
card_secrets.choose_secret(andrei, read_secret("framboise"), by=by, at=timezone.now())
print(andrei.card)
"""
STANDS = """
import sys
from maillage.apps.people.persons.models import Person
from maillage.kernel.codes import read
found = Person.objects.filter(code=read(sys.argv[1])).first()
print("erased" if found is None else "kept")
"""


@pytest.fixture(scope="module")
def andrei(in_the_platform) -> str:
    return in_the_platform(CREATES_ANDREI)


def opened(visit, card: str, **options):
    """Open the page by keyboard alone: code, secret, Enter."""
    page = visit("/ma-carte/", **PHONE, **options)
    page.locator("#code").focus()
    page.keyboard.type(card.lower())
    page.keyboard.press("Tab")
    page.keyboard.type(WORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Où j’en suis")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def card_state(chromium, site, andrei) -> dict:
    """The browser's state of who opened the card, once for all that is looked at."""
    context = chromium.new_context()

    def visit(address: str, **_):
        page = context.new_page()
        page.goto(site + address)
        return page

    opened(visit, andrei)
    state = context.storage_state()
    context.close()
    return state


@pytest.mark.complete
def test_from_the_secret_to_the_erasure_by_keyboard(visit, enter, site, in_the_platform):
    helper = enter("aidant", "/espace/personnes/nouvelle/", **PHONE)
    welcome_new_person(helper, prenom="Ileana")
    card = helper.locator(".personne-tete .code").inner_text()
    helper.get_by_role("link", name="Choisir son secret avec elle").press("Enter")
    helper.locator("#secret").focus()
    helper.keyboard.type(WORD)
    helper.keyboard.press("Enter")
    expect(helper.locator("main")).to_contain_text("Elle l’ouvre avec sa carte et son secret")
    _mandate(helper)

    page = opened(visit, card)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for words in ("Ileana", "Mon mandat", "Qui m’aide", "Qui a vu ma fiche"):
        expect(page.locator("main")).to_contain_text(words)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Arrêter le mandat").press("Enter")
    page.get_by_role("button", name="Arrêter ce mandat").press("Enter")
    expect(page.locator("main")).to_contain_text("Prendre la preuve d’arrêt")
    page.get_by_role("link", name="Ma carte").first.press("Enter")
    page.get_by_role("link", name="Prendre une copie").press("Enter")
    with page.expect_download() as taken:
        page.locator("a[href*='format=json']").press("Enter")
    assert json.loads(taken.value.path().read_text("utf-8"))["prenom_ou_surnom"] == "Ileana"
    page.goto(f"{site}/ma-carte/")
    page.get_by_role("link", name="Tout effacer").press("Enter")
    expect(page.locator("main")).to_contain_text("Ce qui s’efface")
    page.get_by_role("button", name="Tout effacer").press("Enter")
    expect(page.locator("body")).to_contain_text("Votre carte n’ouvre plus rien")
    assert in_the_platform(STANDS, card) == "erased"


def _mandate(page) -> None:
    """The person says yes aloud before a witness."""
    page.click("text=Préparer un mandat")
    page.click("summary:has-text('Social, santé')")
    page.check("text=Prime d’activité")
    page.check("text=Un mois")
    page.click("text=Lire avec la personne")
    page.wait_for_url("**/signer/")
    page.click("summary:has-text('Dire oui à voix haute')")
    page.fill("#temoin", "Mme Roche, voisine")
    page.click("text=La personne a dit oui")
    page.wait_for_selector("text=C’est signé")


@pytest.mark.complete
def test_it_closes_by_itself_after_ten_minutes_and_says_so_before(visit, andrei):
    page = visit("/ma-carte/", **PHONE)
    page.clock.install()
    page.fill("#code", andrei)
    page.fill("#secret", WORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Où j’en suis")).to_be_visible()
    page.wait_for_load_state()  # its script counts from here; a page is seen before it runs
    page.clock.fast_forward("09:10")
    expect(page.get_by_role("button", name="Je suis encore là")).to_be_visible()
    page.get_by_role("button", name="Je suis encore là").press("Enter")
    expect(page.get_by_role("button", name="Je suis encore là")).to_be_hidden()
    page.clock.fast_forward("10:10")
    expect(page.locator("#code")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Andrei")
    page.wait_for_load_state()
    page.go_back()
    expect(page.locator("body")).not_to_contain_text("Andrei")


@pytest.mark.complete
def test_without_script_it_opens_is_read_and_closes(visit, andrei):
    page = visit("/ma-carte/", java_script_enabled=False, **PHONE)
    page.fill("#code", andrei)
    page.fill("#secret", WORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Où j’en suis")
    assert 'http-equiv="refresh" content="600' in page.content()
    page.get_by_role("button", name="Fermer").press("Enter")
    page.wait_for_selector("text=Votre page est fermée")


@pytest.mark.complete
def test_it_prints_on_one_page_and_reads_from_right_to_left(visit, andrei, site):
    page = opened(visit, andrei)
    with pypdfium2.PdfDocument(page.pdf(format="A4")) as printed:
        assert len(printed) == 1
    page.goto(f"{site}/ma-carte/?lang=ar")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.locator("main")).to_contain_text("من يساعدني")


@pytest.mark.complete
@pytest.mark.parametrize("name", some(PAGES, ""))
def test_axe_finds_nothing(visit, card_state, faults_by_day_and_night, name):
    page = visit(f"/ma-carte/{name}", looked=True, storage_state=card_state, **PHONE)
    expect(page.locator("#code")).to_have_count(0)  # the card is open
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults_by_day_and_night(page) == []
