"""Referrals opened by a personal link."""

import re
from dataclasses import dataclass
from datetime import datetime

from maillage.apps.orientations import access
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.rules import cycle

SHAPE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Opened:
    """A referral opened by its link. live: it may still be read and answered; else only its state is
    shown.
    """

    orientation: Orientation
    live: bool


def opened(token: str, at: datetime) -> Opened | None:
    """Return the referral that a link opens; None for one that was replaced, forged or guessed: it does
    not exist.
    """
    if not SHAPE.fullmatch(token):
        return None
    row = Orientation.objects.filter(token=access.digest(token)).select_related(*access.WITH).first()
    if row is None:
        return None
    runs = row.state in (*cycle.RUNNING, cycle.SERVED) and row.stripped_at is None
    return Opened(row, runs and row.link_until is not None and row.day(at) <= row.link_until)
