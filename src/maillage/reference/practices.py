"""The four practices that a survey of professionals is read by, and what the national study of 2015 prints of
each.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("practices.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A practice, told by one answer to one question. says: what its share counts. printed: what the study
    prints, among whom.

    percent: the figure printed, None when it is a bound (« moins de 20 % »): nothing is computed on a bound.
    """

    question: str
    choice: str
    label: str
    says: str
    printed: str
    among: str
    requirement: str
    percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The study and its practices, in the order they are read."""

    producer: str
    title: str
    year: int
    universe: str
    doubt: str
    practices: tuple[Practice, ...]


@cache
def study() -> Study:
    """Return the study of 2015."""
    raw = read_yaml(FILE)
    return Study(**{**raw, "practices": tuple(Practice(**each) for each in raw["practices"])})
