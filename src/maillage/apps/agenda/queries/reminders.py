"""Reminders: the seats and the appointments to come, and the words of each."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Seat, Workshop
from maillage.apps.agenda.queries import appointment_words, words
from maillage.apps.agenda.rules import appointments, workshops
from maillage.apps.people.persons.models import Person
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.people.reminders.queries import (
    Occasion,
    days_before,
    is_recent,
    on_paper,
    to_remind,
)
from maillage.words.languages import say, typed

# What `of_appointment` reads, and how its person is reached.
READ = (
    *("key", "token", "structure", "lieu", "person", "name", "starts_at", "where", "address", "commune"),
    *("way", "contact", "language", "changed_at", "example"),
    *("person__code", "person__nickname", "person__reach", "person__reach_value"),
)


def seats(at: datetime) -> QuerySet[Seat]:
    """Return the seats whose owner is to be reminded now."""
    paper = on_paper(way=workshops.NO_WAY)
    where = to_remind(
        reminders_rules.SEAT, at, moment="workshop__starts_at", commune="workshop__commune", on_paper=paper
    )
    seats = Seat.objects.filter(where, status=workshops.BOOKED, workshop__cancelled_at__isnull=True)
    return seats.select_related("workshop", "workshop__lieu", "workshop__structure", "person")


def booked(at: datetime) -> QuerySet[Appointment]:
    """Return the appointments of which somebody is to be reminded now."""
    paper = on_paper(way=appointments.NO_WAY)
    where = to_remind(reminders_rules.APPOINTMENT, at, moment="starts_at", commune="commune", on_paper=paper)
    # a referral has its own reminders
    expected = Appointment.objects.filter(where, state=appointments.BOOKED, referral=None)
    # Thousands are read at once: only what a reminder says of each, and one structure, one place, for all of
    # theirs.
    return expected.select_related("person").only(*READ).prefetch_related("structure", "lieu")


def of_person(person: Person, at: datetime) -> list[Occasion]:
    """Return the reminders of a person: their seats and appointments to come."""
    person_seats = Seat.objects.filter(
        person=person,
        status=workshops.BOOKED,
        workshop__cancelled_at__isnull=True,
        workshop__starts_at__gt=at,
    )
    person_appointments = Appointment.objects.filter(
        person=person, state=appointments.BOOKED, starts_at__gt=at, referral=None
    )
    return [
        *(of_seat(row) for row in person_seats.select_related("workshop", "workshop__lieu", "person")),
        *(of_appointment(row) for row in person_appointments.select_related("structure", "lieu", "person")),
    ]


def of_seat(seat: Seat) -> Occasion:
    """Return the reminder of a seat."""
    row = seat.workshop
    return _occasion(
        seat,
        row,
        kind=reminders_rules.SEAT,
        name=seat.name,
        no_way=workshops.NO_WAY,
        since=seat.booked_at,
        subject=lambda: say("Rappel"),
        text=lambda: say(
            "Rappel : {what}, {when}. Lieu : {where}. On vous attend.",
            what=typed(row.title),
            when=words.when(row),
            where=words.where(row),
        ),
        link=lambda: _cannot_come("seat", access.link_of(seat)),
    )


def of_appointment(row: Appointment) -> Occasion:
    """Return the reminder of an appointment, without its subject."""
    return _occasion(
        row,
        row,
        kind=reminders_rules.APPOINTMENT,
        name=row.called,
        no_way=appointments.NO_WAY,
        since=row.changed_at,
        subject=lambda: say("Rappel de votre rendez-vous"),
        text=lambda: say(
            "Rappel : vous avez rendez-vous {when}. Lieu : {where}.",
            when=appointment_words.when(row),
            where=appointment_words.where(row),
        ),
        link=lambda: _cannot_come("appointment_mine", access.link_of_appointment(row)),
    )


def _occasion(
    comer: Seat | Appointment,
    event: Workshop | Appointment,
    *,
    kind: str,
    name: str,
    no_way: str,
    since: datetime,
    **texts: Callable[[], str],
) -> Occasion:
    """Return a reminder to `comer` of an event. since: when they were last notified of it."""
    reach = "" if comer.way == no_way else comer.way
    days = days_before(comer.person, reach)
    return Occasion(
        kind=kind,
        row=comer.pk,
        days=days,
        moment=event.starts_at,
        structure=event.structure_id,
        commune=event.commune,
        person=comer.person,
        name=name,
        reach=reach,
        contact=comer.contact,
        language=comer.language,
        is_notified=is_recent(since, event.starts_at, days, event.commune),
        example=event.example,
        **texts,
    )


def _cannot_come(name: str, link: str) -> str:
    return f"{say('Vous ne pouvez pas venir ? Dites-le ici :')} {_start(name)}{link}/"


@cache
def _start(name: str) -> str:
    """Return the common start of the links of one kind: thousands are written at once."""
    path = reverse(name, args=["lien"])
    return f"{settings.ADDRESS}{path.removesuffix('lien/')}"
