"""Mailbox meetings: a person's mail read with them, again and again, and what is noted each time."""

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.agenda.actions import appointments as booking
from maillage.apps.agenda.models import Appointment, MailboxRecord, Permanence
from maillage.apps.agenda.rules import appointments, mailbox
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.people import actions as people
from maillage.apps.people.models import Person
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.reference import clocks

NOT_NOTED = "Le relevé de la boîte n’est pas gardé."


@dataclass(frozen=True, slots=True)
class Series:
    """Meetings planned together, and the days when one could not be, each with its reason."""

    booked: tuple[Appointment, ...]
    skipped: tuple[tuple[date, str], ...]


def plan(
    draft: appointments.Draft,
    *,
    every: int,
    times: int,
    structure: Structure,
    by: User,
    at: datetime,
    person: Person | None = None,
    permanence: Permanence | None = None,
    lieu: Lieu | None = None,
    helper: User | None = None,
    example: bool = False,
) -> Series:
    """Plan meetings so many days apart, at the same hour of the wall clock of the place. A day when the
    permanence is closed, or the slot taken, is skipped and said; the first one is refused instead.
    """
    if every not in appointments.EVERY or not 1 <= times <= appointments.MOST_OF_SERIES:
        raise Refused(
            "Les rendez-vous ne sont pas pris.",
            why=f"Une série a de 1 à {appointments.MOST_OF_SERIES} rendez-vous, à un rythme de la liste.",
            do="Corrigez le rythme ou le nombre.",
        )
    common = {
        "structure": structure,
        "by": by,
        "at": at,
        "person": person,
        "permanence": permanence,
        "lieu": lieu,
        "helper": helper,
        "example": example,
    }
    series = draft.series or secrets.token_hex(16)
    commune = (permanence.commune if permanence else lieu.code_insee if lieu else "") or draft.commune
    first = draft.starts_at.astimezone(clocks.zone(commune))  # from here on, days keep the hour of the wall
    booked, skipped = [], []
    for n in range(times):
        starts_at = first + timedelta(days=every * n)
        key = f"{draft.key[:28]}{n:04d}" if draft.key else ""
        each = replace(draft, starts_at=starts_at, series=series, key=key)
        try:
            booked.append(booking.book(each, **common))
        except Refused as refused:
            if not booked:
                raise
            skipped.append((starts_at.date(), refused.why))
    return Series(tuple(booked), tuple(skipped))


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
