"""Text typed in the space comes back after going back, a refusal, another form; nobody else finds it."""

import json

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.support.browsing import until

NEW = "/espace/reseau/reunions/nouvelle/"
BACK = "Ce que vous aviez tapé ici, sans l’envoyer, est remis."
REFUSED = "Ce que vous aviez envoyé ici a été refusé : ce n’est pas enregistré."
PLAN = "/territoires/agglomeration-grenobloise/plan/"


def until_stored(page, text: str) -> None:
    """Wait for the tab to store a text typed in a field."""
    until(
        page,
        f"Object.values(sessionStorage).some((fields) => fields.includes({json.dumps(json.dumps(text))}))",
    )


def test_what_is_typed_survives_a_way_back_and_goes_once_sent_or_signed_out(enter, site):
    page = enter("structure", NEW, **PHONE)
    page.get_by_label("Titre").fill("Se voir en janvier")
    page.get_by_label("À l’ordre du jour").fill("Les horaires d’hiver")
    page.get_by_label("Durée").select_option("60")
    until_stored(page, "60")
    page.goto(f"{site}/espace/agenda/")
    page.go_back()
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.get_by_label("Titre")).to_have_value("Se voir en janvier")
    expect(page.get_by_label("Durée")).to_have_value("60")
    page.get_by_label("Commune").fill("Nulle-part")
    page.get_by_role("button", name="Proposer").click()
    expect(page.get_by_label("Commune")).to_be_focused()
    expect(page.locator(".en-erreur .erreur").first).to_be_in_viewport()
    expect(page.get_by_label("Titre")).to_have_value("Se voir en janvier")
    page.goto(f"{site}{NEW}")
    expect(page.get_by_label("À l’ordre du jour")).to_have_value("")
    expect(page.get_by_text(REFUSED)).to_be_visible()
    page.get_by_role("button", name="Le remettre").click()
    expect(page.get_by_label("À l’ordre du jour")).to_have_value("Les horaires d’hiver")
    page.get_by_label("Commune").fill("")
    page.get_by_role("button", name="Proposer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se voir en janvier")
    page.goto(f"{site}{NEW}")
    expect(page.get_by_label("Titre")).to_have_value("")
    page.get_by_label("Titre").fill("Autre chose")
    until_stored(page, "Autre chose")
    page.reload()
    page.get_by_role("button", name="L’effacer").click()
    expect(page.get_by_label("Titre")).to_have_value("")
    page.get_by_label("Titre").fill("Encore autre chose")
    until_stored(page, "Encore autre chose")
    page.goto(f"{site}/compte/")
    page.get_by_role("button", name="Se déconnecter", exact=True).click()
    page.wait_for_load_state()
    assert page.evaluate("Object.keys(sessionStorage).filter((cle) => cle.startsWith('saisie'))") == []


def test_what_was_refused_does_not_come_back_once_mended_nor_by_itself(enter, site):
    """A number is refused at the address of its gesture, mended there, and taken: its page is blank again."""
    page = enter("coordination", PLAN)
    page.get_by_role("link", name="Augmenter l’utilisation").first.click()
    action = page.url
    page.locator("[name=value]").fill("xx")
    page.locator("[name=source]").fill("Registre")
    page.get_by_role("button", name="Noter ce nombre").click()
    expect(page.locator(".annonces .error")).to_be_visible()
    expect(page.locator("[name=value]")).to_have_value("xx")
    page.goto(action)
    expect(page.locator("[name=value]")).to_have_value("")
    expect(page.locator("[name=source]")).to_have_value("")
    expect(page.get_by_text(BACK)).to_have_count(0)
    page.get_by_role("button", name="Le remettre").click()
    expect(page.locator("[name=source]")).to_have_value("Registre")
    page.get_by_role("button", name="Noter ce nombre").click()
    expect(page.locator(".annonces .error")).to_be_visible()
    page.locator("[name=value]").fill("45")
    page.get_by_role("button", name="Noter ce nombre").click()
    expect(page.locator(".annonces:not(.seance-rang)")).to_contain_text("Le nombre est noté")
    for name in ("value", "source"):
        expect(page.locator(f"[name={name}]")).to_have_value("")
    expect(page.get_by_text(REFUSED)).to_have_count(0)

    page.goto(f"{site}{PLAN}")
    page.get_by_role("link", name="Ajouter une action").click()
    new = page.url
    page.locator("[name=title]").fill("Ouvrir le soir")
    page.locator("[name=starts_on]").fill("2027-06-01")
    page.get_by_text("Vote, étapes et fin").click()
    page.locator("[name=ends_on]").fill("2027-01-01")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("[name=ends_on]")).to_have_value("2027-01-01")
    page.goto(new)
    expect(page.locator("[name=ends_on]")).to_have_value("")
    page.get_by_role("button", name="L’oublier").click()
    page.goto(new)
    expect(page.locator("[name=title]")).to_have_value("")
    expect(page.get_by_text(REFUSED)).to_have_count(0)


def test_what_is_typed_for_somebody_does_not_come_in_the_page_of_somebody_else(enter, site):
    page = enter("aidant", "/espace/actes/noter/?personne=1", **PHONE)
    page.get_by_text("Plus tôt, un autre organisme").click()
    page.locator("[name=precision]").fill("Avis de la Caf relu")
    until_stored(page, "Avis de la Caf relu")
    page.goto(f"{site}/espace/actes/noter/")
    expect(page.locator("[name=precision]")).to_have_value("")
    page.goto(f"{site}/espace/actes/noter/?personne=1")
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.locator("[name=precision]")).to_have_value("Avis de la Caf relu")
