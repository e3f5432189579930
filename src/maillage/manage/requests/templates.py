"""Templates read with French spaces and without their indentation: no line of a page starts with a colon."""

import re
from collections.abc import Iterator

from django.template import Origin
from django.template.loaders import app_directories

from maillage.words.wording import spaced

INDENT = re.compile(r" *\n[ \n]*")
CUT = re.compile(r"\n(?=[:;?!»])|(?<=«)\n")  # where a template breaks the line and a sentence may not
BEFORE_END = re.compile(r"\s+(?=</button>)")  # drawn, it would widen a button whose last word is hidden
MARKUP = re.compile(r"(<[^>]*>|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)


def typeset(piece: str) -> str:
    """Return the text between two tags as a page reads it, wherever its template breaks the line."""
    return spaced(CUT.sub(" ", INDENT.sub("\n", piece)))


AS_TYPED = re.compile(r"<(/?)(textarea|script|style|pre|code)\b", re.IGNORECASE)


def typeset_values(pieces: list[str]) -> Iterator[str]:
    """Yield the pieces of a template whose values, where they are read as words, are typeset when they are
    known; not what a field, a script or a line of code holds.
    """
    depth = 0
    for piece in pieces:
        if match := AS_TYPED.match(piece):
            depth = max(depth + (-1 if match[1] else 1), 0)
        is_value = piece.startswith("{{") and not depth
        yield f"{piece[:-2].rstrip()}|typeset }}}}" if is_value else piece


class Loader(app_directories.Loader):
    """Reads the templates of each app; what stands outside tags loses its indentation and gets its no-break
    spaces, and so does a text that a page is given.
    """

    def get_contents(self, origin: Origin) -> str:
        pieces = MARKUP.split(BEFORE_END.sub("", super().get_contents(origin)))
        pieces = [piece if k % 2 else typeset(piece) for k, piece in enumerate(pieces)]
        return "".join(typeset_values(pieces) if origin.name.endswith(".html") else pieces)
