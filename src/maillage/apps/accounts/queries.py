"""Reading the journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, QuerySet

from maillage.apps.accounts import rules
from maillage.apps.accounts.models import Entry, User


@dataclass(frozen=True, slots=True)
class Break:
    """The first altered line of the journal."""

    line: int
    at: datetime
    why: str


def entries_about(*rows: Model) -> QuerySet[Entry]:
    """Return the journal's entries on some rows of one kind, oldest first."""
    return Entry.objects.filter(kind=rows[0]._meta.label_lower, row__in=[row.pk for row in rows])


def names(entries: Iterable[Entry]) -> dict[int, str]:
    """Return the names of the accounts that some lines speak of."""
    accounts = User.objects.filter(pk__in={entry.by for entry in entries if entry.by})
    return {account.pk: str(account) for account in accounts}


def broken() -> tuple[int, Break | None]:
    """Return how many lines the journal has, and the first altered one, None when it is intact."""
    previous, n = "", 0
    for entry in Entry.objects.order_by("pk").iterator(chunk_size=2000):
        n += 1
        if entry.previous != previous:
            return n, Break(entry.pk, entry.at, "la ligne qui la précédait a été changée ou ôtée")
        if entry.digest != rules.digest(previous, entry.parts):
            return n, Break(entry.pk, entry.at, "cette ligne a été changée")
        previous = entry.digest
    return n, None
