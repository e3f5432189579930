"""A percentage that somebody published, found again or not in answers: how much, out of whom, by which rule
of rounding (E-015).

Source: docs/methods/enquetes-publiees.md
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import Table
from maillage.words import rounding

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rule = Literal["both", "nearest", "down", ""]
RULES: Mapping[Rule, str] = {
    "both": "les deux",
    "nearest": "au plus proche",
    "down": "troncature",
    "": "aucune",
}


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A published percentage computed again from answers.

    percent: weighted where weights are; n: who answers so, base: of how many, both unweighted. rule: what
        gives the published
    figure back, nothing when neither rounding nor cutting does.
    """

    percent: float
    n: int
    base: int
    rule: Rule


def says(values: NDArray[Any], answers: Collection[str]) -> Bools:
    """Return (respondents,) who gives at least one of these answers, alone or among several.

    >>> says(np.array(["smartphone ordinateur", "", "aucun"]), {"ordinateur"})
    array([ True, False, False])
    """
    wanted = set(answers)
    return np.array([not wanted.isdisjoint(str(value).split()) for value in values], dtype=bool)


def among(table: Table, where: Mapping[str, Collection[str]], answered: str = "") -> Bools:
    """Return (respondents,), True in a base: these answers to these questions, and an answer to
    `answered`.
    """
    inside = np.ones(len(table), dtype=bool)
    for question, answers in where.items():
        inside &= says(table[question], answers)
    return inside & (table[answered] != "") if answered else inside


def reproduce(
    concerned: Bools, base: Bools, published: float, *, weights: Floats | None = None, decimals: int = 0
) -> Reproduction:
    """Compute a percentage published with so many decimals again from answers. Raises ValueError on a base
    of nobody.

    >>> reproduce(np.arange(66) < 19, np.full(66, True), 28).rule
    'down'
    """
    mass = np.ones(len(base)) if weights is None else weights
    if not base.any() or not mass[base].sum() > 0:
        raise ValueError("a percentage of nobody cannot be found again.")
    percent = 100 * float(mass[base & concerned].sum() / mass[base].sum())
    return Reproduction(
        percent, int((base & concerned).sum()), int(base.sum()), rule(percent, published, decimals)
    )


def rule(percent: float, published: float, decimals: int = 0) -> Rule:
    """Return which rounding of a percentage gives the published one.

    >>> rule(28.79, 28), rule(28.79, 29), rule(24.24, 24), rule(6.06, 11)
    ('down', 'nearest', 'both', '')
    """
    near, down = (
        abs(rounding.rounded(percent, rule=each, decimals=decimals) - published) < 1e-9
        for each in ("nearest", "down")
    )
    return "both" if near and down else "nearest" if near else "down" if down else ""
