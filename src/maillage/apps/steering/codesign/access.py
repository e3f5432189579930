"""The right to prepare and lead a co-design workshop, of those who may write about its territory. A group and
a voter need no account: their code opens their board, or their ballot.
"""

from django.db.models import QuerySet

from maillage.apps.dossiers.access import may_write
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.steering.codesign.models import Group, Participant, Session
from maillage.kernel import codes

LEADS = "territory.edit"


def sessions_for(user: Visitor) -> QuerySet[Session]:
    """Return the workshops a user leads: those of the territories they may write about."""
    places = Session.objects.order_by("place").values_list("place", flat=True).distinct()
    return Session.objects.filter(place__in=[place for place in places if may_write(user, place)])


def group_of(code: str) -> Group | None:
    """Return the group that a code opens, None for a code of nothing."""
    read = codes.read(code)
    return Group.objects.select_related("session").filter(code=read).first() if read else None


def voter_of(code: str) -> Participant | None:
    """Return the participant whose ballot a code opens, None for a code of nothing."""
    read = codes.read(code)
    return Participant.objects.select_related("session").filter(code=read).first() if read else None
