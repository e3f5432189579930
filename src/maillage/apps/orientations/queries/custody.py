"""Stakes of a place that goes into another custody: its team, and the persons on their way."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from maillage.apps.directory.rules import Stakes
from maillage.apps.memberships.models import Invitation, Membership
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.rules import cycle


def stakes(
    *,
    at: datetime,
    structures: Collection[int] | RawSQL | None = None,
    lieux: Collection[int] | RawSQL | None = None,
) -> Stakes:
    """Return the team of each structure, and the running referrals of each place. None: of all of them.

    A role that begins later counts: somebody is about to act for the structure.
    """
    still = Q(until__isnull=True) | Q(until__gte=timezone.localdate(at))
    members = Membership.objects.filter(still, structure__isnull=False, user__is_active=True)
    invited = Invitation.objects.filter(
        structure__isnull=False, used_at__isnull=True, cancelled_at__isnull=True, expires_at__gt=at
    )
    running = Orientation.objects.filter(state__in=cycle.RUNNING, lieu__isnull=False)
    if structures is not None:
        members, invited = members.filter(structure__in=structures), invited.filter(structure__in=structures)
    if lieux is not None:
        running = running.filter(lieu__in=lieux)
    by_structure = members.order_by().values_list("structure").annotate(Count("user", distinct=True))
    by_place = running.order_by().values_list("lieu").annotate(Count("pk"))
    return Stakes(dict(by_structure), frozenset(invited.values_list("structure", flat=True)), dict(by_place))
