"""Somebody who does not program adapts a module, looks at it, comes back to what it was, and translates a
sentence.
"""

import pytest
from playwright.sync_api import Locator, expect

from tests.support.speed import until

COORDINATION = "coordination"
ID = "ouvrir-fermer-revenir"
BASE = f"/espace/modules/{ID}/"


def press(page, name: str) -> None:
    """Reach a button with the keyboard and press it."""
    button = page.get_by_role("button", name=name).last
    button.focus()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")


def published(page, part: Locator) -> None:
    """Read a page again until it has what was just written: another process of the platform may have looked
    at the folder less than two seconds ago.
    """

    def there() -> bool:
        if part.count():
            return True
        page.reload()
        return False

    until(there)


@pytest.mark.complete
def test_a_coordinator_adapts_a_text_looks_at_it_and_undoes(enter, site, faults_of):
    page = enter(COORDINATION)
    page.locator("summary", has_text="Tous les outils").press("Enter")  # folded below the good news
    page.get_by_role("link", name="Vos modules").press("Enter")
    page.wait_for_url("**/espace/modules/")
    assert faults_of(page, enhanced=False) == []
    page.locator("summary", has_text="Pour commencer").evaluate("s => { s.parentElement.open = true; }")
    press(page, "Adapter « Ouvrir, fermer, revenir »")
    page.wait_for_url(f"**{BASE}")
    assert faults_of(page, enhanced=False) == []

    page.locator("#etape-1").get_by_role("link").press("Enter")
    page.wait_for_url(f"**{BASE}1/")
    assert faults_of(page, enhanced=False) == []
    preview_frame = page.frame_locator("iframe")
    expect(preview_frame.locator("h1")).to_have_text(page.get_by_label("Titre", exact=True).input_value())
    title = page.get_by_label("Titre", exact=True)
    before = title.input_value()
    title.fill("À la médiathèque des Tilleuls")
    page.keyboard.press("Enter")  # the first button of the form is the one that keeps it
    expect(page.get_by_text("Enregistré. Les apprenants le voient.")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Voir comme un apprenant").press("Enter")
    learner_page = opened.value
    published(
        learner_page, learner_page.get_by_role("heading", level=1, name="À la médiathèque des Tilleuls")
    )

    page.goto(f"{site}{BASE}")
    press(page, "Revenir à la version d’avant")
    expect(page.get_by_text("La version d’avant est revenue.")).to_be_visible()
    expect(page.locator("#etape-1").get_by_role("link")).to_have_text(before)


@pytest.mark.complete
def test_words_are_counted_and_a_fault_is_marked_at_its_field(enter, site, faults_of):
    page = enter(COORDINATION, "/espace/modules/", width=390, height=844)
    # Either order of the two tests: adapted already, or not.
    if page.locator(f"a[href='{BASE}']").count() == 0:
        page.locator(f"form[action='{BASE}adapter/'] button").evaluate("b => b.form.requestSubmit(b)")
        page.wait_for_url(f"**{BASE}")
    page.goto(f"{site}{BASE}")
    number = (
        page.locator(".a-ordonner li", has_text="exercice").first.get_attribute("id").removeprefix("etape-")
    )
    for address in ("/espace/modules/", "/espace/modules/nouveau/", BASE, f"{BASE}etapes/", f"{BASE}etapes/?de=tenir-la-souris",
                    f"{BASE}en-tete/", f"{BASE}{number}/", f"{BASE}{number}/apercu/", f"{BASE}langues/en/"):  # fmt: skip
        page.goto(f"{site}{address}")
        page.evaluate(
            "for (const d of document.querySelectorAll('details')) d.open = !d.classList.contains('menu')"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto(f"{site}{BASE}{number}/apercu/")
    assert faults_of(page, enhanced=False) == []
    page.goto(f"{site}{BASE}{number}/")
    asks = page.locator("[data-mots]").first
    former = asks.input_value()
    asks.fill("un deux trois quatre cinq six sept huit neuf dix onze douze treize")
    expect(page.locator("[data-mots-dits]").first).to_have_text("13 mots, c’est trop")
    press(page, "Enregistrer")
    expect(page.locator(".en-erreur .erreur", has_text="La consigne a 13 mots.")).to_be_visible()
    assert faults_of(page, enhanced=False) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("[data-mots]").first.fill(former)
    press(page, "Enregistrer")
    expect(page.get_by_text("Enregistré. Les apprenants le voient.")).to_be_visible()


def test_a_sentence_is_translated_and_a_learner_reads_it(visit, enter, site, faults_of):
    page = enter(COORDINATION, "/espace/modules/tenir-la-souris/langues/ar/?partie=etapes 6")
    assert faults_of(page, enhanced=False) == []
    page.locator("textarea[dir=rtl]").first.fill("أي إصبع؟")
    press(page, "Enregistrer")
    expect(page.get_by_text("C’est gardé.")).to_be_visible()
    learner = visit("/apprendre/tenir-la-souris/")
    arabic = learner.get_by_role("link", name="العربية")
    published(learner, arabic)
    arabic.press("Enter")
    learner.wait_for_url("**?langue=ar")
    learner.goto(f"{site}/apprendre/tenir-la-souris/6/?langue=ar")
    published(learner, learner.get_by_role("heading", level=1, name="أي إصبع؟"))
    expect(learner.locator(".etape")).to_have_attribute("dir", "rtl")
    assert faults_of(learner) == []
    learner.locator("[data-choisir] [type=radio]").first.check()
    learner.get_by_role("button", name="Vérifier").press("Enter")
    expect(learner.locator(".retour-dit .success [lang=fr]").first).to_be_visible()
    learner.get_by_role("link", name="Suite").press("Enter")
    learner.wait_for_url("**/7/?langue=ar")
