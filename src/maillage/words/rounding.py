"""Rounding for display: no more digits than the interval deserves. The same rule in HTML, PDF, CSV and JSON.

- A value is rounded to the nearest, halves upwards; a survey whose publication says so truncates (`rounded`).
- A bound is rounded outwards, by the step of its value (`outwards`): what is printed covers what was
  computed, and holds the value printed beside it. A low bound that would print as zero has its own step.
- The step of a number of people is at most a quarter of its half-width (`step`); that of a rate is one point,
  a tenth of a point where the half-width is under one; that of a share of a survey is one point.

Source: docs/methods/lecture.md
"""

import math
from collections.abc import Sequence


def step(half_width: float) -> float:
    """Return the largest of 1-2-5 × 10ⁿ that is at most a quarter of the half-width; 1 when there is none.

    >>> step(5000.0), step(810.0), step(3.0)
    (1000.0, 200.0, 1.0)
    """
    limit = half_width / 4
    if limit < 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(limit))
    return next(m * power for m in (5, 2, 1) if m * power <= limit * (1 + 1e-12))


def nearest(value: float, by: float) -> float:
    """Return the multiple of `by` nearest to the value, halves upwards.

    >>> nearest(40238.0, 1000.0)
    40000.0
    """
    return math.floor(value / by + 0.5) * by


def outwards(low: float, high: float, by: float, *, most: float | None = None) -> tuple[float, float]:
    """Return the bounds rounded away from the value: coverage never falls. Never under zero nor over `most`.
    A low bound that its step would print as zero has a step of its own: some is never told as none.

    >>> outwards(35441.0, 45053.0, 1000.0), outwards(6.8, 11.4, 1.0, most=100.0)
    ((35000.0, 46000.0), (6.0, 12.0))
    >>> outwards(1594.0, 23066.0, 2000.0), outwards(0.4, 900.0, 100.0)
    ((1400.0, 24000.0), (0.0, 900.0))
    """
    printed_low, high = signed_outwards(low, high, by)
    if printed_low == 0:
        finer = min(by, step(low))
        printed_low = math.floor(low / finer + 1e-9) * finer
    return max(0.0, printed_low), high if most is None else min(high, most)


def whole_percents(shares: Sequence[float], total: int = 100) -> list[int]:
    """Return the shares of a whole, which add up to one, as whole percents that add up to `total`: those
    rounded down the most are rounded up. total: the percents of that whole in a larger one.

    >>> whole_percents([0.335, 0.335, 0.33]), whole_percents([1.0, 0.0]), whole_percents([0.5, 0.5], 47)
    ([34, 33, 33], [100, 0], [24, 23])
    """
    percents = [math.floor(total * share + 1e-9) for share in shares]
    by_loss = sorted(range(len(shares)), key=lambda i: (percents[i] - total * shares[i], i))
    for i in by_loss[: total - sum(percents)]:
        percents[i] += 1
    return percents


def signed_outwards(low: float, high: float, by: float = 1.0) -> tuple[float, float]:
    """Return the bounds of a difference rounded outwards: either may be under zero.

    >>> signed_outwards(-14.2, -6.9)
    (-15.0, -6.0)
    """
    return math.floor(low / by + 1e-9) * by, math.ceil(high / by - 1e-9) * by


def rounded(percent: float, *, rule: str = "nearest", decimals: int = 0, by: int = 1) -> float:
    """Return a percentage as a publication prints it. rule: `nearest` (halves upwards) or `down` (truncated);
    by: units of the last decimal, of which it is a multiple.

    A tolerance (1e-9) absorbs floating-point error: 28.499999999999996 is 28.5.

    >>> rounded(28.787), rounded(28.787, rule="down"), rounded(0.5), rounded(28.787, by=5)
    (29.0, 28.0, 1.0, 30.0)
    """
    if rule not in ("nearest", "down"):
        raise ValueError(f"a rule of rounding is nearest or down, not {rule}.")
    scale = 10.0**decimals / by
    return float((percent * scale + (0.5 if rule == "nearest" else 0.0) + 1e-9) // 1 / scale)
