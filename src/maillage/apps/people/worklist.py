"""Tasks about persons for those who help them: corrections of the writings about them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.rules.worklist import LONG, MOST, PEOPLE, Line
from maillage.apps.people import access
from maillage.web import bulk


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return the corrections that persons asked for and that nobody answered, the oldest first."""
    rows = access.corrections_for(user).filter(done_at=None).order_by("asked_at", "pk")
    for row in bulk.seldom(rows[: 2 * MOST]):
        since = timezone.localdate(row.asked_at)
        yield Line(
            kind="correction",
            group=PEOPLE,
            title=str(row.person),
            words="Demande de corriger ce qui est écrit d’elle : un mois pour répondre.",
            since=since,
            late=(timezone.localdate(at) - since).days > LONG,
            url=reverse("person", args=[row.person_id]),
            gesture="Répondre",
            icon="pencil",
        )
