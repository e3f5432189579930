"""Names as people type them."""

import re
import unicodedata

ALIASES = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
NAME_SHAPE = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """Return a name as typed by someone in a hurry: no accent, no hyphen, no case, saint spelled out.

    >>> plain("St-Martin-d’Hères")
    'saint martin d heres'
    """
    folded = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE").replace("æ", "ae"))
    letters = "".join(c for c in folded if not unicodedata.combining(c)).casefold()
    words = NAME_SHAPE.sub(" ", letters).split()
    return " ".join(ALIASES.get(word, word) for word in words)
