"""Reading the journal."""

from collections.abc import Iterable, Iterator

from django.db.models import Model, QuerySet

from maillage.apps.accounts.models import Entry, User
from maillage.apps.accounts.rules import journal
from maillage.apps.accounts.rules.journal import Line

READ_AT_ONCE = 5000


def entries_about(*rows: Model) -> QuerySet[Entry]:
    """Return the journal's entries on some rows of one kind, oldest first."""
    return Entry.objects.filter(kind=rows[0]._meta.label_lower, row__in=[row.pk for row in rows])


def names(entries: Iterable[Entry]) -> dict[int, str]:
    """Return the names of the accounts that some lines speak of."""
    accounts = User.objects.filter(pk__in={entry.by for entry in entries if entry.by})
    return {account.pk: str(account) for account in accounts}


def lines() -> Iterator[Line]:
    """Yield the lines of the journal in their order, a few at a time and without making rows of them."""
    found = Entry.objects.order_by("pk").values_list(*Line._fields)
    return map(Line._make, found.iterator(chunk_size=READ_AT_ONCE))


def proof() -> journal.Proof:
    """Walk along the chain of this journal."""
    return journal.prove(lines)


def broken() -> tuple[int, journal.Break | None]:
    """Return how many lines the journal has, and where it was changed first, None when it is whole."""
    found = proof()
    return found.n_lines, found.broken
