"""A value month after month, with the bounds that chance alone would give; what is not known stays open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

from maillage.publishing.page.charts import hatch
from maillage.words.wording import number

WIDE, HIGH, LEFT_MARGIN, RIGHT, TOP, BOTTOM = 420, 150, 56, 14, 18, 30
HALF = 56  # of the room that a day takes under its point, once written


@dataclass(frozen=True, slots=True)
class Step:
    """A month, or a day that was counted: its label, its value and bounds in the unit of the chart, None when
    it is not told; early: too recent to be told; changed: the definition changed that month; at: where a day
    stands between the first and the last, 0 to 1; words: its value, written over its point.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    early: bool = False
    changed: bool = False
    at: float | None = None
    words: str = ""


def round_top(value: float) -> float:
    """Return a round end for an axis that reaches `value`: half of it is whole too.

    >>> [round_top(each) for each in (0, 2.5, 7, 15, 53, 120)]
    [2.0, 4.0, 8.0, 20.0, 60.0, 200.0]
    """
    by = 2.0 if value < 10 else 10.0 ** (len(str(int(value))) - 1)
    return max(by * ceil(value / by), 2.0)


def monthly(
    steps: Sequence[Step],
    *,
    top: float,
    id: str,
    label: str,
    unit: str = "",
    compared_series: Sequence[Sequence[Step]] = (),
) -> str:
    """Return the chart of a series, 0 to `top`: a line broken where a month is not told or where the
    definition changed, a band between the bounds, hatching where it is too early. unit: written after the
    values of the axis. Days stand where time puts them, and none of their words over another.
    compared_series: series of days to compare with, each a broken line with square points, without words.

    >>> drawn = monthly([Step("mai", 40.0), Step("juin", None), Step("juil.", 50.0)],
    ...                 top=100.0, id="suite", label="Part", unit=" %")
    >>> drawn.count("<polyline"), ">100 %<" in drawn
    (2, True)
    >>> days = [Step("1er janv.", 0.0, at=0.0), Step("5 janv.", 2.0, at=0.013), Step("1er nov.", 9.0, at=1.0)]
    >>> drawn = monthly(days, top=9.0, id="effet", label="Compté")
    >>> drawn.count("<circle"), [day for day in ("1er janv.", "5 janv.", "1er nov.") if f">{day}<" in drawn]
    (3, ['1er janv.', '1er nov.'])
    >>> drawn = monthly(days, top=9.0, id="effet", label="Compté", compared_series=[days[:2]])
    >>> drawn.count('class="ligne autre z1"'), drawn.count('<rect class="point')
    (1, 2)
    """
    wide = (WIDE - LEFT_MARGIN - RIGHT) / max(len(steps), 1)

    def x(k: int) -> float:
        at = steps[k].at
        return LEFT_MARGIN + (k + 0.5) * wide if at is None else _on(at)

    def y(value: float) -> float:
        return TOP + (HIGH - TOP - BOTTOM) * (1 - min(value, top) / top)

    parts = [f"<defs>{hatch(id)}</defs>", _axis(top, y, unit)]
    for k, step in enumerate(steps):
        if step.early:
            parts.append(
                f'<rect class="trop-tot" fill="url(#{id})" x="{x(k) - wide / 2 + 2:.1f}" y="{TOP}"'
                f' width="{wide - 4:.1f}" height="{HIGH - TOP - BOTTOM}"/>'
            )
        if step.changed:
            at = x(k) - wide / 2
            parts.append(f'<path class="change" d="M{at:.1f} {TOP}V{HIGH - BOTTOM}"/>')
    for k, compared_steps in enumerate(compared_series, 1):
        parts += [_compared_run(run, y, k) for run in _runs(compared_steps)]
    for run in _runs(steps):
        parts.append(_band(run, x, y, wide))
        points = " ".join(f"{x(k):.1f},{y(step.value or 0.0):.1f}" for k, step in run)
        parts.append(f'<polyline class="ligne" points="{points}"/>')
        parts += [
            f'<circle class="point" cx="{x(k):.1f}" cy="{y(s.value or 0.0):.1f}" r="3"/>' for k, s in run
        ]
    named = _named(steps, x)
    parts += [
        f'<text x="{x(k):.1f}" y="{HIGH - 8}" text-anchor="middle">{escape(steps[k].label)}</text>'
        for k in named
    ]
    for k in named:
        value, words = steps[k].value, steps[k].words
        if value is not None and words:
            place = f'x="{x(k):.1f}" y="{max(y(value) - 7, 11):.1f}"'
            parts.append(f'<text class="valeur" {place} text-anchor="middle">{escape(words)}</text>')
    return (
        f'<svg class="fig suite" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def _on(at: float) -> float:
    """Return where a day stands, `at` between the first and the last."""
    return LEFT_MARGIN + HALF + at * (WIDE - LEFT_MARGIN - RIGHT - 2 * HALF)


def _compared_run(run: Sequence[tuple[int, Step]], y: Callable[[float], float], number: int) -> str:
    """Return a stretch of a series to compare with."""
    places = [(_on(s.at or 0.0), y(s.value or 0.0)) for _, s in run]
    points = " ".join(f"{at:.1f},{height:.1f}" for at, height in places)
    squares = (
        f'<rect class="point autre" x="{at - 3:.1f}" y="{height - 3:.1f}" width="6" height="6"/>'
        for at, height in places
    )
    return f'<polyline class="ligne autre z{number}" points="{points}"/>{"".join(squares)}'


def _named(steps: Sequence[Step], x: Callable[[int], float]) -> list[int]:
    """Return which steps are named, the last one always: one month in some; of days, those that do not run
    over one another, the first before those between.
    """
    n = len(steps)
    if not any(step.at is not None for step in steps):
        every = ceil(n / 4) or 1
        return [k for k in range(n) if (n - 1 - k) % every == 0]
    named_ranks: list[int] = []
    for k in (n - 1, *range(n - 1)):
        if all(abs(x(k) - x(other)) >= 2 * HALF for other in named_ranks):
            named_ranks.append(k)
    return sorted(named_ranks)


def _axis(top: float, y: Callable[[float], float], unit: str) -> str:
    marks = [0.0, top / 2, top]
    return "".join(
        f'<path class="grille" d="M{LEFT_MARGIN} {y(m):.1f}H{WIDE - RIGHT}"/>'
        f'<text x="{LEFT_MARGIN - 6}" y="{y(m) + 4:.1f}" text-anchor="end">'
        f"{number(m, 0 if m == int(m) else 1)}{unit}</text>"
        for m in marks
    )


def _runs(steps: Sequence[Step]) -> list[list[tuple[int, Step]]]:
    """Return the stretches of months that may be joined by a line."""
    runs: list[list[tuple[int, Step]]] = []
    joined = False
    for k, step in enumerate(steps):
        if step.value is None:
            joined = False
        elif joined and not step.changed:
            runs[-1].append((k, step))
        else:
            runs.append([(k, step)])
            joined = True
    return runs


def _band(
    run: Sequence[tuple[int, Step]],
    x: Callable[[int], float],
    y: Callable[[float], float],
    wide: float,
) -> str:
    some = [(x(k), y(s.low), y(s.high)) for k, s in run if s.low is not None and s.high is not None]
    if not some:
        return ""
    if len(some) == 1:
        at, low, high = some[0]
        some = [(at - wide / 3, low, high), (at + wide / 3, low, high)]
    up = " ".join(f"{at:.1f},{high:.1f}" for at, _, high in some)
    down = " ".join(f"{at:.1f},{low:.1f}" for at, low, _ in reversed(some))
    return f'<polygon class="bande" points="{up} {down}"/>'
