"""The network meets: a date voted on a telephone, chosen by keyboard, minutes, and a task that its pilot ends."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from maillage.words.dates import in_words
from maillage.words.opening import DAYS
from tests.journeys.conftest import PHONE

# The day of a meeting comes: nobody waits for it in a test.
DAY_COMES = """
from datetime import timedelta
from django.utils import timezone
from maillage.apps.community.models import Meeting
Meeting.objects.filter(title=sys.argv[1]).update(starts_at=timezone.now() - timedelta(hours=3))
"""


@pytest.mark.complete
def test_a_meeting_goes_from_a_vote_to_minutes_to_a_task(enter, in_the_platform):
    title = "Relire nos fiches, par le clavier"
    lead = enter("coordination", "/espace/reseau/reunions/nouvelle/", **PHONE)
    lead.get_by_label("Titre").fill(title)
    lead.get_by_label("Dans quelle commune").fill("Grenoble")
    chosen = date.today() + timedelta(days=90)
    chosen += timedelta(days=chosen.day == 1)  # « 1er » is written otherwise on a button
    first = chosen - timedelta(days=2)
    for n, day in ((1, first), (2, chosen)):
        lead.get_by_label(f"Date {n}", exact=True).fill(day.isoformat())
        lead.get_by_label(f"Heure {n}", exact=True).fill("10:00")
    lead.get_by_role("button", name="Proposer la réunion").press("Enter")
    expect(lead.get_by_role("heading", name="Quand pouvez-vous ?")).to_be_visible()
    address = lead.url

    helper = enter("aidant", address, java_script_enabled=False, **PHONE)
    for rank, answer in ((0, "Non"), (1, "Oui")):
        helper.get_by_role("radio", name=answer).nth(rank).focus()
        helper.keyboard.press("Space")
    helper.get_by_role("button", name="Répondre").press("Enter")
    expect(helper.get_by_text("Votre réponse est notée")).to_be_visible()
    assert helper.get_by_role("button", name="Choisir le").count() == 0, "who votes does not choose"

    lead.reload()
    weekday = DAYS[chosen.weekday()]
    group = lead.get_by_role("group", name=f"{weekday} {in_words(chosen)}")
    expect(group).to_contain_text("convient au plus de monde")
    choose_label = f"Choisir le {weekday.lower()} {in_words(chosen, year=False)}"
    lead.get_by_role("button", name=choose_label).press("Enter")
    expect(lead.get_by_text("La date est choisie")).to_be_visible()
    in_the_platform(DAY_COMES, title)

    lead.reload()
    lead.get_by_role("link", name="Écrire le compte rendu").press("Enter")
    lead.get_by_label("Ce qui s’est dit").fill("Trois structures. Les fiches ont des horaires faux.")
    lead.get_by_role("button", name="Enregistrer le compte rendu").press("Enter")
    lead.get_by_role("textbox", name="Ce qui est décidé").fill("Corriger les horaires du Pimms")
    lead.get_by_role("radio", name="une structure").focus()
    lead.keyboard.press("Space")
    lead.get_by_role("textbox", name="Quelle structure").fill("Pimms Mediation Grenoble")
    lead.get_by_label("Pour le", exact=True).fill((chosen + timedelta(days=28)).isoformat())
    lead.get_by_role("button", name="Noter cette décision").press("Enter")
    expect(lead.get_by_text("La tâche attend Pimms Mediation Grenoble")).to_be_visible()

    helper.goto(address.partition("/espace/")[0] + "/espace/")
    done = helper.get_by_role("button", name="C’est fait : Corriger les horaires du Pimms")
    done.press("Enter")
    expect(helper.get_by_text("La tâche est faite.")).to_be_visible()
    expect(done).to_have_count(0)
    lead.reload()
    expect(lead.get_by_role("listitem").filter(has_text="Corriger les horaires")).to_contain_text("faite le")


@pytest.mark.complete
def test_who_types_a_name_is_warned_before_sending(enter, demonstration_keys):
    page = enter("aidant", f"/espace/reseau/discussions/meeting/{demonstration_keys['held']}/", **PHONE)
    field = page.get_by_label("Votre question")
    field.fill("Mme Durand revient chaque jour")
    expect(page.get_by_role("status").filter(has_text="un nom de famille")).to_be_visible()
    field.fill("Qui reçoit le soir ?")
    expect(page.locator("#vigilance")).to_be_hidden()
    page.get_by_role("button", name="Publier").press("Enter")
    expect(page.get_by_text("Qui reçoit le soir ?", exact=True)).to_be_visible()
