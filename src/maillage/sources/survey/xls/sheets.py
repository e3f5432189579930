"""A file as sheets: workbook, CSV or table of Markdown, its columns under their usual names."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import python_calamine as calamine

from maillage.sources.offer.forms import cells, compound, extent, zipped
from maillage.sources.offer.forms.decode import decoded
from maillage.sources.offer.forms.read import OTHER_DOCUMENTS, ZIP
from maillage.sources.offer.forms.sheet import Remarks, listed, quoted
from maillage.sources.offer.forms.workbook import guarded, tell_cells
from maillage.sources.survey.xls.vocabulary import ABOVE, ALIASES, EXPECTED, HEADS, TEXTS

UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
REMOVED = "Signe invisible retiré d’une ligne : aucun appareil ne lirait le formulaire"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: the names of its columns, and its rows, each with its line in the file."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]


def read_sheets(content: bytes, remarks: Remarks) -> dict[str, Sheet]:
    """Return the sheets of a file by their name in lower case. Raises Refused on what is no XLSForm."""
    if not content.strip():
        raise remarks.refusal("le fichier est vide.", why=EXPECTED, do="Vérifiez que c’est le bon fichier.")
    if content.startswith((ZIP, compound.MAGIC)):
        records = _workbook(content, remarks)
    elif what := next((label for start, label in OTHER_DOCUMENTS.items() if content.startswith(start)), ""):
        raise remarks.refusal(
            f"c’est {what}, pas un XLSForm.", why=EXPECTED, do="Exportez le formulaire en XLSX."
        )
    else:
        records = _marked(_lines(decoded(content, remarks), remarks))
    sheets = {name.strip().casefold(): _sheet(name.strip(), rows, remarks) for name, rows in records.items()}
    if "survey" not in sheets and len(sheets) == 1:
        sheets = {"survey": next(iter(sheets.values()))}
    if "survey" not in sheets or not {"type", "name"} <= set(sheets["survey"].header):
        columns_of_sheets = listed(
            [f"« {quoted(sheet.name)} » ({listed(sheet.header) or 'vide'})" for sheet in sheets.values()]
        )
        raise remarks.refusal(
            f"ce n’est pas un XLSForm. Feuilles et colonnes vues : {columns_of_sheets or 'aucune'}.",
            why=EXPECTED,
            do=(
                "Vérifiez le fichier, ou téléchargez l’un de nos questionnaires prêts pour partir de sa"
                " forme."
            ),
        )
    return sheets


def _workbook(content: bytes, remarks: Remarks) -> dict[str, list[tuple[int, list[str]]]]:
    """Return the rows of each sheet of a workbook; what a formula gave is read, never the formula; macros are
    never run.
    """
    if content.startswith(compound.MAGIC):
        extents = compound.measured(content, remarks)
    else:
        extents = zipped.measured(content, remarks)[1]
        if b"vbaProject.bin" in content:
            remarks.say("Le classeur contient des macros : elles ne sont ni lues ni gardées.")
    filled = [each for each in extents if each.filled]
    if not filled:
        raise remarks.refusal(
            "toutes les feuilles sont vides.", why=EXPECTED, do="Vérifiez que c’est le bon fichier."
        )
    extent.check(filled, remarks.name)

    def rows_by_sheet() -> dict[str, list[tuple[int, list[str]]]]:
        workbook = calamine.load_workbook(io.BytesIO(content))
        sheets = [workbook.get_sheet_by_index(rank) for rank, one in enumerate(extents) if one.filled]
        for sheet, sheet_extent in zip(sheets, filled, strict=True):
            sheet_extent.sheet = sheet.name
        return {
            sheet.name: [
                (line, [_text(value) for value in values]) for line, values in enumerate(sheet.iter_rows(), 1)
            ]
            for sheet in sheets
        }

    sheet_rows = guarded(rows_by_sheet, remarks)
    for each in filled:
        tell_cells(each, remarks)
    return sheet_rows


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime | date | time):
        return value.isoformat().removesuffix("T00:00:00")
    return cells.text_of(value).strip()


def _lines(text: str, remarks: Remarks) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a form written as text: a table of Markdown, or CSV; Refused where quotes do not hold
    together: the questions that an open one swallows would be lost without a word.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lstrip().startswith("|"):
        for number, line in enumerate(text.splitlines(), 1):
            parts = [part.strip().replace("\\|", "|") for part in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
            if parts and not all(re.fullmatch(r":?-+:?", part) or not part for part in parts):
                yield number, parts
        return
    head = next(
        (line for line in text.splitlines()[:ABOVE] if _heads(re.split(r"[,;\t]", line.replace('"', "")))),
        first,
    )
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for row in reader:
            yield before + 1, [cell.strip() for cell in row]
            before = reader.line_num
    except csv.Error as error:
        raise remarks.refusal(
            "cette ligne n’est pas du CSV lisible.",
            line=before + 1,
            why="Un guillemet y est resté ouvert, ou se trouve au milieu d’une case : les questions qui"
            " suivent seraient perdues.",
            do="Ouvrez le formulaire dans un tableur, vérifiez cette ligne, puis enregistrez-le en XLSX.",
        ) from error


def _marked(rows: Iterable[tuple[int, list[str]]]) -> dict[str, list[tuple[int, list[str]]]]:
    """Return the rows by sheet: in a text, the first column names the sheet; a lone table is the sheet of
    questions.
    """
    all_rows = list(rows)
    header = next((row for _, row in all_rows[:ABOVE] if _heads(row)), [])
    if header and header[0].casefold() not in ("", "survey", "choices", "settings"):
        return {"survey": all_rows}
    rows_by_sheet: dict[str, list[tuple[int, list[str]]]] = {}
    name = ""
    for line, row in all_rows:
        name = row[0] if row and row[0] else name
        if name and any(row[1:]):
            rows_by_sheet.setdefault(name, []).append((line, row[1:]))
    return rows_by_sheet


def _legible(row: Sequence[str], line: int, remarks: Remarks) -> list[str]:
    """Return the cells of a row without the signs that no database, or no XML of a device, may hold."""
    cells = [UNREADABLE.sub("", cell) for cell in row]
    if cells != list(row):
        remarks.count(REMOVED, f"ligne {line}")
    return cells


def _sheet(name: str, rows: Sequence[tuple[int, list[str]]], remarks: Remarks) -> Sheet:
    filled = [(line, _legible(row, line, remarks)) for line, row in rows if any(row)]
    if not filled:
        return Sheet(name, (), ())
    above = next((rank for rank, (_, row) in enumerate(filled[:ABOVE]) if _heads(row)), 0)
    if above:
        listing = listed([f"« {quoted(' '.join(filter(None, row)))} »" for _, row in filled[:above]])
        remarks.say(f"Feuille « {quoted(name)} » : laissé au-dessus des noms de colonnes, {listing}.")
    filled = filled[above:]
    header = [_column(cell) for cell in filled[0][1]]
    if twice := [key for key, n in Counter(filter(None, header)).items() if n > 1]:
        listing = listed([f"« {quoted(key)} »" for key in twice])
        remarks.say(
            f"Feuille « {quoted(name)} » : plusieurs colonnes se lisent {listing}. La dernière qui est"
            " remplie est prise."
        )
    records = [
        (line, {key: cell for key, cell in zip(header, row, strict=False) if key and cell})
        for line, row in filled[1:]
    ]
    return Sheet(name, tuple(dict.fromkeys(key for key in header if key)), tuple(records))


def _heads(row: Sequence[str]) -> bool:
    """Return True if a row names the columns of a sheet: of questions, of choices or of settings."""
    names = {_column(cell) for cell in row if cell}
    return any(names >= needed for needed in HEADS)


def _column(text: str) -> str:
    """Return the name of a column as we call it: `Label::Français (fr)` → `label::Français (fr)`."""
    flat = " ".join(text.split())
    lower = flat.casefold()
    if lower in ALIASES:
        return ALIASES[lower]
    base, separator, language = flat.partition("::")
    if not separator and ":" in flat and flat.partition(":")[0].casefold() in TEXTS:
        base, separator, language = flat.partition(":")
    base = base.strip().casefold()
    base = ALIASES.get(base, base.replace(" ", "_"))
    return f"{base}::{language.strip()}" if separator else base
