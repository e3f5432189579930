"""The duties of those who leave a structure, from what each feature declares."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from maillage.apps.directory.memberships import access
from maillage.apps.directory.memberships.models import Invitation, Membership
from maillage.apps.directory.memberships.rules import INVITATION, RENEWABLE, ROLES, Duty, message_key
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.rules import PUBLISHED
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.platform.messages import queries as outbox
from maillage.web.hooks import Hook
from maillage.web.presence import present
from maillage.words.dates import in_words

HANDED_OVER = "duty.handed_over"
LATER = datetime.max.replace(tzinfo=UTC)
MOST = 200  # duties of one kind that are read


@dataclass(frozen=True, slots=True)
class Duties:
    """The duties of one kind. rows: of a leaver in some structures, of all their leavers when user is None;
    duties_of: the first of these rows as duties, for the same leaver.
    """

    rows: Callable[[Collection[int], datetime, int | None], QuerySet[Any]]
    duties_of: Callable[[QuerySet[Any], int | None], Iterable[Duty]]


DUTIES: Hook[Duties] = Hook()  # of those who leave a structure


def duties(structures: Collection[int], at: datetime, *, user: int | None = None) -> list[Duty]:
    """Return the duties of a leaver in some structures, or of all their leavers: those that have a moment
    first.
    """
    rows_by_kind = {kind: kind.rows(structures, at, user) for kind in DUTIES}
    present_rows = zip(rows_by_kind.items(), present(rows_by_kind.values()), strict=True)
    all_duties = [
        duty for (kind, rows), is_present in present_rows if is_present for duty in kind.duties_of(rows, user)
    ]
    return sorted(all_duties, key=lambda duty: duty.at or LATER)


def _invitations(structures: Collection[int], at: datetime, user: int | None) -> QuerySet[Invitation]:
    """Return the links that leavers gave and that nobody opened: without their maker they open nothing."""
    on = timezone.localdate(at)
    member = Membership.objects.filter(user=OuterRef("made_by"), structure=OuterRef("structure"))
    return Invitation.objects.filter(
        access.leaving("made_by", "structure", user=user, on=on),
        Exists(member),
        structure__in=structures,
        used_at=None,
        cancelled_at=None,
        expires_at__gt=at,
    )


def _invitation_duties(rows: QuerySet[Invitation], user: int | None) -> Iterable[Duty]:
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


invitations = Duties(_invitations, _invitation_duties)


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


def by_leaver(duties: Iterable[Duty]) -> dict[tuple[int | None, int | None], list[Duty]]:
    """Return duties by structure and leaver."""
    grouped: dict[tuple[int | None, int | None], list[Duty]] = {}
    for duty in duties:
        grouped.setdefault((duty.structure, duty.user), []).append(duty)
    return grouped


def membership_of(user: int, structure: int) -> Membership | None:
    """Return the role of an account in a structure that ends last, None when it never had one."""
    rows = Membership.objects.filter(user=user, structure=structure).select_related("user", "structure")
    return max(rows, key=lambda row: (row.until is None, row.until, row.pk), default=None)


def has_no_place(invitation: Invitation) -> bool:
    """Return True for a manager whose structure shows no place yet: describing it comes first."""
    places = Lieu.objects.filter(structure=invitation.structure_id, state=PUBLISHED)
    return invitation.role == "gestionnaire" and not places.exists()


@dataclass(frozen=True, slots=True)
class Pending:
    """An invitation that nobody accepted yet. is_sent: its link left for its address; is_expired: it opens
    nothing more, and may be sent again.
    """

    row: Invitation
    is_sent: bool
    is_expired: bool


def pending(rows: QuerySet[Invitation], at: datetime) -> list[Pending]:
    """Return the invitations that nobody accepted, those that expired of late included, the first to expire
    first.
    """
    open_invitations = list(
        rows.filter(used_at=None, cancelled_at=None, expires_at__gt=at - RENEWABLE).order_by(
            "expires_at", "pk"
        )
    )
    key_by_pk = {row.pk: message_key(row.pk, row.expires_at) for row in open_invitations if row.email}
    sent = outbox.leaving(key_by_pk.values())
    return [Pending(row, key_by_pk.get(row.pk) in sent, row.expires_at <= at) for row in open_invitations]
