"""Rates that others published of a territory: set beside ours in every diagnosis, never read as a need."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.kernel.errors import UnsourcedFigure
from maillage.reference.definitions import definitions
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("published_rates.yaml")
TRACED = ("place", "producer", "by", "title", "year", "quote", "doubt")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRate:
    """A published share of the people of 15+ of a territory.

    place: its code in the commands. definition: id of the one of ours that asks the same question, "" when
    none does. rate, low, high: percent, low and high being what rounding may hide. people: persons, None when
    not published. by: the producer inside a sentence.
    """

    place: str
    definition: str
    rate: float
    low: float
    high: float
    people: int | None
    producer: str
    by: str
    title: str
    year: int
    url: str
    quote: str
    doubt: str


@cache
def published() -> tuple[PublishedRate, ...]:
    """Return the rates of the file, in its order. Raises UnsourcedFigure for one that nobody could trace."""
    raw = read_yaml(FILE)
    rates = tuple(PublishedRate(**(raw["modelled"] | row)) for row in raw["rates"])
    for rate in rates:
        missing = [name for name in TRACED if not getattr(rate, name)]
        if missing or (rate.definition and rate.definition not in definitions()):
            raise UnsourcedFigure(
                f"The published rate of {rate.place} lacks: {', '.join(missing) or 'a known definition'}.",
                why="A rate set beside ours must be one that the reader can find again.",
                do=f"Fill the keys in {FILE.name} from the publication.",
            )
    return rates
