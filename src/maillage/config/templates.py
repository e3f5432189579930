"""Templates read with French spaces: no line starts with a colon."""

import re

from django.template import Origin
from django.template.loaders import app_directories

from maillage.reports.wording import spaced

MARKUP = re.compile(r"(<[^>]*>|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\})", re.DOTALL)


class Loader(app_directories.Loader):
    """Reads the templates of each app; what stands outside tags gets its no-break spaces."""

    def get_contents(self, origin: Origin) -> str:
        pieces = MARKUP.split(super().get_contents(origin))
        return "".join(piece if k % 2 else spaced(piece) for k, piece in enumerate(pieces))
