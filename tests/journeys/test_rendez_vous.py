"""An hour of a permanence, given by keyboard and taken without script; a paper that keeps secrets at home."""

import io
from datetime import date, timedelta

import pypdfium2
import pytest

from tests.journeys.conftest import PHONE

HELPER = "aidant"
REUNION = """
from datetime import date, datetime, timedelta, UTC
from maillage.apps.agenda.actions import permanences
from maillage.apps.agenda.models import Permanence
from maillage.apps.directory.places.models import Structure
at = datetime.now(UTC)
values = {"title": "Case numérique", "address": "12 rue de Paris, Saint-Denis", "commune": "97411", "minutes": 30}
values |= {"hours": [[n, "09:00", "10:00"] for n in range(5)], "first_on": date.today() - timedelta(days=1)}
structure = Permanence.objects.filter(example=True).first().structure
row = permanences.open_door(by=None, structure=structure, values=values, at=at, example=True)
print(permanences.publish(row, by=None, at=at).pk)
"""


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_rendez_vous_is_booked_by_keyboard_then_cancelled_by_its_link(enter, visit, demonstration_keys):
    page = enter(HELPER, f"/espace/rendez-vous/donner/?permanence={demonstration_keys['door']}")
    page.get_by_label("Pour qui").fill("Yann")
    page.locator("input[name=quand]").last.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Donner le rendez-vous").press("Enter")
    page.wait_for_selector("text=Rendez-vous donné : Yann")
    page.get_by_role("link", name="Yann").first.click()
    link = page.inner_text(".adresse").strip()
    person_page = visit(
        f"/rendez-vous/{link.partition('/rendez-vous/')[2]}", java_script_enabled=False, **PHONE
    )
    person_page.get_by_role("button", name="Je ne peux pas venir").click()
    assert "Vous ne venez pas" in person_page.inner_text("main")
    page.reload()
    assert "annulé par la personne" in page.inner_text("main").lower()


@pytest.mark.complete
def test_a_series_is_cancelled_whole_by_keyboard_then_put_back(enter):
    page = enter(HELPER, "/espace/rendez-vous/donner/", **PHONE)
    page.get_by_label("Pour qui").fill("Zoé")
    page.get_by_label("Le jour").fill((date.today() + timedelta(days=9)).isoformat())
    page.get_by_label("L’heure").fill("08:10")
    page.get_by_text("Quelques mots, la prévenir, le répéter").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Le répéter").select_option("7")
    page.get_by_label("Combien de fois").fill("3")
    page.get_by_role("button", name="Donner le rendez-vous").press("Enter")
    page.get_by_role("link", name="Zoé").first.click()
    page.get_by_text("Annuler toute la série").focus()
    page.keyboard.press("Enter")
    assert "3 rendez-vous à venir seront annulés" in plain(page.inner_text("main"))
    page.get_by_role("button", name="Annuler les 3 rendez-vous").press("Enter")
    page.get_by_role("button", name="Remettre les 3 rendez-vous").press("Enter")
    page.wait_for_selector("text=de nouveau pris")
    assert page.locator("#serie ~ ul li", has_text="prévu").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.complete
def test_the_next_time_of_a_mailbox_is_booked_and_undone(enter, demonstration_keys):
    page = enter(HELPER, f"/espace/rendez-vous/{demonstration_keys['mailbox']}/", **PHONE)
    page.get_by_text("Corriger", exact=True).click()
    page.get_by_label("La prochaine fois").fill((date.today() + timedelta(days=40)).isoformat())
    page.get_by_role("button", name="Garder").press("Enter")
    page.wait_for_selector("text=Prochain rendez-vous :")
    page.get_by_role("button", name="Annuler ce prochain rendez-vous").press("Enter")
    page.get_by_role("button", name="Le remettre").press("Enter")
    page.get_by_role("button", name="Annuler ce prochain rendez-vous").wait_for()


@pytest.mark.complete
def test_a_permanence_of_la_reunion_is_read_in_its_own_time(visit, in_the_platform):
    door = in_the_platform(REUNION)
    page = visit(f"/rendez-vous/{door}/", timezone_id="Europe/Paris", **PHONE)
    hours = [plain(each) for each in page.locator(".creneau").all_inner_texts()]
    assert set(hours) == {"9 h", "9 h 30"}, "not the clock of the browser"
    assert "9 h – 10 h" in plain(page.inner_text("main"))
    assert page.locator("input[name=quand]").first.get_attribute("value").endswith("+04:00")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.complete
def test_the_sheet_to_keep_at_home_holds_on_one_page(visit):
    page = visit("/boite-mail/feuille/")
    paper = pypdfium2.PdfDocument(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    assert len(paper) == 1
    paper.close()
