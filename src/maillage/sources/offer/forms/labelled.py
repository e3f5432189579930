"""Texts that are small tables: « Adresse : … », « Tél : … » line after line, as on maps of volunteers."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer.forms.sheet import Row, Sheet, listed

LINE = re.compile(r"^[\W_]*([^\W\d_][^:\n]{1,40}?)[\s*_]*:[\s*_]*(\S.*?)[\s*_]*$")
BREAK = re.compile(r"<\s*(?:br|/?p|/?li|/?ul|/?div)\b[^>]*>", re.IGNORECASE)  # what ends a line of a web page
TAG = re.compile(r"</?[a-z][^>]{0,200}>", re.IGNORECASE)
LEAST, SHARE = 2, 0.3  # rows that have a label, and their share of the filled cells
READ = {  # the fields that such a line may be, by their kind; a list is left to its own column
    *("street", "phone", "mail", "site", "hours", "postcode", "commune"),
}


@cache
def labels() -> Mapping[str, str]:
    """Return the fields that the label of a line may be, by their plain names."""
    known = {
        plain(name): of.id
        for of in offer.fields().values()
        if of.kind in READ
        for name in (of.id, of.label, *of.also)
    }
    return {name: id for name, id in known.items() if len(name) > 2 and not name.isdecimal()}


def split_labels(sheet: Sheet) -> Sheet:
    """Return a sheet with a column for each label of its texts, when no column says that field already; the
    lines leave the text.
    """
    known_fields = {labels().get(plain(name), "") for name in sheet.columns}
    for name in sheet.columns:
        cells = [cell for row in sheet.rows if "\n" in (cell := row.cells[name]) or ":" in cell]
        if len(cells) < LEAST:
            continue
        filled = sum(bool(row.cells[name]) for row in sheet.rows)
        counts: dict[str, int] = {}
        for cell in cells:
            for label in dict.fromkeys(label for label, _ in _lines(cell) if label):
                counts[label] = counts.get(label, 0) + 1
        frequent_labels = [
            label
            for label, n in counts.items()
            if n >= max(LEAST, SHARE * filled) and labels()[plain(label)] not in known_fields
        ]
        if frequent_labels:
            return _with_columns(sheet, name, frequent_labels)
    return sheet


def _lines(cell: str) -> list[tuple[str, str]]:
    """Return the lines of a text, each with its label, '' when it is no field."""
    out = []
    text = html.unescape(TAG.sub("", BREAK.sub("\n", cell))) if BREAK.search(cell) else cell
    for line in text.splitlines():
        match = LINE.match(line)
        label = match[1].strip() if match else ""
        out.append((label, match[2]) if match and plain(label) in labels() else ("", line))
    return out


def _with_columns(sheet: Sheet, name: str, frequent_labels: list[str]) -> Sheet:
    rows = []
    for row in sheet.rows:
        text_by_label = dict.fromkeys(frequent_labels, "")
        rest = []
        for label, text in _lines(row.cells[name]):
            if label in text_by_label:
                text_by_label[label] = text_by_label[label] or text
            else:
                rest.append(f"{label} : {text}" if label else text)
        rows.append(Row(row.number, row.line, {**row.cells, name: "\n".join(rest).strip(), **text_by_label}))
    label_list = listed([f"« {label} »" for label in frequent_labels])
    note = f"La colonne « {name} » contient des lignes {label_list} : lues comme des colonnes."
    return replace(
        sheet, columns=(*sheet.columns, *frequent_labels), rows=tuple(rows), notes=(*sheet.notes, note)
    )
