"""Two stories on a telephone and by keyboard: a training, to a code that an outsider checks; a volunteer, from a
gap to their hours.
"""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.support.browsing import press

TRAINER = "formation"
PASSES = """
from datetime import timedelta
from django.utils import timezone
from maillage.apps.volunteering.volunteers.models import Session
row = Session.objects.get(pk=sys.argv[1]).workshop
at = timezone.now()
row.starts_at, row.ends_at = at - timedelta(hours=2), at - timedelta(minutes=5)
row.save()
"""


@pytest.mark.complete
def test_a_training_goes_from_the_catalogue_to_a_code_checked_by_an_outsider(
    visit, enter, in_the_platform, faults_of
):
    page = enter(TRAINER, "/espace/formations/", **PHONE)
    press(page, "a[href$='/premier-accueil/']")
    expect(page.locator("h1")).to_have_text("Premier accueil, premier aidant")
    page.fill("[name=jour]", (date.today() + timedelta(days=6)).isoformat())
    page.fill("[name=heure]", "09:00")
    page.fill("[name=fin]", "12:00")
    press(page, "main form.champs button[type=submit]")
    page.wait_for_url("**/sessions/*/")
    number = page.url.rstrip("/").rsplit("/", 1)[1]
    assert faults_of(page) == []
    page.get_by_label("Rose Martin (exemple)").focus()
    page.keyboard.press("Space")
    press(page, "main form.champs button[type=submit]")
    expect(page.locator("#s-inscrits ~ .rangs")).to_contain_text("Rose Martin")
    in_the_platform(PASSES, number)
    page.reload()
    page.get_by_label("Là", exact=True).focus()
    page.keyboard.press("Space")
    press(page, "button[form=appel]")
    press(page, "button[value=attester]")
    expect(page.locator("main")).to_contain_text("Attestation remise")
    code = in_the_platform(
        "from maillage.apps.volunteering.volunteers.models import Attestation\n"
        "print(Attestation.objects.get(session=sys.argv[1]).code)",
        number,
    )

    outsider = visit("/attestation/", java_script_enabled=False, **PHONE)
    outsider.fill("[name=code]", code.lower())
    outsider.click("main button[type=submit]")
    expect(outsider.locator("main")).to_contain_text("Cette attestation est vraie")
    assert "Rose" not in outsider.inner_text("main")
    outsider.fill("[name=nom]", "martin rose (exemple)")
    outsider.click("main button[type=submit]")
    expect(outsider.locator("main")).to_contain_text("est bien le nom écrit")


@pytest.mark.complete
def test_a_volunteer_goes_from_a_gap_to_a_mission_to_hours(visit, enter, faults_of):
    page = enter(TRAINER, "/espace/benevoles/", **PHONE)
    press(page, "a[href*='?manque=']")
    expect(page.locator("main")).to_contain_text("Le manque auquel elle répond")
    assert faults_of(page) == []
    page.fill("[name=titre]", "Préparer des téléphones, à deux")
    press(page, "main form.champs button[type=submit]")
    page.wait_for_url("**/missions/*/")
    expect(page.locator("main")).to_contain_text("Estimation du diagnostic")
    number = page.url.rstrip("/").rsplit("/", 1)[1]

    hers = visit(f"/benevoles/missions/{number}/", java_script_enabled=False, **PHONE)
    hers.click("text=Je me propose")
    hers.fill("[name=prenom]", "Hélène")
    hers.fill("[name=commune]", "Grenoble")
    hers.click("main form button[type=submit]")
    hers.wait_for_url("**/moi/*/")
    expect(hers.locator("main")).to_contain_text("La structure a votre proposition")

    page.reload()
    press(page, "#s-sur ~ .rangs a")
    page.fill("[name=jour]", (date.today() + timedelta(days=2)).isoformat())
    page.fill("[name=heure]", "10:00")
    press(page, "button[value=rencontrer]")
    expect(page.locator("main")).to_contain_text("La rencontre a eu lieu")
    hers.reload()
    expect(hers.locator("main")).to_contain_text("Première rencontre")
    press(page, "button[value=rencontre-faite]")
    expect(page.locator("main")).to_contain_text("Je ne suis jamais seul avec ses papiers")
    assert faults_of(page) == []
    press(page, "button[value=signer]")
    expect(page.locator("main")).to_contain_text("Noter des heures")

    hers.reload()
    hers.click("summary:has-text('Noter des heures')")
    hers.fill("[name=heures]", "1,5")
    hers.click("button[value=heures]")
    expect(hers.locator("main")).to_contain_text("à confirmer par la structure")
    page.reload()
    press(page, "button[value=confirmer]")
    hers.reload()
    hers.click("button[value=attester]")
    expect(hers.locator("main")).to_contain_text("Mon attestation (PDF)")
    link = hers.locator("a[href$='.pdf']").get_attribute("href")
    assert hers.request.get(hers.url.split("/benevoles/")[0] + link).body().startswith(b"%PDF")
