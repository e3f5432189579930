"""Living standards: the share of people below a threshold, from the median of their commune."""

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import slices, total_by
from maillage.statistics.engine.logit import expit, logit

Floats = NDArray[np.float64]

TAIL = (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530, 0.0)


def normal_cdf(x: Floats) -> Floats:
    """Return the standard normal distribution function, within 1e-7.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17.
    """
    a = np.abs(x)
    t = 1 / (1 + 0.2316419 * a)
    tail = np.exp(-a * a / 2) / np.sqrt(2 * np.pi) * np.polyval(TAIL, t)
    return np.asarray(np.where(x < 0, tail, 1 - tail))


def share_below(median: Floats, *, threshold: float, spread: float) -> Floats:
    """Return the share of people under `threshold` (euros) where incomes are lognormal around each median.

    spread: standard deviation of the log of incomes inside a commune. nan medians give nan.
    """
    return normal_cdf(np.log(threshold / median) / spread)


def calibrate_spread(median: Floats, people: Floats, *, threshold: float, share: float) -> float:
    """Return the spread that makes the mean share under the threshold the published one (bisection)."""
    low, high = 0.05, 2.0
    levels, at = np.unique(median, return_inverse=True)  # published medians are rounded: few differ
    for _ in range(50):
        middle = (low + high) / 2
        mean_share = np.average(share_below(levels, threshold=threshold, spread=middle)[at], weights=people)
        low, high = (middle, high) if mean_share < share else (low, middle)
    return (low + high) / 2


def calibrate_threshold(median: Floats, people: Floats, *, spread: float, share: float) -> float:
    """Return the threshold (euros) that makes the mean share under it the wanted one (bisection)."""
    low, high = 1_000.0, 100_000.0
    levels, at = np.unique(median, return_inverse=True)
    for _ in range(60):
        middle = (low + high) / 2
        mean_share = np.average(share_below(levels, threshold=middle, spread=spread)[at], weights=people)
        low, high = (middle, high) if mean_share < share else (low, middle)
    return (low + high) / 2


def within_commune(
    share: Floats, minima: Floats, people: Floats, group: NDArray[np.int64], n_groups: int, *, pull: float
) -> Floats:
    """Return the share of each area, moved inside its commune by its share of people living on minima.

    share: (areas,) expected share, the commune's or the arrondissement's; minima: (areas,) share of people on
    minimum income, nan unknown. pull: how far the logit follows the logit of minima. The commune's mean is
    kept (one step of calibration). An area without minima keeps the share of its commune.
    """
    known = ~np.isnan(minima) & (people > 0)
    x = logit(np.clip(np.where(known, minima, 0.1), 0.005, 0.6))
    weight = np.where(known, people, 0.0)
    mean = total_by(group, weight * x, n_groups) / np.maximum(total_by(group, weight, n_groups), 1e-9)
    moved = expit(logit(np.clip(share, 1e-4, 1 - 1e-4)) + np.where(known, pull * (x - mean[group]), 0.0))
    wanted = total_by(group, weight * share, n_groups)
    moved_total = total_by(group, weight * moved, n_groups)
    slope = total_by(group, weight * moved * (1 - moved), n_groups)
    step = np.divide(wanted - moved_total, slope, out=np.zeros(n_groups), where=slope > 0)
    return np.asarray(np.where(known, expit(logit(np.clip(moved, 1e-6, 1 - 1e-6)) + step[group]), share))


def share_by_cell(counts: Floats, share: Floats, offset: Floats, *, iterations: int = 8) -> Floats:
    """Return (areas, cells) the share of each cell below the threshold, the area's mean being `share`.

    counts: (areas, cells) persons; share: (areas,) between 0 and 1; offset: (cells,) how far the cell stands
    from the others, on the logit scale. One shift per area; an area with nobody takes its share everywhere.
    """
    out = np.empty(counts.shape)
    for some in slices(len(counts)):
        out[some] = _share_by_cell(counts[some], share[some], offset, iterations)
    return out


def _share_by_cell(counts: Floats, share: Floats, offset: Floats, iterations: int) -> Floats:
    """Return the result of `share_by_cell` for one batch of areas."""
    wanted = np.clip(share, 1e-4, 1 - 1e-4)
    people = counts.sum(axis=1)
    move = logit(wanted)
    for _ in range(iterations):
        q = expit(move[:, None] + offset)
        gap = wanted * people - (counts * q).sum(axis=1)
        slope = (counts * q * (1 - q)).sum(axis=1)
        move = move + np.clip(np.divide(gap, slope, out=np.zeros_like(gap), where=slope > 0), -2, 2)
    q = expit(move[:, None] + offset)
    return np.where(people[:, None] > 0, q, wanted[:, None])
