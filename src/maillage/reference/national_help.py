"""Help where the directory does not cover a place: telephones that answer anywhere in France, and places
that exist almost everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import BrokenSource
from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "national_help.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The page of a number. producer: whether it is that of whoever answers; dated: of the page; read: the
    day it was read; doubt: what may have changed.
    """

    producer: bool
    title: str
    url: str
    dated: date
    read: date
    quote: str
    doubt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A telephone that answers in the whole country."""

    id: str
    name: str
    phone: str
    subjects: str
    source: Source

    @property
    def dialled(self) -> str:
        return self.phone.replace(" ", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A kind of place that most communes have, or have near."""

    id: str
    icon: str
    name: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Help:
    """Numbers and places, in the order they are shown."""

    numbers: Sequence[Number]
    places: Sequence[Place]

    @property
    def read_on(self) -> date:
        """Return the day on which the numbers were read, the earliest of theirs."""
        return min(number.source.read for number in self.numbers)


@cache
def national_help() -> Help:
    """Return the reference; BrokenSource when a number has no dated source, or no doubt."""
    raw = read_yaml(FILE)
    return Help(
        [Number(**row | {"source": _source(row)}) for row in raw["numbers"]],
        [Place(**row | {"source": _source(row)}) for row in raw["places"]],
    )


def _source(row: Mapping[str, Any]) -> Source:
    source = Source(**row["source"])
    if not source.title or not source.doubt:
        raise BrokenSource(
            f"national_help.yaml: « {row['id']} » has no title or no doubt.",
            why="Somebody without Internet calls what this file says.",
            do="Name the page where it was read, its date, and what may have changed.",
        )
    return source
