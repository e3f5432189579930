"""The pages of the referral: sending, receiving, answering by a link, the printed card, the measures."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Lieu, Proposal
from maillage.apps.people.actes.actions import acts as acts
from maillage.apps.people.actes.models import Act
from maillage.apps.people.persons import queries as persons
from maillage.apps.people.persons.actions import consents
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.apps.platform.messages.rules import states
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.actions import answers, deadlines, drafts, sending
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import (
    activities,
    delays,
    measures,
    structure_measures,
    timeline,
)
from maillage.apps.referrals.orientations.queries import detail as referral_detail
from maillage.apps.referrals.orientations.queries import people as queries_people
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference import offer
from maillage.words import opening
from tests.conftest import account, with_role
from tests.support.acts import draft
from tests.support.cards import decide, open_page
from tests.support.places import place
from tests.support.referrals import prepare

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("leaves")]
DAY = timedelta(days=1)
MAIL = {"courriels": ["accueil@bibliotheque.example"]}
VERSION_FIELD = re.compile(r'name="vu" value="([^"]*)"')
HELPS = {"practices": {"assistance": {"state": "offered"}}}


def tuesday() -> date:
    """Return a Tuesday to come, when the places of these tests are open."""
    today = timezone.localdate()
    return today + timedelta(days=15 - today.weekday())


@pytest.fixture
def ccas() -> Lieu:
    return place("ccas", {"nom": "CCAS", "pivot": "21380185500015", "telephone": ["+33476112233"], **HELPS})


@pytest.fixture
def library() -> Lieu:
    return place("bibliotheque", {**MAIL, **HELPS, "capacite": 6})


@pytest.fixture
def aidant(library) -> User:
    return account("leila", "aidant", structure=library.structure)


@pytest.fixture
def stranger() -> User:
    return account(
        "loin", "aidant", structure=place("loin", {"nom": "Loin", "code_insee": "59350"}).structure
    )


@pytest.fixture
def person(worker, ccas) -> Person:
    return people.welcome(
        by=worker, structure=ccas.structure, at=timezone.now(), nickname="Aurélie", born=1994,
        reach="phone", reach_value="06 39 98 12 34",
    )  # fmt: skip


def sent(worker, ccas, lieu, person=None, days=0, channel="email", **more) -> Orientation:
    at = timezone.now() - days * DAY
    if person is not None and more.get("shared"):
        consents.agree(person=person, purpose="share", structure=lieu.structure, how="read", by=worker, at=at)
    row = prepare(
        structure=ccas.structure,
        person=person,
        lieu=lieu,
        **{"need": "assistance", "procedure": "argent", "procedure_words": "prime d’activité", **more},
        by=worker,
        at=at,
    )
    return sending.send(row, by=worker, at=at, channel=channel)


@pytest.fixture
def orientation(worker, ccas, library, person) -> Orientation:
    return sent(worker, ccas, library, person, days=8, shared=["nickname", "procedure"])


def text(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def untold(page: str) -> str:
    """Return a page without what is drawn at random: any four figures may be in a link, or in a form's key."""
    return re.sub(r"[0-9a-f]{32}|[0-9A-Za-z]{64}", "", page)


def answer(client, row, **posted):
    return client.post(reverse("orientation_answer", args=[row.pk]), posted, follow=True)


def state(row) -> str:
    row.refresh_from_db()
    return row.state


# -------------------------------------------------------------------------------------------------- receiving


def test_the_list_says_who_waits_and_since_when(client, aidant, orientation):
    client.force_login(aidant)
    page = text(client.get("/espace/orientations/"))
    assert "1 personne vous attend" in page
    assert "Aurélie" in page
    assert "Prime d’activité" in page
    assert "8 jours" in page
    assert "6 libres sur 6" in page


def test_the_list_shows_only_what_the_person_shares(client, aidant, worker, ccas, library, person):
    sent(worker, ccas, library, person, shared=["language"])
    client.force_login(aidant)
    page = text(client.get("/espace/orientations/"))
    assert "Une personne" in page
    assert "Aurélie" not in page
    assert "1994" not in untold(page)
    assert "prime d’activité" not in page.lower()


@pytest.mark.both_databases
@pytest.mark.parametrize("shared", [["nickname"], ["nickname", "procedure"]])
def test_the_search_finds_a_procedure_for_whoever_reads_it(
    client, aidant, worker, ccas, library, person, shared
):
    """Text that was not shared with the place could be found again there, one word after another."""
    row = sent(worker, ccas, library, person, shared=shared, procedure="logement", procedure_words="")

    def finds(user, typed) -> bool:
        client.force_login(user)
        page = text(client.get("/espace/chercher/", {"q": typed, "quoi": "orientations"}))
        return reverse("orientation", args=[row.pk]) in page

    assert finds(worker, "logement")
    assert finds(worker, "logement barnave")
    assert finds(aidant, "barnave")
    assert finds(aidant, "logement") is ("procedure" in shared)
    Orientation.objects.update(agreed_with=ccas.structure_id)  # hidden: another structure runs the place
    assert not finds(aidant, "logement")


@pytest.mark.both_databases
def test_the_search_says_the_day_it_was_in_france(client, worker, ccas, library):
    row = sent(worker, ccas, library)
    midnight = datetime(2026, 3, 10, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))
    Orientation.objects.update(sent_at=midnight, prepared_at=midnight)
    client.force_login(worker)
    page = text(client.get("/espace/chercher/", {"q": "barnave", "quoi": "orientations"}))
    assert reverse("orientation", args=[row.pk]) in page
    assert "10 mars 2026" in page


@pytest.mark.both_databases
def test_opening_a_referral_is_recorded_and_displays_what_is_shared(client, aidant, orientation):
    client.force_login(aidant)
    Orientation.objects.filter(pk=orientation.pk).update(answer_by=timezone.localdate() - 3 * DAY)
    page = text(client.get(f"/espace/orientations/{orientation.pk}/"))
    assert state(orientation) == "seen"
    assert "Orientation de CCAS, Sofia" in page
    assert "04 76 11 22 33" in page
    assert "besoin, toujours dit ; elle a choisi : prénom, démarche. Rien d’autre." in page
    assert "La réponse est attendue depuis 3 jours." in page
    assert not Entry.objects.filter(
        verb="person.seen", by=aidant.pk
    ).exists()  # the sheet stays closed to them
    lines = [trace.words for trace in queries_people.traces(orientation.person)]
    assert "a lu l’orientation" in lines
    assert "a ouvert la fiche" not in lines


def test_an_example_is_marked_on_the_list_and_on_its_page(client, aidant, worker, ccas, library):
    row = sent(worker, ccas, library, example=True)
    client.force_login(aidant)
    assert "Personnes inventées" in text(client.get("/espace/orientations/"))
    assert "Personne inventée" in text(client.get(f"/espace/orientations/{row.pk}/"))


def test_accepting_names_who_receives_a_message(client, aidant, orientation):
    client.force_login(aidant)
    page = text(answer(client, orientation, geste="accept"))
    assert state(orientation) == "accepted"
    assert "C’est oui." in page
    assert "Sofia reçoit un e-mail." in page
    listed = text(client.get("/espace/orientations/"))
    assert "rien à répondre" in listed and "ne vous attend" not in listed, "they wait for a date"


def test_only_messages_that_leave_are_named(client, worker, ccas, library, person):
    """The sender is notified of what was done; the person, who was there, receives nothing, and the page
    does not say so.
    """
    consents.agree(person=person, purpose="write", how="read", by=worker, at=timezone.now())
    row = sent(worker, ccas, library, person, shared=["nickname"])
    opened(client, row)
    yes = text(client.post(link(row), {"geste": "accept"}, follow=True))
    assert "Sofia reçoit un e-mail. Aurélie reçoit un SMS." in yes
    done = {"geste": "servir", "fait": ["assistance"], "issue": "reached"}
    page = text(client.post(link(row), done, follow=True))
    assert "Sofia reçoit un e-mail." in page
    assert "Aurélie reçoit" not in page


@pytest.mark.parametrize("channel", ["phone", "card"])
def test_what_a_place_says_by_voice_is_to_be_noted(client, worker, ccas, library, channel):
    row = sent(worker, ccas, library, channel=channel)
    client.force_login(worker)
    page = text(client.get(reverse("orientation_sent", args=[row.pk])))
    assert "Notez ce que le lieu vous dit" in page
    assert f"/espace/orientations/{row.pk}/?cote=envoi#repondre" in page
    assert "Vous saurez la suite" not in page


@pytest.mark.parametrize(("note", "sections"), [("", "prénom"), ("Parle peu", "prénom, un mot")])
def test_a_place_reads_names_of_written_fields_only(
    client, aidant, worker, ccas, library, person, note, sections
):
    """« disponibilités, votre mot », where neither was on the page."""
    shared = ["nickname", "availability", "note"]
    row = sent(worker, ccas, library, person, shared=shared, note=note)
    for user, side in ((aidant, "reception"), (worker, "envoi")):
        client.force_login(user)
        page = text(client.get(f"/espace/orientations/{row.pk}/?cote={side}"))
        assert f"besoin, toujours dit ; elle a choisi : {sections}. Rien d’autre." in page


def test_who_holds_the_next_step_is_the_same_everywhere(client, worker, ccas, library, person):
    row = sent(worker, ccas, library, person, channel="phone")
    client.force_login(worker)
    page = text(client.get(reverse("orientation_sent", args=[row.pk])))
    assert "Responsable maintenant : vous, CCAS." in page
    assert "vous revient" not in page, "it is already theirs"
    assert "C’est à vous." in text(client.get(f"/espace/orientations/{row.pk}/?cote=envoi"))
    open_page(client, person)
    assert "Maintenant, c’est à : <strong>CCAS</strong>" in text(client.get("/ma-carte/suivi/"))


@pytest.mark.both_databases
def test_a_card_tells_two_steps_apart_by_what_they_are_for(client, worker, ccas, library, person):
    day = timezone.localdate() + 7 * DAY
    sent(worker, ccas, library, person, procedure="sante", procedure_words="carte Vitale", urgent_before=day)
    sent(worker, ccas, library, person, procedure="logement", procedure_words="")
    open_page(client, person)
    page = text(client.get("/ma-carte/suivi/"))
    headings = [each.partition("</h2>")[0] for each in page.split("<h2 ")[1:3]]
    assert "Logement" in headings[0]
    assert (
        "carte Vitale" in headings[1]
        and f"avant le {opening.date_text(day)}".replace("\u00a0", " ") in headings[1]
    )


def test_a_card_offers_to_give_up_only_what_may_be(client, aidant, person, orientation):
    open_page(client, person)
    assert "Je ne veux plus y aller" in text(client.get("/ma-carte/suivi/"))
    answers.refuse(orientation, by=aidant, at=timezone.now(), reason="not_for")
    assert "Je ne veux plus y aller" not in text(client.get("/ma-carte/suivi/"))
    page = text(
        decide(client, f"/ma-carte/etapes/{orientation.pk}/annuler/", follow=True)
    )  # a page opened before
    error_text = page.partition('class="message error"')[2].partition("</div>")[0]
    assert (
        "Ce n’est pas annulé. Ce lieu ne peut pas. Revenez voir la personne qui vous aide : on cherche un "
        "autre lieu." in error_text
    )
    assert "pas notre public" not in page and "Ce que vous avez écrit" not in page
    assert state(orientation) == "refused"


def test_the_sentence_for_the_door_is_on_the_card_and_in_the_message(client, worker, ccas, library, person):
    consents.agree(person=person, purpose="write", how="read", by=worker, at=timezone.now())
    row = sent(worker, ccas, library, person)
    answers.appoint(row, by=None, token=access.link_of(row), at=timezone.now(), when=timezone.now() + 3 * DAY)
    client.force_login(worker)
    sentence = "Je viens de la part de CCAS."
    assert f"« {sentence} »" in text(client.get(reverse("orientation_card", args=[row.pk])))
    assert sentence in Message.objects.filter(channel="sms").latest("pk").text


def test_a_date_is_set_and_the_person_receives_a_message_if_they_agreed(
    client, aidant, worker, person, orientation
):
    consents.agree(person=person, purpose="write", how="read", by=worker, at=timezone.now())
    client.force_login(aidant)
    day = tuesday()
    page = text(answer(client, orientation, geste="date", jour=day.isoformat(), heure="14:00"))
    assert state(orientation) == "appointed"
    assert "à 14 h" in page
    assert "Aurélie reçoit un SMS." in page
    later = (day + DAY).isoformat()
    answer(client, orientation, geste="date", jour=later, heure="09:30")
    orientation.refresh_from_db()
    assert timezone.localtime(orientation.appointment_at).strftime("%H:%M") == "09:30"
    assert not [each for each in queries_people.traces(orientation.person) if not each.author], (
        "« Vous, ou Maillage, a donné un rendez-vous »"
    )


@pytest.mark.parametrize(
    ("posted", "reason"),
    [
        ({"jour": "", "heure": "14:00"}, "Il manque le jour"),
        ({"jour": "2026-02-30", "heure": "14:00"}, "Cette date n’existe pas"),
        ({"jour": "2027-03-28", "heure": "02:30"}, "on change d’heure"),
        ({"jour": "2020-01-01", "heure": "14:00"}, "déjà passé"),
    ],
)
def test_a_date_that_is_none_changes_nothing_and_says_why(client, aidant, orientation, posted, reason):
    client.force_login(aidant)
    response = answer(client, orientation, geste="date", **posted)
    assert response.status_code == 400
    assert reason in text(response)
    assert state(orientation) in ("sent", "seen")


@pytest.mark.parametrize(
    ("posted", "why"), [(("mardi", "03:00"), "C’est tôt ou tard"), (("lundi", "10:00"), "le lieu est fermé")]
)
def test_an_appointment_that_looks_like_a_slip_is_confirmed_once(
    client, aidant, library, orientation, posted, why
):
    """In the night, or on a day when the sheet says closed: whoever means it says so."""
    Lieu.objects.filter(pk=library.pk).update(
        sheet=library.sheet | {"horaires": {"osm": "Tu-Sa 09:00-18:00"}}
    )
    client.force_login(aidant)
    day = tuesday() - timedelta(days=posted[0] == "lundi")
    form_data = {"geste": "date", "jour": day.isoformat(), "heure": posted[1]}
    response = answer(client, orientation, **form_data)
    assert response.status_code == 400
    assert why in text(response) and "Oui, c’est bien ce jour et cette heure" in text(response)
    assert state(orientation) in ("sent", "seen")
    answer(client, orientation, **form_data, voulu="on")
    assert state(orientation) == "appointed"


@pytest.mark.both_databases
@pytest.mark.parametrize("channel", ["email", "phone"])
def test_an_appointment_after_the_date_of_the_person_is_confirmed(client, worker, ccas, library, channel):
    """By the link of the place as by whoever sends and notes what it says by telephone."""
    row = sent(worker, ccas, library, channel=channel, urgent_before=tuesday() - 2 * DAY)
    form_data = {"geste": "date", "jour": tuesday().isoformat(), "heure": "10:00"}
    if channel == "phone":
        client.force_login(worker)
    else:
        opened(client, row)
    address = reverse("orientation_answer", args=[row.pk]) if channel == "phone" else link(row)
    response = client.post(address, form_data)
    assert response.status_code == 400
    assert "C’est après la date" in text(response) and "Oui, c’est bien ce jour et cette heure" in text(
        response
    )
    client.post(address, form_data | {"voulu": "on"})
    assert state(row) == "appointed"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("field", "posted"),
    [("heure", {"jour": "2027-03-28", "heure": "02:30"}), ("jour", {"jour": "2027-03-29", "heure": "10:00"})],
)
def test_a_date_to_look_at_again_is_marked_on_its_field(client, aidant, library, orientation, field, posted):
    """An hour that the clock skips, a day when the place is closed: as any other error of a form."""
    Lieu.objects.filter(pk=library.pk).update(
        sheet=library.sheet | {"horaires": {"osm": "Tu-Su 00:00-18:00"}}
    )
    client.force_login(aidant)
    page = text(answer(client, orientation, geste="date", **posted))
    marked = page.partition('<div class="champ en-erreur">')[2].partition("</div>")[0]
    assert f'id="date_{field}_error"' in marked and "<svg" in marked
    assert f'name="{field}"' in marked and 'aria-invalid="true"' in marked
    assert f'aria-describedby="date_{field}_error"' in marked
    assert "Il manque quelque chose" not in page


def test_an_hour_that_comes_twice_is_the_first(client, aidant, orientation):
    from maillage.apps.referrals.orientations.forms.answers import DateForm

    form = DateForm({"jour": "2026-10-25", "heure": "02:30"})
    assert form.is_valid()
    assert form.when().utcoffset() == timedelta(hours=2)


def test_a_refusal_needs_its_reason_and_keeps_what_was_typed(client, aidant, orientation):
    client.force_login(aidant)
    response = answer(client, orientation, geste="refuser", mots="Nous fermons")
    assert response.status_code == 400
    assert "Il manque la raison" in text(response)
    assert "Nous fermons" in text(response)
    assert state(orientation) in ("sent", "seen")
    answer(client, orientation, geste="refuser", raison="not_offered")
    assert state(orientation) == "refused"


def test_refusing_for_want_of_room_stops_new_referrals(client, aidant, worker, ccas, library, orientation):
    client.force_login(aidant)
    page = text(answer(client, orientation, geste="refuser", raison="full", complet="on"))
    assert "plus personne ne vous est envoyé" in page
    library.refresh_from_db()
    assert library.full_since is not None
    with pytest.raises(sending.NoRoom):
        sent(worker, ccas, library)


@pytest.mark.both_databases
def test_another_place_is_proposed_among_neighbours(client, aidant, orientation):
    near = place("voisin", {"nom": "Voisin", "latitude": 45.1926, "longitude": 5.7288, **HELPS})
    client.force_login(aidant)
    page = text(client.get(f"/espace/orientations/{orientation.pk}/?faire=ailleurs"))
    assert "Voisin" in page
    answer(client, orientation, geste="ailleurs", lieu=near.slug)
    orientation.refresh_from_db()
    assert (orientation.state, orientation.proposed) == ("redirected", near)


def test_an_absence_takes_one_gesture_and_may_be_undone(client, aidant, orientation):
    answers.appoint(
        orientation, by=aidant, at=timezone.now() - 3 * DAY, when=timezone.now() - timedelta(hours=1)
    )
    client.force_login(aidant)
    answer(client, orientation, geste="absent", suite="liste")
    assert state(orientation) == "absent"
    page = text(client.get(f"/espace/orientations/{orientation.pk}/"))
    assert "Présence, finalement" in page
    answer(client, orientation, geste="came")
    assert state(orientation) == "came"


def test_an_absence_is_not_noted_before_the_hour(client, aidant, orientation):
    answers.appoint(orientation, by=aidant, at=timezone.now() - DAY, when=timezone.now() + timedelta(hours=1))
    client.force_login(aidant)
    response = answer(client, orientation, geste="absent")
    assert response.status_code == 400
    assert "n’est pas encore passé" in text(response)


@pytest.mark.both_databases
def test_attendance_is_offered_only_from_the_hour_on(client, aidant, orientation):
    answers.appoint(
        orientation, by=aidant, at=timezone.now() - DAY, when=timezone.now() + timedelta(minutes=30)
    )
    client.force_login(aidant)
    for address in ("/espace/orientations/", f"/espace/orientations/{orientation.pk}/"):
        page = text(client.get(address))
        assert "Changer la date" in page
        assert 'value="came"' not in page and 'value="absent"' not in page
    Orientation.objects.update(appointment_at=timezone.now())
    for address in ("/espace/orientations/", f"/espace/orientations/{orientation.pk}/"):
        page = text(client.get(address))
        assert 'value="came"' in page and 'value="absent"' in page


@pytest.mark.both_databases
def test_what_was_done_is_noted_with_its_outcome(client, aidant, orientation):
    client.force_login(aidant)
    wrong = answer(client, orientation, geste="servir", fait=["assistance"], minutes="beaucoup")
    assert wrong.status_code == 400
    assert "Ce temps n’est pas un nombre" in text(wrong)
    right = {"fait": ["assistance"], "issue": "reached", "niveau": "partiellement_autonome", "minutes": "40"}
    answer(client, orientation, geste="servir", **right, mots="mot de passe retrouvé.")
    orientation.refresh_from_db()
    assert (orientation.state, orientation.outcome, orientation.minutes) == ("served", "reached", 40)
    page = text(client.get(f"/espace/orientations/{orientation.pk}/"))
    assert "40 minutes" in page
    assert "retrouvé." in page and "retrouvé.." not in page


def test_an_outcome_becomes_an_act_in_one_gesture_and_is_declared_once(client, aidant, library, orientation):
    client.force_login(aidant)
    page, address = f"/espace/orientations/{orientation.pk}/", f"/espace/orientations/{orientation.pk}/acte/"
    client.post(address)
    assert not Act.objects.exists(), "nothing was done yet"
    answer(client, orientation, geste="servir", fait=["assistance"], issue="reached", minutes="40")
    assert re.findall(r'name="minutes"\s+value="(\d+)"', text(client.get(page))) == ["40"]
    for _ in range(2):
        client.post(address, {"minutes": "40"})
    act = Act.objects.get()
    assert (act.minutes, act.end, act.person, act.structure) == (40, "done", None, library.structure), (
        "the place does not follow them: their sheet stays closed to it"
    )
    assert f'href="/espace/actes/{act.pk}/"' in text(client.get(page))
    on = timezone.localdate()
    (declared,) = activities.activities(None, on, on)
    assert (declared[1]["id"], declared[1]["duree"]) == (str(act.uid), "40")
    assert [total.n for total in activities.totals(None, on, on, by_theme=True)] == [1]
    acts.strike(act, by=aidant, at=timezone.now())
    assert [row["id"] for _, row in activities.activities(None, on, on)] == [f"orientation-{orientation.pk}"]


def test_an_outcome_without_minutes_asks_for_them_in_the_same_gesture(client, aidant, orientation):
    client.force_login(aidant)
    answer(client, orientation, geste="servir", fait=["formation"], issue="partial")
    page = text(client.get(f"/espace/orientations/{orientation.pk}/"))
    assert re.findall(r'name="minutes"\s+value="(\d+)"', page) == ["15", "30", "45", "60"]
    client.post(f"/espace/orientations/{orientation.pk}/acte/", {"minutes": "30"})
    assert Act.objects.values_list("minutes", "end").get() == (30, "partly")


def test_an_act_leads_to_a_referral_for_the_same_person_and_need(client, worker, ccas, library, person):
    client.force_login(worker)
    act = acts.note(
        draft(procedure="rsa", done_at=timezone.now()),
        by=worker,
        structure=ccas.structure,
        person=person,
        at=timezone.now(),
    )
    (address,) = re.findall(
        r'href="([^"]*nouvelle/\?acte=[^"]*)"', text(client.get(f"/espace/actes/{act.pk}/"))
    )
    form = client.get(address).context["form"]
    typed = {name: form[name].value() for name in ("pour", "besoin", "demarche", "precision")}
    assert typed == {"pour": str(person.pk), "besoin": "assistance", "demarche": "sante", "precision": "RSA"}


def version_on(page: str, name: str = "vu") -> str:
    """Return the version of a referral in the hidden field of a page."""
    (version,) = set(re.findall(rf'name="{name}" value="([^"]*)"', page))
    return version


def test_a_page_left_open_undoes_nothing_of_what_a_colleague_did(
    client, aidant, worker, library, person, orientation
):
    """The person was told of an appointment: a refusal sent from the page opened before leaves it."""
    consents.agree(person=person, purpose="write", how="read", by=worker, at=timezone.now())
    client.force_login(aidant)
    page = text(client.get(f"/espace/orientations/{orientation.pk}/"))
    stale = version_on(page[page.index('id="repondre"') :])
    other = account("karim", "aidant", structure=library.structure)
    answers.appoint(orientation, by=other, at=timezone.now(), when=timezone.now() + 5 * DAY)
    for posted in ({"raison": "full"}, {}):  # what cannot be read comes too late as well
        response = answer(client, orientation, geste="refuser", vu=stale, **posted)
        assert response.status_code == 400
        assert "Rien n’a changé : cette orientation a déjà avancé." in text(response)
        assert "Karim a donné un rendez-vous" in text(response)
        assert state(orientation) == "appointed"
    fresh = text(client.get(f"/espace/orientations/{orientation.pk}/"))
    answer(
        client,
        orientation,
        geste="refuser",
        raison="full",
        vu=version_on(fresh[fresh.index('id="repondre"') :]),
    )
    assert state(orientation) == "refused"


def test_a_link_page_left_open_undoes_nothing(client, orientation, aidant):
    stale = version_on(opened(client, orientation))
    answers.accept(orientation, by=aidant, at=timezone.now())
    response = client.post(link(orientation), {"geste": "refuser", "raison": "full", "vu": stale})
    assert response.status_code == 400
    assert "Leila a accepté de recevoir la personne" in text(response)
    assert state(orientation) == "accepted"


@pytest.mark.both_databases
def test_several_leave_the_rows_that_moved_since(client, aidant, worker, ccas, library):
    rows = [sent(worker, ccas, library) for _ in range(2)]
    client.force_login(aidant)
    page = text(client.get("/espace/orientations/?plusieurs=1"))
    posted = {f"vu-{row.pk}": version_on(page, f"vu-{row.pk}") for row in rows}
    answers.accept(rows[1], by=account("karim", "aidant", structure=library.structure), at=timezone.now())
    posted |= {
        "geste": "date",
        "jour": tuesday().isoformat(),
        "heure": "10:00",
        "cochee": [row.pk for row in rows],
    }
    page = text(client.post("/espace/orientations/plusieurs/", posted, follow=True))
    assert [state(row) for row in rows] == ["appointed", "accepted"]
    assert f"n° {rows[1].pk} : Karim a accepté de recevoir la personne" in page


def test_following_from_a_page_left_open_changes_nothing(client, worker, aidant, orientation):
    client.force_login(worker)
    page = text(client.get(f"/espace/orientations/{orientation.pk}/"))
    stale = version_on(page[page.index('id="suite"') :])
    answers.accept(orientation, by=aidant, at=timezone.now())
    for verb in ("cancel", "remind"):
        form_data = {"geste": verb, "vu": stale}
        page = text(client.post(reverse("orientation_follow", args=[orientation.pk]), form_data, follow=True))
        assert "cette orientation a déjà avancé. Leila a accepté" in page
    assert state(orientation) == "accepted"


def test_cancelling_says_that_the_person_receives_a_message(client, worker, aidant, person, orientation):
    consents.agree(person=person, purpose="write", how="read", by=worker, at=timezone.now())
    answers.appoint(orientation, by=aidant, at=timezone.now(), when=timezone.now() + 5 * DAY)
    client.force_login(worker)
    page = text(
        client.post(reverse("orientation_follow", args=[orientation.pk]), {"geste": "cancel"}, follow=True)
    )
    assert "Le lieu est prévenu que personne ne vient." in page
    assert "La personne reçoit un SMS." in page


def test_a_gesture_that_is_none_does_not_exist(client, aidant, orientation):
    client.force_login(aidant)
    assert answer(client, orientation, geste="effacer-tout").status_code == 404


def test_several_are_accepted_at_once_and_those_that_cannot_say_why(client, aidant, worker, ccas, library):
    rows = [sent(worker, ccas, library) for _ in range(3)]
    answers.refuse(rows[2], by=aidant, at=timezone.now(), reason="not_for")
    client.force_login(aidant)
    chosen = {"geste": "accept", "cochee": [row.pk for row in rows]}
    page = text(client.post("/espace/orientations/plusieurs/", chosen, follow=True))
    assert [state(row) for row in rows] == ["accepted", "accepted", "refused"]
    assert "2 personnes" in page
    assert f"n° {rows[2].pk}" in page


@pytest.mark.both_databases
def test_several_are_dated_but_those_to_look_at_again(client, aidant, worker, ccas, library):
    """A date that is too late for one is given to the others: each says what became of it."""
    fine, doubtful = (
        sent(worker, ccas, library),
        sent(worker, ccas, library, urgent_before=tuesday() - 2 * DAY),
    )
    client.force_login(aidant)
    posted = {
        "geste": "date",
        "jour": tuesday().isoformat(),
        "heure": "10:00",
        "cochee": [fine.pk, doubtful.pk],
    }
    page = text(client.post("/espace/orientations/plusieurs/", posted, follow=True))
    assert (state(fine), state(doubtful)) == ("appointed", "sent")
    assert "Même rendez-vous donné : 1 personne." in page
    assert "Rien n’a changé" not in page
    assert f"Sans changement : n° {doubtful.pk} : C’est après la date" in page
    assert "ou cochez « Oui, c’est bien ce jour et cette heure »" in page
    client.post("/espace/orientations/plusieurs/", posted | {"voulu": "on", "cochee": [doubtful.pk]})
    assert state(doubtful) == "appointed"


def test_a_date_that_several_cannot_read_is_one_error(client, aidant, worker, ccas, library):
    rows = [sent(worker, ccas, library) for _ in range(2)]
    client.force_login(aidant)
    posted = {"geste": "date", "jour": "", "heure": "10:00", "cochee": [row.pk for row in rows]}
    page = text(client.post("/espace/orientations/plusieurs/", posted, follow=True))
    assert page.count("Il manque le jour") == 1
    assert all(f"n° {row.pk}" in page for row in rows)


def test_several_answers_name_who_receives_a_message_and_how_to_go_back(
    client, aidant, worker, ccas, library, person
):
    consents.agree(person=person, purpose="write", how="read", by=worker, at=timezone.now())
    rows = [sent(worker, ccas, library, person), sent(worker, ccas, library)]
    client.force_login(aidant)
    day = tuesday().isoformat()
    posted = {"geste": "date", "jour": day, "heure": "10:00", "cochee": [row.pk for row in rows]}
    page = text(client.post("/espace/orientations/plusieurs/", posted, follow=True))
    assert "1 professionnel reçoit un e-mail par personne. 1 personne concernée reçoit un message." in page
    assert "changer la date" in page


def test_several_without_any_says_so(client, aidant, library):
    client.force_login(aidant)
    page = text(client.post("/espace/orientations/plusieurs/", {"geste": "accept"}, follow=True))
    assert "aucune ligne n’était cochée" in page


def test_several_never_touches_the_row_of_another_structure(client, stranger, orientation):
    client.force_login(stranger)
    client.post("/espace/orientations/plusieurs/", {"geste": "accept", "cochee": [orientation.pk]})
    assert state(orientation) == "sent"


@pytest.mark.both_databases
def test_a_place_says_it_is_full_and_neighbours_are_proposed(client, aidant, library):
    place("voisin", {"nom": "Voisin", "latitude": 45.1926, "longitude": 5.7288, **HELPS})
    client.force_login(aidant)
    page = text(
        client.post("/espace/orientations/places/", {"lieu": library.slug, "geste": "complet"}, follow=True)
    )
    library.refresh_from_db()
    assert library.full_since is not None
    assert "On propose à la place : Voisin" in page
    assert "Signaler qu’il y a de la place" in page
    client.post("/espace/orientations/places/", {"lieu": library.slug, "geste": "place"})
    library.refresh_from_db()
    assert library.full_since is None


def test_nobody_marks_the_place_of_another_structure_full(client, aidant, ccas):
    client.force_login(aidant)
    assert (
        client.post("/espace/orientations/places/", {"lieu": ccas.slug, "geste": "complet"}).status_code
        == 404
    )


def test_the_places_of_a_week_count_its_appointments(aidant, worker, ccas, library):
    now = timezone.now()
    row = sent(worker, ccas, library)
    answers.appoint(row, by=aidant, at=now - timedelta(minutes=2), when=now + timedelta(seconds=30))
    (room,) = structure_measures.rooms(aidant, now)
    assert (room.taken, room.places, room.free) == (1, 6, 5)
    assert room.stitches == [True, False, False, False, False, False]


def test_help_open_elsewhere_is_flagged_with_consent_only(
    client, aidant, worker, ccas, library, person, orientation
):
    other = place("autre", {"nom": "Autre lieu", **HELPS})
    sent(worker, ccas, other, person, channel="phone", shared=["nickname"])
    client.force_login(aidant)
    assert "aide donnée ailleurs" not in text(client.get("/espace/orientations/"))
    consents.agree(person=person, purpose="show", how="read", by=worker, at=timezone.now())
    assert "aide donnée ailleurs" in text(client.get("/espace/orientations/"))
    assert "Autre lieu" in text(client.get(f"/espace/orientations/{orientation.pk}/"))


# -------------------------------------------------------------------------------------------------- following


@pytest.mark.both_databases
def test_whoever_receives_nothing_has_no_tab_that_leads_back(client, worker, aidant, ccas):
    for user, tabs in (
        (aidant, 1),
        (worker, 0),
        (account("denise", "benevole", structure=ccas.structure), 0),
    ):
        client.force_login(user)
        page = client.get("/espace/orientations/envoyees/").content.decode()
        assert page.count("Reçues</a>") == tabs


def test_a_finished_referral_is_found_again_from_the_lists(client, worker, aidant, orientation, person):
    client.force_login(worker)
    assert "Retrouver une orientation" not in text(client.get("/espace/orientations/envoyees/"))
    row = answers.serve(orientation, by=aidant, at=timezone.now(), did=["assistance"], outcome="reached")
    sending.close(row, by=worker, at=timezone.now())
    for user, address in ((worker, "/espace/orientations/envoyees/"), (aidant, "/espace/orientations/")):
        client.force_login(user)
        page = text(client.get(f"{address}?section=over"))
        (form,) = re.findall(r'<form class="recherche" action="([^"]+)" method="get".*?</form>', page)
        search_page = client.get(form, {"q": "barnave", "quoi": "orientations"}).content.decode()
        assert f'href="/espace/orientations/{row.pk}/"' in search_page
    assert 'name="quoi" value="orientations"' in page


def test_a_territory_chooses_the_delay_of_its_own_places(client, worker):
    lead = User.objects.create_user("coordination@exemple.fr", "x", is_demonstration=True)
    with_role(lead, "coordination", territory="38")
    client.force_login(lead)
    assert client.get("/espace/orientations/mesures/").context["answer_delays"][0][2] == cycle.ANSWER_DAYS
    for territory, status in (("38", 302), ("69", 404)):
        answer = client.post("/espace/orientations/delai/", {"territoire": territory, "jours": "3"})
        assert answer.status_code == status
    assert delays.by_territory() == {"38": 3}
    client.force_login(worker)
    assert client.post("/espace/orientations/delai/", {"territoire": "38", "jours": "9"}).status_code == 404


def test_asking_again_says_that_the_place_receives_a_message(client, worker, orientation):
    client.force_login(worker)
    page = text(
        client.post(reverse("orientation_follow", args=[orientation.pk]), {"geste": "remind"}, follow=True)
    )
    assert "Le lieu reçoit un e-mail." in page


def test_a_referral_is_stopped_and_one_refused_leads_to_another_place(client, worker, aidant, orientation):
    answers.refuse(orientation, by=aidant, at=timezone.now(), reason="full")
    client.force_login(worker)
    page = text(client.get(f"/espace/orientations/{orientation.pk}/"))
    assert "Chercher un autre lieu" in page
    again = text(client.get(f"/espace/orientations/nouvelle/?suite={orientation.pk}"))
    assert "Cette étape s’ajoute au même parcours" in again
    client.post(reverse("orientation_follow", args=[orientation.pk]), {"geste": "unsolved"})
    assert state(orientation) == "unsolved"


@pytest.fixture
def far_away() -> Lieu:
    return place("echirolles", {"nom": "Échirolles", "latitude": 45.1456, "longitude": 5.7186, **HELPS})


@pytest.mark.both_databases
def test_a_place_proposed_instead_is_one_gesture_away(client, worker, aidant, person, orientation, far_away):
    answers.redirect(orientation, by=aidant, at=timezone.now(), lieu=far_away)
    client.force_login(worker)
    page = text(client.get(f"/espace/orientations/{orientation.pk}/"))
    assert "Orienter vers ce lieu" in page
    address = reverse("orientation_proposed", args=[orientation.pk])
    assert address in page
    page = client.post(address, follow=True)
    assert Orientation.objects.count() == 1 and far_away.name in text(page)
    posted = {"demande": page.context["need_query"], "lieu": far_away.slug, "geste": "envoyer"}
    client.post(SHARING, posted | {"accord": "read", "canal": "card"})
    step = Orientation.objects.exclude(pk=orientation.pk).get()
    assert (step.state, step.lieu, step.person, step.path) == ("sent", far_away, person, orientation.path)
    assert (step.need, step.procedure, step.procedure_words) == ("assistance", "argent", "prime d’activité")
    assert (step.shared, state(orientation)) == ([], "closed")
    assert client.post(address, follow=True).redirect_chain[-1][0] == f"/espace/orientations/{step.pk}/"


def test_only_a_place_that_was_proposed_is_followed(client, worker, stranger, aidant, orientation, far_away):
    client.force_login(worker)
    response = client.post(reverse("orientation_proposed", args=[orientation.pk]))
    assert response.url == f"/espace/orientations/nouvelle/?suite={orientation.pk}"
    answers.redirect(orientation, by=aidant, at=timezone.now(), lieu=far_away)
    client.force_login(stranger)
    assert client.post(reverse("orientation_proposed", args=[orientation.pk])).status_code == 404
    assert Orientation.objects.count() == 1


def test_a_place_proposed_instead_comes_first_however_far(
    client, worker, library, aidant, orientation, far_away
):
    answers.redirect(orientation, by=aidant, at=timezone.now(), lieu=far_away)
    client.force_login(worker)
    page = text(client.get(f"/espace/orientations/nouvelle/?suite={orientation.pk}"))
    first = page.partition('id="lieu-1"')[2].partition("</li>")[0]
    assert "/signaler/" in page.partition('id="lieu-1"')[2], "a wrong sheet is told from where it is read"
    assert far_away.name in first
    assert "Proposé par Bibliothèque Barnave" in first
    assert page.count(f'<h3><a href="{reverse("lieu", args=[far_away.slug])}"') == 1


def test_whoever_sends_is_not_proposed_to_themselves(client, aidant, orientation, ccas):
    near = place("voisin", {"nom": "Voisin", "latitude": 45.1926, "longitude": 5.7288, **HELPS})
    client.force_login(aidant)
    page = text(client.get(f"/espace/orientations/{orientation.pk}/?faire=ailleurs"))
    proposed = page.partition('id="ailleurs"')[2].partition("</details>")[0]
    assert f'value="{near.slug}"' in proposed
    assert f'value="{ccas.slug}"' not in proposed
    assert answer(client, orientation, geste="ailleurs", lieu=ccas.slug).status_code == 400


def test_the_sender_may_not_answer_for_the_place(client, worker, orientation):
    client.force_login(worker)
    response = client.post(reverse("orientation_answer", args=[orientation.pk]), {"geste": "accept"})
    assert response.status_code == 404
    assert state(orientation) == "sent"


# ---------------------------------------------------------------------------------------------------- sending


def need(**more) -> dict[str, str]:
    return {
        "besoin": "assistance",
        "ou": "Grenoble",
        "marche": "0",
        "langue": "fr",
        "geste": "chercher",
        **more,
    }


@pytest.mark.both_databases
def test_the_need_is_prefilled_by_the_person(client, worker, person):
    people.correct(person, {"language": "ro"}, by=worker, at=timezone.now())
    client.force_login(worker)
    page = client.get(f"/espace/orientations/nouvelle/?personne={person.pk}")
    form = page.context["form"]
    assert (form["pour"].value(), form["langue"].value(), form["ou"].value()) == (
        str(person.pk),
        "ro",
        "Grenoble",
    )


def test_a_person_out_of_the_menu_is_looked_for_or_welcomed_and_the_referral_goes_on(client, worker, person):
    """FP-17 : la liste courte ne tenait que les dernières vues ; les autres se cherchaient ailleurs."""
    client.force_login(worker)
    page = client.get("/espace/orientations/nouvelle/").content.decode()
    assert 'name="geste" value="toutes"' in page
    assert 'name="geste" value="nouvelle"' in page
    search_page = client.get(
        "/espace/personnes/", {"vers": "orienter", "q": person.nickname}
    ).content.decode()
    assert f'href="/espace/orientations/nouvelle/?personne={person.pk}&amp;repris=oui"' in search_page
    assert '<input type="hidden" name="vers" value="orienter">' in search_page
    answer = client.post("/espace/personnes/nouvelle/?vers=orienter", {"langue": "fr", "joindre": "none"})
    newcomer = Person.objects.latest("pk")
    assert newcomer.pk != person.pk
    assert answer.url == f"/espace/orientations/nouvelle/?personne={newcomer.pk}&repris=oui"
    ordinary = client.get("/espace/personnes/").content.decode()
    assert f'href="/espace/personnes/{person.pk}/"' in ordinary


@pytest.mark.parametrize("gesture", ["nouvelle", "toutes"])
def test_what_was_typed_of_a_need_waits_while_its_person_is_found(client, worker, person, gesture):
    client.force_login(worker)
    new, urgent = "/espace/orientations/nouvelle/", timezone.localdate() + timedelta(days=7)
    typed = need(
        geste=gesture, avant=urgent.isoformat(), precision="Prime d’activité", jours=["1", "3"], marche="60"
    )
    redirect = client.post(new, typed)
    assert "Prime" not in redirect.url
    assert "assistance" not in redirect.url
    if gesture == "nouvelle":
        back = client.post(redirect.url, {"langue": "ro", "joindre": "none"}).url
    else:
        page = client.get(redirect.url).content.decode()
        back = f"{new}?personne={person.pk}&repris=oui"
        assert back.replace("&", "&amp;") in page
    page = client.get(back)
    form = page.context["form"]
    assert form["besoin"].value() == "assistance"
    assert form["avant"].value() == urgent.isoformat()
    assert form["precision"].value() == "Prime d’activité"
    assert (form["ou"].value(), form["marche"].value()) == ("Grenoble", "60")
    assert form["jours"].value() == ["1", "3"]
    assert form["pour"].value()
    if gesture == "nouvelle":
        assert form["langue"].value() == "ro"
    assert client.get(f"{new}?personne={person.pk}").context["form"]["precision"].value() in (None, "")


def test_a_need_half_typed_comes_back_without_a_reproach_to_its_account_alone(client, worker, person):
    client.force_login(worker)
    new = "/espace/orientations/nouvelle/"
    redirect = client.post(
        new, need(geste="nouvelle", besoin="", ou="", precision="Retraite", resultat="autonomie")
    )
    assert redirect.status_code == 302
    page = client.get(f"{new}?personne={person.pk}&repris=oui")
    assert page.status_code == 200
    assert page.context["form"]["precision"].value() == "Retraite"
    assert "Il manque" not in page.content.decode()
    session = client.session
    session["besoin"] = {**session["besoin"], "at": (timezone.now() - timedelta(minutes=61)).isoformat()}
    session.save()
    late = client.get(f"{new}?personne={person.pk}&repris=oui")
    assert late.context["form"]["precision"].value() in (None, "")


def test_the_places_that_suit_say_why_and_those_that_do_not_too(client, worker, library):
    place("complet", {"nom": "Lieu complet", **HELPS}, full_since=timezone.localdate())
    client.force_login(worker)
    page = text(client.post("/espace/orientations/nouvelle/", need(), follow=True))
    assert "Bibliothèque Barnave" in page
    assert "points sur" in page
    assert "Pourquoi pas les autres" in page
    assert "Lieu complet" in page
    assert "Nous ne savons pas si ces lieux ont de la place" in page


def test_places_are_compared_side_by_side_the_first_ones_or_those_ticked(client, worker, library):
    near = [
        place(
            f"voisin-{n}", {"nom": f"Voisin {n}", "latitude": 45.19 + n / 1000, "longitude": 5.728, **HELPS}
        )
        for n in range(3)
    ]
    client.force_login(worker)
    page = client.post("/espace/orientations/nouvelle/", need(), follow=True)
    compared = page.context["compared"]
    assert (len(compared.places), compared.is_chosen) == (3, False)
    assert compared.rows[0][0] == "Ce qu’on y trouve" and all(compared.rows[0][1])
    after_list = page.content.decode().rpartition('name="comparer"')[2]
    assert "Comparer les lieux cochés" in after_list, "within reach once places are ticked"
    ticked = [near[2].slug, library.slug]
    compared = client.post("/espace/orientations/nouvelle/", need(comparer=ticked), follow=True).context[
        "compared"
    ]
    assert {each.match.lieu.slug for each in compared.places} == set(ticked) and compared.is_chosen


@pytest.mark.parametrize(
    ("typed", "spot", "first"),
    [("La Capelle", "La Capelle, Aisne", ""), ("la rochelle", "", "La Rochelle, Charente-Maritime")],
)
def test_a_commune_typed_with_its_article_is_found_or_chosen_among_its_namesakes(
    client, aidant, typed, spot, first
):
    """« La Capelle » répondait 400 : des communes de ce nom existent."""
    client.force_login(aidant)
    response = client.post("/espace/orientations/nouvelle/", need(ou=typed), follow=True)
    assert response.status_code == 200
    context = response.context
    assert (context["spot"].label if "spot" in context else "") == spot
    assert [each.label for each in context.get("choices", ())][:1] == ([first] if first else [])
    relative = client.get("/aider-un-proche/trouver/", {"ou": typed, "besoin": "assistance"})
    assert relative.status_code == 200 and "Nous ne connaissons pas" not in text(relative)


def test_needs_open_on_what_people_are_sent_for(client, worker):
    """They opened on wifi; help with a procedure was the twelfth."""
    client.force_login(worker)
    form = client.get("/espace/orientations/nouvelle/").context["form"]
    groups = [[need_id for need_id, _ in group] for _, group in list(form["besoin"].field.choices)[1:]]
    assert [group[0] for group in groups[:2]] == ["assistance", "formation"]
    assert {need_id for group in groups for need_id in group} == set(offer.practices())


def test_a_need_half_filled_says_what_is_missing(client, worker):
    client.force_login(worker)
    response = client.post("/espace/orientations/nouvelle/", need(besoin="", ou=""), follow=True)
    assert response.status_code == 400
    assert "Il manque ce qui est cherché" in text(response)
    assert "Il manque où chercher" in text(response)
    past = client.post("/espace/orientations/nouvelle/", need(avant="2020-01-01"), follow=True)
    assert "est déjà passé" in text(past)
    nowhere = client.post("/espace/orientations/nouvelle/", need(ou="Zzzzqqqq"), follow=True)
    assert "Cet endroit n’est pas connu" in text(nowhere)


SHARING = "/espace/orientations/nouvelle/partage/"


def chosen(client, lieu, **more):
    """Choose a place for a need: the page of what it will read."""
    return client.post(SHARING, need(lieu=lieu.slug, **more), follow=True)


def leave(client, lieu, shares, *, follow=False, **more):
    """Send a person to a place, from the page of what it will read."""
    query = urlencode(need(**more), doseq=True)
    posted = {"demande": query, "lieu": lieu.slug, "geste": "envoyer", **shares}
    response = client.post(SHARING, posted, follow=follow)
    return client.get(response.url) if "saisie=" in getattr(response, "url", "") else response


def test_a_posted_page_of_a_referral_is_rendered_by_a_get(client, worker, library, person):
    """Back asked to send the form again, after a choice as after a refusal."""
    client.force_login(worker)
    new = "/espace/orientations/nouvelle/"
    query = urlencode(need(pour=person.pk), doseq=True)
    choice = {"demande": query, "lieu": library.slug}
    cases = [(new, need()), (new, need(besoin="")), (new, choice), (SHARING, choice)]
    for address, fields in [*cases, (SHARING, {**choice, "geste": "envoyer", "mot": "Parle peu"})]:
        response = client.post(address, fields)
        assert (response.status_code, response.url.partition("?")[0]) == (302, address)
        assert "assistance" not in response.url and "Grenoble" not in response.url
        pages = [client.get(response.url) for _ in range(2)]  # Back reads it again
        page = text(pages[0])
        assert [each.context["form"].data for each in pages] == 2 * [pages[0].context["form"].data]
    assert "Parle peu" in page and "Une réponse manque" in page
    assert not Orientation.objects.exists(), "reading sends nothing"
    leave(client, library, {"accord": "read", "canal": "card"}, pour=person.pk)
    blank = client.get(response.url, follow=True)
    assert "Cette orientation est partie" in text(blank) and "Parle peu" not in text(blank)


def test_what_is_typed_of_a_referral_is_for_its_account_during_an_hour(client, worker, library):
    client.force_login(worker)
    address = client.post(SHARING, need(lieu=library.slug)).url
    assert client.get(address).status_code == 200
    session = client.session
    (number,) = session["saisies"]
    pages = session["saisies"]
    for change in ({"account": 0}, {"at": (timezone.now() - timedelta(minutes=61)).isoformat()}):
        session["saisies"] = {number: {**pages[number], **change}}
        session.save()
        assert client.get(address).url == "/espace/orientations/nouvelle/"


def test_from_a_need_to_the_card_with_the_persons_agreement(client, worker, library, person):
    client.force_login(worker)
    typed = {"pour": person.pk, "demarche": "argent", "precision": "prime d’activité"}
    page = text(chosen(client, library, **typed))
    assert not Orientation.objects.exists(), "six places compared left seven drafts"
    assert "Est-ce que je donne à ce lieu ce que vous voyez ici" in page
    assert "accueil@bibliotheque.example" in page
    shares = {
        "partage": ["nickname", "procedure", "note"],
        "mot": "Parle peu",
        "accord": "read",
        "canal": "email",
    }
    assert "C’est parti" in text(leave(client, library, shares, follow=True, **typed))
    row = Orientation.objects.get()
    assert (row.person, row.procedure, row.procedure_words) == (person, "argent", "prime d’activité")
    assert (row.state, row.channel, row.shared) == ("sent", "email", ["nickname", "procedure", "note"])
    assert persons.agreed(person, "share", library.structure_id)
    assert Message.objects.filter(to="accueil@bibliotheque.example").exists()
    card = text(client.get(f"/espace/orientations/{row.pk}/carte/"))
    assert person.card in card
    assert "1 place Grenette" in card
    assert "04 76 00 11 22" in card
    assert "Aurélie" not in card


def test_nothing_is_ticked_for_a_person_who_chooses_what_is_shared(client, worker, library, person):
    """Trois cases déjà cochées sous « Cochez avec Yvette », puis « Rien d’autre : elle a choisi »."""
    client.force_login(worker)
    named = chosen(client, library, pour=person.pk)
    assert not any(line.ticked for line in named.context["form"].lines)
    unticked = {"partage": ["nickname"], "mot": "Parle peu", "accord": "read", "canal": "card"}
    response = leave(client, library, unticked, pour=person.pk)
    assert response.status_code == 400 and "Ce mot n’est pas coché" in text(response), "never lost in silence"
    unnamed = chosen(client, library, demarche="logement")
    assert any(line.ticked for line in unnamed.context["form"].lines), "nobody is named there"


def test_the_place_that_was_called_is_the_one_that_accepted(client, worker, ccas, library, person):
    """« Léa Vidal a accepté de recevoir la personne », quand c’est le CCAS qui a dit oui au téléphone."""
    row = sent(worker, ccas, library, person, channel="phone", shared=["nickname"])
    answers.accept(row, by=worker, at=timezone.now())
    line = timeline.timeline(row, cycle.SENDER)[-1]
    assert line.sentence == f"{row.lieu_name} (noté par {worker.name}) a accepté de recevoir la personne."
    assert timeline.timeline(row, cycle.PERSON)[-1].author == row.lieu_name


@pytest.mark.both_databases
def test_no_real_place_hears_of_somebody_who_was_invented(client, worker, ccas, library, person):
    Person.objects.update(example=True)
    client.force_login(worker)
    leave(
        client,
        library,
        {"partage": ["nickname"], "accord": "read", "canal": "email"},
        pour=person.pk,
    )
    row = Orientation.objects.get()
    assert (row.state, row.channel, row.example, row.path.example) == ("sent", "email", True, True)
    assert not Message.objects.filter(to="accueil@bibliotheque.example").exists()
    today = timezone.localdate()
    assert measures.measures(None, today, today).n == 0
    assert measures.measures(None, today, today, examples=True).n == 1


def test_without_the_answer_of_the_person_nothing_leaves(client, worker, library, person):
    client.force_login(worker)
    response = leave(client, library, {"partage": ["nickname"], "canal": "email"}, pour=person.pk)
    assert response.status_code == 400
    assert "Il manque sa réponse" in text(response)
    assert not Orientation.objects.exists()


def test_a_person_who_says_no_is_still_oriented_by_their_card(client, worker, library, person):
    client.force_login(worker)
    shares = {"partage": ["nickname", "reach"], "accord": "non", "canal": "email"}
    leave(client, library, shares, pour=person.pk)
    row = Orientation.objects.get()
    assert (row.state, row.shared, row.channel) == ("sent", [], "card")
    assert not persons.agreed(person, "share", library.structure_id)
    assert not Message.objects.filter(to="accueil@bibliotheque.example").exists()


@pytest.mark.both_databases
def test_a_no_takes_back_what_was_shared_with_the_same_structure(client, worker, ccas, library, person):
    first = sent(worker, ccas, library, person, shared=["nickname", "reach", "note"], note="Parle peu")
    assert "Parle peu" in opened(client, first)
    client.force_login(worker)
    shares = {"partage": ["nickname"], "accord": "non", "canal": "email"}
    leave(client, library, shares, pour=person.pk, demarche="logement")
    client.logout()
    page = opened(client, first)
    assert not any(detail in page for detail in ("Aurélie", "39 98 12 34", "+33639981234", "Parle peu"))
    assert Orientation.objects.filter(shared=[], note="").count() == 2


def test_a_draft_whose_place_was_merged_asks_about_the_structure_that_would_read(
    client, worker, ccas, library, person
):
    draft = drafts.Draft(structure=ccas.structure, person=person, lieu=library, need="assistance")
    row = drafts.prepare(draft, by=worker, at=timezone.now())
    merged_place = place("mediatheque", {"nom": "Médiathèque", "pivot": "26380185400013", **MAIL, **HELPS})
    Lieu.objects.filter(pk=library.pk).update(state="merged", merged_into=merged_place)
    client.force_login(worker)
    url = f"/espace/orientations/{row.pk}/envoyer/"
    page = text(client.get(url))
    assert "Comme Médiathèque le verra" in page
    shares = {"vu": version_on(page), "partage": ["nickname"], "accord": "read", "canal": "email"}
    assert leave(client, merged_place, shares, pour=person.pk, brouillon=row.pk).status_code == 302
    row.refresh_from_db()
    assert state(row) == "sent" and (row.lieu, row.to_structure) == (merged_place, merged_place.structure)


@pytest.mark.both_databases
def test_a_page_left_open_does_not_take_back_a_later_yes(client, worker, ccas, library, person):
    """The former yes, taken back, erased what the person shares by the one they gave since."""
    row = sent(worker, ccas, library, person, shared=["nickname", "note"], note="Parle peu")
    former = persons.Consent.objects.get(purpose="share")
    again = {"structure": library.structure, "how": "read", "by": worker, "at": timezone.now()}
    consents.agree(person=person, purpose="share", **again)
    client.force_login(worker)
    page = client.post(f"/espace/personnes/{person.pk}/accord/", {"retirer": former.pk}, follow=True)
    assert "Rien n’a été fait" in text(page)
    row.refresh_from_db()
    assert (row.shared, row.note) == (["nickname", "note"], "Parle peu")
    current_consent = persons.Consent.objects.get(purpose="share", withdrawn_at=None)
    client.post(f"/espace/personnes/{person.pk}/accord/", {"retirer": current_consent.pk})
    row.refresh_from_db()
    assert (row.shared, row.note) == ([], "")


def test_a_yes_is_for_the_place_that_was_read_and_no_other(client, worker, ccas, library, person):
    """A page left open noted it for another structure: the one that took the place over since."""
    client.force_login(worker)
    version = VERSION_FIELD.search(text(chosen(client, library, pour=person.pk)))[1]
    elsewhere = place("autre", {"nom": "Autre lieu", "pivot": "26380185400013", **HELPS})
    Lieu.objects.filter(pk=library.pk).update(structure=elsewhere.structure)
    posted = {"partage": ["nickname", "note"], "mot": "Parle peu", "accord": "read", "canal": "card"}
    response = leave(client, library, posted | {"vu": version}, pour=person.pk)
    page = text(response)
    assert response.status_code == 400
    assert "a changé de structure depuis que cette page est ouverte" in page
    assert "Il manque sa réponse" in page
    assert "Parle peu" in page
    assert not Orientation.objects.exists()
    assert not persons.agreed(person, "share", elsewhere.structure_id)
    again = posted | {"vu": VERSION_FIELD.search(page)[1]}
    assert leave(client, library, again, pour=person.pk).status_code == 302
    assert persons.agreed(person, "share", elsewhere.structure_id)


def test_somebody_without_name_is_oriented_too(client, worker, library):
    client.force_login(worker)
    leave(client, library, {"partage": ["procedure"], "canal": "phone"})
    row = Orientation.objects.get()
    assert (row.state, row.person, row.channel) == ("sent", None, "phone")
    page = text(client.get(f"/espace/orientations/{row.pk}/parti/"))
    assert "Vous appelez le lieu" in page
    assert "Vous avez orienté <bdi>Une personne sans nom</bdi> vers" in page


def test_a_referral_to_ones_own_place_says_so(client, worker, library):
    """Un aidant à qui son propre lieu était proposé s’écrivait à lui-même, et rien ne le disait."""
    client.force_login(worker)
    leave(client, library, {"partage": ["procedure"], "canal": "phone"})
    row = Orientation.objects.get()
    Orientation.objects.update(channel="space", to_structure=row.from_structure)
    assert "Ce lieu est le vôtre" in text(client.get(f"/espace/orientations/{row.pk}/parti/"))


@pytest.mark.both_databases
def test_place_without_mail_is_sent_its_link_at_the_address_it_gives(client, worker, person):
    """No field took the address that a colleague gives on the telephone."""
    quiet = place("mairie", {"nom": "Mairie", **HELPS})
    client.force_login(worker)
    assert "L’adresse e-mail que le lieu vous donne" in text(chosen(client, quiet, pour=person.pk))
    shares = {"partage": ["nickname"], "accord": "read", "canal": "email"}

    def leave_it(**more):
        return text(leave(client, quiet, shares | more, pour=person.pk, follow=True))

    assert "Il manque l’adresse du lieu" in leave_it()
    assert "Cette adresse n’est pas complète" in leave_it(adresse="nadia@")
    page = leave_it(adresse="nadia@mairie.example")
    assert "Il part à nadia@mairie.example" in page
    row = Orientation.objects.get()
    assert (row.state, row.channel, row.place_mail) == ("sent", "email", "nadia@mairie.example")
    invitation, *reminders = Message.objects.order_by("pk")
    assert {each.to for each in (invitation, *reminders)} == {"nadia@mairie.example"}
    assert "/orientation/" in invitation.text
    written = {"state": states.SENT, "sent_at": timezone.now(), "provider": "files"}
    Message.objects.filter(pk=invitation.pk).update(**written)
    page = text(client.get(f"/espace/orientations/{row.pk}/parti/"))
    assert "aucun e-mail ne lui est parti" in page and "Il part à" not in page
    proposal = Proposal.objects.get(lieu=quiet)
    assert (proposal.field, proposal.value, proposal.by) == ("courriels", [row.place_mail], "Sofia")
    answers.ask_again(row, at=timezone.now())
    assert Message.objects.latest("pk").to == "nadia@mairie.example"
    deadlines.forget(row, at=timezone.now())
    row.refresh_from_db()
    assert row.place_mail == "", "the colleague’s address is no more needed"


def test_address_typed_for_a_place_that_has_one_is_not_used(client, worker, library, person):
    client.force_login(worker)
    assert "que le lieu vous donne" not in text(chosen(client, library, pour=person.pk))
    shares = {"accord": "read", "canal": "email", "adresse": "autre@exemple.fr"}
    leave(client, library, shares, pour=person.pk)
    assert Orientation.objects.get().place_mail == ""
    assert Message.objects.first().to == "accueil@bibliotheque.example"


def test_sent_page_proposes_the_secret_by_which_the_person_follows(client, worker, orientation):
    """It said that the code of the card was enough, which shows nothing without a secret."""
    client.force_login(worker)
    address = f"/espace/orientations/{orientation.pk}/parti/"
    way = f"/espace/personnes/{orientation.person_id}/secret/?orientation={orientation.pk}"
    page = text(client.get(address))
    assert "Sa carte n’a pas de secret" in page and f'href="{way}"' in page
    code = orientation.person.code
    opened = open_card(Client(), code)
    assert orientation.lieu_name not in opened, "whoever finds the card"
    assert client.post(way, {"secret": "cerises"})["Location"] == address
    page = text(client.get(address))
    assert "Avec le code de sa carte et son secret" in page and way not in page
    assert orientation.lieu_name not in open_card(Client(), code)
    assert orientation.lieu_name in open_card(Client(), code, "cerises")
    card = text(client.get(f"/espace/orientations/{orientation.pk}/carte/"))
    assert "Avec mon secret, il dit où en est mon aide" in card and "cerises" not in card


def open_card(client, code: str, secret: str = "") -> str:
    """Return the page that a card opens on another computer."""
    sending = re.search(r'name="envoi" value="([^"]+)"', client.get("/ma-carte/").content.decode())
    client.post("/ma-carte/", {"code": code, "secret": secret, "envoi": sending[1] if sending else ""})
    return text(client.get("/ma-carte/"))


def test_a_double_click_sends_once(client, worker, library):
    client.force_login(worker)
    assert len({leave(client, library, {"canal": "card"}).url for _ in range(2)}) == 1
    assert Orientation.objects.get().events.filter(verb="send").count() == 1


def test_a_place_full_since_proposes_its_neighbours(client, worker, library):
    near = place("voisin", {"nom": "Voisin", "latitude": 45.1926, "longitude": 5.7288, **HELPS})
    client.force_login(worker)
    sheets.say_full(library, True, by="x", at=timezone.now())
    response = leave(client, library, {"canal": "card"})
    assert response.status_code == 400
    assert "Voisin" in text(response)
    assert not Orientation.objects.exists()
    leave(client, near, {"canal": "card"})
    row = Orientation.objects.get()
    assert (row.lieu, row.state) == (near, "sent")


def test_what_did_not_leave_leaves_nothing_behind(client, worker, library, person):
    """Neither the agreement nor what was chosen to share: nothing was sent."""
    client.force_login(worker)
    sheets.say_full(library, True, by="x", at=timezone.now())
    posted = {
        "partage": ["nickname", "note"],
        "mot": "Parle peu",
        "accord": "read",
        "ecrire": "oui",
        "canal": "card",
    }
    response = leave(client, library, posted, pour=person.pk)
    assert response.status_code == 400
    assert "Parle peu" in text(response)
    assert not Orientation.objects.exists()
    assert not persons.agreed(person, "share", library.structure_id)
    assert not persons.agreed(person, "write")


def test_what_was_typed_goes_to_the_neighbour_that_is_chosen_instead(client, worker, library):
    near = place("voisin", {"nom": "Voisin", "latitude": 45.1926, "longitude": 5.7288, **HELPS})
    client.force_login(worker)
    sheets.say_full(library, True, by="x", at=timezone.now())
    typed = {"partage": ["note"], "mot": "Parle peu", "jours": "mardi", "canal": "card"}
    page = leave(client, library, typed).content.decode()
    neighbours = page.partition("Près de là")[0].rpartition("<form")[2]
    hidden_fields = dict(
        re.findall(r'type="hidden"\s+name="(mot|jours|demande)"\s+value="([^"]*)"', neighbours)
    )
    assert (hidden_fields["mot"], hidden_fields["jours"]) == ("Parle peu", "mardi")
    hidden_fields["demande"] = unescape(hidden_fields["demande"])
    form = client.post(SHARING, {"lieu": near.slug, **hidden_fields}, follow=True).context["form"]
    assert (form.row.lieu, form["mot"].value(), form["jours"].value()) == (near, "Parle peu", "mardi")


@pytest.mark.both_databases
def test_no_place_suits_is_one_need_that_is_counted(client, worker, person):
    client.force_login(worker)
    urls = {
        client.post("/espace/orientations/nouvelle/", need(geste="aucun", pour=person.pk)).url
        for _ in range(2)
    }
    assert len(urls) == Orientation.objects.count() == 1
    row = Orientation.objects.get()
    assert (row.state, row.commune, row.events.filter(verb="unsolved").count()) == ("unsolved", "38185", 1)
    assert "aucun lieu ne convient" in text(client.get(urls.pop()))


def test_a_deadline_in_years_is_refused_as_a_slip(client, worker, library):
    client.force_login(worker)
    last = timezone.localdate() + 730 * DAY
    for day in (date.max, last + DAY):
        response = chosen(client, library, avant=day.isoformat())
        assert response.status_code == 400
        # By the hour, the form or the draft refuses it: Polynesia may still be on the day before.
        assert "est dans plus de deux ans." in text(response)
        assert "Corrigez la date, ou laissez-la vide." in text(response)
        assert not Orientation.objects.exists()
    assert chosen(client, library, avant=last.isoformat()).status_code == 200


@pytest.mark.both_databases
def test_a_draft_left_by_an_earlier_version_is_taken_up_again(client, worker, ccas, library):
    other = place("autre", {"nom": "Autre lieu", **HELPS})
    draft = drafts.Draft(structure=ccas.structure, lieu=library, need="assistance")
    row = drafts.prepare(draft, by=worker, at=timezone.now())
    client.force_login(worker)
    assert "Reprendre" in text(client.get("/espace/orientations/envoyees/"))
    assert library.name in text(client.get(f"/espace/orientations/{row.pk}/envoyer/"))
    leave(client, other, {"canal": "card"}, brouillon=row.pk)
    row.refresh_from_db()
    assert (Orientation.objects.count(), row.lieu, row.state) == (1, other, "sent")


@pytest.mark.both_databases
def test_a_draft_of_one_person_is_never_sent_for_another(client, worker, ccas, library, person):
    """Choosing another person on a draft made it go on for the first, with what is shared of them."""
    draft = drafts.Draft(structure=ccas.structure, person=person, lieu=library, need="assistance")
    first = drafts.prepare(draft, by=worker, at=timezone.now())
    client.force_login(worker)
    client.post("/espace/personnes/nouvelle/", {"langue": "fr", "joindre": "none"})
    another = Person.objects.latest("pk")
    for whom in (another, None):
        answer = leave(
            client,
            library,
            {"canal": "card", "accord": "read"},
            brouillon=first.pk,
            pour=whom.pk if whom else "",
        )
        row = Orientation.objects.latest("pk")
        assert (row.person, row.path == first.path) == (whom, False)
        assert answer.url.endswith(f"/{row.pk}/parti/")
    first.refresh_from_db()
    assert (first.person, first.lieu) == (person, library)


def test_a_step_chosen_for_somebody_else_is_another_path(client, worker, ccas, library, person, orientation):
    """« Sans nom » went on for the person of the step before; another person could not be chosen."""
    zoe = people.welcome(by=worker, structure=ccas.structure, at=timezone.now(), nickname="Zoé")
    client.force_login(worker)
    for whom in (None, zoe, person):
        shares, pk = {"canal": "card", "accord": "read"}, whom.pk if whom else ""
        other = place(f"autre-{pk}", {"nom": "Autre lieu", **HELPS})
        assert leave(client, other, shares, suite=orientation.pk, pour=pk).status_code == 302
        row = Orientation.objects.latest("pk")
        assert (row.person, row.path == orientation.path) == (whom, whom == person)


@pytest.mark.both_databases
def test_a_draft_says_where_and_in_whose_name_it_was_last_chosen(client, worker, ccas, library):
    """A need without solution was counted in the commune first typed, and sent in the name first chosen."""
    own = place("maison", {"nom": "Maison des habitants", **HELPS}).structure
    with_role(worker, "prescripteur", structure=own)
    client.force_login(worker)
    draft = drafts.Draft(structure=ccas.structure, lieu=library, need="assistance")
    first = drafts.prepare(draft, by=worker, at=timezone.now())
    moved = {"brouillon": first.pk, "ou": "Échirolles", "geste": "aucun"}
    client.post("/espace/orientations/nouvelle/", need(au_nom=ccas.structure_id, **moved))
    first.refresh_from_db()
    assert (first.state, first.commune) == ("unsolved", "38151")
    second = drafts.prepare(draft, by=worker, at=timezone.now())
    leave(client, library, {"canal": "card"}, au_nom=own.pk, brouillon=second.pk)
    assert Orientation.objects.latest("pk").from_structure == own


@pytest.mark.both_databases
def test_nobody_is_sent_in_the_name_of_a_structure_that_does_not_follow_them(
    client, worker, ccas, library, person
):
    """An account of two structures prepared it in the name of the other, whose colleagues read it; it never left."""
    other = place("annexe", {"nom": "Annexe", **HELPS}).structure
    with_role(worker, "prescripteur", structure=other)
    client.force_login(worker)
    page = chosen(client, library, pour=person.pk, au_nom=other.pk)
    assert page.status_code == 400
    assert "Cette structure ne suit pas cette personne" in text(page)
    assert not Orientation.objects.exists()
    page = client.get(f"/espace/orientations/nouvelle/?personne={person.pk}")
    assert page.context["form"]["au_nom"].value() == str(ccas.structure_id)
    assert chosen(client, library, pour=person.pk, au_nom=ccas.structure_id).status_code == 200


def test_another_place_for_somebody_followed_no_more_says_why_not(client, worker, ccas, person, orientation):
    people.leave(person=person, structure=ccas.structure, by=worker, at=timezone.now())
    client.force_login(worker)
    page = client.get(f"/espace/orientations/nouvelle/?suite={orientation.pk}", follow=True)
    assert page.status_code == 200
    assert "Votre structure ne suit plus cette personne" in text(page)


def test_what_is_of_one_person_is_left_when_another_is_looked_for(
    client, worker, library, person, orientation
):
    """Their draft, their path and the result of their diagnosis; a need without a name keeps its own."""
    client.force_login(worker)
    values = drafts.Draft(
        structure=orientation.from_structure, person=person, lieu=library, need="assistance"
    )
    draft = drafts.prepare(values, by=worker, at=timezone.now())
    new = "/espace/orientations/nouvelle/"

    def back(**typed) -> dict[str, str | None]:
        redirect = client.post(
            new, need(geste="nouvelle", precision="Retraite", resultat="autonomie", **typed)
        )
        page = client.get(client.post(redirect.url, {"langue": "fr", "joindre": "none"}).url)
        form = page.context["form"]
        assert form["precision"].value() == "Retraite"
        assert page.context["person"] != person
        return {name: form[name].value() for name in ("resultat", "suite", "brouillon") if form[name].value()}

    assert back(pour=person.pk, brouillon=draft.pk) == {}
    assert back(pour=person.pk, suite=orientation.pk) == {}
    assert back() == {"resultat": "autonomie"}


def test_a_step_is_added_to_the_path(client, worker, library, person, orientation):
    other = place("autre", {"nom": "Autre lieu", **HELPS})
    client.force_login(worker)
    leave(client, other, {"canal": "card", "accord": "read"}, suite=orientation.pk, pour=person.pk)
    second = Orientation.objects.exclude(pk=orientation.pk).get()
    assert (second.path, second.position) == (orientation.path, 2)


def test_nobody_sends_for_the_person_of_another_structure(client, stranger, library, person):
    client.force_login(stranger)
    assert client.get(f"/espace/orientations/nouvelle/?personne={person.pk}").status_code == 404
    assert chosen(client, library, pour=person.pk).status_code == 404
    assert not Orientation.objects.exists()


def test_what_was_sent_is_not_prepared_again(client, worker, orientation):
    client.force_login(worker)
    response = client.get(f"/espace/orientations/{orientation.pk}/envoyer/")
    assert response.url == f"/espace/orientations/{orientation.pk}/"


# ------------------------------------------------------------------------------------------------ by the link


def link(row) -> str:
    return f"/orientation/{access.link_of(row)}/"


def test_a_link_reads_nothing_until_somebody_opens_it(client, orientation):
    first = text(client.get(link(orientation)))
    assert "CCAS" in first
    assert "Aurélie" not in first
    assert state(orientation) == "sent"
    opened = text(client.post(link(orientation), {"geste": "lire"}, follow=True))
    assert "Aurélie" in opened
    assert "1994" not in untold(opened)
    assert state(orientation) == "seen"


def opened(client, row) -> str:
    return text(client.post(link(row), {"geste": "lire"}, follow=True))


@pytest.mark.both_databases
def test_each_reading_by_a_link_is_noted_and_traced_to_the_place(client, worker, person, orientation):
    for _ in range(3):
        opened(client, orientation)
        client.get(link(orientation))  # the same page, shown again
    verbs = Entry.objects.filter(kind="orientations.orientation", row=orientation.pk).values_list(
        "verb", flat=True
    )
    assert [verb for verb in verbs if verb.endswith((".see", ".read"))] == [
        "orientation.see",
        *["orientation.read"] * 2,
    ]
    client.force_login(worker)
    page = text(client.get(f"/espace/personnes/{person.pk}/"))
    assert "Le lieu, par son lien (Bibliothèque Barnave) a vu l’orientation" in page
    assert page.count("Le lieu, par son lien (Bibliothèque Barnave) a lu l’orientation") == 2
    open_page(client, person)
    assert "Vous, ou Maillage (Bibliothèque" not in text(client.get("/ma-carte/vues/"))


def test_an_agreement_is_noted_by_the_house_of_whoever_notes_it(client, worker, library, person):
    client.force_login(worker)
    shares = {"partage": [], "accord": "read", "canal": "card"}
    leave(client, library, shares, pour=person.pk)
    page = text(client.get(f"/espace/personnes/{person.pk}/"))
    trace_text = "Sofia (CCAS) a noté un accord : transmettre à une structure (Bibliothèque Barnave) : oui"
    assert trace_text in page


@pytest.mark.both_databases
def test_opening_a_card_to_print_it_is_noted(client, worker, person, orientation):
    client.force_login(worker)
    for address in (f"/espace/orientations/{orientation.pk}/carte/", f"/espace/personnes/{person.pk}/carte/"):
        client.get(address)
    assert text(client.get(f"/espace/personnes/{person.pk}/")).count("Sofia (CCAS) a imprimé la carte") == 2


@pytest.mark.parametrize(
    ("posted", "state_after"),
    [
        ({"geste": "accept"}, "accepted"),
        ({"geste": "refuser", "raison": "language"}, "refused"),
        ({"geste": "came"}, "came"),
        ({"geste": "servir", "fait": ["assistance"], "issue": "partial"}, "served"),
    ],
)
def test_each_answer_of_a_link(client, orientation, posted, state_after):
    opened(client, orientation)
    client.post(link(orientation), posted)
    assert state(orientation) == state_after


@pytest.mark.both_databases
def test_every_page_words_the_need_for_professionals(client, worker, ccas, library):
    row = sent(worker, ccas, library, procedure="", procedure_words="")
    client.force_login(worker)
    sheet, sent_url = (
        f"/espace/orientations/{row.pk}/?cote=envoi",
        reverse("orientation_sent", args=[row.pk]),
    )
    for page in (
        text(client.get(sheet)),
        text(client.get(sent_url)),
        text(client.get(link(row))),
        opened(client, row),
    ):
        assert "une aide pour faire une démarche" in page
        assert "n vous aide à faire" not in page.partition("<main")[2]


@pytest.mark.both_databases
def test_a_place_that_left_the_directory_still_says_no(client, orientation):
    """« Complet » has no sheet to be written on: the answer was lost in an error."""
    Orientation.objects.update(lieu=None)
    page = opened(client, orientation)
    assert "Refuser" in page
    link = reverse("orientation_link", args=[access.link_of(orientation)])
    client.post(link, {"geste": "refuser", "raison": "full", "complet": "on"})
    assert state(orientation) == "refused"


@pytest.mark.parametrize(
    ("posted", "remaining_text"),
    [
        ({"geste": "refuser", "raison": "other", "mots": "Travaux jusqu’en mars"}, "Travaux jusqu’en mars"),
        (
            {"geste": "servir", "fait": ["assistance"], "issue": "partial", "mots": "Dossier rempli"},
            "Dossier rempli",
        ),
        ({"geste": "date", "jour": "2027-03-30", "heure": "14:35"}, 'value="14:35"'),
        ({"geste": "accept"}, "Accepter"),
    ],
)
def test_an_answer_whose_session_is_over_is_read_again_before_it_leaves(
    client, orientation, posted, remaining_text
):
    opened(client, orientation)
    client.cookies.clear()
    response = client.post(link(orientation), posted)
    assert response.status_code == 400
    page = text(response)
    assert "Relisez, puis renvoyez." in page and remaining_text in page
    assert "en rouge" not in page
    assert state(orientation) == "seen"
    client.post(link(orientation), posted)
    assert state(orientation) != "seen"


@pytest.mark.parametrize(
    ("posted", "expected_text"),
    [({"geste": "lire"}, "Aurélie"), ({"geste": "accept"}, "C’est oui"), ({"geste": "came"}, "Présence")],
)
def test_a_page_that_is_fresh_never_says_that_it_is_not(client, orientation, posted, expected_text):
    """The warning belongs to an answer whose session is over, and to no other page."""
    opened(client, orientation)
    after = client.post(link(orientation), posted, follow=True)
    assert after.status_code == 200
    assert expected_text in text(after)
    for page in (after, client.get(link(orientation)), client.get(link(orientation), {"faire": "refuser"})):
        assert page.status_code == 200
        assert "pas encore partie" not in text(page)
        assert "Relisez, puis renvoyez" not in text(page)


def test_a_missing_field_is_not_reported_as_a_page_left_open(client, orientation):
    opened(client, orientation)
    page = text(client.post(link(orientation), {"geste": "refuser", "mots": "Travaux"}))
    assert "pas encore partie" not in page
    assert "Ce qui est à revoir est marqué en rouge" in page


def test_an_answer_whose_session_is_over_says_what_it_became_since(client, orientation, aidant):
    stale = version_on(opened(client, orientation))
    client.cookies.clear()
    answers.accept(orientation, by=aidant, at=timezone.now())
    form_data = {"geste": "refuser", "raison": "other", "mots": "Travaux jusqu’en mars", "vu": stale}
    page = text(client.post(link(orientation), form_data))
    assert "Leila a accepté de recevoir la personne" in page and "Travaux jusqu’en mars" in page
    assert state(orientation) == "accepted"


@pytest.mark.parametrize("code", ["0" * 32, "x", "a" * 400])
def test_a_forged_link_opens_nothing_and_says_what_to_do(client, orientation, code):
    response = client.get(f"/orientation/{code}/")
    assert response.status_code == 404
    assert "Ce lien n’est plus valable" in text(response)
    assert "dernier e-mail" in text(response)


def test_guessing_links_is_stopped(client, orientation, monkeypatch):
    monkeypatch.setattr(access, "LINKS_AN_HOUR", 2)
    for n in range(2):
        client.get(f"/orientation/{n:032x}/")
    assert client.get(f"/orientation/{1:032x}/").status_code == 429
    assert client.get(link(orientation)).status_code == 429


@pytest.mark.both_databases
def test_a_link_out_of_date_shows_nobody_and_gives_a_new_one_to_the_place_alone(client, orientation):
    Orientation.objects.filter(pk=orientation.pk).update(link_until=timezone.localdate() - DAY)
    before = link(orientation)
    page = text(client.get(before))
    assert "Ce lien n’est plus ouvert" in page
    assert "Aurélie" not in page
    renewed = text(client.post(before, {"geste": "nouveau-lien", "a": "moi@pirate.example"}))
    assert "Un nouveau lien est parti" in renewed
    orientation.refresh_from_db()
    assert not Message.objects.filter(to__contains="pirate").exists()
    assert client.get(before).status_code == 404
    assert client.get(link(orientation)).status_code == 200


def test_an_expired_referral_says_so(client, orientation):
    from maillage.apps.referrals.orientations.actions import deadlines

    deadlines.run_deadlines(at=timezone.now() + 40 * DAY)
    page = text(client.get(link(orientation)))
    assert "Cette demande a expiré" in page
    assert "Aurélie" not in page


@pytest.mark.both_databases
def test_a_link_used_again_after_the_end_says_that_nothing_is_expected(client, orientation):
    opened(client, orientation)
    client.post(link(orientation), {"geste": "servir", "fait": ["assistance"], "issue": "reached"})
    sending.close(orientation, by=orientation.sender, at=timezone.now())
    page = text(client.get(link(orientation)))
    assert "Cette orientation est terminée" in page
    assert "Aurélie" not in page


def test_pages_of_a_link_forbid_caches_and_robots(client, orientation):
    response = client.get(link(orientation))
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]


# --------------------------------------------------------------------------------------------------- measures


@pytest.mark.both_databases
def test_a_structure_reads_a_year_of_its_own(client, aidant, worker, ccas, library):
    rows = [sent(worker, ccas, library) for _ in range(4)]
    answers.refuse(rows[0], by=aidant, at=timezone.now(), reason="full")
    answers.came(rows[1], by=aidant, at=timezone.now())
    client.force_login(aidant)
    assert "Trop récentes pour dire leur suite" in text(client.get("/espace/orientations/mesures/"))
    Orientation.objects.update(sent_at=timezone.now() - timedelta(days=31))
    page = text(client.get("/espace/orientations/mesures/"))
    assert "2 sur 4</strong> envoyées il y a 30 jours ou plus" in page
    above = text(client.get("/espace/orientations/"))
    assert "2 sur 4</strong> envoyées il y a 30 jours ou plus ont une suite connue" in " ".join(above.split())
    assert "50" not in above.split('class="o-annee"')[1].split("</div>")[0], "no percentage of four"
    assert "Complet" in page
    year = structure_measures.received(aidant, timezone.now())
    assert (year.n, year.known, year.refused, year.full, year.came) == (4, 2, 1, 1, 1)


def test_a_territory_reads_no_small_count(client, coordinator, worker, ccas, library):
    for _ in range(4):
        sent(worker, ccas, library)
    client.force_login(coordinator)
    page = text(client.get("/espace/orientations/mesures/"))
    assert "masqué" in page
    assert "Dans votre structure" not in page


def test_days_are_written_as_people_say_them():
    assert referral_detail.days_in_words(0) == "aujourd’hui"
    assert structure_measures.days_in_words(2.0) == "2\u00a0jours"


def test_invented_people_never_stand_for_real_ones(client, coordinator, worker, ccas, library):
    for _ in range(12):
        sent(worker, ccas, library, example=True)
    client.force_login(coordinator)
    assert "Personnes inventées" in text(client.get("/espace/orientations/mesures/"))
    before = text(client.get("/espace/orientations/mesures/"))
    sent(worker, ccas, library)
    page = text(client.get("/espace/orientations/mesures/"))
    assert "Personnes inventées" in page, "one real person neither empties the page nor mixes with it"
    assert "aucune personne réelle n’est comptée" in page
    assert re.findall(r"<strong>[^<]*</strong>", page) == re.findall(r"<strong>[^<]*</strong>", before)


@pytest.mark.both_databases
def test_a_count_is_not_worded_as_an_estimate(client, coordinator, worker, aidant, ccas, library):
    """« Environ 100 %, entre 76 et 100 % » parlait d’une estimation ; six jours ne sont pas moins de six jours."""
    at = timezone.now() - timedelta(days=40)
    for _ in range(22):
        row = sent(worker, ccas, library, example=True)
        answers.came(row, by=aidant, at=timezone.now())
    Orientation.objects.update(sent_at=at, seen_at=at, answered_at=at + timedelta(days=6))
    client.force_login(coordinator)
    page = text(client.get("/espace/orientations/mesures/"))
    assert "22 sur 22, soit 100 %" in page.replace("\xa0", " ")
    assert "environ" not in page[page.index("Dont on sait") : page.index("Combien de temps")]
    assert "6 jours</strong> au plus pour répondre, 9 sur 10 6 jours au plus" in re.sub(
        r"\s+", " ", page.replace("\xa0", " ")
    )


def test_the_result_of_the_diagnosis_says_what_to_look_for(client, worker, library):
    place("ordinateurs", {"nom": "Ordinateurs", "practices": {"libre_acces": {"state": "offered"}}})
    client.force_login(worker)
    page = client.get("/espace/orientations/nouvelle/?resultat=accompagne&ou=Grenoble&marche=0")
    assert page.context["form"]["besoin"].value() == "libre_acces"
    assert "Ordinateurs" in text(page)
