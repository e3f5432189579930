"""A table opens in a clerk's spreadsheet as it was meant: codes stay text, numbers are numbers, nothing
runs.
"""

import csv
import io
from datetime import date, datetime

import openpyxl
import pytest

from maillage.kernel.spreadsheet import as_csv
from maillage.kernel.workbook import write_french_csv, write_workbook

COLUMNS = ("code_insee", "nom", "téléphone", "personnes", "part", "le", "mot")
ROWS = (
    ("38185", "Grenoble", "0476000000", "1200", "7,5", "2026-11-29", "=HYPERLINK(1)"),
    ("01004", "Ambérieu ; l’autre", "+33474000000", "-3", "12.25", "", "- atelier"),
    ("38151", "مكتبة", "", "", "", "2025-01-02", "ligne\n=2"),
)


def table(rows=ROWS, columns=COLUMNS):
    return io.StringIO(as_csv(columns, [dict(zip(columns, row, strict=True)) for row in rows]), newline="")


def read_back(text_file, about=()):
    out = io.BytesIO()
    write_workbook(out, text_file, about)
    return openpyxl.load_workbook(out)


def test_codes_and_telephones_are_text_numbers_and_days_are_values():
    sheet = read_back(table())["Tableau"]
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    assert rows[0] == COLUMNS
    assert rows[1] == ("38185", "Grenoble", "0476000000", 1200, 7.5, datetime(2026, 11, 29), "=HYPERLINK(1)")
    assert rows[2][:6] == ("01004", "Ambérieu ; l’autre", "+33474000000", -3, 12.25, None)
    assert rows[3] == ("38151", "مكتبة", None, None, None, datetime(2025, 1, 2), "ligne\n=2")
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G4"
    assert sheet["F2"].number_format == "dd/mm/yyyy"


def test_no_cell_is_a_formula():
    sheet = read_back(table())["Tableau"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


@pytest.mark.parametrize("cell", ["007", "1234567890123456", "1 200", "2026-13-01", "12a"])
def test_one_cell_that_is_no_number_keeps_its_column_as_text(cell):
    sheet = read_back(table([("12",), (cell,)], ["effectif"]))["Tableau"]
    assert [sheet["A2"].value, sheet["A3"].value] == ["12", cell]


def test_sources_have_a_sheet():
    about = read_back(table(), [("Source", "Insee, recensement 2021")])["À propos"]
    assert [cell.value for cell in about[1]] == ["Source", "Insee, recensement 2021"]


def test_a_table_without_a_row_opens():
    assert read_back(table([]))["Tableau"].max_row == 1
    assert read_back(io.StringIO(""))["Tableau"]["A1"].value is None


def test_a_french_spreadsheet_reads_semicolons_and_decimal_commas():
    out = io.StringIO(newline="")
    write_french_csv(out, table())
    text = out.getvalue()
    assert text.startswith("\ufeffcode_insee;nom;")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert rows[2][:5] == ["01004", "Ambérieu ; l’autre", "+33474000000", "-3", "12,25"]
    assert rows[1][6] == "'=HYPERLINK(1)"
    assert date.fromisoformat(rows[1][5]) == date(2026, 11, 29)
