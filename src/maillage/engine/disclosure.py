"""Counts of people that may be shown: what is small is withheld, and what would give it away by subtraction too.

Source: docs/methods/personnes-vues.md
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

Bools = NDArray[np.bool_]


def batch(n: int, least: int) -> int:
    """Return how many answers are counted: whole batches, so that two readings of a page never differ by a few people.

    >>> batch(10, 11), batch(12, 11), batch(22, 11), batch(12, 0)
    (0, 11, 22, 12)
    """
    return n - n % least if least else n


def one_way(counts: Sequence[int], least: int) -> list[bool]:
    """Return which counts of a whole cut in parts may be shown, the whole being known.

    A part under `least` is withheld, zero included; so is a part whose complement is; then the smallest of the others, until
    what is withheld holds two parts and `least` people: nobody finds a part by subtraction. With nothing to protect, `least` is 0.

    >>> one_way([30, 4, 20, 15], 11)
    [True, False, True, False]
    >>> one_way([30, 20], 11), one_way([40, 3], 11), one_way([6, 3], 11)
    ([True, True], [False, False], [False, False])
    """
    whole = sum(counts)
    if not least:
        return [True] * len(counts)
    shown = [least <= count <= whole - least for count in counts]
    while not all(shown) and any(shown):
        held = [count for count, seen in zip(counts, shown, strict=True) if not seen]
        if len(held) > 1 and sum(held) >= least:
            break
        shown[min((count, k) for k, count in enumerate(counts) if shown[k])[1]] = False
    return shown


def two_way(table: ArrayLike, rows: Sequence[bool], columns: Sequence[bool], least: int) -> Bools:
    """Return which cells of a table may be shown, beside the totals of its rows and columns that are shown.

    Small cells are withheld, then others of the same row or column until none is found by subtraction. What remains is then
    proved: the values of a cell or total withheld that agree with all that is shown must span `least` people. Without that
    proof no cell is shown.
    """
    counts = np.asarray(table, dtype=np.int64)
    shown: Bools = np.asarray(counts >= least)
    shown[~np.asarray(rows)] = False
    shown[:, ~np.asarray(columns)] = False
    moved = True
    while moved:
        moved = False
        for values, seen, told, across in ((counts, shown, rows, columns), (counts.T, shown.T, columns, rows)):
            for k, total_shown in enumerate(told):  # `seen` is a view: what is withheld here is withheld in the table
                held = values[k][~seen[k]]
                if total_shown and seen[k].any() and held.size and (held.size < 2 or held.sum() < least):
                    spent = (~seen).any(axis=0) | ~np.asarray(
                        across
                    )  # lines across that already withhold something: no more is lost
                    seen[k, min(np.flatnonzero(seen[k]), key=lambda j: (not spent[j], values[k, j], j))] = False
                    moved = True
    return shown if _proved(counts, shown, rows, columns, least) else np.zeros_like(shown)


def _proved(counts: NDArray[np.int64], shown: Bools, rows: Sequence[bool], columns: Sequence[bool], least: int) -> bool:
    """Return whether nothing withheld is known to within `least` people, given all that is shown and the whole."""
    size = counts.size
    index = np.arange(size).reshape(counts.shape)
    masks = [index == index[at] for at in zip(*np.nonzero(shown), strict=True)]
    masks += [np.isin(index, index[k]) for k, seen in enumerate(rows) if seen]
    masks += [np.isin(index, index[:, k]) for k, seen in enumerate(columns) if seen]
    masks.append(np.ones(counts.shape, dtype=bool))
    known = np.array([mask.ravel() for mask in masks], dtype=np.float64)
    told = known @ counts.ravel()
    asked = [index == index[at] for at in zip(*np.nonzero(~shown), strict=True)]
    asked += [np.isin(index, index[k]) for k, seen in enumerate(rows) if not seen]
    asked += [np.isin(index, index[:, k]) for k, seen in enumerate(columns) if not seen]
    for mask in asked:
        goal = mask.ravel().astype(np.float64)
        low, high = (linprog(sign * goal, A_eq=known, b_eq=told, bounds=(0, None)).fun for sign in (1, -1))
        if -float(high) - float(low) < least - 1e-6:
            return False
    return True
