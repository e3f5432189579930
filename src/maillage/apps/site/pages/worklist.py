"""The work of the site for those who run the platform today: problems that somebody met."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import MAX_WAIT_DAYS, PLATFORM, Line
from maillage.apps.site.pages import access
from maillage.apps.site.pages.models import ProblemReport
from maillage.web.presence import Reading, Readings
from maillage.words.wording import count


def _unsettled(user: Visitor, at: datetime) -> QuerySet[ProblemReport]:
    rows = ProblemReport.objects.filter(closed_at=None)
    return rows if rights_of(user).any(access.RUN) else rows.none()


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return one line for all the problems that were told and that nobody settled."""
    unsettled = list(_unsettled(user, at).order_by("at").values_list("at", flat=True))
    if unsettled:
        since = timezone.localdate(unsettled[0])
        yield Line(
            kind="site-problem",
            group=PLATFORM,
            title=count(len(unsettled), "problème signalé", "problèmes signalés"),
            words="Quelqu’un a buté sur une page du site.",
            n=len(unsettled),
            since=since,
            late=(timezone.localdate(at) - since).days > MAX_WAIT_DAYS,
            url=reverse("problems"),
            gesture="Lire",
            icon="triangle-alert",
        )


lines = Readings(Reading(_lines, _unsettled))
