"""Spreadsheets: the sheet with most data and those under the same header, their cells as text."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

import python_calamine as calamine

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.sources.offer.forms import compound, zipped
from maillage.sources.offer.forms.cells import ERROR, EXACT, ROUNDED, text_of
from maillage.sources.offer.forms.extent import Extent, check
from maillage.sources.offer.forms.merged import header
from maillage.sources.offer.forms.sheet import (
    HEADER_WITHIN,
    MAX_CELLS,
    Form,
    Record,
    Remarks,
    Sheet,
    assembled,
    header_of,
    listed,
    spaced,
)

T = TypeVar("T")

SAME = 0.8  # share of the columns of two sheets, all told, that both must have to be one table
OLD = re.compile(
    r"\b(?:anciens?|anciennes?|archives?|old|copie|sauvegarde|exemples?|mod[èe]les?|brouillon)", re.IGNORECASE
)
YEAR = re.compile(r"20\d\d")
SHEET = "feuille"  # the column that says from which sheet a row comes

MERGED = "Cellules fusionnées : la première garde la valeur, les autres sont vides"
FILLED = "Cellules fusionnées en hauteur : leur valeur est donnée à chacune de leurs lignes"
UNCOMPUTED = (
    "Formule enregistrée sans son résultat, lue comme vide : ouvrez le classeur et enregistrez-le pour la"
    " calculer"
)
CROSSED = "Ligne dont une partie est barrée dans le tableur, lue comme les autres : vérifiez ces cases"
HIDDEN = "Ligne masquée dans le tableur, par un filtre ou à la main, lue comme les autres"


def sheet_of(content: bytes, remarks: Remarks) -> Sheet:
    """Return the rows of a workbook: those of its sheet with most filled cells, among visible ones when there
    is a choice.

    Sheets as visible under the same header are read with it, in their order; a column says which one a row
    comes from.
    Raises Refused when it is damaged, locked, dangerous, too large, or empty.
    """
    form, extents, filled = measured(content, remarks)
    extent = max(filled, key=lambda candidate: (candidate.visible, candidate.filled))
    # XLSX is read one sheet at a time, the others whole
    check([extent] if form == "xlsx" else extents, remarks.name)
    workbook = opened(content, extents, remarks)
    table = _table(extent, workbook, remarks)
    tables = [table, *_alike(table, [other for other in filled if other is not extent], workbook, remarks)]
    tables.sort(key=lambda candidate: extents.index(candidate.extent))
    _tell(extent, tables, filled, remarks)
    stacked = _stacked(tables, remarks) if len(tables) > 1 else _uncrossed(table, remarks)
    return assembled(stacked, form, remarks)


def sheets_of(content: bytes, remarks: Remarks) -> list[tuple[str, Sheet]]:
    """Return each visible sheet that holds a table, under its name; Refused as `sheet_of` is, or when none
    does.
    """
    form, extents, filled = measured(content, remarks)
    check(extents, remarks.name)
    workbook = opened(content, extents, remarks)
    visible = [extent for extent in filled if extent.visible] or filled
    sheets, refusals = [], []
    for extent in visible:
        own_remarks = Remarks(remarks.name)
        sheet = guarded(lambda name=extent.sheet: workbook.get_sheet_by_name(name), remarks)  # type: ignore[misc]  # mypy infers no lambda with a default
        try:
            sheets.append((extent.sheet, assembled(records(sheet, own_remarks), form, own_remarks)))
        except Refused as refused:  # a title, a note: no row under it
            refusals.append(refused)
    if not sheets:
        raise refusals[0]
    return sheets


def measured(content: bytes, remarks: Remarks) -> tuple[Form, list[Extent], list[Extent]]:
    """Return the form of a workbook, its sheets, and those that hold something; Refused when none does."""
    form: Form
    if content.startswith(compound.MAGIC):
        form, extents = "xls", compound.measured(content, remarks)
    else:
        form, extents = zipped.measured(content, remarks)
    filled = [extent for extent in extents if extent.filled]
    if not filled:
        raise remarks.refusal(
            "toutes les feuilles sont vides.",
            why="Il n’y a rien à lire dans ce classeur.",
            do="Vérifiez que c’est le bon fichier, et qu’il a été enregistré.",
        )
    return form, extents, filled


def opened(content: bytes, extents: Sequence[Extent], remarks: Remarks) -> calamine.CalamineWorkbook:
    """Return a workbook, each of its measured sheets being given its name."""
    workbook = guarded(lambda: calamine.load_workbook(io.BytesIO(content)), remarks)
    if len(workbook.sheet_names) != len(extents):
        raise zipped.damaged(remarks)
    for other, name in zip(extents, workbook.sheet_names, strict=True):
        other.sheet = name
    return workbook


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet: the line of its header, and the plain names of its columns."""

    extent: Extent
    sheet: calamine.CalamineSheet
    line: int
    header: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(map(plain, self.header))


def _table(extent: Extent, workbook: calamine.CalamineWorkbook, remarks: Remarks) -> _Table:
    sheet = guarded(lambda: workbook.get_sheet_by_name(extent.sheet), remarks)
    own_remarks = Remarks(remarks.name)  # read again whole: what is odd is counted then
    filled = (
        (line, stripped)
        for line, cells in records(sheet, own_remarks)
        if any(stripped := [cell.strip() for cell in cells])
    )
    head = list(islice(filled, HEADER_WITHIN))
    line, header = head[header_of([cells for _, cells in head])] if head else (0, [])
    return _Table(extent, sheet, line, tuple(header))


def _alike(
    main: _Table, other_sheets: Sequence[Extent], workbook: calamine.CalamineWorkbook, remarks: Remarks
) -> Iterator[_Table]:
    """Yield the sheets as visible as the main one that have nearly all its columns, as long as all fit in
    memory.
    """
    room = MAX_CELLS - main.extent.rows * main.extent.columns
    names = set(main.names) - {""}
    for extent in other_sheets:
        size = extent.rows * extent.columns
        usable = extent.visible == main.extent.visible and not _is_another_edition(
            extent.sheet, main.extent.sheet
        )
        if usable and extent.rows > 1 < len(names) and size <= room:
            table = _table(extent, workbook, remarks)
            other_columns = set(table.names) - {""}
            if extent.rows > table.line and len(names & other_columns) >= SAME * len(names | other_columns):
                yield table
                room -= size


def _is_another_edition(name: str, of: str) -> bool:
    """Return True if a sheet is, by its name, an older or a blank form of another: its places would come
    twice.
    """
    return bool(OLD.search(name)) or set(YEAR.findall(name)) != set(YEAR.findall(of))


def _stacked(tables: Sequence[_Table], remarks: Remarks) -> Iterator[Record]:
    """Yield the rows of sheets one under the other, below one header, with the sheet of each; their lines are
    counted on.
    """
    titles: dict[str, str] = {}
    for table in tables:
        for name, title in zip(_sheets_set_aside(table.names), table.header, strict=True):
            titles.setdefault(name, title)
    yield 1, [*titles.values(), SHEET]
    before = 0
    for table in tables:
        ranks = {name: rank for rank, name in enumerate(_sheets_set_aside(table.names))}
        order = [ranks.get(name, -1) for name in titles]
        for line, cells in _uncrossed(table, remarks, before):
            if line > table.line and any(map(str.strip, cells)):
                padded = [*cells, ""]  # what this sheet has no column for is its last cell
                yield before + line, [*(padded[rank] for rank in order), table.extent.sheet]
        before += table.extent.rows


def _uncrossed(table: _Table, remarks: Remarks, before: int = 0) -> Iterator[Record]:
    """Yield the rows of a sheet but for those that somebody crossed out, which become faults. before: the
    lines of the sheets above.
    """
    crossed_rows = table.extent.struck_rows
    for line, cells in records(table.sheet, remarks):
        if line not in crossed_rows or line <= table.line:
            yield line, cells
        else:
            remarks.leave_out(
                before + line,
                "cette ligne est barrée dans le tableur",
                value=next(filter(None, map(str.strip, cells)), ""),
                do="Si le lieu existe encore, retirez le barré ; sinon, supprimez la ligne.",
            )


def _sheets_set_aside(names: Sequence[str]) -> list[str]:
    """Return names, each with how many times it came before: two columns of one name, or of none, are two
    columns.
    """
    return [f"{name} {names[:rank].count(name)}" for rank, name in enumerate(names)]


def guarded(call: Callable[[], T], remarks: Remarks) -> T:
    """Return the result of the reader of spreadsheets; Refused when it fails, or panics, on a file it cannot
    follow.
    """
    try:
        return call()
    except calamine.PasswordError:
        raise zipped.locked(remarks) from None
    except Exception:
        raise zipped.damaged(remarks) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what Rust raises, outside of Exception
            raise
        raise zipped.damaged(remarks) from None


def _tell(main: Extent, tables: Sequence[_Table], filled: Sequence[Extent], remarks: Remarks) -> None:
    taken = [each.extent for each in tables]
    other_names = [
        f"« {other.sheet} » ({spaced(other.rows)} ligne{'s' * (other.rows > 1)})"
        for other in filled
        if other not in taken
    ]
    skipped_names = f" ; laissées : {listed(other_names)}" if other_names else ""
    if len(taken) > 1:
        remarks.say(f"Feuilles de même en-tête, lues ensemble : {_lined(taken)}{skipped_names}.")
    elif other_names:
        among = " des feuilles visibles" if main.visible else ""
        remarks.say(f"Feuille lue : « {main.sheet} », la plus remplie{among}{skipped_names}.")
    for table in tables:
        tell_cells(table.extent, remarks, elsewhere=_repeated_elsewhere(table))


def tell_cells(extent: Extent, remarks: Remarks, *, elsewhere: int = 0) -> None:
    """Note the facts that the values of a sheet do not show: what failed, was not computed, is merged or
    hidden. elsewhere: merges that are told in another way.
    """
    facts = (
        (ERROR, extent.errors),
        (MERGED, extent.merged - elsewhere),
        (HIDDEN, extent.hidden),
        (CROSSED, len(extent.struck & extent.unstruck)),
    )
    for fact, times in facts:
        if times > 0:
            remarks.count(fact, times=times)
    if extent.uncomputed:
        where = f"feuille « {extent.sheet} »" + (f", {listed(extent.places)}" if extent.places else "")
        remarks.count(UNCOMPUTED, where, extent.uncomputed)


def _repeated_elsewhere(table: _Table) -> int:
    """Return how many merges leave no cell empty: downwards, or in what stands as the header."""
    return sum(
        first_column == last_column or bottom < table.line
        for (top, first_column), (bottom, last_column) in table.sheet.merged_cell_ranges or ()
    )


def _lined(extents: Sequence[Extent]) -> str:
    """Return sheets with the lines by which theirs are called, once they are one under the other."""
    lines, before = [], 0
    for extent in extents:
        lines.append(f"« {extent.sheet} » (lignes {spaced(before + 1)} à {spaced(before + extent.rows)})")
        before += extent.rows
    return listed(lines)


def records(sheet: calamine.CalamineSheet, remarks: Remarks) -> Iterator[Record]:
    """Yield each line of a sheet and its cells as text, a header on two rows as one, a merge downwards as its
    value on each row.
    """
    merged = _merged_down(sheet)
    value_by_column: dict[int, str] = {}
    rows = enumerate(sheet.iter_rows(), 1)
    texts = (
        (line, [value if type(value) is str else _text(value, line, remarks) for value in values])
        for line, values in rows
    )
    first = list(islice(texts, HEADER_WITHIN))
    double = header([cells for _, cells in first], sheet.merged_cell_ranges or ())
    if double is not None:
        at, names = double
        remarks.say(f"L’en-tête tient sur deux lignes, {at + 1} et {at + 2} : elles sont réunies.")
        first[at : at + 2] = [(at + 1, names), (at + 2, [])]
        merged.pop(at + 1, None)
    for line, cells in chain(first, texts):
        for column in merged.get(
            line - 1, ()
        ):  # the first of a range begins it, the others are given its value
            if line - 1 in merged.get(-1 - column, ()):
                value_by_column[column] = cells[column] if column < len(cells) else ""
            elif column < len(cells) and not cells[column] and value_by_column.get(column):
                cells[column] = value_by_column[column]
                remarks.count(FILLED, f"ligne {line}")
        yield line, cells


def _merged_down(sheet: calamine.CalamineSheet) -> dict[int, list[int]]:
    """Return the columns merged with the row above or below, by row from 0; under -1 minus a column, the rows
    that
    begin its ranges.

    Merges over several columns are titles: they are left as they are.
    """
    rows: dict[int, list[int]] = {}
    cells = 0
    for (top, first_column), (bottom, last_column) in sheet.merged_cell_ranges or ():
        cells += bottom - top
        if first_column != last_column or bottom == top or cells > MAX_CELLS:
            continue
        rows.setdefault(-1 - first_column, []).append(top)
        for row in range(top, bottom + 1):
            rows.setdefault(row, []).append(first_column)
    return rows


def _text(value: object, line: int, remarks: Remarks) -> str:
    if isinstance(value, float) and abs(value) >= EXACT:
        remarks.count(ROUNDED, f"ligne {line}")
    return text_of(value)
