"""Strong words inside plain text: **so**."""

import re

from markupsafe import Markup, escape

STRONG = re.compile(r"\*\*(.+?)\*\*")


def spans(text: str) -> list[tuple[bool, str]]:
    """Return the text in pieces, each strong or not.

    >>> spans("Six zones : **Claix**.")
    [(False, 'Six zones : '), (True, 'Claix'), (False, '.')]
    """
    pieces = STRONG.split(text)
    return [(bool(k % 2), piece) for k, piece in enumerate(pieces) if piece]


def html(text: str) -> Markup:
    """Return the text as HTML: everything escaped, strong words marked."""
    return Markup("").join(
        Markup("<strong>{}</strong>").format(piece) if strong else escape(piece)
        for strong, piece in spans(text)
    )


def bare(text: str) -> str:
    """Return the text without its marks."""
    return STRONG.sub(r"\1", text)
