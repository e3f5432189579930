"""A mandate on a phone: read, signed with a finger, used within its frame, stopped, and checked by anybody."""

import pytest

from tests.journeys.conftest import PHONE, welcome_new_person


def prepared(enter):
    """Prepare a mandate for a new person, as far as the page where they sign."""
    page = enter("aidant", "/espace/personnes/nouvelle/", **PHONE)
    welcome_new_person(page, prenom="Ileana")
    person = page.url
    page.click("text=Préparer un mandat")
    page.click("summary:has-text('Social, santé')")
    page.check("text=Prime d’activité")
    page.check("text=Un mois")
    page.click("text=Lire avec la personne")
    page.wait_for_url("**/signer/")
    page.wait_for_selector("canvas")
    return page, person


def draw(page) -> None:
    """Draw a cross in the frame."""
    frame = page.locator("canvas")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    for start, end in (((60, 30), (200, 100)), ((200, 30), (60, 100))):
        page.mouse.move(box["x"] + start[0], box["y"] + start[1])
        page.mouse.down()
        page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=8)
        page.mouse.up()


@pytest.mark.complete
def test_a_mandat_is_signed_by_touch_then_applied_stopped_and_checked(enter, visit, in_the_platform):
    page, person = prepared(enter)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    agree, decline = page.locator("text=Je suis d’accord"), page.locator("text=Non, pas aujourd’hui")
    assert abs(agree.bounding_box()["width"] - decline.bounding_box()["width"]) <= 1, (
        "a no as wide as the yes"
    )
    agree.click()
    assert page.inner_text("[data-vide]").startswith("Il manque votre signature")
    assert page.url.endswith("/signer/"), "an empty frame is not a signature"
    draw(page)
    page.click("text=Effacer le dessin")
    draw(page)
    agree.click()
    page.wait_for_selector("text=C’est signé")
    code = page.inner_text(".mandat-code")
    permissions_script = (
        "from django.utils import timezone; from maillage.apps.people.mandats import models;"
        "from maillage.apps.people.mandats.queries import permissions;"
        "from maillage.kernel.codes import read;"
        "row = models.Mandat.objects.get(code=read(sys.argv[1]));"
        "print(*(permissions.allows(row.person, row.structure, key, timezone.now()).allowed"
        " for key in ('prime-activite', 'logement-social')))"
    )
    assert in_the_platform(permissions_script, code) == "True False"

    anybody = visit(f"/mandat/{code}/", **PHONE)
    assert "Ce mandat est en cours." in anybody.inner_text("main").replace("\u00a0", " ")
    assert "Ileana" not in anybody.content()

    page.on("dialog", lambda dialog: dialog.accept())
    page.click("button:has-text('Arrêter le mandat')")
    page.wait_for_selector("text=Imprimer la preuve d’arrêt")
    assert in_the_platform(permissions_script, code) == "False False"
    anybody.reload()
    assert "Ce mandat est arrêté." in anybody.inner_text("main").replace("\u00a0", " ")
    page.goto(person)
    assert "arrêté" in page.inner_text("[aria-labelledby=s-mandat]")


@pytest.mark.complete
def test_without_script_the_paper_and_the_voice_remain(chromium, signed_in, enter):
    page, _ = prepared(enter)
    context = chromium.new_context(
        viewport=PHONE, java_script_enabled=False, locale="fr-FR", storage_state=signed_in("aidant")
    )
    bare = context.new_page()
    bare.goto(page.url)
    assert not bare.is_visible("canvas")
    bare.click("summary:has-text('Dire oui à voix haute')")
    bare.fill("#temoin", "Mme Roche, voisine")
    bare.click("text=La personne a dit oui")
    assert "dit à voix haute, devant un témoin : Mme Roche, voisine" in bare.inner_text("main").replace(
        "\u00a0", " "
    )
    context.close()


@pytest.mark.complete
def test_axe_finds_nothing_while_it_is_prepared_signed_and_read(enter, faults_of, faults_by_day_and_night):
    page, person = prepared(enter)
    assert faults_by_day_and_night(page) == []
    signing = page.url
    page.goto(person)
    page.click("text=Préparer un autre mandat")
    page.click("summary:has-text('Logement') >> nth=0")
    assert faults_of(page) == []
    page.goto(signing)
    draw(page)
    page.click("text=Je suis d’accord")
    page.wait_for_selector("text=C’est signé")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults_by_day_and_night(page) == []


def test_a_paper_whose_photograph_is_awaited_is_read_on_a_phone(enter, faults_of):
    page, _ = prepared(enter)
    page.click("summary:has-text('Signer sur papier')")
    page.click("text=Le papier est signé")
    page.wait_for_selector("text=Photo à joindre.")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert faults_of(page) == []
