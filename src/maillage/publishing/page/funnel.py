"""A funnel: shares of several places beside the limits that chance gives, wider where there are few cases."""

from collections.abc import Callable, Sequence
from html import escape

from maillage.words.wording import number

WIDE, HIGH, LEFT_MARGIN, RIGHT, TOP, BOTTOM = 520, 260, 52, 110, 14, 40
STEPS = 40


def drawn(
    points: Sequence[tuple[str, int, float, bool]],
    common: float,
    limits: Callable[[int], tuple[float, float]],
    *,
    label: str,
) -> str:
    """Return the funnel: points over a band. points: (name, cases, percent, outside); limits: the low and
    high percent that chance gives to so many cases.
    """
    most = max(n for _, n, _, _ in points) * 1.1

    def x(n: float) -> float:
        return LEFT_MARGIN + (WIDE - LEFT_MARGIN - RIGHT) * n / most

    def y(percent: float) -> float:
        return TOP + (HIGH - TOP - BOTTOM) * (1 - percent / 100)

    sizes = sorted({max(round(most * k / STEPS), 1) for k in range(1, STEPS + 1)})
    band = [(x(n), y(low), y(high)) for n in sizes for low, high in [limits(n)]]
    up = " ".join(f"{at:.1f},{high:.1f}" for at, _, high in band)
    down = " ".join(f"{at:.1f},{low:.1f}" for at, low, _ in reversed(band))
    parts = [f'<polygon class="bande" points="{up} {down}"/>']
    parts += [
        f'<path class="grille" d="M{LEFT_MARGIN} {y(mark):.1f}H{WIDE - RIGHT}"/><text x="{LEFT_MARGIN - 6}"'
        f' y="{y(mark) + 4:.1f}" text-anchor="end">{mark}\u00a0%</text>'
        for mark in (0, 50, 100)
    ]
    parts.append(f'<path class="ligne" d="M{LEFT_MARGIN} {y(common):.1f}H{WIDE - RIGHT}"/>')
    last = -100.0
    for name, n, percent, outside in sorted(points, key=lambda point: point[2], reverse=True):
        at = max(y(percent), last + 15)
        last = at
        mark = (
            f'<path class="point" d="M{x(n):.1f} {y(percent) - 7:.1f}l7 7l-7 7l-7-7z"/>'
            if outside
            else f'<circle class="point" cx="{x(n):.1f}" cy="{y(percent):.1f}" r="4"/>'
        )
        # Near the right edge a name is written before its mark: after it, the edge would cut it.
        side = (x(n) - 10, "end") if x(n) > WIDE / 2 else (x(n) + 10, "start")
        parts.append(
            f'{mark}<text x="{side[0]:.1f}" y="{at + 4:.1f}" text-anchor="{side[1]}">{escape(name)}</text>'
        )
    parts.append(
        f'<text x="{LEFT_MARGIN}" y="{HIGH - 8}">0</text><text x="{WIDE - RIGHT}" y="{HIGH - 8}"'
        f' text-anchor="end">{number(round(most))} cas</text>'
    )
    return (
        f'<svg class="fig suite" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{escape(label)}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )
