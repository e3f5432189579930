"""Import a CSV file of any length, piece by piece: the memory is that of one piece, and what is stopped goes
on where it was.

Each piece is an import of its own, in one transaction: a piece is whole or absent, never twice.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.intake.actions import duplicates, importing
from maillage.apps.directory.intake.queries import imports
from maillage.apps.directory.places.models import Import
from maillage.apps.platform.accounts.models import User
from maillage.kernel import memory
from maillage.kernel.errors import Refused
from maillage.sources.offer import files, mapping, report
from maillage.sources.offer.forms import pieces
from maillage.sources.offer.forms import read as forms
from maillage.sources.offer.forms.pieces import Piece
from maillage.sources.offer.forms.sheet import Sheet
from maillage.sources.offer.mapping import Correspondence
from maillage.sources.offer.read import Result, read


@dataclass(frozen=True, slots=True)
class LongImport:
    """Outcome of the import of a long file. resumed: pieces that an earlier attempt had already stored."""

    rows: Sequence[Import]
    counts: Counter[str]
    resumed: int
    findings: Mapping[str, Any]  # the first things to look at in the pieces read now, and their number


def take_in(
    path: Path,
    *,
    source: str,
    by: User | None,
    at: datetime,
    correspondence: Correspondence | None = None,
    tell: Callable[[str, float], None] = lambda step, share: None,
    when_refused: Callable[[Result], None] = lambda result: None,
    size: int = pieces.ROWS,
) -> LongImport:
    """Import a long CSV file; what it raises, or what `tell` raises, leaves the pieces already stored, and
    the same call goes on after them.

    The columns are read as the first piece is. Rows of one place in two pieces are one place, as the later
    one says it; places absent from the file are not told, since no list of all of them is kept.
    when_refused: called with what was read of a piece that holds no place, before it is refused.
    """
    before = imports.unfinished(source, path.name)
    stored = {row.digest: (row.pk, row.counts) for row in before}
    started = before[0].started_at if before else at
    work = _Work(path.name, source, by, at, started, correspondence, when_refused)
    done: list[int] = []
    counts: Counter[str] = Counter()
    for piece in pieces.pieces(path, rows=size):
        digest = hashlib.sha256(piece.content).hexdigest()
        stored_piece = stored.get(digest)
        if stored_piece is None:
            tell("Lecture et rangement", piece.share * 0.9)
            stored_piece = work.store(piece, digest, first=not done)
        elif work.correspondence is None:
            work.read_columns(forms.parse(piece.content, path.name))
        done.append(stored_piece[0])
        counts.update({name: n for name, n in stored_piece[1].items() if isinstance(n, int)})
        memory.give_back()
    if not done:
        raise _unreadable(path.name)
    rows = list(Import.objects.filter(pk__in=done).defer("report").order_by("pk"))
    counts["doublons_proposes"] += duplicates.sweep(rows, lambda step, share: tell(step, 0.9 + 0.1 * share))
    last = Import.objects.get(pk=done[-1])
    del last.report["morceau"]  # nothing is left to go on with
    last.save(update_fields=["report"])
    return LongImport(
        rows, counts, len(before), {"constats": work.findings, "constats_total": work.n_findings}
    )


@dataclass(slots=True)
class _Work:
    """The import of a long file in progress. What is read of a piece lives in `store` alone: it is gone
    before the next one is read.
    """

    name: str
    source: str
    by: User | None
    at: datetime
    started: datetime
    correspondence: Correspondence | None
    when_refused: Callable[[Result], None]
    columns: tuple[str, ...] = ()
    findings: list[dict[str, Any]] = field(default_factory=list)
    n_findings: int = 0

    def read_columns(self, sheet: Sheet) -> Correspondence:
        """Return how the columns of the file are read: as those of the first piece are."""
        self.correspondence = self.correspondence or mapping.recognised(sheet.columns) or _drafted(sheet)
        return self.correspondence

    def store(self, piece: Piece, digest: str, *, first: bool) -> tuple[int, dict[str, int]]:
        """Read and store a piece; return the number of its import and its counts."""
        placed = self._read(piece, first=first)  # its cells are gone before its places are written
        findings = report.findings(placed)
        self.findings += findings["constats"][: report.MOST_FINDINGS - len(self.findings)]
        self.n_findings += findings["constats_total"]
        with transaction.atomic():
            row = importing.take_in(
                placed,
                source=self.source,
                digest=digest,
                by=self.by,
                at=self.started,
                piece=True,
            )
            row.report["morceau"] = self.name
            row.save(update_fields=["report"])
        return row.pk, row.counts

    def _read(self, piece: Piece, *, first: bool) -> Result:
        """Return the places of a piece, at their lines of the complete file; Refused when it holds none."""
        sheet = forms.parse(piece.content, self.name)
        today = timezone.localdate(self.at)
        result = read(sheet, self.read_columns(sheet), today=today, source=self.source)
        placed = _placed(result, piece)
        if (first and not result.accepted) or (self.columns and self.columns[0] not in sheet.columns):
            self.when_refused(placed)
            raise _unreadable(self.name)
        self.columns = sheet.columns
        return placed


def _unreadable(name: str) -> Refused:
    return Refused(
        f"{name} : aucun lieu n’a pu être lu dans un morceau de ce fichier.",
        why="Un long fichier se lit par morceaux : ses noms de colonnes sont attendus sur sa première ligne.",
        do="Retirez ce qui est au-dessus, ou dites ce que sont ses colonnes avec --correspondance.",
    )


def _drafted(sheet: Sheet) -> Correspondence:
    text, name, _ = files.draft(sheet)
    return mapping.load(text, name)


def _placed(result: Result, piece: Piece) -> Result:
    """Return the result of a piece with its rows and faults at their lines of the complete file."""
    return replace(
        result,
        rows=tuple(
            replace(row, line=row.line + piece.lines, number=row.number + piece.rows) for row in result.rows
        ),
        faults=tuple(replace(fault, line=fault.line + piece.lines) for fault in result.faults),
    )
