"""What reminders ask of somebody today: calls to give, cards to print, answers to know."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import PEOPLE, Line
from maillage.apps.reminders import access
from maillage.apps.reminders.queries import lists
from maillage.words.wording import series


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return one line for the reminders that somebody gives by hand."""
    if not rights_of(user).any(*access.SEES, access.WORKSHOPS):
        return
    counts = lists.counts(access.reminders_for(user), at)
    said = [f"{n} {lists.KINDS[id].title.lower()}" for id, n in counts.items() if n]
    if said:
        total = sum(counts.values())
        yield Line(
            kind="reminders",
            group=PEOPLE,
            n=total,
            title="Rappel à donner" if total == 1 else "Rappels à donner",
            words=f"{series(said)}.",
            url=reverse("reminders"),
            gesture="Donner les rappels",
            icon="bell",
        )
