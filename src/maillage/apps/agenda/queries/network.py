"""Workshops and permanences for the network: lines of its agenda, objects of discussions."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Permanence, Workshop
from maillage.apps.agenda.queries import permanences as doors
from maillage.apps.agenda.queries import words
from maillage.apps.agenda.rules import permanences as rules
from maillage.apps.community.queries.agenda import in_words
from maillage.apps.community.rules import agenda
from maillage.apps.community.rules.agenda import Occurrence
from maillage.apps.community.rules.discussions import Subject
from maillage.apps.platform.accounts.models import Visitor
from maillage.reference import clocks


def workshops(first: datetime, last: datetime, most: int | None = None) -> list[Occurrence]:
    """Return the first published workshops that start between two moments, for the shared agenda."""
    rows = access.published().filter(starts_at__gte=first, starts_at__lt=last, cancelled_at=None)
    return [
        _occurrence(
            row,
            (row.starts_at, row.ends_at),
            kind=agenda.WORKSHOP,
            uid=f"atelier-{row.pk}",
            where=words.where(row),
            url=reverse("workshop", args=[row.pk]),
        )
        for row in rows.select_related("structure", "lieu").order_by("starts_at", "title")[:most]
    ]


def permanences(first: datetime, last: datetime, most: int | None = None) -> list[Occurrence]:
    """Return the first spans of published permanences between two moments, a line for each day."""
    rows = access.published_permanences().filter(stopped_at=None).exclude(until_on__lt=first.date())
    rows = rows.select_related("structure", "lieu").prefetch_related("closures")
    occurrences = (each for row in rows for each in _occurrences(row, first, last))
    return sorted(occurrences, key=lambda occurrence: (occurrence.starts_at, occurrence.title))[:most]


def _occurrences(row: Permanence, first: datetime, last: datetime) -> Iterator[Occurrence]:
    opening, zone = doors.opening_of(row), clocks.zone(row.commune)
    for day in rules.days(opening, first.astimezone(zone).date(), last.astimezone(zone).date()):
        for rank, hours in enumerate(opening.hours):
            begin, end = (datetime.combine(day, each, tzinfo=zone) for each in (hours.begin, hours.end))
            if hours.weekday == day.weekday() and first <= begin < last:
                yield _occurrence(
                    row,
                    (begin, end),
                    kind=agenda.PERMANENCE,
                    uid=f"permanence-{row.pk}-{rank}-{day:%Y%m%d}",
                    where=doors.place(row),
                    url=reverse("permanence_public", args=[row.pk]),
                )


def _occurrence(row: Workshop | Permanence, span: tuple[datetime, datetime], **more: str) -> Occurrence:
    return Occurrence(
        title=row.title,
        starts_at=span[0],
        ends_at=span[1],
        **in_words(*span, row.commune),
        organiser=row.structure.name,
        commune=row.commune,
        sequence=row.sequence,
        changed_at=row.changed_at,
        example=row.example,
        **more,
    )


def subject(row: int, user: Visitor) -> Subject | None:
    """Return a workshop as the object of a discussion: published, or run by the reader."""
    public = access.published().filter(pk=row).first()
    workshop = public or access.workshops_for(user).filter(pk=row).first()
    if workshop is None:
        return None
    url = reverse("workshop" if public is not None else "workshop_run", args=[row])
    return Subject("workshop", row, workshop.title, url, workshop.commune, workshop.structure_id)
