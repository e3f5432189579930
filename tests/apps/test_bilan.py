"""Faire le point: the browser holds the answers, nothing is kept without a yes, everybody gets a result
and places.
"""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import IntegrityError
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import queries as people_queries
from maillage.apps.people.persons.actions import consents
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.accounts.rules.worklist import MOST
from maillage.apps.referrals.autonomy import access, actions
from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.referrals.autonomy.models import Bilan, Tally
from maillage.apps.referrals.autonomy.queries import overdue, retained
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.apps.referrals.autonomy.worklist import lines
from maillage.kernel.errors import Refused
from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine
from tests.conftest import account, with_role
from tests.support.bilans import browser_state, stored_diagnosis, walk
from tests.support.lieux import lieu, offering
from tests.support.personas import ANDREI, AURELIE, SANDRINE
from tests.support.prose import text_of

pytestmark = pytest.mark.django_db


def hold(client, it: Carried) -> None:
    client.cookies["bilan"] = signing.dumps(it.to_plain(), salt=carried.SALT, compress=True)


def helper(email, structure):
    """Return an account that helps people there, proved twice as such accounts are."""
    user = with_role(User.objects.create_user(email, "un-mot-de-passe-long"), "aidant", structure=structure)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "A" * 32})
    return user


@pytest.fixture
def structure():
    return Structure.objects.create(key="nom:ccas", name="CCAS d’essai", code_insee="38185")


@pytest.fixture
def aidant(structure):
    return helper("aidant@exemple.fr", structure)


@pytest.fixture
def stranger():
    return helper(
        "autre@exemple.fr", Structure.objects.create(key="nom:autre", name="Une autre", code_insee="38421")
    )


# ---------------------------------------------------------------------------------------------- on the screen


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (ANDREI, "On fait vos démarches avec vous."),
        (AURELIE, "Vous pouvez y arriver, avec quelqu’un à côté."),
        (SANDRINE, "Vous pouvez apprendre à faire sans aide."),
    ],
    ids=["andrei", "aurelie", "sandrine"],
)
def test_somebody_without_account_nor_script_gets_to_the_result(client, answers, says):
    assert walk(client, answers).url == "/bilan/essayer/"
    page = text_of(client.get("/bilan/resultat/"))
    assert says in page
    assert "Ce que vous savez déjà" in page
    assert page.count("Je choisis ça") == 3
    assert page.count("Conseillé") == 1
    assert not Bilan.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.both_databases
def test_the_answers_are_in_the_browser_and_nowhere_on_the_server(client):
    walk(client, AURELIE)
    assert browser_state(client).answers == {**AURELIE, "M1": ["school", "money"]}, (
        "in the order of the screen"
    )
    cookie = client.cookies["bilan"]
    assert cookie["httponly"]
    assert cookie["max-age"] == ""
    assert "sessionid" not in client.cookies, "nothing of a session either"
    assert set(Tally.objects.values_list("kind", "value", "count")) == {
        ("start", "self", 1),
        ("end", "accompagne", 1),
    }


def test_the_longest_diagnosis_stands_in_a_cookie(client):
    everything = {
        id: list(question.options) if question.several else list(question.options)[-1]
        for id, question in bilan.questions().items()
    }
    measures = {
        "outcome": "passed",
        "misses": [2, 2, 2],
        "way": "keyboard",
        "seconds": 3600,
        "turns": 99,
        "searched": "@" * 20,
    }
    it = Carried(
        mode="together",
        answers=everything,
        tasks=dict.fromkeys(("T1", "T2", "T3", "T4", "T5"), measures),
        timings=dict.fromkeys((*bilan.questions(), "T1", "T2", "T3", "T4", "T5"), 599),
        where="Saint-Rémy-en-Bouzemont-Saint-Genest-et-Isson",
        place="51513",
        token="f" * 24,
        chosen=["access", "train", "together"],
        person=10**9,
        structure=10**9,
        again=10**9,
        stored_pk=10**9,
        ended=True,
    )
    assert len(signing.dumps(it.to_plain(), salt=carried.SALT, compress=True)) < 3_800


@pytest.mark.parametrize("cookie", ["", "nimporte-quoi", "eyJtb2RlIjoic2VsZiJ9:1:faux"])
def test_a_forged_cookie_is_as_none(client, cookie):
    client.cookies["bilan"] = cookie
    assert client.get("/bilan/question/U3/").url == "/bilan/"
    assert client.get("/bilan/resultat/").url == "/bilan/"


def test_a_cookie_is_forgotten_after_two_hours(client, monkeypatch):
    walk(client, AURELIE)
    import time

    later = time.time() + 7300
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.get("/bilan/resultat/").url == "/bilan/"


def test_the_seconds_of_each_question_are_measured_by_the_server(client, monkeypatch):
    opened = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: opened)
    client.post("/bilan/", {"mode": "self"})
    page = client.get("/bilan/question/X1/").content.decode()
    vu = re.search(r'name="vu" value="([^"]+)"', page)[1]
    monkeypatch.setattr(timezone, "now", lambda: opened + timedelta(seconds=9))
    client.post("/bilan/question/X1/", {"vu": vu, "reponse": "no"})
    assert browser_state(client).timings["X1"] == 9
    client.post("/bilan/question/A1/", {"vu": "0:faux", "reponse": "computer"})
    assert "A1" not in browser_state(client).timings, "a time that was made up is no time"


def test_question_without_answer_says_what_to_do_and_preserves_answers(client):
    client.post("/bilan/", {"mode": "self"})
    client.post("/bilan/question/X1/", {"reponse": "no"})
    page = client.post("/bilan/question/A1/", {})
    assert "Il manque votre réponse." in text_of(page)
    assert browser_state(client).answers == {"X1": "no"}


def test_contradictory_answers_are_listed_for_the_person_to_choose(client):
    client.post("/bilan/", {"mode": "self"})
    client.post("/bilan/question/X1/", {"reponse": "no"})
    page = client.post("/bilan/question/A1/", {"reponse": ["nothing", "computer"]})
    assert "Deux réponses ne vont pas ensemble." in text_of(page)
    assert page.content.decode().count(" checked") == 2


def test_no_more_than_three_wishes(client):
    hold(
        client,
        Carried(mode="self", answers={k: v for k, v in AURELIE.items() if k not in ("M1", "M2")}, token="t"),
    )
    page = client.post("/bilan/question/M1/", {"reponse": ["rights", "health", "work", "money"]})
    assert "trois au plus" in text_of(page)


def test_question_out_of_order_redirects_to_the_current_one(client):
    client.post("/bilan/", {"mode": "self"})
    assert client.get("/bilan/question/X2/").url == "/bilan/question/X1/"
    assert client.get("/bilan/question/ZZ/").status_code == 404


def test_end_of_questions_is_announced_near_the_end_only(client):
    walk(client, AURELIE)
    question_ids = list(engine.path(browser_state(client).answers))
    announced_ids = [
        id for id in question_ids if "encore un peu" in text_of(client.get(f"/bilan/question/{id}/"))
    ]
    assert announced_ids == question_ids[-3:]


def test_answer_is_dropped_when_its_question_no_longer_applies(client):
    walk(client, AURELIE)
    client.post("/bilan/question/U1/", {"reponse": "never"})
    assert not {"U2", "U3", "U4", "U5", "U6", "U7"} & set(browser_state(client).answers)


def test_an_answer_corrected_from_the_result_comes_back_to_it(client):
    walk(client, SANDRINE)
    assert "Changer" in text_of(client.get("/bilan/reponses/"))
    response = client.post("/bilan/question/M2/", {"reponse": "with", "corriger": "1"})
    assert response.url == "/bilan/resultat/"
    assert browser_state(client).answers["M2"] == "with"


def test_one_stops_at_any_time_and_nothing_is_left(client):
    client.post("/bilan/", {"mode": "self"})
    client.post("/bilan/question/X1/", {"reponse": "no"})
    assert "Voir et imprimer ce que j’ai dit" in text_of(client.get("/bilan/arreter/"))
    page = client.post("/bilan/arreter/")
    assert "Il ne reste rien sur cet appareil." in text_of(page)
    assert browser_state(client) == Carried()
    assert Tally.objects.get(kind="stop").value == "A1", "only the screen is counted"


def test_not_knowing_gives_a_result_too(client):
    walk(client, {})
    page = text_of(client.get("/bilan/resultat/"))
    assert "Essayons ensemble." in page
    assert "Demander de l’aide : c’est déjà beaucoup." in page, "never nothing under what one can do"
    assert "ne bloque" not in page, "what was not said is not said to be fine"


def test_paper_with_a_deadline_this_week_comes_first(client):
    walk(client, {**AURELIE, "X1": "week"})
    assert "D’abord votre papier." in text_of(client.get("/bilan/resultat/"))


# ----------------------------------------------------------------------------------------------------- places


def test_the_steps_have_real_places_when_one_says_where_one_lives(client):
    lieu("pc", sheet=offering(libre_acces={"accompagnement": ["person"]}) | {"nom": "Bibliothèque d’essai"})
    lieu("cours", east=300, sheet=offering(formation={}) | {"nom": "Atelier d’essai"})
    walk(client, AURELIE)
    page = text_of(client.get("/bilan/resultat/", {"ou": "Teisseire, Grenoble"}))
    assert "Bibliothèque d’essai" in page
    assert "Atelier d’essai" in page
    assert "c’est un manque" in page, "nobody says they help with procedures"
    assert browser_state(client).place == "38185"


VERBS = ["Chercher un lieu", "Commencer", "Demander de l’aide"]


def test_each_step_has_its_own_verb_and_one_button_is_filled(client):
    walk(client, AURELIE)
    page = client.get("/bilan/resultat/").content.decode()
    steps = page.split('<ol class="suites">')[1].split("</ol>")[0]
    buttons = re.findall(r'<a class="bouton (\w+)" href="([^"]*)">(.*?)</a>', steps, flags=re.S)
    assert [look for look, _, _ in buttons] == ["plein", "bord", "bord"]
    assert [address.split("?")[0] for _, address, _ in buttons] == [
        "/carte/",
        re.search('href="(/apprendre/parcours/[^"]*)"', page)[1],
        "/carte/",
    ]
    assert [verb for _, _, words in buttons for verb in VERBS if verb in words] == VERBS
    following = page.split('id="suites-titre"')[1].split("</section>")[0]
    assert following.count('class="bouton plein"') == 1


def test_a_name_that_several_places_bear_asks_which_and_an_unknown_one_says_so(client):
    walk(client, AURELIE)
    assert "Lequel ?" in text_of(client.get("/bilan/resultat/", {"ou": "Fontaine"}))
    assert "Nous ne connaissons pas cet endroit." in text_of(
        client.get("/bilan/resultat/", {"ou": "zzzzqqq"})
    )


def test_chosen_path_is_stored_and_printed_without_a_level_name(client):
    walk(client, AURELIE)
    client.post("/bilan/resultat/", {"suite": ["train", "n’importe quoi"]})
    assert list(browser_state(client).chosen) == []
    client.post("/bilan/resultat/", {"suite": ["train"]})
    paper = text_of(client.get("/bilan/resultat/imprimer/"))
    assert "C’est mon choix" in paper
    for level in ("accompagné", "Assistance", "G1", "autonome", "précarité"):
        assert level not in paper


# ------------------------------------------------------------------------------------------------ kept or not


def test_no_leaves_nothing_and_still_gives_the_result(client):
    walk(client, AURELIE)
    page = client.post("/bilan/resultat/garder/", {"choix": "non"}, follow=True)
    assert "Rien n’est gardé." in text_of(page)
    assert "Et maintenant ?" in text_of(page)
    assert not Bilan.objects.exists()
    assert not Person.objects.exists()
    assert not Entry.objects.exists()


def test_yes_makes_a_card_with_the_proof_of_the_agreement(client):
    walk(client, AURELIE)
    page = client.post("/bilan/resultat/garder/", {"choix": "garder"}, follow=True)
    person = Person.objects.get()
    assert person.card in text_of(page)
    assert (person.nickname, person.reach) == ("", "none")
    consent = Consent.objects.get(person=person)
    assert (consent.purpose, consent.how, consent.given) == ("keep", "click", True)
    assert consent.words.startswith("Est-ce que je garde vos réponses")
    row = Bilan.objects.get()
    assert (row.person, row.line, row.result, row.version) == (person, "L6", "accompagne", "bilan-1")
    assert set(row.timings) == set(row.answers)


def test_the_proof_of_an_agreement_is_in_the_language_it_was_read_in(client):
    walk(client, AURELIE)
    client.cookies["langue"] = "en"
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    words = Consent.objects.get().words
    assert words
    assert "Est-ce que" not in words


def test_a_double_click_keeps_it_once(client):
    walk(client, AURELIE)
    cookie = client.cookies["bilan"].value
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    client.cookies["bilan"] = cookie
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    assert (Bilan.objects.count(), Person.objects.count()) == (1, 1)


def test_anonymous_diagnosis_is_counted_then_stored_for_a_person(client):
    walk(client, AURELIE)
    client.post("/bilan/resultat/garder/", {"choix": "compter"})
    assert Bilan.objects.get().person is None
    assert not Person.objects.exists()
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    assert Bilan.objects.get().kept == "person"


def test_corrected_answer_updates_the_stored_diagnosis_of_the_same_person(client):
    walk(client, AURELIE)
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    client.post("/bilan/question/U4/", {"reponse": "weekly", "corriger": "1"})
    assert "ce qui est gardé est l’ancienne" in text_of(client.get("/bilan/resultat/"))
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    assert Bilan.objects.get().answers["U4"] == "weekly"
    assert Person.objects.count() == 1
    assert "Vos réponses sont gardées" in text_of(client.get("/bilan/resultat/"))


@pytest.mark.both_databases
def test_diagnosis_just_stored_is_erased_at_once(client):
    walk(client, AURELIE)
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    client.post("/bilan/resultat/effacer/")
    assert not Bilan.objects.exists()
    assert not people_queries.agreed(Person.objects.get(), "keep")


@pytest.mark.parametrize("typed", ["9" * 5000, "9" * 30, "²", "x"])
def test_a_structure_that_is_none_keeps_nothing_and_breaks_no_page(client, aidant, typed):
    client.force_login(aidant)
    walk(client, AURELIE)
    assert client.post("/bilan/resultat/garder/", {"choix": "garder", "structure": typed}).status_code == 404
    assert not Bilan.objects.exists()


def test_unfinished_diagnosis_is_not_stored(client):
    client.post("/bilan/", {"mode": "self"})
    assert client.post("/bilan/resultat/garder/", {"choix": "garder"}).url == "/bilan/question/X1/"
    with pytest.raises(Refused, match="Il reste des questions"):
        actions.keep(Carried(mode="self", token="t"), purpose="count", how="click", at=timezone.now())
    assert not Bilan.objects.exists()


def test_the_number_of_a_bilan_in_the_cookie_of_another_shows_nothing(client):
    row = stored_diagnosis()
    walk(client, SANDRINE)
    hold(client, Carried.from_plain({**browser_state(client).to_plain(), "kept": row.pk}))
    assert client.get("/bilan/carte/").url == "/bilan/resultat/"
    assert row.person.card not in text_of(client.get("/bilan/resultat/"))


# ------------------------------------------------------------------------------------------------------ again


def test_it_is_not_done_again_before_two_weeks(client):
    row = stored_diagnosis(days_ago=13)
    page = client.post("/bilan/refaire/", {"code": row.person.card})
    assert "C’est trop tôt pour refaire le point." in text_of(page)


@pytest.mark.both_databases
def test_it_is_done_again_from_the_card_and_says_before_and_now(client):
    row = stored_diagnosis(days_ago=20)
    assert client.post("/bilan/refaire/", {"code": row.person.card.lower()}).url == "/bilan/"
    better = {**AURELIE, "U3": "alone", "U4": "weekly", "U5": "helped"}
    walk(client, better)
    assert browser_state(client).form == "B"
    assert "M1" not in browser_state(client).timings, "wishes are not asked again"
    page = text_of(client.get("/bilan/resultat/"))
    assert "Vous faites plus de choses qu’avant." in page
    assert "Je la lis rarement" in page
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    again = Bilan.objects.get(retest_of=row)
    assert again.person == row.person
    assert Person.objects.count() == 1


@pytest.mark.parametrize("code", ["", "XXXX-XXXX", "7K2DAH24", "<script>"])
def test_a_code_of_nobody_opens_nothing(client, code):
    assert "Nous ne trouvons pas cette carte." in text_of(client.post("/bilan/refaire/", {"code": code}))


def test_codes_are_not_guessed_by_trying_them_all(client, monkeypatch):
    monkeypatch.setattr("maillage.apps.referrals.autonomy.views.again.WRONG_CARDS_AN_HOUR", 2)
    row = stored_diagnosis(days_ago=20)
    for _ in range(2):
        client.post("/bilan/refaire/", {"code": "7K2DAH24"})
    closed = client.post("/bilan/refaire/", {"code": row.person.card})
    assert (closed.status_code, "Trop de codes ont été essayés." in text_of(closed)) == (429, True)


# -------------------------------------------------------------------------------------------------- screening


@pytest.mark.both_databases
def test_the_four_questions_give_an_advice_and_only_the_advice_is_counted(client):
    page = text_of(client.get("/bilan/reperage/"))
    assert "Quatre questions pour mieux vous aider." in page
    page = text_of(client.post("/bilan/reperage/", {"R1": "for-me", "R2": "home", "R3": "me", "R4": "no"}))
    assert "Proposer le bilan" in page
    row = Tally.objects.get()
    assert (row.kind, row.value, row.count) == ("verdict", "bilan", 1)
    assert not Bilan.objects.exists()


def test_two_advices_the_same_day_are_one_row(client):
    for _ in range(2):
        client.post("/bilan/reperage/", {"R4": "week"})
    assert Tally.objects.get().count == 2


def test_nobody_inflates_the_counts(client, monkeypatch):
    monkeypatch.setattr(access, "COUNTED_AN_HOUR", 2)
    for _ in range(4):
        client.post("/bilan/reperage/", {"R4": "week"})
    assert Tally.objects.get().count == 2


# ---------------------------------------------------------------------------------------------- professionals


def begun_for(client, aidant, structure, person=None):
    client.force_login(aidant)
    client.post("/espace/bilans/", {"structure": structure.pk, "personne": person.pk if person else ""})
    walk(client, AURELIE, mode="together")


@pytest.mark.both_databases
def test_a_professional_keeps_it_with_a_person_they_follow(client, aidant, structure):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now(), nickname="Aurélie")
    begun_for(client, aidant, structure, person)
    page = text_of(client.get("/bilan/resultat/"))
    assert "Pour la personne qui aide" in page
    assert "on vous donne une carte" not in page, "she has one already"
    client.post("/bilan/resultat/garder/", {"choix": "garder", "structure": structure.pk})
    row = Bilan.objects.get()
    assert (row.person, row.structure, row.by) == (person, structure, aidant)
    assert Consent.objects.get().how == "read"
    assert client.get(f"/espace/bilans/{row.pk}/").status_code == 200
    assert client.get(f"/espace/bilans/personnes/{person.pk}/").status_code == 200
    recorded_verbs = set(
        Entry.objects.filter(verb__endswith=".seen", row=person.pk).values_list("verb", flat=True)
    )
    assert recorded_verbs == {"person.bilan.seen", "person.bilans.seen"}, "her sheet itself was not opened"
    page = text_of(client.get(f"/espace/personnes/{person.pk}/"))
    assert "a ouvert un bilan" in page
    assert "a ouvert la liste des bilans" in page


@pytest.mark.both_databases
def test_a_professional_without_a_sheet_makes_one_at_the_end(client, aidant, structure):
    begun_for(client, aidant, structure)
    client.post("/bilan/resultat/garder/", {"choix": "garder", "structure": structure.pk, "surnom": "Lili"})
    person = Person.objects.get()
    assert person.nickname == "Lili"
    assert list(access.bilans_for(aidant)) == [Bilan.objects.get(person=person)]


def test_unrelated_structure_does_not_exist(client, aidant, stranger, structure):
    begun_for(client, stranger, structure)
    answer = client.post("/bilan/resultat/garder/", {"choix": "garder", "structure": structure.pk})
    assert answer.status_code == 404
    assert not Bilan.objects.exists()


def test_a_bilan_is_read_by_the_structure_that_helps_alone(coordinator, aidant, stranger, structure):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    row = stored_diagnosis(person=person, by=aidant, structure=structure, days_ago=20)
    assert access.bilans_for(aidant).get() == row
    for user in (stranger, coordinator, AnonymousUser()):
        assert not access.bilans_for(user).exists()


@pytest.mark.both_databases
def test_card_of_a_person_followed_elsewhere_starts_nothing(client, aidant, stranger, structure):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    client.force_login(stranger)
    page = text_of(client.post("/espace/bilans/", {"code": person.code}))
    assert "Aucune personne que vous suivez n’a cette carte." in page


@pytest.mark.both_databases
def test_a_result_changed_has_a_reason_and_the_rule_stays_beside(client, aidant, structure):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    row = stored_diagnosis(person=person, by=aidant, structure=structure)
    client.force_login(aidant)
    address = f"/espace/bilans/{row.pk}/changer/"
    assert "Il manque le nouveau résultat, ou la raison." in text_of(
        client.post(address, {"resultat": "autonomie"}, follow=True)
    )
    assert "demande quelques mots" in text_of(
        client.post(address, {"resultat": "autonomie", "raison": "other"}, follow=True)
    )
    page = text_of(client.post(address, {"resultat": "autonomie", "raison": "seen"}, follow=True))
    assert "La règle disait : Accès accompagné" in page
    row.refresh_from_db()
    assert (row.final_result, row.result, row.changed_by) == ("autonomie", "accompagne", aidant)
    client.post(address, {"resultat": "accompagne"})
    row.refresh_from_db()
    assert (row.changed_result, row.changed_reason, row.changed_by) == ("", "", None)


def test_annex_applies_when_a_device_is_involved_and_stores_only_its_answers(client, aidant, structure):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    fragile = stored_diagnosis(person=person, by=aidant, structure=structure)
    client.force_login(aidant)
    assert "Premier rendez-vous" in text_of(client.get(f"/espace/bilans/{fragile.pk}/"))
    client.post(f"/espace/bilans/{fragile.pk}/annexe/", {"F2": "both", "Z": "z"})
    assert client.post(f"/espace/bilans/{fragile.pk}/annexe/", {"F3": "faux"}).status_code == 400
    fragile.refresh_from_db()
    assert fragile.annex == {"F2": "both"}
    stable = {**SANDRINE, "A3": "box"}
    stable.pop("A4")
    row = stored_diagnosis(stable, person=person, by=aidant, structure=structure)
    assert "Premier rendez-vous" not in text_of(client.get(f"/espace/bilans/{row.pk}/"))


@pytest.mark.both_databases
def test_the_day_to_do_it_again_is_proposed_by_the_rule_and_changed_by_the_professional(
    client, aidant, structure
):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    row = stored_diagnosis(person=person, by=aidant, structure=structure)
    assert (row.retest_on - timezone.localdate(row.at)).days == 91
    client.force_login(aidant)
    soon = timezone.localdate(row.at) + timedelta(days=3)
    assert "La date n’est pas enregistrée." in text_of(
        client.post(f"/espace/bilans/{row.pk}/date/", {"le": soon}, follow=True)
    )
    client.post(f"/espace/bilans/{row.pk}/date/", {"le": timezone.localdate(row.at) + timedelta(days=21)})
    row.refresh_from_db()
    assert (row.retest_on - timezone.localdate(row.at)).days == 21
    client.post(f"/espace/bilans/{row.pk}/date/", {"le": "n’importe quand"})
    client.post(f"/espace/bilans/{row.pk}/date/", {"le": ""})
    row.refresh_from_db()
    assert row.retest_on is None


@pytest.mark.both_databases
def test_repeat_diagnosis_is_listed_until_done(client, aidant, structure):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now(), nickname="Aurélie")
    row = stored_diagnosis(person=person, by=aidant, structure=structure, days_ago=100)
    client.force_login(aidant)
    assert "À refaire" in text_of(client.get("/espace/bilans/"))
    assert client.post(f"/espace/bilans/{row.pk}/refaire/").url == "/bilan/"
    walk(client, {**AURELIE, "U4": "weekly"})
    client.post("/bilan/resultat/garder/", {"choix": "garder", "structure": structure.pk})
    assert "À refaire" not in text_of(client.get("/espace/bilans/"))
    page = text_of(client.get(f"/espace/bilans/personnes/{person.pk}/"))
    assert "Je la lis rarement" in page
    assert "J’en ai une, je la lis chaque semaine" in page


def test_one_done_afresh_since_leaves_nothing_to_do_again(client, aidant, structure):
    """From the first question, or from a sheet: nothing links the new one to the one before."""
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    stored_diagnosis(person=person, by=aidant, structure=structure, days_ago=100)
    lead, today = account("lea", "coordination", territory="38"), timezone.localdate()
    assert len(retained.to_repeat(aidant, today)) == 1
    assert [each.n for each in overdue.by_structure(lead, timezone.now())] == [1]
    stored_diagnosis(SANDRINE, person=person, by=aidant, structure=structure, days_ago=1)
    assert retained.to_repeat(aidant, today) == []
    assert overdue.by_structure(lead, timezone.now()) == []


@pytest.mark.both_databases
def test_former_structure_gets_no_repeat_reminder(aidant, stranger, structure):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    stored_diagnosis(person=person, by=aidant, structure=structure, days_ago=100)
    other = Structure.objects.get(key="nom:autre")
    people.follow(person=person, structure=other, by=stranger, at=timezone.now())
    people.leave(person=person, structure=structure, by=aidant, at=timezone.now())
    assert overdue.by_structure(account("lea", "coordination", territory="38"), timezone.now()) == []
    assert len(retained.to_repeat(stranger, timezone.localdate())) == 1


def test_more_to_do_again_than_a_page_shows_are_all_counted(client, aidant, structure, monkeypatch):
    monkeypatch.setattr(retained, "LISTED", 6)
    for _ in range(8):
        person = people.welcome(by=aidant, structure=structure, at=timezone.now())
        stored_diagnosis(person=person, by=aidant, structure=structure, days_ago=100)
    (line,) = [each for each in lines(aidant, timezone.now()) if each.kind == "retest-others"]
    assert line.n == 8 - MOST
    client.force_login(aidant)
    assert "2 de plus, qui viendront ici" in text_of(client.get("/espace/bilans/"))


def test_it_is_done_again_for_the_structure_that_follows_the_person(client, aidant, structure):
    """Somebody who acts for two structures does not write it in the name of the first by its letter."""
    other = Structure.objects.create(key="nom:aaa", name="AAA", code_insee="38185")
    with_role(aidant, "aidant", structure=other)
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    row = stored_diagnosis(person=person, by=aidant, structure=structure, days_ago=100)
    client.force_login(aidant)
    client.post(f"/espace/bilans/{row.pk}/refaire/")
    walk(client, {**AURELIE, "U4": "weekly"})
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    assert retained.latest(person).structure == structure


def test_a_person_forgotten_who_agreed_to_be_counted_leaves_answers_without_anybody(aidant, structure):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    row = stored_diagnosis(person=person, by=aidant, structure=structure)
    consents.agree(person=person, purpose="count", how="read", words="?", by=aidant, at=timezone.now())
    token, day = row.token, timezone.localdate(row.at)
    assert actions.forget(person) == 1
    row.refresh_from_db()
    assert (row.person, row.by, row.kept, row.annex, row.chosen) == (None, None, "count", {}, [])
    assert row.token != token
    assert timezone.localtime(row.at).isoformat()[:19] == f"{day}T00:00:00"


def test_a_person_forgotten_who_did_not_agree_to_be_counted_leaves_no_answer(aidant, structure):
    person = people.welcome(by=aidant, structure=structure, at=timezone.now())
    stored_diagnosis(person=person, by=aidant, structure=structure)
    assert actions.forget(person) == 0
    assert not Bilan.objects.exists()


@pytest.mark.both_databases
def test_the_database_refuses_a_person_without_a_yes():
    row = stored_diagnosis()
    with pytest.raises(IntegrityError):
        Bilan.objects.filter(pk=row.pk).update(kept="count")


def referral(client) -> dict[str, list[str]]:
    """Return the fields carried by the button « Demander de l’aide pour elle »."""
    return parse_qs(urlsplit(client.get("/bilan/resultat/").context["orientation"]).query)


def test_the_person_goes_on_from_the_bilan_to_the_referral(client, aidant, structure):
    """Kept or not, the answers lead to a referral for the person of the sheet, before the day that presses."""
    person = people.welcome(by=aidant, structure=structure, at=timezone.now(), nickname="Aurélie")
    client.force_login(aidant)
    client.post("/espace/bilans/", {"structure": structure.pk, "personne": person.pk})
    walk(client, {**AURELIE, "X1": "week"}, mode="together")
    carried = referral(client)
    assert carried["pour"] == [str(person.pk)]
    assert "bilan" not in carried
    assert carried["avant"] == [(timezone.localdate() + timedelta(days=7)).isoformat()]
    assert carried["publics"] == ["illiteracy"]
    spoken, hers = re.split(r"Pour la personne qui aide\s:", client.get("/bilan/resultat/").content.decode())
    assert "pour elle" not in spoken and "Demander de l’aide pour elle" in hers, "who reads it is told"
    form = client.get(client.get("/bilan/resultat/").context["orientation"]).context["form"]
    assert [form[name].value() for name in ("pour", "avant")] == [str(person.pk), carried["avant"][0]]
    answer = client.post("/bilan/resultat/garder/", {"choix": "garder", "structure": structure.pk})
    assert answer["Location"].startswith("/bilan/resultat/"), "they have their card already"
    assert referral(client)["bilan"] == [str(Bilan.objects.get().pk)]
    page_text = client.get("/bilan/resultat/").content.decode()
    assert f'href="/espace/personnes/{person.pk}/"' in page_text
    assert client.get(f"/espace/personnes/{person.pk}/").status_code == 200


def test_a_new_person_still_sees_their_card(client, aidant, structure):
    begun_for(client, aidant, structure)
    answer = client.post(
        "/bilan/resultat/garder/", {"choix": "garder", "structure": structure.pk, "surnom": "Lili"}
    )
    assert client.get(answer["Location"]).context["person"].nickname == "Lili"
