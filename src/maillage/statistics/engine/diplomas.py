"""Diplomas of each commune and of each IRIS, where the census does not publish them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import total_by
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.engine.raking import rake_groups

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

BELOW_BAC = (0, 1, 2)  # none, brevet, CAP-BEP
TINY = 1e-4


@dataclass(frozen=True, slots=True)
class Link:
    """A straight line between two logits, with the spread left around it."""

    intercept: float
    slope: float
    residual: float


def link(x: Floats, y: Floats) -> Link:
    """Return the least-squares line logit(y) = a + b logit(x)."""
    lx, ly = logit(x), logit(y)
    slope, intercept = np.polyfit(lx, ly, 1)
    return Link(float(intercept), float(slope), float(np.std(ly - intercept - slope * lx)))


def shrink(
    rate: Floats,
    people: Floats,
    prior: Floats,
    *,
    spread: float,
    ageing: float,
    coverage: float,
) -> Floats:
    """Return small communes' shares shrunk towards their prior, on the logit scale.

    rate: (communes,) observed share, nan when unknown; people: (communes,) residents of 15 and over behind
    it. prior: (communes,) expected share. spread: standard deviation of true logits around the prior. ageing:
    variance of the change since the census that gave the rate; coverage: share of people it counted. The
    weight of the rate is spread² / (spread² + 1/(coverage · n · p (1-p)) + ageing): mild on purpose, because
    these rates come from exhaustive collections. An unknown rate, or one on fewer than 80 people, leaves the
    prior.
    """
    usable = ~np.isnan(rate) & (people >= 80)
    clipped = np.clip(np.where(usable, rate, 0.5), 0.03, 0.97)
    noise = 1 / np.maximum(coverage * people * clipped * (1 - clipped), TINY)
    weight = np.where(usable, spread**2 / (spread**2 + noise + ageing), 0.0)
    return np.asarray(expit(weight * logit(clipped) + (1 - weight) * logit(prior)))


def group_effects(
    residual: Floats, weight: Floats, group: Positions, n_groups: int, *, prior_weight: float
) -> Floats:
    """Return the mean residual of each group, shrunk towards zero by `prior_weight` observations."""
    total = total_by(group, weight * residual, n_groups)
    return np.asarray(total / (total_by(group, weight, n_groups) + prior_weight))


def least_squares(x: Floats, y: Floats, weight: Floats, *, ridge: float) -> Floats:
    """Return the coefficients (k, outcomes) of a weighted regression with a light ridge, none on the first
    column.
    """
    root = np.sqrt(weight)[:, None]
    design, outcome = x * root, y * root
    penalty = ridge * weight.sum() * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    return np.asarray(np.linalg.solve(design.T @ design + penalty, design.T @ outcome))


def split_quadratic(below: Floats, shares: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return regressions of the log-ratios inside below-bac and inside bac-or-more on logit(below) and its
    square.

    below: (communes,) share below the bac; shares: (communes, 6). Returns two (3, 2) coefficient arrays: for
    log(none/CAP), log(brevet/CAP), then for log(bac+2/bac), log(bac+3/bac).
    """
    s = logit(below)
    x = np.column_stack((np.ones_like(s), s, s**2))
    safe = np.log(np.maximum(shares, TINY))
    return (
        least_squares(x, safe[:, [0, 1]] - safe[:, [2]], weight, ridge=0.0),
        least_squares(x, safe[:, [4, 5]] - safe[:, [3]], weight, ridge=0.0),
    )


def compose(below: Floats, low_ratios: Floats, high_ratios: Floats) -> Floats:
    """Return (communes, 6) shares from the share below the bac and the two pairs of log-ratios."""
    low = np.column_stack((low_ratios, np.zeros(len(below))))  # none, brevet, cap
    high = np.column_stack((np.zeros(len(below)), high_ratios))  # bac, short, long
    low, high = np.exp(low), np.exp(high)
    return np.column_stack(
        (
            below[:, None] * low / low.sum(axis=1, keepdims=True),
            (1 - below)[:, None] * high / high.sum(axis=1, keepdims=True),
        )
    )


def impute(
    traits: Floats,
    diplomas: Floats,
    group: Positions,
    not_studying: Floats,
    commune_traits: Floats,
    commune_weight: Floats,
    *,
    ridge: float,
    cycles: int,
) -> Floats:
    """Return (iris, 6) persons by diploma, predicted from the traits of the IRIS then calibrated to the
    commune.

    traits: (iris, k) occupation, household, housing and age shares; group: (iris,) commune of each.
    not_studying: (iris,) persons; diplomas: (communes, 6) persons, met exactly inside each commune.
    commune_traits: (communes, k), commune_weight: (communes,) residents of 15 and over: the regression is
    fitted between communes, then applied inside them. Traits are standardised and clipped at five standard
    deviations.
    """
    mean = np.average(commune_traits, axis=0, weights=commune_weight)
    scale = np.sqrt(np.average((commune_traits - mean) ** 2, axis=0, weights=commune_weight)) + TINY

    def standard(values: Floats) -> Floats:
        return np.column_stack((np.ones(len(values)), np.clip((values - mean) / scale, -5, 5)))

    shares = np.maximum(diplomas / diplomas.sum(axis=1, keepdims=True), TINY)
    other_levels = [0, 1, 2, 4, 5]
    ratios = np.log(shares[:, other_levels]) - np.log(shares[:, [3]])
    beta = least_squares(standard(commune_traits), ratios, commune_weight, ridge=ridge)
    predicted = np.insert(standard(traits) @ beta, 3, 0.0, axis=1)
    guess = np.exp(predicted - predicted.max(axis=1, keepdims=True))
    sizes = total_by(group, not_studying, len(diplomas))
    targets = diplomas / diplomas.sum(axis=1, keepdims=True) * sizes[:, None]
    return rake_groups(guess, group, not_studying, targets, cycles=cycles)
