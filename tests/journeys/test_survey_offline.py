"""Asking a survey without network: drafts, a queue, servers killed, a device copied, two tabs. Nothing
lost, nothing doubled.
"""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from tests.journeys.conftest import ARGUMENTS, PHONE, program
from tests.journeys.test_learners import server, start, stop
from tests.support.speed import until

PAGE = "/enquetes/collecte/"
QUESTIONS = """
from datetime import date
from django.utils import timezone
from maillage.apps.surveys.actions import campaigns
from maillage.forms.questionnaire import Choice, Group, Question, Questionnaire
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
STATUS = "[data-file]"
# Answers put straight in the memory of the device, as the page would have left them: uid, link, number of the
# one that answered.
PUT = """([jeton, uids]) => new Promise((oui, non) => {
  const d = indexedDB.open("maillage-enquetes", 1);
  d.onsuccess = () => {
    const t = d.result.transaction("reponses", "readwrite"), quand = new Date().toISOString();
    uids.forEach((uid, n) => t.objectStore("reponses").put({ uid, jeton, etat: "attente", version: 1, moyen: "street", lieu: null, langue: "fr",
      commencee: quand, finie: quand, valeurs: { age: String(15 + n % 80), internet: "non" }, question: "", fois: {}, motif: "" }));
    t.oncomplete = () => { d.result.close(); oui(); };
    t.onabort = () => non(t.error);
  };
})"""
LEFT = """(etat) => new Promise((oui) => {
  const d = indexedDB.open("maillage-enquetes", 1);
  d.onsuccess = () => { const r = d.result.transaction("reponses").objectStore("reponses").getAll();
    r.onsuccess = () => { d.result.close(); oui(r.result.filter((x) => !etat || x.etat === etat)); }; };
})"""


@pytest.fixture(scope="module")
def survey(in_the_platform):
    """A survey that is open, and the links of two surveyors."""
    pk, *links = in_the_platform(QUESTIONS, "Le numérique au marché").split()
    return int(pk), links


def kept(environment, survey: int) -> list[tuple[str, dict]]:
    """Return the answers that the server keeps: number and values, as many times as they are there."""
    path = Path(environment["MAILLAGE_HOME"]) / "maillage.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as held:
        rows = held.execute(
            'select uid, "values" from surveys_answer where survey_id = ?', [survey]
        ).fetchall()
    return [(str(uuid.UUID(uid)), json.loads(values)) for uid, values in rows]


def on(page, name: str) -> None:
    expect(page.locator(f"[data-ecran={name}]")).to_be_visible()


def asked(page, words: str) -> None:
    expect(page.locator("#question")).to_have_text(words)


def following(page) -> None:
    page.locator("form[data-question] [type=submit]").click()


def begin(page) -> None:
    page.get_by_role("button", name="Commencer").first.click()
    page.get_by_role("radio", name="Marché").check()
    page.get_by_role("button", name="Continuer").click()
    page.locator("[data-commencer]").click()
    asked(page, "Quel âge avez-vous ?")


def ready(page) -> None:
    expect(page.locator("[data-etat-page]")).to_have_text("La page se rouvre sans réseau.")


@contextmanager
def device(chromium, folder: Path) -> Iterator:
    """A browser whose memory is a folder, as on a telephone."""
    kind = chromium.browser_type
    context = kind.launch_persistent_context(
        str(folder),
        executable_path=program(),
        args=ARGUMENTS,
        viewport=PHONE,
        locale="fr-FR",
    )
    try:
        yield context
    finally:
        with suppress(Error):
            context.close()


def battery_dies(folder: Path) -> None:
    """Kill the browser of that folder, all at once."""
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if (
                process.name.isdigit()
                and f"--user-data-dir={folder}".encode() in (process / "cmdline").read_bytes()
            ):
                os.kill(int(process.name), signal.SIGKILL)


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
    asked(page, "Utilisez-vous Internet ?")
    following(page)
    expect(page.locator("[data-erreur]")).to_contain_text("Une réponse est attendue.")
    page.get_by_label("Oui", exact=True).check()
    following(page)
    asked(page, "Où l’utilisez-vous ?")
    page.locator("textarea").fill("Chez ma mère")
    until_kept(page, {"ou": "Chez ma mère"})
    page.reload()  # the page is left in the middle
    page.get_by_role("button", name="Reprendre").click()
    asked(page, "Où l’utilisez-vous ?")
    expect(page.locator("textarea")).to_have_value("Chez ma mère")
    page.get_by_role("button", name="Revenir").locator("visible=true").click()
    page.get_by_label("Non", exact=True).check()
    following(page)
    asked(page, "De quoi disposez-vous ?")
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
    ((_, values),) = kept(environment, pk)
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
    page.evaluate(PUT, [first, [same]])
    page.get_by_role("button", name="Envoyer maintenant").click()
    expect(page.locator(STATUS)).to_have_text("0 réponse en attente, 1 envoyée")
    page.evaluate(
        PUT, [second, [str(uuid.uuid4()), same]]
    )  # the same number, other words: a device copied in mid-answer
    page.get_by_role("button", name="Envoyer maintenant").click()
    expect(page.locator("[data-refusees]")).to_contain_text("Une réponse différente porte déjà ce numéro")
    with page.expect_download() as download:
        page.get_by_role("button", name="Enregistrer dans un fichier").click()
    held = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert (held["maillage"], held["survey"]) == ("reponses", int(pk))
    assert [each["uid"] for each in held["reponses"]] == [same]
    in_the_platform(
        "from django.utils import timezone\nfrom maillage.apps.surveys.actions import campaigns\n"
        "from maillage.apps.surveys.models import Survey\n"
        "campaigns.close(Survey.objects.get(pk=sys.argv[1]), by=None, at=timezone.now())",
        pk,
    )
    page.evaluate(PUT, [first, [str(uuid.uuid4())]])
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
    found = faults_by_day_and_night(page)
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
    found += faults_by_day_and_night(page)
    reach("[name=lieu]")
    press("Space")
    press("Enter")
    on(page, "personne")
    found += faults_by_day_and_night(page)
    reach("[data-commencer]")
    press("Enter")
    asked(page, "Quel âge avez-vous ?")
    found += faults_by_day_and_night(page)
    reach("#reponse-tapee")
    page.keyboard.type("44")
    press("Enter")
    asked(page, "Utilisez-vous Internet ?")
    reach("[name=reponse]")
    press("Space")
    press("ArrowDown")
    press("Enter")
    asked(page, "De quoi disposez-vous ?")
    reach("[name=reponse]")
    press("Space")
    press("Enter")
    asked(page, "Qu’est-ce qui compte le plus ?")
    reach("button.reponse")
    press("Enter")
    press("Enter")
    expect(page.locator(".rangs li")).to_have_count(2)
    found += faults_by_day_and_night(page)
    reach("form[data-question] [type=submit]")
    press("Enter")
    asked(page, "Quel jour sommes-nous ?")
    reach("[data-tus] input")
    press("Space")
    press("Enter")
    asked(page, "De 1 à 5, êtes-vous à l’aise ?")
    reach("[name=reponse]")
    press("Space")
    press("Enter")
    asked(page, "Quelle formation ?")
    reach("form[data-question] [type=submit]")
    press("Enter")
    asked(page, "Y en a-t-il un autre ?")
    reach("form[data-question] [type=submit]")
    press("Enter")
    on(page, "fin")
    found += faults_by_day_and_night(page)
    reach("[data-finir]")
    press("Enter")
    expect(page.locator("#titre-personne")).to_have_text("Personne suivante")
    assert found == []


@pytest.mark.complete
def test_a_person_who_reads_arabic_sees_it_from_right_to_left(visit, survey):
    _, (link, _) = survey
    page = visit(PAGE + f"#{link}", **PHONE)
    page.get_by_role("button", name="Commencer").click()
    page.get_by_role("radio", name="Marché").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("radio", name="العربية").check()
    page.locator("[data-commencer]").click()
    asked(page, "سؤال age")
    expect(page.locator("[data-langue]")).to_have_attribute("dir", "rtl")
    expect(page.locator("form[data-question] [type=submit]")).to_have_text(re.compile("التالي"))


def test_an_answer_that_cannot_be_kept_is_told_and_can_be_saved(visit, survey):
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
    assert [each["valeurs"] for each in page.evaluate(LEFT, "brouillon")] == [{"age": "51"}]


@pytest.mark.complete
@pytest.mark.slow("servers killed, copies of a device")
def test_hundreds_of_answers_through_cuts_kills_copies_and_two_tabs(
    environment, chromium, in_the_platform, tmp_path
):
    """Hundreds of answers leave by two tabs of a device, then by two copies of it; the network is cut, the
    server killed while it answers.
    """
    pk, link, _ = in_the_platform(QUESTIONS, "Des centaines de réponses").split()
    n = 120
    chance, uids = random.Random(6), [str(uuid.uuid4()) for _ in range(n)]
    with server(environment) as (address, running):
        start(environment, address, running)
        with device(chromium, tmp_path / "appareil") as context:
            page = context.pages[0]
            page.goto(f"{address}{PAGE}#{link}")
            ready(page)
            context.set_offline(True)
            page.evaluate(PUT, [link, uids])
            begin(page)
            page.locator("#reponse-tapee").fill("33")
            expect(page.locator("[data-garde]")).to_have_text("gardé à chaque réponse")
            until_kept(page, {"age": "33"})
            battery_dies(tmp_path / "appareil")
        for copy in ("copie-1", "copie-2"):
            shutil.copytree(
                tmp_path / "appareil", tmp_path / copy, ignore=shutil.ignore_patterns("Singleton*")
            )
        with device(chromium, tmp_path / "appareil") as context:
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
                tabs[0].wait_for_timeout(400 + chance.randrange(250))
                if turn % 2:
                    stop(running.pop())
                    start(environment, address, running)
                else:
                    context.set_offline(True)
                    tabs[0].wait_for_timeout(chance.randrange(100))
            context.set_offline(False)
            until(
                lambda: kept(environment, int(pk)),
                lambda seconds: tabs[0].wait_for_timeout(1000 * seconds),
            )
        for copy in ("copie-1", "appareil", "copie-2"):
            with device(chromium, tmp_path / copy) as context:
                page = context.pages[0]
                page.goto(address + PAGE)
                all_left(page)
                left = [(each["etat"], each["valeurs"]) for each in page.evaluate(LEFT)]
                assert left == [("brouillon", {"age": "33"})], "the draft waits for its end"
    found = [uid for uid, _ in kept(environment, int(pk))]
    assert sorted(found) == sorted(uids), "none lost, none doubled"


def until_kept(page, values: dict[str, str]) -> None:
    """Wait until the device holds these answers of the one answer that is not finished."""
    until(
        lambda: (
            [values.items() <= each["valeurs"].items() for each in page.evaluate(LEFT, "brouillon")] == [True]
        ),
        lambda seconds: page.wait_for_timeout(1000 * seconds),
    )


def all_left(page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(STATUS)).to_have_text(re.compile("^0 réponse en attente"))
