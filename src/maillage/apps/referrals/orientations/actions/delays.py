"""Choose in how many working days the places of a territory answer."""

from datetime import datetime

from django.db import transaction

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations.models import AnswerDelay
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused


@transaction.atomic
def choose(territory: str, days: int | None, *, by: User, at: datetime) -> AnswerDelay:
    """Choose the delay of a territory, from the next referral on: what was promised to a person stays."""
    if days is None or not 1 <= days <= cycle.MAX_ANSWER_DAYS:
        raise Refused(
            "Le délai n’a pas changé.",
            why="Ce nombre de jours n’est pas possible.",
            do=f"Écrivez de 1 à {cycle.MAX_ANSWER_DAYS} jours ouvrés.",
        )
    row = AnswerDelay.objects.create(territory=territory, days=days, by=by, at=at)
    journal.record(by=by, verb="orientation.delay_chosen", row=row, at=at, words=f"{territory} : {days}")
    return row
