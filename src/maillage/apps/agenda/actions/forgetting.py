"""Erase names: three months after a workshop for everyone, and at once for a person who asks."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from maillage.apps.agenda.actions import appointment_messages, notifications
from maillage.apps.agenda.actions import seats as giving
from maillage.apps.agenda.actions.write import lock
from maillage.apps.agenda.models import Appointment, MailboxRecord, RdvLink, Seat, Workshop
from maillage.apps.agenda.rules import appointments
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal

UNNAMED = {
    "name": "",
    "subject": "",
    "address": "",
    "token": "",
    "contact": "",
    "way": appointments.NO_WAY,
    "cancel_reason": "",
}
BARE = {"name": "", "token": "", "contact": "", "way": rules.NO_WAY, "stopped_words": "", "next_words": ""}


@transaction.atomic
def strip(workshop: Workshop, *, at: datetime) -> bool:
    """Erase the names and contacts of a workshop; counts stay. Return whether it was done."""
    row = lock([workshop])[0]
    if row.stripped_at is not None:
        return False
    for learner in row.seats.values_list("learner", flat=True):
        notifications.forget(learner, at=at, workshop=row)
    row.seats.update(**BARE)
    row.stripped_at = at
    row.save(update_fields=["stripped_at"])
    journal.record(by=None, verb="workshop.stripped", row=row, at=at, structure=row.structure_id)
    return True


@transaction.atomic
def forget(person: Person, *, at: datetime, structure: int | None = None) -> int:
    """Strip the seats and the appointments of a person being erased, and return how many; future seats are
    released to the waiting list. structure: that gave them; None for all.
    """
    seats, appointment_rows = Seat.objects.filter(person=person), Appointment.objects.filter(person=person)
    if structure is not None:
        seats, appointment_rows = (
            seats.filter(workshop__structure=structure),
            appointment_rows.filter(structure=structure),
        )
    return forget_seats(seats, at=at) + _forget_appointments(appointment_rows, at=at)


def forget_seats(seats: QuerySet[Seat], *, at: datetime) -> int:
    """Strip the seats of somebody being erased, with what was to be written to them, and return how many;
    future seats are released to the waiting list.
    """
    expired_seats = list(seats.select_related("workshop"))
    rows = lock({seat.workshop for seat in expired_seats})
    learners = {seat.learner for seat in expired_seats}
    coming = [seat.pk for seat in expired_seats if seat.workshop.starts_at > at]
    Seat.objects.filter(pk__in=coming).update(status=rules.CANCELLED, cancelled_at=at)
    for learner in learners:
        notifications.forget(learner, at=at)
    Seat.objects.filter(learner__in=learners).update(person=None, **BARE)
    for row in rows:
        journal.record(by=None, verb="seat.forgotten", row=row, at=at, structure=row.structure_id)
    giving.promote(rows, at=at)
    return len(expired_seats)


def _forget_appointments(appointment_rows: QuerySet[Appointment], *, at: datetime) -> int:
    """Cancel what is to come, and unname the rest with what was noted: they still count."""
    rows = list(appointment_rows.select_for_update().order_by("pk"))
    for row in rows:
        appointment_messages.forget(row, at=at)
        journal.record(by=None, verb="appointment.forgotten", row=row, at=at, structure=row.structure_id)
    appointment_rows.filter(state=appointments.BOOKED, starts_at__gt=at).update(
        state=appointments.CANCELLED, cancelled_by=appointments.PERSON, cancelled_at=at
    )
    MailboxRecord.objects.filter(appointment__in=rows).update(person=None, done="")
    RdvLink.objects.filter(appointment__in=rows).update(conflict="")
    appointment_rows.update(person=None, stripped_at=at, **UNNAMED)
    return len(rows)


@transaction.atomic
def strip_appointment(appointment: Appointment, *, at: datetime) -> bool:
    """Erase what was written for an appointment long past: names, contact, words. The sheet of a person still
    has its day. Return whether it was done.
    """
    row = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if row.stripped_at is not None:
        return False
    appointment_messages.forget(row, at=at)
    Appointment.objects.filter(pk=row.pk).update(stripped_at=at, **UNNAMED)
    MailboxRecord.objects.filter(appointment=row).update(done="")
    RdvLink.objects.filter(appointment=row).update(conflict="")
    journal.record(by=None, verb="appointment.stripped", row=row, at=at, structure=row.structure_id)
    return True
