"""Figures of France that the press, ministers and councillors repeat, each with its question and source."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import UnsourcedFigure
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("national_figures.yaml")
TRACED = ("statement", "universe", "year", "producer", "title", "url", "quote", "doubt")
Bounds = tuple[float, float, float]  # low, value, high
MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalFigure:
    """A published figure of France, never mixed with an estimate.

    statement: what the people counted do, after « ces personnes »; question: what is asked of them. words:
    what a phrase that quotes it may say; key: one of these at least, "" for difficulty in general; group: the
    people counted, "" for everybody; ages: theirs, None for all. share: percent; people: persons; either may
    be None. printed: its number in the words of its producer, where they have no figure. is_lack: it counts
    those who have not. is_of_everybody: it is told of everybody too, though it counts `group`.
    is_of_trouble: it counts a difficulty, that a phrase must say.
    """

    id: str
    statement: str
    question: str
    universe: str
    year: int
    producer: str
    title: str
    url: str
    quote: str
    doubt: str
    words: str = ""
    key: str = ""
    group: str = ""
    ages: tuple[int, int] | None = None
    printed: str = ""
    is_lack: bool = False
    is_of_everybody: bool = False
    is_of_trouble: bool = False
    share: Bounds | None = None
    people: Bounds | None = None


@cache
def national_figures() -> tuple[NationalFigure, ...]:
    """Return the figures of the file, in its order. Raises UnsourcedFigure for one without its source."""
    figures = tuple(_figure(row) for row in read_yaml(FILE)["figures"])
    for figure in figures:
        missing = [name for name in TRACED if not getattr(figure, name)]
        if missing or (figure.share is None and figure.people is None):
            raise UnsourcedFigure(
                f"The national figure {figure.id} lacks: {', '.join(missing) or 'its number'}.",
                why="A figure set beside what somebody heard must be one that the reader can find again.",
                do=f"Fill the keys in {FILE.name} from the publication.",
            )
    return figures


def _figure(row: dict[str, Any]) -> NationalFigure:
    bounds = {
        name: tuple(times * row[name][end] for end in ("low", "value", "high"))
        for name, times in (("share", 1), ("people", MILLION))
        if name in row
    }
    ages = {"ages": tuple(row["ages"])} if "ages" in row else {}
    return NationalFigure(**(row | bounds | ages))
