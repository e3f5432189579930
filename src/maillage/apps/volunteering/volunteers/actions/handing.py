"""Hand the supervision of a volunteer over to a colleague."""

from datetime import datetime

from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.volunteers.actions import missions
from maillage.apps.volunteering.volunteers.models import Engagement


def engagement(pk: int, *, leaver: User, to: User, by: User, at: datetime) -> str:
    """Let a colleague answer for a volunteer instead of a leaver."""
    missions.supervise(Engagement.objects.get(pk=pk, supervisor=leaver), supervisor=to, by=by, at=at)
    return ""
