"""Design tokens, for everything that is drawn: one file of colours for the page, the dossier and the PDF."""

import re
from functools import cache
from pathlib import Path
from typing import Literal

from maillage.reference.files import read_yaml

FOLDER = Path(__file__).parent / "design"
Theme = Literal["jour", "nuit"]
VARIABLE = re.compile(r"var\(--([\w-]+)\)")


@cache
def tokens(theme: Theme = "jour") -> dict[str, str]:
    """Return every token of a theme, without its dashes."""
    pairs: dict[str, list[str]] = read_yaml(FOLDER / "tokens.yaml")
    return {name: values[theme == "nuit"] for name, values in pairs.items()}


def tokens_css() -> str:
    """Return the style sheet of tokens.

    Plain values first, for browsers older than light-dark(); then both themes at once, following the system
    unless `data-theme` says otherwise; print is always by day.
    """
    day, night = tokens("jour"), tokens("nuit")
    plain = "".join(f"--{name}:{value};" for name, value in day.items())
    both = "".join(
        f"--{name}:light-dark({value},{night[name]});" for name, value in day.items() if value.startswith("#")
    )
    dark = "".join(f"--{name}:{value};" for name, value in night.items())
    return (
        f":root{{color-scheme:light dark;{plain}}}\n"
        f"@supports (color:light-dark(red,red)){{:root{{{both}}}}}\n"
        f':root[data-theme="jour"]{{color-scheme:light}}\n'
        f':root[data-theme="nuit"]{{color-scheme:dark;{dark}}}\n'
        f"@media print{{:root,:root[data-theme]{{color-scheme:light;{plain}}}}}\n"
    )


def figures_css() -> str:
    """Return the style sheet of maps and charts, colours as variables: what every page needs."""
    return (FOLDER / "figures.css").read_text("utf-8")


def rare_figures_css() -> str:
    """Return the style sheet of the drawings that few pages have, and those alone load."""
    return (FOLDER / "parcours.css").read_text("utf-8")


def resolve(css: str, theme: Theme = "jour") -> str:
    """Return a style sheet with its variables replaced by their values, for renderers without variables."""
    values = tokens(theme)
    return VARIABLE.sub(lambda match: values[match.group(1)], css)
