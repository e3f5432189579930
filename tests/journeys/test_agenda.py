"""A workshop from its plan to its report: planned by keyboard, joined on a phone, ticked with one tap,
printed on one page.
"""

import io
from datetime import date, timedelta

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.support.browsing import tab_to
from tests.support.profile import some

TRAINER = "formation"
PASSES = """
from datetime import timedelta
from django.utils import timezone
from maillage.apps.agenda.models import Workshop
at = timezone.now()
Workshop.objects.filter(pk=sys.argv[1]).update(starts_at=at - timedelta(hours=2), ends_at=at - timedelta(minutes=5))
"""


@pytest.mark.complete
def test_a_workshop_goes_from_its_plan_to_its_report(visit, enter, in_the_platform):
    page = enter(TRAINER, "/espace/ateliers/nouveau/")
    tab_to(page, "[name=titre]")
    page.keyboard.type("Ma facture de téléphone, ensemble")
    page.fill("[name=jour]", (date.today() + timedelta(days=5)).isoformat())
    page.fill("[name=places]", "1")
    tab_to(page, ".planifier button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Brouillon")
    number = page.url.rstrip("/").rsplit("/", 1)[1]
    assert page.request.get(page.url.split("/espace/")[0] + f"/ateliers/{number}/").status == 404
    tab_to(page, "button[value=publier]")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=C’est publié")

    phone = visit("/ateliers/", **PHONE)
    phone.get_by_role("link", name="Ma facture de téléphone, ensemble").click()
    assert "1 place libre sur 1" in phone.inner_text("main").replace("\u00a0", " ")
    phone.fill("#prenom", "Zohra")
    phone.get_by_role("button", name="Je m’inscris").click()
    phone.wait_for_url("**/ma-place/**")
    assert "Votre place est gardée" in phone.inner_text("main")
    late = visit(f"/ateliers/{number}/", **PHONE)
    late.fill("#prenom", "Yann")
    late.get_by_role("button", name="Me mettre sur la liste d’attente").click()
    late.wait_for_url("**/ma-place/**")
    phone.get_by_role("button", name="Je ne viens pas").click()
    phone.wait_for_selector("text=Merci de l’avoir dit")
    late.reload()
    assert "Votre place est gardée" in late.inner_text("main")

    in_the_platform(PASSES, number)
    page.goto(page.url)
    page.fill("#mots", "Commencé à taper")  # what is typed in one form outlives the sending of another
    page.fill("[name=noms]", "Zoé")
    page.get_by_role("button", name="Là : Yann", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-pressed=true]")
    assert "1 là, 0 pas là, 0 à noter" in page.inner_text("#places").replace("\u00a0", " ")
    page.get_by_role("button", name="Là : Yann", exact=True).press("Space")
    page.wait_for_selector("text=1 à noter")
    page.get_by_role("button", name="Là : Yann", exact=True).press("Enter")
    page.wait_for_selector("[aria-pressed=true]")
    expect(page.locator("#mots")).to_have_value("Commencé à taper")
    expect(page.locator("[name=noms]")).to_have_value("Zoé")
    page.fill("#mots", "Chacun a trouvé le prix sur sa facture.")
    page.get_by_role("button", name="Garder le compte rendu").click()
    page.wait_for_selector("text=Le compte rendu est gardé")


PAPERS = (
    "/ateliers/{alone}/affiche/",
    "/espace/ateliers/{over}/emargement/",
    "/espace/ateliers/{over}/emargement/?anonyme=1",
)


@pytest.mark.complete
@pytest.mark.parametrize("address", some(PAPERS, "/espace/ateliers/{over}/emargement/"))
def test_papers_hold_on_one_page(enter, demonstration_keys, address):
    page = enter(TRAINER, address.format(**demonstration_keys))
    printed_pdf = page.pdf(format="A4", prefer_css_page_size=True, print_background=True)
    paper = pypdfium2.PdfDocument(io.BytesIO(printed_pdf))
    assert len(paper) == 1
    paper.close()
