"""What was done in the place of somebody under one mandate, for its sheet."""

from dataclasses import dataclass

from maillage.apps.accounts.models import User
from maillage.apps.actes import access
from maillage.apps.actes.queries.lists import Line, lines
from maillage.apps.mandats.models import Mandat


@dataclass(frozen=True, slots=True)
class Done:
    """The acts that a mandate allowed, the latest first; minutes: of those that stand."""

    lines: list[Line]
    n: int
    minutes: int


def of_mandate(mandat: Mandat, user: User) -> Done:
    """Return the acts under a mandate, among those that a user may see (`settings.SHOWN_WITH_A_MANDATE`)."""
    rows = list(access.acts_for(user).filter(mandat=mandat).order_by("-done_at", "-pk"))
    kept = [each for each in rows if each.struck_at is None]
    return Done(lines(rows, user), len(kept), sum(each.minutes for each in kept))
