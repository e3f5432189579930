"""A percentage that a study printed, with the interval that its base allows.

Source: docs/methods/resultats-enquete.md
"""

from maillage.kernel.estimate import Estimate
from maillage.statistics.engine.proportions import wilson
from maillage.statistics.survey.tables import METHOD


def printed_share(percent: float, n: int, universe: str) -> Estimate:
    """Return a printed percentage as the share of n respondents drawn one by one, with its 90 % interval.

    >>> found = printed_share(50, 49, "structures")
    >>> found.value, round(found.low), round(found.high)
    (50.0, 39, 61)
    """
    low, high = wilson(percent / 100, n)
    return Estimate(
        value=float(percent),
        low=100 * low,
        high=100 * high,
        unit="pourcent",
        universe=universe,
        n=n,
        method=METHOD,
    )
