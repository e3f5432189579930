"""A plate as one picture that says by itself what it shows and where it comes from."""

import re
from html import escape
from textwrap import wrap

from maillage.publishing.gallery.plate import Plate

WIDE, MARGIN = 960, 40
LINES = {28: 58, 20: 84, 16: 112}  # letters of a line, by height of the letters
OPENING = re.compile(r"<svg\b")


def framed(plate: Plate, *, where: str) -> str:
    """Return the drawing of a plate under its title, over its key and its source. where: the address of its
    page, printed last; "" for none.
    """
    inner = WIDE - 2 * MARGIN
    wide, high = plate.size
    parts, y = [], MARGIN
    head = ((20, True, plate.place), (28, True, plate.title), (16, False, f"{plate.about} ({plate.kind})"))
    for size, bold, text in (row for row in head if row[2]):
        written, y = _text(text, y, size, bold=bold)
        parts.append(written)
    tall = round(high * inner / wide)
    opening = f'<svg x="{MARGIN}" y="{y + 12}" width="{inner}" height="{tall}"'
    parts.append(OPENING.sub(opening, plate.svg, count=1))
    y += tall + 30
    for name, words in plate.key:
        parts.append(
            f'<rect class="{escape(name)}" x="{MARGIN}" y="{y}" width="22" height="16"/>'
            f'<text x="{MARGIN + 34}" y="{y + 14}" font-size="16">{escape(words)}</text>'
        )
        y += 26
    written, y = _text(f"{plate.source} {where}", y + 6, 16, bold=False)
    parts.append(written)
    return (
        f'<svg class="fig planche" viewBox="0 0 {WIDE} {y + MARGIN // 2}" role="img"'
        f' aria-label="{escape(plate.title)}" xmlns="http://www.w3.org/2000/svg">'
        f'<rect class="doute-fond" width="{WIDE}" height="{y + MARGIN // 2}"/>{"".join(parts)}</svg>'
    )


def _text(text: str, y: int, size: int, *, bold: bool) -> tuple[str, int]:
    """Return words on as many lines as they need, and where the next line starts."""
    lines = wrap(text, LINES[size], break_on_hyphens=False)
    style = f'font-size="{size}" font-weight="{700 if bold else 400}"'
    step = round(1.4 * size)
    written = "".join(
        f'<text x="{MARGIN}" y="{y + size + k * step}" {style}>{escape(line)}</text>'
        for k, line in enumerate(lines)
    )
    return written, y + len(lines) * step + 8
