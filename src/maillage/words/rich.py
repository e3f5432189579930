"""Strong words and links inside plain text: **so**, [there](#sources), [there](https://example.org/)."""

import re
from collections.abc import Collection

from markupsafe import Markup, escape

MARK = re.compile(r"\*\*(.+?)\*\*|\[([^\]]+)\]\((https://[^\s()]+|#[\w-]+)\)")


Span = tuple[bool, str, str]  # a piece of a text: strong or not, its words, where they lead, "" for nowhere


def spans(text: str) -> list[Span]:
    """Return the text in pieces.

    >>> spans("Six zones : **Claix**, [Insee](#sources)")
    [(False, 'Six zones : ', ''), (True, 'Claix', ''), (False, ', ', ''), (False, 'Insee', '#sources')]
    """
    pieces: list[Span] = []
    before = 0
    for mark in MARK.finditer(text):
        strong, words, address = mark.groups()
        pieces += [(False, text[before : mark.start()], ""), (bool(strong), strong or words, address or "")]
        before = mark.end()
    return [span for span in (*pieces, (False, text[before:], "")) if span[1]]


def link(words: str, address: str) -> str:
    """Return words that lead to an address; as they are when it is not one to follow.

    >>> link("Insee", "https://www.insee.fr/fr/statistiques/1"), link("Insee", "paquet 1.2")
    ('[Insee](https://www.insee.fr/fr/statistiques/1)', 'Insee')
    """
    markup = f"[{words}]({address.replace('(', '%28').replace(')', '%29')})"
    return markup if MARK.fullmatch(markup) else words


def html(text: str, anchors: Collection[str] | None = None) -> Markup:
    """Return the text as HTML: everything escaped, strong words marked, links made. anchors: the places of
    the page that may be linked to, any without.
    """
    return Markup("").join(_html(span, anchors) for span in spans(text))


def _html(span: Span, anchors: Collection[str] | None) -> Markup:
    strong, words, address = span
    if strong:
        return Markup("<strong>{}</strong>").format(words)
    if not address or (address.startswith("#") and anchors is not None and address[1:] not in anchors):
        return escape(words)
    return Markup('<a href="{}">{}</a>').format(address, words)


def bare(text: str) -> str:
    """Return the text without its marks."""
    return MARK.sub(lambda mark: mark[1] or mark[2], text)
