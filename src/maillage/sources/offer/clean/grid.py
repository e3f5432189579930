"""Plain opening hours as a table of seven days, and back: what a form can show, and what a person can
fill.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from maillage.words.dates import DAYS

CODES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MOST = 2  # spans a day: morning and afternoon

Span = tuple[str, str]

_DAYS = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)(?:-(?:Mo|Tu|We|Th|Fr|Sa|Su))?"
_SPAN = r"\d\d:\d\d-\d\d:\d\d"
_RULE = re.compile(rf"({_DAYS}(?:, ?{_DAYS})*) (off|closed|{_SPAN}(?:, ?{_SPAN})*)")
_HOLIDAYS = re.compile(r"PH (?:off|closed)")


@dataclass(frozen=True, slots=True)
class Grid:
    """Seven days, Monday first, each with its spans in order; holidays_off: closed on public holidays."""

    days: tuple[tuple[Span, ...], ...]
    holidays_off: bool = False


def grid_of(osm: str) -> Grid | None:
    """Return the table that OSM hours draw, None when they say more than a table can: dates, weeks, comments,
    three spans.
    """
    days: list[tuple[Span, ...]] = [()] * 7
    holidays_off = False
    for rule in filter(None, (each.strip() for each in osm.split(";"))):
        if _HOLIDAYS.fullmatch(rule):
            holidays_off = True
            continue
        match = _RULE.fullmatch(rule)
        if match is None:
            return None
        spans = () if match[2] in ("off", "closed") else tuple(_span(text) for text in match[2].split(","))
        if len(spans) > MOST:
            return None
        numbers = []
        for part in match[1].split(","):
            first, _, last = part.strip().partition("-")
            start, end = CODES.index(first), CODES.index(last or first)
            numbers += [(start + n) % 7 for n in range((end - start) % 7 + 1)]
        for day in numbers:
            days[day] = spans
    return Grid(tuple(days), holidays_off) if any(days) else None


def _span(text: str) -> Span:
    start, end = text.strip().split("-")
    return start, end


def osm_of(grid: Grid) -> str:
    """Return OSM hours, days of the same hours together; '' when every day is empty.

    >>> osm_of(Grid(((("09:00", "12:00"),),) * 2 + ((),) * 5, holidays_off=True))
    'Mo-Tu 09:00-12:00; PH off'
    """
    rules = [
        f"{_run_text(days, CODES, '-')} {','.join('-'.join(span) for span in spans)}"
        for spans, days in _alike(grid)
    ]
    return "; ".join([*rules, *(["PH off"] if rules and grid.holidays_off else [])])


def in_words(grid: Grid) -> str:
    """Return the table in a line.

    >>> in_words(Grid(((("09:00", "12:30"),),) * 5 + ((),) * 2))
    'lundi à vendredi 9 h – 12 h 30'
    """
    parts = [
        f"{_run_text(days, DAYS, ' à ')} {', '.join(f'{_clock(a)} – {_clock(b)}' for a, b in spans)}"
        for spans, days in _alike(grid)
    ]
    return " ; ".join([*parts, *(["fermé les jours fériés"] if parts and grid.holidays_off else [])])


def _alike(grid: Grid) -> list[tuple[tuple[Span, ...], list[list[int]]]]:
    """Return the days of same hours together, as runs of days that follow each other, in the order of their
    first day.
    """
    by_spans: dict[tuple[Span, ...], list[int]] = {}
    for day, spans in enumerate(grid.days):
        if spans:
            by_spans.setdefault(spans, []).append(day)
    return [(spans, _runs(days)) for spans, days in by_spans.items()]


def _runs(days: Sequence[int]) -> list[list[int]]:
    together = groupby(enumerate(days), lambda numbered: numbered[1] - numbered[0])
    return [[day for _, day in run] for _, run in together]


def _run_text(runs: Sequence[Sequence[int]], names: Sequence[str], between: str) -> str:
    """Return runs of days; in words, two days that follow each other are both named."""
    osm = between == "-"
    pieces: list[str] = []
    for run in runs:
        is_run = len(run) > 2 or (osm and len(run) == 2)
        pieces += [f"{names[run[0]]}{between}{names[run[-1]]}"] if is_run else [names[day] for day in run]
    return ("," if osm else ", ").join(pieces)


def _clock(text: str) -> str:
    hours, minutes = text.split(":")
    return f"{int(hours)} h" if minutes == "00" else f"{int(hours)} h {minutes}"
