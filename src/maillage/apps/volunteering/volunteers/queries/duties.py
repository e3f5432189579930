"""The volunteers for whom those who leave a structure answer."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.memberships import access
from maillage.apps.directory.memberships.queries import MOST, Duties
from maillage.apps.directory.memberships.rules import Duty
from maillage.apps.volunteering.volunteers.models import Engagement
from maillage.apps.volunteering.volunteers.rules import missions as rules


def _engagements(structures: Collection[int], at: datetime, user: int | None) -> QuerySet[Engagement]:
    """Return the missions under way whose supervisor leaves."""
    return Engagement.objects.filter(
        access.leaving("supervisor", "mission__structure", user=user, on=timezone.localdate(at)),
        mission__structure__in=structures,
        state=rules.ACTIVE,
    )


def _engagement_duties(rows: QuerySet[Engagement], user: int | None) -> Iterable[Duty]:
    for row in rows.select_related("mission", "volunteer").order_by("pk")[:MOST]:
        yield Duty(
            kind="engagement",
            pk=row.pk,
            user=row.supervisor_id,
            structure=row.mission.structure_id,
            title=f"Bénévole encadré, {row.volunteer.name}",
            words=f"« {row.mission.title} ». Sans encadrant, mandats et papiers lui sont fermés.",
            url=reverse("engagement", args=[row.pk]),
        )


engagements = Duties(_engagements, _engagement_duties)
