"""The social index: what several variables, each known here and there, say of places."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GAP_LOW, GAP_HIGH = -1.0, 1.5  # a gap is clipped there: one institution must not carry the whole index
UNKNOWN = 1e9  # the variance of an unknown value, in units of that of its variable
CYCLES = 40  # of the fit: the covariance moves by less than a thousandth beyond


@dataclass(frozen=True, slots=True)
class RelativeIndex:
    """Index of zones beside the mean of the zones of their study, nan where withheld.

    means: (variables,); gaps, clipped: (zones, variables); index: (zones,). gaps are signed: positive = more
    precarious; clipped: whether they were.
    """

    means: Floats
    gaps: Floats
    clipped: NDArray[np.bool_]
    index: Floats


def build(values: Floats, sign: Floats, weight: Floats) -> RelativeIndex:
    """Return the relative index of each zone: the weighted mean of its signed gaps, withheld under half of
    the variables.

    values: (zones, variables), nan where missing; sign: (variables,) 1 when a high value means precarity,
    else -1; weight: (variables,) not negative. gap = sign × (value - mean of zones) / mean of zones, the mean
    being simple: a zone counts once whatever its size. One zone alone has no gap: every index is nan.
    Source: docs/methods/indice-social.md
    """
    zones, variables = values.shape
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    means = np.divide(
        np.where(known, values, 0).sum(axis=0), count, out=np.full(variables, np.nan), where=count > 0
    )
    usable = (means > 0) & (count > 1) & (zones > 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        raw = np.where(usable, sign * (values - means) / means, np.nan)
    gaps = np.clip(raw, GAP_LOW, GAP_HIGH)
    return RelativeIndex(
        means=means,
        gaps=gaps,
        clipped=~np.isnan(raw) & (raw != gaps),
        index=_mean(gaps, weight, usable),
    )


def _mean(gaps: Floats, weight: Floats, usable: NDArray[np.bool_]) -> Floats:
    known = ~np.isnan(gaps) & (weight > 0)
    total = np.where(known, gaps * weight, 0).sum(axis=1)
    base = (known * weight).sum(axis=1)
    wanted = ((weight > 0) & usable).sum()
    enough = (known.sum(axis=1) * 2 >= wanted) & (base > 0)
    return np.asarray(np.divide(total, base, out=np.full(len(gaps), np.nan), where=enough))


@dataclass(frozen=True, slots=True)
class Law:
    """Normal law of variables among places. mean: (variables,); covariance: (variables, variables)."""

    mean: Floats
    covariance: Floats

    def expected(self, values: Floats, noise: Floats) -> tuple[Floats, Floats]:
        """Return (places, variables) the true values expected from those that are known, and their covariance
        (places, variables, variables).

        values: (places, variables), nan where unknown; noise: the same shape, the variance of the error of
        each known value. A place where nothing is known has the mean.
        """
        gains = _gains(self.covariance, np.where(np.isnan(values), np.inf, noise))
        gaps = np.nan_to_num(values - self.mean)
        return self.mean + np.einsum("pij,pj->pi", gains, gaps), self.covariance - gains @ self.covariance


def fitted_law(values: Floats, weight: Floats) -> Law:
    """Return the law under which known values are likeliest, places weighing what `weight` says.

    values: (places, variables), nan where unknown, as its known values may explain. Source: Dempster, Laird
    and Rubin, 1977 (EM algorithm).
    """
    known = ~np.isnan(values)
    known_patterns, at = np.unique(known @ (1 << np.arange(values.shape[1])), return_inverse=True)
    is_known = (known_patterns[:, None] >> np.arange(values.shape[1])) & 1 == 1
    part = np.bincount(at, weight) / weight.sum()
    filled = np.where(known, values, np.nanmean(values, axis=0))
    mean = np.average(filled, axis=0, weights=weight)
    covariance = np.diag(np.average((filled - mean) ** 2, axis=0, weights=weight))
    for _ in range(CYCLES):
        gains = _gains(covariance, np.where(is_known, 0.0, np.inf))
        filled = mean + np.einsum("pij,pj->pi", gains[at], np.nan_to_num(values - mean))
        rest = np.einsum("k,kij->ij", part, covariance - gains @ covariance)
        mean = np.average(filled, axis=0, weights=weight)
        gaps = filled - mean
        covariance = (gaps * weight[:, None]).T @ gaps / weight.sum() + rest
    return Law(mean, covariance)


def _gains(covariance: Floats, noise: Floats) -> Floats:
    """Return (places, variables, variables) how a known value moves what is expected of each variable."""
    scale = np.diag(covariance)
    total = covariance + np.eye(len(scale)) * np.minimum(noise, UNKNOWN * scale)[:, None, :]
    return np.asarray(np.swapaxes(np.linalg.solve(total, np.broadcast_to(covariance, total.shape)), 1, 2))


def law_within(between: Law, spread: Floats) -> Law:
    """Return the law of the gaps of the quarters of a town to their town.

    spread: (k, k) covariance inside towns of the first k variables, the only ones that are known there. The
    others follow them as they do between towns.
    """
    k, covariance = len(spread), between.covariance
    slope = np.linalg.solve(covariance[:k, :k], covariance[:k, k:]).T
    rest = covariance[k:, k:] - slope @ covariance[:k, k:]
    across = spread @ slope.T
    return Law(
        np.zeros(len(covariance)), np.block([[spread, across], [across.T, slope @ spread @ slope.T + rest]])
    )


def conditional_on_last(law: Law) -> Law:
    """Return the law of all variables but the last, among places that have the same value of the last."""
    column = law.covariance[:-1, -1]
    return Law(
        law.mean[:-1],
        law.covariance[:-1, :-1] - np.outer(column, column) / law.covariance[-1, -1],
    )
