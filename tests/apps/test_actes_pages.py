"""The pages of acts: noted by radio buttons alone, refused with three ways on, listed, corrected, exported."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.utils import timezone

from maillage.apps.people.actes import rules
from maillage.apps.people.actes.actions import acts as actes_actions
from maillage.apps.people.actes.models import Act
from maillage.apps.people.actes.queries import lists
from maillage.apps.people.persons.actions import forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.reference import procedures
from tests.conftest import account
from tests.support.acts import AT, signed
from tests.support.places import place

pytestmark = pytest.mark.django_db
NOTE, SEND = "/espace/actes/noter/", "/espace/actes/envoi/"


@pytest.fixture(autouse=True)
def the_day_of_the_mandates(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT)


@pytest.fixture
def library():
    return place("bibliotheque").structure


@pytest.fixture
def aidant(library, client):
    user = account("aidant", "aidant", shown="Leïla", structure=library)
    client.force_login(user)
    return user


@pytest.fixture
def andrei(aidant, library):
    return people.welcome(by=aidant, structure=library, nickname="M. Andrei", at=timezone.now())


def posted_fields(**more) -> dict[str, str]:
    defaults = {
        "uid": str(uuid4()),
        "nature": "together",
        "demarche": "prime-activite",
        "minutes": "15",
        "ou": "here",
        "fin": "done",
    }
    return {**defaults, **more}


def note(aidant, library, **more) -> Act:
    at = timezone.now()
    defaults = {
        "uid": uuid4(),
        "kind": "together",
        "procedure": "impots",
        "minutes": 20,
        "where": "here",
        "end": "done",
    }
    person = more.pop("person", None)
    return actes_actions.note(
        rules.Draft(**{**defaults, "done_at": at, **more}), by=aidant, structure=library, person=person, at=at
    )


def test_an_act_is_noted_by_buttons_alone_and_read_back(client, aidant):
    page = client.get(NOTE).content.decode()
    assert len(re.findall(r'type="checkbox" name="demarche"', page)) == 5 + 1 + len(procedures.themes())
    for name, n in (("nature", 3), ("minutes", 8), ("ou", 3), ("fin", 4)):
        assert len(re.findall(rf'type="radio" name="{name}"', page)) == n
    answer = client.post(NOTE, posted_fields(), follow=True).content.decode()
    assert "Noté. Ensemble, prime d’activité, 15 min, ici, fait." in answer
    assert Act.objects.get().by == aidant


def test_the_other_themes_unfold_by_family(client, aidant):
    """« Autre… » opened twenty buttons at once."""
    client.force_login(aidant)
    page = client.get("/espace/actes/noter/").content.decode()
    themes = page.split("Les thèmes de La Coop")[1].split("</fieldset>")[0]
    assert themes.count("<details") == 3 and themes.count('type="checkbox"') > 10


def test_a_double_click_notes_once(client, aidant):
    once = posted_fields()
    for _ in range(2):
        client.post(NOTE, once)
    assert Act.objects.count() == 1


def test_another_procedure_and_other_minutes_are_typed(client, aidant):
    client.post(
        NOTE, posted_fields(demarche="autre", demarche_autre="retraite", minutes="autre", minutes_autre="75")
    )
    act = Act.objects.get()
    assert (act.procedure, act.minutes) == ("retraite", 75)


def test_a_procedure_that_left_the_thumb_while_the_page_was_open_is_noted(client, aidant, library):
    for procedure in ("rsa", "retraite", "handicap", "formation", "impots"):
        note(aidant, library, procedure=procedure)
    assert 'value="prime-activite" id="id_demarche_' not in client.get(NOTE).content.decode()
    client.post(NOTE, posted_fields(demarche="prime-activite"))
    assert Act.objects.filter(procedure="prime-activite").count() == 1


@pytest.mark.parametrize(
    ("typed", "error_text"),
    [
        ({"demarche": "autre"}, "Il manque la démarche."),
        ({"minutes": "autre"}, "Il manque le nombre de minutes."),
        ({"carte": "ZZZZ-ZZZZ"}, "Aucune carte n’a ce code"),
    ],
)
def test_missing_or_wrong_field_is_reported_and_input_is_preserved(client, aidant, typed, error_text):
    answer = client.post(NOTE, posted_fields(**typed))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert error_text in page
    assert re.search(r'value="together"[^>]*checked', page)
    assert not Act.objects.exists()


def test_a_refusal_opens_three_ways(client, aidant, andrei):
    form_data = posted_fields(nature="place", personne=str(andrei.pk))
    refused = client.post(NOTE, form_data)
    page = refused.content.decode()
    assert refused.status_code == 400
    for words in ("Pas gardé comme", 'value="avec"', 'value="urgent"'):
        assert words in page
    assert client.post(NOTE, {**form_data, "voie": "avec"}).status_code == 302
    assert Act.objects.get().kind == "together"
    assert client.post(NOTE, {**form_data, "uid": str(uuid4()), "voie": "urgent"}).status_code == 302
    assert Act.objects.first().lacks_mandate
    assert "mandat à signer" in client.get(NOTE).content.decode()


def test_the_frame_answers_under_the_procedure(client, aidant, andrei, library):
    signed(andrei, library, "prime-activite", until=date(2027, 5, 8))
    query = {"personne": andrei.pk, "structure": library.pk}
    inside = client.get("/espace/actes/cadre/", {**query, "demarche": "prime-activite"}).json()
    outside = client.get("/espace/actes/cadre/", {**query, "demarche": "impots"}).json()
    assert inside == {"permis": True, "mots": "Dans son mandat, jusqu’au 8 mai 2027."}
    assert outside["permis"] is False
    assert outside["mots"]


def test_the_same_again_shows_what_was_noted(client, aidant, library, andrei):
    act = note(aidant, library, person=andrei, minutes=17, procedure="handicap")
    page = client.get(f"{NOTE}?comme={act.pk}").content.decode()
    assert re.search(r'name="minutes" value="autre"[^>]*checked', page)
    assert 'value="17"' in page
    assert re.search(r'value="handicap"[^>]*(checked|selected)', page)
    assert f'name="personne" value="{andrei.pk}"' in page


def test_next_act_is_for_the_same_person_until_another_is_chosen(client, aidant, library, andrei):
    """The form came back for nobody: three acts for one person were three searches."""
    again = f'href="{NOTE}?personne={andrei.pk}"'
    assert again not in client.get(NOTE).content.decode()
    answer = client.post(NOTE, posted_fields(personne=str(andrei.pk)), follow=True).content.decode()
    box = answer.partition("acte-pour")[2].partition("acte-noter")[0]
    assert f'name="personne" value="{andrei.pk}"' in box
    assert f'href="{NOTE}"' in box and "Une autre personne" in box
    page = client.get(NOTE).content.decode()
    assert 'name="personne" value=""' in page and again in page, "and back to them in one gesture"
    note(aidant, library)
    assert again not in client.get(NOTE).content.decode(), "the last act names nobody"


def test_the_usual_act_is_noted_by_one_touch_and_undone_in_place(client, aidant, library, andrei):
    """« Comme d’habitude » ne faisait que remplir le formulaire."""
    for person in (andrei, None):
        act = note(aidant, library, person=person, procedure="courrier-lu", more="|email|")
    note(aidant, library, procedure="impots")
    page = client.get(NOTE).content.decode()
    form = page.partition('id="acte-habituel"')[2].partition("</form>")[0]
    assert 'name="personne" value=""' in form, "not the person it was noted for"
    assert re.findall(r'name="habituel"\s+value="(\d+)"', page) == [str(act.pk)]
    assert "Ensemble, courrier lu + E-mail, 20\xa0min, ici, fait" in page
    uid = re.search(r'name="uid" value="([^"]+)"', form)[1]
    sent = {"habituel": act.pk, "uid": uid, "personne": andrei.pk}
    answer = client.post(NOTE, sent, follow=True).content.decode()
    client.post(NOTE, sent)
    noted = Act.objects.latest("pk")
    assert (noted.pk, noted.subjects) == (act.pk + 2, ["courrier-lu", "email"]), (
        "once, however often it is sent"
    )
    assert (noted.person, noted.end, noted.minutes) == (andrei, "done", 20)
    undo = f'action="/espace/actes/{noted.pk}/geste/"'
    assert (
        undo in answer and "Annuler cet acte" in answer and f'name="personne" value="{andrei.pk}"' in answer
    )
    back = client.post(f"/espace/actes/{noted.pk}/geste/", {"geste": "rayer", "retour": "noter"})
    noted.refresh_from_db()
    assert noted.struck_at and back["Location"] == f"{NOTE}?personne={andrei.pk}"
    assert "Annuler cet acte" not in client.get(f"{NOTE}?note={noted.pk}").content.decode()


def test_person_no_longer_followed_is_refused_and_input_is_preserved(client, aidant, library, andrei):
    act = note(aidant, library, person=andrei)
    people.leave(person=andrei, structure=library, by=aidant, at=timezone.now())
    page = client.get(f"{NOTE}?comme={act.pk}").content.decode()
    assert 'name="personne" value=""' in page and "M. Andrei" not in page.partition("acte-pour")[2][:400]
    answer = client.post(
        NOTE, posted_fields(personne=andrei.pk, minutes="45", precision="Deux heures d’attente")
    )
    page = unescape(answer.content.decode())
    assert answer.status_code == 400
    assert "Votre structure ne suit pas cette personne" in page and "Deux heures d’attente" in page
    assert 'name="personne" value=""' in page, "sent again, it is noted without a name"
    assert client.get(f"{NOTE}?personne={andrei.pk}").status_code == 404


def test_a_card_says_for_whom(client, aidant, andrei):
    client.post(NOTE, posted_fields(carte=andrei.card))
    assert Act.objects.get().person == andrei


def test_offline_page_names_nobody(client, aidant, library, andrei):
    note(aidant, library, person=andrei)
    assert "M. Andrei" in client.get(NOTE).content.decode()
    offline_page = client.get(f"{NOTE}?garder=1&personne={andrei.pk}").content.decode()
    assert "M. Andrei" not in offline_page
    assert "data-garde" in offline_page


# -------------------------------------------------------------------------------------------------- from a device


def sent(library, **more) -> dict[str, object]:
    defaults = posted_fields(
        structure=library.pk, minutes=15, quand=datetime.now(UTC).isoformat(), personne="", carte=""
    )
    return {**defaults, **more}


def send(client, *rows):
    return client.post(SEND, json.dumps({"actes": rows}), content_type="application/json")


def test_what_waited_on_a_device_is_acknowledged_once_each(client, aidant, library, andrei):
    rows = [sent(library), sent(library, personne=andrei.pk), sent(library, carte=andrei.card)]
    for _ in range(2):
        got = send(client, *rows).json()
        assert set(got["recues"]) == {row["uid"] for row in rows}
        assert got["refusees"] == got["a_regulariser"] == []
    assert Act.objects.count() == 3
    assert Act.objects.filter(person=andrei).count() == 2


def test_what_is_noted_here_is_at_the_only_place_of_the_structure_with_network_or_without(
    client, aidant, library
):
    lieu = library.lieux.get()
    client.post(NOTE, posted_fields(carte=""))
    send(client, sent(library), sent(library, ou="home"))
    assert list(Act.objects.order_by("pk").values_list("lieu__name", flat=True)) == [
        lieu.name,
        lieu.name,
        None,
    ]


def test_a_device_hears_what_is_outside_a_mandate_and_what_stays_on_it(client, aidant, library, andrei):
    outside, nobody = sent(library, nature="place", personne=andrei.pk), sent(library, nature="place")
    unknown, unfollowed_person = sent(library, carte="ZZZZ-ZZZZ"), sent(library, personne=987654)
    broken = sent(library, minutes="beaucoup")
    got = send(client, outside, nobody, unknown, unfollowed_person, broken).json()
    assert got["recues"] == got["a_regulariser"] == [outside["uid"]]
    reasons = {each["uid"]: each["motif"] for each in got["refusees"]}
    assert "personne n’est nommé" in reasons[nobody["uid"]]
    assert "Aucune carte n’a ce code" in reasons[unknown["uid"]]
    assert "ne suit plus cette personne" in reasons[unfollowed_person["uid"]]
    assert "n’est pas lisible" in reasons[broken["uid"]]


def test_a_character_that_a_device_cut_in_two_keeps_no_act_from_being_noted(client, aidant, library):
    """An emoji cut at the 120th letter leaves half of it, which no database takes; so is a zero byte."""
    cut, zero = sent(library, organisme="CAF \ud83d"), sent(library, precision="a\0b")
    assert send(client, cut, zero).json()["recues"] == [cut["uid"], zero["uid"]]
    assert Act.objects.get(uid=cut["uid"]).operator == "CAF"


def test_a_device_sends_several_themes_and_one_that_is_unknown_stays_on_it(client, aidant, library):
    sent = {
        **posted_fields(demarche="email"),
        "aussi": ["courrier-lu"],
        "quand": AT.isoformat(),
        "structure": library.pk,
    }
    unknown = {**sent, "uid": str(uuid4()), "aussi": ["crochet"]}
    answer = client.post(SEND, json.dumps({"actes": [sent, unknown]}), content_type="application/json").json()
    assert (answer["recues"], len(answer["refusees"])) == ([sent["uid"]], 1)
    assert Act.objects.get().subjects == ["courrier-lu", "email"], "a procedure first: mandates name those"


def test_the_clock_of_a_device_ahead_of_time_is_brought_back(client, aidant, library):
    send(client, sent(library, quand=(datetime.now(UTC) + timedelta(hours=20)).isoformat()))
    assert Act.objects.get().done_at <= timezone.now()


@pytest.mark.parametrize("body", ["{}", "[", json.dumps({"actes": [1] * 101})])
def test_what_is_no_sending_is_refused(client, aidant, body):
    answer = client.post(SEND, body, content_type="application/json")
    assert answer.status_code == 400
    assert "Rechargez la page" in answer.json()["erreur"]


def test_device_reads_whose_account_is_open(client, aidant):
    device_state = client.get("/espace/actes/etat/").json()
    assert device_state["compte"] == aidant.pk
    assert device_state["jeton"]


def test_the_script_names_files_that_exist(client, aidant):
    script = client.get("/espace/actes/hors-ligne.js")
    contents = json.loads(
        script.content.decode().split("\n", 1)[0].removeprefix("const CONTENUS = ").rstrip(";")
    )
    from django.contrib.staticfiles.finders import find

    assert contents["page"] == NOTE
    assert all(find(name.removeprefix(contents["statique"])) for name in contents["fichiers"])


# --------------------------------------------------------------------------------------------------------- the list


def test_the_list_shows_struck_acts_with_their_trace(client, aidant, library):
    current_act, struck = note(aidant, library), note(aidant, library, minutes=10)
    client.post(f"/espace/actes/{struck.pk}/geste/", {"geste": "rayer"})
    page = client.get("/espace/actes/").content.decode()
    assert "1 acte gardé" in page
    assert "20 min, 1 annulé" in page
    assert "Annulé par vous" in page
    client.post(f"/espace/actes/{struck.pk}/geste/", {"geste": "remettre"})
    assert "2 actes gardés" in client.get("/espace/actes/").content.decode()
    trace = client.get(f"/espace/actes/{struck.pk}/").content.decode()
    assert all(words in trace for words in ("l’a noté", "l’a annulé", "l’a remis"))
    assert current_act.revisions.count() == 1


def words(response) -> str:
    return unescape(" ".join(response.content.decode().split()))


def test_several_acts_are_struck_and_put_back_at_once(client, aidant, library):
    rows = [note(aidant, library), note(aidant, library, minutes=10)]
    address = "/espace/actes/plusieurs/"
    sent = {"cochee": [row.pk for row in rows], "retour": "nature=together&etat=struck"}
    page = client.post(address, sent | {"geste": "rayer"}, follow=True)
    page_text = words(page)
    assert page.redirect_chain[-1][0] == "/espace/actes/?nature=together&etat=struck"
    assert "Annulés : 2 actes" in page_text and page_text.count("Annulé par vous") == 2
    rows[0].refresh_from_db()
    actes_actions.restore(rows[0], by=aidant, at=timezone.now())
    page_text = words(client.post(address, sent | {"geste": "remettre"}, follow=True))
    assert (
        "Comptés de nouveau : 1 acte" in page_text
        and "Sans changement, 1 acte : Cet acte n’est pas annulé" in page_text
    )
    page_text = words(client.post(address, {"geste": "regulariser", "cochee": rows[0].pk}, follow=True))
    assert "déjà en règle" in page_text
    assert "aucune ligne n’était cochée" in words(client.post(address, {"geste": "rayer"}, follow=True))
    assert client.post(address, {"geste": "x"}).status_code == 404
    stranger = account(
        "ailleurs", "aidant", structure=place("b", {"nom": "B", "pivot": "21380185500015"}).structure
    )
    client.force_login(stranger)
    client.post(address, {"geste": "rayer", "cochee": rows[0].pk})
    assert Act.objects.get(pk=rows[0].pk).struck_at is None


@pytest.mark.parametrize(
    ("query", "n"),
    [({"etat": "counted"}, 2), ({"etat": "struck"}, 1), ({"etat": "to_sign"}, 0), ({"fin": "waiting"}, 1)],
)
def test_the_list_is_filtered_by_what_became_of_acts(client, aidant, library, query, n):
    note(aidant, library, end="waiting")
    note(aidant, library)
    actes_actions.strike(note(aidant, library), by=aidant, at=timezone.now())
    page = client.get("/espace/actes/", query)
    assert page.context["page"].paginator.count == n
    assert ("Aucun acte ainsi" in page.content.decode()) is (n == 0)


def test_filters_are_folded_until_one_is_used(client, aidant):
    """Huit champs passaient avant le premier acte, au téléphone."""
    for query, is_open in (("", False), ("?nature=place", True)):
        page = client.get(f"/espace/actes/{query}").content.decode()
        assert bool(re.search(r'<details class="[^"]*plie-etroit[^"]*" open', page)) == is_open


def test_an_empty_list_says_how_to_begin(client, aidant):
    assert "Aucun acte ici" in client.get("/espace/actes/").content.decode()


def test_corrected_act_is_saved_and_confirmed(client, aidant, library):
    act = note(aidant, library)
    typed = {"nature": "shown", "demarche": "impots", "minutes": "25", "ou": "home", "fin": "partly"}
    assert client.post(f"/espace/actes/{act.pk}/", typed).status_code == 302
    page = client.get(f"/espace/actes/{act.pk}/").content.decode()
    assert "<del>20</del> → <ins>25</ins>" in page
    assert client.post(f"/espace/actes/{act.pk}/", typed).status_code == 400


def test_a_colleague_reads_an_act_and_does_not_change_it(client, aidant, library):
    act = note(aidant, library)
    client.force_login(account("collegue", "aidant", structure=library))
    page = client.get(f"/espace/actes/{act.pk}/").content.decode()
    assert "Corriger" not in page
    client.post(f"/espace/actes/{act.pk}/geste/", {"geste": "rayer"})
    assert Act.objects.get().struck_at is None


def test_an_emergency_is_regularised_from_its_page(client, aidant, library, andrei):
    act = note(aidant, library, kind="place", urgent=True, procedure="prime-activite")
    assert "Mandat à signer" in client.get("/espace/actes/").content.decode()
    signed(andrei, library, "prime-activite")
    client.post(f"/espace/actes/{act.pk}/geste/", {"geste": "regulariser", "carte": andrei.card})
    act.refresh_from_db()
    assert (act.person, act.lacks_mandate) == (andrei, False)


def test_who_may_not_sign_for_a_colleague_reads_who_does(client, aidant, library, andrei):
    act = note(aidant, library, kind="place", person=andrei, urgent=True)
    client.force_login(account("collegue", "aidant", structure=library))
    page = words(client.get(f"/espace/actes/{act.pk}/"))
    assert "Le mandat est signé" not in page and "Leïla le dit ici" in page
    client.force_login(aidant)
    assert "Le mandat est signé" in words(client.get(f"/espace/actes/{act.pk}/"))


def test_an_act_of_somebody_erased_names_nobody_and_waits_for_nobody(client, aidant, library, andrei):
    act = note(aidant, library, kind="place", person=andrei, urgent=True)
    assert [each.pk for each in lists.to_regularise(aidant)] == [act.pk]
    forgetting.forget(andrei, by=aidant, at=timezone.now())
    assert not lists.to_regularise(aidant).exists()
    card = Act.objects.get().person.card
    for address in (f"/espace/actes/{act.pk}/", "/espace/actes/", f"{NOTE}?comme={act.pk}"):
        page = client.get(address).content.decode()
        assert card not in page and f"/espace/personnes/{andrei.pk}/" not in page, address


def test_the_table_names_nobody_and_holds_no_precision(client, aidant, library, andrei):
    note(aidant, library, person=andrei, precision="Avec son fils")
    text = client.get("/espace/actes/actes.csv").content.decode()
    assert "impots" in text
    assert "Andrei" not in text
    assert "son fils" not in text
