"""A structure joins on a telephone and publishes its sheet; the coordination welcomes it by keyboard."""

import pytest

from tests.journeys.conftest import PHONE
from tests.support.browsing import tab_to

NAME = "Café de la Place Verte"


@pytest.mark.complete
def test_a_structure_joins_and_publishes_its_sheet(visit, enter, faults_of):
    phone = visit("/rejoindre/", **PHONE)
    tab_to(phone, "[name=nom]")
    phone.keyboard.type(NAME)
    tab_to(phone, "[name=ou]")
    phone.keyboard.type("Échirolles")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/rejoindre/38151/**")
    gain = phone.inner_text("#contenu")
    assert "Autour de vous, à Échirolles" in gain
    assert "entre" in gain, "the need comes with its interval"
    assert faults_of(phone) == []
    tab_to(phone, "[name=part][value=hosting]")
    phone.keyboard.press("Space")
    tab_to(phone, "[name=referent]")
    phone.keyboard.type("Nour B.")
    tab_to(phone, "[name=reponse]")
    phone.keyboard.press("ArrowDown")
    phone.keyboard.press("ArrowDown")
    assert phone.is_checked("[name=reponse][value=visit]")
    tab_to(phone, "form[method=post] button[type=submit]")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/rejoindre/demande/")
    code = phone.inner_text(".code-papier")
    assert faults_of(phone) == []

    desk = enter("coordination", "/espace/reseau/entrees/")
    desk.get_by_role("link", name=NAME).press("Enter")
    desk.wait_for_selector("[name=verifiee]")
    tab_to(desk, "[name=verifiee]", most=90)
    desk.keyboard.press("Space")
    tab_to(desk, "button[value=accueillir]")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=Son code ouvre maintenant un compte")

    phone.goto(phone.url.replace("/demande/", "/suivi/"))
    tab_to(phone, "[name=code]")
    phone.keyboard.type(code.lower().replace("-", " "))
    phone.keyboard.press("Enter")
    phone.wait_for_selector("text=Bienvenue")
    tab_to(phone, "button[value=ouvrir]")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/invitation/**")
    phone.fill("[name=nom]", "Nour")
    phone.fill("[name=courriel]", "nour.place.verte@exemple.fr")
    phone.fill("[name=mot_de_passe]", "girafe trottoir vent citron entre eux")
    phone.get_by_role("button", name="Ouvrir mon compte").click()
    phone.wait_for_load_state()
    page = visit(f"/carte/?ou=%C3%89chirolles&mots={NAME.replace(' ', '+')}", **PHONE)
    assert NAME in page.inner_text("#contenu"), "its sheet is published"
    again = visit("/rejoindre/suivi/", **PHONE)
    again.fill("[name=code]", code)
    again.keyboard.press("Enter")
    again.wait_for_selector("text=Il ne s’ouvre qu’une fois")
