"""Shares and counts by month that may be published together: none withheld is found by subtraction."""

from collections.abc import Sequence
from datetime import date

from maillage.apps.indicators.rules import METHOD, ByDay, Point, totals
from maillage.engine import disclosure
from maillage.kernel.estimate import Estimate, Figure
from maillage.reference.indicators import Indicator
from maillage.studies.people.shares import share


def ratio(days: ByDay, definition: Indicator, least: int) -> Figure:
    """Return the share of the cases of some days, withheld when one side of it is a few people."""
    part, whole = totals(days)
    return share(
        part,
        whole,
        least=least,
        things=definition.things,
        words=definition.words,
        universe=definition.universe,
        method=METHOD,
        nobody=f"Moins de {least} {definition.things} : trop peu pour une part." if least else "",
    )


def monthly_shares(
    days: ByDay, months: Sequence[date], definition: Indicator, least: int, early: date
) -> tuple[Point, ...]:
    """Return a share by month; the months from which a withheld one would be found are withheld too.

    early: the day from which cases are too recent: months that hold none before it are marked so.
    """
    cells = {month: [0, 0] for month in months}
    for day, (part, whole) in days.items():
        cell = cells[day.replace(day=1)]
        cell[0] += part
        cell[1] += whole - part
    table = [cells[month] for month in months if sum(cells[month])]
    wholes = [sum(row) for row in table]
    rows = [n >= least for n in wholes] if len(table) == 1 else disclosure.one_way(wholes, least)
    columns = [True, True] if isinstance(ratio(days, definition, least), Estimate) else [False, False]
    seen = disclosure.two_way(table, rows, columns, least).tolist() if table else []
    shown = {
        month: row and all(cell)
        for month, row, cell in zip((m for m in months if sum(cells[m])), rows, seen, strict=True)
    }
    return tuple(_point(month, cells[month], definition, shown.get(month, False), early) for month in months)


def _point(month: date, cell: Sequence[int], definition: Indicator, shown: bool, early: date) -> Point:
    if month >= early.replace(day=1) and not shown:
        return Point(month, None, early=True)
    found = ratio({month: (cell[0], sum(cell))}, definition, 0) if shown else None
    if not isinstance(found, Estimate):
        return Point(month, None)
    return Point(month, found.value, found.low, found.high, sum(cell))


def monthly_counts(days: ByDay, months: Sequence[date], least: int) -> tuple[Point, ...]:
    """Return a count by month; small ones are withheld, and those from which they would be found."""
    counts = dict.fromkeys(months, 0)
    for day, (_, whole) in days.items():
        counts[day.replace(day=1)] += whole
    some = [month for month in months if counts[month]]
    wholes = [counts[month] for month in some]
    shown = [n >= least for n in wholes] if len(some) == 1 else disclosure.one_way(wholes, least)
    told = dict(zip(some, shown, strict=True))
    return tuple(
        Point(
            month,
            counts[month] if told.get(month, not least) else None,
            n=counts[month] if told.get(month) else None,
        )
        for month in months
    )
