"""Four groups, from profiles to draft actions and a journey map: one leads, the others have a code."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE

COORDINATION = "coordination"


@pytest.mark.complete
def test_four_groups_go_from_profiles_to_actions_by_keyboard(visit, enter, site, faults_by_day_and_night):
    page = enter(COORDINATION, "/espace/co-construction/")
    page.get_by_role("link", name="Préparer un atelier").press("Enter")
    page.get_by_label("Territoire").fill("agglomeration-grenobloise")
    page.get_by_label("Titre").fill("Le RSA, avec la Caf")
    page.get_by_label("Ce que l’on veut changer").fill("Que personne ne s’arrête au dossier.")
    page.get_by_role("button", name="Préparer l’atelier").press("Enter")
    page.wait_for_url(re.compile(r"/espace/co-construction/\d+/$"))
    lead = page.url
    codes = page.locator(".groupes-atelier .code").all_inner_texts()
    assert len(codes) == 4
    for number, name in enumerate(("Andrei", "Aurélie", "Sandrine", "Moussa"), 1):
        page.get_by_role("link", name=re.compile(f"Écrire le profil du groupe {number}")).press("Enter")
        page.get_by_label("Prénom inventé").fill(name)
        page.get_by_label("Sa situation").fill("Vit seul, craint de se tromper.")
        page.get_by_role("button", name="Enregistrer le profil").press("Enter")
        page.wait_for_url(lead)
    page.get_by_label("Métier").select_option("mediator")
    page.get_by_role("button", name="Ajouter").press("Enter")
    expect(page.get_by_text("n° 1, médiation numérique")).to_be_visible()
    assert faults_by_day_and_night(page, enhanced=False) == []

    for code, word in zip(codes, ("papiers", "wifi", "temps", "peur"), strict=True):
        phone = visit("/groupe/", **PHONE)
        phone.get_by_label("Code").fill(code)
        phone.keyboard.press("Enter")
        expect(phone.get_by_role("heading", level=1)).to_contain_text("Le parcours")
        for kind, words in (("obstacle", f"Pas de {word}"), ("lever", f"Aider : {word}")):
            phone.locator("summary", has_text="à « Demander »").press("Enter")
            phone.locator("#k-claim").select_option(kind)
            phone.locator("#w-claim").fill(words)
            phone.locator("#w-claim").press("Enter")
            expect(phone.locator(".carte-atelier .mots", has_text=words)).to_be_visible()
    phone.locator("#j-claim").select_option("blocked")
    phone.locator("#l-claim").select_option("together")
    phone.get_by_role("button", name="Redessiner la carte").press("Enter")
    expect(phone.get_by_text("La carte du parcours est redessinée.")).to_be_visible()
    assert phone.locator("svg.parcours:visible").count() == 1
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults_by_day_and_night(phone) == []
    phone.locator("summary", has_text="à « Demander »").press("Enter")
    phone.locator("#w-claim").fill("Appeler le 06 12 34 56 78")
    phone.locator("#w-claim").press("Enter")
    expect(phone.get_by_text("Rien n’a été écrit.", exact=False)).to_be_visible()
    expect(phone.locator("#w-claim")).to_have_value("Appeler le 06 12 34 56 78")

    page.goto(lead)
    for _ in range(3):
        page.get_by_role("button", name=re.compile("^Passer à")).press("Enter")
        page.wait_for_load_state()
    page.get_by_role("link", name="Les bulletins").press("Enter")
    address = page.locator(".bulletins .petit").first.inner_text()
    voter = visit(address.replace(address.split("/voix/")[0], site), **PHONE)
    voter.get_by_label("Pas de peur").check()
    voter.get_by_role("button", name="Donner mes voix").press("Enter")
    expect(voter.get_by_text("Votre bulletin est pris : 1 voix comptée")).to_be_visible()
    assert faults_by_day_and_night(voter) == []

    phone.reload()
    phone.locator("summary", has_text="En faire une action").press("Enter")
    phone.get_by_role("button", name="Proposer l’action").press("Enter")
    expect(phone.get_by_text("Action proposée", exact=True)).to_be_visible()
    page.goto(lead)
    expect(page.get_by_text("lève : Pas de peur")).to_be_visible()
    page.get_by_role("button", name="Clore l’atelier").press("Enter")
    expect(page.get_by_text("L’atelier est clos.", exact=False).first).to_be_visible()


def test_a_journey_of_the_plan_opens_to_anybody(visit, faults_by_day_and_night):
    page = visit("/parcours/", **PHONE)
    page.get_by_role("link", name="Le parcours d’Andrei").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Le parcours d’Andrei")
    assert faults_by_day_and_night(page) == []
