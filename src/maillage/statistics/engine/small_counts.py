"""Counts of people that may be published: small ones are withheld, and so are those that would reveal them by
subtraction.

Source: docs/methods/personnes-vues.md
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, compress, groupby

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage.statistics.engine import suppression

Bools = NDArray[np.bool_]


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


def shares(counts: Sequence[int], sums: Sequence[int], retained: Sequence[int], unit: int) -> list[int]:
    """Return the part of a sum (minutes) published with the people that `lots` keeps of each period: their
    part of all that waits, rounded to `unit`, so that somebody who is added to a lot shows in no sum.

    >>> shares([10, 1, 3], [300, 90, 45], [0, 11, 0], 60)
    [0, 360, 0]
    """
    out, n, pending_sum = [], 0, 0.0
    for more, added, size in zip(counts, sums, retained, strict=True):
        n, pending_sum = n + more, pending_sum + added
        part = pending_sum * size / n if size else 0.0
        out.append(unit * round(part / unit))
        n, pending_sum = n - size, pending_sum - part
    return out


def by_year(
    counts: Mapping[date, int], sums: Mapping[date, int], least: int, unit: int
) -> dict[date, tuple[int, int]]:
    """Return the published figures of each month, by its first day: a count of people, and their part of a
    sum.

    Lots fill from the first month of each year, whatever months are asked for: two periods differ by nobody,
    or by whole lots, and so do two structures or two territories.

    >>> january, february = date(2026, 1, 1), date(2026, 2, 1)
    >>> figures = by_year({january: 10, february: 1}, {january: 300, february: 60}, 11, 60)
    >>> figures[january], figures[february]
    ((0, 0), (11, 360))
    """
    published: dict[date, tuple[int, int]] = {}
    for _, year in groupby(sorted(counts), key=lambda month: month.year):
        months = list(year)
        noted = [counts[month] for month in months]
        retained = lots(noted, least)
        parts = shares(noted, [sums.get(month, 0) for month in months], retained, unit)
        published |= zip(months, zip(retained, parts, strict=True), strict=True)
    return published


def far_enough(counts: Sequence[int], least: int) -> list[bool]:
    """Return which counts of the same people may be published together, the first ones first. One may hold
    another (those who came, those who were helped): less than `least` apart, a subtraction gives the few
    between.

    >>> far_enough([60, 57, 20], 11), far_enough([60, 57, 20], 0)
    ([True, False, True], [True, True, True])
    """
    published: list[int] = []
    out = []
    for n in counts:
        out.append(all(abs(n - each) >= least for each in published))
        published += [n] * out[-1]
    return out


def one_way(counts: Sequence[int], least: int, *, lowest: int = 0) -> list[bool]:
    """Return which counts of a whole cut in parts may be published, the whole being known.

    A part under `least` is suppressed, zero included; so is a part whose complement is under it; then the
    smallest of the others, until none can be found by subtraction, even by whoever knows this rule
    (`suppression.leaves_parts_in_doubt`). `least` is 0 when there is nothing to protect. lowest: 1 where
    parts without anybody are not among the counts, and everybody knows it.

    >>> one_way([30, 4, 20, 15], 11)
    [True, False, True, False]
    >>> one_way([30, 20], 11), one_way([40, 3], 11), one_way([6, 3], 11)
    ([True, True], [False, False], [False, False])
    >>> one_way([10, 23, 37, 10], 11), one_way([30], 11)
    ([False, False, True, False], [False])
    """
    total = sum(counts)
    if not least:
        return [True] * len(counts)
    # With two parts or more the loop would suppress a part whose complement is small. A part alone has nobody
    # with it: to publish it would say of each person counted what they all answered.
    published = [least <= count <= total - least for count in counts]
    while any(published):
        suppressed = list(compress(counts, (not each for each in published)))
        smallest, k = min((count, k) for k, count in enumerate(counts) if published[k])
        if suppression.leaves_parts_in_doubt(suppressed, smallest, least, lowest):
            break
        published[k] = False  # the smallest part goes first: it is the least information lost
    return published


def two_way(table: ArrayLike, rows: Sequence[bool], columns: Sequence[bool], least: int) -> Bools:
    """Return which cells of a table may be published, beside the published totals of its rows and columns.

    Small cells are suppressed, then others, until no suppressed cell or total is known to within `least`
    people, nor to within fewer people by whoever knows this rule (`suppression.protect`).
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
    of_row, of_column = np.indices(shape).reshape(2, -1)
    lines = np.vstack([of_row == np.arange(shape[0])[:, None], of_column == np.arange(shape[1])[:, None]])
    is_published = np.array([*rows, *columns])
    tops = [
        suppression.ceilings(totals, published, least)
        for totals, published in ((counts.sum(axis=1), rows), (counts.sum(axis=0), columns))
    ]
    return suppression.protect(
        counts.ravel(),
        np.eye(counts.size),
        ((counts >= least) & np.outer(rows, columns)).ravel().tolist(),
        np.vstack([np.ones(counts.size, dtype=bool), lines[is_published]]),
        least,
        secrets=[
            suppression.Secret(line.astype(np.float64), least, top)
            for line, top in zip(
                lines[~is_published], np.concatenate(tops)[~is_published].tolist(), strict=True
            )
        ],
    ).reshape(shape)
