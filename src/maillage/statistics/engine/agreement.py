"""Agreement and consistency of what people answer: shares, quantiles, weighted kappa, omega; each with its 90
% interval.

Source: docs/methods/qualite-bilan.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage.kernel.later import special
from maillage.statistics.engine import chance

Floats = NDArray[np.float64]
LEVEL = 0.90
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
RESAMPLES, STEPS, SETTLED = 500, 300, 1e-6
# A smaller standard deviation is rounding error: the question does not vary, and has no correlation.
NO_SPREAD = 1e-9
MOST_SHARED = 0.9999  # of a variance that one factor may explain: beyond, the model does not hold


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure, the bounds of its 90 % interval, and the observations behind it."""

    value: float
    low: float
    high: float
    n: int


def share(part: int, total: int) -> Measure:
    """Return a share between 0 and 1 with Wilson's interval, without continuity correction.

    >>> found = share(0, 20)
    >>> round(found.low, 4), round(found.high, 4)
    (0.0, 0.1192)
    """
    if not 0 <= part <= total or not total:
        raise ValueError(
            f"{part} out of {total}: a share is taken among somebody, and is never more than all of them."
        )
    p, z2 = part / total, Z * Z
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z / (1 + z2 / total) * sqrt(p * (1 - p) / total + z2 / (4 * total * total))
    return Measure(p, max(0.0, middle - half), min(1.0, middle + half), total)


def change(better: int, worse: int, total: int) -> Measure:
    """Return the change in a share between two moments, for the same people: those who gained it minus those
    who lost it.

    Between -1 and 1. Wald's interval with half a pair added to each of the four kinds (Agresti and Min,
    2005): it remains valid for few pairs.
    """
    if not 0 <= better + worse <= total or min(better, worse) < 0 or not total:
        raise ValueError(f"{better} and {worse} out of {total}: pairs that moved are part of all pairs.")
    gained, lost, all_pairs = better + 0.5, worse + 0.5, total + 2
    middle = (gained - lost) / all_pairs
    half = Z * sqrt(gained + lost - (gained - lost) ** 2 / all_pairs) / all_pairs
    value = (better - worse) / total
    return Measure(value, max(-1.0, min(middle - half, value)), min(1.0, max(middle + half, value)), total)


def quantile(values: Sequence[float], at: float) -> Measure:
    """Return a quantile with its interval from order statistics: no assumption on the distribution of values.

    values: at least one. Where too few values lie on one side, the bound is the extreme value observed.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    n = ordered.size
    if not n or not 0 < at < 1:
        raise ValueError("a quantile is taken among some values, strictly between 0 and 1.")
    # Quantiles of a binomial law, without scipy.stats, which takes longer to load than the platform.
    ranks = special.bdtr(np.arange(n + 1), n, at)
    below = int(np.searchsorted(ranks, (1 - LEVEL) / 2)) - 1
    above = int(np.searchsorted(ranks, 1 - (1 - LEVEL) / 2))
    low, high = ordered[max(below, 0)], ordered[min(above, n - 1)]
    return Measure(float(np.quantile(ordered, at)), float(low), float(high), n)


def kappa(table: ArrayLike) -> Measure:
    """Return Cohen's kappa with linear weights: 1 for full agreement, 0 for agreement by chance alone.

    table: (levels, levels) pairs counted by their first level and their second, levels in order. Two levels
    apart counts twice one level apart. Interval: the asymptotic variance of Fleiss, Cohen and Everitt (1969),
    kept between -1 and 1. Raises ValueError when there is no pair, or when chance alone would make all agree
    (everybody at one level): kappa is undefined then.
    """
    counts = np.asarray(table, dtype=np.float64)
    n, levels = counts.sum(), counts.shape[0]
    if counts.shape != (levels, levels) or levels < 2 or n < 1:
        raise ValueError("kappa compares pairs, counted in a square table of two levels or more.")
    p = counts / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    at = np.arange(levels)
    weights = 1 - np.abs(at[:, None] - at[None]) / (levels - 1)
    observed, expected = float((weights * p).sum()), float((weights * np.outer(rows, columns)).sum())
    if 1 - expected < 1e-12:
        raise ValueError("everybody stands at one level: agreement beyond chance is undefined.")
    value = (observed - expected) / (1 - expected)
    mean = (weights @ columns)[:, None] + (rows @ weights)[None]
    inner = (p * (weights - mean * (1 - value)) ** 2).sum() - (value - expected * (1 - value)) ** 2
    half = Z * sqrt(max(float(inner), 0.0) / n) / (1 - expected)
    return Measure(value, max(-1.0, value - half), min(1.0, value + half), int(n))


def omega(scores: ArrayLike, *, seed: int = 0) -> Measure:
    """Return McDonald's omega of a few questions: the share of the variance of their sum explained by one
    common factor.

    scores: (people, questions) whole numbers, three questions or more, everybody answering all. One factor is
    fitted to the correlations by iterated principal axes; the interval is that of 500 resamplings of people.
    Raises ValueError when a question has one answer only, when questions do not point the same way, or when
    one factor fully explains a question: no single common factor is measured then, and a figure would hide
    it.
    """
    x = np.asarray(scores, dtype=np.float64)
    people, questions = x.shape
    if questions < 3 or people < questions:
        raise ValueError("omega asks for three questions or more, and more people than questions.")
    answer_rows, counts = np.unique(
        x, axis=0, return_counts=True
    )  # whole numbers: few ways to answer, however many people
    value = float(_omegas(_correlations(answer_rows, counts[None].astype(np.float64)))[0])
    if np.isnan(value):
        raise ValueError("these questions do not measure one common thing.")
    drawn = chance.generator(seed, "omega").multinomial(people, counts / people, RESAMPLES).astype(np.float64)
    low, high = np.nanquantile(
        _omegas(_correlations(answer_rows, drawn)), [(1 - LEVEL) / 2, 1 - (1 - LEVEL) / 2]
    )
    return Measure(value, float(min(low, value)), float(max(high, value)), people)


def _correlations(answer_rows: Floats, counts: Floats) -> Floats:
    """Return (samples, questions, questions) the correlations of weighted answer patterns; nan where nothing
    varies.

    patterns: (patterns, questions); counts: (samples, patterns).
    """
    share = counts / counts.sum(axis=1, keepdims=True)
    means = share @ answer_rows
    products = np.einsum("sp,pi,pj->sij", share, answer_rows, answer_rows, optimize=True)
    covariance = products - means[:, :, None] * means[:, None, :]
    spread = np.sqrt(np.clip(np.einsum("sii->si", covariance), 0.0, None))
    spread[spread < NO_SPREAD] = np.nan
    related: Floats = covariance / (spread[:, :, None] * spread[:, None, :])
    return related


def _omegas(correlations: Floats) -> Floats:
    """Return (samples,) the omega of each matrix, nan where one factor does not fit."""
    samples, questions, _ = correlations.shape
    out = np.full(samples, np.nan)
    rows = np.flatnonzero(np.isfinite(correlations).all(axis=(1, 2)))
    r = correlations[rows]
    diagonal = np.arange(questions)
    shared = np.abs(np.where(np.eye(questions) > 0, 0.0, r)).max(
        axis=2
    )  # a first guess: the strongest link of each
    loadings = np.zeros_like(shared)
    moving = np.arange(rows.size)  # those that are not settled yet
    for _ in range(STEPS):
        reduced = r[moving]
        reduced[:, diagonal, diagonal] = shared[moving]
        values, vectors = np.linalg.eigh(reduced)
        loadings[moving] = vectors[:, :, -1] * np.sqrt(np.clip(values[:, -1:], 0.0, None))
        communalities = np.clip(loadings[moving] ** 2, 0.0, 1.0)
        far = np.abs(communalities - shared[moving]).max(axis=1) > SETTLED
        shared[moving] = communalities
        moving = moving[
            far & (communalities < MOST_SHARED).all(axis=1)
        ]  # a question explained whole: one factor does not hold
        if not moving.size:
            break
    loadings = loadings * np.where(loadings.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    common, own = loadings.sum(axis=1) ** 2, (1 - shared).sum(axis=1)
    holds = (shared < MOST_SHARED).all(axis=1) & (loadings > 0).all(axis=1)
    out[rows[holds]] = (common / (common + own))[holds]
    return out
