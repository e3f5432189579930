"""A call for projects, from its rules to its decisions, on a telephone and by keyboard."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE

# The days of a call go by: its last one was yesterday.
CLOSE = """
from datetime import timedelta
from django.utils import timezone
from maillage.apps.volunteering.grants.models import GrantCall
on = timezone.localdate()
GrantCall.objects.filter(title=sys.argv[1]).update(opens_on=on - timedelta(days=9), closes_on=on - timedelta(days=1))
"""


def gesture(page, name: str) -> None:
    page.get_by_role("button", name=name).press("Enter")
    page.wait_for_load_state()


@pytest.mark.complete
def test_a_call_from_its_rules_to_its_decision(enter, visit, in_the_platform, faults_by_day_and_night):
    lead = enter("coordination", "/espace/appels/nouveau/")
    lead.on("dialog", lambda dialog: dialog.accept())  # what is published is asked once
    lead.get_by_label("Territoire").fill("agglomeration-grenobloise")
    lead.get_by_label("Titre").fill("Un appel essayé")
    lead.get_by_label("Pour quoi, et pour qui").fill("Aider et apprendre au même endroit.")
    lead.get_by_label("Budget, en euros").fill("10000")
    lead.get_by_label("Au plus par projet, en euros").fill("5000")
    lead.get_by_label("Ouvre le").fill(date.today().isoformat())
    lead.get_by_label("Dernier jour pour déposer").fill((date.today() + timedelta(days=20)).isoformat())
    gesture(lead, "Enregistrer l’appel")
    gesture(lead, "Publier l’appel")
    for login in ("coordination", "analyste"):
        lead.get_by_label("Adresse e-mail du compte à ajouter").fill(f"{login}@demo.maillage.example")
        gesture(lead, "Ajouter au jury")
    assert faults_by_day_and_night(lead, enhanced=False) == []
    address = lead.url

    writer = enter("formation", "/appels/", **PHONE)
    writer.get_by_role("link", name="Un appel essayé").press("Enter")
    writer.get_by_role("link", name="Candidater à deux").press("Enter")
    writer.get_by_label("la structure numérique").check()
    writer.get_by_label("L’autre structure").fill("Pimms Mediation Grenoble")
    writer.get_by_label("Titre du projet").fill("Le mardi des papiers")
    writer.get_by_label("Ce que vous ferez, ensemble").fill("Une permanence à deux.")
    writer.get_by_label("Pour qui").fill("Ceux qui n’ont pas de mail")
    writer.get_by_label("Montant demandé, en euros").fill("4000")
    gesture(writer, "Enregistrer le projet")
    expect(writer.get_by_text("L’autre structure n’a pas encore dit oui.")).to_be_visible()
    assert writer.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults_by_day_and_night(writer, enhanced=False) == []
    project = re.sub(r"^https?://[^/]+", "", writer.url)

    other = enter("structure", project, **PHONE)
    gesture(other, "Oui, nous portons ce projet")
    writer.reload()
    gesture(writer, "Déposer le projet")
    expect(writer.get_by_text("Le projet est déposé.", exact=False).first).to_be_visible()

    in_the_platform(CLOSE, "Un appel essayé")
    for login in ("coordination", "analyste"):
        judge = enter(login, project)
        for field in judge.locator("#s-avis ~ form select").all():
            field.select_option("3")
        gesture(judge, "Donner mon avis")
        expect(judge.get_by_text("Votre avis est pris.", exact=False).first).to_be_visible()
    lead.goto(lead.url.replace(re.sub(r"^https?://[^/]+", "", address), project))
    lead.get_by_label("Décision").select_option("oui")
    lead.get_by_label("Montant accordé, en euros").fill("3500")
    lead.get_by_label("Pourquoi").fill("Aucun lieu à pied le mardi.")
    gesture(lead, "Écrire la décision")
    gesture(lead, "Publier les décisions")
    page = visit("/appels/", **PHONE)
    page.get_by_role("link", name="Un appel essayé").press("Enter")
    expect(page.get_by_text("Aucun lieu à pied le mardi.", exact=False)).to_be_visible()
    assert faults_by_day_and_night(page) == []
