"""Asking a survey without network: drafts, a queue, servers killed, a device copied, two tabs. Nothing
lost, nothing doubled.
"""

import json
import random
import re
import shutil
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE
from tests.support.browsing import battery_dies, until
from tests.support.collecting import PAGE, STATUS, following, on, put, ready, stored_answers
from tests.support.served import restarted

QUESTIONS = """
from datetime import date
from django.utils import timezone
from maillage.apps.surveys.actions import campaigns
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire
def q(name, kind, label, **more):
    return Question(name=name, kind=kind, label={"fr": label, "ar": "سؤال " + name}, **more)
def c(name, label, **more):
    return Choice(name=name, label={"fr": label, "ar": label}, **more)
form = Questionnaire(
    id="essai", title="Essai", languages=("fr", "ar"),
    lists={
        "oui": (c("oui", "Oui"), c("non", "Non")),
        "quoi": (c("tel", "Un téléphone"), c("ordi", "Un ordinateur"), c("rien", "Rien de tout cela", alone=True)),
    },
    items=(
        q("age", "integer", "Quel âge avez-vous ?", required=True, constraint=". >= 15 and . <= 120",
          constraint_message={"fr": "L’âge va de 15 à 120 ans."}),
        q("internet", "one", "Utilisez-vous Internet ?", choices="oui", required=True),
        q("ou", "text", "Où l’utilisez-vous ?", relevant="${internet} = 'oui'"),
        Group(name="equipement", label={"fr": "Équipement"}, items=(
            q("appareils", "many", "De quoi disposez-vous ?", choices="quoi"),
            q("ordre", "rank", "Qu’est-ce qui compte le plus ?", choices="quoi"),
        )),
        q("jour", "date", "Quel jour sommes-nous ?"),
        q("note", "range", "De 1 à 5, êtes-vous à l’aise ?", parameters={"start": "1", "end": "5", "step": "1"}),
        Group(name="formations", label={"fr": "Formations"}, repeat=True, items=(q("formation", "text", "Quelle formation ?"),)),
    ),
)
at = timezone.now()
row = campaigns.prepare(by=None, title=sys.argv[1], territory="38151", questionnaire=form, at=at)
campaigns.add_place(row, "Marché", by=None, at=at)
campaigns.add_place(row, "CCAS", by=None, at=at, channel="reception")
campaigns.open_survey(row, by=None, at=at)
print(row.pk, *(campaigns.give_link(row, name, by=None, at=at)[1] for name in ("Karim", "Lina")))
"""
DEVICE_ANSWERS = """(etat) => new Promise((oui) => {
  const d = indexedDB.open("maillage-enquetes", 1);
  d.onsuccess = () => { const r = d.result.transaction("reponses").objectStore("reponses").getAll();
    r.onsuccess = () => { d.result.close(); oui(r.result.filter((x) => !etat || x.etat === etat)); }; };
})"""


@pytest.fixture(scope="module")
def survey(in_the_platform):
    """A survey that is open, and the links of two surveyors."""
    pk, *links = in_the_platform(QUESTIONS, "Le numérique au marché").split()
    return int(pk), links


def expect_question(page, words: str) -> None:
    expect(page.locator("#question")).to_have_text(words)


def begin(page) -> None:
    page.get_by_role("button", name="Commencer").first.click()
    page.get_by_role("radio", name="Marché").check()
    page.get_by_role("button", name="Continuer").click()
    page.locator("[data-commencer]").click()
    expect_question(page, "Quel âge avez-vous ?")


def put_answers(page, link: str, *uids: str) -> None:
    """Put answers of several ages, by their numbers."""
    put(page, link, {uid: {"age": str(15 + n % 80), "internet": "non"} for n, uid in enumerate(uids)})


def test_a_link_opened_once_leaves_the_address_and_works_without_network(visit, site, survey, environment):
    pk, (link, _) = survey
    page = visit(PAGE + f"#{link}", **PHONE)
    expect(page.locator("[data-enquetes]")).to_contain_text("Le numérique au marché")
    expect(page.locator("[data-enquetes]")).to_contain_text("Karim")
    assert page.url == site + PAGE, "the link is in the memory of the device, not in its address"
    ready(page)
    page.context.set_offline(True)
    page.reload()
    begin(page)
    page.locator("#reponse-tapee").fill("9")
    following(page)
    expect(page.locator("[data-erreur]")).to_have_text("L’âge va de 15 à 120 ans.")
    page.locator("#reponse-tapee").fill("1 9")
    following(page)
    expect_question(page, "Utilisez-vous Internet ?")
    following(page)
    expect(page.locator("[data-erreur]")).to_contain_text("Une réponse est attendue.")
    page.get_by_label("Oui", exact=True).check()
    following(page)
    expect_question(page, "Où l’utilisez-vous ?")
    page.locator("textarea").fill("Chez ma mère")
    until_stored(page, {"ou": "Chez ma mère"})
    page.reload()  # the page is left in the middle
    page.get_by_role("button", name="Reprendre").click()
    expect_question(page, "Où l’utilisez-vous ?")
    expect(page.locator("textarea")).to_have_value("Chez ma mère")
    page.get_by_role("button", name="Revenir").locator("visible=true").click()
    page.get_by_label("Non", exact=True).check()
    following(page)
    expect_question(page, "De quoi disposez-vous ?")
    page.get_by_label("Un téléphone").check()
    page.get_by_label("Rien de tout cela").check()
    expect(page.get_by_label("Un téléphone")).not_to_be_checked()
    following(page)
    page.get_by_role("button", name="Un ordinateur").click()
    page.get_by_role("button", name="Un téléphone").click()
    page.get_by_role("button", name="Monter : Un téléphone").click()
    following(page)
    page.get_by_label("Ne sait pas").check()
    following(page)
    page.get_by_label("4", exact=True).check()
    page.get_by_label("Ne souhaite pas répondre").check()
    expect(page.get_by_label("4", exact=True)).not_to_be_checked()
    following(page)
    page.locator("textarea").fill("Souris")
    following(page)
    page.get_by_role("button", name="Oui, en ajouter un").click()
    page.locator("textarea").fill("Courriel")
    following(page)
    following(page)
    on(page, "fin")
    expect(page.locator("[data-dits]")).to_contain_text("Un téléphone › Un ordinateur")
    page.get_by_role("button", name="Finir").click()
    expect(page.locator("#titre-personne")).to_have_text("Personne suivante")
    expect(page.locator(STATUS)).to_have_text("1 réponse en attente, 0 envoyée")
    page.context.set_offline(False)
    expect(page.locator(STATUS)).to_have_text("0 réponse en attente, 1 envoyée")
    ((_, values),) = stored_answers(environment, pk)
    assert values == {
        **{
            "age": "19",
            "internet": "non",
            "appareils": "rien",
            "ordre": "tel ordi",
            "jour": "nsp",
            "note": "refus",
        },
        **{"formation": "Souris", "formation#2": "Courriel"},
    }


@pytest.mark.complete
def test_two_surveyors_share_a_device_and_what_is_refused_stays_on_it(visit, site, in_the_platform):
    """Another version of the words under the same number, an unknown link, a survey that closes."""
    pk, first, second = in_the_platform(QUESTIONS, "Deux enquêteurs").split()
    page = visit(PAGE + f"#{first}", **PHONE)
    expect(page.locator("[data-enquetes] .carton")).to_have_count(1)
    page.evaluate("(lien) => { location.hash = lien; }", second)
    expect(page.locator("[data-enquetes] .carton")).to_have_count(2)
    same = str(uuid.uuid4())
    put_answers(page, first, same)
    page.get_by_role("button", name="Envoyer maintenant").click()
    expect(page.locator(STATUS)).to_have_text("0 réponse en attente, 1 envoyée")
    put_answers(
        page, second, str(uuid.uuid4()), same
    )  # other words under a number: a device copied in mid-answer
    page.get_by_role("button", name="Envoyer maintenant").click()
    expect(page.locator("[data-refusees]")).to_contain_text("Une réponse différente porte déjà ce numéro")
    with page.expect_download() as download:
        page.get_by_role("button", name="Enregistrer dans un fichier").click()
    saved_file = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert (saved_file["maillage"], saved_file["survey"]) == ("reponses", int(pk))
    assert [each["uid"] for each in saved_file["reponses"]] == [same]
    in_the_platform(
        "from django.utils import timezone\nfrom maillage.apps.surveys.actions import campaigns\n"
        "from maillage.apps.surveys.models import Survey\n"
        "campaigns.close(Survey.objects.get(pk=sys.argv[1]), by=None, at=timezone.now())",
        pk,
    )
    put_answers(page, first, str(uuid.uuid4()))
    page.get_by_role("button", name="Envoyer maintenant").click()
    expect(page.locator("[data-enquetes]")).to_contain_text("Cette enquête est terminée")
    expect(page.locator(STATUS)).to_contain_text("0 réponse en attente, 3 envoyées")
    page.evaluate("() => { location.hash = 'un-lien-qui-n-existe-pas-0000'; }")
    expect(page.locator("[data-enquetes]")).to_contain_text("Ce lien d’enquête n’existe pas")


@pytest.mark.complete
def test_a_whole_form_by_keyboard_and_axe_by_day_and_night(visit, site, survey, faults_by_day_and_night):
    _, (_, link) = survey
    page = visit(PAGE + f"#{link}", **PHONE)
    expect(page.locator("[data-enquetes] .carton")).to_have_count(1)
    faults = faults_by_day_and_night(page)
    press = page.keyboard.press

    def reach(target: str) -> None:
        for _ in range(40):
            if page.evaluate("(quoi) => document.activeElement.matches(quoi)", target):
                return
            press("Tab")
        raise AssertionError(f"{target} is not reached")

    reach("[data-enquetes] .plein")
    press("Enter")
    on(page, "seance")
    faults += faults_by_day_and_night(page)
    reach("[name=lieu]")
    press("Space")
    press("Enter")
    on(page, "personne")
    faults += faults_by_day_and_night(page)
    reach("[data-commencer]")
    press("Enter")
    expect_question(page, "Quel âge avez-vous ?")
    faults += faults_by_day_and_night(page)
    reach("#reponse-tapee")
    page.keyboard.type("44")
    press("Enter")
    expect_question(page, "Utilisez-vous Internet ?")
    reach("[name=reponse]")
    press("Space")
    press("ArrowDown")
    press("Enter")
    expect_question(page, "De quoi disposez-vous ?")
    reach("[name=reponse]")
    press("Space")
    press("Enter")
    expect_question(page, "Qu’est-ce qui compte le plus ?")
    reach("button.reponse")
    press("Enter")
    press("Enter")
    expect(page.locator(".rangs li")).to_have_count(2)
    faults += faults_by_day_and_night(page)
    reach("form[data-question] [type=submit]")
    press("Enter")
    expect_question(page, "Quel jour sommes-nous ?")
    reach("[data-tus] input")
    press("Space")
    press("Enter")
    expect_question(page, "De 1 à 5, êtes-vous à l’aise ?")
    reach("[name=reponse]")
    press("Space")
    press("Enter")
    expect_question(page, "Quelle formation ?")
    reach("form[data-question] [type=submit]")
    press("Enter")
    expect_question(page, "Y en a-t-il un autre ?")
    reach("form[data-question] [type=submit]")
    press("Enter")
    on(page, "fin")
    faults += faults_by_day_and_night(page)
    reach("[data-finir]")
    press("Enter")
    expect(page.locator("#titre-personne")).to_have_text("Personne suivante")
    assert faults == []


@pytest.mark.complete
def test_a_person_who_reads_arabic_sees_it_from_right_to_left(visit, survey):
    _, (link, _) = survey
    page = visit(PAGE + f"#{link}", **PHONE)
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("radio", name="Marché").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("radio", name="العربية").check()
    page.locator("[data-commencer]").click()
    expect_question(page, "سؤال age")
    expect(page.locator("[data-langue]")).to_have_attribute("dir", "rtl")
    expect(page.locator("form[data-question] [type=submit]")).to_have_text(re.compile("التالي"))


def test_an_answer_that_cannot_be_stored_is_reported_and_can_be_saved(visit, survey):
    _, (link, _) = survey
    page = visit(PAGE + f"#{link}", **PHONE)
    begin(page)
    page.evaluate(
        """() => { const put = IDBObjectStore.prototype.put; globalThis.rendre = () => { IDBObjectStore.prototype.put = put; };
        IDBObjectStore.prototype.put = () => { throw new DOMException("plein", "QuotaExceededError"); }; }"""
    )
    page.locator("#reponse-tapee").fill("51")
    expect(page.locator("[data-alerte]")).to_contain_text("Cet appareil n’a plus de place")
    with page.expect_download() as download:
        page.locator("[data-alerte-fichier]").click()
    assert json.loads(Path(download.value.path()).read_text("utf-8"))["reponses"][0]["values"] == {
        "age": "51"
    }
    page.evaluate("rendre()")
    following(page)
    expect(page.locator("[data-alerte]")).to_be_hidden()
    assert [each["valeurs"] for each in page.evaluate(DEVICE_ANSWERS, "brouillon")] == [{"age": "51"}]


@pytest.mark.complete
@pytest.mark.slow("servers killed, copies of a device")
def test_hundreds_of_answers_through_cuts_kills_copies_and_two_tabs(
    environment, device, in_the_platform, tmp_path
):
    """Hundreds of answers leave by two tabs of a device, then by two copies of it; the network is cut, the
    server killed while it answers.
    """
    pk, link, _ = in_the_platform(QUESTIONS, "Des centaines de réponses").split()
    n = 120
    chance, uids = random.Random(6), [str(uuid.uuid4()) for _ in range(n)]
    with restarted(environment) as server:
        address = server.address
        with device(tmp_path / "appareil") as context:
            page = context.pages[0]
            page.goto(f"{address}{PAGE}#{link}")
            ready(page)
            context.set_offline(True)
            put_answers(page, link, *uids)
            begin(page)
            page.locator("#reponse-tapee").fill("33")
            expect(page.locator("[data-garde]")).to_have_text("gardé à chaque réponse")
            until_stored(page, {"age": "33"})
            battery_dies(tmp_path / "appareil")
        for copy in ("copie-1", "copie-2"):
            shutil.copytree(
                tmp_path / "appareil", tmp_path / copy, ignore=shutil.ignore_patterns("Singleton*")
            )
        with device(tmp_path / "appareil") as context:
            tabs = [context.pages[0], context.new_page()]
            context.set_offline(True)
            for tab in tabs:
                tab.goto(address + PAGE)  # kept on the device
                expect(tab.locator(STATUS)).to_have_text(f"{n} réponses en attente, 0 envoyée")
            expect(tabs[0].locator("[data-brouillons] li")).to_have_count(1)
            for turn in range(2):
                context.set_offline(False)
                for tab in tabs:
                    tab.evaluate("dispatchEvent(new Event('online'))")
                tabs[0].wait_for_timeout(400 + chance.randrange(250))  # it stops at any moment
                if turn % 2:
                    server.stop()
                    server.start()
                else:
                    context.set_offline(True)
                    tabs[0].wait_for_timeout(chance.randrange(100))  # at any moment
            context.set_offline(False)
            until(tabs[0], lambda: stored_answers(environment, int(pk)))
        for copy in ("copie-1", "appareil", "copie-2"):
            with device(tmp_path / copy) as context:
                page = context.pages[0]
                page.goto(address + PAGE)
                all_left(page)
                device_answers = [(each["etat"], each["valeurs"]) for each in page.evaluate(DEVICE_ANSWERS)]
                assert device_answers == [("brouillon", {"age": "33"})], "the draft waits for its end"
    stored_uids = [uid for uid, _ in stored_answers(environment, int(pk))]
    assert sorted(stored_uids) == sorted(uids), "none lost, none doubled"


def until_stored(page, values: dict[str, str]) -> None:
    """Wait until the device holds these answers of the one answer that is not finished."""
    until(
        page,
        lambda: (
            [values.items() <= each["valeurs"].items() for each in page.evaluate(DEVICE_ANSWERS, "brouillon")]
            == [True]
        ),
    )


def all_left(page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(STATUS)).to_have_text(re.compile("^0 réponse en attente"))
