"""The mandates, in force or to sign, that name nobody but leavers of a structure."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.memberships import access
from maillage.apps.directory.memberships.queries import MOST, Duties
from maillage.apps.directory.memberships.rules import Duty
from maillage.apps.people.mandats.models import Mandat, NamedHelper
from maillage.apps.people.mandats.queries.lists import drafts_without_helper, without_helper
from maillage.words.dates import in_words


def _mandates(structures: Collection[int], at: datetime, user: int | None) -> QuerySet[NamedHelper]:
    """Return the mandates of leavers: to go on, each is signed again, or at last, with a colleague."""
    today = timezone.localdate(at)
    rows = Mandat.objects.filter(structure__in=structures)
    alone = without_helper(rows, today, user=user)
    return NamedHelper.objects.filter(
        access.leaving("user", "mandat__structure", user=user, on=today),
        Q(mandat__in=alone) | Q(mandat__in=drafts_without_helper(rows, today, user=user)),
        removed_at=None,
    )


def _mandate_duties(rows: QuerySet[NamedHelper], user: int | None) -> Iterable[Duty]:
    named: Any = rows
    for helper in named.select_related("mandat__person").order_by("mandat__ends_on", "pk")[:MOST]:
        row = helper.mandat
        title, words = (
            f"Mandat en cours, jusqu’au {in_words(row.ends_on)}",
            f"{row.person} doit signer à nouveau, ou le mandat ne permet plus rien.",
        )
        if row.signed_at is None:
            title, words = (
                "Mandat à faire signer",
                f"{row.person} ne peut pas le signer : personne n’agirait.",
            )
        yield Duty(
            kind="mandate",
            pk=row.pk,
            user=helper.user_id,
            structure=row.structure_id,
            title=title,
            words=words,
            url=reverse("mandat", args=[row.pk]),
        )


mandates = Duties(_mandates, _mandate_duties)
