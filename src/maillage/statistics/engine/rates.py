"""Cell rates that reproduce every published margin exactly."""

import numpy as np
from numpy.typing import NDArray

from maillage.statistics.engine.cells import AGE_OF, DIPLOMA_OF, N_AGES
from maillage.statistics.engine.logit import expit, logit

Floats = NDArray[np.float64]

MAX_STEP = 1.5  # of a parameter in one Newton step, on the logit
TOLERANCE = 1e-11
MAX_ITERATIONS = 60


class NoRates(ValueError):
    """Raised when no cell rates meet these margins."""


def solve(
    people: Floats,
    offset: Floats,
    features: Floats,
    constraints: Floats,
    targets: Floats,
    start: Floats | None = None,
) -> Floats:
    """Return cell rates logit p = offset + features · θ whose constrained means are the targets.

    people: (cells,) national count of each cell. offset: (draws, cells), what is assumed; features: (draws,
    k, cells) or (k, cells), what θ moves. constraints: (k, cells), the share of each cell that belongs to
    each published category, 0 to 1. targets: (draws, k), published rates strictly between 0 and 1. start:
    (k,) where θ begins, zero by default. Returns (draws, cells). Newton with analytic Jacobian; a step is
    bounded, and halved while it worsens its draw. Raises NoRates when a target is out of reach or two
    categories are the same.
    Source: docs/methods/besoins.md, section « Des taux publiés aux cellules ».
    """
    draws = len(targets)
    offset = np.broadcast_to(offset, (draws, people.size))
    features = np.broadcast_to(features, (draws, *features.shape[-2:]))
    weights = constraints * people
    bases = weights.sum(axis=1)
    if np.any(bases <= 0):
        raise NoRates("a published category has nobody in it.")
    if np.any((targets <= 0) | (targets >= 1)):
        raise NoRates("a published rate must stay strictly between 0 and 100 %.")
    shares = weights / bases[:, None]

    def rates_at(theta: Floats) -> Floats:
        return expit(offset + np.einsum("dk,dkc->dc", theta, features))

    theta = np.tile(np.zeros(len(weights)) if start is None else start, (draws, 1))
    p = rates_at(theta)
    gap = targets - p @ shares.T
    for _ in range(MAX_ITERATIONS):
        if np.abs(gap).max() < TOLERANCE:
            return p
        slope = np.einsum("jc,dc,dkc->djk", shares, p * (1 - p), features, optimize=True)
        try:
            step = np.linalg.solve(slope, gap[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError as error:
            raise NoRates("two published categories say the same thing.") from error
        step *= np.minimum(1, MAX_STEP / np.maximum(np.abs(step).max(axis=1), 1e-12))[:, None]
        worse = np.ones(draws, dtype=bool)
        for _ in range(8):
            tried = rates_at(theta + step)
            tried_gap = targets - tried @ shares.T
            worse = np.abs(tried_gap).max(axis=1) > np.abs(gap).max(axis=1)
            if not worse.any():
                break
            step[worse] /= 2
        theta, p, gap = theta + step, tried, tried_gap
    raise NoRates("the published rates contradict each other.")


def shift(people: Floats, p: Floats, total: Floats) -> Floats:
    """Return the rates moved by one logit constant per draw so that their mean is `total`.

    p: (draws, cells) or (cells,); total: (draws,).
    """
    everybody = np.ones((1, people.size))
    return solve(people, np.atleast_2d(logit(p)), everybody, everybody, total[:, None])


def constant(people: Floats, p: Floats, total: float) -> float:
    """Return the logit constant that `shift` adds to bring the mean of these rates to `total`.

    people, p: (cells,); p strictly between 0 and 1.
    """
    return float(np.median(logit(shift(people, p, np.array([total]))[0]) - logit(p)))


def diploma_scale(cap: Floats, brevet: Floats, bac: Floats, short: Floats) -> Floats:
    """Return (draws, cells) the position of each cell's diploma between none (1) and bac+3 (0).

    cap: (draws,) position of CAP-BEP; brevet: its own, as a share of the way from CAP-BEP to none; bac,
    short: theirs, as a share of the way from bac+3 to CAP-BEP. Students stand with the bac.
    """
    scale = np.stack(
        (np.ones_like(cap), cap + brevet * (1 - cap), cap, bac * cap, short * cap, 0 * cap, bac * cap)
    )
    return np.asarray(scale.T[:, DIPLOMA_OF])


def cross_effect(g: Floats, scale: Floats) -> Floats:
    """Return (draws, cells) the unpublished age × diploma effect on the logit.

    g: (draws,); positive when the diploma matters more among the old. Zero at the middle age and near
    CAP-BEP.
    """
    weight = np.linspace(-1, 1, N_AGES)[AGE_OF]
    return np.asarray(g[:, None] * weight * (scale - 0.4))


def age_indicators() -> Floats:
    """Return (5, cells) one row per age, 1 in its cells."""
    return np.asarray(AGE_OF[None, :] == np.arange(N_AGES)[:, None], dtype=np.float64)


def diploma_indicator(diploma: int) -> Floats:
    """Return (cells,) 1 in the cells of a diploma."""
    return np.asarray(diploma == DIPLOMA_OF, dtype=np.float64)


def levels(people: Floats, p: Floats, shares: Floats, slope: Floats) -> Floats:
    """Return (levels, draws, cells): the chance of being at this level of difficulty or at a worse one.

    p: (draws, cells) rates that set the shape; shares: (draws, levels) cumulative shares, increasing; slope:
    (draws,) how closely difficulty follows the shape, one for all levels so that they never cross.
    """
    everybody = np.ones((1, people.size))
    offset = slope[:, None] * logit(p)
    return np.stack([solve(people, offset, everybody, everybody, share[:, None]) for share in shares.T])


def split_by_household(p: Floats, modest: Floats, odds: Floats) -> tuple[Floats, Floats]:
    """Return the rates outside and inside modest households, from the rates of all and one odds ratio.

    p: (draws, cells); modest: (cells,) national share of modest households in each cell, strictly between 0
    and 1; odds: (draws,) odds ratio θ between living modestly and being in difficulty, inside a cell.
    Plackett's formula; the mean over households gives p back. θ = 1 gives p twice.
    """
    theta = odds[:, None]
    near = np.abs(theta - 1) < 1e-9
    safe = np.where(near, 2.0, theta)
    b = 1 + (p + modest) * (safe - 1)
    both = (b - np.sqrt(b**2 - 4 * safe * (safe - 1) * p * modest)) / (2 * (safe - 1))
    both = np.where(near, p * modest, both)
    return np.asarray((p - both) / (1 - modest)), np.asarray(both / modest)
