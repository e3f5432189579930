"""The shared agenda: what each feature brings to it, on one list and in one calendar."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from maillage.apps.community.queries import meetings
from maillage.apps.community.rules import agenda as rules
from maillage.apps.community.rules.agenda import Occurrence
from maillage.kernel.later import icalendar
from maillage.kernel.names import plain
from maillage.reference import clocks
from maillage.web.hooks import Hook
from maillage.words import opening

PRODUCER, DOMAIN = "-//Maillage//Agenda//FR", "agenda.maillage"
# Lines of the shared agenda between two moments, so many at most.
OCCURRENCES: Hook[Callable[[datetime, datetime, int | None], Iterable[Occurrence]]] = Hook()
MOST = 500  # lines: beyond, one narrows


def occurrences(
    first: datetime, last: datetime, *, kind: str = "", words: str = "", communes: Iterable[str] = ()
) -> list[Occurrence]:
    """Return the occurrences between two moments that fit the filters; empty ones accept anything."""
    typed, towns = plain(words).split(), frozenset(communes)
    most = None if kind or typed or towns else MOST  # nobody reads beyond, unless to narrow it
    occurrences_found = []
    for occurrences_between in OCCURRENCES:
        for row in occurrences_between(first, last, most):
            if kind and row.kind != kind:
                continue
            if towns and row.commune not in towns:
                continue
            if all(word in plain(f"{row.title} {row.where} {row.organiser}") for word in typed):
                occurrences_found.append(row)
    return sorted(occurrences_found, key=lambda row: (row.starts_at, row.title))[:MOST]


def of_meetings(first: datetime, last: datetime, most: int | None = None) -> list[Occurrence]:
    """Return the meetings of the network as lines of the agenda, the first ones."""
    return [
        Occurrence(
            kind=rules.TRAINING if row.kind == "training" else rules.MEETING,
            uid=f"reunion-{row.pk}",
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.starts_at + timedelta(minutes=row.minutes),
            **in_words(row.starts_at, row.starts_at + timedelta(minutes=row.minutes), row.commune),
            where=meetings.place(row),
            organiser=meetings.convener(row),
            url=reverse("meeting", args=[row.pk]),
            commune=row.commune,
            sequence=row.sequence,
            changed_at=row.changed_at,
            example=row.example,
        )
        for row in meetings.between(first, last)[:most]
        if row.starts_at is not None
    ]


def in_words(begin: datetime, end: datetime, commune: str) -> dict[str, str]:
    """Return the day and the hours of a line, in the time of its place."""
    zone = clocks.zone(commune)
    start, stop = begin.astimezone(zone), end.astimezone(zone)
    day = f"{opening.weekday(start.weekday())} {opening.date_text(start.date())}"
    return {"day": day, "hours": f"{opening.clock(start)} – {opening.clock(stop)}"}


def feed(rows: Iterable[Occurrence], name: str, at: datetime) -> bytes:
    """Return a calendar (RFC 5545): each line under a number that never changes; never who comes."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", icalendar.vText(name))
    zone = timezone.get_default_timezone()
    for row in rows:
        event = icalendar.Event()
        event.add("uid", f"{row.uid}@{DOMAIN}")
        event.add("dtstamp", (row.changed_at or at).astimezone(UTC))
        event.add("dtstart", row.starts_at.astimezone(zone))
        event.add("dtend", row.ends_at.astimezone(zone))
        event.add("summary", row.title)
        event.add("location", row.where)
        event.add("url", f"{settings.ADDRESS}{row.url}")
        event.add("status", "CONFIRMED")
        event.add("sequence", row.sequence)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
