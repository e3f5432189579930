"""Our own table, read back as it was written: labels become the values they stand for, nothing is guessed
again.

What a person changed in a spreadsheet is read like any other file; what is still one of our labels is exact.
Source: docs/methods/importer.md
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.reference.sheet import STATES
from maillage.sources.offer.clean.hours import is_valid

ID = "maillage"  # of the correspondence whose columns are those of our table
WITHIN = "maillage "  # how such columns begin, once plain, in a format of others that carries them
LED = "pratique "  # how the columns of practices begin, once plain
BETWEEN = "|"
HOURS = {"osm": "", "text": " texte", "left": " non compris"}
DEDUCED = (
    "acces_precisions",
    "modalites_acces",
    "date_maj",
    "code_postal",
    "latitude",
    "longitude",
    "precision",
)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
CLOSURE = re.compile(r"(?P<du>[\d-]*)/(?P<au>[\d-]*)(?: : (?P<motif>.+))?", re.DOTALL)


def is_read(column: str, correspondence: str) -> bool:
    """Return True if a plain column is read by `restored`, beside those that a correspondence reads."""
    return column.startswith(WITHIN) or (correspondence == ID and column.startswith(LED))


def carried(cells: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of our table that a row of another format carries, by plain column."""
    return {name.removeprefix(WITHIN): text for name, text in cells.items() if name.startswith(WITHIN)}


def restored(sheet: Mapping[str, Any], cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a sheet that was read from our table, with the values that its labels stand for.

    cells: by plain column. A cell that holds a word of nobody's is left as it was read.
    """
    out = dict(sheet)
    if cells.get("id origine"):  # a row of ours left empty what was unknown; one added by hand is completed
        for name in DEDUCED:
            if plain(name) not in cells:
                out.pop(name, None)
    for of in offer.fields().values():
        if of.private or of.id == "id":
            continue
        value = _value(of, of.id, cells)
        if value is not None:
            out[of.id] = value
    unmoved = sheet.get("code_insee") == cells.get("code insee")
    if unmoved and cells.get("precision") and NUMBER.fullmatch(cells["precision"]):
        out["precision"] = float(cells["precision"])
    elif unmoved and "latitude" in cells:
        out.pop("precision", None)
        out |= {
            side: float(cells[side])
            for side in ("latitude", "longitude")
            if NUMBER.fullmatch(cells.get(side, ""))
        }
    practices = dict(_practices(cells))
    if practices:
        out["practices"] = {**out.get("practices", {}), **practices}
    return out


def _practices(cells: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    states = {plain(label): state for state, label in STATES.items()}
    for practice in offer.practices():
        name = LED + plain(practice)
        if (state := states.get(plain(cells.get(name, "")))) is None:
            continue
        details: dict[str, Any] = {"state": state}
        for of in offer.conditions().values():
            value = _value(of, f"{name} {of.id}", cells)
            if value is not None:
                details[of.id] = value
        yield practice, details


def _value(of: offer.Field, name: str, cells: Mapping[str, str]) -> Any:
    """Return the value that a cell of our table stands for; None when it says nothing, or something else."""
    column = plain(name)
    if of.kind == "hours":
        hours = {part: text for part, end in HOURS.items() if (text := cells.get(column + end, ""))}
        return hours if hours and (not hours.get("osm") or is_valid(hours["osm"])) else None
    text = cells.get(column, "")
    if not text:
        return None
    match of.kind:
        case "list":
            slugs = [_labels(of.list).get(plain(label)) for label in text.split(BETWEEN)]
            return slugs if all(slugs) else None
        case "closures":
            return _closures(text)
        case "lines":
            return text.split(BETWEEN)
        case "text" | "line":
            return text
        case "yesno":
            return {"oui": True, "non": False}.get(plain(text))
        case "whole":
            return int(text) if text.isdecimal() else None
    return None


@cache
def _labels(list_id: str) -> Mapping[str, str]:
    return {plain(value.label): slug for slug, value in offer.lists()[list_id].values.items()}


def _closures(text: str) -> list[dict[str, str]] | None:
    matches = [CLOSURE.fullmatch(piece) for piece in text.split(BETWEEN)]
    if not all(matches):
        return None
    return [
        {name: date_text for name, date_text in each.groupdict().items() if date_text}
        for each in matches
        if each
    ]
