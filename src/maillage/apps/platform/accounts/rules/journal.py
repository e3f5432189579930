"""Proof of the journal: the form of a line, its digest, and what a walk along the chain finds."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

# How the digest of a line was computed. Lines of the first form were written without types; they stay as
# they are.
UNTYPED, TYPED = 1, 2
CLOCK = timedelta(minutes=1)  # lines are dated by their act, which may wait that long before it is written
LONGEST = 200  # characters of `words`

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
Part = str | int | bool | datetime | None


class Line(NamedTuple):
    """A line as it is stored, wherever it was read: in the database, in a copy of it, in a backup."""

    pk: int
    at: datetime
    by: int | None
    structure: int | None
    verb: str
    kind: str
    row: int
    words: str
    previous: str
    digest: str
    version: int


class Head(NamedTuple):
    """The end of the journal at a moment: its last line, how many there were, the digest of the last.

    cause: why it was written outside the journal, among CAUSES.
    """

    at: datetime
    line: int
    n_lines: int
    digest: str
    cause: str


DAILY, REQUESTED, RESTORED = "daily", "requested", "restored"
CAUSES = {DAILY: "chaque jour", REQUESTED: "à la demande", RESTORED: "sauvegarde remise"}


@dataclass(frozen=True, slots=True)
class Break:
    """The first line of the journal that was changed. kind: a short word for programs; why: for whoever
    reads.
    """

    line: int
    at: datetime
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Result of a walk: how many lines, where they break, which are dated before the one they follow.

    n_late: how many are; late: the first of them. unmatched: the heads that this journal does not go through,
    each with whether a line of that number is there.
    """

    n_lines: int
    broken: Break | None = None
    n_late: int = 0
    late: Line | None = None
    unmatched: tuple[tuple[Head, bool], ...] = ()


def milliseconds(at: datetime) -> datetime:
    """Return a moment without its smaller part: a backup keeps thousandths, the digest must hold after it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def canonical(**parts: Part) -> bytes:
    """Return the one form of some named values: JSON sorted by name, each with its type, moments in UTC to
    the thousandth. Other values give other bytes.

    >>> canonical(b="1", a=1, c=None).decode()
    '{"a":1,"b":"1","c":null}'
    >>> canonical(at=datetime(2026, 11, 20, 9, tzinfo=UTC)).decode()
    '{"at":{"utc":"2026-11-20T09:00:00.000"}}'
    """
    return _encode({name: _typed(part) for name, part in parts.items()}).encode("utf-8")


def _typed(part: Part) -> object:
    if part is None or isinstance(part, str | int):
        return part
    if isinstance(part, datetime) and part.tzinfo is not None:
        return {"utc": part.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")}
    raise TypeError(f"the canonical form knows no {type(part).__name__} without a zone, nor other types")


def digest(previous: str, **parts: Part) -> str:
    """Return the digest of a line after the one whose digest is `previous`: changing any line before changes
    it.

    >>> digest("", row=1) == digest("", row="1"), digest("x", row=1) == digest("y", row=1)
    (False, False)
    """
    return hashlib.sha256(canonical(version=TYPED, previous=previous, **parts)).hexdigest()


def expected(line: Line) -> str:
    """Return the digest that a line must carry, by the form it was written in."""
    if line.version == TYPED:
        return digest(
            line.previous,
            at=line.at,
            by=line.by,
            structure=line.structure,
            verb=line.verb,
            kind=line.kind,
            row=line.row,
            words=line.words,
        )
    parts = (line.by, line.structure, line.verb, line.kind, line.row, line.words)
    joined = "\x1f".join([line.previous, line.at.astimezone(UTC).isoformat(), *map(str, parts)])
    return hashlib.sha256(joined.encode()).hexdigest()


def keyed(key: str, text: str) -> str:
    """Return the digest of a text that only who has the key can make (HMAC-SHA256).

    >>> keyed("00", "1950") == keyed("01", "1950"), len(keyed("00", ""))
    (False, 64)
    """
    return hmac.new(bytes.fromhex(key), text.encode("utf-8"), hashlib.sha256).hexdigest()


def prove(read: Callable[[], Iterable[Line]], heads: Iterable[Head] = ()) -> Proof:
    """Walk along the chain from its first line, past the heads that were written outside it, and return what
    was found; `read` may be called twice.
    """
    wanted: dict[int, list[Head]] = {}
    for head in heads:
        wanted.setdefault(head.line, []).append(head)
    n, n_late, late = 0, 0, None
    unmatched: list[tuple[Head, bool]] = []
    before: Line | None = None
    for line in read():
        n += 1
        last = before.digest if before else ""
        if why := _unreadable(line, before):
            return Proof(n, Break(line.pk, line.at, "version", why))
        if line.previous != last or line.digest != expected(line):
            return Proof(n, _explanation(read, n, line, before))
        if before is not None and line.at < before.at - CLOCK:
            n_late, late = n_late + 1, late or line
        if line.pk in wanted:
            state = n, line.digest
            unmatched += [(h, True) for h in wanted.pop(line.pk) if (h.n_lines, h.digest) != state]
        before = line
    unmatched += [(head, False) for absent in wanted.values() for head in absent]
    return Proof(n, None, n_late, late, tuple(sorted(unmatched)))


def missing_tail(head: Head, *, there: bool) -> Break:
    """Return the break shown by a head that the journal does not go through."""
    if there:
        why = (
            f"l’ancre du {moment(head.at)} y désigne une autre ligne : le journal a été récrit, ou une"
            " sauvegarde plus ancienne a été remise, puis continuée"
        )
        return Break(head.line, head.at, "anchor", why)
    why = (
        f"l’ancre du {moment(head.at)} désigne cette ligne, qui n’est plus là : une sauvegarde plus ancienne"
        " a été remise, ou la fin a été coupée"
    )
    return Break(head.line, head.at, "tail", why)


def moment(at: datetime) -> str:
    """Return a moment as it is written beside an anchor, the same on every computer.

    >>> moment(datetime(2026, 11, 20, 9, tzinfo=UTC))
    '20/11/2026 à 09:00 UTC'
    """
    return f"{at.astimezone(UTC):%d/%m/%Y à %H:%M} UTC"


def _unreadable(line: Line, before: Line | None) -> str:
    """Return why the form of a line is not one that may stand there, '' when it may."""
    if line.version not in (UNTYPED, TYPED):
        return f"sa forme ({line.version}) est inconnue de cette version de Maillage"
    if before is not None and line.version < before.version:
        return "sa forme est plus ancienne que celle de la ligne d’avant"
    return ""


def _explanation(read: Callable[[], Iterable[Line]], n: int, line: Line, before: Line | None) -> Break:
    """Return the cause of the break at the line of rank n, the first that does not follow from the one
    before.
    """
    last = before.digest if before else ""
    follows, origin, after = _neighbours(read, n, line)
    if line.digest != expected(line):
        if after is not None and after.previous == last:
            return Break(line.pk, line.at, "inserted", "cette ligne a été ajoutée")
        return Break(line.pk, line.at, "changed", "cette ligne a été changée")
    if origin is not None and origin < n:
        assert follows is not None
        return Break(follows.pk, follows.at, "inserted", "cette ligne a été ajoutée après les autres")
    if origin is not None:
        return Break(line.pk, line.at, "moved", "elle a changé de place, ou celles d’avant")
    if before is not None and line.pk == before.pk + 1:
        return Break(line.pk, line.at, "rewritten", f"la ligne qui la précédait ({before.pk}) a été changée")
    where = f"entre la ligne {before.pk} et elle" if before else "avant elle"
    return Break(line.pk, line.at, "removed", f"il manque une ligne {where}, ou celle d’avant a été récrite")


def _neighbours(
    read: Callable[[], Iterable[Line]], n: int, line: Line
) -> tuple[Line | None, int | None, Line | None]:
    """Return, for the line of rank n: the line after the one it was written after, the rank of that one
    (0: it was the first), and the line that now comes after it.
    """
    origin = 0 if line.previous == "" else None
    follows = after = None
    for rank, other in enumerate(read(), 1):
        if origin is not None and rank == origin + 1:
            follows = other
        if other.digest == line.previous:
            origin = rank
        if rank == n + 1:
            after = other
    return follows, origin, after
