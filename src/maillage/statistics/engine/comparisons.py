"""Two shares compared: their difference, its interval, and the cost of multiple comparisons.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from maillage.statistics.engine.proportions import LEVEL, Share

STEPS = 40
Interval = tuple[float, float, float]  # value, low, high


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of shares, `one` minus `other`, between -1 and 1; its interval; the p-value at which the
    interval would reach zero.
    """

    value: float
    low: float
    high: float
    p: float


def difference(one: Share, other: Share, *, correlation: float = 0.0, level: float = LEVEL) -> Difference:
    """Return the difference of two shares, from the interval of each (Zou and Donner's MOVER, 2008).

    correlation: of the two estimates, 0 for two samples; for groups of one sample calibrated together, that
    given by `variance.of_means`. The interval is as asymmetric as those of the shares, and stays within -1 to
    1.
    """
    low, high = _bounds(one, other, correlation, level)
    return Difference(one.value - other.value, low, high, _p(one, other, correlation))


def of_intervals(one: Interval, other: Interval) -> Difference:
    """Return the difference of two shares known only by their value and 90 % bounds, as two publications
    print them.

    The p-value assumes that the interval, on the side of zero, is that of a normal distribution: nothing more
    is known.
    """
    value, (low, high) = one[0] - other[0], _interval(one, other, 0.0)
    reach = value - low if value > 0 else high - value
    if not value or not reach:
        return Difference(value, low, high, 0.0 if value else 1.0)
    far = NormalDist().inv_cdf((1 + LEVEL) / 2) * abs(value) / reach
    return Difference(value, low, high, 2 * (1 - NormalDist().cdf(far)))


def moves(pairs: Sequence[tuple[Interval, Interval]]) -> list[tuple[Difference, bool]]:
    """Return the difference of each pair, later less earlier, and whether it leaves its interval once every
    pair is counted (Holm).

    >>> later, earlier = (0.35, 0.30, 0.41), (0.49, 0.43, 0.55)
    >>> [moved for _, moved in moves([(later, earlier)])]
    [True]
    >>> any(moved for _, moved in moves([(later, earlier)] + 99 * [(later, later)]))
    False
    """
    differences = [of_intervals(later, earlier) for later, earlier in pairs]
    adjusted = holm([x.p for x in differences])
    return [
        (x, p < 1 - LEVEL and (x.low > 0 or x.high < 0)) for x, p in zip(differences, adjusted, strict=True)
    ]


def _bounds(one: Share, other: Share, correlation: float, level: float) -> tuple[float, float]:
    r = max(-1.0, min(1.0, correlation))
    return _interval((one.value, *one.interval(level)), (other.value, *other.interval(level)), r)


def _interval(one: Interval, other: Interval, r: float) -> tuple[float, float]:
    (v1, l1, u1), (v2, l2, u2) = one, other
    down, up = _far(v1 - l1, u2 - v2, r), _far(u1 - v1, v2 - l2, r)
    return max(-1.0, v1 - v2 - down), min(1.0, v1 - v2 + up)


def _far(a: float, b: float, correlation: float) -> float:
    return sqrt(max(0.0, a * a + b * b - 2 * correlation * a * b))


def _p(one: Share, other: Share, correlation: float) -> float:
    """Return 1 minus the highest level whose interval excludes zero, found by bisection."""
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
    """Return p-values adjusted for multiple comparisons (Holm, 1979): the chance of any false finding stays
    below the level.

    >>> [round(x, 6) for x in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p)), key=lambda k: p[k])
    out, most = [0.0] * len(p), 0.0
    for rank, k in enumerate(order):
        most = max(most, min(1.0, (len(p) - rank) * p[k]))
        out[k] = most
    return out
