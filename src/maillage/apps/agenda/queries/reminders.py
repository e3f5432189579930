"""What people are reminded of: the seats and the appointments to come, and how each is said."""

from datetime import datetime
from functools import cache

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Seat
from maillage.apps.agenda.queries import appointment_words, words
from maillage.apps.agenda.rules import appointments, workshops
from maillage.apps.people.models import Person
from maillage.apps.reminders.queries.occasions import Occasion, days_before, is_recent, on_paper, to_remind
from maillage.apps.reminders.rules import ways
from maillage.words.languages import say, typed


def seats(at: datetime) -> QuerySet[Seat]:
    """Return the seats whose owner is to be reminded now."""
    paper = on_paper(way=workshops.NO_WAY)
    where = to_remind(
        ways.SEAT, at, moment="workshop__starts_at", commune="workshop__commune", on_paper=paper
    )
    found = Seat.objects.filter(where, status=workshops.BOOKED, workshop__cancelled_at__isnull=True)
    return found.select_related("workshop", "workshop__lieu", "workshop__structure", "person")


def booked(at: datetime) -> QuerySet[Appointment]:
    """Return the appointments of which somebody is to be reminded now."""
    paper = on_paper(way=appointments.NO_WAY)
    where = to_remind(ways.APPOINTMENT, at, moment="starts_at", commune="commune", on_paper=paper)
    found = Appointment.objects.filter(where, state=appointments.BOOKED, referral=None)  # referrals remind
    # One structure and one place for all of theirs: thousands are read at once.
    return found.select_related("person").prefetch_related("structure", "lieu")


def of_person(person: Person, at: datetime) -> list[Occasion]:
    """Return what a person will be reminded of: their seats and appointments to come."""
    theirs = Seat.objects.filter(
        person=person,
        status=workshops.BOOKED,
        workshop__cancelled_at__isnull=True,
        workshop__starts_at__gt=at,
    )
    held = Appointment.objects.filter(
        person=person, state=appointments.BOOKED, starts_at__gt=at, referral=None
    )
    return [
        *(of_seat(row) for row in theirs.select_related("workshop", "workshop__lieu", "person")),
        *(of_appointment(row) for row in held.select_related("structure", "lieu", "person")),
    ]


def of_seat(seat: Seat) -> Occasion:
    """Return what the owner of a seat is reminded of."""
    row, left = seat.workshop, "" if seat.way == workshops.NO_WAY else seat.way
    days = days_before(seat.person, left)
    return Occasion(
        kind=ways.SEAT,
        row=seat.pk,
        days=days,
        moment=row.starts_at,
        subject=lambda: say("Rappel"),
        text=lambda: say(
            "Rappel : {what}, {when}. Lieu : {where}. On vous attend.",
            what=typed(row.title),
            when=words.when(row),
            where=words.where(row),
        ),
        link=lambda: _cannot_come("seat", access.link_of(seat)),
        structure=row.structure_id,
        commune=row.commune,
        person=seat.person,
        name=seat.name,
        reach=left,
        contact=seat.contact,
        language=seat.language,
        told=is_recent(seat.booked_at, row.starts_at, days, row.commune),
        example=row.example,
    )


def of_appointment(row: Appointment) -> Occasion:
    """Return what who comes to an appointment is reminded of; never what it is for."""
    left = "" if row.way == appointments.NO_WAY else row.way
    days = days_before(row.person, left)
    return Occasion(
        kind=ways.APPOINTMENT,
        row=row.pk,
        days=days,
        moment=row.starts_at,
        subject=lambda: say("Rappel de votre rendez-vous"),
        text=lambda: say(
            "Rappel : vous avez rendez-vous {when}. Lieu : {where}.",
            when=appointment_words.when(row),
            where=appointment_words.where(row),
        ),
        link=lambda: _cannot_come("appointment_mine", access.link_of_appointment(row)),
        structure=row.structure_id,
        commune=row.commune,
        person=row.person,
        name=row.called,
        reach=left,
        contact=row.contact,
        language=row.language,
        told=is_recent(row.changed_at, row.starts_at, days, row.commune),
        example=row.example,
    )


def _cannot_come(name: str, link: str) -> str:
    return f"{say('Vous ne pouvez pas venir ? Dites-le ici :')} {_start(name)}{link}/"


@cache
def _start(name: str) -> str:
    """Return what the links of one kind have in common: thousands are written at once."""
    whole = reverse(name, args=["lien"])
    return f"{settings.ADDRESS}{whole.removesuffix('lien/')}"
