"""The ranking of places for a referral: the points of each criterion, and their justification."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from maillage.kernel.errors import UnsourcedFigure
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("orientation.yaml")
Answer = Literal["good", "fair", "unsaid", "bad"]
ANSWERS: tuple[Answer, ...] = ("good", "fair", "unsaid", "bad")


@dataclass(frozen=True, slots=True)
class Criterion:
    """A requirement on a place. points: by answer; an unknown answer scores below a suitable one, above an
    unsuitable one.
    """

    id: str
    label: str
    points: Mapping[Answer, int]
    why: str

    @property
    def most(self) -> int:
        return self.points["good"]


@dataclass(frozen=True, slots=True)
class Advice:
    """The search that follows a result of the diagnosis: a practice of the offer, and how to be helped (for,
    with, learn).
    """

    need: str
    help: str


@cache
def criteria() -> dict[str, Criterion]:
    """Return the criteria in the order they are presented. Raises UnsourcedFigure for points without a
    reason, or in the wrong order.
    """
    criteria = {id: _criterion(id, raw) for id, raw in _raw()["criteria"].items()}
    for criterion in criteria.values():
        in_order = (
            criterion.points["good"]
            >= criterion.points["fair"]
            >= criterion.points["unsaid"]
            > criterion.points["bad"]
        )
        if not criterion.why or not in_order:
            raise UnsourcedFigure(
                f"orientation.yaml: the points of « {criterion.id} » are not explained, or silence is worth a"
                " refusal.",
                why="People are sent somewhere on these points.",
                do="Write why, and keep good ≥ fair ≥ unsaid > bad.",
            )
    return criteria


def _criterion(id: str, raw: Mapping[str, Any]) -> Criterion:
    return Criterion(id, raw["label"], {answer: int(raw[answer]) for answer in ANSWERS}, raw.get("why", ""))


@cache
def walk() -> tuple[float, float]:
    """Return the minutes on foot until which a distance is good, then fair."""
    return _pair("walk")


@cache
def on_foot() -> int:
    """Return the minutes of a walk beyond which a place comes after all those one walks to."""
    return int(_raw()["on_foot"])


@cache
def soon() -> tuple[float, float]:
    """Return the days to the next opening that are soon, then fair."""
    return _pair("soon")


def distance_answer(minutes: float) -> Answer:
    """Return the answer of a walk of so many minutes."""
    near, fair = walk()
    return "good" if minutes <= near else "fair" if minutes <= fair else "bad"


def opening_answer(days: int) -> Answer:
    """Return the answer of a place that opens in so many days, 0 for today."""
    near, fair = soon()
    return "good" if days <= near else "fair" if days <= fair else "bad"


def freshness_answer(stitches: int) -> Answer:
    """Return the answer of the age of a sheet, from its stitches, none when its date is unknown."""
    answers: Mapping[int, Answer] = {4: "good", 3: "fair", 2: "fair", 1: "bad"}
    return answers.get(stitches, "unsaid")


def aged(criterion: str, answer: Answer) -> Answer:
    """Return the answer that an old sheet gives: it suits in part at best; how far its place is does not
    age.
    """
    return "fair" if answer == "good" and criterion != "distance" else answer


@cache
def longest_closure() -> int:
    """Return the days beyond which a closed place is not proposed."""
    return int(_raw()["closed"])


def is_old(months: int | None) -> bool:
    """Return True for a sheet too old, or of no known age (None), for what it says to suit more than in part.

    >>> is_old(2), is_old(36), is_old(None)
    (False, True, True)
    """
    return months is None or months >= int(_raw()["old"])


@cache
def advice() -> dict[str, Advice]:
    """Return the search that follows each result of the diagnosis."""
    return {id: Advice(**raw) for id, raw in _raw()["results"].items()}


def _pair(name: str) -> tuple[float, float]:
    raw = _raw()[name]
    return float(raw["good"]), float(raw["fair"])


@cache
def _raw() -> Any:
    return read_yaml(FILE)
