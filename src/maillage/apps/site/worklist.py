"""The work of the site for those who run the platform today: problems that somebody met."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import LONG, PLATFORM, Line
from maillage.apps.site import access
from maillage.apps.site.models import ProblemReport
from maillage.words.wording import count


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return one line for all the problems that were told and that nobody settled."""
    if not rights_of(user).any(access.RUN):
        return
    unsettled = list(ProblemReport.objects.filter(closed_at=None).order_by("at").values_list("at", flat=True))
    if unsettled:
        since = timezone.localdate(unsettled[0])
        yield Line(
            kind="site-problem",
            group=PLATFORM,
            title=count(len(unsettled), "problème signalé", "problèmes signalés"),
            words="Quelqu’un a buté sur une page du site.",
            n=len(unsettled),
            since=since,
            late=(timezone.localdate(at) - since).days > LONG,
            url=reverse("problems"),
            gesture="Lire",
            icon="triangle-alert",
        )
