"""What is noted of a person's mailbox, each time that it is read with them."""

from datetime import date, datetime

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.agenda.actions import appointments as booking
from maillage.apps.agenda.models import Appointment, MailboxRecord
from maillage.apps.agenda.rules import mailbox
from maillage.apps.people import actions as people
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line

NOT_NOTED = "Le relevé de la boîte n’est pas gardé."


@transaction.atomic
def note(
    appointment: Appointment,
    *,
    read: int,
    answered: int,
    by: User,
    at: datetime,
    done: str = "",
    next_on: date | None = None,
) -> MailboxRecord:
    """Note that a mailbox was looked at, at an appointment: the person came. Written again, it is corrected.

    Refused before the day itself, for a secret, or for counts that cannot be.
    """
    refuse_secrets(done)
    row = booking.lock(appointment, by=by)
    if wrong := mailbox.wrong_counts(read, answered) or mailbox.wrong_next(next_on, at):
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
    journal.record(by=by, verb="mailbox.noted", row=row, at=at, structure=row.structure_id)
    if row.person is not None:
        people.touch(row.person, at=at)
    return noted
