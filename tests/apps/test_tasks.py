"""The small tasks of a diagnosis: optional, measured by counts, never punished, and the same person never
sees them twice.
"""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from django.core import signing
from django.test import Client

from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.referrals.autonomy.queries import tasks as queries
from maillage.apps.referrals.autonomy.rules import AIDANT, Carried
from maillage.publishing.page import drawings
from maillage.reference import bilan, bilan_tasks
from maillage.statistics.engine import bilan as rule
from tests.support.bilans import CARRIED, EVERY_ANSWER
from tests.support.prose import text_of

REACH, SCROLL, WRITE, SORT, FIND = (f"/bilan/essayer/{task.slug}/" for task in bilan_tasks.tasks().values())
TRAPS = {form: next(m for m in bilan_tasks.form(form).messages.values() if m.trap) for form in "AB"}

pytestmark = pytest.mark.django_db


def with_answers(diagnosis: Carried = CARRIED) -> Client:
    """A browser in which a diagnosis is under way."""
    client = Client()
    client.cookies[carried.COOKIE] = signing.dumps(diagnosis.to_plain(), salt=carried.SALT, compress=True)
    return client


def carried_in(client: Client) -> Carried:
    return Carried.from_plain(signing.loads(client.cookies[carried.COOKIE].value, salt=carried.SALT))


def order_of(response) -> list[str]:
    return re.search(r'name="ordre" value="([\w,]+)"', response.content.decode())[1].split(",")


# ------------------------------------------------------------------------------------------------- the way in


def test_the_screens_name_every_question():
    assert set(EVERY_ANSWER) == set(rule.path(EVERY_ANSWER))


def test_trying_is_a_choice():
    page = with_answers().get("/bilan/essayer/")
    assert "Voulez-vous essayer ?" in text_of(page)
    assert page.content.decode().count('href="/bilan/resultat/"') == 2  # no, and stop


def test_without_a_diagnosis_there_is_nothing_to_try():
    for address in ("/bilan/essayer/", REACH, FIND):
        assert Client().get(address).url == "/bilan/"
        assert Client().post(address).status_code in (302, 405)


def test_a_question_without_answer_comes_first():
    unfinished = {id: answer for id, answer in EVERY_ANSWER.items() if id != "O4"}
    assert (
        with_answers(replace(CARRIED, answers=unfinished)).get("/bilan/essayer/").url == "/bilan/question/O4/"
    )


def test_a_task_that_does_not_exist_is_not_found():
    assert with_answers().get("/bilan/essayer/x/").status_code == 404


def test_the_page_invites_who_is_helped_to_touch_the_screen():
    sentence = "c’est vous qui touchez l’écran"
    assert sentence in text_of(with_answers(replace(CARRIED, mode=AIDANT)).get("/bilan/essayer/"))
    assert sentence not in text_of(with_answers().get("/bilan/essayer/"))


@pytest.mark.parametrize(
    ("scripted", "slugs"),
    [
        (True, ["toucher", "descendre", "ecrire", "message", "trouver"]),
        (False, ["descendre", "message", "trouver"]),
    ],
)
def test_without_script_two_tasks_are_left_out(scripted, slugs):
    task_slugs, task = [], None
    while task := queries.following(task, scripted=scripted):
        task_slugs.append(task.slug)
    assert task_slugs == slugs


@pytest.mark.parametrize("address", ["/bilan/essayer/", REACH, SCROLL, WRITE, SORT, FIND])
def test_every_screen_may_be_passed_or_stopped_without_a_trace(address):
    client = with_answers()
    page = client.get(address).content.decode()
    assert re.search(r'class="bouton[^"]*" href="/bilan/resultat/"', page)
    if address != "/bilan/essayer/":
        way_on = re.search(r'href="([^"]+)" data-avec-script="([^"]+)"[^>]*>Passer', page)
        for target in way_on.groups():
            assert target == "/bilan/resultat/" or client.get(target).status_code == 200
    assert carried_in(client).tasks == {}
    assert not re.findall(r"<style|<script(?![^>]+src=)| style=| on[a-z]+=", page)


# ----------------------------------------------------------------------------------------------- what is kept


def test_reaching_is_counted_and_the_next_task_follows():
    client = with_answers()
    sent = {"ecarts": "0,2,1", "voie": "touch", "secondes": "12.4", "script": "1"}
    assert client.post(REACH, sent).url == SCROLL
    diagnosis = carried_in(client)
    assert diagnosis.tasks["T1"] == {"outcome": "passed", "misses": [0, 2, 1], "way": "touch"}
    assert diagnosis.timings["T1"] == 12


def test_a_target_missed_too_often_is_failed_without_a_word():
    client = with_answers()
    page = client.post(REACH, {"ecarts": "0,0,5", "script": "1"}, follow=True)
    assert carried_in(client).outcomes == {"T1": "failed"}
    assert not re.search(r"raté|échou|faux|erreur", text_of(page), re.I)


def test_a_failure_with_an_unmastered_device_is_not_measured():
    client = with_answers(replace(CARRIED, answers={**EVERY_ANSWER, "U2": "help"}))
    client.post(REACH, {"ecarts": "0,0,5"})
    assert carried_in(client).outcomes == {"T1": "unmeasured"}
    assert rule.conclude(EVERY_ANSWER, carried_in(client).outcomes).observed == ""


def test_what_the_hand_shows_later_changes_what_was_measured_before():
    """L’essai du message est raté, puis celui de la main : le premier ne dit plus rien."""
    client = with_answers()
    order = order_of(client.get(SORT))
    for before in ("", "open"):
        client.post(SORT, {"ordre": ",".join(order), "avant": before, "choix": "open"})
    assert carried_in(client).outcomes["T4"] == "failed"
    client.post(REACH, {"ecarts": "9,9,9"})
    assert carried_in(client).outcomes == {"T4": "unmeasured", "T1": "failed"}


def test_an_answer_corrected_after_the_tasks_changes_what_a_failure_says():
    client = with_answers()
    client.post(REACH, {"ecarts": "9,9,9"})
    assert carried_in(client).outcomes == {"T1": "failed"}
    client.post("/bilan/question/U2/", {"reponse": "help", "corriger": "1"})
    assert carried_in(client).answers["U2"] == "help"
    assert carried_in(client).outcomes == {"T1": "unmeasured"}


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        (REACH, {}),
        (REACH, {"ecarts": "0,0"}),
        (REACH, {"ecarts": "0,0,0", "voie": "telepathy"}),
        (SCROLL, {"virages": "beaucoup"}),
        (WRITE, {"mot": "3", "adresse": "1"}),
    ],
)
def test_what_cannot_be_read_is_not_measured_and_the_way_goes_on(address, sent):
    client = with_answers()
    assert client.post(address, sent).status_code == 302
    assert carried_in(client).tasks == {}


def test_scrolling_without_script_is_a_plain_page():
    client = with_answers()
    page = client.get(SCROLL)
    assert text_of(page).index("Le jardin partagé") < text_of(page).rindex("J’ai fini")
    assert client.post(SCROLL, {}).url == SORT  # writing cannot be measured
    assert carried_in(client).tasks["T2"] == {"outcome": "passed", "helped": False, "turns": None, "way": ""}


def test_the_hint_helps_and_is_counted():
    client = with_answers()
    assert "glissez vers le haut" not in text_of(client.get(SCROLL))
    page = client.get(f"{SCROLL}?indice=1")
    assert "glissez vers le haut" in text_of(page)
    assert 'name="indice" value="1"' in page.content.decode()
    client.post(SCROLL, {"indice": "1", "virages": "3", "script": "1"})
    assert carried_in(client).tasks["T2"]["outcome"] == "failed"


def test_writing_keeps_counts_never_what_was_typed():
    client = with_answers()
    page = client.get(WRITE).content.decode()
    assert not re.search(r'<input id="saisie-\w+"[^>]* name=', page)
    sent = {
        "mot": "1",
        "adresse": "2",
        "corrections": "4",
        "cherchees": "@zq",
        "secondes": "40",
        "script": "1",
    }
    assert client.post(WRITE, sent).url == SORT
    expected = {"outcome": "passed", "word": 1, "address": 2, "corrections": 4, "searched": "@"}
    assert carried_in(client).tasks["T3"] == expected


# ----------------------------------------------------------------------------------------------- the messages


def sort(client: Client, **choices: str):
    """Sort both messages. choices: what is done of the trap, and of the true one."""
    messages = bilan_tasks.form(carried_in(client).form).messages
    order = order_of(client.get(SORT))
    done = [choices["trap" if messages[id].trap else "true"] for id in order]
    second = client.post(SORT, {"ordre": ",".join(order), "choix": done[0]})
    assert "Message 2 sur 2" in text_of(second)
    assert order_of(second) == order
    return client.post(SORT, {"ordre": ",".join(order), "avant": done[0], "choix": done[1], "script": "1"})


@pytest.mark.parametrize(
    ("trap", "true", "outcome"),
    [
        ("check", "keep", "passed"),
        ("open", "keep", "failed"),
    ],
)
def test_the_fate_of_two_messages_is_stored(trap, true, outcome):
    client = with_answers()
    assert sort(client, trap=trap, true=true).url == FIND
    row = carried_in(client).tasks["T4"]
    assert (row["outcome"], row["trap"], row["true"]) == (outcome, trap, true)


def test_messages_come_in_an_order_that_is_drawn():
    orders = {tuple(order_of(with_answers().get(SORT))) for _ in range(40)}
    assert len(orders) == 2


def test_a_message_without_choice_comes_again():
    client = with_answers()
    order = order_of(client.get(SORT))
    page = client.post(SORT, {"ordre": ",".join(order), "avant": "keep"})
    assert "Choisissez une réponse" in text_of(page)
    assert "Message 2 sur 2" in text_of(page)
    assert order_of(page) == order


@pytest.mark.parametrize(
    "sent", [{"ordre": "m9,m1"}, {"ordre": "m1"}, {"ordre": "m1,m2", "avant": "burn"}, {"choix": "burn"}]
)
def test_a_forged_form_starts_the_messages_again(sent):
    client = with_answers()
    page = client.post(SORT, {"ordre": "m1,m2", "choix": "keep", **sent})
    assert page.status_code == 200
    assert "Message 1 sur 2" in text_of(page)
    assert carried_in(client).tasks == {}


def test_the_address_of_a_trap_is_no_link_and_is_spelled_on_demand():
    for form, trap in TRAPS.items():
        client = with_answers(replace(CARRIED, form=form))
        order = order_of(client.get(SORT))
        pages = [client.get(SORT) for _ in range(30)]
        page = next(each for each in pages if trap.address in text_of(each))
        assert f'href="{trap.address}' not in page.content.decode()
        assert " – ".join(trap.spelled) in text_of(page)
        assert set(order) == set(bilan_tasks.form(form).messages)


# ------------------------------------------------------------------------------------------------- the search


def test_the_hour_is_behind_one_page_and_pages_are_counted():
    client = with_answers()
    search = bilan_tasks.form("A").search
    first = client.get(FIND)
    assert search.hours["Samedi"] not in text_of(first)
    address = re.search(r'href="(\?page=horaires[^"]+)"', first.content.decode())[1].replace("&amp;", "&")
    hours = client.get(FIND + address)
    assert search.hours["Samedi"] in text_of(hours)
    assert hours.content.decode().count('scope="row"') == len(search.hours)
    done = client.post(
        FIND, {"heure": search.right, "page": "horaires", "vues": "2", "essais": "0", "script": "1"}
    )
    assert done.url == "/bilan/resultat/"
    expected = {"outcome": "passed", "answers": 1, "right": True, "pages": 2}
    assert carried_in(client).tasks["T5"] == expected


def test_a_wrong_hour_may_be_looked_for_again_then_the_way_goes_on():
    client = with_answers()
    page = client.post(FIND, {"heure": "12 h", "page": "horaires", "vues": "2", "essais": "0"})
    assert "Vous pouvez chercher encore." in text_of(page)
    assert "essais=1" in page.content.decode()
    assert carried_in(client).tasks == {}
    assert client.post(FIND, {"heure": "10 h", "vues": "2", "essais": "1"}).url == "/bilan/resultat/"
    assert carried_in(client).outcomes == {"T5": "failed"}


@pytest.mark.parametrize("sent", [{}, {"heure": "25 h"}, {"heure": "12 h", "essais": "7"}])
def test_no_hour_chosen_is_an_error(sent):
    client = with_answers()
    assert "Choisissez une heure" in text_of(client.post(FIND, sent))
    assert carried_in(client).tasks == {}


def test_an_unknown_page_of_the_site_is_its_first():
    assert "Bienvenue" in text_of(with_answers().get(f"{FIND}?page=secret&vues=abc"))


# ---------------------------------------------------------------------------------------------- the two forms


def test_a_re_test_shows_other_things_of_the_same_kind():
    first, second = bilan_tasks.form("A"), bilan_tasks.form("B")
    assert [len(m.text) for m in first.models] == [len(m.text) for m in second.models]
    assert (
        {m.trap for m in first.messages.values()}
        == {m.trap for m in second.messages.values()}
        == {True, False}
    )
    for one, other in zip(first.models, second.models, strict=True):
        assert one.text != other.text
    assert not {m.text for m in first.messages.values()} & {m.text for m in second.messages.values()}
    assert first.search.text != second.search.text
    assert len(first.search.choices) == len(second.search.choices)
    assert len(first.search.pages) == len(second.search.pages)
    for address in (WRITE, SORT, FIND):
        assert text_of(with_answers().get(address)) != text_of(
            with_answers(replace(CARRIED, form="B")).get(address)
        )


@pytest.mark.parametrize("form", ["A", "B"])
def test_the_right_hour_stands_in_the_table_once(form):
    search = bilan_tasks.form(form).search
    opening = [hours.split(" à ")[0] for hours in search.hours.values()]
    assert opening.count(search.right) == 1
    assert search.right in search.choices
    day = next(day for day, hours in search.hours.items() if hours.startswith(search.right))
    assert day.lower() in search.text


@pytest.mark.parametrize("form", ["A", "B"])
def test_nothing_of_a_task_is_real(form):
    """Les numéros sont ceux réservés à la fiction, les adresses finissent par .exemple ou exemple.fr,
    réservés aussi.
    """
    for message in bilan_tasks.form(form).messages.values():
        assert not re.search(r"0[1-9]", message.sender) or message.sender.startswith("06 39 98 ")
        assert not message.address or ".exemple" in message.address
    assert bilan_tasks.form(form).models[1].text.endswith("@exemple.fr")


def test_instructions_are_short_and_drawn():
    sentences = [task.text for task in bilan_tasks.tasks().values() if task.text]
    sentences += [bilan_tasks.form(form).search.text for form in "AB"]
    assert all(len(sentence.split()) <= 12 for sentence in sentences)
    named = [choice.drawing for choice in bilan_tasks.choices().values()]
    named += [part["drawing"] for part in bilan_tasks.tasks()["T2"].words["parts"]]
    named += [f"carte-{name}" for name in bilan_tasks.tasks()["T1"].words["pictures"]]
    named += [bilan_tasks.opening().accept.drawing, bilan_tasks.opening().decline.drawing, *bilan.drawings()]
    assert set(named) <= set(drawings.names())
    assert bilan_tasks.tasks()["T1"].words["target"] in bilan_tasks.tasks()["T1"].words["pictures"]


def test_the_pages_are_whole():
    for address in ("/bilan/essayer/", REACH, SCROLL, WRITE, SORT, FIND):
        page = with_answers().get(address).content.decode()
        for drawing in re.findall(r"<svg.*?</svg>", page, re.S):
            ElementTree.fromstring(drawing)
        assert page.count("<h1") == 1
