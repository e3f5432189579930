"""Tasks of the exchanges today: systems that are told nothing more."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import PLATFORM, Line
from maillage.apps.platform.exchanges import access, queries
from maillage.apps.platform.exchanges.models import Webhook
from maillage.web.presence import Reading, Readings


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Yield a line for each address that was given up."""
    for row in _troubled(user, at):
        yield Line(
            kind="webhook_given_up",
            group=PLATFORM,
            title=row.name,
            words="Ce système ne prend plus ce que Maillage lui envoie.",
            url=reverse("exchange", args=[row.pk]),
            gesture="Voir ce qui a échoué",
            icon="share-2",
        )


def _troubled(user: Visitor, at: datetime) -> QuerySet[Webhook]:
    return queries.troubled() if rights_of(user).any(access.RUN) else Webhook.objects.none()


lines = Readings(Reading(_lines, _troubled))
