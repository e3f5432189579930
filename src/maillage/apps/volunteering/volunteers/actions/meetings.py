"""The first meeting with a volunteer: an appointment of the agenda, that both sides move or cancel."""

from datetime import datetime

from django.db import transaction

from maillage.apps.agenda.access import link_of_appointment
from maillage.apps.agenda.actions import appointment_messages, appointments, forgetting
from maillage.apps.agenda.actions.appointments import Spot
from maillage.apps.agenda.models import Appointment
from maillage.apps.agenda.rules import appointments as agenda
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.volunteers.actions.steps import lock, save, step
from maillage.apps.volunteering.volunteers.models import Engagement
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.words.languages import to_say


@transaction.atomic
@journal.written_last()
def plan(
    engagement: Engagement,
    *,
    meets_at: datetime,
    by: User,
    at: datetime,
    spot: Spot | None = None,
    minutes: int = agenda.USUAL,
    helper: User | None = None,
) -> Engagement:
    """Give the first meeting its day and its place, or other ones: who can be reached is written to, and
    reminded on the eve. Their contact is read from here on.

    spot: where; None for where it was, else the place of the mission. helper: who receives, `by` when nobody
    is said.
    """
    row = lock(engagement, by)
    if meets_at <= at:
        raise Refused(
            "La rencontre n’est pas notée.", why="Ce moment est déjà passé.", do="Choisissez-en un à venir."
        )
    step(row, rules.MEETING, "La première rencontre a déjà eu lieu.")
    known = row.appointment
    if known is not None and known.state in (agenda.BOOKED, agenda.ABSENT):
        moved, _ = appointments.move(known, starts_at=meets_at, by=by, at=at, spot=spot, helper=helper)
        row.appointment = moved
    else:
        spot = spot or Spot(lieu=row.mission.lieu, commune=row.mission.commune)
        # The platform books: the address of a volunteer may be that of an account, which nobody may write
        # for a person helped.
        row.appointment = appointments.book(
            agenda.Draft(
                kind=agenda.VOLUNTEER,
                starts_at=meets_at,
                minutes=minutes,
                where=spot.where,
                name=row.volunteer.name,
                subject=row.mission.title,
                address=spot.address,
                commune=spot.commune or row.mission.commune,
                way=row.volunteer.way or agenda.NO_WAY,
                contact=row.volunteer.contact,
            ),
            structure=row.mission.structure,
            at=at,
            lieu=spot.lieu,
            helper=helper or by,
            example=row.volunteer.example,
        )
    row.wished_at = None
    return save(row, "volunteer.meeting", by=by, at=at)


@transaction.atomic
@journal.written_last()
def confirm(engagement: Engagement, *, by: User, at: datetime) -> Engagement:
    """Note that the first meeting took place: the charter comes next."""
    row = lock(engagement, by)
    step(row, rules.CHARTER, "Donnez d’abord un jour à la première rencontre.")
    appointment = row.appointment
    if (
        appointment is not None
        and appointment.starts_at.astimezone(appointment.zone).date() > at.astimezone(appointment.zone).date()
    ):
        appointments.cancel(appointment, by=by, at=at, tell=False)  # met before: nobody is to come that day
    elif appointment is not None and appointment.state != agenda.CANCELLED:
        appointments.tick(appointment, True, by=by, at=at)
    row.met_by, row.wished_at = by, None
    return save(row, "volunteer.met", by=by, at=at)


@transaction.atomic
@journal.written_last()
def miss(engagement: Engagement, *, by: User, at: datetime) -> Engagement:
    """Note that the volunteer did not come: another day may be given."""
    row = lock(engagement, by)
    appointments.tick(_planned(row), False, by=by, at=at)
    return save(row, "volunteer.absent", by=by, at=at)


@transaction.atomic
@journal.written_last()
def cancel(engagement: Engagement, *, by: User | None, at: datetime, reason: str = "") -> Engagement:
    """Cancel the first meeting: the other side is written to, and the mission waits for another day. by None:
    the volunteer.
    """
    row = lock(engagement, by)
    appointment = _planned(row)
    if by is None:
        appointments.cancel(appointment, at=at, token=link_of_appointment(appointment), reason=reason)
    else:
        appointments.cancel(appointment, at=at, by=by, reason=reason)
    return save(row, "volunteer.meeting_cancelled", by=by, at=at)


@transaction.atomic
@journal.written_last()
def put_back(engagement: Engagement, *, by: User | None, at: datetime) -> Engagement:
    """Put back a meeting that was cancelled, at the same moment; the volunteer, what they cancelled alone."""
    row = lock(engagement, by)
    appointment = _planned(row)
    token = link_of_appointment(appointment) if by is None else ""
    appointments.put_back(appointment, at=at, by=by, token=token)
    return save(row, "volunteer.meeting_put_back", by=by, at=at)


@transaction.atomic
def wish(engagement: Engagement, *, wished_at: datetime, at: datetime) -> Engagement:
    """Propose another moment, by the volunteer: who receives is written to, and says yes or gives another."""
    row = lock(engagement, None)
    appointment = _planned(row)
    if not at < wished_at <= at + agenda.AHEAD:
        raise Refused(
            to_say("Votre demande n’est pas partie."),
            why=to_say("Ce moment est passé, ou dans plus d’un an."),
            do=to_say("Choisissez un jour et une heure à venir."),
        )
    if wished_at == appointment.starts_at and appointment.state == agenda.BOOKED:
        raise Refused(
            to_say("Votre demande n’est pas partie."),
            why=to_say("C’est déjà le jour et l’heure de la rencontre."),
            do=to_say("Choisissez un autre moment."),
        )
    row.wished_at = wished_at
    appointment_messages.another_moment(appointment, wished_at, at=at)
    return save(row, "volunteer.wished", by=None, at=at)


@transaction.atomic
@journal.written_last()
def accept(engagement: Engagement, *, by: User, at: datetime) -> Engagement:
    """Move the meeting to the moment that the volunteer proposed, at the same place."""
    row = lock(engagement, by)
    if row.wished_at is None:
        raise Refused(
            "La rencontre n’a pas été enregistrée.",
            why="La personne ne propose plus d’autre moment.",
            do="Relisez la page : le jour y est à jour.",
        )
    return plan(row, meets_at=row.wished_at, by=by, at=at)


def release(row: Engagement, *, by: User | None, at: datetime) -> None:
    """Cancel the meeting to come of an engagement that stops, locked by the caller."""
    appointment = row.appointment
    row.wished_at = None
    if appointment is None or appointment.state != agenda.BOOKED or appointment.starts_at <= at:
        return
    token = link_of_appointment(appointment) if by is None else ""
    row.appointment, _ = appointments.cancel(appointment, at=at, by=by, token=token)


def forget(row: Engagement, *, at: datetime) -> None:
    """Erase who the meetings were for: their hours stay in the agenda of the structure, cancelled if they
    were to come. One that was cancelled before another was given belongs to nobody else.
    """
    release(row, by=None, at=at)
    if row.appointment is not None:
        forgetting.strip_appointment(row.appointment, at=at)
    still = Engagement.objects.exclude(appointment=None).values("appointment")
    before = Appointment.objects.filter(
        structure=row.mission.structure_id,
        kind=agenda.VOLUNTEER,
        state=agenda.CANCELLED,
        name=line(row.volunteer.name, 60),
        stripped_at=None,
    )
    for each in before.exclude(pk__in=still):
        forgetting.strip_appointment(each, at=at)


def _planned(row: Engagement) -> Appointment:
    if row.state != rules.MEETING or row.appointment is None:
        raise Refused(
            "La rencontre n’a pas été enregistrée.",
            why=f"Aucune rencontre n’est prévue : {row.get_state_display()}.",
            do="Relisez la page : elle est à jour.",
        )
    return row.appointment
