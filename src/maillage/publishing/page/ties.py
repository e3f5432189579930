"""A drawing of who works with whom: names one under the other, an arc for each tie."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

ROW = 46  # of a name, in two lines at most
LETTER = 8.2  # the width of one, at 15 px
NEAR = 5  # rows
MOST_WIDE, MOST_NARROW = 0.42, 0.34  # the part of the width that arcs take


@dataclass(frozen=True, slots=True)
class Tie:
    """Two names that work together: their positions, in how many partnerships, whether both say so."""

    one: int
    other: int
    n: int
    both: bool


def in_order(n: int, ties: Sequence[Tie]) -> list[int]:
    """Return the positions of n names so that those who work together stand near: from the most tied, to who
    works with them.

    >>> in_order(4, [Tie(0, 3, 1, True), Tie(1, 2, 1, True), Tie(2, 3, 1, True)])
    [2, 1, 3, 0]
    """
    near: dict[int, set[int]] = {k: set() for k in range(n)}
    for tie in ties:
        near[tie.one].add(tie.other)
        near[tie.other].add(tie.one)
    positions: list[int] = []
    known: set[int] = set()
    for start in sorted(near, key=lambda k: (-len(near[k]), k)):
        queue = deque([start] if start not in known else [])
        known.add(start)
        while queue:
            at = queue.popleft()
            positions.append(at)
            nexts = sorted(near[at] - known, key=lambda k: (len(near[k]), k))
            known.update(nexts)
            queue.extend(nexts)
    return positions


def arcs(names: Sequence[str], ties: Sequence[Tie], *, width: int, label: str) -> str:
    """Return the drawing of who works with whom. A line is as thick as partnerships are many; dashed where
    one of the two alone says so.
    """
    order = in_order(len(names), ties)
    rank = {name: k for k, name in enumerate(order)}
    names_x = width * (MOST_NARROW if width < 700 else MOST_WIDE)
    height = ROW * len(names) + 12

    def y(position: int) -> float:
        return ROW * (rank[position] + 0.5) + 6

    # Two names alone are not drawn as far apart as the ends of a long list.
    longest = max((abs(rank[tie.one] - rank[tie.other]) for tie in ties), default=1)
    longest = max(longest, NEAR)
    lines = []
    for tie in sorted(ties, key=lambda tie: tie.n):
        top, bottom = sorted((y(tie.one), y(tie.other)))
        depth = (names_x - 20) * abs(rank[tie.one] - rank[tie.other]) / longest
        kind = "lien" if tie.both else "lien lien-un"
        # A cubic whose two handles stand at the same depth goes three quarters of the way to them.
        bend = names_x - depth / 0.75
        lines.append(
            f'<path class="{kind}" stroke-width="{min(1.5 + 1.5 * tie.n, 8):.1f}"'
            f' d="M{names_x:.0f} {top:.0f}C{max(bend, 4 - names_x / 3):.0f} {top:.0f}'
            f" {max(bend, 4 - names_x / 3):.0f}"
            f' {bottom:.0f} {names_x:.0f} {bottom:.0f}"/>'
        )
    texts = [
        _name(name, names_x + 16, y(k), int((width - names_x - 18) / LETTER)) for k, name in enumerate(names)
    ]
    dots = [
        f'<circle class="lien-point" cx="{names_x:.0f}" cy="{y(k):.0f}" r="6"/>' for k in range(len(names))
    ]
    return (
        f'<svg class="fig dessin-liens" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">{"".join(lines)}{"".join(dots)}{"".join(texts)}</svg>'
    )


def _name(name: str, x: float, y: float, letters: int) -> str:
    rows = wrap(name, max(letters, 8)) or [""]
    if len(rows) > 2:
        rows = [rows[0], rows[1][: max(letters - 1, 7)] + "…"]
    first = y + 5 - 9 * (len(rows) - 1)
    spans = "".join(
        f'<tspan x="{x:.0f}" y="{first + 18 * k:.0f}">{escape(row)}</tspan>' for k, row in enumerate(rows)
    )
    return f'<text class="lien-nom">{spans}</text>'
