"""Opening accounts, and writing in the journal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, models, transaction

from maillage.apps.accounts.access import HOUR
from maillage.apps.accounts.models import Entry, Tally, User
from maillage.apps.accounts.rules import journal
from maillage.kernel.errors import Refused


@transaction.atomic
def open_demonstration(*, email: str, name: str, password: str, production: bool) -> tuple[User, bool]:
    """Open a demonstration account, or return the existing one; Refused in production."""
    if production:
        raise Refused(
            "Aucun compte de démonstration n’a été créé.",
            why=(
                "MAILLAGE_ENV vaut « production » : un mot de passe connu de tous y serait une porte ouverte."
            ),
            do="Retirez MAILLAGE_ENV pour une démonstration.",
        )
    found = User.objects.filter(email=email).first()
    if found is not None:
        return found, False
    return User.objects.create_user(email, password, name=name, is_demonstration=True), True


def forget_tallies(*, at: datetime) -> int:
    """Delete the counts of past hours; return how many."""
    gone, _ = Tally.objects.filter(hour__lt=int(at.timestamp() // HOUR)).delete()
    return gone


JOURNAL_LOCK = 7_205_551  # any number that nothing else locks


@transaction.atomic
def record(
    *,
    by: User | None,
    verb: str,
    row: models.Model,
    at: datetime,
    structure: int | None = None,
    words: str = "",
) -> Entry:
    """Write in the journal who saw or did what, in the transaction of the act.

    by: None without an account, or for the platform itself. words: no name, no address: the line outlives the
    person's erasure.
    """
    if (
        connection.vendor == "postgresql"
    ):  # one after the other: the chain has no fork (SQLite has a single writer)
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [JOURNAL_LOCK])
    last = Entry.objects.order_by("-pk").values_list("digest", flat=True).first() or ""
    fields = {
        "at": journal.milliseconds(at),
        "by": by.pk if by is not None and by.pk else None,
        "structure": structure,
        "verb": verb,
        "kind": row._meta.label_lower,
        "row": row.pk,
        "words": words[: journal.LONGEST],
    }
    entry = Entry(**fields, previous=last, digest=journal.digest(last, **fields), version=journal.TYPED)
    entry.save(force_insert=True)
    return entry


@contextmanager
def unlocked() -> Iterator[None]:
    """Let a restoration replace this journal with another, in its own transaction."""
    with connection.cursor() as cursor:
        cursor.execute("insert into accounts_unlocked values (1)")
        try:
            yield
        finally:
            cursor.execute("delete from accounts_unlocked")
