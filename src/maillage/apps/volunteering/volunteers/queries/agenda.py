"""Trainings as lines of the shared agenda of the network."""

from datetime import datetime

from django.urls import reverse

from maillage.apps.agenda.queries import words
from maillage.apps.community.queries.agenda import in_words
from maillage.apps.community.rules import agenda
from maillage.apps.community.rules.agenda import Occurrence
from maillage.apps.volunteering.volunteers.models import Session


def sessions(first: datetime, last: datetime, most: int | None = None) -> list[Occurrence]:
    """Return the sessions open to the network that start between two moments, the first ones."""
    rows = Session.objects.filter(
        workshop__starts_at__gte=first,
        workshop__starts_at__lt=last,
        workshop__cancelled_at=None,
        workshop__published_at__isnull=False,
    ).select_related("workshop__structure", "workshop__lieu")
    rows = rows.order_by("workshop__starts_at", "workshop__title")[:most]
    return [
        Occurrence(
            kind=agenda.TRAINING,
            uid=f"formation-{row.pk}",
            title=row.workshop.title,
            starts_at=row.workshop.starts_at,
            ends_at=row.workshop.ends_at,
            **in_words(row.workshop.starts_at, row.workshop.ends_at, row.workshop.commune),
            where=words.where(row.workshop),
            organiser=row.workshop.structure.name,
            url=reverse("training_session", args=[row.pk]),
            commune=row.workshop.commune,
            sequence=row.workshop.sequence,
            changed_at=row.workshop.changed_at,
            example=row.workshop.example,
        )
        for row in rows
    ]
