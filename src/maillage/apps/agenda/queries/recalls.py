"""Persons to call back: received a month or two ago, of whom nothing was written since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Seat
from maillage.apps.agenda.rules import appointments, workshops
from maillage.apps.agenda.rules.recalls import AFTER, UNTIL
from maillage.apps.people.actes.models import Act
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Visitor

MOST = 60  # rows read


@dataclass(frozen=True, slots=True)
class Recall:
    """A person to call back, with the subject and the day of their last visit."""

    person: Person
    about: str
    last_on: date


def pending_recalls(user: Visitor, at: datetime) -> list[Recall]:
    """List the persons that a user would call back now, the one received the longest ago first."""
    last: dict[int, Recall] = {}
    for recall in (*_met(user, at), *_taught(user, at)):
        former = last.get(recall.person.pk)
        if former is None or former.last_on < recall.last_on:
            last[recall.person.pk] = recall
    return sorted(last.values(), key=lambda recall: (recall.last_on, recall.person.pk))


def received_before(user: Visitor, at: datetime) -> QuerySet[Person]:
    """Return the persons received a month or two ago, in an appointment or a workshop, seen since or not."""
    met_persons = _past_appointments(user, at).order_by().values("person")
    seats = _attended_seats(user, at).order_by().values("person")
    return Person.objects.filter(Q(pk__in=met_persons) | Q(pk__in=seats))


def _past_appointments(user: Visitor, at: datetime) -> QuerySet[Appointment]:
    return access.appointments_for(user).filter(
        state=appointments.CAME, starts_at__range=(at - UNTIL, at - AFTER)
    )


def _attended_seats(user: Visitor, at: datetime) -> QuerySet[Seat]:
    return access.seats_for(user).filter(came=True, workshop__starts_at__range=(at - UNTIL, at - AFTER))


def met(user: Visitor, at: datetime) -> QuerySet[Appointment]:
    """Return the appointments held a month or two ago whose person was not seen since."""
    return _past_appointments(user, at).filter(_unseen_since("starts_at", at), recalled_at=None)


def taught(user: Visitor, at: datetime) -> QuerySet[Seat]:
    """Return the seats of workshops held a month or two ago whose person was not seen since."""
    return _attended_seats(user, at).filter(_unseen_since("workshop__starts_at", at), recalled_at=None)


def _met(user: Visitor, at: datetime) -> Iterable[Recall]:
    for row in met(user, at).order_by("starts_at")[:MOST]:
        if row.person is not None:
            yield Recall(row.person, row.get_kind_display(), row.starts_at.astimezone(row.zone).date())


def _taught(user: Visitor, at: datetime) -> Iterable[Recall]:
    for row in taught(user, at).order_by("workshop__starts_at")[:MOST]:
        if row.person is not None:
            yield Recall(
                row.person, row.workshop.title, row.workshop.starts_at.astimezone(row.workshop.zone).date()
            )


def _unseen_since(moment: str, at: datetime) -> Q:
    """Return the condition that a person is known, and has neither come, nor a date, nor an act since."""
    person, since = OuterRef("person"), OuterRef(moment)
    later_appointments = Appointment.objects.filter(
        Q(state=appointments.CAME) | Q(state=appointments.BOOKED, starts_at__gt=at),
        person=person,
        starts_at__gt=since,
    )
    seats = Seat.objects.filter(
        Q(came=True) | Q(status=workshops.BOOKED, workshop__starts_at__gt=at),
        person=person,
        workshop__starts_at__gt=since,
    )
    acts = Act.objects.filter(person=person, done_at__gt=since, struck_at=None)
    known = Q(person__isnull=False, person__forgotten_at=None)
    return known & Q(~Exists(later_appointments)) & Q(~Exists(seats)) & Q(~Exists(acts))
