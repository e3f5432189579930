"""Our drawings, for people who read little: one object, one tinted disc, coloured by classes."""

import re
from collections.abc import Mapping
from functools import cache

from maillage.publishing.page.design import FOLDER, VARIABLE

DRAWINGS = FOLDER / "drawings"


@cache
def read(name: str) -> str:
    """Return a drawing whose classes are coloured by the style sheet of the page; KeyError when it was never
    drawn.
    """
    path = DRAWINGS / f"{name}.svg"
    if not path.exists():
        raise KeyError(f"no drawing is called {name}.")
    return path.read_text("utf-8").strip()


def names() -> list[str]:
    return sorted(path.stem for path in DRAWINGS.glob("*.svg"))


def drawings_css() -> str:
    """Return the style sheet of the drawings, colours as variables."""
    return (FOLDER / "dessins.css").read_text("utf-8")


def svg(name: str, *, tokens: Mapping[str, str]) -> str:
    """Return a drawing that carries its own style, for paper: the same classes, with the values of these
    tokens.
    """
    colours = "".join(re.findall(r"^\.d-.*", drawings_css(), re.M))
    css = VARIABLE.sub(lambda match: tokens[match.group(1)], colours)
    opening, body = read(name).split(">", 1)
    return f"{opening}><style>{css}</style>{body}"
