"""The accounts and the invited persons who may be named pilot of an action."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.utils import timezone

from maillage.apps.directory.memberships import rules as roles
from maillage.apps.directory.memberships.access import (
    communes_of,
    current,
    invitations_for,
    members_for,
)
from maillage.apps.directory.memberships.models import Invitation, Membership
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import User
from maillage.apps.steering.plans.models import PlanAction
from maillage.web import bulk

INVITED = " (invité, sans compte encore)"
Scoped = TypeVar("Scoped", Membership, Invitation)
MAX_PILOTS = 300  # offered


def pilot_choices(user: User, place: str, at: datetime) -> dict[str, str]:
    """Return the names of the accounts of a territory that a user manages, themselves first, then of the
    persons whom they invited there, by the choice of a form.
    """
    inside = communes_of(place)
    members = members_for(user).filter(pk__in=current(timezone.localdate(at))).select_related("user")
    invited = invitations_for(user).filter(used_at=None, cancelled_at=None, expires_at__gt=at)
    accounts = {user.pk: user} | {row.user_id: row.user for row in _in(inside, members)}
    links = _in(inside, invited.select_related("structure"))
    return {f"compte-{pk}": str(account) for pk, account in list(accounts.items())[:MAX_PILOTS]} | {
        f"lien-{row.pk}": f"{row.for_whom}{INVITED}" for row in links[:MAX_PILOTS]
    }


def _in(inside: frozenset[str] | None, rows: QuerySet[Scoped]) -> list[Scoped]:
    """Return the roles of a territory: over a structure seated there, or over a territory that meets it."""
    if inside is None:
        return list(rows[:MAX_PILOTS])
    codes = bulk.to_find(inside)
    standing = Lieu.objects.filter(code_insee__in=codes).values("structure")
    seated = Q(structure__code_insee__in=codes) | Q(structure__in=standing)
    by_territory = rows.filter(role__in=roles.BY_TERRITORY)[:MAX_PILOTS]
    meeting = [
        row
        for row in by_territory
        if (over := communes_of(row.territory)) is None or not over.isdisjoint(inside)
    ]
    return list(rows.filter(seated)[:MAX_PILOTS]) + meeting


def chosen_name(row: PlanAction) -> str:
    """Return the name behind the pilot of an action, "" without an account nor an invitation."""
    if row.pilot_account is not None:
        return str(row.pilot_account)
    return row.pilot_invitation.for_whom if row.pilot_invitation is not None else ""
