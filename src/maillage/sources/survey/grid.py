"""A file of a survey, as a header and rows of text: CSV of any usual encoding and separator, or a workbook;
as wide as it comes.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import python_calamine as calamine

from maillage.kernel.disk import reason
from maillage.kernel.errors import Refused
from maillage.sources.offer.forms import cells, compound, extent, zipped
from maillage.sources.offer.forms.decode import decoded
from maillage.sources.offer.forms.read import OTHER_DOCUMENTS, ZIP
from maillage.sources.offer.forms.separated import ANNOUNCED, MAX_BROKEN, Dialect, cut
from maillage.sources.offer.forms.sheet import HEADER_WITHIN, Fault, Record, Remarks, listed, quoted, spaced
from maillage.sources.offer.forms.workbook import guarded, tell_cells
from maillage.words.wording import count

MAX_BYTES = 512 * 2**20  # a million answers of twenty questions weigh a hundred
MAX_CELL = 131_072  # characters
SEPARATORS = ",;\t|"
QUOTED = re.compile(r'"(?:[^"]|"")*"')
EXPECTED = "Une enquête se lit en CSV ou en XLSX : une ligne de noms de colonnes, puis une ligne par réponse."


@dataclass(frozen=True, slots=True)
class Grid:
    """A header, and rows of as many cells, each with its line in the file.

    faults: rows left out; notes: what to tell, in French. digests: of each whole row, columns that were not
    kept included. twice: names that two columns bear.
    """

    name: str
    header: tuple[str, ...]
    lines: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    twice: frozenset[str]
    digests: tuple[int, ...]


def read(path: Path, *, only: Callable[[str], bool] | None = None) -> Grid:
    """Return the header and rows of a file; Refused when it cannot be read, is too large, or holds no table.

    only: which columns to keep, by name; all of them by default.
    """
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise Refused(
                f"{path.name} : le fichier pèse {spaced(size >> 20)} Mio, au plus {MAX_BYTES >> 20}.",
                why="La mémoire n’y suffirait pas.",
                do="Ne gardez que les colonnes dont vous avez besoin.",
            )
        content = path.read_bytes()
    except OSError as error:
        raise Refused(
            f"{path.name} : le fichier ne peut pas être lu ({reason(error)}).",
            why="Sans lui, rien ne peut être fait.",
            do="Vérifiez le chemin et le nom, extension comprise, puis recommencez.",
        ) from error
    return parse(content, path.name, only=only)


def parse(content: bytes, name: str, *, only: Callable[[str], bool] | None = None) -> Grid:
    """Return the header and rows of a file given as bytes, as `read` does. name: used in messages."""
    remarks = Remarks(name.replace("\\", "/").rpartition("/")[2] or "fichier")
    if content.startswith((ZIP, compound.MAGIC)):
        return _assembled(_workbook(content, remarks), remarks, only)
    if what := next((label for start, label in OTHER_DOCUMENTS.items() if content.startswith(start)), ""):
        raise remarks.refusal(
            f"c’est {what}, pas un tableau.", why=EXPECTED, do="Exportez le tableau en CSV ou en XLSX."
        )
    text = decoded(content, remarks)
    if not text.strip():
        raise remarks.refusal("le fichier est vide.", why=EXPECTED, do="Vérifiez l’export, puis recommencez.")
    return _assembled(_separated(text, remarks), remarks, only)


def _separated(text: str, remarks: Remarks) -> Iterator[Record]:
    """Yield the records of a text; one whose quotes do not hold together costs its line, and not those after
    it.
    """
    lines = list(io.StringIO(text, newline=""))
    announced = ANNOUNCED.fullmatch(lines[0])
    first = next(rank for rank, line in enumerate(lines) if line.strip() and not (announced and not rank))
    bare = [QUOTED.sub("", line) for line in lines[first : first + HEADER_WITHIN]]
    cut_up = next((line for line in bare if any(sign in line for sign in SEPARATORS)), "")  # under titles
    separator = announced[1] if announced else max(SEPARATORS, key=cut_up.count)
    broken = 0
    for start, row in _cut(lines, first, separator):
        if row is not None and (not row or len(max(row, key=len)) <= MAX_CELL):
            yield start + 1, row
            continue
        broken += 1
        if start == first or broken > MAX_BROKEN:
            raise remarks.refusal(
                "cette ligne n’est pas du CSV lisible.",
                line=start + 1,
                why="Un guillemet n’y est pas refermé, ou se trouve au milieu d’une case"
                + (f", comme dans {MAX_BROKEN} lignes avant elle." if broken > MAX_BROKEN else "."),
                do=(
                    "Ouvrez le fichier dans un tableur, vérifiez cette ligne, puis enregistrez-le en « CSV"
                    " UTF-8 »."
                ),
            )
        remarks.leave_out(
            start + 1,
            "un guillemet n’est pas refermé sur cette ligne, ou se trouve au milieu d’une case",
            value=lines[start],
            do="Ouvrez le fichier dans un éditeur de texte, et refermez le guillemet ou retirez-le.",
        )


def _cut(lines: list[str], first: int, separator: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the rank of the first line of each record, and its cells; None when its quotes do not hold
    together.

    Read at full speed as long as every record holds together, then one by one.
    """
    reader = csv.reader(islice(lines, first, None), delimiter=separator, strict=True)
    start = first
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            break
        yield start, row
        start = first + reader.line_num
    yield from cut(lines, start, Dialect(separator))


def _workbook(content: bytes, remarks: Remarks) -> Iterator[Record]:
    """Yield the rows of the visible sheet with most filled cells; what a formula gave is read, never the
    formula.
    """
    measured = compound.measured if content.startswith(compound.MAGIC) else _measured
    extents = measured(content, remarks)
    filled = [each for each in extents if each.filled]
    if not filled:
        raise remarks.refusal(
            "toutes les feuilles sont vides.", why=EXPECTED, do="Vérifiez que c’est le bon fichier."
        )
    extent.check(filled, remarks.name)

    def chosen() -> tuple[calamine.CalamineSheet, int]:
        workbook = calamine.load_workbook(io.BytesIO(content))
        sheets = {rank: workbook.get_sheet_by_index(rank) for rank, one in enumerate(extents) if one.filled}
        for rank, sheet in sheets.items():
            extents[rank].sheet = sheet.name
        repeated = {rank for rank, sheet in sheets.items() if _is_repeated(sheet)}
        best = max(
            sheets, key=lambda rank: (rank not in repeated, extents[rank].visible, extents[rank].filled)
        )
        return sheets[best], best

    sheet, rank = guarded(chosen, remarks)
    tell_cells(extents[rank], remarks)
    if ignored := [each for each in filled if each is not extents[rank]]:
        listing = listed([f"« {each.sheet} » ({count(each.rows, 'ligne')})" for each in ignored])
        remarks.say(
            f"Feuille lue : « {sheet.name} », la plus remplie des feuilles visibles ; laissées : {listing}."
        )
    for line, values in enumerate(sheet.iter_rows(), 1):
        yield line, [value if type(value) is str else cells.text_of(value) for value in values]


REPEATED = {
    "_parent_index",
    "_parent_table_name",
    "PARENT_KEY",
}  # columns of the sheet of a group asked several times


def _is_repeated(sheet: calamine.CalamineSheet) -> bool:
    """Recognise the sheet of a repeated group of Kobo or ODK: its rows are not answers."""
    return bool(REPEATED & {str(cell).strip() for cell in next(iter(sheet.iter_rows()), [])})


def _measured(content: bytes, remarks: Remarks) -> list[extent.Extent]:
    return zipped.measured(content, remarks)[1]


def _assembled(records: Iterable[Record], remarks: Remarks, only: Callable[[str], bool] | None) -> Grid:
    filled = _under_titles(((line, row) for line, row in records if any(map(str.strip, row))), remarks)
    line, header = next(filled, (0, []))
    names = [" ".join(name.replace("\ufeff", "").split()) for name in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise remarks.refusal("aucun nom de colonne.", why=EXPECTED, do="Donnez un nom à chaque colonne.")
    names, twice = _distinct_names(names, remarks)
    width, lines, rows, digests = len(names), [], [], []
    read_ranks = None if only is None else [rank for rank, name in enumerate(names) if only(name)]
    for line, row in filled:
        if len(row) != width:
            if len(row) > width and any(cell.strip() for cell in row[width:]):
                remarks.leave_out(
                    line,
                    f"cette ligne a {len(row)} cases, l’en-tête {width}",
                    column=f"n° {width + 1}",
                    value=" ".join(filter(None, row[width:])),
                    do="Un séparateur est en trop, ou un guillemet manque : corrigez cette ligne.",
                )
                continue
            if len(row) < width:
                remarks.count("Ligne plus courte que l’en-tête, complétée par du vide", f"ligne {line}")
        lines.append(line)
        cells_of_row = tuple(
            map(str.strip, row if len(row) == width else [*row[:width], *[""] * (width - len(row))])
        )
        if "#" in "".join(cells_of_row):
            cells_of_row = tuple("" if _is_error(cell, line, remarks) else cell for cell in cells_of_row)
        digests.append(hash(cells_of_row))
        rows.append(cells_of_row if read_ranks is None else tuple(cells_of_row[rank] for rank in read_ranks))
    header = names if read_ranks is None else [names[rank] for rank in read_ranks]
    faults = tuple(sorted(remarks.faults, key=lambda fault: fault.line))
    return Grid(
        remarks.name, tuple(header), tuple(lines), tuple(rows), faults, remarks.notes, twice, tuple(digests)
    )


def _under_titles(records: Iterator[Record], remarks: Remarks) -> Iterator[Record]:
    """Yield the records without the titles that stand above the names of columns: a sentence alone on its
    row, over rows of several cells.
    """
    head = list(islice(records, HEADER_WITHIN))
    alone = [" ".join(filter(None, map(str.strip, row))) for _, row in head]
    several = [sum(bool(cell.strip()) for cell in row) > 1 for _, row in head]
    at = several.index(True) if True in several else 0
    if at and all(" " in title for title in alone[:at]):
        remarks.say(
            f"L’en-tête est à la ligne {head[at][0]} ; laissé au-dessus :"
            f" {listed([f'« {quoted(title)} »' for title in alone[:at]])}."
        )
        head = head[at:]
    yield from head
    yield from records


def _is_error(cell: str, line: int, remarks: Remarks) -> bool:
    """Recognise the error of a failed calculation (`#N/A`…), and add a remark: it is no answer."""
    if not (cell.startswith("#") and cells.ERRORS.fullmatch(cell)):
        return False
    remarks.count(cells.ERROR, f"ligne {line}")
    return True


def _distinct_names(names: list[str], remarks: Remarks) -> tuple[list[str], frozenset[str]]:
    """Return the names, all different, and those given twice: the second is « nom (2) », one without a name «
    n° 3 ».
    """
    known: dict[str, None] = {}
    twice = []
    for rank, written_name in enumerate(names, 1):
        base = name = written_name or f"n° {rank}"
        times = 1
        while name in known:
            times += 1
            name = f"{base} ({times})"
        if times > 1:
            twice.append(base)
        known[name] = None
    if twice:
        remarks.say(
            "Noms de colonnes donnés deux fois, le second renommé :"
            f" {listed([f'« {quoted(name)} »' for name in twice])}."
        )
    return list(known), frozenset(twice)
