"""The referrals of those who leave a structure: drafts, and those sent that nobody ended."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from maillage.apps.memberships import access
from maillage.apps.memberships.queries import MOST
from maillage.apps.memberships.rules import Duty
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.rules import cycle
from maillage.words.dates import in_words


def referrals(structures: Collection[int], at: datetime, *, user: int | None) -> Iterable[Duty]:
    """Yield the referrals of leavers that are not over, drafts last."""
    rows = Orientation.objects.filter(
        access.leaving("sender", "from_structure", user=user, on=timezone.localdate(at)),
        from_structure__in=structures,
        ended_at=None,
        stripped_at=None,
    )
    ordered = rows.select_related("person").order_by(F("expires_on").asc(nulls_last=True), "pk")[:MOST]
    for row in ordered:
        is_draft = row.state == cycle.DRAFT
        waits = row.sent_at is not None and row.answered_at is None and row.expires_on is not None
        expected = f" Réponse attendue avant le {in_words(row.expires_on)}." if waits else ""
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
