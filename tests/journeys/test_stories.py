"""Andrei and Sandrine (seed 004): from a counter to what came of it, on a telephone, by keyboard. What Aurélie answers,
between theirs, is in tests/spec/test_bilan.

Neither needs an e-mail or a telephone: Andrei goes through the whole of it with a card.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from maillage.manage.demonstration.stories import ANDREI, SANDRINE, SANDRINE_LATER
from tests.journeys.conftest import PHONE, welcome_new_person
from tests.support.profile import some
from tests.support.speed import until

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Story:
    """Somebody of the seed. screening: the four answers; says: the end of the diagnosis; need, did: asked
    and done.
    """

    name: str
    born: str
    screening: Mapping[str, str]
    answers: Mapping[str, Any]
    says: str
    procedure: str
    words: str
    level: str


STORIES = (
    Story(
        *("M. Andrei", "1958", {"R1": "not-done", "R2": "no", "R3": "nobody", "R4": "month"}, ANDREI),
        *("vos démarches avec vous", "argent", "Demande d’Aspa", "entierement_accompagne"),
    ),
    Story(
        *("Sandrine", "", {"R1": "helped", "R2": "unsure", "R3": "me", "R4": "no"}, SANDRINE),
        *("seul|apprendre|autonom", "travail", "Suivre son dossier seule", "autonome"),
    ),
)


@pytest.fixture(scope="module")
def place_slug(in_the_platform) -> str:
    """The place of this journey: one of Grenoble whose sheet has an address that nobody reads."""
    return in_the_platform(
        "from maillage.apps.directory.places.models import Lieu\nfrom maillage.apps.directory.places.actions import"
        " sheets\nfrom django.utils import timezone\nlieu = Lieu.objects.get(name='Pimms Mediation"
        " Grenoble')\nsheets.edit(lieu, {'courriels': ['accueil@essai.maillage.example']}, by='essai',"
        " at=timezone.now())\nprint(lieu.slug)\n",
    )


def follow(page, button=None) -> None:
    """Press Enter, on a button or where one is, and wait for the page that answers."""
    with page.expect_navigation():
        (button or page.keyboard).press("Enter")


def choose(page, name: str, value: str) -> None:
    """Choose an answer as the keyboard does."""
    box = page.locator(f"input[name='{name}'][value='{value}']")
    box.focus()
    if not box.is_checked():
        page.keyboard.press("Space")
    expect(box).to_be_checked()


def answer(page, answers: Mapping[str, Any]) -> None:
    """Answer the questions as they come, by keyboard, until the result."""
    for _ in range(30):
        question_match = re.search(r"/bilan/question/([\w-]+)/", page.url)
        if question_match is None:
            break
        reply = answers[question_match[1].upper()]
        for value in reply if isinstance(reply, list) else [reply]:
            choose(page, "reponse", value)
        follow(page)
    if "/bilan/essayer/" in page.url:  # the tasks are offered, and may be left
        page.get_by_role("link", name=re.compile("Non|résultat", re.IGNORECASE)).first.click()
    page.wait_for_url("**/bilan/resultat/**")


def screened(page, site: str, story: Story) -> None:
    page.goto(f"{site}/bilan/reperage/")
    for question, value in story.screening.items():
        choose(page, question, value)
    follow(page)
    expect(page.locator("#conseil")).to_have_text(re.compile("bilan|lieux", re.IGNORECASE))


def welcomed(page, site: str, story: Story) -> tuple[str, str]:
    """Make a card: no telephone, no e-mail; return the number of the sheet, and the code."""
    page.goto(f"{site}/espace/personnes/nouvelle/")
    welcome_new_person(page, prenom=story.name, naissance=story.born)
    return page.url.rstrip("/").rsplit("/", 1)[1], page.locator(".code").first.inner_text()


def diagnosed(page, site: str, person: str, story: Story) -> None:
    page.goto(f"{site}/espace/personnes/{person}/")
    follow(page, page.get_by_role("button", name="Faire le point"))
    page.wait_for_url(re.compile("/bilan/"))
    if page.url.rstrip("/").endswith("/bilan"):
        choose(page, "mode", "aidant")
        follow(page, page.get_by_role("button", name=re.compile("Commencer")))
    answer(page, story.answers)
    expect(page.locator("h1")).to_contain_text(re.compile(story.says))
    follow(page, page.get_by_role("button", name=re.compile("Oui, gardez-les")))


def referred(page, site: str, person: str, story: Story, place: str) -> None:
    """Send the person, with their agreement read aloud, by e-mail to the place."""
    page.goto(f"{site}/espace/orientations/nouvelle/?personne={person}")
    folded = page.locator("#besoin details.source > summary")
    if folded.is_visible():  # a search was made already, from what is known of the person
        folded.click()
    page.select_option("select[name=besoin]", "assistance")
    page.select_option("select[name=demarche]", story.procedure)
    page.fill("input[name=precision]", story.words)
    page.fill("input[name=ou]", "Grenoble")
    page.select_option("select[name=marche]", "0")
    follow(page, page.get_by_role("button", name=re.compile("Voir les lieux|Chercher de nouveau")))
    for folded in page.locator(".lieux-proposes details.pli").all():
        folded.evaluate("each => { each.open = true }")
    follow(page, page.locator(f"button[name=lieu][value='{place}']"))
    page.wait_for_url(re.compile("/partage/"))
    page.locator("input[name=partage][value=nickname]").check()
    choose(page, "accord", "read")
    choose(page, "canal", "email")
    follow(page, page.get_by_role("button", name="Envoyer", exact=True))
    page.wait_for_url(re.compile("/parti/"))
    expect(page.locator("h1")).to_have_text("C’est parti")


def links_of(environment: Mapping[str, str]) -> set[str]:
    """Return the links of the mails that left so far, whoever sent them."""
    folder = Path(environment["MAILLAGE_HOME"]) / "messages"
    texts = (path.read_text("utf-8", errors="replace").replace("=\n", "") for path in folder.glob("*.eml"))
    return {link for text in texts for link in re.findall(r"/orientation/[0-9a-f]{32}/", text)}


def mailed(environment: Mapping[str, str], known: set[str]) -> str:
    """Return the link of the mail to the place, once it left. known: the links of those that had left
    before.
    """
    until(lambda: links_of(environment) - known)
    return (links_of(environment) - known).pop()


def answered(visit, link: str, story: Story, in_the_platform) -> None:
    """The place answers without account: a date, came, what was done; the link used again shows the state
    only.
    """
    page = visit(link, **PHONE)
    follow(page, page.get_by_role("button", name="Lire et répondre"))
    expect(page.locator("h1")).to_contain_text(story.name)
    page.locator("#date summary").press("Enter")
    tomorrow = time.strftime("%Y-%m-%d", time.localtime(time.time() + 3 * 86_400))
    page.fill("#date input[name=jour]", tomorrow)
    # Between two slots: the permanence of the place has them, which another journey may have taken.
    hours = {"M. Andrei": "10:05", "Sandrine": "16:05"}
    page.fill("#date input[name=heure]", hours[story.name])
    follow(page, page.get_by_role("button", name="Donner ce rendez-vous"))
    if (confirmation := page.locator("#date input[name=voulu]")).count():  # the sheet says closed that day
        confirmation.press("Space")
        follow(page, page.get_by_role("button", name="Donner ce rendez-vous"))
    expect(page.locator("main")).to_contain_text("Rendez-vous")
    _later(in_the_platform, "orientation", 5)
    page = visit(link, **PHONE)
    if page.get_by_role("button", name="Lire et répondre").count():
        follow(page, page.get_by_role("button", name="Lire et répondre"))
    follow(page, page.get_by_role("button", name="Présence").first)
    page.locator("#dire-la-suite summary").press("Enter")
    choose(page, "fait", "assistance")
    choose(page, "issue", "reached")
    level = page.locator(f"[name=niveau][value='{story.level}'], select[name=niveau]").first
    if level.evaluate("each => each.tagName") == "SELECT":
        level.select_option(story.level)
    else:
        choose(page, "niveau", story.level)
    follow(page, page.get_by_role("button", name="Enregistrer la suite"))


def _later(in_the_platform, what: str, days: int) -> None:
    """Let days go by for the rows of this journey: nobody waits in a test."""
    in_the_platform(
        "from datetime import timedelta\n"
        "from django.db.models import F\n"
        "from maillage.apps.referrals.orientations.models import Orientation\n"
        "from maillage.apps.referrals.autonomy.models import Bilan\n"
        f"ago = timedelta(days={days})\n"
        "rows = Orientation.objects.filter(example=False, state='appointed')\n"
        f"what = {what!r}\n"
        "if what == 'orientation':\n"
        "    rows.update(appointment_at=F('appointment_at') - ago, sent_at=F('sent_at') - ago)\n"
        "else:\n"
        "    for row in Bilan.objects.filter(person__example=False):\n"
        "        row.at -= ago; row.save(update_fields=['at'])\n",
    )


def known_to_sender(page, site: str, person: str) -> None:
    """Whoever sent reads what was done, and ends there."""
    page.goto(f"{site}/espace/personnes/{person}/")
    expect(page.locator(".etapes")).to_contain_text("aide donnée")
    page.goto(site + page.locator(".etapes a").first.get_attribute("href"))
    follow(page, page.get_by_role("button", name="C’est lu, terminer").first)


def closed(visit, link: str, story: Story) -> None:
    """The link used again says that all is over, and nothing of the person."""
    page = visit(link, **PHONE)
    expect(page.locator("main")).to_contain_text("Vous n’avez rien à faire")
    expect(page.locator("main")).not_to_contain_text(story.name)


def followed_by_card(helper, visit, site: str, person: str, card: str) -> None:
    """The person chooses a secret with the helper, then asks alone where it stands."""
    helper.goto(f"{site}/espace/personnes/{person}/secret/")
    helper.fill("#secret", "framboise")
    follow(helper, helper.get_by_role("button", name="Garder ce secret"))
    page = visit("/ma-carte/", **PHONE)
    page.fill("input[name=code]", card.lower())
    page.fill("input[name=secret]", "Framboise")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="On m’a envoyé").press("Enter")
    expect(page.locator("main")).to_contain_text("Vous avez été aidé")
    follow(page, page.get_by_role("button", name="Fermer"))
    expect(page.locator("body")).to_contain_text("Votre page est fermée")


@pytest.mark.complete
@pytest.mark.parametrize("story", some(STORIES, STORIES[-1]), ids=lambda story: story.name)
@pytest.mark.slow("a whole story, with its mails")
def test_from_a_counter_to_what_came_of_it(
    enter, visit, site, environment, in_the_platform, place_slug, story
):
    page = enter("travail-social", **PHONE)
    screened(page, site, story)
    person, card = welcomed(page, site, story)
    diagnosed(page, site, person, story)
    known = links_of(environment)
    referred(page, site, person, story, place_slug)
    link = mailed(environment, known)
    answered(visit, link, story, in_the_platform)
    followed_by_card(page, visit, site, person, card)
    known_to_sender(page, site, person)
    closed(visit, link, story)


@pytest.mark.complete
def test_sandrine_does_it_again_and_reads_what_changed(enter, site, in_the_platform):
    """Six weeks later, the same questions, fewer of them: before and now, in words."""
    page = enter("travail-social", **PHONE)
    page.goto(f"{site}/espace/personnes/?q=Sandrine")
    expect(page.locator("main")).to_contain_text("Sandrine")
    follow(page, page.locator(".personnes a").first)
    page.wait_for_url(re.compile(r"/espace/personnes/\d+/$"))
    bilan = page.locator("a[href*='/espace/bilans/']").first
    address = bilan.get_attribute("href")
    page.goto(site + address)
    follow(page, page.get_by_role("button", name=re.compile("Refaire", re.IGNORECASE)).first)
    expect(page.locator("body")).to_contain_text("14 jours")  # too early: it says when
    _later(in_the_platform, "bilan", 45)
    page.goto(site + address)
    follow(page, page.get_by_role("button", name=re.compile("Refaire", re.IGNORECASE)).first)
    page.wait_for_url(re.compile("/bilan/"))
    if page.url.rstrip("/").endswith("/bilan"):
        choose(page, "mode", "aidant")
        follow(page, page.get_by_role("button", name=re.compile("Commencer")))
    answer(page, SANDRINE_LATER)
    expect(page.locator("main")).to_contain_text("Avant et maintenant")


@pytest.mark.complete
def test_somebody_without_account_mail_nor_telephone_goes_through_alone(visit):
    """Alone on a shared computer: the diagnosis, a card, what is kept, and all of it erased."""
    page = visit("/bilan/", **PHONE)
    choose(page, "mode", "self")
    follow(page, page.get_by_role("button", name=re.compile("Commencer")))
    answer(page, ANDREI)
    follow(page, page.get_by_role("button", name=re.compile("Oui, gardez-les")))
    page.wait_for_url("**/bilan/carte/")  # shown once
    card = re.search(r"\b[2-9A-Y]{4}-[2-9A-Y]{4}\b", page.locator("main").inner_text())[0]
    other = visit("/ma-carte/", **PHONE)
    other.fill("input[name=code]", card)
    other.keyboard.press("Enter")
    other.fill("input[name=secret]", "framboise")
    other.get_by_role("button", name="Choisir ce secret").press("Enter")
    other.get_by_role("link", name="Tout effacer").press("Enter")
    other.get_by_role("button", name="Tout effacer").press("Enter")
    expect(other.locator("body")).to_contain_text("Votre carte n’ouvre plus rien")
    other.fill("input[name=code]", card)
    other.keyboard.press("Enter")
    expect(other.locator("main")).to_contain_text("La page ne s’est pas ouverte")


@pytest.mark.complete
def test_beside_who_helps_an_answer_touched_leads_to_the_next_question(visit):
    """Chosen by keyboard it waits, as for somebody alone: an arrow that passes over an answer sends nothing."""
    page = visit("/bilan/", **PHONE)
    choose(page, "mode", "aidant")
    follow(page, page.get_by_role("button", name=re.compile("Commencer")))
    first = page.url
    choose(page, "reponse", page.locator("input[name=reponse]").first.input_value())
    page.wait_for_timeout(300)  # nothing comes: it waits
    assert page.url == first
    page.locator(".tuile").nth(1).click()
    page.wait_for_url(lambda address: address != first)
    expect(page.locator("input[name=reponse]").first).not_to_be_checked()
    page.go_back()
    page.wait_for_url(first)
    page.locator(".tuile").nth(2).click()
    page.wait_for_url(lambda address: address != first)
