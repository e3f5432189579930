"""Counts of people that may be shown: what is small is withheld, and what would give it away by subtraction too.

Source: docs/methods/personnes-vues.md
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Bounds = Sequence[tuple[int | None, None]]

MANY, WORLDS = 24, 32  # sums withheld from which worlds are drawn first, and how many


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


def protect(
    counts: ArrayLike,
    asked: ArrayLike,
    may: Sequence[bool],
    told: ArrayLike,
    least: int,
    *,
    price: Sequence[float] = (),
    free: Sequence[bool] = (),
    secret: ArrayLike = (),
) -> Bools:
    """Return which of the asked sums may be shown, so that nothing withheld is known to within `least` people.

    counts: (cells,) people in cells that do not overlap; asked: (sums, cells) true where a sum takes a cell; may: whether a sum may
    be shown for its own part (it is large enough). told: (known, cells) sums that everybody knows anyway (the whole, what was
    published before). secret: (more, cells) sums never shown, to be protected as well. free: cells that may be under zero (answers
    taken away between two editions). price: what hiding a sum costs, its count when not given: the cheapest is hidden first.

    For each sum withheld, the smallest and the greatest value that agree with all that is shown are found (linear programmes); when
    they are nearer than `least`, the cheapest sum among those that pin it is withheld too, until all are safe. A sum that told alone
    gives away cannot be helped, and is left.
    """
    people = np.asarray(counts, dtype=np.float64)
    sums = np.asarray(asked, dtype=np.float64).reshape(-1, people.size)
    always = np.asarray(told, dtype=np.float64).reshape(-1, people.size)
    others = np.asarray(secret, dtype=np.float64).reshape(-1, people.size)
    shown: Bools = np.array(may, dtype=bool)
    cost = np.asarray(price if len(price) else sums @ people, dtype=np.float64)
    bounds = [(None if unbounded else 0, None) for unbounded in (free if len(free) else [False] * people.size)]
    goals = np.concatenate([others, sums])
    waiting = [*(len(others) + np.flatnonzero(~shown)), *range(len(others))]
    low, high = _ranges(goals, waiting, np.concatenate([always, sums[shown]]), people, bounds)
    while waiting and shown.any():  # nothing shown: nothing more is told
        k = int(waiting.pop())
        while goals[k].any() and high[k] - low[k] < least - 1e-6:
            rows = np.flatnonzero(shown)
            known = np.concatenate([always, sums[rows]])
            found = _ends(goals[k], known, known @ people, bounds)
            if found is None:
                break
            worlds, pins = found
            for world in worlds:
                low, high = _wider(low, high, goals @ world)
            if high[k] - low[k] >= least - 1e-6:
                break
            pinning = rows[pins[len(always) :]]
            if not len(pinning):
                break
            hidden = int(min(pinning, key=lambda j: (cost[j], j)))
            shown[hidden] = False
            waiting.append(len(others) + hidden)
    return shown


def _ranges(goals: Floats, waiting: Sequence[int], known: Floats, people: Floats, bounds: Bounds) -> tuple[Floats, Floats]:
    """Return between which values each sum is seen to stand: the true one, and those of worlds drawn far apart.

    A world agrees with all that is shown, and still does when less is shown: a few, where many sums are large or small at once,
    spare most sums a programme of their own.
    """
    low = high = goals @ people
    if len(waiting) < MANY or not len(known):
        return low, high
    chance = np.random.default_rng(len(waiting))
    rows, values = csr_array(known), known @ people
    for _ in range(WORLDS):
        found = linprog(chance.uniform(-1, 1, len(waiting)) @ goals[waiting], A_eq=rows, b_eq=values, bounds=bounds)
        if found.status == 0:
            low, high = _wider(low, high, goals @ found.x)
    return low, high


def _wider(low: Floats, high: Floats, seen: Floats) -> tuple[Floats, Floats]:
    return np.minimum(low, seen), np.maximum(high, seen)


def _ends(goal: Floats, known: Floats, values: Floats, bounds: Bounds) -> tuple[list[Floats], Bools] | None:
    """Return the cells that make a sum the smallest and the greatest, given what is known, and which of the known sums pin it.

    None when it may be anything; no cells, and all sums, when what is told does not hold together: no doubt can be proved.
    """
    if not len(known):
        return None
    pins: Bools = np.zeros(len(known), dtype=bool)
    worlds: list[Floats] = []
    rows = csr_array(known)
    for sign in (1, -1):
        found = linprog(sign * goal, A_eq=rows, b_eq=values, bounds=bounds)
        if found.status == 3:  # unbounded
            return None
        if found.status != 0:
            return [], np.ones(len(known), dtype=bool)
        pins |= np.abs(found.eqlin.marginals) > 1e-9
        worlds.append(np.asarray(found.x, dtype=np.float64))
    return worlds, pins


def doubt(goal: ArrayLike, known: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Return how far apart the values of a sum of people may stand, other sums of them being known between two bounds.

    goal: (cells,); known: (sums, cells), of any factors; low, high: (sums,).

    >>> round(doubt([1, 0], [[1, 1], [2, 1]], [10, 13], [10, 15]), 6)
    2.0
    """
    sums, aim = np.asarray(known, dtype=np.float64), np.asarray(goal, dtype=np.float64)
    bounds = np.concatenate([np.asarray(high, dtype=np.float64), -np.asarray(low, dtype=np.float64)])
    least, most = (linprog(sign * aim, A_ub=np.vstack([sums, -sums]), b_ub=bounds) for sign in (1, -1))
    if 3 in (least.status, most.status):
        return float("inf")
    return -float(most.fun) - float(least.fun) if least.status == most.status == 0 else 0.0
