"""Slots of a permanence, and who is expected at a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet

from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.rules import appointments, permanences
from maillage.apps.agenda.rules.permanences import Opening
from maillage.reference import clocks

Expected = Mapping[int, Sequence[Appointment]]  # by permanence


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment when a permanence receives. seats: which are free, of those received at once."""

    starts_at: datetime
    seats: tuple[int, ...]

    @property
    def free(self) -> int:
        return len(self.seats)


def opening_of(row: Permanence) -> Opening:
    """Return the opening from which the slots of a permanence come, its closures included."""
    return Opening(
        hours=permanences.read_hours(row.hours),
        minutes=row.minutes,
        first_on=row.first_on,
        until_on=row.until_on,
        every=row.every,
        commune=row.commune,
        off_on_holidays=row.off_on_holidays,
        closed=tuple((each.first_on, each.last_on) for each in row.closures.all()),
    )


def slots(row: Permanence, first: date, last: date, among: Expected | None = None) -> list[Slot]:
    """Return every slot of a permanence from one day to another, with the seats that are free in each; none
    once it is stopped. among: what `expected_at` returned for several, read here otherwise.
    """
    if row.stopped_at is not None:
        return []
    moments = permanences.slots(opening_of(row), first, last)
    if not moments:
        return []
    last_end = moments[-1] + timedelta(minutes=row.minutes)
    expected_appointments = expected(row, moments[0], last_end) if among is None else among[row.pk]
    return [Slot(each, _free(row, each, expected_appointments)) for each in moments]


def slot_at(row: Permanence, starts_at: datetime) -> Slot | None:
    """Return the slot of a permanence that begins at a moment, None when there is none."""
    day = starts_at.astimezone(clocks.zone(row.commune)).date()
    return next((each for each in slots(row, day, day) if each.starts_at == starts_at), None)


def free_slots(
    row: Permanence, first: date, last: date, after: datetime, among: Expected | None = None
) -> list[Slot]:
    """Return the slots that begin after a moment, and where somebody can still be received."""
    return [each for each in slots(row, first, last, among) if each.free and each.starts_at > after]


def expected(row: Permanence, first: datetime, last: datetime) -> list[Appointment]:
    """Return the appointments that take a seat of a permanence between two moments, and those that keep its
    helper elsewhere.
    """
    near = _between(first, last)
    appointments = list(near.filter(permanence=row))
    if _is_alone(row):
        appointments += near.filter(helper=row.helper_id).exclude(permanence=row)
    return appointments


def expected_at(rows: Sequence[Permanence], first: date, last: date) -> Expected:
    """Return the same for several permanences, around some days: two queries, however many they are."""
    begin, end = (datetime.combine(day, datetime.min.time(), tzinfo=UTC) for day in (first, last))
    near = _between(begin - timedelta(days=1), end + timedelta(days=2))
    by_permanence: dict[int, list[Appointment]] = {row.pk: [] for row in rows}
    for appointment in near.filter(permanence__in=by_permanence):
        by_permanence[appointment.permanence_id].append(appointment)
    helpers: dict[int, list[Permanence]] = {}
    for row in filter(_is_alone, rows):
        helpers.setdefault(row.helper_id, []).append(row)
    for appointment in near.filter(helper__in=helpers) if helpers else ():
        for row in helpers[appointment.helper_id]:
            if appointment.permanence_id != row.pk:
                by_permanence[row.pk].append(appointment)
    return by_permanence


def _is_alone(row: Permanence) -> bool:
    """Return True if whoever receives there cannot be elsewhere."""
    return row.helper_id is not None and row.seats == 1


def _between(first: datetime, last: datetime) -> QuerySet[Appointment]:
    """Return the appointments that keep somebody between two moments."""
    return Appointment.objects.filter(
        state__in=appointments.OCCUPYING_STATES,
        starts_at__gt=first - timedelta(minutes=appointments.LONGEST),
        starts_at__lt=last,
    )


def of_helper(helper: int, starts_at: datetime, minutes: int) -> Appointment | None:
    """Return an appointment that keeps a helper at a moment, None when they are free."""
    return _sharing(Appointment.objects.filter(helper=helper), starts_at, minutes)


def of_person(person: int, starts_at: datetime, minutes: int) -> Appointment | None:
    """Return an appointment that a person has at a moment, None when they have none."""
    return _sharing(Appointment.objects.filter(person=person), starts_at, minutes)


def _sharing(rows: QuerySet[Appointment], starts_at: datetime, minutes: int) -> Appointment | None:
    near = rows.filter(
        state=appointments.BOOKED,
        starts_at__gt=starts_at - timedelta(minutes=appointments.LONGEST),
        starts_at__lt=starts_at + timedelta(minutes=minutes),
    )
    return next(
        (each for each in near if appointments.overlaps(starts_at, minutes, each.starts_at, each.minutes)),
        None,
    )


def _free(row: Permanence, starts_at: datetime, booked: Sequence[Appointment]) -> tuple[int, ...]:
    overlapping = [
        each for each in booked if appointments.overlaps(starts_at, row.minutes, each.starts_at, each.minutes)
    ]
    if any(each.permanence_id != row.pk for each in overlapping):
        return ()
    taken = {each.seat for each in overlapping}
    return tuple(seat for seat in range(row.seats) if seat not in taken)
