"""A cell that holds several values: with any usual separator, as JSON text, or as a list whose quotation
marks were half lost.
"""

import ast
import csv
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned
from maillage.sources.offer.forms.cells import sound

# « A","B",C,"D »: a list whose first and last quotation marks were cut off, where values of one word have
# none.
HALF_QUOTED = re.compile(r'"\s*,\s*"?|,\s*"')
# « Gratuit / Payant », « Gratuit/ Payant », « Gratuit sous condition/Payant pour les autres »;
# not « Familles/ enfant », « et/ou », « BIJ/PIJ » nor « 5 € / an ».
PER = (
    r"(?!(?:(?<=€)|(?<=euro)|(?<=euros))\s?/\s?(?:an|année|mois|trimestre|semestre|semaine|jour|heure|h|minute|mn|séance|"
    r"atelier|cours|page|feuille|copie|personne|pers|adulte|enfant|famille|foyer)s?\b)"
)
SLASH = re.compile(rf"{PER}\s/\s|/\s(?=[A-ZÀ-Þ])|\s/(?=[A-ZÀ-Þ])|(?<=[a-zß-ÿ])/(?=[A-ZÀ-Þ][a-zß-ÿ]+\s)")
COMMA = re.compile(r"(?<!\d),|,(?!\d)")  # not « 12,5 m² »
# Best first: a separator that nobody writes inside a value is believed before one that somebody may.
PLUS = re.compile(r"\s\+\s")  # « 2 postes + imprimante », not « 60+ »
BEST_FIRST = (re.compile(r"\|"), re.compile(r"[;\n]"), HALF_QUOTED, SLASH, PLUS, COMMA)
BULLET = re.compile(r"^[•·▪●*\-–—]+\s+")


class Reading(NamedTuple):
    """The reading of one value of a cell: the value or the reason to leave it out, its repairs and its
    doubts.
    """

    accepted: str = ""
    fault: str = ""
    mend: str = ""
    doubt: str = ""


def gathered(
    readings: Sequence[Reading],
    *,
    mends: Sequence[str],
    surrounding_text: str,
    otherwise: str,
    harmless: str = "",
) -> Cleaned[list[str]]:
    """Return the accepted values, in order and without repeats, with a remark on each one left out; refused
    when none is accepted.

    surrounding_text: the words of the cell beside its values. otherwise: what to say when nothing there
    looked like a value. harmless: a fault that calls for no check when another value was kept.
    """
    accepted = list(dict.fromkeys(reading.accepted for reading in readings if reading.accepted))
    faults = list(dict.fromkeys(reading.fault for reading in readings if reading.fault))
    if not accepted:
        return Cleaned.refused(" ; ".join(faults) or otherwise)
    mended = [*mends, *(reading.mend for reading in readings if reading.mend)]
    if surrounding_text:
        mended.append(f"texte autour : {words.quoted(surrounding_text)}")
    mended += [f"écarté : {fault}" for fault in faults if fault == harmless]
    doubts = [reading.doubt for reading in readings if reading.doubt]
    doubts += [f"écarté : {fault}" for fault in faults if fault != harmless]
    return words.verdict(accepted, mends=mended, doubts=doubts)


# Several choices of a form of ODK or Kobo: their names hold no blank, which parts them.
FORM_CHOICES = re.compile(r"\w+(?: \w+)+")


def split(text: str, *, separators: str | None = None) -> list[str]:
    """Return the values of a cell in the order typed, each on one line, without repeats nor empty ones.

    separators: marks that part two values, as `|;`, or ` - ` when only between blanks; or a word, as ` et `;
        none at all
    when ''. By default the best of the cell: `|`, then `;` and line breaks, commas between quotation marks,
    slashes between
    blanks, and other commas last. Nothing is parted inside parentheses, unless one is left open.
    """
    cleaned = words.clean(text).value
    if cleaned is None:
        return []
    items = _array(cleaned)
    if items is None:
        items = _parted(cleaned) if separators is None else _parted_by(cleaned, separators)
    values = (_value(item) for item in items)
    return list(dict.fromkeys(value for value in values if value))


def _parted(text: str) -> list[str]:
    if "_" in text and FORM_CHOICES.fullmatch(text):
        return [choice.replace("_", " ") for choice in text.split(" ")]
    for separator in BEST_FIRST:
        parts = _parts(text, separator)
        if len(parts) > 1:
            return parts
    return [text]


def _parted_by(text: str, separators: str) -> list[str]:
    marks = separators.strip(" ")
    if not separators:
        return [text]
    if "," in marks and HALF_QUOTED.search(text):
        return _parts(text, HALF_QUOTED)
    if marks == "/" != separators:
        return _parts(text, SLASH)
    if not marks or any(map(str.isalnum, marks)):
        return _parts(text, re.compile(re.escape(separators)))
    blank = "" if marks == separators else r"\s"
    return _parts(text, re.compile(f"{blank}[{re.escape(marks)}]{blank}"))


def _parts(text: str, separator: re.Pattern[str]) -> list[str]:
    if separator is HALF_QUOTED:
        return _half_quoted_parts(text)
    matches = list(separator.finditer(text))
    if not matches:
        return [text]
    depths = _depths(text)
    parts, start = [], 0
    for match in matches:
        if depths[match.start()] == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    return [*parts, text[start:]]


def _half_quoted_parts(text: str) -> list[str]:
    """Return the values of a half-quoted list; where no quotation mark stands on either side, commas part
    them.
    """
    ends = list(HALF_QUOTED.finditer(text))
    edges = [0, *(edge for end in ends for edge in end.span()), len(text)]
    values: list[str] = []
    for k in range(len(ends) + 1):
        value = text[edges[2 * k] : edges[2 * k + 1]]
        opened = k > 0 and ends[k - 1][0].endswith('"')
        closed = k < len(ends) and ends[k][0].startswith('"')
        values += [value] if opened or closed or not ends else _parts(value, COMMA)
    return values


def _depths(text: str) -> list[int]:
    """Return how many parentheses are open at each character, none anywhere when they do not match."""
    depths: list[int] = []
    depth = 0
    for piece in re.split(r"(?=[()])", text):
        depth += piece.startswith("(") - piece.startswith(")")
        if depth < 0:
            break
        depths += [depth] * len(piece)
    return depths if depth == 0 else [0] * len(text)


def _array(text: str) -> list[str] | None:
    """Return the items of an array written as JSON, Python or PostgreSQL would, None when the text is not
    one.
    """
    if text.startswith("{") and text.endswith("}") and ":" not in text:  # as PostgreSQL writes one
        return next(csv.reader([text[1:-1]]), [])
    if not (text.startswith("[") and text.endswith("]")):
        return None
    try:
        items = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        try:
            items = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return [sound(str(item)) for item in items if item is not None] if isinstance(items, list) else None


@lru_cache(maxsize=4096)
def _value(item: str) -> str:
    """Return one value on one line, without the bullet before it nor the quotation marks around it or left
    alone.
    """
    value = BULLET.sub("", item.replace('""', '"').strip()).strip()
    if value.count('"') == 2 and value.startswith('"') and value.endswith('"'):
        value = value[1:-1]
    elif value.count('"') % 2:
        value = value.removeprefix('"') if value.startswith('"') else value.removesuffix('"')
    if value.count('"') % 2:  # the mark that closed « CSC "Le Lien" » went with the separator
        value += '"'
    return words.line(value).value or ""
