"""The mandates that run and name nobody but those who leave a structure."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.mandats.models import Mandat, NamedHelper
from maillage.apps.mandats.queries.lists import without_helper
from maillage.apps.memberships import access
from maillage.apps.memberships.queries import MOST
from maillage.apps.memberships.rules import Duty
from maillage.words.dates import in_words


def mandates(structures: Collection[int], at: datetime, *, user: int | None) -> Iterable[Duty]:
    """Yield the mandates of leavers: to go on, each is signed again with a colleague."""
    today = timezone.localdate(at)
    named: Any = NamedHelper.objects.filter(
        access.leaving("user", "mandat__structure", user=user, on=today),
        mandat__in=without_helper(Mandat.objects.filter(structure__in=structures), today, user=user),
        removed_at=None,
    )
    for helper in named.select_related("mandat__person").order_by("mandat__ends_on", "pk")[:MOST]:
        row = helper.mandat
        yield Duty(
            kind="mandate",
            pk=row.pk,
            user=helper.user_id,
            structure=row.structure_id,
            title=f"Mandat en cours, jusqu’au {in_words(row.ends_on)}",
            words=f"{row.person} doit signer à nouveau, ou le mandat ne permet plus rien.",
            url=reverse("mandat", args=[row.pk]),
        )
