"""Common parts of the files that an office suite opens (PPTX, DOCX): their properties, the same bytes."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from maillage.publishing.page.blocks import Cell, Document, Grid
from maillage.words import wording

# The pictures that few fonts draw, which a PDF leaves out too.
PICTURES = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]")
LETTER, MARGINS = 0.72, 0.2  # a bold letter of a wider font, in its size; sides of a cell, in inches
MAX_PROPERTY = 255  # characters that the core properties of an office file take
STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</)")


def describe(properties: Any, document: Document, *, on: date) -> None:
    """Write the title, the language and the day of a document in the core properties of its file."""
    properties.title, properties.author = plain(document.title)[:MAX_PROPERTY], "Maillage"
    properties.language, properties.keywords = "fr-FR", plain(", ".join(document.keywords))[:MAX_PROPERTY]
    properties.last_modified_by, properties.revision = "Maillage", 1
    properties.created = properties.modified = datetime(on.year, on.month, on.day)


def plain(text: str) -> str:
    """Return a text with its spaces that do not break, nor a character that XML forbids nor an emoji."""
    return PICTURES.sub("", wording.spaced(wording.in_xml(text)))


def same_bytes(content: bytes, on: date) -> bytes:
    """Return an office file without the hour it was made at, nor those of the workbooks inside."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(output, "w") as target:
        for item in source.infolist():
            part = source.read(item)
            if item.filename.endswith(".xlsx"):
                part = same_bytes(part, on)
            elif item.filename == "docProps/core.xml":
                part = STAMP.sub(rb"\g<1>" + f"{on.isoformat()}T00:00:00Z".encode() + rb"\g<2>", part)
            entry = zipfile.ZipInfo(item.filename, (on.year, on.month, on.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, part)
    return output.getvalue()


def least_widths(rows: Sequence[tuple[Cell, ...]], size: float) -> list[float]:
    """Return the least width of each column, in inches: that of its longest word; one with a hyphen may be
    cut after it.
    """
    return [
        max(len(word) for cell in column for word in re.split(r"[ -]", cell.text)) * size * LETTER / 72
        + MARGINS
        for column in zip(*rows, strict=True)
    ]


def widths(block: Grid, rows: Sequence[tuple[Cell, ...]], wide: float, size: float) -> list[float]:
    """Return the width of each column, in inches: its share, but no word of it cut in two; what this takes
    comes from the columns that have room.

    >>> head = (Cell(text="Zone"), Cell(text="Personnes"))
    >>> grid = Grid(caption="", columns=("Zone", "Personnes"), align="gd", widths=(2, 1), rows=())
    >>> [round(wide, 2) for wide in widths(grid, (head,), 3.0, 13)]
    [1.63, 1.37]
    """
    shares = block.widths or (1.0,) * len(block.columns)
    least = least_widths(rows, size)
    if sum(least) > wide:  # a column is cramped rather than out of its page
        return [need * wide / sum(least) for need in least]
    wanted = [max(wide * share / sum(shares), need) for share, need in zip(shares, least, strict=True)]
    over, room = sum(wanted) - wide, sum(wanted) - sum(least)
    taken = min(over / room, 1.0) if room else 0.0
    return [width - (width - need) * taken for width, need in zip(wanted, least, strict=True)]
