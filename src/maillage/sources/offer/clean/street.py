"""The street of a place, without what spreadsheets put before it nor the town repeated after it.

Capitals stay as they were typed: they say where a place is as well as small letters, and neither « AV DU MAL
DE LATTRE » nor « ZAC » can be put in the usual case without guessing.
"""

import re
from collections.abc import Collection

from maillage.kernel.names import plain
from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned

EDGES = " \t\n,;:–—-"
MENDS = (
    (re.compile(r"^(?:null\b[\s,]*)+", re.IGNORECASE), "", "« null » retiré"),
    (re.compile(r"\s*[\"“”«»]\s*"), " ", "guillemets retirés"),
    (re.compile(r"²"), "", "« ² » retiré"),
    (re.compile(r"\s*\n\s*"), ", ", "retour à la ligne remplacé par une virgule"),
    (re.compile(r"^\s*0+[\s,]+(?=[^\W\d])"), "", "numéro 0 retiré"),
    (re.compile(r"\s*,(?:\s*,)+"), ",", "virgules en double retirées"),
    (re.compile(r" (?= )| (?=,)"), "", "espaces superflus retirés"),
)
CODE = re.compile(r"(?<![\w.])(?:FR?-)?(\d{5})(?!\d)", re.IGNORECASE)
BOX = re.compile(
    r"\b(?:B\.?P|C\.?S|TSA|CEDEX)\b\.?\s*(?:n°)?\s*$", re.IGNORECASE
)  # « CS 10070 » is not a postal code
# A geocoder writes « 51200, Épernay, Marne, Grand Est, FRA ».
AFTER_TOWN = re.compile(r"\bcedex\b(?:\s*\d+)?|,[^,]+,[^,]+,\s*FRA\s*$|[,;\n–—-]\s*france\s*$", re.IGNORECASE)
SEPARATOR = re.compile(r"[,;\n]|\s[–—-]+\s|--+")


def clean(text: str) -> Cleaned[str]:
    """Return a street on one line; refused when the cell holds no letter, as « - » or a number alone."""
    if empty := words.nothing(text):
        return empty
    street, mends = text.strip(), list[str]()
    for shape, by, reason in MENDS:
        before, street = street, shape.sub(by, street)
        if street != before:
            mends.append(reason)
    bare = street.lstrip(EDGES + ".").rstrip(EDGES)
    if bare != street:
        mends.append("signes au bord retirés")
    if not any(map(str.isalpha, bare)):
        return Cleaned.refused(f"« {text.strip()} » n’est pas une adresse")
    return words.verdict(bare, mends=mends)


def split_address(text: str) -> tuple[str, str, str]:
    """Return the street, the postal code and the town that an address ends with; the last two '' when it does
    not.

    >>> split_address("45 AVENUE MAGINOT---01000-BOURG EN BRESSE")
    ('45 AVENUE MAGINOT', '01000', 'BOURG EN BRESSE')
    >>> split_address("14 Rue Mozart CS 10070")
    ('14 Rue Mozart CS 10070', '', '')
    """
    codes = [
        match
        for match in CODE.finditer(text)
        if not BOX.search(text[max(0, match.start() - 12) : match.start()])
    ]
    if not codes:
        return text, "", ""
    town = AFTER_TOWN.sub("", text[codes[-1].end() :]).strip(EDGES + ".")
    if "\n" in town or any(map(str.isdecimal, town)):
        return text, "", ""
    return text[: codes[-1].start()].rstrip(EDGES), codes[-1][1], town


def without_town(text: str, towns: Collection[str]) -> str:
    """Return the address without a last part, after a comma or a dash, that is one of these plain names.

    >>> without_town("12 rue de Grenoble, GRENOBLE", {"grenoble"})
    '12 rue de Grenoble'
    """
    trimmed = text.rstrip(EDGES)
    cuts = list(SEPARATOR.finditer(trimmed))
    if not cuts or plain(trimmed[cuts[-1].end() :]) not in towns:
        return text
    street = trimmed[: cuts[-1].start()].rstrip(EDGES)
    return street if any(map(str.isalpha, street)) else text
