"""What campaigns of confirmation ask of somebody today: the places that did not answer yet."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import DIRECTORY, MOST, Line
from maillage.apps.outreach.queries import campaigns

RUNS = "directory.import"


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return the campaigns under way, with how far each is."""
    if not rights_of(user).any(RUNS):
        return
    found = [each for each in campaigns.campaigns(user) if each.campaign.closed_at is None]
    for each in found[:MOST]:
        left = each.progress.total - each.progress.over
        yield Line(
            kind="campaign",
            group=DIRECTORY,
            n=left,
            title=f"Campagne {each.campaign.name}",
            words=f"{each.progress.words}, {each.where}.",
            since=timezone.localdate(each.campaign.opened_at),
            url=reverse("campaign", args=[each.campaign.pk]),
            gesture=f"Appeler les {left} autres"
            if left > 1
            else "Appeler le dernier"
            if left
            else "La clore",
            icon="phone" if left else "check",
        )
