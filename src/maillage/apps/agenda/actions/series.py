"""Appointments planned together: the same hour, again and again, as for a mailbox read every other week."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from maillage.apps.agenda.actions import appointment_messages as messages
from maillage.apps.agenda.actions import appointments as booking
from maillage.apps.agenda.actions.notifications import Notified
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_book as books
from maillage.apps.agenda.rules import appointments
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.reference import clocks


@dataclass(frozen=True, slots=True)
class Series:
    """Meetings of a series that were planned or changed together, who was notified, and the days that could
    not follow, each with its reason.
    """

    rows: tuple[Appointment, ...] = ()
    notified: Notified = field(default_factory=Notified)
    skipped: tuple[tuple[date, str], ...] = ()


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
    permanence is closed, or the slot taken, is skipped and said; the first one is refused instead, and the
    only one that the person is told of.
    """
    if every not in appointments.EVERY or not 1 <= times <= appointments.MOST_OF_SERIES:
        raise Refused(
            "Les rendez-vous ne sont pas pris.",
            why=f"Une série a de 1 à {appointments.MOST_OF_SERIES} rendez-vous, à un rythme de la liste.",
            do="Corrigez le rythme ou le nombre.",
        )
    series = draft.series or secrets.token_hex(16)
    commune = (permanence.commune if permanence else lieu.code_insee if lieu else "") or draft.commune
    first = draft.starts_at.astimezone(clocks.zone(commune))  # from here on, days keep the hour of the wall
    booked: list[Appointment] = []
    skipped = []
    for n in range(times):
        starts_at = first + timedelta(days=every * n)
        key = f"{draft.key[:28]}{n:04d}" if draft.key else ""
        dated_draft = replace(draft, starts_at=starts_at, series=series, key=key)
        try:
            booked.append(
                booking.book(
                    dated_draft,
                    structure=structure,
                    by=by,
                    at=at,
                    person=person,
                    permanence=permanence,
                    lieu=lieu,
                    helper=helper,
                    example=example,
                    tell=not booked,
                )
            )
        except Refused as refused:
            if not booked:
                raise
            skipped.append((starts_at.date(), refused.why))
    return Series(tuple(booked), skipped=tuple(skipped))


@transaction.atomic
@journal.written_last()
def cancel(appointment: Appointment, *, by: User, at: datetime, reason: str = "") -> Series:
    """Cancel all that is to come of a series; the person is told once. Refused when nothing is."""
    coming = books.coming_of_series(appointment, at)
    if not coming:
        raise Refused(
            "La série n’a pas été annulée.",
            why="La série n’a plus de rendez-vous à venir.",
            do="Donnez un autre rendez-vous, s’il en faut un.",
        )
    done = [booking.cancel(each, by=by, at=at, reason=reason, tell=False)[0] for each in coming]
    return Series(tuple(done), messages.series_cancelled(done, at=at))


@transaction.atomic
@journal.written_last()
def put_back(appointment: Appointment, *, by: User, at: datetime) -> Series:
    """Put back what was cancelled together with an appointment; the person is told once. A day whose slot was
    given since is skipped and said; Refused when none can be put back.
    """
    done, skipped = [], []
    for cancelled in books.cancelled_together(appointment, at):
        try:
            with transaction.atomic():
                done.append(booking.put_back(cancelled, by=by, at=at, tell=False)[0])
        except Refused as refused:
            skipped.append((cancelled.starts_at.astimezone(cancelled.zone).date(), refused.why))
    if not done:
        raise Refused(
            "La série reste annulée.",
            why="Ses heures sont passées, ou d’autres personnes les ont prises.",
            do="Donnez d’autres rendez-vous.",
        )
    return Series(tuple(done), messages.series_put_back(done, at=at), tuple(skipped))
