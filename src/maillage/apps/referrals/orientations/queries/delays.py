"""Read in how many working days the places of a territory answer a referral."""

from collections.abc import Mapping

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.referrals.orientations.models import AnswerDelay
from maillage.apps.referrals.orientations.rules import cycle


def answer_days(commune: str) -> int:
    """Return the working days in which a place of a commune answers: those of the smallest territory that
    chose some and holds it.
    """
    holding_territories = [
        (size, days)
        for territory, days in by_territory().items()
        for size in (_size(territory, commune),)
        if size is not None
    ]
    return min(holding_territories)[1] if holding_territories else cycle.ANSWER_DAYS


def by_territory() -> Mapping[str, int]:
    """Return the working days that each territory chose."""
    rows = AnswerDelay.objects.order_by("at", "pk").values_list("territory", "days")
    return dict(rows)


def _size(territory: str, commune: str) -> float | None:
    """Return how many communes a territory has, None when it does not hold this one."""
    communes = communes_of(territory)
    if communes is None:
        return float("inf")
    return len(communes) if commune in communes else None
