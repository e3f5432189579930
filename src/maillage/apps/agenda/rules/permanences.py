"""Hours when a structure receives by appointment: their slots, week after week, in the time of the place.

Source: docs/methods/rendez-vous.md
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from maillage.reference import clocks, holidays
from maillage.words.languages import to_say
from maillage.words.opening import DAYS

SLOTS = (15, 20, 30, 45, 60, 90, 120)  # minutes
EVERY: Mapping[int, str] = {
    1: to_say("chaque semaine"),
    2: to_say("une semaine sur deux"),
    3: to_say("une semaine sur trois"),
    4: to_say("une semaine sur quatre"),
}
MOST_SEATED = 20  # at once
MOST_HOURS = 21  # spans of a week: three a day
BOOKABLE_AHEAD = timedelta(days=60)  # what a person may book alone
MOST_DAYS = 400  # looked at in one call
FULL_FOR = timedelta(days=30)  # without a free slot, after which the coordination hears of it
SOONEST = timedelta(hours=1)  # before a slot, for who books alone: the place has seen it


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """The opening hours of a door on one day of the week, in the time of the place. weekday: 0 is Monday."""

    weekday: int
    begin: time
    end: time

    @property
    def name(self) -> str:
        return DAYS[self.weekday]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Opening from which the slots of a permanence come. every: one week in so many, counted from `first_on`.

    commune: code, which gives the time zone and the holidays; closed: spans of days, both ends included.
    """

    hours: Sequence[Hours]
    minutes: int
    first_on: date
    until_on: date | None = None
    every: int = 1
    commune: str = ""
    off_on_holidays: bool = True
    closed: Sequence[tuple[date, date]] = ()


def read_hours(stored: Iterable[Sequence[str | int]]) -> tuple[Hours, ...]:
    """Return the hours that a row stores, as [weekday, begin, end], in order.

    >>> read_hours([[1, "14:00", "17:00"]])[0].end
    datetime.time(17, 0)
    """
    return tuple(
        sorted(
            Hours(int(day), time.fromisoformat(str(begin)), time.fromisoformat(str(end)))
            for day, begin, end in stored
        )
    )


def stored_hours(hours: Iterable[Hours]) -> list[list[str | int]]:
    return [[each.weekday, f"{each.begin:%H:%M}", f"{each.end:%H:%M}"] for each in sorted(hours)]


def wrong_hours(hours: Sequence[Hours], minutes: int) -> str:
    """Return why the hours of a week are impossible, in French; '' if they are possible."""
    if not hours:
        return "Il manque un jour et ses heures."
    if len(hours) > MOST_HOURS:
        return f"Il y a plus de {MOST_HOURS} plages dans la semaine."
    for span in hours:
        if span.end <= span.begin:
            return f"{span.name} : la fin est avant le début."
        lasting = (span.end.hour - span.begin.hour) * 60 + span.end.minute - span.begin.minute
        if lasting < minutes:
            return f"{span.name} : un rendez-vous de {minutes} minutes n’y tient pas."
    for one, other in pairwise(sorted(hours)):
        if one.weekday == other.weekday and other.begin < one.end:
            return f"{one.name} : deux plages se chevauchent."
    return ""


def is_open(opening: Opening, day: date) -> bool:
    """Return True if a permanence is held on a day: its week, its dates, neither closed nor a holiday."""
    if day < opening.first_on or (opening.until_on is not None and day > opening.until_on):
        return False
    if not in_turn(opening, day) or any(first <= day <= last for first, last in opening.closed):
        return False
    return not (opening.off_on_holidays and holidays.name_of(day, opening.commune))


def in_turn(opening: Opening, day: date) -> bool:
    """Return True if a day is in a week of its turn, weeks beginning on Monday."""
    return (_monday(day) - _monday(opening.first_on)).days // 7 % opening.every == 0


def days(opening: Opening, first: date, last: date) -> Iterator[date]:
    """Yield the days, from first to last, on which it is held."""
    weekdays = {each.weekday for each in opening.hours}
    for n in range(min((last - first).days + 1, MOST_DAYS)):
        day = first + timedelta(days=n)
        if day.weekday() in weekdays and is_open(opening, day):
            yield day


def slots(opening: Opening, first: date, last: date) -> list[datetime]:
    """Return when each slot begins, from one day to another, aware and in order.

    Hours are those of the wall clock of the place; between them time really passes: on the night when clocks
    change there is an hour of slots less, or more. A slot that would end after the door closes is not one.
    """
    zone, step = clocks.zone(opening.commune), timedelta(minutes=opening.minutes)
    moments = []
    for day in days(opening, first, last):
        for span in opening.hours:
            if span.weekday != day.weekday():
                continue
            at = datetime.combine(day, span.begin, tzinfo=zone).astimezone(UTC)
            end = datetime.combine(day, span.end, tzinfo=zone).replace(fold=1).astimezone(UTC)
            while at + step <= end:
                moments.append(at.astimezone(zone))
                at += step
    return sorted(moments)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
