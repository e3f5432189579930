"""Rounding for display: no more digits than the interval deserves."""

import math


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

    >>> outwards(35441.0, 45053.0, 1000.0)
    (35000.0, 46000.0)
    """
    top = math.ceil(high / by - 1e-9) * by
    return max(0.0, math.floor(low / by + 1e-9) * by), top if most is None else min(top, most)
