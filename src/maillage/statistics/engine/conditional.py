"""Two shares that look alike and must never be confused: of a group among those concerned, and of those
concerned in it.
"""

from dataclasses import dataclass
from typing import Any, NoReturn

from maillage.kernel.errors import Refused


class _Share:
    """A share that can be compared only with its own kind."""

    value: float

    def _other(self, other: Any) -> float:
        if type(other) is not type(self):
            raise Refused(
                "Ces deux pourcentages ne se comparent pas.",
                why=(
                    "L’un compte un groupe parmi les personnes en difficulté, l’autre compte les personnes en"
                    " difficulté dans ce groupe : ce ne sont pas les mêmes personnes au dénominateur."
                ),
                do="Comparez deux pourcentages de même sens, calculés sur le même tableau.",
            )
        return float(other.value)

    def __lt__(self, other: Any) -> bool:
        return self.value < self._other(other)

    def __gt__(self, other: Any) -> bool:
        return self.value > self._other(other)

    def __le__(self, other: Any) -> bool:
        return self.value <= self._other(other)

    def __ge__(self, other: Any) -> bool:
        return self.value >= self._other(other)

    def __eq__(self, other: object) -> bool:
        return self.value == self._other(other)

    def __sub__(self, other: Any) -> float:
        return self.value - self._other(other)

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.value))


@dataclass(frozen=True, eq=False)
class ConcernedInGroup(_Share):
    """P(concerned | group), 0 to 1: of 100 people of the group, how many are concerned."""

    value: float
    group: str
    concerned: str

    def __str__(self) -> str:
        return f"Sur 100 personnes du groupe « {self.group} », {100 * self.value:.0f} {self.concerned}."


@dataclass(frozen=True, eq=False)
class GroupAmongConcerned(_Share):
    """P(group | concerned), 0 to 1: of 100 people concerned, how many belong to the group."""

    value: float
    group: str
    concerned: str

    def __str__(self) -> str:
        return (
            f"Sur 100 personnes qui {self.concerned}, {100 * self.value:.0f} sont du groupe « {self.group} »."
        )


def both(
    concerned_in_group: float, in_group: float, concerned: float, *, group: str, verb: str
) -> tuple[ConcernedInGroup, GroupAmongConcerned]:
    """Return the two shares of one table: (persons concerned in the group, of the group, concerned) in
    persons.
    """
    if not in_group or not concerned:
        _refuse_empty()
    return (
        ConcernedInGroup(concerned_in_group / in_group, group, verb),
        GroupAmongConcerned(concerned_in_group / concerned, group, verb),
    )


def _refuse_empty() -> NoReturn:
    raise ValueError("nobody in the group, or nobody concerned: a share of nobody is undefined, not zero.")
