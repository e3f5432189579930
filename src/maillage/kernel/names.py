"""Names as people type them."""

import re
import unicodedata
from functools import lru_cache

import numpy as np

from maillage.kernel.table import Column

ALIASES = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
MARKS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)  # what stands over or under a letter
SHORT = 60  # characters of a text that may well come again: a word, a name, a street
NAME_SHAPE = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """Return a name as typed by someone in a hurry: no accent, no hyphen, no case, saint spelled out.

    >>> plain("St-Martin-d’Hères")
    'saint martin d heres'
    """
    return _plain(text) if len(text) <= SHORT else _plain.__wrapped__(text)


@lru_cache(maxsize=1 << 16)
def _plain(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae"))
        text = MARKS.sub("", text)
    words = NAME_SHAPE.sub(" ", text.casefold()).split()
    return " ".join(ALIASES.get(word, word) for word in words)


def apostrophes(name: str) -> str:
    """Return a name with the apostrophe of French, as it is printed: files of producers have a straight one.

    >>> apostrophes("L'Isle-d'Abeau")
    'L’Isle-d’Abeau'
    """
    return name.replace("'", "’")


def typography(names: Column) -> Column:
    """Return a column of official names as they are printed: `apostrophes` of each."""
    out = names.copy()
    straight = np.char.find(names, "'") >= 0  # one name in ten
    out[straight] = np.char.replace(names[straight], "'", "’")
    return out
