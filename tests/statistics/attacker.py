"""Somebody who keeps all that a survey publishes, and looks for what it withholds: by linear programmes
over whole respondents.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from maillage.statistics.survey.tables import Tabulation

OUT = ""  # the state of whoever said nothing, or was not asked
State = Mapping[str, str]


@dataclass
class Attacker:
    """The knowledge of how many respondents stand in each combination of answers.

    answers: question → its answers, as published; OUT is added to each. `may`: which combinations the
        questionnaire allows.
    """

    answers: Mapping[str, Sequence[str]]
    possible: Sequence[State] = field(init=False)
    known: list[np.ndarray] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    secrets: dict[str, np.ndarray] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = list(self.answers)
        states = itertools.product(*([*self.answers[name], OUT] for name in names))
        self.possible = [dict(zip(names, state, strict=True)) for state in states]

    def mask(self, **conditions: Sequence[str] | bool) -> np.ndarray:
        """Return which combinations give, for each question, one of these answers; True: any answer."""
        return np.array(
            [
                all(
                    state[name] != OUT if allowed is True else state[name] in allowed
                    for name, allowed in conditions.items()
                )
                for state in self.possible
            ],
            dtype=float,
        )

    def learn(self, mask: np.ndarray, low: float, high: float | None = None) -> None:
        if any((mask == each).all() for each in self.known):
            return
        self.known.append(mask)
        self.low.append(low)
        self.high.append(low if high is None else high)

    def read(
        self,
        table: Tabulation,
        where: Mapping[str, str] | None = None,
        only: Mapping[str, object] | None = None,
    ) -> None:
        """Learn all that a table prints, and keep what it withholds among what is looked for."""
        within = {name: [value] for name, value in (where or {}).items()} | dict(only or {})
        question, by = table.question, table.by
        for row in table.rows:
            conditions = {
                **within,
                question: list(row.grouped or [row.category]),
                **({by: [row.by]} if by else {}),
            }
            if row.n is None:
                self.secrets[f"{question}={row.category} {by}={row.by} {where or ''}"] = self.mask(
                    **conditions
                )
            else:
                self.learn(self.mask(**conditions), row.n)
        for group in table.groups:
            if group.n is not None:
                self.learn(self.mask(**{**within, question: True, by: [group.by]}), group.n)
        if table.is_base_public:
            self.learn(self.mask(**{**within, question: True, **({by: True} if by else {})}), table.n)

    def overhear(self, table: Tabulation, combinations: np.ndarray) -> None:
        """Learn what a table says in words of those who are not in its base. asked: which combinations are put
        the question.
        """
        notes = " ".join(table.notes)
        silent = combinations * (1 - self.mask(**{table.question: True}))
        if match := re.search(r"(\d+) répondants n’avaient pas à y répondre", notes):
            self.learn(1 - combinations, int(match[1]))
        if match := re.search(r"Hors de la base : (\d+) répondants? sans réponse\.", notes):
            self.learn(silent, int(match[1]))
        elif match := re.search(r"Hors de la base : ([^.]+)\.", notes):
            both = 1 - self.mask(**{table.question: True}) if "n’était pas posée" in notes else silent
            self.learn(both, sum(map(int, re.findall(r"\d+", match[1]))))
        elif table.is_base_public:
            self.learn(silent, 0)

    def span(self, goal: np.ndarray, *, is_integer: bool = False) -> tuple[float, float]:
        """Return the least and the most a sum may be. whole: respondents are not cut in pieces."""
        known = np.array(self.known)
        ends = []
        for sign in (1, -1):
            if is_integer:
                solution = milp(
                    sign * goal,
                    integrality=np.ones(goal.size),
                    bounds=Bounds(0, np.inf),
                    constraints=LinearConstraint(known, self.low, self.high),
                )
            else:
                same = np.array(self.low) == np.array(self.high)
                solution = linprog(
                    sign * goal,
                    A_eq=known[same],
                    b_eq=np.array(self.low)[same],
                    A_ub=np.vstack([known[~same], -known[~same]]) if (~same).any() else None,
                    b_ub=np.concatenate([np.array(self.high)[~same], -np.array(self.low)[~same]])
                    if (~same).any()
                    else None,
                    bounds=(0, None),
                )
            assert solution.status in (0, 3), solution.message
            ends.append(sign * float("-inf" if solution.status == 3 else solution.fun))
        return ends[0], ends[1]

    def disclosed(self, least: int) -> Iterator[tuple[str, float, float]]:
        """Yield the withheld counts known to within `least` people, with their bounds."""
        for name, goal in {goal.tobytes(): (name, goal) for name, goal in self.secrets.items()}.values():
            low, high = self.span(goal)
            if high - low < least - 1e-5:
                yield name, low, high
