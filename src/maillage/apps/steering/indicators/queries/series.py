"""Shares and counts by month that may be published together: none withheld is found by subtraction, from
another month, another period or another goal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from maillage.apps.steering.indicators.rules import (
    METHOD,
    ByDay,
    Point,
    batched,
    months_between,
    period_starts,
    publishable_parts,
    secondary_suppression,
    totals,
)
from maillage.kernel.estimate import Estimate, Figure
from maillage.reference.indicators import Indicator
from maillage.statistics.engine import small_counts
from maillage.statistics.people import shares


def ratio(days: ByDay, definition: Indicator, least: int) -> Figure:
    """Return the share of the cases of some days, withheld when one side of it is a few people."""
    part, total = totals(days)
    return shares.share(
        part,
        total,
        least=least,
        things=definition.things,
        universe=definition.universe,
        method=METHOD,
        nobody=f"Moins de {least} {definition.things} : trop peu pour une part." if least else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodShare:
    """The share of a period: that of the cases that have had time, by whole batches. cases: those of the
    period asked for, since a day; counted_cases: those that are counted; parts: those counted of the
    longest period, as they may be told together.
    """

    definition: Indicator
    cases: ByDay
    counted_cases: ByDay
    parts: Mapping[date, ByDay]
    figure: Figure
    since: date
    on: date
    least: int

    @property
    def is_publishable_beside_periods(self) -> bool:
        """True if it tells no few cases, one period less the other."""
        return self.since in self.parts

    @property
    def is_publishable(self) -> bool:
        """True if it may be published, whatever other goals are."""
        return isinstance(self.figure, Estimate) and self.is_publishable_beside_periods

    @property
    def points(self) -> tuple[Point, ...]:
        """The share of each month, whatever other goals are."""
        wait = self.definition.wait
        early = self.on - timedelta(days=wait) if wait else self.on + timedelta(days=32)
        return by_month(
            self.parts,
            lambda part, months: monthly_shares(part, months, self.definition, self.least, early),
            since=self.since,
            on=self.on,
        )


def share_of(every: ByDay, definition: Indicator, *, since: date, on: date, least: int) -> PeriodShare:
    """Return the share of a period. every: cases of the longest one that have had time."""
    batched_cases = batched(every, least)
    period_cases = {day: day_counts for day, day_counts in batched_cases.items() if day >= since}
    return PeriodShare(
        definition=definition,
        cases={day: day_counts for day, day_counts in every.items() if day >= since},
        parts=publishable_parts(
            batched_cases,
            period_starts(on),
            lambda part: isinstance(ratio(part, definition, least), Estimate),
        ),
        counted_cases=period_cases,
        figure=ratio(period_cases, definition, least),
        since=since,
        on=on,
        least=least,
    )


def is_publishable_beside(share: PeriodShare, goals: Sequence[PeriodShare]) -> bool:
    """Return True if the share of a goal tells no few cases of the others, that of all being known. goals:
    of the same cases, the share among them.
    """
    some = [goal_or_pair for goal_or_pair in goals if goal_or_pair.cases]
    # Those that wait for a batch of their own may be in one of all.
    publishable = secondary_suppression(
        [totals(goal_or_pair.cases) for goal_or_pair in some],
        [goal_or_pair.is_publishable for goal_or_pair in some],
        share.least,
    )
    return all(
        is_publishable
        for goal_or_pair, is_publishable in zip(some, publishable, strict=True)
        if goal_or_pair.definition == share.definition
    )


def is_publishable_with(share: PeriodShare, other: PeriodShare) -> bool:
    """Return True if a share tells no few cases beside another of the same ones, which may hold its own: in
    no period, nor in what one period holds and another does not.
    """
    other_by_day = _by_day(other)
    parts = [part for part in share.parts.values() if totals(part)[1]]
    return all(
        abs(totals(part)[0] - sum(other_by_day.get(day, (0, 0))[0] for day in part)) >= share.least
        for part in parts
    )


def is_publishable_by_month_with(share: PeriodShare, other: PeriodShare) -> bool:
    """Return True if its months tell no few cases beside those of another share of the same cases."""
    published_months = {point.month for point in other.points if point.value is not None}
    gaps: dict[date, int] = {}
    for sign, period_share in ((1, share), (-1, other)):
        for day, (part, _) in _by_day(period_share).items():
            month = day.replace(day=1)
            gaps[month] = gaps.get(month, 0) + sign * part
    both = [
        point.month for point in share.points if point.value is not None and point.month in published_months
    ]
    return all(abs(gaps[month]) >= share.least for month in both)


def _by_day(share: PeriodShare) -> ByDay:
    return {day: day_counts for part in share.parts.values() for day, day_counts in part.items()}


def common_points(share: PeriodShare, goals: Sequence[PeriodShare]) -> tuple[Point, ...]:
    """Return the share of each month; of one of several goals, of the months that all of them tell."""
    hidden = set()
    for each in goals:
        months = {day.replace(day=1) for day in each.cases}
        hidden |= {point.month for point in each.points if point.value is None and point.month in months}
    return tuple(
        Point(each.month, None, early=each.early) if each.month in hidden else each for each in share.points
    )


def by_month(
    parts: Mapping[date, ByDay],
    make_points: Callable[[ByDay, Sequence[date]], tuple[Point, ...]],
    *,
    since: date,
    on: date,
) -> tuple[Point, ...]:
    """Return the months since a day, each published or withheld as in its part of the longest period: so it
    is on the page of every period.
    """
    every = months_between(min(parts), on)
    points: list[Point] = []
    for first, part in parts.items():
        end = min((each for each in parts if each > first), default=date.max)
        points += make_points(part, [month for month in every if first <= month < end])
    return tuple(point for point in points if point.month >= since)


def monthly_shares(
    days: ByDay, months: Sequence[date], definition: Indicator, least: int, early: date
) -> tuple[Point, ...]:
    """Return a share by month; the months from which a withheld one would be found are withheld too.

    early: the day from which cases are too recent: months that hold none before it are marked so.
    """
    cells = {month: [0, 0] for month in months}
    for day, (part, total) in days.items():
        cell = cells[day.replace(day=1)]
        cell[0] += part
        cell[1] += total - part
    table = [cells[month] for month in months if sum(cells[month])]
    wholes = [sum(row) for row in table]
    rows = [n >= least for n in wholes] if len(table) == 1 else small_counts.one_way(wholes, least, lowest=1)
    columns = [True, True] if isinstance(ratio(days, definition, least), Estimate) else [False, False]
    published_cells = small_counts.two_way(table, rows, columns, least).tolist() if table else []
    is_month_published = {
        month: row and all(cell)
        for month, row, cell in zip((m for m in months if sum(cells[m])), rows, published_cells, strict=True)
    }
    return tuple(
        _point(month, cells[month], definition, is_month_published.get(month, False), early)
        for month in months
    )


def _point(month: date, cell: Sequence[int], definition: Indicator, is_published: bool, early: date) -> Point:
    if month >= early.replace(day=1) and not is_published:
        return Point(month, None, early=True)
    share = ratio({month: (cell[0], sum(cell))}, definition, 0) if is_published else None
    if not isinstance(share, Estimate):
        return Point(month, None)
    return Point(month, share.value, share.low, share.high, sum(cell))


def monthly_counts(days: ByDay, months: Sequence[date], least: int) -> tuple[Point, ...]:
    """Return a count by month; small ones are withheld, and those from which they would be found."""
    counts = dict.fromkeys(months, 0)
    for day, (_, total) in days.items():
        counts[day.replace(day=1)] += total
    some = [month for month in months if counts[month]]
    wholes = [counts[month] for month in some]
    are_published = (
        [n >= least for n in wholes] if len(some) == 1 else small_counts.one_way(wholes, least, lowest=1)
    )
    is_month_published = dict(zip(some, are_published, strict=True))
    return tuple(
        Point(
            month,
            counts[month] if is_month_published.get(month, not least) else None,
            n=counts[month] if is_month_published.get(month) else None,
        )
        for month in months
    )
