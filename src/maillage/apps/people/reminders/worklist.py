"""Tasks about reminders today: calls to give, cards to print, answers to know."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from maillage.apps.people.reminders import access, queries
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import PEOPLE, Line
from maillage.web.presence import Reading, Readings
from maillage.words.wording import series


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return one line for the reminders that somebody gives by hand."""
    counts = queries.counts(access.reminders_for(user), at)
    counts_by_list = [f"{n} {queries.KINDS[id].title.lower()}" for id, n in counts.items() if n]
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


lines = Readings(Reading(_lines, lambda user, at: queries.to_do(access.reminders_for(user), at)))
