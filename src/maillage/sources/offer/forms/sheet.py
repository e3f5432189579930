"""Rows of text, whatever the file they came from: the shape every form ends in, and the limits they all
keep.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, islice
from typing import Literal

from maillage.kernel.errors import Refused
from maillage.sources.offer.forms import turned
from maillage.sources.offer.forms.cells import settled, sound

Form = Literal["csv", "xlsx", "xls", "ods", "json", "geojson", "grist"]

MAX_BYTES = 64 * 2**20  # twenty thousand places of 32 columns weigh ten
MAX_ROWS = 500_000  # the national map has some 18,000 places
MAX_COLUMNS = 1_000  # beyond, rows and columns were swapped, or the separator is another one
MAX_CELLS = 8_000_000  # rows × columns: some 130 bytes each once read, hence about 1 GiB
MAX_CELL = 131_072  # characters, also what the csv module reads: beyond, a quote was left open
HEADER_WITHIN = 15  # lines: titles and logos above a table take fewer
DEEPEST_HEADER = 100  # lines: one that names columns is looked for as far
MAX_NAMES_QUOTED = 60  # characters of a value that a message quotes

OF_A_PLACE = (
    re.compile(r"\d{5}"),
    re.compile(r"(?:\+33|0033|0)[\s.]?[1-9](?:[\s./-]?\d{2}){4}"),
    re.compile(r"\d{1,4}\s?(?:bis|ter|[a-d]\b)?,?\s+[^\W\d].{3,80}", re.IGNORECASE),
    re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE),
    re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
    re.compile(r"-?\d{1,3}[.,]\d{2,}"),
    re.compile(r"\d{14}"),
)
LETTER = re.compile(r"[^\W\d_]")
Record = tuple[int, list[str]]  # the line of a row in its file, and its cells


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number among data rows (blank ones not counted), its line in the file, its cells by
    column.
    """

    number: int
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that could not be read, and was left out."""

    line: int
    column: str
    value: str
    reason: str
    do: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file once read: every row has every column, '' where the file has nothing; notes and faults are in
    French.
    """

    name: str
    form: Form
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Remarks:
    """Notes about a file while it is read: facts said once, facts counted, rows left out."""

    name: str
    unit: str = "ligne"  # what a place in the file is called: a line, or an element of a list
    sentences: list[str] = field(default_factory=list)
    counted: dict[str, tuple[int, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        if sentence not in self.sentences:
            self.sentences.append(sentence)

    def count(self, fact: str, where: str = "", times: int = 1) -> None:
        """Count a fact; the note tells how many times, and where it was first met."""
        known, first = self.counted.get(fact, (0, where))
        self.counted[fact] = (known + times, first)

    def leave_out(self, line: int, reason: str, *, do: str, column: str = "", value: str = "") -> None:
        self.faults.append(Fault(line, column, quoted(value), reason, do))

    def refusal(self, what: str, *, why: str, do: str, line: int | None = None) -> Refused:
        """Return the refusal that names the file, and the line when there is one."""
        return Refused(f"{self.name}{f', {self.unit} {line}' if line else ''} : {what}", why=why, do=do)

    @property
    def notes(self) -> tuple[str, ...]:
        counts = (
            f"{fact} : {spaced(n)} fois{f', d’abord {first}' if first else ''}."
            for fact, (n, first) in self.counted.items()
        )
        return (*self.sentences, *counts)


def spaced(n: int) -> str:
    """Return a number with its thousands apart.

    >>> spaced(131072)
    '131 072'
    """
    return f"{n:,}".replace(",", " ")


def quoted(value: str) -> str:
    """Return a value short enough to be quoted in a message, on one line, without the signs that no page nor
    database takes, or that a terminal obeys.
    """
    flat = " ".join(sound(value[: 4 * MAX_NAMES_QUOTED]).split())
    if not flat.isprintable():
        flat = "".join(sign for sign in flat if unicodedata.category(sign)[0] != "C")
    return (
        flat
        if len(flat) <= MAX_NAMES_QUOTED and len(value) <= 4 * MAX_NAMES_QUOTED
        else flat[:MAX_NAMES_QUOTED] + "…"
    )


def listed(values: Sequence[object], *, most: int = 5) -> str:
    """Return the first values of a list, and how many there are when some are not shown."""
    text = ", ".join(str(value) for value in values[:most])
    return text if len(values) <= most else f"{text}… ({spaced(len(values))} en tout)"


def assembled(records: Iterable[Record], form: Form, remarks: Remarks) -> Sheet:
    """Return the sheet whose header is among the first records; Refused when there is no row under it.

    A short row is filled with empty cells; a row longer than the header with something in excess becomes a
    fault.
    """
    filled = non_blank(records)
    head = list(islice(filled, HEADER_WITHIN))
    if not head:
        raise no_row(remarks)
    at = header_of([cells for _, cells in head])
    if turned.n_labels(head[at][1]) < 2:  # of a table as usual, the header names columns
        head += islice(filled, DEEPEST_HEADER - len(head))
        below = turned.header_below([cells for _, cells in head])
        if below is None and (records_by_place := _by_place(head, filled, remarks)):
            (line, names), *place_rows = records_by_place
            return _assembled(iter(place_rows), line, names, form, remarks)
        at = at if below is None else below
    if at == len(head) - 1 and all(
        head[0][1]
    ):  # nothing would be left under it: a header of one word repeated
        at = 0
    line, header = head[at]
    if _is_a_row(header, [cells for _, cells in head[at + 1 :]]):
        if at:
            remarks.say(f"Laissé au-dessus de la première ligne lue : {_above(head[:at])}.")
        remarks.say(
            "Pas de noms de colonnes : la première ligne ressemble à un lieu, elle est lue comme les autres,"
            " et les colonnes sont nommées par leur rang. Dites ce que contient celle qui n’est pas devinée."
        )
        width = max(len(cells) for _, cells in head)
        return _assembled(chain(head[at:], filled), line - 1, [""] * width, form, remarks)
    if at:
        remarks.say(f"L’en-tête est à la ligne {line} ; laissé au-dessus : {_above(head[:at])}.")
    if at + 2 < len(head) and (both := _over(header, *(cells for _, cells in head[at + 1 :]))):
        remarks.say(f"L’en-tête tient sur deux lignes, {line} et {head[at + 1][0]} : elles sont réunies.")
        return _assembled(chain(head[at + 2 :], filled), head[at + 1][0], both, form, remarks)
    return _assembled(chain(head[at + 1 :], filled), line, header, form, remarks)


def _by_place(head: Sequence[Record], tail: Iterator[Record], remarks: Remarks) -> Sequence[Record]:
    """Return the rows of a table of another shape, its header first, told; none when it is as usual. Refused
    when each place is several rows, and nothing says what each is.
    """
    if turned.is_sideways(head):
        remarks.say("Tableau couché, une colonne par lieu : il est lu colonne par colonne.")
        remarks.unit = "colonne"
        return turned.upright([*head, *tail])
    if turned.has_blocks(head):
        remarks.say("Un bloc par lieu, une information par ligne : chaque bloc est lu comme un lieu.")
        return turned.of_blocks([*head, *tail])
    if turned.has_bare_blocks(head):
        raise remarks.refusal(
            "chaque lieu y tient sur plusieurs lignes, sans dire ce qu’est chacune.",
            why="On lit un tableau : une ligne par lieu, une colonne par information.",
            do="Écrivez devant chaque ligne ce qu’elle est, comme « Adresse : 12 rue de la Paix », ou"
            " recopiez les lieux dans un tableur.",
        )
    return ()


def _above(head: Sequence[Record]) -> str:
    return listed([f"« {quoted(' '.join(filter(None, cells)))} »" for _, cells in head])


def _assembled(
    records: Iterable[Record], line: int, header: list[str], form: Form, remarks: Remarks
) -> Sheet:
    columns = named(header, remarks)
    settled_records = list(_settled_records(records, line, header, columns, remarks))
    for row_line in turned.continued(header, settled_records):
        remarks.count(
            "Ligne sous un lieu écrit une seule fois, qui en reprend les informations", f"ligne {row_line}"
        )
    used = [bool(name) or any(cells[i] for _, cells in settled_records) for i, name in enumerate(header)]
    if any(header) and (unnamed := [columns[i] for i, name in enumerate(header) if used[i] and not name]):
        remarks.say(f"Colonnes sans nom dans l’en-tête, nommées par leur rang : {listed(unnamed)}.")
    if not all(used):
        columns = list(compress(columns, used))
        settled_records = [(row_line, list(compress(cells, used))) for row_line, cells in settled_records]
    return finished(columns, settled_records, form, remarks, under=line)


def finished(
    columns: Sequence[str], records: Sequence[Record], form: Form, remarks: Remarks, *, under: int = 0
) -> Sheet:
    """Return the sheet of rows already settled, each as long as `columns`; Refused when there is none.

    under: the line of the header. Rows are numbered with those left out, so that a number never changes by
    mending.
    """
    check_columns(len(columns), remarks)
    if not records:
        raise no_row(remarks)
    left_out = sorted(fault.line for fault in remarks.faults if fault.line > under)
    rows = tuple(
        Row(number + bisect_left(left_out, line), line, dict(zip(columns, cells, strict=True)))
        for number, (line, cells) in enumerate(records, 1)
    )
    faults = tuple(sorted(remarks.faults, key=lambda fault: fault.line))
    return Sheet(remarks.name, form, tuple(columns), rows, remarks.notes, faults)


def no_row(remarks: Remarks) -> Refused:
    """Return why a file without any row is refused: what the first fault says, when there is one."""
    if not remarks.faults:
        return remarks.refusal(
            "aucune ligne de données.",
            why="Il n’y a rien à lire sous les noms de colonnes.",
            do="Vérifiez l’export : il faut des noms de colonnes, puis au moins une ligne.",
        )
    first = min(remarks.faults, key=lambda fault: fault.line)
    return remarks.refusal(
        f"{first.reason}{f' (« {first.value} »)' if first.value else ''}.",
        line=first.line,
        why=f"Aucune ligne n’a pu être lue : {spaced(len(remarks.faults))} laissées de côté.",
        do=first.do,
    )


def check_columns(n: int, remarks: Remarks) -> None:
    if n > MAX_COLUMNS:
        raise remarks.refusal(
            f"{spaced(n)} colonnes, au plus {spaced(MAX_COLUMNS)}.",
            why=(
                "Aucun recensement n’en a autant : le séparateur est sans doute un autre signe, ou le tableau"
                " est couché."
            ),
            do="Mettez une ligne par lieu et une colonne par information, puis recommencez.",
        )


def check_rows(n: int, n_columns: int, remarks: Remarks) -> None:
    if n > MAX_ROWS or n * n_columns > MAX_CELLS:
        raise too_many(remarks)


def too_many(remarks: Remarks, what: str = "") -> Refused:
    return remarks.refusal(
        f"plus de {what or f'{spaced(MAX_ROWS)} lignes, ou de {spaced(MAX_CELLS)} cases'}.",
        why="La mémoire n’y suffirait pas.",
        do="Découpez le fichier, par exemple par département, puis donnez chaque partie.",
    )


def named(header: Sequence[str], remarks: Remarks) -> list[str]:
    """Return one name a column, all different: an empty one takes its rank, a repeated one « nom (2) »."""
    check_columns(sum(map(bool, header)), remarks)
    names: dict[str, None] = {}
    renamed = []
    for rank, text in enumerate(header, 1):
        base = name = " ".join(text.replace("\x00", "").split()) or f"n° {rank}"
        times = 1
        while name in names:
            times += 1
            name = f"{base} ({times})"
        if times > 1:
            renamed.append(f"« {name} »")
        names[name] = None
    if renamed:
        remarks.say(f"Noms de colonnes en double, renommés : {listed(renamed)}.")
    return list(names)


def non_blank(records: Iterable[Record]) -> Iterator[Record]:
    """Yield the records that hold something, without the spaces around their cells."""
    for line, cells in records:
        stripped = [cell.strip().strip("\ufeff") for cell in cells]
        if any(stripped):
            yield line, stripped


def header_of(head: Sequence[Sequence[str]]) -> int:
    """Return the rank of the first record that looks like a header: full, of different words.

    Two thirds of the best score are enough, so that a header with a few empty or repeated names comes before
    its rows;
    what a row holds beyond the usual width does not count.
    """
    widths = Counter(len(cells) for cells in head if len(cells) > 1) or Counter([1])
    width = widths.most_common(1)[0][0]
    cut = [cells[:width] for cells in head]
    scores = [sum(map(bool, cells)) + len({cell for cell in cells if LETTER.search(cell)}) for cells in cut]
    return next(rank for rank, score in enumerate(scores) if 3 * score >= 2 * max(scores))


def _over(header: Sequence[str], under: Sequence[str], *rows: Sequence[str]) -> list[str]:
    """Return the names of columns of a header on two rows, as « Lundi » over « matin » and « après-midi ».

    None when the second row is a place.

    The first row has gaps where the second one says the same words again and again, without any digit, which
    no row below says.
    """
    width = max(len(header), len(under))
    first, second = ([*cells, *[""] * (width - len(cells))] for cells in (header, under))
    if _offers_choices(first, second, rows):
        return _names_over(first, second)
    gaps = [rank for rank in range(1, width) if not first[rank] and second[rank]]
    words = Counter(cell.casefold() for cell in second if cell)
    below = {cell.casefold() for cells in rows for cell in cells}
    again = sum(n for word, n in words.items() if n > 1 and word not in below)
    if len(gaps) < 2 or again < 4 or 3 * again < 2 * words.total():
        return []
    if any(any(map(str.isdigit, cell)) or len(cell) > 20 for cell in second):
        return []
    return _names_over(first, second)


def _offers_choices(first: Sequence[str], second: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return True if a second row holds the choices of the questions above it, as forms export them: there,
    and nowhere else, one in each column without a name and in the one before, that no row below repeats.
    """
    gaps = {rank for rank, name in enumerate(first) if not name and rank and second[rank]}
    led = gaps | {rank - 1 for rank in gaps}
    filled = {rank for rank, cell in enumerate(second) if cell}
    if not gaps or filled != led or len(first) - len(led) < 2:
        return False
    if any(not first[rank] for rank in range(len(first)) if rank not in gaps):
        return False
    answered_texts = {second[rank].casefold() for rank in led}
    below = {cells[rank].casefold() for cells in rows for rank in led if rank < len(cells)}
    return len(answered_texts) == len(led) and answered_texts.isdisjoint(below) and bool(rows)


def _names_over(first: Sequence[str], second: Sequence[str]) -> list[str]:
    names, over = [], ""
    for above, under in zip(first, second, strict=True):
        over = above or (over if under else "")
        names.append(" ".join(filter(None, (over, under))))
    return names


def _is_a_row(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return True if what stands as a header is a place: two of its cells or more are of those that no name
    is, a
    postcode, a telephone, a number in a street, and so are those below.
    """
    n = 0
    for rank, cell in enumerate(header):
        form = next((each for each in OF_A_PLACE if each.fullmatch(cell)), None)
        below = [cells[rank] for cells in rows if rank < len(cells) and cells[rank]]
        n += (
            form is not None
            and bool(below)
            and sum(bool(form.fullmatch(each)) for each in below) * 2 >= len(below)
        )
    return n >= 2


def _settled_records(
    records: Iterable[Record], header_line: int, header: list[str], columns: Sequence[str], remarks: Remarks
) -> Iterator[Record]:
    """Yield the rows that fit under the header, every cell settled; the others become faults."""
    width = len(columns)
    for n, (line, cells) in enumerate(records, 1):
        check_rows(n, width, remarks)
        if cells == header:
            remarks.count(f"Ligne identique à l’en-tête (ligne {header_line}), passée", f"ligne {line}")
            continue
        if len(cells) > width:
            if any(excess := cells[width:]):
                remarks.leave_out(
                    line,
                    f"cette ligne a {len(cells)} cases, l’en-tête {width}",
                    column=f"n° {width + 1 + next(i for i, cell in enumerate(excess) if cell)}",
                    value=" ".join(filter(None, excess)),
                    do=(
                        "Un séparateur est en trop, ou un guillemet manque : corrigez cette ligne, ou"
                        " l’en-tête."
                    ),
                )
                continue
            del cells[width:]
        elif len(cells) < width:
            remarks.count("Ligne plus courte que l’en-tête, complétée par du vide", f"ligne {line}")
            cells.extend([""] * (width - len(cells)))
        if fits(cells, line, columns, remarks):
            yield line, cells


def fits(cells: list[str], line: int, columns: Sequence[str], remarks: Remarks) -> bool:
    """Settle the odd cells of a row in place; return False, with a fault, when one of them is out of all
    proportion.
    """
    for rank, fact in settled(cells):
        remarks.count(fact, f"{remarks.unit} {line}, colonne « {columns[rank]} »")
    longest = max(map(len, cells))
    if longest <= MAX_CELL:
        return True
    rank = next(i for i, cell in enumerate(cells) if len(cell) == longest)
    remarks.leave_out(
        line,
        f"cette case a {spaced(longest)} caractères, au plus {spaced(MAX_CELL)}",
        column=columns[rank],
        value=cells[rank],
        do="Un guillemet n’est sans doute pas refermé, ou un document entier y est copié : videz cette case.",
    )
    return False
