"""Opening accounts, and writing in the journal."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, models, transaction

from maillage.apps.platform.accounts import queries
from maillage.apps.platform.accounts.access import HOUR
from maillage.apps.platform.accounts.models import Anchor, Entry, Seal, Tally, User
from maillage.apps.platform.accounts.rules import journal
from maillage.kernel.errors import Refused
from maillage.kernel.typed import sent_by
from maillage.web.hooks import Hook


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
    existing = User.objects.filter(email=email).first()
    if existing is not None:
        return existing, False
    return User.objects.create_user(email, password, name=name, is_demonstration=True), True


def forget_tallies(*, at: datetime) -> int:
    """Delete the counts of past hours; return how many."""
    n_removed, _ = Tally.objects.filter(hour__lt=int(at.timestamp() // HOUR)).delete()
    return n_removed


# Readers of each line of the journal as it is written, in its transaction: verb, label of the model, row.
JOURNAL_FOLLOWERS: Hook[Callable[[Sequence[tuple[str, str, int]]], None]] = Hook()
JOURNAL_LOCK = 7_205_551  # any number that nothing else locks
LAST = "select digest from accounts_entry order by id desc limit 1"
COLUMNS = ("at", "by", "structure", "verb", "kind", "row", "words", "previous", "digest", "version")
WRITTEN_AT_ONCE = 2000  # lines: each value of each is a parameter of one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line of the journal to write: the author, the event, the row.

    by: None without an account, or for the platform itself. words: no name, no address: the line outlives the
    person's erasure.
    """

    by: User | None
    verb: str
    row: models.Model
    at: datetime
    structure: int | None = None
    words: str = ""


def record(
    *,
    by: User | None,
    verb: str,
    row: models.Model,
    at: datetime,
    structure: int | None = None,
    words: str = "",
) -> Entry | None:
    """Write in the journal who saw or did what, in the transaction of the act: the parts of a `Note`. None
    inside `written_last`.
    """
    note = Note(by=by, verb=verb, row=row, at=at, structure=structure, words=words)
    return next(iter(record_many([note])), None)


Row = TypeVar("Row", bound=models.Model)


def row_of_form(model: type[Row], token: str, by: User | None) -> Row | None:
    """Return the row that a form wrote already, when the same account sends it again; None the first time."""
    return model._default_manager.filter(token=_number(token, by)).first()


@transaction.atomic
def write_once(
    model: type[Row],
    token: str,
    values: Mapping[str, Any],
    *,
    verb: str,
    by: User | None,
    at: datetime,
    structure: int | None = None,
    write_related: Callable[[Row], object] | None = None,
) -> Row:
    """Write the row of a form and its line of the journal; sent twice at the same moment, it is one row, told
    once. Sent by another account of a shared computer, it is another row. by None: a page without an account.

    write_related: writes the rows that go with the row, before the line that has it read for the search.
    """
    row, is_new = model._default_manager.get_or_create(token=_number(token, by), defaults=values)
    if is_new:
        if write_related is not None:
            write_related(row)
        record(by=by, verb=verb, row=row, at=at, structure=structure)
    return row


def _number(token: str, by: User | None) -> str:
    return sent_by(token) if by is None else sent_by(token, by.pk)


def record_many(notes: Iterable[Note]) -> list[Entry]:
    """Write several lines in their order, as one by one would: the chain is read once, and they stand or
    fall together. Inside `written_last` they wait for its end, and none is returned.
    """
    lines = [_fields(note) for note in notes]
    pending = _pending_lines.get()
    if pending is None:
        return _write(lines)
    place = _Place()
    transaction.on_commit(place)
    pending += [(place, line) for line in lines]
    return []


class _Place:
    """The place of a line of the journal: forgotten by the transaction with the part of a gesture that is
    taken back.
    """

    def __call__(self) -> None:
        """Do nothing: what a transaction calls in the end is what was not taken back."""


_pending_lines: ContextVar[list[tuple[_Place, dict[str, Any]]] | None] = ContextVar(
    "lines that wait", default=None
)


@contextmanager
def written_last() -> Iterator[None]:
    """Write the lines of a gesture, in its transaction, once it holds every row that it changes.

    The end of the journal is one lock for everybody: who takes it, then waits for a row that another holds,
    waits for who waits for them, and the database stops one of the two. Around what writes of several rows.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "its lines would be lost: @transaction.atomic comes first"
        )
    if _pending_lines.get() is not None:  # a part of a longer gesture
        yield
        return
    lines: list[tuple[_Place, dict[str, Any]]] = []
    outside = _pending_lines.set(lines)
    try:
        yield
    finally:
        _pending_lines.reset(outside)
    done = {id(registered[1]) for registered in connection.run_on_commit}
    if committed := [line for place, line in lines if id(place) in done]:
        _write(committed)


def _fields(note: Note) -> dict[str, Any]:
    return {
        "at": journal.milliseconds(note.at),
        "by": note.by.pk if note.by is not None and note.by.pk else None,
        "structure": note.structure,
        "verb": note.verb,
        "kind": note.row._meta.label_lower,
        "row": note.row.pk,
        "words": note.words[: journal.LONGEST],
    }


@transaction.atomic
def _write(lines: Iterable[Mapping[str, Any]]) -> list[Entry]:
    last = lock_head()
    rows = []
    for fields in lines:
        digest = journal.digest(last, **fields)
        rows.append((*fields.values(), last, digest, journal.TYPED))
        last = digest
    numbers = [
        n for k in range(0, len(rows), WRITTEN_AT_ONCE) for n in _insert(rows[k : k + WRITTEN_AT_ONCE])
    ]
    written = [(verb, kind, row) for _, _, _, verb, kind, row, *_ in rows]
    for follow in JOURNAL_FOLLOWERS:
        follow(written)
    columns = ("id", *COLUMNS)
    return [Entry.from_db(connection.alias, columns, (n, *row)) for n, row in zip(numbers, rows, strict=True)]


def lock_head() -> str:
    """Return the digest of the last line, '' without any; nobody else writes one before this transaction
    ends.
    """
    postgresql = connection.vendor == "postgresql"  # the chain has no fork (SQLite has a single writer)
    with connection.cursor() as cursor:
        cursor.execute(f"select pg_advisory_xact_lock({JOURNAL_LOCK}); {LAST}" if postgresql else LAST)
        if postgresql:
            cursor.nextset()  # the second statement sees what was committed while the first one waited
        last = cursor.fetchone()
    return last[0] if last else ""


def _insert(rows: Sequence[tuple[Any, ...]]) -> list[int]:
    """Write rows of COLUMNS and return their numbers. Not by the ORM: whoever writes makes everybody wait."""
    marks = f"({', '.join(['%s'] * len(COLUMNS))})"
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    start = f"insert into accounts_entry ({names}) values "  # noqa: S608, our own names
    adapt = connection.ops.adapt_datetimefield_value
    values = [value for at, *rest in rows for value in (adapt(at), *rest)]
    with connection.cursor() as cursor:
        cursor.execute(start + ", ".join([marks] * len(rows)) + " returning id", values)
        return sorted(number for (number,) in cursor.fetchall())


@transaction.atomic
def anchor(*, at: datetime, cause: str, sent_to: str = "") -> Anchor | None:
    """Remember the end of the journal, None when it has no line; whoever calls writes it elsewhere too."""
    lock_head()  # every line below the last one is there, and the count is that of this instant
    head = queries.head(at=at, cause=cause)
    return head and Anchor.objects.create(**head._asdict(), sent_to=sent_to[:254])


@transaction.atomic
def seal(row: models.Model, text: str) -> str:
    """Return the digest of a text about somebody for a line of the journal: keyed by a secret of `row`, 64
    signs. Refused once that secret was destroyed.
    """
    label = row._meta.label_lower
    seal_row, _ = Seal.objects.get_or_create(kind=label, row=row.pk, defaults={"key": secrets.token_hex(32)})
    if seal_row.destroyed_at is not None:
        raise Refused(
            "Rien n’a été enregistré.",
            why="Les données de cette personne ont été effacées.",
            do="Si elle veut encore de l’aide, faites-lui une nouvelle carte.",
        )
    return journal.keyed(seal_row.key, text)


@transaction.atomic
def destroy_seal(row: models.Model, *, at: datetime) -> None:
    """Destroy the secret of a row, for ever: the journal still verifies, and what it held of a text says
    nothing more.
    """
    Seal.objects.update_or_create(
        kind=row._meta.label_lower, row=row.pk, defaults={"key": "", "destroyed_at": at}
    )


@contextmanager
def unlocked() -> Iterator[None]:
    """Let a restoration replace this journal with another, in its own transaction."""
    with connection.cursor() as cursor:
        cursor.execute("insert into accounts_unlocked values (1)")
        try:
            yield
        finally:
            cursor.execute("delete from accounts_unlocked")
