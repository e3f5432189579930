"""Classes of zones, the four cells of the joint map, and how stable each class is."""

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import special

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

N_CLASSES = 5
TINY = 1e-12
STRONG = 3  # classes 3 and 4 (strong, very strong) against the rest


def quintiles(values: Floats) -> Floats:
    """Return (4,) the bounds between fifths of zones. values: (zones,), nan left out."""
    return np.asarray(np.nanquantile(values, (0.2, 0.4, 0.6, 0.8)))


def fifths(values: Floats, people: Floats) -> Floats:
    """Return (4,) the bounds between fifths of people, each with the value of the place where they live.

    >>> fifths(np.array([3.0, 1.0, 2.0]), np.array([10.0, 70.0, 20.0])).tolist()
    [1.0, 1.0, 1.0, 2.0]
    """
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(people[order])
    return np.asarray(
        values[order][np.searchsorted(cumulated, np.arange(1, N_CLASSES) / N_CLASSES * cumulated[-1])]
    )


def odds(centre: Floats, deviation: Floats, bounds: Floats) -> Floats:
    """Return (zones, 5) the probability of each class under a normal law; nan where the centre is unknown.

    >>> odds(np.array([0.0]), np.array([1.0]), np.array([-9.0, 0.0, 0.0, 9.0])).round(2).tolist()
    [[0.0, 0.5, 0.0, 0.5, 0.0]]
    """
    below = special.ndtr((bounds - centre[:, None]) / np.maximum(deviation, TINY)[:, None])
    return np.diff(below, axis=1, prepend=0.0, append=1.0)


def classes(values: Floats, bounds: Floats | None = None) -> Codes:
    """Return (zones,) the class of each zone, 0 weakest to 4 strongest, equal values together; -1 where nan.

    bounds: (4,) those between classes, the fifths of the zones by default.

    >>> classes(np.array([1.0, 2.0, 3.0, 4.0, 5.0])).tolist()
    [0, 1, 2, 3, 4]
    >>> classes(np.array([1.0, 1.0, 1.0, 1.0, 1.0])).tolist()
    [0, 0, 0, 0, 0]
    """
    known = ~np.isnan(values)
    out = np.full(len(values), -1)
    if known.any():
        out[known] = (values[known, None] > (quintiles(values) if bounds is None else bounds)).sum(axis=1)
    return out


def drawn(draws: Floats, bounds: Floats) -> Codes:
    """Return (zones, draws) the class of each zone in each draw; -1 where nan.

    draws: (zones, draws); bounds: (4, draws), those between classes in each draw.

    >>> drawn(np.array([[1.0, 1.0], [9.0, 9.0]]), np.arange(8.0).reshape(4, 2)).tolist()
    [[1, 0], [4, 4]]
    """
    return np.where(np.isnan(draws), -1, sum(draws > bound for bound in bounds))


def membership(class_draws: Codes) -> Floats:
    """Return (zones, 5) the share of draws that put each zone in each class; nan where it has none.

    found: (zones, draws), as `drawn` returns it.

    >>> membership(np.array([[4, 4, 3, 4], [-1, -1, -1, -1]])).tolist()
    [[0.0, 0.0, 0.0, 0.25, 0.75], [nan, nan, nan, nan, nan]]
    """
    shares = np.stack([(class_draws == k).mean(axis=1) for k in range(N_CLASSES)], axis=1)
    return np.where(class_draws[:, :1] < 0, np.nan, shares)


def cells(digital: Codes, social: Codes) -> Codes:
    """Return 0 neither, 1 digital, 2 social, 3 both; -1 where a class is unknown.

    digital, social: (zones,), or (zones, draws) and (zones, 1). Returns the shape of both together.

    >>> cells(np.array([4, 4, 0, 0, -1]), np.array([3, 2, 4, 1, 4])).tolist()
    [3, 1, 2, 0, -1]
    """
    crossing = crossed(digital >= STRONG, social >= STRONG)
    return np.where((digital < 0) | (social < 0), -1, crossing)


def likeliest_cells(digital: Floats, social: Floats) -> tuple[Codes, Floats]:
    """Return (zones,) the likeliest cell, -1 without, and its probability, nan without.

    digital, social: (zones,) probability that each side is strong, nan where unknown; each side has its own
    chance. At even odds a side is strong.

    >>> cells, odds = likeliest_cells(np.array([0.48, 0.5, 0.9, np.nan]), np.array([1.0, 0.5, 0.2, 0.5]))
    >>> cells.tolist(), odds.round(2).tolist()
    ([2, 3, 1, -1], [0.52, 0.25, 0.72, nan])
    """
    chosen = np.where(np.isnan(digital + social), -1, crossed(digital >= 0.5, social >= 0.5))
    return chosen, np.maximum(digital, 1 - digital) * np.maximum(social, 1 - social)


def crossed(digital: NDArray[np.bool_], social: NDArray[np.bool_]) -> Codes:
    """Return 0 neither, 1 digital, 2 social, 3 both. digital, social: whether each difficulty is strong.

    >>> crossed(np.array([True, False]), np.array([True, True])).tolist()
    [3, 2]
    """
    return digital.astype(np.int64) + 2 * social


def ranks(values: Floats) -> Floats:
    """Return (zones,) 1 for the highest value, equal values sharing the better rank; nan where unknown.

    >>> ranks(np.array([0.2, 0.5, 0.5, np.nan])).tolist()
    [3.0, 1.0, 1.0, nan]
    """
    ordered = np.sort(values[~np.isnan(values)])
    return np.where(np.isnan(values), np.nan, 1.0 + len(ordered) - np.searchsorted(ordered, values, "right"))
