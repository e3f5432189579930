"""What is typed in the space is found again: after going back, a refusal, another form; nobody else finds it."""

from playwright.sync_api import expect

from tests.journeys.conftest import PHONE

NEW = "/espace/reseau/reunions/nouvelle/"
BACK = "Ce que vous aviez tapé ici, sans l’envoyer, est remis."


def test_what_is_typed_survives_a_way_back_and_goes_once_sent_or_signed_out(enter, site):
    page = enter("structure", NEW, **PHONE)
    page.get_by_label("Titre").fill("Se voir en janvier")
    page.get_by_label("À l’ordre du jour").fill("Les horaires d’hiver")
    page.get_by_label("Durée").select_option("60")
    page.wait_for_timeout(600)  # longer than the pause of a hand
    page.goto(f"{site}/espace/agenda/")
    page.go_back()
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.get_by_label("Titre")).to_have_value("Se voir en janvier")
    expect(page.get_by_label("Durée")).to_have_value("60")
    page.get_by_label("Commune").fill("Nulle-part")
    page.get_by_role("button", name="Proposer").click()
    expect(page.get_by_label("Titre")).to_have_value("Se voir en janvier")
    page.goto(f"{site}{NEW}")
    expect(page.get_by_label("À l’ordre du jour")).to_have_value("Les horaires d’hiver")
    page.get_by_label("Commune").fill("")
    page.get_by_role("button", name="Proposer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se voir en janvier")
    page.goto(f"{site}{NEW}")
    expect(page.get_by_label("Titre")).to_have_value("")
    page.get_by_label("Titre").fill("Autre chose")
    page.wait_for_timeout(600)
    page.reload()
    page.get_by_role("button", name="L’effacer").click()
    expect(page.get_by_label("Titre")).to_have_value("")
    page.get_by_label("Titre").fill("Encore autre chose")
    page.wait_for_timeout(600)
    page.goto(f"{site}/compte/")
    page.get_by_role("button", name="Se déconnecter", exact=True).click()
    page.wait_for_load_state()
    assert page.evaluate("Object.keys(sessionStorage).filter((cle) => cle.startsWith('saisie'))") == []


def test_what_is_typed_for_somebody_does_not_come_in_the_page_of_somebody_else(enter, site):
    page = enter("aidant", "/espace/actes/noter/?personne=1", **PHONE)
    page.get_by_text("Plus tôt, un autre organisme").click()
    page.locator("[name=precision]").fill("Avis de la Caf relu")
    page.wait_for_timeout(600)
    page.goto(f"{site}/espace/actes/noter/")
    expect(page.locator("[name=precision]")).to_have_value("")
    page.goto(f"{site}/espace/actes/noter/?personne=1")
    expect(page.get_by_text(BACK)).to_be_visible()
    expect(page.locator("[name=precision]")).to_have_value("Avis de la Caf relu")
