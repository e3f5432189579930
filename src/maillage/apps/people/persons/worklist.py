"""Tasks about persons for those who help them: corrections of the writings about them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.people.persons import access
from maillage.apps.people.persons.models import CorrectionRequest
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import MAX_WAIT_DAYS, MOST, PEOPLE, Line
from maillage.web.presence import Reading, Readings


def _unanswered(user: Visitor, at: datetime) -> QuerySet[CorrectionRequest]:
    return access.corrections_for(user).filter(done_at=None)


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the corrections that persons asked for and that nobody answered, the oldest first."""
    for row in _unanswered(user, at).order_by("asked_at", "pk")[: 2 * MOST]:
        since = timezone.localdate(row.asked_at)
        yield Line(
            kind="correction",
            group=PEOPLE,
            title=str(row.person),
            words="Demande de corriger ce qui est écrit d’elle : un mois pour répondre.",
            since=since,
            late=(timezone.localdate(at) - since).days > MAX_WAIT_DAYS,
            url=reverse("person", args=[row.person_id]),
            gesture="Répondre",
            icon="pencil",
        )


lines = Readings(Reading(_lines, _unanswered))
