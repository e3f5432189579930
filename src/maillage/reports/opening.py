"""Opening hours in words: open until when, opening when, and the week as people read it.

The hours are OSM `opening_hours`, read with the French holidays; school holidays have no calendar here, and are not guessed.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import opening_hours
from opening_hours import OpeningHours, State

DAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What to say of a place now. `state`: open, soon (opens today), closed, or unknown; `words` in French."""

    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week, and its hours in words."""

    name: str
    words: str
    today: bool


def now(osm: str, at: datetime) -> Opening:
    """Return whether a place is open at a moment (local time, naive), and until or from when."""
    hours = _hours(osm)
    if hours is None:
        return Opening("unknown", "Horaires inconnus")
    state, comment = hours.state(at)
    if state != State.CLOSED and (comment or state == State.UNKNOWN):  # “sur rendez-vous”: nobody may just come
        return Opening("unknown", (comment or "horaires à confirmer").capitalize())
    if state == State.OPEN and "SH" in osm:
        return Opening("unknown", "Horaires de vacances : se renseigner")
    change = hours.next_change(at)
    if state == State.OPEN:
        if change is None or change - at > timedelta(hours=24):
            return Opening("open", "Ouvert")
        return Opening("open", f"Ouvert jusqu’à {clock(change)}")
    if change is None:
        return Opening("closed", "Fermé")
    if change.date() - at.date() > timedelta(days=6):
        return Opening("closed", f"Fermé jusqu’au {said(change.date())}")
    if change.date() == at.date():
        return Opening("soon", f"Ouvre à {clock(change)}")
    if change.date() == at.date() + timedelta(days=1):
        return Opening("soon", f"Ouvre demain à {clock(change)}")
    return Opening("closed", f"Fermé, ouvre {DAYS[change.weekday()].lower()} à {clock(change)}")


def is_open(osm: str, at: datetime) -> bool:
    """Return whether a place is surely open at a moment."""
    return now(osm, at).state == "open"


def week(osm: str, on: date) -> list[Day]:
    """Return the seven days of the week that holds a day, Monday first; [] when the hours say nothing."""
    hours = _hours(osm)
    if hours is None:
        return []
    monday = on - timedelta(days=on.weekday())
    found = []
    for n, name in enumerate(DAYS):
        day = monday + timedelta(days=n)
        start = datetime(day.year, day.month, day.day)
        parts = []
        night = start + timedelta(days=1)
        for first, last, state, comment in hours.intervals(start, night):
            if state == State.CLOSED:
                continue
            begin, end = max(first, start), min(last or night, night)
            whole = begin == start and end == night
            if whole and state == State.UNKNOWN:  # the day is known, not the hours
                parts.append(comment[:1].upper() + comment[1:] or "Horaires à confirmer")
                continue
            said = "Toute la journée" if whole else f"{clock(begin)} – {clock(end)}"
            parts.append(f"{said} ({comment})" if comment else said)
        found.append(Day(name, ", ".join(parts) or "Fermé", day == on))
    return found


def every_week(osm: str) -> bool:
    """Return whether the hours are the same each week: no “first Tuesday of the month”, no even weeks, no dates."""
    return not any(mark in osm for mark in ("[", "week", *_OSM_MONTHS))


def clock(moment: datetime) -> str:
    """Return a time as it is said.

    >>> clock(datetime(2026, 1, 1, 18, 30)), clock(datetime(2026, 1, 1, 9, 0))
    ('18 h 30', '9 h')
    """
    return f"{moment.hour} h {moment.minute:02d}" if moment.minute else f"{moment.hour} h"


def said(day: date) -> str:
    """Return a date in words.

    >>> said(date(2026, 9, 1))
    '1er septembre 2026'
    """
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


_OSM_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "easter")


@lru_cache(maxsize=4_096)
def _hours(osm: str) -> Any:
    if not osm:
        return None
    try:
        return OpeningHours(osm, country="FR")
    except opening_hours.ParserError:  # type: ignore[attr-defined]
        return None
