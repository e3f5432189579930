"""The duties of those who leave a structure, from what each feature declares."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from maillage.apps.accounts.models import Entry
from maillage.apps.memberships import access
from maillage.apps.memberships.models import Invitation, Membership
from maillage.apps.memberships.rules import INVITATION, ROLES, Duty
from maillage.web.hooks import Hook
from maillage.words.dates import in_words

DUTIES: Hook[Callable[..., Iterable[Duty]]] = Hook()  # of those who leave a structure
HANDED_OVER = "duty.handed_over"
LATER = datetime.max.replace(tzinfo=UTC)
MOST = 200  # duties of one kind that are read


def duties(structures: Collection[int], at: datetime, *, user: int | None = None) -> list[Duty]:
    """Return the duties of a leaver in some structures, or of all their leavers: those that have a moment
    first.
    """
    rows = [duty for duties_of in DUTIES for duty in duties_of(structures, at, user=user)]
    return sorted(rows, key=lambda duty: duty.at or LATER)


def invitations(structures: Collection[int], at: datetime, *, user: int | None) -> Iterable[Duty]:
    """Yield the links that leavers gave and that nobody opened yet: without their maker they open nothing."""
    on = timezone.localdate(at)
    member = Membership.objects.filter(user=OuterRef("made_by"), structure=OuterRef("structure"))
    rows = Invitation.objects.filter(
        access.leaving("made_by", "structure", user=user, on=on),
        Exists(member),
        structure__in=structures,
        used_at=None,
        cancelled_at=None,
        expires_at__gt=at,
    )
    for row in rows.order_by("expires_at")[:MOST]:
        yield Duty(
            kind=INVITATION,
            pk=row.pk,
            user=row.made_by_id,
            structure=row.structure_id,
            title=f"Invitation de {row.for_whom}",
            words=f"{ROLES[row.role].label}. Pas encore ouverte, elle expire le"
            f" {in_words(timezone.localdate(row.expires_at))}.",
        )


def handed_over(user: int, structure: int) -> list[tuple[str, int, datetime]]:
    """Return the duties of a leaver that were handed over, the latest first: the kind, the number of the
    account that took it, the moment.
    """
    rows = Entry.objects.filter(verb=HANDED_OVER, kind="accounts.user", row=user, structure=structure)
    takers = []
    for entry in rows.order_by("-pk"):
        kind, _, receiver = entry.words.split()
        takers.append((kind, int(receiver), entry.at))
    return takers


def by_leaver(duties: Iterable[Duty]) -> dict[tuple[int, int], list[Duty]]:
    """Return duties by structure and leaver."""
    grouped: dict[tuple[int, int], list[Duty]] = {}
    for duty in duties:
        grouped.setdefault((duty.structure, duty.user), []).append(duty)
    return grouped


def membership_of(user: Any, structure: int) -> Membership | None:
    """Return the role of an account in a structure that ends last, None when it never had one."""
    rows = Membership.objects.filter(user=user, structure=structure).select_related("user", "structure")
    return max(rows, key=lambda row: (row.until is None, row.until, row.pk), default=None)
