"""Keep the date of a referral in the agenda of the place: one row there, that the referral writes."""

from contextlib import suppress
from datetime import datetime

from maillage.apps.agenda.actions import referrals
from maillage.apps.agenda.actions.referrals import Dated
from maillage.apps.agenda.models import Appointment
from maillage.apps.agenda.rules import appointments
from maillage.apps.people.persons.models import Person
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import detail
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused

# What became of a date, by whether the person came: nobody said it of one that was called off.
MET = {True: appointments.CAME, False: appointments.ABSENT, None: appointments.CANCELLED}


def sync(row: Orientation, *, at: datetime, strict: bool = True, by_person: bool = False) -> None:
    """Write in the agenda what a referral says of its date. A place without a structure has no agenda.

    strict: Refused when the hour is somebody else's, or when the person is expected elsewhere.
    """
    if row.appointment_at is None:
        return
    if row.state != cycle.APPOINTED:
        referrals.set_state(row.pk, MET[row.came], at=at, by_person=by_person)
        return
    if row.to_structure is None:
        referrals.set_state(row.pk, appointments.CANCELLED, at=at)
        return
    referrals.set_date(
        Dated(
            referral=row.pk,
            starts_at=row.appointment_at,
            structure=row.to_structure,
            lieu=row.lieu,
            person=row.person,
            name=detail.name_of(row, cycle.RECEIVER),
            subject=detail.need_of(row, cycle.RECEIVER),
            language=row.language,
            example=row.example,
        ),
        at=at,
        strict=strict and row.appointment_at > at,
    )


def sync_all(person: Person, *, at: datetime) -> None:
    """Write again the dates of a person, after they shared more or less."""
    rows = Orientation.objects.filter(person=person, state=cycle.APPOINTED)
    for row in rows.select_related("lieu", "to_structure", "person"):
        sync(row, at=at, strict=False)


def fill_in(*, at: datetime) -> int:
    """Write the dates to come that no agenda has yet, given before it had them; return how many."""
    known = Appointment.objects.filter(referral__isnull=False).values("referral")
    rows = Orientation.objects.filter(
        state=cycle.APPOINTED, appointment_at__gt=at, to_structure__isnull=False
    ).exclude(pk__in=known)
    referrals = list(rows.select_related("lieu", "to_structure", "person"))
    for row in referrals:
        with suppress(Refused):
            sync(row, at=at, strict=False)
    return len(referrals)
