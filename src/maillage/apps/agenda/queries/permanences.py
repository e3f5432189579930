"""Permanences: their slots, who is expected, and their hours and next slots as people read them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, islice

from django.core.paginator import Paginator
from django.db.models import QuerySet

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.rules import appointments, permanences
from maillage.apps.agenda.rules.permanences import Opening
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from maillage.reference import clocks, holidays
from maillage.web.long_lists import PAGE
from maillage.words import opening
from maillage.words.languages import say, typed

MAX_DAYS_ON_PAGE = 5  # days with a free slot, on a page
SOON = 3  # permanences on the sheet of a place

Expected = Mapping[int | None, Sequence[Appointment]]  # by permanence


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
    """Return the appointments that take a seat of a permanence, or keep its helper elsewhere."""
    near = _between(first, last)
    appointments = list(near.filter(permanence=row))
    if _is_alone(row):
        appointments += near.filter(helper=row.helper_id).exclude(permanence=row)
    return appointments


def expected_at(rows: Sequence[Permanence], first: date, last: date) -> Expected:
    """Return the same for several permanences, around some days: two queries, however many they are."""
    begin, end = (datetime.combine(day, datetime.min.time(), tzinfo=UTC) for day in (first, last))
    near = _between(begin - timedelta(days=1), end + timedelta(days=2))
    by_permanence: dict[int | None, list[Appointment]] = {row.pk: [] for row in rows}
    for appointment in near.filter(permanence__in=by_permanence):
        by_permanence[appointment.permanence_id].append(appointment)
    helpers: dict[int | None, list[Permanence]] = {}
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
    return Appointment.objects.filter(
        state__in=appointments.OCCUPYING_STATES,
        starts_at__gt=first - timedelta(minutes=appointments.LONGEST),
        starts_at__lt=last,
    )


def expected_elsewhere(
    starts_at: datetime, minutes: int, *, but: int = 0, **whose: User | Person
) -> Appointment | None:
    """Return an appointment that a helper, or a person, has at a moment; None when they are free. but: one
    that does not count.
    """
    near = Appointment.objects.exclude(pk=but).filter(
        **whose,
        state=appointments.BOOKED,
        starts_at__gt=starts_at - timedelta(minutes=appointments.LONGEST),
        starts_at__lt=starts_at + timedelta(minutes=minutes),
    )
    shared = (
        each for each in near if appointments.overlaps(starts_at, minutes, each.starts_at, each.minutes)
    )
    return next(shared, None)


def _free(row: Permanence, starts_at: datetime, booked: Sequence[Appointment]) -> tuple[int, ...]:
    overlapping = [
        each for each in booked if appointments.overlaps(starts_at, row.minutes, each.starts_at, each.minutes)
    ]
    if any(each.permanence_id != row.pk for each in overlapping):
        return ()
    taken = {each.seat for each in overlapping}
    return tuple(seat for seat in range(row.seats) if seat not in taken)


# --------------------------------------------------------------------------------------- as people read them


@dataclass(frozen=True, slots=True)
class Day:
    """A day, and the free slots that are left: hour in words, moment as a form sends it."""

    on: date
    words: str
    slots: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PermanencePage:
    """A permanence in words. hours: one line for each day of the week."""

    permanence: Permanence
    place: str
    address: str
    hours: tuple[str, ...]
    rhythm: str
    next_slot: str
    kinds: tuple[tuple[str, str], ...]


def details(rows: Iterable[Permanence], at: datetime) -> list[PermanencePage]:
    """Return permanences in words, each with its next free slot: as many queries for all as for two."""
    listed, day = list(rows), timedelta(days=1)
    among = expected_at(listed, at.date() - day, at.date() + permanences.BOOKABLE_AHEAD + day)
    return [detail(each, at, among) for each in listed]


def detail(row: Permanence, at: datetime, among: Expected | None = None) -> PermanencePage:
    """Return a permanence in words, with its next free slot. among: what is expected at several."""
    days = free_days(row, at, most=1, among=among)
    return PermanencePage(
        permanence=row,
        place=place(row),
        address=typed(places.full_address(row.lieu.sheet)) if row.lieu is not None else "",
        hours=hours(row),
        rhythm=say(permanences.EVERY[row.every]) if row.every > 1 else "",
        next_slot=say("{day} à {hour}", day=days[0].words, hour=days[0].slots[0][0]) if days else "",
        kinds=tuple((id, say(appointments.KINDS[id])) for id in row.kinds or appointments.OFFERED),
    )


def place(row: Permanence) -> str:
    return row.lieu.name if row.lieu is not None else row.address


def hours(row: Permanence) -> tuple[str, ...]:
    """Return the hours of a week, a line for each day: “Mardi, 9 h – 12 h et 14 h – 17 h”."""
    lines = []
    for weekday, group in groupby(permanences.read_hours(row.hours), lambda hours: hours.weekday):
        pairs = ((_clock(each.begin, row), _clock(each.end, row)) for each in group)
        spans = [say("{begin} – {end}", begin=begin, end=end) for begin, end in pairs]
        name = opening.weekday(weekday)
        lines.append(f"{name[0].upper()}{name[1:]}, {' · '.join(spans)}")
    return tuple(lines)


def _clock(hour: time, row: Permanence) -> str:
    return opening.clock(datetime.combine(row.first_on, hour))


def free_days(
    row: Permanence,
    at: datetime,
    *,
    most: int = MAX_DAYS_ON_PAGE,
    after: date | None = None,
    alone: bool = True,
    among: Expected | None = None,
) -> list[Day]:
    """Return the next days that have a free slot, with those slots, in the time of the place.

    after: only later days; alone: those that a person may take themselves.
    """
    zone = clocks.zone(row.commune)
    today = at.astimezone(zone).date()
    first = max(today, after + timedelta(days=1)) if after is not None else today
    last = today + permanences.BOOKABLE_AHEAD
    soonest = at + permanences.SOONEST if alone else at
    free = free_slots(row, first, last, soonest, among) if first <= last else []
    days: list[Day] = []
    for on, group in groupby(free, lambda slot: slot.starts_at.date()):
        if len(days) == most:
            break
        hours = tuple((opening.clock(each.starts_at), each.starts_at.isoformat()) for each in group)
        days.append(Day(on, f"{opening.weekday(on.weekday())} {opening.date_text(on)}", hours))
    return days


def without_free_slot(rows: Iterable[Permanence], at: datetime) -> list[Permanence]:
    """List the permanences held in the coming month whose slots are all taken: as many queries for all as for
    two. One that is closed for the month, or over, has no slot to take and is not listed.
    """
    permanence_rows, first = list(rows), at.date()
    last = first + permanences.FULL_FOR
    among = expected_at(permanence_rows, first - timedelta(days=1), last + timedelta(days=1))
    coming = {
        row.pk: [each for each in slots(row, first, last, among) if each.starts_at > at]
        for row in permanence_rows
    }
    return [
        row for row in permanence_rows if coming[row.pk] and not any(each.free for each in coming[row.pk])
    ]


@dataclass(frozen=True, slots=True)
class PermanenceResults:
    """A page of permanences. more: how many follow, next: the number of their page."""

    rows: Sequence[PermanencePage]
    number: int = 1
    more: int = 0

    @property
    def next(self) -> int:
        return self.number + 1


def published(at: datetime, communes: Sequence[str] = (), number: str | int | None = 1) -> PermanenceResults:
    """Return a page of the published permanences that still receive, by the name of their structure."""
    rows = _receiving(at)
    if communes:
        rows = rows.filter(commune__in=communes)
    page = Paginator(rows.order_by("structure__name", "pk"), PAGE).get_page(number)
    current_rows = [row for row in page.object_list if not is_over(row, at)]
    return PermanenceResults(details(current_rows, at), page.number, page.paginator.count - page.end_index())


def of_place(lieu: Lieu, at: datetime) -> list[PermanencePage]:
    """Return the permanences at a place, for its sheet in the directory."""
    lieu_rows = (row for row in _receiving(at).filter(lieu=lieu) if not is_over(row, at))
    return details(islice(lieu_rows, SOON), at)


def _receiving(at: datetime) -> QuerySet[Permanence]:
    """Return the published permanences, without those that ended everywhere: not all days end at once."""
    rows = access.published_permanences().prefetch_related("closures")
    return rows.exclude(until_on__lt=at.date() - timedelta(days=1))


def is_over(row: Permanence, at: datetime) -> bool:
    """Return True if the last day of a permanence is past, in the time of its place."""
    return row.until_on is not None and row.until_on < at.astimezone(clocks.zone(row.commune)).date()


def closed_days(row: Permanence, first: date, last: date) -> list[tuple[date, str]]:
    """Return the days of its hours on which it is not held, each with why: a closure, or a holiday."""
    rule = opening_of(row)
    weekdays = {each.weekday for each in rule.hours}
    closed = []
    for n in range(max((last - first).days + 1, 0)):
        day = first + timedelta(days=n)
        if day.weekday() not in weekdays or not permanences.in_turn(rule, day) or day < row.first_on:
            continue
        if permanences.is_open(rule, day):
            continue
        closures = (each for each in row.closures.all() if each.first_on <= day <= each.last_on)
        reason = next((each.reason or "Fermé" for each in closures), "")
        if reason := reason or (holidays.name_of(day, row.commune) if row.off_on_holidays else ""):
            closed.append((day, reason))
    return closed


def out_of_hours(row: Permanence, at: datetime) -> list[Appointment]:
    """Return the appointments at a moment that is no slot any more, since the hours changed."""
    coming = list(row.appointments.filter(state=appointments.BOOKED, starts_at__gt=at).order_by("starts_at"))
    if not coming:
        return []
    zone = clocks.zone(row.commune)
    days = [each.starts_at.astimezone(zone).date() for each in coming]
    moments = set(permanences.slots(opening_of(row), min(days), max(days)))
    return [each for each in coming if each.starts_at not in moments]


def in_feed() -> QuerySet[Permanence]:
    """Return the permanences that calendars read: published, even if stopped since."""
    published_rows = Permanence.objects.filter(published_at__isnull=False)
    return published_rows.select_related("structure", "lieu").prefetch_related("closures")
