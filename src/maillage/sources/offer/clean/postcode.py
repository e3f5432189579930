"""The postal code of a place: five digits, whatever a spreadsheet or an address made of them."""

import re

from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned

SHAPE = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-578])\d{3}", re.ASCII)
ZERO = "le zéro de tête manquait"
FIVE = re.compile(r"(?<![\d.,])\d{5}(?!\d)")
# What is taken off before reading, and the word for it.
WRAPPINGS = (
    (re.compile(r"(?<=\d)[.,]0+$"), "", "« .0 » de tableur retiré"),
    (re.compile(r"^(?:FR?|FRANCE)[\s.–—-]*(?=\d)", re.IGNORECASE), "", "pays retiré"),
    (re.compile(r"(?<=\d)\s*-?\s*cedex(?:\s*\d+)?$", re.IGNORECASE), "", "« Cedex » retiré"),
    (re.compile(r"(?<=^\d{2})[\s.](?=\d{3}$)"), "", "espace retiré"),
    (re.compile(r"^(?=\d{4}$)"), "0", ZERO),
)


def clean(text: str) -> Cleaned[str]:
    """Return five digits; refused when no postal code of France can be read.

    Only the writing is judged here: whether the code is that of the commune is for `where.locate`.
    """
    if empty := words.nothing(text):
        return empty
    typed = text.strip()
    code, mends, doubts = typed, list[str](), list[str]()
    for shape, by, reason in WRAPPINGS:
        before, code = code, shape.sub(by, code)
        if code != before:
            mends.append(reason)
    if not code.isdecimal() and (codes := list(dict.fromkeys(FIVE.findall(code)))):
        if len(codes) > 1:
            doubts.append(f"plusieurs codes postaux dans « {typed[:40]} », le premier est gardé")
        else:
            mends.append(f"pris dans « {typed[:40]} »")
        code = codes[0]
    if not SHAPE.fullmatch(code):
        return Cleaned.refused(f"« {typed[:40]} » n’est pas un code postal")
    return words.verdict(code, mends=mends, doubts=doubts)


def departements(code: str) -> tuple[str, ...]:
    """Return the départements whose communes have a postal code that starts so: two for Corsica, as codes of
    Insee.

    >>> departements("20137"), departements("97410"), departements("01000")
    (('2A', '2B'), ('974',), ('01',))
    """
    if code.startswith("20"):
        return ("2A", "2B")
    return (code[:3],) if code.startswith(("97", "98")) else (code[:2],)
