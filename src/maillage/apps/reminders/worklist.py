"""Tasks about reminders today: calls to give, cards to print, answers to know."""

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
    counts_by_list = [f"{n} {lists.KINDS[id].title.lower()}" for id, n in counts.items() if n]
    if counts_by_list:
        total = sum(counts.values())
        yield Line(
            kind="reminders",
            group=PEOPLE,
            n=total,
            title="Rappel à donner" if total == 1 else "Rappels à donner",
            words=f"{series(counts_by_list)}.",
            url=reverse("reminders"),
            gesture="Donner les rappels",
            icon="bell",
        )
