"""The date of a referral is one row of the agenda: it takes its slot, is read everywhere, reminded once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from maillage.apps.agenda import access as agenda_access
from maillage.apps.agenda.actions import appointments, forgetting, permanences
from maillage.apps.agenda.actions import deadlines as agenda_deadlines
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_book
from maillage.apps.agenda.queries import permanences as doors
from maillage.apps.agenda.queries import reminders as agenda_reminders
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.directory.places.models import Lieu
from maillage.apps.people.persons.actions import consents
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.people.reminders.models import Reminder
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations.actions import (
    agreements,
    answers,
    dates,
    deadlines,
    reminders,
    sending,
)
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import card
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place
from tests.support.referrals import action, prepare

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 11, 20, 10, tzinfo=PARIS)
NINE = datetime(2026, 11, 24, 9, tzinfo=PARIS)  # a Tuesday
DAY, HALF = timedelta(days=1), timedelta(minutes=30)
HELPS = {"practices": {"assistance": {"state": "offered"}}}


@pytest.fixture
def ccas() -> Lieu:
    return place("ccas", {"nom": "CCAS", "pivot": "21380185500015", **HELPS})


@pytest.fixture
def library() -> Lieu:
    return place("bibliotheque", {"courriels": ["accueil@bibliotheque.example"], **HELPS})


@pytest.fixture
def leila(library) -> User:
    return account("leila", "aidant", structure=library.structure)


@pytest.fixture
def person(worker, ccas) -> Person:
    reach = {"reach": "phone", "reach_value": "06 39 98 12 34"}
    newcomer = people.welcome(by=worker, structure=ccas.structure, at=AT, nickname="Andrei", **reach)
    consents.agree(person=newcomer, purpose="write", how="read", by=worker, at=AT)
    return newcomer


@pytest.fixture
def door(leila, library) -> Permanence:
    values = {"title": "Mes démarches", "lieu": library, "hours": [[1, "09:00", "10:00"]], "minutes": 30}
    values |= {"first_on": AT.date(), "helper_name": "Leïla"}
    return permanences.open_door(by=leila, structure=library.structure, values=values, at=AT)


@pytest.fixture
def orientation(worker, ccas, library, person) -> Orientation:
    consents.agree(person=person, purpose="share", structure=library.structure, how="read", by=worker, at=AT)
    row = prepare(
        structure=ccas.structure,
        person=person,
        lieu=library,
        procedure="argent",
        shared=["nickname"],
        by=worker,
        at=AT,
    )
    return sending.send(row, by=worker, at=AT)


def free(door):
    return [f"{each.starts_at:%H:%M}" for each in doors.free_slots(door, NINE.date(), NINE.date(), AT)]


def test_a_date_takes_its_slot_and_gives_it_back_when_it_moves(orientation, leila, door):
    answers.appoint(orientation, by=leila, at=AT, when=NINE)
    row = Appointment.objects.get()
    assert (row.referral, row.permanence, row.seat, row.helper_name) == (orientation.pk, door, 0, "Leïla")
    assert (row.called, row.channel, free(door)) == ("Andrei", rules.REFERRAL, ["09:30"])
    answers.move(orientation, by=leila, at=AT, when=NINE + HALF)
    assert (Appointment.objects.get().starts_at, free(door)) == (NINE + HALF, ["09:00"])
    answers.move(orientation, by=leila, at=AT, when=NINE + 5 * HALF)  # out of the permanence
    assert (Appointment.objects.get().permanence, free(door)) == (None, ["09:00", "09:30"])


def test_an_hour_that_is_taken_is_refused_and_nothing_changes(orientation, leila, worker, person, door, ccas):
    appointments.book(
        Draft(kind=rules.PROCEDURE, starts_at=NINE, name="Denis"),
        structure=door.structure,
        permanence=door,
        by=leila,
        at=AT,
    )
    with pytest.raises(Refused, match="Quelqu’un a déjà cette heure : Mes démarches"):
        answers.appoint(orientation, by=leila, at=AT, when=NINE)
    elsewhere = Draft(kind=rules.LEARN, starts_at=NINE + DAY)
    appointments.book(elsewhere, structure=ccas.structure, person=person, by=worker, at=AT)
    with pytest.raises(Refused, match="La personne a déjà un rendez-vous"):
        answers.appoint(orientation, by=leila, at=AT, when=NINE + DAY)
    orientation.refresh_from_db()
    assert (orientation.state, orientation.appointment_at) == (cycle.SENT, None)
    answers.appoint(orientation, by=leila, at=AT, when=NINE + HALF)
    with pytest.raises(Refused, match="La personne a déjà un rendez-vous"):
        appointments.book(
            Draft(kind=rules.LEARN, starts_at=NINE + HALF),
            structure=ccas.structure,
            person=person,
            by=worker,
            at=AT,
        )


def test_one_date_is_read_everywhere_and_reminded_once(client, monkeypatch, orientation, leila, person, door):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    answers.appoint(orientation, by=leila, at=AT, when=NINE)
    client.force_login(leila)
    (line,) = appointment_book.of_day(leila, NINE.date(), AT)
    page = client.get("/espace/rendez-vous/?jour=2026-11-24").content.decode()
    assert "Andrei" in page
    assert f"/espace/orientations/{orientation.pk}/" in page
    assert "l’orientation" in client.get(f"/espace/rendez-vous/{line.appointment.pk}/").content.decode()
    (coming,) = card.coming(person, AT)
    assert (coming.kind, coming.helper) == (card.STEP, "Leïla")
    address = f"/rendez-vous/le-mien/{coming.calendar}/"
    (event,) = Calendar.from_ical(client.get(f"{address}rendez-vous.ics").content).walk("VEVENT")
    assert event.decoded("dtstart") == NINE
    assert "Je ne peux pas venir" not in client.get(address).content.decode()
    assert not agenda_reminders.of_person(person, AT)
    assert not agenda_reminders.booked(NINE - DAY).exists()
    structure_ids = frozenset({orientation.from_structure_id, orientation.to_structure_id})
    assert len(reminders.to_come(person, AT, structures=structure_ids)) == 1
    eve = NINE - DAY
    agenda_deadlines.run_deadlines(at=eve)
    deadlines.run_deadlines(at=eve)
    assert Reminder.objects.count() == 1, "by a message, or by a call where none leaves"


def test_only_the_referral_changes_its_date(client, orientation, leila, door):
    answers.appoint(orientation, by=leila, at=AT, when=NINE)
    row = Appointment.objects.get()
    link = agenda_access.link_of_appointment(row)
    for gesture in (
        lambda: appointments.cancel(row, by=leila, at=AT),
        lambda: appointments.cancel(row, token=link, at=AT),
        lambda: appointments.move(row, starts_at=NINE + HALF, by=leila, at=AT),
        lambda: appointments.tick(row, True, by=leila, at=NINE),
    ):
        with pytest.raises(Refused, match="C’est la date d’une orientation"):
            gesture()
    _, done = permanences.close(door, first_on=NINE.date(), last_on=NINE.date(), by=leila, at=AT, move=True)
    assert (done.moved, done.cancelled) == (0, 0)
    assert "Andrei, mardi 24 novembre 2026" in done.to_say[0]
    assert permanences.end_day([row], {}, by=leila, at=NINE + HALF) == 0, (
        "its outcome is told by the referral"
    )


@pytest.mark.parametrize(
    ("verb", "state"),
    [("came", rules.CAME), ("absent", rules.ABSENT), ("cancel", rules.CANCELLED)],
)
def test_what_became_of_it_follows_the_referral(orientation, leila, worker, door, verb, state):
    answers.appoint(orientation, by=leila, at=AT, when=NINE)
    by = worker if verb == "cancel" else leila
    action(verb)(orientation, by=by, at=NINE + HALF)
    assert Appointment.objects.get().state == state


@pytest.mark.parametrize(
    ("verbs", "state"),
    [
        (("refuse", "close"), rules.CANCELLED),
        (("came", "redirect"), rules.CAME),
        (("absent", "refuse", "close"), rules.ABSENT),
        (("serve", "close"), rules.CAME),
    ],
)
def test_how_a_referral_ends_rewrites_nothing_of_who_came(orientation, leila, worker, verbs, state):
    """Read and closed, one that was refused was told as a visit; sent on, a visit as called off."""
    other = place("autre", {"nom": "Autre lieu", **HELPS})
    values_by_verb = {
        "refuse": {"reason": "full"},
        "redirect": {"lieu": other},
        "serve": {"did": ["assistance"], "outcome": "reached"},
    }
    answers.appoint(orientation, by=leila, at=AT, when=NINE)
    for verb in verbs:
        by = worker if verb in ("cancel", "close") else leila
        action(verb)(orientation, by=by, at=NINE + HALF, **values_by_verb.get(verb, {}))
    assert Appointment.objects.get().state == state


def test_a_first_name_that_is_not_shared_any_more_leaves_the_agenda(orientation, leila, worker, person, door):
    answers.appoint(orientation, by=leila, at=AT, when=NINE)
    assert "Andrei" in Appointment.objects.get().called
    consent = Consent.objects.get(person=person, purpose="share")
    agreements.withdraw(consent, by=worker, at=AT)
    assert "Andrei" not in Appointment.objects.get().called


def test_erasing_a_person_frees_the_hour(orientation, leila, person, door):
    answers.appoint(orientation, by=leila, at=AT, when=NINE)
    forgetting.forget(person, at=AT)
    row = Appointment.objects.get()
    assert (row.person, row.name, row.state, len(free(door))) == (None, "", rules.CANCELLED, 2)


def test_dates_set_before_enter_the_agenda_once(orientation, leila, door):
    answers.appoint(orientation, by=leila, at=AT, when=NINE)
    Appointment.objects.all().delete()
    assert (dates.fill_in(at=AT), dates.fill_in(at=AT)) == (1, 0)
    assert Appointment.objects.get().permanence == door


def test_a_date_overseas_is_in_the_time_of_the_place(worker, ccas, leila, person):
    reunion = place("case", {"nom": "Case", "code_insee": "97411", "commune": "Saint-Denis", **HELPS})
    marie = account("marie", "aidant", structure=reunion.structure)
    consents.agree(person=person, purpose="share", structure=reunion.structure, how="read", by=worker, at=AT)
    row = prepare(structure=ccas.structure, person=person, lieu=reunion, shared=[], by=worker, at=AT)
    row = sending.send(row, by=worker, at=AT)
    answers.appoint(row, by=marie, at=AT, when=datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Indian/Reunion")))
    (coming,) = card.coming(person, AT)
    assert coming.when.replace("\u00a0", " ").endswith("à 9 h")
