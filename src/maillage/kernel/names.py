"""Names as people type them."""

import difflib
import re
import unicodedata
from collections.abc import Sequence
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
    words = NAME_SHAPE.sub(" ", text.casefold()).strip()
    if "st" not in words:  # the letters of every alias: most texts hold none
        return words
    return " ".join([ALIASES.get(word, word) for word in words.split(" ")])


def apostrophes(name: str) -> str:
    """Return a name with the apostrophe of French, as it is printed: files of producers have a straight one.

    >>> apostrophes("L'Isle-d'Abeau")
    'L’Isle-d’Abeau'
    """
    return name.replace("'", "’")


QUOTED = re.compile(r'"([^"]*)"')


def typography(names: Column) -> Column:
    """Return a column of official names as they are printed: `apostrophes` of each, and the quotes of French
    for the straight ones of two intercommunalités.

    >>> typography(np.array(['CA "Saintes"', "L'Isle"])).tolist()
    ['CA «\\xa0Saintes\\xa0»', 'L’Isle']
    """
    out = names.copy()
    straight = np.char.find(names, "'") >= 0  # one name in ten
    out[straight] = np.char.replace(names[straight], "'", "’")
    quoted = np.flatnonzero(np.char.find(out, '"') >= 0)
    if len(quoted):
        printed = {k: QUOTED.sub("«\xa0\\1\xa0»", str(out[k])) for k in quoted.tolist()}
        out = out.astype(f"<U{max(out.dtype.itemsize // 4, *map(len, printed.values()))}")
        out[quoted] = [*printed.values()]
    return out


MOST_TIMES = 255  # that a sign is counted in a text, in one byte


class Spelling:
    """Many texts of plain letters and figures, among which those spelled most like another are looked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        bytes_ = np.array([text.encode("ascii") for text in texts])
        self._lengths = np.char.str_len(bytes_)
        signs = bytes_.view(np.uint8).reshape(len(texts), -1)
        self._times = {
            chr(sign): np.minimum(np.count_nonzero(signs == sign, axis=1), MOST_TIMES).astype(np.uint8)
            for sign in np.unique(signs).tolist()
            if sign
        }

    def nearest(self, wanted: str, *, cutoff: float, length_gap: int, limit: int) -> list[int]:
        """Return the positions of the texts that difflib.get_close_matches finds, best first: of those at
        most `length_gap` signs longer or shorter; of several that are the same, the last.

        Two texts share at most the signs that both hold, which is counted for all of them at once: those that
        could not reach the cutoff are not compared.
        """
        shared = sum(
            (
                np.minimum(self._times[sign], min(wanted.count(sign), MOST_TIMES))
                for sign in set(wanted) & set(self._times)
            ),
            start=np.zeros(len(self._texts), dtype=np.int64),
        )
        may = 2 * shared >= (cutoff - 1e-9) * (self._lengths + len(wanted))
        may &= np.abs(self._lengths - len(wanted)) <= length_gap
        at = {self._texts[row]: row for row in np.flatnonzero(may).tolist()}
        return [at[text] for text in difflib.get_close_matches(wanted, at, n=limit, cutoff=cutoff)]
