"""Tasks of the outbox today: messages that did not leave, or may not have."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import PLATFORM, Line
from maillage.apps.messages import access, queries


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return one line for the messages that wait for a decision."""
    if not rights_of(user).any(access.MANAGE, access.RUN):
        return
    n = queries.for_somebody(access.messages_for(user))
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
