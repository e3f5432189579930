"""Short codes that people read aloud, write on paper and type on a telephone."""

import re
import secrets

# No sign that an eye or a hand takes for another: neither 0 and O, nor 1, I and L; B, G, S, V, Z are read as
# below.
ALPHABET = "23456789ACDEFHJKMNPQRTUWXY"
LOOKALIKES = str.maketrans("BGSVZ", "865U2")
LENGTH = 8
NOT_SIGNS = re.compile(r"[^0-9A-Z]")


def make() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read(text: str) -> str:
    """Return the code that somebody typed, '' when it cannot be one.

    >>> read(" 7k2d ahz4 "), read("7K2D-AH24"), read("7K2D")
    ('7K2DAH24', '7K2DAH24', '')
    """
    typed = NOT_SIGNS.sub("", text.upper()).translate(LOOKALIKES)
    return typed if len(typed) == LENGTH and set(typed) <= set(ALPHABET) else ""


def in_halves(code: str) -> str:
    """Return a code in two halves, as it is printed.

    >>> in_halves("7K2DAH24")
    '7K2D-AH24'
    """
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"
