"""Permanences as people read them: their hours, their next slots, who books alone, who is expected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice

from django.core.paginator import Paginator
from django.db.models import QuerySet

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import slots
from maillage.apps.agenda.queries.slots import Slot
from maillage.apps.agenda.rules import appointments, permanences
from maillage.apps.directory.models import Lieu
from maillage.apps.directory.queries import places
from maillage.reference import clocks, holidays
from maillage.words import opening
from maillage.words.languages import say, typed

MAX_DAYS_ON_PAGE = 5  # days with a free slot, on a page
PAGE = 30
SOON = 3  # permanences on the sheet of a place


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
    among = slots.expected_at(listed, at.date() - day, at.date() + permanences.BOOKABLE_AHEAD + day)
    return [detail(each, at, among) for each in listed]


def detail(row: Permanence, at: datetime, among: slots.Expected | None = None) -> PermanencePage:
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
    """Return the name of the place: that of its lieu, else the typed address."""
    return row.lieu.name if row.lieu is not None else row.address


def hours(row: Permanence) -> tuple[str, ...]:
    """Return the hours of a week, a line for each day: “Mardi, 9 h – 12 h et 14 h – 17 h”."""
    lines = []
    read = permanences.read_hours(row.hours)
    for weekday, group in groupby(read, lambda hours: hours.weekday):
        spans = [
            say("{begin} – {end}", begin=_clock(each.begin, row), end=_clock(each.end, row)) for each in group
        ]
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
    among: slots.Expected | None = None,
) -> list[Day]:
    """Return the next days that have a free slot, with those slots, in the time of the place.

    after: only later days; alone: those that a person may take themselves.
    """
    zone = clocks.zone(row.commune)
    first = at.astimezone(zone).date()
    if after is not None:
        first = max(first, after + timedelta(days=1))
    last = at.astimezone(zone).date() + permanences.BOOKABLE_AHEAD
    soonest = at + permanences.SOONEST if alone else at
    free = slots.free_slots(row, first, last, soonest, among) if first <= last else []
    days: list[Day] = []
    for on, group in groupby(free, lambda slot: slot.starts_at.date()):
        if len(days) == most:
            break
        days.append(Day(on, _day_words(on), tuple(_slot(each) for each in group)))
    return days


def _day_words(on: date) -> str:
    return f"{opening.weekday(on.weekday())} {opening.date_text(on)}"


def _slot(slot: Slot) -> tuple[str, str]:
    return opening.clock(slot.starts_at), slot.starts_at.isoformat()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of permanences. more: how many follow, next: the number of their page."""

    rows: Sequence[PermanencePage]
    number: int = 1
    more: int = 0

    @property
    def next(self) -> int:
        return self.number + 1


def published(at: datetime, communes: Sequence[str] = (), number: str | int | None = 1) -> Found:
    """Return a page of the published permanences that still receive, by the name of their structure."""
    rows = _receiving(at)
    if communes:
        rows = rows.filter(commune__in=communes)
    page = Paginator(rows.order_by("structure__name", "pk"), PAGE).get_page(number)
    current_rows = [row for row in page.object_list if not is_over(row, at)]
    return Found(details(current_rows, at), page.number, page.paginator.count - page.end_index())


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
    rule = slots.opening_of(row)
    weekdays = {each.weekday for each in rule.hours}
    next_slots = []
    for n in range(max((last - first).days + 1, 0)):
        day = first + timedelta(days=n)
        if day.weekday() not in weekdays or not permanences.in_turn(rule, day) or day < row.first_on:
            continue
        if permanences.is_open(rule, day):
            continue
        reason = next(
            (each.reason or "Fermé" for each in row.closures.all() if each.first_on <= day <= each.last_on),
            "",
        )
        if reason := reason or (holidays.name_of(day, row.commune) if row.off_on_holidays else ""):
            next_slots.append((day, reason))
    return next_slots


def out_of_hours(row: Permanence, at: datetime) -> list[Appointment]:
    """Return the appointments expected at a moment that is no slot any more: the hours, or the days,
    changed.
    """
    coming = list(row.appointments.filter(state=appointments.BOOKED, starts_at__gt=at).order_by("starts_at"))
    if not coming:
        return []
    zone = clocks.zone(row.commune)
    days = [each.starts_at.astimezone(zone).date() for each in coming]
    moments = set(permanences.slots(slots.opening_of(row), min(days), max(days)))
    return [each for each in coming if each.starts_at not in moments]


def names(rows: Iterable[Permanence]) -> list[tuple[str, str]]:
    """Return permanences as the choices of a form."""
    return [(str(each.pk), f"{each.title}, {place(each)}") for each in rows]


def of_structure(structure: int) -> QuerySet[Permanence]:
    """Return the permanences that a structure publishes, those it stopped since included."""
    return in_feed().filter(structure=structure)


def in_feed() -> QuerySet[Permanence]:
    """Return the permanences that calendars read: published, even if stopped since."""
    published_rows = Permanence.objects.filter(published_at__isnull=False)
    return published_rows.select_related("structure", "lieu").prefetch_related("closures")
