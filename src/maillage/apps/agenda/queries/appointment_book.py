"""The appointments that professionals see: a day, what comes, free slots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, islice
from typing import Any

from django.db.models import QuerySet

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.queries import permanences, slots
from maillage.apps.agenda.rules import appointments
from maillage.apps.people.models import Person
from maillage.reference import clocks
from maillage.web import bulk
from maillage.words import opening

COMING_DAYS = 14
MOST_COMING = 60
TONES = {appointments.CAME: "ouvert", appointments.ABSENT: "bientot", appointments.CANCELLED: "ferme"}


@dataclass(frozen=True, slots=True)
class Line:
    """An appointment on one line. tickable: whether one may say if the person came."""

    appointment: Appointment
    clock: str
    about: str
    helper: str
    where: str
    state: str
    tone: str
    tickable: bool
    untold: bool


@dataclass(frozen=True, slots=True)
class Free:
    """A permanence on a day: its free slots, hour in words and moment."""

    permanence: Permanence
    place: str
    slots: tuple[tuple[str, str], ...]


def line(row: Appointment, at: datetime) -> Line:
    """Return an appointment on one line."""
    today = at.astimezone(row.zone).date()
    return Line(
        appointment=row,
        clock=words.clock(row),
        about=words.about(row),
        helper=words.helper(row),
        where=words.place(row),
        state=words.state(row),
        tone=TONES.get(row.state, ""),
        tickable=row.state != appointments.CANCELLED
        and row.referral is None
        and row.kind != appointments.VOLUNTEER
        and words.local(row).date() <= today,
        untold=row.state == appointments.BOOKED and row.ends_at <= at,
    )


def of_day(user: Any, on: date, at: datetime, permanence: int | None = None) -> list[Line]:
    """Return the appointments of a day, in the time of each place; of one permanence when asked."""
    rows = _between(access.appointments_for(user), on, on)
    if permanence is not None:
        rows = rows.filter(permanence=permanence)
    return [line(each, at) for each in rows if words.local(each).date() == on]


def untold(user: Any, before: date, at: datetime) -> list[Line]:
    """Return the appointments of the past month of which nobody said whether the person came."""
    rows = (
        access.appointments_for(user)
        .filter(
            state=appointments.BOOKED, starts_at__lt=at, starts_at__gte=at - appointments.BACK, referral=None
        )
        .exclude(kind=appointments.VOLUNTEER)
    )
    return [line(each, at) for each in bulk.seldom(rows) if words.local(each).date() < before][:MOST_COMING]


def coming(user: Any, after: date, at: datetime) -> list[tuple[str, list[Line]]]:
    """Return the appointments of the two weeks after a day, under the name of their day."""
    coming = _between(access.appointments_for(user), after, after + timedelta(days=COMING_DAYS))
    later = (each for each in coming.filter(state=appointments.BOOKED) if words.local(each).date() > after)
    lines = [line(each, at) for each in islice(later, MOST_COMING)]
    return [(day, list(group)) for day, group in groupby(lines, lambda line: words.day(line.appointment))]


def free(user: Any, on: date, at: datetime) -> list[Free]:
    """Return the permanences held on a day, with the slots that are left from a moment on."""
    rows = list(access.permanences_for(user).filter(stopped_at__isnull=True).prefetch_related("closures"))
    among, open_slots = slots.expected_at(rows, on, on), []
    for row in rows:
        day_slots = slots.slots(row, on, on, among)
        free_slots = tuple(
            (opening.clock(each.starts_at), each.starts_at.isoformat())
            for each in day_slots
            if each.free and each.starts_at > at
        )
        if day_slots:
            open_slots.append(Free(row, permanences.place(row), free_slots))
    return open_slots


def _between(rows: QuerySet[Appointment], first: date, last: date) -> QuerySet[Appointment]:
    """Return the appointments that may be on these days in some time zone of France: a day more each way."""
    begin = datetime.combine(first - timedelta(days=1), datetime.min.time(), tzinfo=clocks.zone(""))
    end = datetime.combine(last + timedelta(days=2), datetime.min.time(), tzinfo=clocks.zone(""))
    return rows.filter(starts_at__gte=begin, starts_at__lt=end).order_by("starts_at", "pk")


def of_person(user: Any, person: Person, at: datetime) -> list[Line]:
    """Return the appointments of a person that a user sees, the latest first."""
    rows = access.appointments_for(user).filter(person=person).order_by("-starts_at", "-pk")
    return [line(each, at) for each in rows[:MOST_COMING]]


def of_series(row: Appointment) -> Sequence[Appointment]:
    """Return the other appointments planned with one, in order."""
    if not row.series:
        return []
    same_series = Appointment.objects.filter(series=row.series, structure=row.structure_id).exclude(pk=row.pk)
    return list(same_series.select_related("structure", "lieu").order_by("starts_at"))


def coming_of_series(row: Appointment, at: datetime) -> list[Appointment]:
    """Return the coming appointments of the series of an appointment, itself included, in order."""
    return list(_of_series(row, at).filter(state=appointments.BOOKED))


def cancelled_together(row: Appointment, at: datetime) -> list[Appointment]:
    """Return the coming appointments of a series cancelled in the same gesture as one, itself included."""
    if row.cancelled_at is None:
        return []
    return list(_of_series(row, at).filter(state=appointments.CANCELLED, cancelled_at=row.cancelled_at))


def _of_series(row: Appointment, at: datetime) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(series=row.series, structure=row.structure_id, starts_at__gt=at)
    rows = rows.select_related("structure", "lieu").order_by("starts_at", "pk")
    return rows if row.series else rows.none()
