"""Typed text read: whole numbers, those of an address too, and words on one line."""

import hashlib
import re
from datetime import timedelta

DOUBLE_CLICK = timedelta(seconds=20)  # the same form by the same account, so soon: one button pressed twice
ROWS = 2**63 - 1  # the largest number that a database gives a row
CONTACT = re.compile(r"\S@\S|(?:\d[ .\u00a0\u202f-]?){9,}")
TITLED = re.compile(
    r"\b(?i:m\.|mm\.|mr\.?|mme|mmes|mlle|monsieur|madame|mademoiselle|dr\.?|docteur|docteure)\s+"
    r"(?:(?:de|du)\s+|d[’'])?[A-ZÀ-ÖØ-Þ][\w’'-]+(?:\s+[A-ZÀ-ÖØ-Þ][\w’'-]+)?"
    r"|(?<=m[’']appelle )[A-ZÀ-ÖØ-Þ][\w’'-]+"
)
# Marks that turn a line around without being seen: a name in Arabic needs none of them, a trap does.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# A zero byte and half of a pair of characters, which JSON may carry and no database takes.
UNSTORABLE = (0, *range(0xD800, 0xE000))
STRAIGHT = dict.fromkeys((*map(ord, TURNING), *UNSTORABLE))


def whole_number(text: str, most: int = 1_000_000) -> int | None:
    """Return a whole number from 0 to `most`; None for anything else, however many digits it has.

    >>> [whole_number(text) for text in (" 12 ", "²", "-1", "9" * 5000, "")]
    [12, None, None, None, None]
    """
    bare = text.strip()
    if not (bare.isascii() and bare.isdigit() and len(bare) <= len(str(most))):
        return None
    return int(bare) if int(bare) <= most else None


def line(text: str, most: int | None = None) -> str:
    """Return typed text as one line, each gap as one space, without what turns the words after it, nor
    what no database takes, cut to `most` characters.

    >>> line("  Marie  Anne\\n"), line("Marie Anne", 6), line("Ma\\u202erie"), line("Ma\\0r\\ud800ie")
    ('Marie Anne', 'Marie', 'Marie', 'Marie')
    """
    return " ".join(text.translate(STRAIGHT).split())[:most].rstrip()


def sent_by(token: str, *whose: int | str) -> str:
    """Return the number of a form as somebody sends it about somebody: sent twice it is the same; sent by
    another account of a shared computer, or under another name where there is no account, it is another.

    >>> sent_by("t", 1, 2) == sent_by("t", 1, 2), sent_by("t", 1, 2) == sent_by("t", 2, 2), len(sent_by("t"))
    (True, False, 40)
    """
    return hashlib.sha256(repr((token, *whose)).encode()).hexdigest()[:40]


def holds_contact(text: str) -> bool:
    """Recognise an e-mail address, or as many digits as a telephone, in a text.

    >>> holds_contact("Appelez le 06 12 34 56 78"), holds_contact("12 portables, 10 h")
    (True, False)
    """
    return bool(CONTACT.search(text))


def named_person(text: str) -> str:
    """Return the first person that a text names after a civility, '' when it names none so; a function after
    one, as in “M. le maire”, is no name.

    >>> [named_person(text) for text in ("Chez Mme Bernard", "M. Jean Valentin 03", "M. le maire")]
    ['Mme Bernard', 'M. Jean Valentin', '']
    """
    match = TITLED.search(text)
    return match[0] if match else ""
