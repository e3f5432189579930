"""Volunteers as tests need them: met, charter signed, somebody who answers for them."""

from datetime import datetime, timedelta

from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.volunteers.actions import meetings, missions
from maillage.apps.volunteering.volunteers.models import Engagement


def proposed(
    structure: Structure, *, at: datetime, token: str = "benevole", **volunteer_fields
) -> Engagement:
    """Return somebody who proposed themself for a mission of a structure."""
    day = timezone.localdate(at)
    values = {
        "title": "Être à côté",
        "commune": "38185",
        "starts_on": day,
        "ends_on": day + timedelta(days=180),
    }
    row = missions.publish(structure, values, token=token, by=None, at=at)
    volunteer = missions.propose({"name": "Denise", **volunteer_fields}, token=token, mission=row, at=at)
    return Engagement.objects.get(mission=row, volunteer=volunteer)


def supervised(
    user: User | None, structure: Structure, *, by: User, at: datetime, **volunteer_fields
) -> Engagement:
    """Return a volunteer on a mission, for whom `by` answers: an account, or nobody’s."""
    row = proposed(structure, at=at, **volunteer_fields)
    row = meetings.plan(row, meets_at=at + timedelta(hours=1), by=by, at=at)
    row = meetings.confirm(row, by=by, at=at)
    return missions.sign(row, supervisor=by, signed_on=timezone.localdate(at), account=user, by=by, at=at)
