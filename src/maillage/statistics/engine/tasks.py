"""The five small tasks: from measurements to passed, partly, failed; a missing task was not measured.

Time is described, never judged. Failing with a device that one has not mastered says nothing of what one
knows: it counts as not measured. Source: docs/methods/bilan.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from maillage.statistics.engine.bilan import FAIL, PARTLY, PASS, Answers, one

Way = Literal["mouse", "touch", "pen", "keyboard", ""]
TARGETS = 3  # to reach, smaller and smaller
MISSES = 2  # allowed on each
TRIES = 2  # allowed to write, or to answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """T1. misses: outside the target, for each target reached."""

    misses: Sequence[int]
    way: Way = ""
    seconds: int | None = None

    @property
    def outcome(self) -> str:
        return PASS if len(self.misses) == TARGETS and max(self.misses) <= MISSES else FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrolled:
    """T2. helped: whether the hint was used; turns: changes of direction, None without script."""

    helped: bool
    turns: int | None = None
    way: Way = ""
    seconds: int | None = None

    @property
    def outcome(self) -> str:
        return FAIL if self.helped else PASS


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """T3. word, address: the successful attempt, 0 for none; searched: the signs looked for more than ten
    seconds.
    """

    word: int
    address: int
    corrections: int = 0
    searched: str = ""
    seconds: int | None = None

    @property
    def outcome(self) -> str:
        if not 1 <= self.word <= TRIES:
            return FAIL
        return PASS if 1 <= self.address <= TRIES else PARTLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """T4. trap, true: what was done with each message; trap_first: the order they came in."""

    trap: str
    true: str
    trap_first: bool
    seconds: int | None = None

    @property
    def outcome(self) -> str:
        return PASS if self.trap != "open" and self.true != "erase" else FAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTask:
    """T5. answers: how many were submitted; right: whether the last one was; pages: how many were opened."""

    answers: int
    right: bool
    pages: int
    seconds: int | None = None

    @property
    def outcome(self) -> str:
        return PASS if self.right and self.answers <= TRIES else FAIL


Measure = Reached | Scrolled | Written | Sorted | SearchTask


def hand(answers: Answers) -> bool | None:
    """Return the declared mastery of a mouse, a keyboard or a screen; None when unknown."""
    if one(answers, "U1") in ("never", "for-me") or one(answers, "U2") in ("help", "never"):
        return False
    return True if one(answers, "U2") in ("easy", "slow") else None


def outcomes(measures: Mapping[str, Measure], answers: Answers) -> dict[str, str]:
    """Return passed, partly or failed by task; a missing task was not measured.

    A failure counts when the device is mastered: as declared, or as the first task shows when nothing was
    declared. Someone who aims badly may press the wrong answer: the messages and the search are then not
    measured either.
    """
    outcome_by_task = {id: measure.outcome for id, measure in measures.items()}
    is_declared = hand(answers)
    mastered = outcome_by_task.get("T1") == PASS if is_declared is None else is_declared
    aims = mastered and outcome_by_task.get("T1") != FAIL
    stands = {"T1": mastered, "T2": mastered, "T3": mastered, "T4": aims, "T5": aims}
    return {id: outcome for id, outcome in outcome_by_task.items() if outcome != FAIL or stands[id]}
