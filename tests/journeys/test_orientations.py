"""Somebody is sent, received, helped, and whoever sent them knows: on a phone, by keyboard, by a link,
without script.
"""

import pypdfium2
import pytest

from tests.journeys.conftest import PHONE
from tests.support.browsing import tab_to
from tests.support.profile import some

SENDER, PLACE = "travail-social", "aidant"
PREPARES = """
from dataclasses import replace
from datetime import timedelta
from django.utils import timezone
from maillage.apps.platform.accounts.models import User
from maillage.apps.directory.places.models import Lieu
from maillage.apps.referrals.orientations.actions import drafts, sending
from maillage.apps.people.persons.actions import consents
from maillage.apps.people.persons.actions import register as people
pimms = Lieu.objects.get(name="Pimms Mediation Grenoble")
pimms.sheet["courriels"] = ["accueil@pimms.example"]
pimms.sheet["capacite"] = 6
pimms.save()
user = User.objects.get(email="travail-social@demo.maillage.example")
structure = Lieu.objects.get(name="SLS Grenoble SUD").structure
at = timezone.now() - timedelta(days=8)
person = people.welcome(by=user, structure=structure, at=at, nickname="Zoé عبد الرحمن بن محمد الطويل جدا الاسم الذي لا ينتهي أبدا"[:60], born=1994, example=True)
consents.agree(person=person, purpose="share", structure=pimms.structure, how="read", by=user, at=at)
draft = drafts.Draft(structure=structure, need="assistance", lieu=pimms, example=True)
mine = replace(draft, person=person, procedure="argent", shared=["nickname", "procedure"])
row = drafts.prepare(mine, by=user, at=at)
sending.send(row, by=user, at=at, channel="space")
left = drafts.prepare(replace(draft, person=person, procedure="sante"), by=user, at=at)
linked = drafts.prepare(replace(draft, procedure="travail"), by=user, at=at)
linked = sending.send(linked, by=user, at=at, channel="email")
print(person.pk, row.pk, left.pk, linked.pk)
"""
READS = """
from maillage.apps.referrals.orientations.access import link_of
from maillage.apps.referrals.orientations.models import Orientation
row = Orientation.objects.get(pk=sys.argv[1]) if len(sys.argv) > 1 else Orientation.objects.order_by("pk").last()
print(link_of(row), row.state, row.outcome, row.came, row.pk)
"""

COMES = """
from datetime import timedelta
from django.utils import timezone
from maillage.apps.referrals.orientations.models import Orientation
Orientation.objects.filter(pk=sys.argv[1]).update(appointment_at=timezone.now() - timedelta(hours=1))
"""


@pytest.fixture(scope="module")
def prepared_referrals(in_the_platform) -> dict[str, str]:
    """One referral received, one draft, one sent by a link."""
    person, row, draft, linked = in_the_platform(PREPARES).split()
    return {"person": person, "row": row, "draft": draft, "linked": linked}


def test_a_person_is_sent_answered_by_a_link_and_helped_on_a_phone_by_keyboard(
    enter, visit, prepared_referrals, in_the_platform
):
    page = enter(SENDER, "/espace/orientations/nouvelle/", **PHONE)
    tab_to(page, "[name=besoin]")
    page.keyboard.type("On vous aide")
    tab_to(page, "[name=precision]")
    page.keyboard.type("dossier Aspa")
    tab_to(page, "#id_ou")
    page.keyboard.press("Control+A")
    page.keyboard.type("Grenoble")
    tab_to(page, "[name=marche]")
    page.keyboard.type("sans limite")
    tab_to(page, "button[value=chercher]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lieux .lieu-propose")
    page.locator("details.pli > summary").last.scroll_into_view_if_needed()
    for fold in page.locator("#lieux > details.pli > summary").all():
        fold.press("Enter")
    page.locator("button[name=lieu]").filter(has_text="Pimms Mediation Grenoble").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/partage/?saisie=*")
    assert "rien ne dit qui elle est" in page.inner_text("main")
    tab_to(page, "[name=canal]:checked")
    assert page.evaluate("document.activeElement.value") == "email"
    tab_to(page, "main button.plein")
    page.keyboard.press("Enter")
    page.wait_for_url("**/parti/")
    assert "C’est parti" in page.inner_text("h1")

    code, state, *_, pk = in_the_platform(READS).split()
    assert state == "sent"
    place = visit(f"/orientation/{code}/", **PHONE)
    assert "dossier" not in place.inner_text("main").lower()
    tab_to(place, "button[value=lire]")
    place.keyboard.press("Enter")
    place.wait_for_selector("#date")
    assert "dossier Aspa" in place.inner_text("main")
    tab_to(place, "#date > summary")
    place.keyboard.press("Enter")
    place.fill("#date [name=jour]", place.evaluate("new Date(Date.now() + 864e5).toISOString().slice(0, 10)"))
    place.fill("#date [name=heure]", "14:30")
    place.focus("#date [name=heure]")
    tab_to(place, "button[value=date]")
    place.keyboard.press("Enter")
    place.wait_for_selector(':text("Rendez-vous donné"), #date [name=voulu]')
    if place.locator("#date [name=voulu]").count():  # tomorrow may be a Sunday: the sheet says closed
        place.keyboard.press("Home")
        tab_to(place, "#date [name=voulu]")
        place.keyboard.press("Space")
        tab_to(place, "button[value=date]")
        place.keyboard.press("Enter")
        place.wait_for_selector("text=Rendez-vous donné")
    in_the_platform(COMES, pk)  # the hour of the appointment: nobody waits for it here
    place.goto(place.url)
    tab_to(place, "button[value=came]")
    place.keyboard.press("Enter")
    place.wait_for_selector("text=Venue : c’est noté")
    tab_to(place, "#dire-la-suite > summary")
    place.keyboard.press("Enter")
    tab_to(place, "[name=issue]")
    place.keyboard.press("Space")
    tab_to(place, "button[value=servir]")
    place.keyboard.press("Enter")
    place.wait_for_selector("text=la suite est connue")
    assert in_the_platform(READS, pk).split()[1:4] == ["served", "reached", "True"]
    page.goto(page.url.replace("/parti/", "/"))
    assert "a dit ce qui a été fait" in page.inner_text("main")


@pytest.mark.complete
def test_without_script_a_relative_asks_finds_and_leaves_with_a_card(visit):
    page = visit("/aider-un-proche/", java_script_enabled=False, **PHONE)
    page.click("text=Poser 4 questions")
    for answer in ("for-me", "no", "nobody", "no"):
        page.locator(f"input[value={answer}]").first.check()
    page.click("text=Voir quoi faire")
    assert "Quelqu’un peut l’aider" in page.inner_text("h1")
    page.fill("#id_ou", "Grenoble")
    page.click("main form button.plein")
    page.locator("text=Choisir ce lieu").first.click()
    page.click("text=D’accord : compter et suivre")
    code = page.inner_text(".carte-code")
    page.goto(page.url.split("/aider")[0] + "/ma-carte/")
    page.fill("[name=code]", code)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Choisir ce secret")
    page.fill("[name=secret]", "framboise")
    page.keyboard.press("Enter")
    page.click("text=On m’a envoyé")
    assert "Allez-y avec votre carte" in page.inner_text("main")


@pytest.mark.complete
def test_the_card_prints_on_half_a_sheet(enter, prepared_referrals):
    page = enter(SENDER, f"/espace/orientations/{prepared_referrals['linked']}/carte/")
    page.emulate_media(media="print")
    assert page.locator(".carte-pliee").bounding_box()["width"] == pytest.approx(210 / 25.4 * 96, abs=2)
    assert not page.locator(".ecran-seul").first.is_visible()
    assert not page.locator("header.entete").is_visible()
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)) as printed:
        assert len(printed) == 1


# ------------------------------------------------------------------------------------------------ read by all


@pytest.fixture(scope="module")
def pages(prepared_referrals, in_the_platform) -> dict[str, tuple[str, str]]:
    code = in_the_platform(READS, prepared_referrals["linked"]).split()[0]
    space = "/espace/orientations/"
    return {
        "recues": (PLACE, space),
        "une": (PLACE, f"{space}{prepared_referrals['linked']}/"),
        "mesures": (PLACE, f"{space}mesures/"),
        "envoyees": (SENDER, f"{space}envoyees/"),
        "suivie": (SENDER, f"{space}{prepared_referrals['row']}/?cote=envoi"),
        "nouvelle": (SENDER, f"{space}nouvelle/"),
        "lieux": (
            SENDER,
            f"{space}nouvelle/?personne={prepared_referrals['person']}&besoin=assistance&ou=Grenoble",
        ),
        "partage": (SENDER, f"{space}{prepared_referrals['draft']}/envoyer/"),
        "carte": (SENDER, f"{space}{prepared_referrals['linked']}/carte/"),
        "lien": ("", f"/orientation/{code}/"),
        "faux-lien": ("", f"/orientation/{'0' * 32}/"),
        "proche": ("", "/aider-un-proche/"),
        "questions": ("", "/aider-un-proche/questions/"),
        "conseil": ("", "/aider-un-proche/conseil/?conseil=bilan"),
        "trouver": ("", "/aider-un-proche/trouver/?ou=Grenoble&besoin=assistance"),
    }


NAMES = (
    *(
        "recues",
        "une",
        "mesures",
        "envoyees",
        "suivie",
        "nouvelle",
        "lieux",
        "partage",
    ),
    *("carte", "lien", "faux-lien", "proche", "questions", "conseil", "trouver"),
)


@pytest.fixture
def opened(visit, enter, pages):
    def open_page(name: str, **options):
        login, address = pages[name]
        return enter(login, address, **options) if login else visit(address, **options)

    return open_page


SMALL = """() => [...document.querySelectorAll("main a.bouton, main button, main summary, main input[type=checkbox], main label:has(> input[type=radio])")]
  .filter((each) => each.getClientRects().length && each.getBoundingClientRect().height < (each.type === "checkbox" ? 28 : 44) - .5)
  .map((each) => each.outerHTML.slice(0, 120))"""


@pytest.mark.complete
@pytest.mark.parametrize("name", some(NAMES, "lien"))
def test_a_page_reads_however_it_is_looked_at(opened, faults_of_looks, pages, name):
    page = opened(name, looked=True)
    page.eval_on_selector_all("main details", "folds => folds.forEach((fold) => { fold.open = true })")
    assert faults_of_looks(page, enhanced=not pages[name][0], small=SMALL) == []
