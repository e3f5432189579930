"""Counts of people that may be published: small ones are withheld, and so are those that would reveal them by
subtraction.

Source: docs/methods/personnes-vues.md
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, groupby

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage.kernel.later import optimize, sparse

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Bounds = Sequence[tuple[int | None, None]]

MANY, WORLDS = 24, 32  # sums withheld from which worlds are drawn first, and how many


def batch(n: int, least: int) -> int:
    """Return how many answers to count: whole batches, so that two readings of a page never differ by a few
    people.

    >>> batch(10, 11), batch(12, 11), batch(22, 11), batch(12, 0)
    (0, 11, 22, 12)
    """
    # The last partial batch waits: published alone, it would be the answers of fewer than `least` people.
    return n - n % least if least else n


def lots(counts: Sequence[int], least: int) -> list[int]:
    """Return how many of each period in turn to count: a lot of `least` counts in the period that completes
    it, so that what two periods differ by is nobody or a whole lot. The last few are in none.

    >>> lots([10, 1, 24, 3], 11), lots([10, 1], 0)
    ([0, 11, 22, 0], [10, 1])
    """
    ends = [batch(n, least) for n in accumulate(counts)]
    return [end - before for end, before in zip(ends, [0, *ends], strict=False)]


def shares(counts: Sequence[int], sums: Sequence[int], kept: Sequence[int], unit: int) -> list[int]:
    """Return what of a sum (minutes) goes with what `lots` keeps of each period: its part of all that waits,
    rounded to `unit`, so that somebody who is added to a lot shows in no sum.

    >>> shares([10, 1, 3], [300, 90, 45], [0, 11, 0], 60)
    [0, 360, 0]
    """
    out, n, held = [], 0, 0.0
    for more, added, told in zip(counts, sums, kept, strict=True):
        n, held = n + more, held + added
        part = held * told / n if told else 0.0
        out.append(unit * round(part / unit))
        n, held = n - told, held - part
    return out


def by_year(
    counts: Mapping[date, int], sums: Mapping[date, int], least: int, unit: int
) -> dict[date, tuple[int, int]]:
    """Return what is told of each month, by its first day: how many count, and what of a sum goes with them.

    Lots fill from the first month of each year, whatever months are asked for: two periods differ by nobody,
    or by whole lots, and so do two structures or two territories.

    >>> january, february = date(2026, 1, 1), date(2026, 2, 1)
    >>> found = by_year({january: 10, february: 1}, {january: 300, february: 60}, 11, 60)
    >>> found[january], found[february]
    ((0, 0), (11, 360))
    """
    told: dict[date, tuple[int, int]] = {}
    for _, year in groupby(sorted(counts), key=lambda month: month.year):
        months = list(year)
        noted = [counts[month] for month in months]
        kept = lots(noted, least)
        parts = shares(noted, [sums.get(month, 0) for month in months], kept, unit)
        told |= zip(months, zip(kept, parts, strict=True), strict=True)
    return told


def apart(counts: Sequence[int], least: int) -> list[bool]:
    """Return which counts of the same people may be told together, the first ones first. One may hold another
    (those who came, those who were helped): less than `least` apart, a subtraction gives the few between.

    >>> apart([60, 57, 20], 11), apart([60, 57, 20], 0)
    ([True, False, True], [True, True, True])
    """
    told: list[int] = []
    out = []
    for n in counts:
        out.append(all(abs(n - each) >= least for each in told))
        told += [n] * out[-1]
    return out


def one_way(counts: Sequence[int], least: int) -> list[bool]:
    """Return which counts of a whole cut in parts may be published, the whole being known.

    A part under `least` is withheld, zero included; so is a part whose complement is under it; then the
    smallest of the others, until the parts withheld are two or more and add up to `least` people: none can be
    found by subtraction. `least` is 0 when there is nothing to protect.

    >>> one_way([30, 4, 20, 15], 11)
    [True, False, True, False]
    >>> one_way([30, 20], 11), one_way([40, 3], 11), one_way([6, 3], 11)
    ([True, True], [False, False], [False, False])
    >>> one_way([30], 11)
    [False]
    """
    whole = sum(counts)
    if not least:
        return [True] * len(counts)
    # With two parts or more the loop would hide a part whose complement is small. A part alone has nobody
    # beside it: to show it would say of each person counted what they all answered.
    shown = [least <= count <= whole - least for count in counts]
    while not all(shown) and any(shown):
        held = [count for count, seen in zip(counts, shown, strict=True) if not seen]
        if len(held) > 1 and sum(held) >= least:
            break
        # The smallest part goes first: it is the least information lost.
        shown[min((count, k) for k, count in enumerate(counts) if shown[k])[1]] = False
    return shown


def two_way(table: ArrayLike, rows: Sequence[bool], columns: Sequence[bool], least: int) -> Bools:
    """Return which cells of a table may be published, beside the published totals of its rows and columns.

    Small cells are withheld, then others of the same row or column until none can be found by subtraction.
    The result is then proved: given all that is published, each withheld cell or total must still range over
    at least `least` people. Without that proof no cell is published.
    """
    cells = np.asarray(table, dtype=np.int64)
    return _two_way(
        cells.tobytes(), cells.shape, tuple(map(bool, rows)), tuple(map(bool, columns)), least
    ).copy()


@lru_cache(maxsize=256)  # a page asks for the same tables until they are counted again
def _two_way(
    cells: bytes, shape: tuple[int, ...], rows: tuple[bool, ...], columns: tuple[bool, ...], least: int
) -> Bools:
    counts = np.frombuffer(cells, dtype=np.int64).reshape(shape)
    shown: Bools = np.asarray(counts >= least)
    shown[~np.asarray(rows)] = False
    shown[:, ~np.asarray(columns)] = False
    moved = True
    while moved:
        moved = False
        for values, seen, told, across in (
            (counts, shown, rows, columns),
            (counts.T, shown.T, columns, rows),
        ):
            for k, total_shown in enumerate(
                told
            ):  # `seen` is a view: what is withheld here is withheld in the table
                held = values[k][~seen[k]]
                if total_shown and seen[k].any() and held.size and (held.size < 2 or held.sum() < least):
                    spent = (~seen).any(axis=0) | ~np.asarray(
                        across
                    )  # lines across that already withhold something: no more is lost
                    seen[k, min(np.flatnonzero(seen[k]), key=lambda j: (not spent[j], values[k, j], j))] = (
                        False
                    )
                    moved = True
    return shown if _proved(counts, shown, rows, columns, least) else np.zeros_like(shown)


def people_before(sums: ArrayLike, told: ArrayLike, now: ArrayLike) -> tuple[Floats, bool]:
    """Return (cells,) people of an earlier edition, never negative, who agree with what it published; and
    whether some of them have left since.

    sums: (known, cells) of the cells it published; told: (known,) people of each; now: (cells,) people of
    today. Who was there then is not kept: when nobody need have left, all are still there. When nobody can
    agree with it, those who come nearest.

    >>> people_before([[1, 1, 0]], [5], [3, 9, 2])[1], people_before([[1, 1, 0]], [15], [3, 9, 2])[1]
    (False, True)
    """
    people = np.asarray(now, dtype=np.float64)
    known = np.asarray(sums, dtype=np.float64).reshape(-1, people.size)
    values = np.asarray(told, dtype=np.float64)
    for most, left in ((people, False), (np.full(people.size, np.inf), True)):
        found = optimize.linprog(
            np.zeros(people.size), A_eq=known, b_eq=values, bounds=[(0, each) for each in most.tolist()]
        )
        if found.status == 0:
            return np.clip(found.x, 0.0, most), left  # a solver may leave a hair under zero
    return optimize.nnls(known, values)[0], True


def _proved(
    counts: NDArray[np.int64], shown: Bools, rows: Sequence[bool], columns: Sequence[bool], least: int
) -> bool:
    """Return whether no withheld value is known to within `least` people, given all that is published and the
    whole.
    """
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
        low, high = (
            optimize.linprog(sign * goal, A_eq=known, b_eq=told, bounds=(0, None)).fun for sign in (1, -1)
        )
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
    widths: Sequence[float] = (),
) -> Bools:
    """Return which of the requested sums may be published, so that no withheld one is known to within `least`
    people.

    counts: (cells,) people in cells that do not overlap; asked: (sums, cells) true where a sum includes a
    cell; may: whether a sum may be published on its own account (it is large enough). told: (known, cells)
    sums that are public anyway (the whole, earlier publications). secret: (more, cells) sums never published,
    to be protected as well; widths: (more,) how uncertain each must stay, `least` by default. free: cells
    that may be negative (answers withdrawn between two editions). price:
    the cost of withholding a sum, its count by default: the cheapest is withheld first.

    For each withheld sum, linear programmes find the smallest and greatest value consistent with all that is
    published; when these are closer than `least`, the cheapest published sum that pins it is withheld too,
    until all are safe. Nothing can be done for a sum that public ones alone reveal: it is left.
    """
    people = np.asarray(counts, dtype=np.float64)
    sums = np.asarray(asked, dtype=np.float64).reshape(-1, people.size)
    always = np.asarray(told, dtype=np.float64).reshape(-1, people.size)
    others = np.asarray(secret, dtype=np.float64).reshape(-1, people.size)
    shown: Bools = np.array(may, dtype=bool)
    cost = np.asarray(price if len(price) else sums @ people, dtype=np.float64)
    bounds = [
        (None if unbounded else 0, None) for unbounded in (free if len(free) else [False] * people.size)
    ]
    goals = np.concatenate([others, sums])
    wide = np.full(len(goals), float(least))
    wide[: len(others)] = widths if len(widths) else least
    waiting = [*(len(others) + np.flatnonzero(~shown)), *range(len(others))]
    low, high = _ranges(goals, waiting, np.concatenate([always, sums[shown]]), people, bounds)
    while waiting and shown.any():  # nothing shown: nothing more is told
        k = int(waiting.pop())
        while goals[k].any() and high[k] - low[k] < wide[k] - 1e-6:
            rows = np.flatnonzero(shown)
            known = np.concatenate([always, sums[rows]])
            found = _ends(goals[k], known, known @ people, bounds)
            if found is None:
                break
            worlds, pins = found
            for world in worlds:
                low, high = _wider(low, high, goals @ world)
            if high[k] - low[k] >= wide[k] - 1e-6:
                break
            pinning = rows[pins[len(always) :]]
            if not len(pinning):
                break
            hidden = int(min(pinning, key=lambda j: (cost[j], j)))
            shown[hidden] = False
            waiting.append(len(others) + hidden)
    return shown


def _ranges(
    goals: Floats, waiting: Sequence[int], known: Floats, people: Floats, bounds: Bounds
) -> tuple[Floats, Floats]:
    """Return the range over which each sum is found to vary: its true value, and its values in worlds drawn
    far apart.

    A world is consistent with all that is published, and remains so when less is: a few worlds, where many
    sums are large or small at once, save most sums a programme of their own.
    """
    low = high = goals @ people
    if len(waiting) < MANY or not len(known):
        return low, high
    chance = np.random.default_rng(len(waiting))
    rows, values = sparse.csr_array(known), known @ people
    for _ in range(WORLDS):
        found = optimize.linprog(
            chance.uniform(-1, 1, len(waiting)) @ goals[waiting], A_eq=rows, b_eq=values, bounds=bounds
        )
        if found.status == 0:
            low, high = _wider(low, high, goals @ found.x)
    return low, high


def _wider(low: Floats, high: Floats, seen: Floats) -> tuple[Floats, Floats]:
    return np.minimum(low, seen), np.maximum(high, seen)


def _ends(goal: Floats, known: Floats, values: Floats, bounds: Bounds) -> tuple[list[Floats], Bools] | None:
    """Return the cells that make a sum smallest and greatest, given the known sums, and which of these pin
    it.

    None when the sum is unbounded; no cells, and all sums, when the known sums are inconsistent: no
    uncertainty can be proved.
    """
    if not len(known):
        return None
    pins: Bools = np.zeros(len(known), dtype=bool)
    worlds: list[Floats] = []
    rows = sparse.csr_array(known)
    for sign in (1, -1):
        found = optimize.linprog(sign * goal, A_eq=rows, b_eq=values, bounds=bounds)
        if found.status == 3:  # unbounded
            return None
        if found.status != 0:
            return [], np.ones(len(known), dtype=bool)
        pins |= np.abs(found.eqlin.marginals) > 1e-9
        worlds.append(np.asarray(found.x, dtype=np.float64))
    return worlds, pins


def leaves_doubt(
    counts: ArrayLike,
    told: ArrayLike,
    secret: ArrayLike,
    least: int,
    *,
    free: Sequence[bool] = (),
    widths: Sequence[float] = (),
) -> bool:
    """Return whether every secret sum of people may still vary by `least`, all the sums told being known.

    counts: (cells,); told, secret: (sums, cells); free: cells that may be negative; widths: (secrets,) how
    much each must vary instead.

    >>> leaves_doubt([30, 4, 9], [[1, 1, 1], [1, 0, 0]], [[0, 1, 0]], 11)
    True
    >>> leaves_doubt([30, 4, 9], [[1, 1, 1], [1, 0, 1]], [[0, 1, 0]], 11)
    False
    """
    people = np.asarray(counts, dtype=np.float64)
    known = np.asarray(told, dtype=np.float64).reshape(-1, people.size)
    bounds = [(None if open_ else 0, None) for open_ in (free if len(free) else [False] * people.size)]
    goals = np.asarray(secret, dtype=np.float64).reshape(-1, people.size)
    for goal, wide in zip(goals, widths if len(widths) else [float(least)] * len(goals), strict=True):
        found = _ends(goal, known, known @ people, bounds) if goal.any() else None
        if found is not None:
            worlds, _ = found
            if not worlds or np.ptp([goal @ world for world in worlds]) < wide - 1e-6:
                return False
    return True


def doubt(goal: ArrayLike, known: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Return the width of the possible values of a sum of people, other sums being known between two bounds.

    goal: (cells,); known: (sums, cells), of any factors; low, high: (sums,).

    >>> round(doubt([1, 0], [[1, 1], [2, 1]], [10, 13], [10, 15]), 6)
    2.0
    """
    sums, aim = np.asarray(known, dtype=np.float64), np.asarray(goal, dtype=np.float64)
    bounds = np.concatenate([np.asarray(high, dtype=np.float64), -np.asarray(low, dtype=np.float64)])
    least, most = (
        optimize.linprog(sign * aim, A_ub=np.vstack([sums, -sums]), b_ub=bounds) for sign in (1, -1)
    )
    if 3 in (least.status, most.status):
        return float("inf")
    return -float(most.fun) - float(least.fun) if least.status == most.status == 0 else 0.0
