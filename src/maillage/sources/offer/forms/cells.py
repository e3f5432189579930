"""One cell: spreadsheet values become text, and unusable ones are reported separately."""

import math
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from maillage.kernel.spreadsheet import bare

# What calculation leaves in a cell when it fails, in French and in English.
ERRORS = re.compile(
    r"#(?:N/?A|REF|VALEUR|VALUE|NOM|NAME|DIV/0|NUL|NULL|NOMBRE|NUM|CALC|PROPAGATION|SPILL|CHAMP|FIELD|ERREUR|ERROR)[!?]?"
    r"|#{3,}|Err ?:\d{3}",
    re.IGNORECASE,
)
FORMULA = re.compile(r"=|[+@-][^\W\d_]")
QUOTED = re.compile(r'="((?:[^"]|"")*)"')  # a text that a spreadsheet must not take for a number: ="01000"
SCIENTIFIC = re.compile(r"[-+]?\d+(?:[.,]\d+)?[eE]\+\d+")
HALVES = re.compile(
    "[\ud800-\udfff]"
)  # of a pair of characters: JSON may carry one, no file nor database does
ODD_STARTS = frozenset("=+-@#Ee")

ERROR = "Cellule en erreur (#N/A, #REF!, #VALEUR!…), lue comme vide"
FORMULA_AS_TEXT = "Formule gardée comme texte, jamais calculée"
SCIENTIFIC_AS_TEXT = (
    "Nombre en notation scientifique, gardé comme il est écrit : des chiffres ont pu être perdus"
)
NULS = "Caractère nul retiré d’une case"
ROUNDED = "Nombre de plus de 15 chiffres : le tableur en a remplacé la fin par des zéros"

EXACT = 10**15  # a spreadsheet keeps 15 digits of a number
HUGE = 1e21  # beyond, the digits written out would be noise


def settled(cells: list[str]) -> Iterator[tuple[int, str]]:
    """Clean in place the stripped cells of a row; yield the rank of each odd one and the remark to make on
    it.

    An error becomes ''; a formula and a number in scientific notation stay as they are; the apostrophe that
    `safe` put before what looks like a formula is taken off.
    """
    for rank, text in enumerate(cells):
        if "'" in text and (unguarded := bare(text)) != text:
            cells[rank] = unguarded
            continue
        if not text or not (text[0] in ODD_STARTS or "E+" in text or "e+" in text or "\x00" in text):
            continue
        if "\x00" in text:
            cells[rank] = text.replace("\x00", "").strip()
            yield rank, NULS
        elif quoted_match := QUOTED.fullmatch(text):
            cells[rank] = quoted_match[1].replace('""', '"').strip()
        elif ERRORS.fullmatch(text):
            cells[rank] = ""
            yield rank, ERROR
        elif SCIENTIFIC.fullmatch(text):
            yield rank, SCIENTIFIC_AS_TEXT
        elif FORMULA.match(text):
            yield rank, FORMULA_AS_TEXT


def sound(text: str) -> str:
    """Return a text where half a character is « \ufffd »: neither a page nor a database could hold it.

    >>> sound("nom") + sound("n\\ud800m")
    'nomn\ufffdm'
    """
    return text if text.isascii() else HALVES.sub("\ufffd", text)


def text_of(value: object) -> str:
    """Return the value of a spreadsheet cell, as text: whole numbers without decimals, dates in ISO 8601, oui
    or non.

    >>> [text_of(value) for value in (38000.0, 45.25, True, date(2024, 3, 2), time(9, 0), timedelta(
    ...     hours=30), 1.23e14)]
    ['38000', '45.25', 'oui', '2024-03-02', '09:00', '30:00', '123000000000000']
    """
    if type(value) is float:  # most cells: tried first
        if value.is_integer() and abs(value) < HUGE:
            return str(int(value))
        text = repr(value) if math.isfinite(value) else ""
        return format(Decimal(text), "f") if "e-" in text else text
    match value:
        case bool():
            return "oui" if value else "non"
        case datetime() | date():
            return value.isoformat()
        case time():
            return value.isoformat("auto" if value.second or value.microsecond else "minutes")
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return str(value)
