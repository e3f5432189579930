"""Record of a person's mailbox, each time that it is read with them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from maillage.apps.agenda.actions import appointments as booking
from maillage.apps.agenda.actions.write import erase_again
from maillage.apps.agenda.models import Appointment, MailboxRecord
from maillage.apps.agenda.rules import appointments, mailbox
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line

NOT_NOTED = "Le relevé de la boîte n’est pas gardé."


@dataclass(frozen=True, slots=True)
class Noted:
    """Record of a mailbox. next: the appointment booked for the next time; why: the reason why none
    could be, '' otherwise.
    """

    record: MailboxRecord
    next: Appointment | None = None
    why: str = ""


@transaction.atomic
@journal.written_last()
def note(
    appointment: Appointment,
    *,
    read: int,
    answered: int,
    by: User,
    at: datetime,
    done: str = "",
    next_on: date | None = None,
) -> Noted:
    """Note that a mailbox was looked at, at an appointment: the person came. Written again, it is corrected.

    next_on: the next time is booked on that day, at the same hour, in the same place; a former next time
    moves there, and is cancelled when there is none any more. Refused before the day itself, for a secret, or
    for counts that cannot be.
    """
    refuse_secrets(done)
    row = booking.lock_to_give(appointment, by=by, stays=True)
    on = row.starts_at.astimezone(row.zone).date()
    today = at.astimezone(row.zone).date()
    if wrong := mailbox.wrong_counts(read, answered) or mailbox.wrong_next(next_on, on, today):
        raise Refused(NOT_NOTED, why=wrong, do="Corrigez, puis recommencez : rien d’autre n’est perdu.")
    if len(line(done)) > mailbox.LONGEST:
        raise Refused(
            NOT_NOTED,
            why=f"Ce qui a été fait tient en {mailbox.LONGEST} signes.",
            do="Raccourcissez : ni contenu de message, ni nom.",
        )
    row = booking.tick(row, True, by=by, at=at)
    noted, _ = MailboxRecord.objects.update_or_create(
        appointment=row,
        defaults={
            "person": row.person,
            "looked_at": min(row.starts_at, at),
            "read": read,
            "answered": answered,
            "done": line(done),
            "next_on": next_on,
            "noted_at": at,
            "by": by,
        },
    )
    erase_again(row)
    row.save(update_fields=["stripped_at", "token"])
    journal.record(by=by, verb="mailbox.noted", row=row, at=at, structure=row.structure_id)
    if row.person is not None:
        people.touch(row.person, at=at)
    try:
        with transaction.atomic():
            noted.next = _next(noted, row, by=by, at=at)
    except Refused as refused:
        return Noted(noted, why=refused.why)
    noted.save(update_fields=["next"])
    return Noted(noted, noted.next)


def _next(noted: MailboxRecord, row: Appointment, *, by: User, at: datetime) -> Appointment | None:
    """Return the appointment of the next time: the former one where it is or moved, or one that is booked."""
    former: Appointment | None = noted.next
    if former is not None and former.state != appointments.BOOKED:
        former = None
    if noted.next_on is None:
        if former is not None and former.starts_at > at:
            booking.cancel(former, by=by, at=at)
        return None
    if former is not None and former.starts_at.astimezone(row.zone).date() == noted.next_on:
        return former
    if planned := _planned(row, noted.next_on):
        return planned
    starts_at = datetime.combine(noted.next_on, row.starts_at.astimezone(row.zone).time(), tzinfo=row.zone)
    if former is not None and former.starts_at > at:
        return booking.move(former, starts_at=starts_at, permanence=row.permanence, by=by, at=at)[0]
    draft = appointments.Draft(
        kind=row.kind,
        starts_at=starts_at,
        minutes=row.minutes,
        where=row.where,
        name=row.name,
        subject=row.subject,
        address=row.address,
        commune=row.commune,
        helper_name=row.helper_name,
        channel=appointments.COUNTER,
        way=row.way,
        contact=row.contact,
        language=row.language,
        series=row.series,
    )
    return booking.book(
        draft,
        structure=row.structure,
        by=by,
        at=at,
        person=row.person,
        permanence=row.permanence,
        lieu=row.lieu if row.permanence is None else None,
        helper=row.helper,
        example=row.example,
    )


def _planned(row: Appointment, on: date) -> Appointment | None:
    """Return the same person's appointment on a day: by card, else by series, as first names are shared."""
    same_person = {"person": row.person} if row.person is not None else {"person": None, "series": row.series}
    if row.person is None and not row.series:
        return None
    day, end = (datetime.combine(on + timedelta(days=n), time(), tzinfo=row.zone) for n in (0, 1))
    rows = Appointment.objects.filter(structure=row.structure_id, kind=row.kind, state=appointments.BOOKED)
    return rows.filter(starts_at__gte=day, starts_at__lt=end, **same_person).first()
