"""The tables of the platform as a clerk's office opens them: a workbook, or a CSV that a French spreadsheet
reads.

Both are made from the CSV that a page or a command writes, read twice from the disk: a column has one type,
known only at its last row, and a hundred thousand rows do not fit in the memory of an old PC.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, TextIO

from maillage.kernel.spreadsheet import Writer, bare

# Exactly what a spreadsheet would store: no leading zero to lose, no digit beyond the fifteenth.
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:[.,][0-9]{1,12})?")
DAY = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")
# A code or a telephone is never a number, even in a file where none begins with a zero.
CODE_HEADER = re.compile(
    r"(?:^|[\W_])(?:id|code|codes|insee|iris|zone|commune|territoire|quartier|département|region|région"
    r"|siret|siren|rna|uai|téléphones?|telephones?|tel|cp|postal|clé|cle|numéro|numero)(?:$|[\W_])",
    re.IGNORECASE,
)
MIN_WIDTH, MAX_WIDTH = 8, 60  # characters
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET, ABOUT_SHEET = "Tableau", "À propos"


@dataclass(slots=True)
class _Column:
    """A column as the first reading leaves it: the type that fits every cell, and the width in
    characters.
    """

    is_number: bool
    is_day: bool
    width: int

    def read(self, cell: str) -> None:
        self.width = max(self.width, min(len(cell), MAX_WIDTH))
        if cell:
            self.is_number = self.is_number and NUMBER.fullmatch(cell) is not None
            self.is_day = self.is_day and _day(cell) is not None


def write_workbook(out: IO[bytes], table: TextIO, about: Iterable[Sequence[str]]) -> None:
    """Write a CSV of safe cells as an XLSX: header frozen and filtered, numbers and days as such, codes and
    telephones as text.

    table: seekable, its header first. about: the rows of the second sheet, a name and its text each.
    """
    import xlsxwriter

    columns = _columns(table)
    options = {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(out, options) as workbook:
        head, text = (
            workbook.add_format({"bold": True, "text_wrap": True}),
            workbook.add_format({"num_format": "@"}),
        )
        sheet = workbook.add_worksheet(SHEET)
        n = -1
        for n, row in enumerate(_rows(table)):
            for at, (cell, column) in enumerate(zip(row, columns, strict=False)):
                if n and cell and column.is_number:
                    sheet.write_number(n, at, float(cell.replace(",", ".")))
                elif n and cell and column.is_day:
                    sheet.write_datetime(n, at, date.fromisoformat(cell))
                elif cell:
                    sheet.write_string(n, at, cell, text if n else head)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, max(column.width, MIN_WIDTH) + 2)
        sheet.freeze_panes(1, 0)
        if n > 0:
            sheet.autofilter(0, 0, n, len(columns) - 1)
        notes = workbook.add_worksheet(ABOUT_SHEET)
        notes.set_column(0, 0, 24)
        notes.set_column(1, 1, MAX_WIDTH)
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        for at, (name, words) in enumerate(about):
            notes.write_string(at, 0, name, head)
            notes.write_string(at, 1, words, wrapped)


def write_french_csv(out: TextIO, table: TextIO) -> None:
    """Write a CSV of safe cells as a French spreadsheet opens it: semicolons, decimal commas, and the mark
    of UTF-8 first.
    """
    columns = _columns(table)
    out.write("\ufeff")
    writer = Writer(out, delimiter=";")
    for n, row in enumerate(_rows(table)):
        writer.writerow(
            cell.replace(".", ",") if n and column.is_number else cell
            for cell, column in zip(row, columns, strict=False)
        )


def _rows(table: TextIO) -> Iterator[list[str]]:
    table.seek(0)
    for row in csv.reader(table):
        yield [bare(cell.removeprefix("\ufeff")) for cell in row]


def _columns(table: TextIO) -> list[_Column]:
    rows = _rows(table)
    columns = [
        _Column(is_number=not CODE_HEADER.search(name), is_day=True, width=len(name))
        for name in next(rows, [])
    ]
    for row in rows:
        for cell, column in zip(row, columns, strict=False):
            column.read(cell)
    return columns


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
