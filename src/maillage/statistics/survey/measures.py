"""Means, medians and ranks of a question, with what the plan of the survey doubts."""

from collections.abc import Iterator, Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import special
from maillage.statistics.engine import suppression, variance
from maillage.statistics.engine.proportions import LEVEL, Share
from maillage.statistics.survey.cells import UNRANKED, Cells
from maillage.statistics.survey.samples import Bools, Floats, Sample
from maillage.statistics.survey.tables import Measured


def pinned(
    cells: NDArray[np.int64],
    weight: Floats,
    bounds: Sequence[tuple[float, float] | None],
    owned: Sequence[Bools],
    least: int,
) -> bool:
    """Return True if a small count is known nearer than `suppression.doubt_required`.

    cells: (answers, classes) people; weight: (classes,) of one of them; bounds: of the weighted share of each
    answer, None when it is not shown; owned: (classes,) true where a class belongs to a class of one margin.
    """
    eye = np.eye(len(cells))
    known = [np.outer(np.ones(len(cells)), own) for own in np.eye(len(weight))]
    low: list[float] = cells.sum(axis=0).tolist()
    high = list(low)
    for row, bound in enumerate(bounds):
        if bound is not None:
            known += [np.outer(eye[row], np.ones(len(weight))), np.outer(eye[row], weight)]
            low += [cells[row].sum(), bound[0]]
            high += [cells[row].sum(), bound[1]]
    sums = np.array(known).reshape(len(known), -1)
    return any(
        suppression.doubt(np.outer(eye[row], own).ravel(), sums, low, high)
        < suppression.doubt_required(least)
        for row in range(len(cells))
        for own in owned
        if 0 < cells[row, own].sum() < least <= cells[:, own].sum()  # a class of a few people is never told
    )


def measures_of(sample: Sample, cells: Cells) -> Iterator[Measured]:
    """Yield means and medians of numbers, and mean ranks, overall or by group."""
    column = cells.column
    groups = cells.cross.categories if cells.cross else (("", ""),)
    for g, (by, by_label) in enumerate(groups):
        inside = cells.inside[:, g]
        n = int(inside.sum())
        is_published = not cells.least or (bool(cells.shown_bases[g]) and n >= cells.least)
        if column.values is not None:
            if cells.least and n and np.ptp(column.values[inside]) == 0:
                is_published = False  # the mean would be what each of them answered
            for measure, label in (("mean", "Moyenne"), ("median", "Médiane")):
                why = "" if is_published and n else cells.reason
                measure_value = None
                if not why or (cells.inside_only and n):
                    measure_value = (_mean if measure == "mean" else _median)(
                        sample, np.nan_to_num(column.values), inside
                    )
                yield _measured(measure, label, by, by_label, measure_value, n, why)
        if column.ranks is not None:
            for k, (name, label) in enumerate(column.categories):
                ranked = inside & np.isfinite(column.ranks[:, k])
                count = int(ranked.sum())
                is_open = count == n or bool(cells.ranked_seen[k, g])
                few = cells.least and not (is_published and count >= cells.least and is_open)
                why = cells.reason if few or not n else "" if count else UNRANKED
                hidden = why and not (cells.inside_only and count)
                measure_value = None if hidden else _mean(sample, np.nan_to_num(column.ranks[:, k]), ranked)
                yield _measured("mean_rank", label, by, by_label, measure_value, count, why, name)


def _measured(
    measure: str,
    label: str,
    by: str,
    by_label: str,
    interval: tuple[float, float, float] | None,
    n: int,
    why: str,
    category: str = "",
) -> Measured:
    value, low, high = interval or (None, None, None)
    return Measured(
        measure=measure,  # type: ignore[arg-type]  # one of its literals, by its callers
        label=label,
        by=by,
        by_label=by_label,
        value=value,
        low=low,
        high=high,
        n=n if interval is not None else 0,
        why=why if interval is None else "",
        category=category,
        unpublished=why if interval is not None else "",
    )


def _mean(sample: Sample, values: Floats, inside: Bools) -> tuple[float, float, float]:
    """Return a weighted mean and its 90 % interval (Student)."""
    estimate = variance.of_means(values[:, None], inside[:, None], sample.plan)
    mean, n = float(estimate.values[0]), int(inside.sum())
    df = min(sample.plan.df, n - 1)
    half = (
        float(special.stdtrit(df, 0.5 + LEVEL / 2)) * sqrt(max(0.0, float(estimate.covariance[0, 0])))
        if df > 0
        else float("inf")
    )
    return mean, mean - half, mean + half


def _median(sample: Sample, values: Floats, inside: Bools) -> tuple[float, float, float]:
    """Return a weighted median and its 90 % interval: that of the share below it, converted back to values
    (Woodruff, 1952).
    """
    order = np.argsort(values[inside], kind="stable")
    ordered, weights = values[inside][order], sample.plan.weights[inside][order]
    risen = np.cumsum(weights) / weights.sum()

    def at(share: float) -> float:
        return float(ordered[min(int(np.searchsorted(risen, share - 1e-12)), len(ordered) - 1)])

    middle = at(0.5)
    under = (values <= middle) & inside
    estimate = variance.of_means(under[:, None], inside[:, None], sample.plan)
    n = int(inside.sum())
    spread = float(estimate.covariance[0, 0]) or 0.25 / n
    half = Share(value=0.5, variance=spread, n=n, df=min(sample.plan.df, n - 1), drawn=sample.drawn)
    low, high = half.interval()
    return middle, at(low), at(high)
