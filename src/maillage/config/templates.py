"""Templates read with French spaces and without their indentation: no line of a page starts with a colon."""

import re

from django.template import Origin
from django.template.loaders import app_directories

from maillage.words.wording import spaced

INDENT = re.compile(r" *\n[ \n]*")
CUT = re.compile(r"\n(?=[:;?!»])|(?<=«)\n")  # where a template breaks the line and a sentence may not
BEFORE_END = re.compile(r"\s+(?=</button>)")  # drawn, it would widen a button whose last word is hidden
MARKUP = re.compile(r"(<[^>]*>|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)


def typeset(piece: str) -> str:
    """Return what stands between two tags as a page reads it, wherever its template breaks the line."""
    return spaced(CUT.sub(" ", INDENT.sub("\n", piece)))


class Loader(app_directories.Loader):
    """Reads the templates of each app; what stands outside tags loses its indentation and gets its
    no-break spaces.
    """

    def get_contents(self, origin: Origin) -> str:
        pieces = MARKUP.split(BEFORE_END.sub("", super().get_contents(origin)))
        return "".join(piece if k % 2 else typeset(piece) for k, piece in enumerate(pieces))
