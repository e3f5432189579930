"""Reading the journal."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from maillage.apps.platform.accounts.models import Anchor, Entry, Seal, User
from maillage.apps.platform.accounts.rules import journal
from maillage.apps.platform.accounts.rules.journal import Line

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
    values = Entry.objects.order_by("pk").values_list(*Line._fields)
    return map(Line._make, values.iterator(chunk_size=READ_AT_ONCE))


def heads() -> list[journal.Head]:
    """Return the ends of the journal that were anchored, as this database remembers them."""
    return [anchor.head for anchor in Anchor.objects.all()]


def head(*, at: datetime, cause: str) -> journal.Head | None:
    """Return the end of the journal, None when it has no line."""
    last = Entry.objects.order_by("-pk").values_list("pk", "digest").first()
    return last and journal.Head(journal.milliseconds(at), last[0], Entry.objects.count(), last[1], cause)


def to_anchor(at: datetime) -> bool:
    """Return True for a journal that went on since its last anchor, and has none of that day yet."""
    last = Entry.objects.order_by("-pk").values_list("digest", flat=True).first()
    if last is None or Anchor.objects.filter(digest=last).exists():
        return False
    morning = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    day = Q(at__gte=morning, at__lt=morning + timedelta(days=1))
    return not Anchor.objects.filter(day, cause=journal.DAILY).exists()


def proof(heads: Iterable[journal.Head] = ()) -> journal.Proof:
    """Walk along the chain of this journal, past some heads."""
    return journal.prove(lines, heads)


def matches_seal(row: Model, text: str, digest: str) -> bool | None:
    """Compare a digest of the journal with that of a text about a row, None when nobody can any more."""
    key = Seal.objects.filter(kind=row._meta.label_lower, row=row.pk).values_list("key", flat=True).first()
    return compare_digest(journal.keyed(key, text), digest) if key else None


def broken() -> tuple[int, journal.Break | None]:
    """Return how many lines the journal has, and where it was changed or cut first, None when it is whole and
    goes through every end that this database remembers.
    """
    proven = proof(heads())
    cut = [journal.missing_tail(head, there=there) for head, there in proven.unmatched]
    return proven.n_lines, proven.broken or next(iter(cut), None)


def anchors_over(line: int) -> list[Anchor]:
    """Return the ends that cover a line of the journal, the first one first."""
    return list(Anchor.objects.filter(line__gte=line).order_by("line", "pk"))
