"""Bounds that a calibration can meet: decided exactly, by linear programmes on the cells of the sample.

Source: docs/methods/redressement.md, section « Les bornes ».
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, optimize, sparse
from maillage.statistics.engine.calibration import Margins

Floats = NDArray[np.float64]
LEAST = 1e-7  # relative miss under which a margin is met, for a linear programme
CLOSE = 1e-3  # how closely bounds are searched
LARGEST = 1e5  # bounds wider than this are no bounds


def _columns(initial: Floats, margins: Margins) -> tuple[Matrix, Floats]:
    """Return the constraints as a sparse matrix, one row per total and one column per cell of positive
    weight, and their right-hand side. A value is the part of a total that the cell brings at ratio 1.
    """
    base = margins.together(np.asarray(initial, dtype=np.float64))
    positive = np.flatnonzero(base > 0)
    wanted, n = margins.wanted, len(positive)
    at, rows, values = 0, [], []
    for code, target in zip(margins.codes, margins.targets, strict=True):
        rows.append(at + code[positive])
        values.append(base[positive] / target[code[positive]])
        at += len(target)
    for k, total in enumerate(margins.totals):
        rows.append(np.full(n, at + k))
        values.append(base[positive] * margins.numbers[positive, k] / (abs(total) or 1.0))
    columns = np.tile(np.arange(n), len(rows))
    matrix = sparse.coo_array(
        (np.concatenate(values), (np.concatenate(rows), columns)), shape=(len(wanted), n)
    )
    return sparse.csr_array(matrix), np.sign(wanted) if len(margins.totals) else np.ones(len(wanted))


def misses(initial: Floats, margins: Margins, low: float, high: float) -> Floats:
    """Return (totals,) how far ratios between the bounds must miss each total, as signed shares with the
    least possible sum.

    All zero (within `LEAST`) when the margins can be met; positive where a total is out of reach from below.
    """
    matrix, wanted = _columns(initial, margins)
    p, n = matrix.shape
    slack = sparse.eye_array(p, format="csr")
    solution = optimize.linprog(
        np.concatenate((np.zeros(n), np.ones(2 * p))),
        A_eq=sparse.hstack((matrix, slack, -slack), format="csr"),
        b_eq=wanted,
        bounds=[(low, None if np.isinf(high) else high)] * n + [(0, None)] * (2 * p),
    )
    short, over = solution.x[n : n + p], solution.x[n + p :]
    return np.where(np.abs(short - over) > LEAST, short - over, 0.0)


def can_keep(initial: Floats, margins: Margins, low: float, high: float) -> bool:
    """Return True for feasible bounds: some weights meet the margins with every ratio between them, bounds
    included.
    """
    return not misses(initial, margins, low, high).any()


def lowest_high(initial: Floats, margins: Margins, low: float) -> float | None:
    """Return the least feasible upper bound for that lower bound, within `CLOSE`; None when there is none."""
    return _least(lambda high: can_keep(initial, margins, low, high))


def highest_low(initial: Floats, margins: Margins, high: float) -> float | None:
    """Return the greatest feasible positive lower bound for that upper bound, within `CLOSE`; None when there
    is none.
    """
    stretch = _least(lambda k: can_keep(initial, margins, 1 / k, high))
    return None if stretch is None else 1 / stretch


def symmetrical(initial: Floats, margins: Margins) -> float | None:
    """Return the least k for which all ratios can stay between 1/k and k, within `CLOSE`; None when there is
    none.
    """
    return _least(lambda k: can_keep(initial, margins, 1 / k, k))


def _least(enough: Callable[[float], bool]) -> float | None:
    """Return the least k above 1 that is enough, given that any larger k is then enough too."""
    low, high = 1.0, 2.0
    while not enough(high):
        low, high = high, high * high
        if high > LARGEST:
            return None
    while high / low > 1 + CLOSE:
        middle = (high * low) ** 0.5
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
