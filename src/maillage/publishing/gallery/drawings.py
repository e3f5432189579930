"""Drawings that the gallery alone has: a calendar, lanes, counters, tallies, levels, a map with its town."""

import re
from collections.abc import Sequence
from html import escape
from textwrap import wrap

WIDE, LINE = 520, 46  # of a drawing; characters of a line of text beside a date
SHARE_ROOM = 34  # of the part of a bar: narrower, its share stands in its row alone
TOWN_HEAD = 60  # over the map of a town, for its name
MAP_VIEW = re.compile(r'^<svg class="([^"]*)" viewBox="0 0 (\S+) ([^"\s]+)"')


def calendar(rows: Sequence[tuple[str, str, bool]], *, label: str) -> str:
    """Return dates one under the other along a thread. rows: (date, words, whether a service stops there:
    its mark is then a lozenge).
    """
    parts, y, marks = [], 6, []
    for day, words, stops in rows:
        lines = wrap(words, LINE, break_on_hyphens=False)
        marks.append((y + 9, stops))
        parts.append(f'<text x="34" y="{y + 14}" font-size="15" font-weight="700">{escape(day)}</text>')
        parts += [
            f'<text x="128" y="{y + 14 + 20 * k}" font-size="15">{escape(line)}</text>'
            for k, line in enumerate(lines)
        ]
        y += 20 * max(len(lines), 1) + 14
    thread = f'<path class="axe" d="M12 {marks[0][0]}V{marks[-1][0]}"/>' if len(marks) > 1 else ""
    dots = "".join(
        f'<path class="social" d="M12 {at - 9}l9 9l-9 9l-9-9z"/>'
        if stops
        else f'<rect class="plein" x="4" y="{at - 8}" width="16" height="16"/>'
        for at, stops in marks
    )
    return _svg(y, label, thread + dots + "".join(parts))


def lanes(heads: tuple[str, str], rows: Sequence[tuple[str, str, str]], *, label: str) -> str:
    """Return two lanes side by side, a row a year. rows: (year, left words, right words)."""
    parts = [
        f'<text x="{x}" y="16" font-size="15" font-weight="700">{escape(head)}</text>'
        for x, head in zip((70, 300), heads, strict=True)
    ]
    y = 28
    for year, *sides in rows:
        lines = [wrap(words, 25, break_on_hyphens=False) for words in sides]
        high = 20 * max(*map(len, lines), 1) + 22
        parts.append(f'<text x="0" y="{y + 25}" font-size="17" font-weight="700">{escape(year)}</text>')
        for x, side_lines in zip((62, 292), lines, strict=True):
            if side_lines:
                parts.append(f'<rect class="boite" x="{x}" y="{y}" width="222" height="{high}" rx="8"/>')
            parts += [
                f'<text x="{x + 10}" y="{y + 25 + 20 * k}" font-size="15">{escape(line)}</text>'
                for k, line in enumerate(side_lines)
            ]
        y += high + 10
    return _svg(y, label, "".join(parts))


def counters(rows: Sequence[tuple[str, str]], *, label: str) -> str:
    """Return figures in large letters, two a row, each over its name; « manquant » where there is none.
    rows: (name, figure), "" for none.
    """
    parts = []
    for k, (name, figure) in enumerate(rows):
        x, y = k % 2 * 262, k // 2 * 122
        size = 34 if len(figure) < 12 else 24
        figure_svg = (
            f'<text x="{x + 16}" y="{y + 50}" font-size="{size}" font-weight="700">{escape(figure)}</text>'
            if figure
            else f'<text x="{x + 16}" y="{y + 48}" font-size="20">manquant</text>'
        )
        lines = wrap(name, 28, break_on_hyphens=False)[:2]
        parts.append(
            f'<rect class="boite" x="{x + 1}" y="{y + 1}" width="254" height="112" rx="8"/>{figure_svg}'
        )
        parts += [
            f'<text x="{x + 16}" y="{y + 78 + 20 * i}" font-size="15">{escape(line)}</text>'
            for i, line in enumerate(lines)
        ]
    return _svg(122 * ((len(rows) + 1) // 2), label, "".join(parts))


def tallies(rows: Sequence[tuple[str, float, str]], *, label: str) -> str:
    """Return a solid bar for each row, without a margin. rows: (label, size, size in words)."""
    top = max((size for _, size, _ in rows), default=0) or 1
    parts = []
    for k, (name, size, words) in enumerate(rows):
        y, wide = k * 46, 400 * size / top
        parts.append(
            f'<text x="0" y="{y + 15}" font-size="15">{escape(name)}</text><rect class="plein" x="0"'
            f' y="{y + 22}" width="{wide:.1f}" height="14"/><text x="{8 + wide:.1f}"'
            f' y="{y + 35}" font-size="16" font-weight="700">{escape(words)}</text>'
        )
    return _svg(46 * len(rows), label, "".join(parts))


def levels(rows: Sequence[tuple[str, float, str, str, str, str]], *, label: str) -> str:
    """Return a bar of levels, then a row a level: its name, its share, its people, its answer. rows: (class,
    share 0-1, share in words, name, people, answer).
    """
    parts, x, y = [], 0.0, 84
    for kind, share, words, name, people, answer in rows:
        wide = share * WIDE
        parts.append(
            f'<rect class="nv-{kind}" x="{x + 1:.1f}" y="0" width="{max(wide - 2, 0):.1f}" height="52"/>'
        )
        if wide > SHARE_ROOM:
            parts.append(
                f'<text class="sur-{kind}" x="{x + wide / 2:.1f}" y="32" font-size="16" font-weight="700"'
                f' text-anchor="middle">{escape(words)}</text>'
            )
        x += wide
        lines = wrap(people, 60, break_on_hyphens=False)
        parts.append(
            f'<rect class="nv-{kind}" x="0" y="{y - 15}" width="20" height="20"/>'
            f'<text x="30" y="{y}" font-size="17" font-weight="700">{escape(f"{name} : {words}")}</text>'
            f'<text x="{WIDE}" y="{y}" font-size="15" text-anchor="end">{escape(answer)}</text>'
        )
        parts += [
            f'<text x="30" y="{y + 22 + 20 * k}" font-size="15">{escape(line)}</text>'
            for k, line in enumerate(lines)
        ]
        y += 22 + 20 * len(lines) + 20
    return _svg(y - 24, label, "".join(parts))


def with_town(svg: str, town_svg: str, words: str) -> str:
    """Return a map over that of its main town, larger, under its name; the map alone without a town."""
    maps = [MAP_VIEW.search(each) for each in (svg, town_svg)]
    if not all(maps):
        return svg
    (kind, wide, high), (_, town_wide, town_high) = (match.groups() for match in maps if match)
    tall = float(wide) * float(town_high) / float(town_wide)
    top = float(high) + TOWN_HEAD
    views = ((svg, 0.0, high, f"{wide} {high}"), (town_svg, top, f"{tall:.0f}", f"{town_wide} {town_high}"))
    inside = [
        MAP_VIEW.sub(
            f'<svg class="{kind}" x="0" y="{y:.0f}" width="{wide}" height="{size}" viewBox="0 0 {view}"',
            drawn,
        )
        for drawn, y, size, view in views
    ]
    name = f'<text x="0" y="{top - 14:.0f}" font-size="26" font-weight="700">{escape(words)}</text>'
    return (
        f'<svg class="{kind}" viewBox="0 0 {wide} {top + tall:.0f}" role="img"'
        f' aria-label="{escape(words)}" xmlns="http://www.w3.org/2000/svg">{inside[0]}{name}{inside[1]}</svg>'
    )


def _svg(high: int, label: str, body: str) -> str:
    return (
        f'<svg class="fig enquete" viewBox="-1 -2 {WIDE + 2} {high + 4}" role="img"'
        f' aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    )
