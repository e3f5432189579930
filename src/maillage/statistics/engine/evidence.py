"""Effects of groups seen through several unsure measures: their law, and where the measures disagree."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def posterior(variance: Floats, design: Floats, observed: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Return the mean (k,) and the covariance (k, k) of effects once measures are known.

    variance: (k,) of the effects before, of mean zero and independent; design: (measures, k) what each
    measure adds up; seen: (measures,); error: (measures,) standard deviations, positive. Normal laws.
    Source: docs/methods/besoins.md, section « Les régions ».

    >>> mean, covariance = posterior(np.array([1.0]), np.array([[1.0]]), np.array([2.0]), np.array([1.0]))
    >>> float(mean[0]), float(covariance[0, 0])
    (1.0, 0.5)
    """
    weighted = design / error[:, None] ** 2
    covariance = np.asarray(np.linalg.inv(np.diag(1 / variance) + weighted.T @ design), dtype=np.float64)
    return covariance @ (weighted.T @ observed), covariance


def disagreement(one: Floats, other: Floats, error: Floats) -> Floats:
    """Return how many times wider a law must be where two measures of one thing disagree, one at least.

    error: standard deviation of their difference. Two measures a standard error apart agree; beyond, the
    width follows their distance (Birge's ratio). nan, when one of them is unknown, asks for nothing.

    >>> seen, again = np.array([0.1, 0.1, 0.1]), np.array([0.1, 0.4, np.nan])
    >>> disagreement(seen, again, np.full(3, 0.1)).round(9).tolist()
    [1.0, 3.0, 1.0]
    """
    return np.fmax(np.abs(one - other) / error, 1.0)
