"""Workshops, permanences and appointments as calendars read them (RFC 5545): where, when, what; never who."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.urls import reverse

from maillage.apps.agenda.models import Appointment, Permanence, Workshop
from maillage.apps.agenda.queries import appointment_words, words
from maillage.apps.agenda.queries import permanences as doors
from maillage.apps.agenda.rules import appointments, permanences
from maillage.apps.directory.places.queries import places
from maillage.kernel.later import icalendar
from maillage.reference import clocks
from maillage.words.languages import say

WORKSHOPS, APPOINTMENTS = "Ateliers", "Rendez-vous"  # as the producer of a calendar is named
# Fixed: identifiers stay when the address of the installation changes.
WORKSHOP_DOMAIN, APPOINTMENT_DOMAIN = "ateliers.maillage", "rendez-vous.maillage"
EXCLUDED_AHEAD = timedelta(days=400)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def of_workshops(rows: Iterable[Workshop], name: str) -> bytes:
    """Return a calendar of workshops: identifiers never change, cancelled ones say so."""
    return _calendar(name, WORKSHOPS, map(_workshop, rows))


def of_permanences(rows: Iterable[Permanence], name: str, at: datetime) -> bytes:
    """Return a calendar of permanences: the spans of their week, without the days that are closed."""
    return _calendar(name, APPOINTMENTS, (event for row in rows for event in _weekly(row, at)))


def of_appointment(row: Appointment) -> bytes:
    """Return one appointment, for the calendar of who comes: neither their name nor what it is for."""
    begin = appointment_words.local(row)
    event = _event(row, f"{row.key}@{APPOINTMENT_DOMAIN}", begin, begin + timedelta(minutes=row.minutes))
    event.add("summary", say("Rendez-vous"))
    event.add("location", appointment_words.where(row))
    event.add("status", "CANCELLED" if row.state == appointments.CANCELLED else "CONFIRMED")
    return _calendar(say("Rendez-vous"), APPOINTMENTS, [event])


def _calendar(name: str, about: str, events: Iterable["icalendar.Event"]) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//Maillage//{about}//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", icalendar.vText(name))
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(
    row: Workshop | Permanence | Appointment, uid: str, begin: datetime, end: datetime
) -> "icalendar.Event":
    """Return an event without its words, under the version of its row."""
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("dtstamp", row.changed_at.astimezone(UTC))
    event.add("dtstart", begin)
    event.add("dtend", end)
    event.add("sequence", row.sequence)
    return event


def _workshop(row: Workshop) -> "icalendar.Event":
    zone, address = row.zone, f"{settings.ADDRESS}{reverse('workshop', args=[row.pk])}"
    uid = f"atelier-{row.pk}@{WORKSHOP_DOMAIN}"
    event = _event(row, uid, row.starts_at.astimezone(zone), row.ends_at.astimezone(zone))
    event.add("summary", row.title)
    event.add("location", words.where(row))
    if row.lieu is not None and row.lieu.point and places.is_located(row.lieu):
        event["geo"] = icalendar.vGeo(row.lieu.point)
    about = [row.aim, row.bring and f"À apporter : {row.bring}", address]
    event.add("description", "\n".join(filter(None, about)))
    event.add("url", address)
    event.add("status", "CANCELLED" if row.cancelled_at else "CONFIRMED")
    return event


def _weekly(row: Permanence, at: datetime) -> Iterator["icalendar.Event"]:
    """Yield one event for each span of the week, in the time of the place."""
    opening, zone = doors.opening_of(row), clocks.zone(row.commune)
    closed = [day for day, _ in doors.closed_days(row, row.first_on, at.date() + EXCLUDED_AHEAD)]
    turns = [opening.first_on + timedelta(days=n) for n in range(7 * (opening.every + 1))]
    for rank, hours in enumerate(opening.hours):
        # The first day in a week of its turn, even when it is closed that day.
        in_turn = (each for each in turns if permanences.in_turn(opening, each))
        first = next((each for each in in_turn if each.weekday() == hours.weekday), None)
        if first is None or (opening.until_on is not None and first > opening.until_on):
            continue
        begin, end = (datetime.combine(first, each, tzinfo=zone) for each in (hours.begin, hours.end))
        event = _event(row, f"permanence-{row.pk}-{rank}@{APPOINTMENT_DOMAIN}", begin, end)
        rule = {"freq": "weekly", "interval": row.every, "wkst": "MO", "byday": DAYS[hours.weekday]}
        if row.until_on is not None:
            last = datetime.combine(row.until_on, time.max, tzinfo=zone)
            rule["until"] = last.replace(microsecond=0).astimezone(UTC)
        event.add("rrule", icalendar.vRecur(rule))
        off_days = [day for day in closed if day.weekday() == hours.weekday and day >= first]
        if off_days:
            event.add("exdate", [datetime.combine(day, hours.begin, tzinfo=zone) for day in off_days])
        event.add("summary", row.title)
        names = (row.lieu.name, places.full_address(row.lieu.sheet)) if row.lieu is not None else ()
        event.add("location", ", ".join(filter(None, names)) if names else row.address)
        event.add("status", "CANCELLED" if row.stopped_at is not None else "CONFIRMED")
        yield event
