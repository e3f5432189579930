"""Workshops and permanences for the network: lines of its agenda, objects of discussions."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Permanence
from maillage.apps.agenda.queries import permanences as doors
from maillage.apps.agenda.queries import slots, words
from maillage.apps.agenda.rules import permanences as rules
from maillage.apps.community.queries.agenda import in_words
from maillage.apps.community.rules import agenda
from maillage.apps.community.rules.agenda import Occurrence
from maillage.apps.community.rules.discussions import Subject
from maillage.reference import clocks


def workshops(first: datetime, last: datetime, most: int | None = None) -> list[Occurrence]:
    """Return the published workshops that start between two moments, as lines of the shared agenda, the first
    ones.
    """
    rows = access.published().filter(starts_at__gte=first, starts_at__lt=last, cancelled_at=None)
    return [
        Occurrence(
            kind=agenda.WORKSHOP,
            uid=f"atelier-{row.pk}",
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            **in_words(row.starts_at, row.ends_at, row.commune),
            where=words.where(row),
            who=row.structure.name,
            url=reverse("workshop", args=[row.pk]),
            commune=row.commune,
            sequence=row.sequence,
            changed_at=row.changed_at,
            example=row.example,
        )
        for row in rows.select_related("structure", "lieu").order_by("starts_at", "title")[:most]
    ]


def permanences(first: datetime, last: datetime, most: int | None = None) -> list[Occurrence]:
    """Return the published permanences held between two moments, a line for each span of each day, the first
    ones.
    """
    rows = access.published_permanences().filter(stopped_at=None).exclude(until_on__lt=first.date())
    rows = rows.select_related("structure", "lieu").prefetch_related("closures")
    occurrences = (each for row in rows for each in _occurrences(row, first, last))
    return sorted(occurrences, key=lambda occurrence: (occurrence.starts_at, occurrence.title))[:most]


def _occurrences(row: Permanence, first: datetime, last: datetime) -> Iterator[Occurrence]:
    opening, zone = slots.opening_of(row), clocks.zone(row.commune)
    for day in rules.days(opening, first.astimezone(zone).date(), last.astimezone(zone).date()):
        for rank, hours in enumerate(opening.hours):
            if hours.weekday != day.weekday():
                continue
            begin, end = (datetime.combine(day, each, tzinfo=zone) for each in (hours.begin, hours.end))
            if first <= begin < last:
                yield Occurrence(
                    kind=agenda.PERMANENCE,
                    uid=f"permanence-{row.pk}-{rank}-{day:%Y%m%d}",
                    title=row.title,
                    starts_at=begin,
                    ends_at=end,
                    **in_words(begin, end, row.commune),
                    where=doors.place(row),
                    who=row.structure.name,
                    url=reverse("permanence_public", args=[row.pk]),
                    commune=row.commune,
                    sequence=row.sequence,
                    changed_at=row.changed_at,
                    example=row.example,
                )


def subject(row: int, user: Any) -> Subject | None:
    """Return a workshop as the object of a discussion: published, or run by the reader."""
    public = access.published().filter(pk=row).first()
    workshop = public or access.workshops_for(user).filter(pk=row).first()
    if workshop is None:
        return None
    url = reverse("workshop" if public is not None else "workshop_run", args=[row])
    return Subject("workshop", row, workshop.title, url, workshop.commune, workshop.structure_id)
