"""What learning asks of somebody today: procedures tried for real, whose end nobody knows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import TRAINING, Line
from maillage.apps.learning import access
from maillage.apps.learning.queries import plans
from maillage.words.wording import series


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return one line for the follow-ups due: how many, the names of the first."""
    if not rights_of(user).any(access.SEE, access.MINE):
        return
    found = plans.to_ask(user, timezone.localdate(at))
    if found:
        names = series([f"{each.plan.person} ({each.title})" for each in found[:3]])
        more = f", et {len(found) - 3} de plus" if len(found) > 3 else ""
        yield Line(
            kind="follow-up",
            group=TRAINING,
            n=len(found),
            title="Suivi à faire" if len(found) == 1 else "Suivis à faire",
            words=f"{names}{more} : ont-elles réussi pour de vrai ?",
            since=found[0].plan.ask_on,
            url=reverse("plans"),
            gesture="Demander la suite",
            icon="graduation-cap",
        )
