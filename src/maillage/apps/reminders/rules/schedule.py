"""When somebody is reminded: in the morning, days before, where it takes place; neither on a Sunday nor on a
public holiday, never after.

See docs/methods/rappels.md.
"""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from maillage.reference import holidays

EVE = 1  # days before: time enough to say that one cannot come, too little to forget again
POSTED = 7  # days before, on paper: a letter takes days, and a card waits for its owner to come by
MORNING = time(9)
SUNDAY = 6
KNOWN = 4096  # answers that are not computed again: thousands of events begin at the same hours


def day_of(event: date, days: int) -> date:
    """Return the day when somebody is reminded of an event: on a Saturday rather than on a Sunday, and before
    a public holiday of the whole country rather than on it.

    >>> [f"{day_of(date(2026, 11, day), n):%d}" for day, n in ((24, 1), (23, 1), (24, 7), (12, 1), (2, 1))]
    ['23', '21', '17', '10', '31']
    """
    day = event - timedelta(days=days)
    while day.weekday() == SUNDAY or holidays.name_of(day):
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=KNOWN)
def leaves_at(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the moment when somebody is reminded of an event, by the time of its place, whatever the clocks
    do in between.
    """
    return datetime.combine(day_of(moment.astimezone(zone).date(), days), MORNING, tzinfo=zone)


def horizon(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the moment before which an event is one to remind of now: `leaves_at` of any event before it is
    past.
    """
    local = at.astimezone(zone)
    last = local.date() if local.time() >= MORNING else local.date() - timedelta(days=1)
    day = last + timedelta(days=days)
    while day_of(day + timedelta(days=1), days) <= last:
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
