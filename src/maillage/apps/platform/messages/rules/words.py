"""The text of a message made fit for transport: a one-line subject, the characters of an SMS, nothing
hidden.
"""

import re

from maillage.kernel.typed import TURNING

# The letters of an SMS (GSM 03.38): with one other, the whole message takes more than twice the room.
LETTERS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€")
PLAIN = {
    **dict.fromkeys("’‘ʼ", "'"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("\u00a0\u202f\u2009\t", " "),
    **dict.fromkeys("–—−", "-"),
    **{"«": '"', "»": '"', "…": "...", "œ": "oe", "Œ": "OE"},
}
IN_SMS = str.maketrans(PLAIN)
# Controls, halves of a sign, separators of lines: what a text shows to nobody.
INVISIBLE = f"\x7f-\x9f\ud800-\udfff\u2028\u2029{re.escape(''.join(sorted(TURNING)))}"
HIDDEN = re.compile(f"[\x00-\x1f{INVISIBLE}]")
HIDDEN_IN_LINES = re.compile(f"[\x00-\x08\x0b-\x1f{INVISIBLE}]")
ONE, NEXT, ONE_WIDE, NEXT_WIDE = 160, 153, 70, 67


def line(text: str) -> str:
    """Return a text on one line, without invisible marks: what the head of a message may hold.

    >>> line("Rendez-vous\\r\\nBcc: x@exemple.fr")
    'Rendez-vous Bcc: x@exemple.fr'
    """
    return " ".join(HIDDEN.sub(" ", text).split())


def body(text: str) -> str:
    """Return a text with its lines, without invisible characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return HIDDEN_IN_LINES.sub("", lines).strip()


def short(text: str) -> str:
    """Return the text of an SMS with the signs that it knows, where that changes no word.

    >>> short("C’est « demain » à 9 h…")
    'C\\'est " demain " à 9 h...'
    """
    return body(text).translate(IN_SMS)


def parts(text: str) -> int:
    """Return how many SMS a text is counted for.

    >>> parts("a" * 160), parts("a" * 161), parts("ê" * 70), parts("ê" * 71), parts("")
    (1, 2, 1, 2, 0)
    """
    if not text:
        return 0
    if all(each in LETTERS or each in DOUBLE for each in text):
        size, one, next_size = sum(2 if each in DOUBLE else 1 for each in text), ONE, NEXT
    else:
        size, one, next_size = len(text.encode("utf-16-le")) // 2, ONE_WIDE, NEXT_WIDE
    return 1 if size <= one else -(-size // next_size)
