"""Two estimates of one share, a model's and a local survey's: the weight of each, and their combination.

Source: docs/methods/enquete-et-estimation.md
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import special
from maillage.statistics.engine.chance import generator
from maillage.statistics.engine.logit import expit, logit

Floats = NDArray[np.float64]

# Shares stay this far from 0 and 1, where the logit is infinite.
EDGE = 1e-6
STEPS = 60
NEAR = 1e-10


@dataclass(frozen=True, slots=True)
class Combined:
    """A model and a survey of one share, 0 to 1, combined.

    draws: (draws,) of the combination by precision; weight: the survey's weight in it, 0 to 1. gap: survey
    minus model; gap_low, gap_high: its 90 % interval. agree: whether chance alone may explain the gap. bias:
    standard deviation that the survey would need beyond its own for the two to agree, 0 when they do;
    guarded: (draws,) of the combination that adds that deviation to the survey, whose weight is then
    guarded_weight.
    """

    draws: Floats
    weight: float
    gap: float
    gap_low: float
    gap_high: float
    agree: bool
    bias: float
    guarded: Floats
    guarded_weight: float


def surveyed(share: float, effective: float, *, seed: int, n: int) -> Floats:
    """Return (n,) draws of a share measured by a survey, evenly spread over its likely values (Jeffreys).

    share: weighted, 0 to 1; effective: the size of a simple random sample that would be as precise. A share
    of 0 or 1 is still uncertain. Raises ValueError for a share outside 0 to 1 or without respondents.
    """
    if not 0 <= share <= 1 or not effective > 0:
        raise ValueError("a share between 0 and 1 of at least one respondent.")
    even = (np.arange(n) + 0.5) / n
    drawn = special.betaincinv(effective * share + 0.5, effective * (1 - share) + 0.5, even)
    return np.asarray(np.clip(generator(seed, "enquete/part").permuted(drawn), EDGE, 1 - EDGE))


def selection_doubt(least: float, *departures: float) -> float:
    """Return the standard deviation, on the logit, of what weighting does not correct: the least that surveys
    of strangers show, and departures that are known (part of what weights corrected, who left the question).

    >>> round(selection_doubt(0.125), 3), round(selection_doubt(0.125, -0.3, 0.2), 3)
    (0.125, 0.382)
    """
    return float(np.sqrt(least**2 + sum(each**2 for each in departures)))


def carried(
    drawn: Floats,
    *,
    known: float,
    total: float,
    slope: float,
    slope_doubt: float,
    selection: float,
    seed: int,
) -> Floats:
    """Return (draws,) what a survey implies for a definition when its question is not the definition's.

    drawn: (draws,) share of the question here; known: its share in the country; total: share of the
    definition in the country. On the logit, the definition departs from the country `slope` times as much as
    the question does; slope_doubt: standard deviation of the slope. With known = total and slope_doubt = 0
    the draws stay as they are. selection: standard deviation, on the logit, of what weighting does not
    correct (who passes by where people are met, who agrees to answer).
    """
    n = len(drawn)
    slopes = slope + slope_doubt * _even(seed, "enquete/lien", n)
    moved = logit(total) + slopes * (logit(drawn) - logit(known))
    return np.asarray(expit(moved + selection * _even(seed, "enquete/selection", n)))


def _even(seed: int, source: str, n: int) -> Floats:
    return np.asarray(generator(seed, source).permuted(special.ndtri((np.arange(n) + 0.5) / n)))


def combine(model: Floats, survey: Floats) -> Combined:
    """Return the combination of two independent estimates of one share, each weighted by its precision.

    model, survey: (draws,) shares, 0 to 1. Draws are paired, after removing their chance correlation: the
    mean lies between the two means, and the variance is below each.
    """
    varies, doubted = float(model.var()), float(survey.var())
    gap = survey.mean() - model.mean()
    spread = float(np.sqrt(varies + doubted))
    beyond = float(special.ndtri(0.95))  # half-width of a 90 % interval, in standard errors
    agree = abs(gap) <= beyond * spread
    bias = 0.0 if agree else float(np.sqrt(max((gap / beyond) ** 2 - varies - doubted, 0.0)))
    alone = _unpaired(survey, model)
    weight = _weight(varies, doubted)
    guarded_weight = _weight(varies, doubted + bias**2)
    centred = survey.mean() + (alone - survey.mean()) * (np.sqrt(1 + bias**2 / doubted) if doubted else 1.0)
    return Combined(
        draws=_mixed(model, alone, weight),
        weight=weight,
        gap=float(gap),
        gap_low=float(gap - beyond * spread),
        gap_high=float(gap + beyond * spread),
        agree=bool(agree),
        bias=bias,
        guarded=_mixed(model, centred, guarded_weight),
        guarded_weight=guarded_weight,
    )


def _weight(model: float, survey: float) -> float:
    """Return the survey's weight, given both variances; one half when both are zero."""
    return model / (model + survey) if model + survey else 0.5


def _unpaired(drawn: Floats, series: Floats) -> Floats:
    """Return draws without their chance correlation with another series: same mean, same variance, no
    covariance.
    """
    centred, other = drawn - drawn.mean(), series - series.mean()
    if not (other @ other) or not (centred @ centred):
        return drawn
    rest = centred - (centred @ other) / (other @ other) * other
    return np.asarray(
        drawn.mean() + rest * np.sqrt((centred @ centred) / max(rest @ rest, np.finfo(float).tiny))
    )


def _mixed(model: Floats, survey: Floats, weight: float) -> Floats:
    return np.clip((1 - weight) * model + weight * survey, EDGE, 1 - EDGE)


def moves(people: Floats, size: Floats, target: Floats) -> Floats:
    """Return (draws,) the shift of every area's logit that makes areas add up to `target` in each draw.

    people: (areas, draws) persons concerned; size: (areas,) persons who may be; target: (draws,) persons,
    strictly between 0 and the sum of sizes. Newton on one number per draw, kept inside a bracket: nobody
    falls below 0 nor passes the size.
    """
    start = _scale(people, size)
    move, low, high = np.zeros(len(target)), np.full(len(target), -60.0), np.full(len(target), 60.0)
    for _ in range(STEPS):
        rates = expit(start + move)
        gap = size @ rates - target
        if np.abs(gap).max() <= NEAR * max(float(size.sum()), 1.0):
            break
        high, low = np.where(gap > 0, move, high), np.where(gap < 0, move, low)
        slope = np.maximum(size @ (rates * (1 - rates)), NEAR)
        tried = move - gap / slope
        move = np.where((tried > low) & (tried < high), tried, (low + high) / 2)
    return move


def moved(people: Floats, size: Floats, move: Floats) -> Floats:
    """Return (areas, draws) persons concerned once the logit of each area is shifted by `move` (draws,)."""
    return np.asarray(np.where(size > 0, size, 0.0)[:, None] * expit(_scale(people, size) + move))


def _scale(people: Floats, size: Floats) -> Floats:
    safe = np.where(size > 0, size, 1.0)[:, None]
    return logit(np.clip(people.astype(np.float64) / safe, EDGE, 1 - EDGE))
