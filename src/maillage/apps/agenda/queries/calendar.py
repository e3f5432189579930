"""Workshops as calendars read them (RFC 5545): where, when, what; never who."""

from collections.abc import Iterable
from datetime import UTC

from django.conf import settings
from django.urls import reverse

from maillage.apps.agenda.models import Workshop
from maillage.apps.agenda.queries import words
from maillage.apps.directory.queries import places
from maillage.kernel.later import icalendar

PRODUCER = "-//Maillage//Ateliers//FR"
DOMAIN = "ateliers.maillage"  # fixed: identifiers stay when the address of the installation changes


def feed(rows: Iterable[Workshop], name: str) -> bytes:
    """Return a calendar of workshops, each under a number that never changes, with its version and whether
    it takes place.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", icalendar.vText(name))
    for row in rows:
        calendar.add_component(_event(row))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(row: Workshop) -> "icalendar.Event":
    zone = row.zone
    event = icalendar.Event()
    event.add("uid", f"atelier-{row.pk}@{DOMAIN}")
    event.add("dtstamp", row.changed_at.astimezone(UTC))
    event.add("dtstart", row.starts_at.astimezone(zone))
    event.add("dtend", row.ends_at.astimezone(zone))
    event.add("summary", row.title)
    event.add("location", words.where(row))
    if row.lieu is not None and places.is_located(row.lieu):
        event["geo"] = icalendar.vGeo((row.lieu.latitude, row.lieu.longitude))
    about = [
        row.aim,
        row.bring and f"À apporter : {row.bring}",
        f"{settings.ADDRESS}{reverse('workshop', args=[row.pk])}",
    ]
    event.add("description", "\n".join(filter(None, about)))
    event.add("url", f"{settings.ADDRESS}{reverse('workshop', args=[row.pk])}")
    event.add("status", "CANCELLED" if row.cancelled_at else "CONFIRMED")
    event.add("sequence", row.sequence)
    return event
