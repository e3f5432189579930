"""Ages of each area, from classes that different sources cut differently."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from maillage.statistics.engine.raking import ratio

Floats = NDArray[np.float64]

BINS = ("0-14", "15-19", "20-24", "25-29", "30-39", "40-44", "45-59", "60-64", "65-74", "75+")
THREE = ((0, 1), (2, 3, 4, 5, 6, 7), (8, 9))  # 0-19, 20-64, 65 and over
SIX = ((0,), (1, 2, 3), (4, 5), (6,), (7, 8), (9,))  # 0-14, 15-29, 30-44, 45-59, 60-74, 75 and over
FOUR = ((0,), (1, 2, 3), (4, 5, 6, 7, 8), (9,))  # 0-14, 15-29, 30-74, 75 and over
CELLS = ((1, 2), (3, 4), (5, 6), (7, 8), (9,))  # the five ages of the model


def fit_ages(
    national: Floats,
    three: Floats,
    *,
    shares_six: Floats,
    shares_four: Floats,
    cycles: int,
) -> Floats:
    """Return (areas, 10) persons by age bin.

    national: (10,) persons of the country in each bin.
    three: (areas, 3) persons of 0-19, 20-64, 65 and over, met exactly: an area keeps its population.
    shares_six: (areas, 6) shares of an older census, nan where unknown; shares_four: (areas, 4), used where
    shares_six is unknown, nan where unknown too: the area then keeps the national profile inside its three
    classes.
    The older shares only shape what the three classes leave open; each cycle ends on the three classes.
    """
    table = np.tile(national / national.sum(), (len(three), 1)) * three.sum(axis=1)[:, None]
    table = match(table, three, THREE)
    has_six = ~np.isnan(shares_six).any(axis=1)
    has_four = ~has_six & ~np.isnan(shares_four).any(axis=1)
    for _ in range(cycles):
        table[has_six] = match(table[has_six], shares_six[has_six] * table[has_six].sum(axis=1)[:, None], SIX)
        table[has_four] = match(
            table[has_four], shares_four[has_four] * table[has_four].sum(axis=1)[:, None], FOUR
        )
        table = match(table, three, THREE)
        table *= ratio(national, table.sum(axis=0))
        table = match(table, three, THREE)
    return table


def match(table: Floats, wanted: Floats, classes: Sequence[tuple[int, ...]]) -> Floats:
    """Return the table scaled so that each class of bins adds up to `wanted` (areas, classes).

    A class with a target but nobody in the table is filled evenly rather than lost.
    """
    out = np.array(table)
    for position, bins in enumerate(classes):
        part = out[:, bins]
        empty = part.sum(axis=1) <= 0
        part[empty] = 1.0
        out[:, bins] = part * ratio(wanted[:, position], part.sum(axis=1))[:, None]
    return out


def regroup(table: Floats, classes: Sequence[tuple[int, ...]]) -> Floats:
    """Return (areas, classes) persons, each class the sum of its bins."""
    return np.stack([table[:, bins].sum(axis=1) for bins in classes], axis=1)
