"""Permanences and appointments as calendars read them (RFC 5545): where, when, whether; never for whom."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.queries import permanences as doors
from maillage.apps.agenda.queries import slots
from maillage.apps.agenda.rules import appointments, permanences
from maillage.apps.directory.queries import places
from maillage.kernel.later import icalendar
from maillage.reference import clocks
from maillage.words.languages import say

PRODUCER = "-//Maillage//Rendez-vous//FR"
DOMAIN = "rendez-vous.maillage"  # fixed: identifiers stay when the address of the installation changes
EXCLUDED_AHEAD = timedelta(days=400)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def of_permanences(rows: Iterable[Permanence], name: str, at: datetime) -> bytes:
    """Return a calendar of permanences: each span of their week, as often as it comes back, without the days
    when it is not held.
    """
    return _calendar(name, (event for row in rows for event in _weekly(row, at)))


def of_appointment(row: Appointment) -> bytes:
    """Return one appointment, for the calendar of who comes: neither their name nor what it is for."""
    event = icalendar.Event()
    event.add("uid", f"{row.key}@{DOMAIN}")
    event.add("dtstamp", row.changed_at.astimezone(UTC))
    event.add("dtstart", words.local(row))
    event.add("dtend", words.local(row) + timedelta(minutes=row.minutes))
    event.add("summary", say("Rendez-vous"))
    event.add("location", words.where(row))
    event.add("status", "CANCELLED" if row.state == appointments.CANCELLED else "CONFIRMED")
    event.add("sequence", row.sequence)
    return _calendar(say("Rendez-vous"), [event])


def _calendar(name: str, events: Iterable["icalendar.Event"]) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", icalendar.vText(name))
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _weekly(row: Permanence, at: datetime) -> Iterator["icalendar.Event"]:
    """Yield one event for each span of the week, in the time of the place."""
    opening, zone = slots.opening_of(row), clocks.zone(row.commune)
    closed = [day for day, _ in doors.closed_days(row, row.first_on, at.date() + EXCLUDED_AHEAD)]
    for rank, hours in enumerate(opening.hours):
        first = _first(opening, hours)
        if first is None:
            continue
        event = icalendar.Event()
        event.add("uid", f"permanence-{row.pk}-{rank}@{DOMAIN}")
        event.add("dtstamp", row.changed_at.astimezone(UTC))
        event.add("dtstart", datetime.combine(first, hours.begin, tzinfo=zone))
        event.add("dtend", datetime.combine(first, hours.end, tzinfo=zone))
        rule = {"freq": "weekly", "interval": row.every, "wkst": "MO", "byday": DAYS[hours.weekday]}
        if row.until_on is not None:
            last = datetime.combine(row.until_on, time.max, tzinfo=zone)
            rule["until"] = last.replace(microsecond=0).astimezone(UTC)
        event.add("rrule", icalendar.vRecur(rule))
        off = [
            datetime.combine(day, hours.begin, tzinfo=zone)
            for day in closed
            if day.weekday() == hours.weekday and day >= first
        ]
        if off:
            event.add("exdate", off)
        event.add("summary", row.title)
        event.add("location", _where(row))
        event.add("status", "CANCELLED" if row.stopped_at is not None else "CONFIRMED")
        event.add("sequence", row.sequence)
        yield event


def _first(opening: permanences.Opening, hours: permanences.Hours) -> date | None:
    """Return the first day of a span in a week of its turn, even when it is closed that day."""
    for n in range(7 * (opening.every + 1)):
        day = opening.first_on + timedelta(days=n)
        if day.weekday() == hours.weekday and permanences.in_turn(opening, day):
            return day if opening.until_on is None or day <= opening.until_on else None
    return None


def _where(row: Permanence) -> str:
    if row.lieu is None:
        return row.address
    return ", ".join(filter(None, (row.lieu.name, places.full_address(row.lieu.sheet))))
