"""Our own CSV: every field of every place and of its practices, for a spreadsheet."""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from maillage.kernel.disk import write_whole
from maillage.kernel.spreadsheet import as_csv
from maillage.kernel.workbook import write_workbook
from maillage.publishing.directory.formats.lmn import decimal
from maillage.publishing.directory.formats.published import (
    Published,
    Row,
    closure,
    joined,
    labels,
    ordered,
    value_text,
)
from maillage.reference import offer
from maillage.reference.offer import Field
from maillage.reference.sheet import STATES, Sheet
from maillage.words.dates import in_words

# What only the publication knows, beside the sheet; `id` and `date_maj` are ours, the sheet's own id is kept
# aside.
OWN_COLUMNS: dict[str, Callable[[Published], str]] = {
    "id": lambda place: place.id,
    "id_origine": lambda place: str(place.sheet.get("id", "")),
    "date_maj": lambda place: place.date_maj,
    "confirme_le": lambda place: place.confirmed_on.isoformat() if place.confirmed_on else "",
    "source": lambda place: str(place.sheet.get("source") or place.source),
    "structure_id": lambda place: place.structure_id,
    "structure": lambda place: place.structure_name,
    "doublons": lambda place: joined(place.duplicates),
}
HOURS = {
    "osm": "",
    "text": "_texte",
    "left": "_non_compris",
}  # the columns of opening hours, after the field's own name


def rows(places: Iterable[Published]) -> tuple[list[str], list[Row]]:
    """Return the columns, then the rows by id; never the fields restricted to professionals.

    Every field of a sheet has its column; a practice or a condition has one when a place mentions it.
    """
    sorted_places = ordered(places)
    filled: list[Row] = [dict(_cells(place)) for place in sorted_places]
    used = {name for row in filled for name in row}
    columns = [*OWN_COLUMNS, *(name for name in _sheet_columns() if name not in OWN_COLUMNS)]
    columns += [name for name in _practice_columns() if name in used]
    return columns, filled


def _sheet_columns() -> Iterator[str]:
    for field in offer.fields().values():
        if not field.private:
            yield from _columns(field.id, field)
        if field.id == "longitude":
            yield "precision"


def _practice_columns() -> Iterator[str]:
    for practice in offer.practices():
        yield f"pratique_{practice}"
        for condition in offer.conditions().values():
            yield from _columns(f"pratique_{practice}_{condition.id}", condition)


def _columns(name: str, field: Field) -> list[str]:
    return [f"{name}{suffix}" for suffix in HOURS.values()] if field.kind == "hours" else [name]


def _cells(place: Published) -> Iterator[tuple[str, str]]:
    for name, of in OWN_COLUMNS.items():
        yield name, of(place)
    yield from cells_of(place.sheet)


def cells_of(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield the cells of a sheet by column, without those of its publication, nor what only professionals
    read.
    """
    if "precision" in sheet:
        yield "precision", _text(sheet["precision"])
    for field in offer.fields().values():
        if field.id in sheet and field.id not in OWN_COLUMNS and not field.private:
            yield from _cell(field.id, field, sheet[field.id])
    for practice, details in sheet.get("practices", {}).items():
        yield f"pratique_{practice}", STATES[details["state"]]
        for condition in offer.conditions().values():
            if condition.id in details:
                yield from _cell(f"pratique_{practice}_{condition.id}", condition, details[condition.id])


def _cell(name: str, field: Field, value: Any) -> Iterator[tuple[str, str]]:
    match field.kind:
        case "hours":
            yield from ((f"{name}{HOURS[part]}", text) for part, text in value.items())
        case "list":
            yield name, joined(labels(field, value))
        case "closures":
            yield name, joined([closure(each) for each in value])
        case "yesno":
            yield name, value_text(field, value)
        case _:
            yield name, joined(value) if isinstance(value, list) else _text(value)


def _text(value: Any) -> str:
    return decimal(value) if isinstance(value, float) else str(value)


def text(places: Iterable[Published]) -> str:
    """Return the whole file."""
    columns, table_rows = rows(places)
    return as_csv(columns, table_rows)


def write(path: Path, places: Sequence[Published], *, on: date) -> list[str]:
    """Write the file; no place is ever left out, so the answer is always empty."""
    write_whole(path, text(places))
    return []


def write_as_workbook(path: Path, places: Sequence[Published], *, on: date) -> list[str]:
    """Write the same table as an XLSX, its sources on a second sheet; no place is ever left out."""
    out = io.BytesIO()
    sources = sorted({str(place.sheet.get("source") or place.source) for place in places} - {""})
    about = [("Lieux", str(len(places))), ("Fait le", in_words(on)), *(("Source", name) for name in sources)]
    write_workbook(out, io.StringIO(text(places), newline=""), about)
    write_whole(path, out.getvalue())
    return []
