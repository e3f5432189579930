"""From cell rates to people of an area, with everything that sets areas apart from what their cells imply."""

import numpy as np
from numpy.typing import NDArray

from maillage.statistics.engine.logit import expit

Floats = NDArray[np.floating]
Positions = NDArray[np.int64]

EDGE = 1e-6  # rates are kept this far from 0 and 1 on the way to the logit
LEAST_VARIANCE = 1.0  # persons²: below it the noise of a handful of people is no longer told apart


def variance(counts: Floats, p: Floats) -> Floats:
    """Return (areas,) or (areas, draws) sum of N p (1-p): how much the number of people changes when a logit
    moves by one.

    counts: (areas, cells); p: (cells,) or (draws, cells).
    """
    return np.asarray(counts @ (p * (1 - p)).T)


def response(expected: Floats, size: Floats, varies: Floats) -> Floats:
    """Return (areas,) how far the logit of an area's rate moves when each of its cells moves by one, 0 to 1.

    A mixture moves less than its parts: V / (n r (1-r)), with r = expected / size.
    """
    r = np.clip(np.divide(expected, size, out=np.full(len(size), 0.5), where=size > 0), EDGE, 1 - EDGE)
    binomial_variance = size * r * (1 - r)
    return np.asarray(
        np.clip(
            np.divide(varies, binomial_variance, out=np.ones(len(size)), where=binomial_variance > 0),
            0.0,
            1.0,
        )
    )


def diploma_sensitivity(counts: Floats, p: Floats, below: NDArray[np.bool_], *, effect: float) -> Floats:
    """Return (areas,) persons gained when the logit of the share below the bac moves by one, ages held.

    counts: (areas, cells); p: (cells,); below: (cells,) whether the diploma is under the bac; effect: what
    remains of the raw difference once ages are held (0.49 to 0.64 by finite differences).
    """
    people = counts.sum(axis=1)
    low = counts @ below
    high = people - low
    rate_low = np.divide(counts @ (p * below), low, out=np.zeros(len(low)), where=low > 0)
    rate_high = np.divide(counts @ (p * ~below), high, out=np.zeros(len(low)), where=high > 0)
    share = np.divide(low, people, out=np.zeros(len(low)), where=people > 0)
    return np.asarray(effect * people * share * (1 - share) * (rate_low - rate_high))


def centred(moves: Floats, weight: Floats, group: Positions, n_groups: int) -> Floats:
    """Return moves (areas, draws) minus their mean in each group, weighted by `weight` (areas,)."""
    first = np.append(True, group[1:] != group[:-1])
    starts = np.flatnonzero(first)
    if len(starts) != n_groups:
        raise ValueError("areas of one group must stand together.")
    total = np.add.reduceat(moves * weight[:, None], starts, axis=0)
    base = np.add.reduceat(weight, starts)
    mean = np.divide(total, base[:, None], out=np.zeros_like(total), where=base[:, None] > 0)
    return np.asarray(moves - mean[np.cumsum(first) - 1])


def people(
    expected: Floats, size: Floats, response_: Floats, moves: Floats, variance_of_moves: Floats
) -> Floats:
    """Return (areas, draws) persons concerned, never below zero nor above the size of the area.

    expected: (areas, draws) persons that cells alone would give; size: (areas,) persons. response_: (areas,)
    from `response`; moves: (areas, draws) on the logit of cells; variance_of_moves: (areas,). The mean over
    draws stays the expected one: the bias from the curved logit scale is removed beforehand. Source:
    docs/methods/besoins.md, section « Ce qui distingue deux quartiers ».
    """
    # In place: an array of a block leaves the processor's nearest memory each time another is made.
    safe = np.where(size > 0, size, 1).astype(expected.dtype)[:, None]
    r = expected / safe
    np.clip(r, EDGE, 1 - EDGE, out=r)
    x = 1 - r
    np.divide(r, x, out=x)
    np.log(x, out=x)
    r *= 2
    bend = np.subtract(1, r, out=r)
    bend *= (0.5 * response_**2 * variance_of_moves).astype(expected.dtype)[:, None]
    x += response_.astype(expected.dtype)[:, None] * moves - bend
    out = expit(x)
    out *= np.where(size > 0, size, 0).astype(expected.dtype)[:, None]
    return out


def drawn_part(
    persons: Floats, expected_part: Floats, expected: Floats, chance: np.random.Generator
) -> Floats:
    """Return (areas, draws) how many of these persons are in a part of them, drawn one by one.

    persons: (areas, draws). expected_part, expected: (areas, draws) persons that the part and all of it would
    hold without that chance: their ratio is each person's own. A fraction of a person is drawn with the
    nearest integer, at least one.
    """
    odds = np.divide(expected_part, expected, out=np.zeros_like(expected), where=expected > 0)
    heads = np.maximum(np.rint(persons), 1)
    drawn = chance.binomial(heads.astype(np.int64), np.clip(odds, 0, 1))
    return np.asarray(persons * (drawn / heads), dtype=persons.dtype)


def add_by(values: Floats, group: Positions, n_groups: int) -> NDArray[np.float64]:
    """Return (groups, draws) sums of the rows of each group, added in the order of rows."""
    out = np.zeros((n_groups, *values.shape[1:]), dtype=np.float64)
    order = np.argsort(group, kind="stable")
    if len(group):
        starts = np.flatnonzero(np.append(True, group[order][1:] != group[order][:-1]))
        out[group[order][starts]] = np.add.reduceat(values[order].astype(np.float64), starts, axis=0)
    return out
