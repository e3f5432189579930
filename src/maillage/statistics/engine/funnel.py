"""The limits of a funnel: the shares that chance alone would give to a place, were it like all of them.

Source: docs/methods/indicateurs.md
"""

import numpy as np

from maillage.kernel.later import special

LEVEL = 0.998  # three standard errors: one place in five hundred is outside by chance


def limits(share: float, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the lowest and the highest share of n cases that chance would give, when each is a success with
    a probability `share`: exact binomial limits, between 0 and 1.

    >>> [round(bound, 2) for bound in limits(0.6, 20)], [round(bound, 2) for bound in limits(0.6, 2_000)]
    ([0.25, 0.9], [0.57, 0.63])
    >>> limits(1.0, 10), limits(0.0, 10)
    ((1.0, 1.0), (0.0, 0.0))
    """
    if not 0 <= share <= 1 or n < 1:
        raise ValueError(f"{share} of {n} cases: a share is between 0 and 1, of one case at least.")
    tail = (1 - level) / 2
    # Quantiles of the binomial law, without scipy.stats, which takes longer to load than the platform.
    low, high = np.searchsorted(special.bdtr(np.arange(n + 1), n, share), (tail, 1 - tail))
    return float(low) / n, float(high) / n
