"""Delimited text: which separator, then one record at a time, so that a quote left open costs a row and not
the file.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product

from maillage.sources.offer.forms import turned
from maillage.sources.offer.forms.sheet import (
    HEADER_WITHIN,
    MAX_CELL,
    MAX_ROWS,
    Record,
    Remarks,
    Sheet,
    assembled,
    header_of,
    spaced,
    too_many,
)

SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
NULS = "Octets nuls retirés d’une ligne, lue quand même : vérifiez-en les cases"
ANNOUNCED = re.compile(r'"?sep=([;,\t|])"?\s*', re.IGNORECASE)  # a first line that Excel writes and obeys
NONE = "\x1f"  # no text holds this sign: a single column
SAMPLED = 50  # records compared to choose a separator
HAS_HEADER = 1.0  # what a separator gains when it cuts a row into names of columns
MISPLACED = 0.3  # what a separator loses when the header is not cut like the rows
ALIKE = 0.34  # a true separator cuts more than a third of the records alike, titles and broken rows included
MAX_LINE = 2**20  # characters: a thousand columns of a thousand characters
MAX_BREAKS = 4 * MAX_ROWS  # two a line on Windows, and a cell may hold some
MAX_SPAN = 1_000  # lines of one record: beyond, a quote was left open
MAX_BROKEN = 100  # rows with a quote left open: beyond, quotes mean something else in this file


@dataclass(frozen=True, slots=True)
class Dialect:
    """The dialect of a separated text: the separator, the quote around cells, and what keeps a quote inside
    one.
    """

    separator: str
    quote: str = '"'
    escape: str | None = None


def sheet_of(text: str, remarks: Remarks) -> Sheet:
    """Return the rows of delimited text; Refused when it has too many lines, or none under its header."""
    if text.count("\n") + text.count("\r") > MAX_BREAKS:
        raise too_many(remarks)
    return assembled(records_of(text, remarks), "csv", remarks)


def records_of(text: str, remarks: Remarks) -> Iterator[Record]:
    """Yield the records of delimited text, its header first, whatever separates and quotes their cells; those
    that do not hold together are left out, and told.
    """
    lines = list(io.StringIO(text, newline=""))
    for rank in (rank for rank, line in enumerate(lines) if "\x00" in line):
        lines[rank] = lines[rank].replace("\x00", "")
        remarks.count(NULS, f"ligne {rank + 1}")
    announced = ANNOUNCED.fullmatch(lines[0] if lines else "")
    first = 1 if announced else 0
    dialect, width = chosen(lines[first : first + 10 * SAMPLED], announced[1] if announced else SEPARATORS)
    if dialect.separator == NONE:
        remarks.say("Aucun séparateur régulier : une seule colonne.")
    else:
        where = " annoncé par le fichier" if announced else ""
        remarks.say(f"Séparateur{where} : {SEPARATORS[dialect.separator]}.")
    if dialect.quote != '"':
        remarks.say("Cases entourées d’apostrophes.")
    if dialect.escape:
        remarks.say("Guillemets précédés d’une barre oblique inverse, dans les cases.")
    yield from _records(lines, first, dialect, width, remarks)


def chosen(lines: list[str], separators: Iterable[str] = SEPARATORS) -> tuple[Dialect, int]:
    """Return the dialect that cuts the first records into the most constant number of cells, and that number.

    Counting signs in the header alone would take the comma of « Nom, prénom » for a separator. When the best
    cuts too few of them alike, the text has a single column.
    """
    sample = [line for line in lines if line.strip()]
    quotes = ['"', "'"] if any(line.startswith("'") for line in sample) else ['"']
    escapes = [None, "\\"] if any('\\"' in line for line in sample) else [None]
    consistencies = [_consistency(sample, Dialect(*parts)) for parts in product(separators, quotes, escapes)]
    score, width, share, dialect = max(consistencies, key=lambda consistency: consistency[:2])
    return (dialect, width) if share > ALIKE or score >= HAS_HEADER else (Dialect(NONE), 1)


def _consistency(sample: list[str], dialect: Dialect) -> tuple[float, int, float, Dialect]:
    """Return a score, the most usual number of cells, the share of records that have it, and the dialect."""
    records = [cells or [] for _, cells in islice(cut(sample, 0, dialect), SAMPLED)]
    widths = Counter(len(cells) for cells in records if len(cells) > 1)
    if not widths:
        return 0.0, 1, 0.0, dialect
    width, times = widths.most_common(1)[0]
    header = records[header_of([[cell.strip() for cell in cells] for cells in records[:HEADER_WITHIN]])]
    share = times / len(records)
    below = turned.header_below(records)
    if below is not None and len(records[below]) == width and times > 1:
        # Names of columns, cut like a row, are no chance, however far down.
        return HAS_HEADER + share, width, share, dialect
    return share - MISPLACED * (len(header) != width), width, share, dialect


class _Feed:
    """Lines given one at a time to a csv reader, from `at` on, and no more than MAX_SPAN for one record."""

    def __init__(self, lines: list[str], at: int) -> None:
        self.lines, self.at, self.start = lines, at, at

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self.at == len(self.lines) or self.at - self.start == MAX_SPAN:
            raise StopIteration
        if len(line := self.lines[self.at]) > MAX_LINE:
            raise csv.Error
        self.at += 1
        return line


def cut(lines: list[str], first: int, dialect: Dialect) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the rank of the first line of each record, and its cells; None when its quotes do not hold
    together.

    After such a record, the next one starts on the very next line: what an open quote swallowed is given
    back.
    """
    feed = _Feed(lines, first)
    reader = _reader(feed, dialect, strict=True)
    while True:
        feed.start = feed.at
        try:
            yield feed.start, next(reader)
        except StopIteration:
            return
        except csv.Error:
            feed.at = feed.start + 1
            reader = _reader(feed, dialect, strict=True)
            yield feed.start, None


def _reader(lines: Iterable[str], dialect: Dialect, *, strict: bool) -> Iterator[list[str]]:
    return csv.reader(
        lines, delimiter=dialect.separator, quotechar=dialect.quote, escapechar=dialect.escape, strict=strict
    )


def _records(
    lines: list[str], first: int, dialect: Dialect, width: int, remarks: Remarks
) -> Iterator[Record]:
    """Yield the records that hold together, and those that do when quotes inside cells are taken as they
    come.
    """
    broken = 0
    for start, parts in cut(lines, first, dialect):
        if parts is not None:
            yield start + 1, parts
        elif cells := _as_it_comes(lines[start], dialect, width):
            remarks.count("Guillemets mal placés dans une ligne, lue quand même", f"ligne {start + 1}")
            yield start + 1, cells
        else:
            broken += 1
            _leave_out(lines[start], start + 1, broken, remarks)


def _as_it_comes(line: str, dialect: Dialect, width: int) -> list[str]:
    """Return the cells of a line whose quotes are misplaced, `width` of them; none when they cannot be told
    apart.
    """
    if len(line) > MAX_CELL:
        return []
    if line.count(dialect.separator) == width - 1:
        return [_bare(cell.strip(), dialect.quote) for cell in line.split(dialect.separator)]
    cells = next(_reader([line], dialect, strict=False), [])
    return cells if len(cells) == width else []


def _bare(cell: str, quote: str) -> str:
    inside = cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == quote else cell.removeprefix(quote)
    return inside.replace(2 * quote, quote)


def _leave_out(line: str, number: int, broken: int, remarks: Remarks) -> None:
    if broken > MAX_BROKEN:
        raise remarks.refusal(
            f"plus de {MAX_BROKEN} lignes ont un guillemet jamais refermé.",
            line=number,
            why="Les guillemets ne servent sans doute pas à entourer les cases de ce fichier.",
            do="Ouvrez-le dans un tableur, vérifiez-le, puis enregistrez-le en « CSV UTF-8 » ou en XLSX.",
        )
    if len(line) > MAX_CELL:
        reason = f"cette ligne a {spaced(len(line))} caractères, et une case en a au plus {spaced(MAX_CELL)}"
    else:
        reason = "un guillemet n’est pas refermé sur cette ligne"
    remarks.leave_out(
        number,
        reason,
        value=line,
        do="Ouvrez le fichier dans un éditeur de texte et refermez le guillemet, ou retirez-le.",
    )
