"""Two shares compared: their difference, its interval, and what looking many times costs.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from maillage.engine.proportions import LEVEL, Share

STEPS = 40


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of shares, `one` less `other`, between -1 and 1; its interval; its p-value, of an interval that would reach zero."""

    value: float
    low: float
    high: float
    p: float

    @property
    def is_told(self) -> bool:
        """Whether zero stands outside the interval: only then may a sentence say « plus » or « moins »."""
        return self.low > 0 or self.high < 0


def difference(one: Share, other: Share, *, correlation: float = 0.0, level: float = LEVEL) -> Difference:
    """Return the difference of two shares, from the interval of each (Zou and Donner's MOVER, 2008).

    correlation: of the two estimates, 0 for two samples; groups of one sample calibrated together have theirs, from the
    covariance of `variance.of_means`. The interval leans as those of the shares do, and never leaves -1 to 1.
    """
    low, high = _bounds(one, other, correlation, level)
    return Difference(one.value - other.value, low, high, _p(one, other, correlation))


def _bounds(one: Share, other: Share, correlation: float, level: float) -> tuple[float, float]:
    r = max(-1.0, min(1.0, correlation))
    (l1, u1), (l2, u2) = one.interval(level), other.interval(level)
    down, up = _far(one.value - l1, u2 - other.value, r), _far(u1 - one.value, other.value - l2, r)
    value = one.value - other.value
    return max(-1.0, value - down), min(1.0, value + up)


def _far(a: float, b: float, correlation: float) -> float:
    return sqrt(max(0.0, a * a + b * b - 2 * correlation * a * b))


def _p(one: Share, other: Share, correlation: float) -> float:
    """Return one less the greatest level whose interval leaves zero out, found by halving."""
    if one.value == other.value:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        level = (low + high) / 2
        bottom, top = _bounds(one, other, correlation, level) if 0 < level < 1 else (-1.0, 1.0)
        if bottom > 0 or top < 0:
            low = level
        else:
            high = level
    return 1 - low


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values made for looking many times (Holm, 1979): under the level, the chance of one false find among all stays under it.

    >>> [round(x, 6) for x in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p)), key=lambda k: p[k])
    out, most = [0.0] * len(p), 0.0
    for rank, k in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[k]))
        out[k] = most
    return out
