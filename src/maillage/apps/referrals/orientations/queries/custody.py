"""Stakes of a place that changes hands, or of a helper who leaves: teams, and running referrals."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.memberships import access
from maillage.apps.directory.memberships.models import Invitation, Membership
from maillage.apps.directory.memberships.queries import MOST, Duties
from maillage.apps.directory.memberships.rules import Duty
from maillage.apps.directory.places.rules import Stakes
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.words.dates import in_words


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


def _referrals(structures: Collection[int], at: datetime, user: int | None) -> QuerySet[Orientation]:
    """Return the referrals of those who leave a structure, sent or drafts, that nobody ended; drafts last."""
    return Orientation.objects.filter(
        access.leaving("sender", "from_structure", user=user, on=timezone.localdate(at)),
        from_structure__in=structures,
        ended_at=None,
        stripped_at=None,
    )


def _referral_duties(rows: QuerySet[Orientation], user: int | None) -> Iterable[Duty]:
    ordered = rows.select_related("person").order_by(F("expires_on").asc(nulls_last=True), "pk")[:MOST]
    for row in ordered:
        is_draft = row.state == cycle.DRAFT
        waits = row.sent_at is not None and row.answered_at is None
        last = row.expires_on if waits else None
        expected = f" Réponse attendue avant le {in_words(last)}." if last is not None else ""
        yield Duty(
            kind="referral",
            pk=row.pk,
            user=row.sender_id,
            structure=row.from_structure_id,
            title="Brouillon d’orientation"
            if is_draft
            else f"Orientation, {row.get_state_display().lower()}",
            words=f"{row.person or 'Sans fiche'}, {row.need_text}.{expected}",
            url=reverse("orientation", args=[row.pk]),
        )


referrals = Duties(_referrals, _referral_duties)
