"""Tasks of the outbox today: messages that did not leave, or may not have."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import PLATFORM, Line
from maillage.apps.platform.messages import access, queries
from maillage.apps.platform.messages.models import Message
from maillage.web.presence import Reading, Readings


def _undecided(user: Visitor, at: datetime) -> QuerySet[Message]:
    return queries.for_somebody(access.messages_for(user))


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return one line for the messages that wait for a decision."""
    if not rights_of(user).any(access.MANAGE, access.RUN):
        return
    n = _undecided(user, at).count()
    if n:
        yield Line(
            kind="undelivered",
            group=PLATFORM,
            n=n,
            title="message pas parti, ou à vérifier" if n == 1 else "messages pas partis, ou à vérifier",
            words="Une adresse fausse, un numéro coupé : quelqu’un n’a pas été prévenu.",
            url=reverse("outbox"),
            gesture="Voir ces messages",
            icon="mail",
        )


lines = Readings(Reading(_lines, _undecided))
