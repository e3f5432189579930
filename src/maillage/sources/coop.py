"""Workbooks of the Coop: the rows under the header of each sheet that has it, whatever stands above."""

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.sources.offer.forms.cells import settled
from maillage.sources.offer.forms.extent import Extent, check
from maillage.sources.offer.forms.merged import Range
from maillage.sources.offer.forms.read import ZIP
from maillage.sources.offer.forms.sheet import Record, Remarks, listed, quoted
from maillage.sources.offer.forms.workbook import guarded, measured, opened, records, tell_cells

HEADER_WITHIN = 60  # lines: the export and its filters take 24 above the table
ALIKE = 0.6  # share of the signs of a column's name that a renamed one still has


@dataclass(frozen=True, slots=True)
class BookRow:
    """A row of a workbook: its sheet, its line there, and the text of its cells by the column that was asked
    for; '' where the sheet has nothing.
    """

    sheet: str
    line: int
    cells: Mapping[str, str]


def rows(
    content: bytes,
    remarks: Remarks,
    columns: Sequence[str],
    needed: Collection[str],
    other_columns: list[str] | None = None,
) -> Iterator[BookRow]:
    """Yield the rows that hold something, sheet after sheet; other columns are passed over, and a header that
    comes again. other_columns: receives the names of those columns.

    A sheet without this header is passed over, and told in the remarks. The result of a formula is read, the
    formula never run; of cells merged downwards, each row has the value.
    Raises Refused when it is no workbook, when no sheet has the header, or when one lacks a needed column or
    has it twice.
    """
    if not content.startswith(ZIP):
        raise remarks.refusal(
            "ce n’est pas un classeur XLSX.",
            why="La Coop donne ses activités et ses bénéficiaires dans un classeur.",
            do="Donnez le fichier tel qu’elle l’a donné, ou dites un autre format.",
        )
    _, extents, filled = measured(content, remarks)
    workbook = opened(content, extents, remarks)
    visible = [extent for extent in filled if extent.visible] or filled
    other_sheets: list[str] = []
    for extent in visible:
        check([extent], remarks.name)
        sheet = guarded(lambda name=extent.sheet: workbook.get_sheet_by_name(name), remarks)  # type: ignore[misc]  # mypy infers no lambda with a default
        lines = records(sheet, remarks)
        head = list(islice(lines, HEADER_WITHIN))
        at, n = _header(head, columns)
        if 2 * n >= len(needed) and n > 1:
            names = [cell.strip() for cell in head[at][1]]
            _check_columns(names, columns, needed, remarks, extent)
            if other_columns is not None:
                known_names = set(map(plain, columns))
                other_columns += [quoted(name) for name in names if name and plain(name) not in known_names]
            _tell_cells(extent, sheet.merged_cell_ranges or (), head[at][0], remarks)
            yield from _under(chain(head[at + 1 :], lines), names, columns, extent.sheet, remarks)
        else:
            other_sheets.append(f"« {quoted(extent.sheet)} »")
    if len(other_sheets) == len(visible):
        raise _without_table(columns, other_sheets, remarks)
    if other_sheets:
        remarks.say(f"Feuilles laissées, sans ce tableau : {listed(other_sheets)}.")


def _header(head: Sequence[Record], columns: Sequence[str]) -> tuple[int, int]:
    """Return the rank of the line that names most of the columns, and how many it names."""
    known_names = set(map(plain, columns))
    counts = [len(known_names & set(map(plain, cells))) for _, cells in head]
    return max(enumerate(counts), key=lambda pair: (pair[1], -pair[0]), default=(0, 0))


def _check_columns(
    names: Sequence[str], columns: Sequence[str], needed: Collection[str], remarks: Remarks, extent: Extent
) -> None:
    """Refuse a header that lacks a needed column, with the name that may stand for it, or has one twice."""
    times = Counter(plain(name) for name in names if name)
    where = f"feuille « {quoted(extent.sheet)} »"
    if missing := [column for column in needed if plain(column) not in times]:
        unknown = [name for name in names if name and plain(name) not in set(map(plain, columns))]
        renamed = [
            f"redonnez à la colonne « {quoted(near[0])} » le nom « {column} »"
            for column in missing
            if (near := difflib.get_close_matches(column, unknown, n=1, cutoff=ALIKE))
        ]
        cure = f"Si elle a été renommée, {listed(renamed)}." if renamed else ""
        raise remarks.refusal(
            f"{where}, il manque {listed([f'« {column} »' for column in missing])}.",
            why="Sans ces colonnes, on ne saurait pas ce que dit une ligne.",
            do=cure or "Donnez le classeur tel que La Coop l’a donné, toutes ses colonnes comprises.",
        )
    if twice := [column for column in columns if times[plain(column)] > 1]:
        raise remarks.refusal(
            f"{where}, la colonne « {twice[0]} » est donnée deux fois.",
            why="On ne saurait pas laquelle lire.",
            do="N’en gardez qu’une.",
        )


def _tell_cells(extent: Extent, ranges: Iterable[Range], header_line: int, remarks: Remarks) -> None:
    """Note what the values do not show; of merges, those under the header that leave cells of a row empty."""
    across = sum(first[1] != last[1] and last[0] >= header_line for first, last in ranges)
    tell_cells(extent, remarks, elsewhere=extent.merged - across)


def _under(
    lines: Iterator[Record], names: Sequence[str], columns: Sequence[str], sheet: str, remarks: Remarks
) -> Iterator[BookRow]:
    rank_by_name = {plain(name): rank for rank, name in enumerate(names) if name}
    ranks = {column: rank_by_name.get(plain(column), -1) for column in columns}
    for line, values in lines:
        cells = [cell.strip() for cell in values]
        if cells == names:  # two exports, one under the other
            continue
        for rank, fact in settled(cells):
            remarks.count(fact, f"ligne {line}, colonne « {names[rank] if rank < len(names) else rank + 1} »")
        by_column = {column: cells[rank] if 0 <= rank < len(cells) else "" for column, rank in ranks.items()}
        if any(by_column.values()):
            yield BookRow(sheet, line, by_column)


def _without_table(columns: Sequence[str], sheets: Sequence[str], remarks: Remarks) -> Refused:
    return remarks.refusal(
        f"aucune feuille n’a ce tableau ({listed(sheets)}).",
        why=f"On y attend les colonnes {listed(columns)}.",
        do="Donnez le classeur tel que La Coop l’a donné, ou dites un autre format.",
    )
