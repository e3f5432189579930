"""The actions of a referral by the word of its life cycle, whoever does them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations.actions import answers, drafts, sending
from maillage.apps.referrals.orientations.models import Orientation


def prepare(*, by: User | None, at: datetime, need: str = "assistance", **fields: Any) -> Orientation:
    """Prepare the referral that these fields of a draft describe."""
    return drafts.prepare(drafts.Draft(need=need, **fields), by=by, at=at)


def action(verb: str) -> Callable[..., Any]:
    """Return the action of a verb of `rules.cycle`: of whoever sends, or of the place."""
    referral_action: Callable[..., Any] = getattr(sending, verb, None) or getattr(answers, verb)
    return referral_action
