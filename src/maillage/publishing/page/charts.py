"""Charts drawn as SVG: uncertainty is always drawn, and repeated in words."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from textwrap import wrap

from maillage.kernel.estimate import Estimate, Figure
from maillage.words import rounding, wording
from maillage.words.rounding import step

LOUPE = "loupe"  # the class of what is drawn on a larger scale than its neighbours


def hatch(id: str) -> str:
    """Return the hatching that means “possible”."""
    return (
        f'<pattern id="{id}" width="7" height="7" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="doute-trait" d="M0 0V7"/></pattern>'
    )


def interval_bar(figure: Estimate, *, id: str, ticks: int, width: int, label: str) -> str:
    """Return the bar of a headline figure: solid to the low bound, hatched to the high one, a tick at the
    value.
    """
    by = _nice_step(figure.high * 1.06 / ticks)
    ticks = ceil(figure.high * 1.06 / by)
    top = by * ticks
    scale = (width - 20) / top

    def x(value: float) -> float:
        return 10 + value * scale

    axis = "".join(
        f'<path class="axe" d="M{x(k * by):.1f} 50v7"/><text class="axe-texte" x="{x(k * by):.1f}" y="74" '
        f'text-anchor="{"start" if k == 0 else "end" if k == ticks else "middle"}" '
        f'dx="{-10 if k == 0 else 10 if k == ticks else 0}">{wording.number(k * by)}</text>'
        for k in range(ticks + 1)
    )
    return (
        f'<svg class="fig barre" viewBox="0 0 {width} 80" role="img" aria-label="{escape(label)}"'
        f' xmlns="http://www.w3.org/2000/svg"><defs>{hatch(id)}</defs><path class="axe" d="M{x(0):.1f}'
        f' 50H{x(top):.1f}"/>{axis}<rect class="plein" x="{x(0):.1f}" y="14" width="{figure.low * scale:.1f}"'
        f' height="30" rx="3"/><rect class="doute doute-fond" x="{x(figure.low):.1f}" y="14.8"'
        f' width="{(figure.high - figure.low) * scale:.1f}" height="28.4"/><rect fill="url(#{id})"'
        f' x="{x(figure.low):.1f}" y="14.8" width="{(figure.high - figure.low) * scale:.1f}"'
        f' height="28.4"/><path class="repere" d="M{x(figure.value):.1f} 5V52"/></svg>'
    )


def _nice_step(value: float) -> float:
    """Return the smallest 1, 2, 2.5 or 5 × 10ⁿ at or above the value.

    >>> _nice_step(0.7), _nice_step(13), _nice_step(26_000)
    (1.0, 20.0, 50000.0)
    """
    power = 10.0 ** floor(log10(max(value, 1.0)))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= value)


def small_bar(
    figure: Figure, *, top: float, id: str, social: bool = False, tick: bool = True, scale_class: str = ""
) -> str:
    """Return the bar of a table row, 0 to `top`, with the same three marks; tick False: a range without a
    value. scale_class: of a bar that has several scales; that of a change of scale (LOUPE) has its axis.
    """
    if not isinstance(figure, Estimate):
        return (
            '<svg class="fig mini" viewBox="0 0 120 20" aria-hidden="true"><rect class="inconnue" x="1" y="5"'
            ' width="40" height="10"/></svg>'
        )
    scale = 116 / top if top else 0.0
    low, high, value = (min(max(v, 0.0), top) * scale for v in (figure.low, figure.high, figure.value))
    kind = "social" if social else "plein"
    mark = f'<path class="repere" d="M{1 + value:.1f} 2V18"/>'
    axis = '<path class="axe-loupe" d="M1 18.5H117"/>' if scale_class == LOUPE else ""
    kinds = f"fig mini {scale_class}".rstrip()
    return (
        f'<svg class="{kinds}" viewBox="0 0 120 20" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">'
        f'<rect class="{kind}" x="1" y="6" width="{low:.1f}" height="8"/>'
        f'<rect class="doute doute-fond" x="{1 + low:.1f}" y="6.7" width="{high - low:.1f}" height="6.6"/>'
        f'<rect fill="url(#{id})" x="{1 + low:.1f}" y="6.7" width="{high - low:.1f}" height="6.6"/>'
        f"{mark if tick else ''}{axis}</svg>"
    )


def link_bar(
    figure: tuple[float, float] | int | None, *, mark: float | None, top: float, id: str, upright: bool
) -> str:
    """Return the bar of a link of a chain, 0 to `top`, standing on its line or lying: a count is solid, an
    estimate is hatched between its two bounds, with a tick at `mark`; None, not told, is dotted.
    """
    long, thick = (36, 68) if upright else (284, 14)

    def part(kind: str, low: float, high: float) -> str:
        begins, ends = (min(max(v, 0.0) / top, 1.0) * long if top else 0.0 for v in (low, high))
        at = f'x="1" y="{38 - ends:.1f}"' if upright else f'x="{1 + begins:.1f}" y="3"'
        wide, high = (thick, ends - begins) if upright else (ends - begins, thick)
        return f'<rect {kind} {at} width="{wide:.1f}" height="{high:.1f}"/>'

    if isinstance(figure, tuple):
        low, high = figure
        drawn = part('class="plein"', 0, low) + part('class="doute doute-fond"', low, high)
        drawn += part(f'fill="url(#{id})"', low, high)
        if mark is not None and top:
            at = min(max(mark, 0.0) / top, 1.0) * long
            path = f"M0 {38 - at:.1f}H70" if upright else f"M{1 + at:.1f} 0V20"
            drawn += f'<path class="repere" d="{path}"/>'
    elif isinstance(figure, int):
        drawn = part('class="compte"', 0, figure)
    else:
        drawn = part('class="inconnue"', 0, top / 2)
    if upright:
        drawn += '<path class="axe" d="M0 38.5H112"/>'
    box = "112 40" if upright else "288 20"
    return (
        f'<svg class="fig {"colonne" if upright else "couchee"}" viewBox="0 0 {box}" aria-hidden="true"'
        f' xmlns="http://www.w3.org/2000/svg">{drawn}</svg>'
    )


def levels_bar(shares: Sequence[tuple[str, str, float]], *, width: int, label: str) -> str:
    """Return the stacked bar of levels. shares: (class, words, share 0-1), in order, summing to one."""
    parts, x = [], 0.0
    for kind, text, share in shares:
        wide = share * width
        parts.append(
            f'<rect class="nv-{kind}" x="{x + 1.5:.1f}" y="0" width="{max(wide - 3, 0):.1f}" height="58"/>'
        )
        if wide > 11 * len(text):
            parts.append(
                f'<text class="sur-{kind}" x="{x + min(16, wide / 2 - 5 * len(text)):.1f}" y="36"'
                f' font-size="18" font-weight="700">{escape(text)}</text>'
            )
        x += wide
    return (
        f'<svg class="fig niveaux" viewBox="0 0 {width} 58" role="img" aria-label="{escape(label)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def pairs(
    rows: Sequence[tuple[str, float, float]], *, label: str, local_name: str, reference_name: str
) -> str:
    """Return two bars a row: here and elsewhere, each column of numbers under its name. rows: (label, here,
    there), shares 0-1 on one scale.
    """
    top = max((max(a, b) for _, a, b in rows), default=0.0) or 1.0
    words = []
    parts = [
        f'<text x="360" y="14" font-size="14" font-weight="700" text-anchor="end">{escape(local_name)}</text>'
        f'<text class="axe-texte" x="440" y="14" text-anchor="end">{escape(reference_name)}</text>'
    ]
    y = 4
    for name, a, b in rows:
        *first_lines, last_line = wrap(name, LONGEST_LINE, break_on_hyphens=False) or [""]
        for line in first_lines:
            y += 20
            parts.append(f'<text x="0" y="{y + 16}" font-size="15">{escape(line)}</text>')
        y += 20
        words.append(f"{name}, {local_name} {wording.share(a)}, {reference_name} {wording.share(b)}")
        parts.append(
            f'<text x="0" y="{y + 16}" font-size="15">{escape(last_line)}</text><rect class="plein" x="0"'
            f' y="{y + 24}" width="{280 * a / top:.1f}" height="8"/><rect class="reference" x="0"'
            f' y="{y + 34}" width="{280 * b / top:.1f}" height="5"/><text x="360" y="{y + 37}" font-size="15"'
            f' font-weight="700" text-anchor="end">{wording.share(a)}</text><text class="axe-texte" x="440"'
            f' y="{y + 37}" text-anchor="end">{wording.share(b)}</text>'
        )
        y += 30
    return (
        f'<svg class="fig {NARROW}" viewBox="0 0 440 {y + 20}" role="img"'
        f' aria-label="{escape(label)} : {escape(" ; ".join(words))}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def pair_of_each(rows: Sequence[tuple[float, float]]) -> list[str]:
    """Return two bars without words for each row of a table: here, and elsewhere. rows: shares 0-1, on one
    scale.
    """
    top = max((max(pair) for pair in rows), default=0.0) or 1.0
    return [
        '<svg class="fig mini" viewBox="0 0 120 20" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">'
        f'<rect class="plein" y="3" width="{120 * a / top:.1f}" height="8"/>'
        f'<rect class="reference" y="13" width="{120 * b / top:.1f}" height="5"/></svg>'
        for a, b in rows
    ]


def today_and_planned(rows: Sequence[tuple[str, float | None, float | None]], *, label: str) -> str:
    """Return one bar a row, its figures under it: what is done today, then what is planned, hatched. rows:
    (label, percent today, percent planned), None where it is not published.
    """
    parts = []
    for k, (name, today, planned) in enumerate(rows):
        y, wide, more = k * 68, 4.6 * (today or 0.0), 4.6 * (planned or 0.0)
        words = "non publié" if today is None else wording.percent(today)
        words += "" if planned is None else f" (+ {wording.percent(planned)} en projet)"
        parts.append(
            f'<text x="0" y="{y + 16}" font-size="15">{escape(name)}</text><text x="0" y="{y + 53}"'
            f' font-size="15" font-weight="700">{words}</text><rect class="reference"'
            f' opacity=".2" x="0" y="{y + 24}" width="460" height="12"/><rect class="plein" x="0"'
            f' y="{y + 24}" width="{wide:.1f}" height="12"/><rect class="doute doute-fond" x="{wide:.1f}"'
            f' y="{y + 24}" width="{more:.1f}" height="12"/>'
        )
    return (
        f'<svg class="fig {NARROW}" viewBox="0 0 460 {len(rows) * 68}" role="img"'
        f' aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def factors(families: Sequence[tuple[str, Sequence[tuple[str, float, str]]]], *, label: str) -> str:
    """Return bars by family, on one scale. families: (family, rows of (label, share 0-1, words))."""
    top = max((share for _, rows in families for _, share, _ in rows), default=0.0) or 1.0
    parts, y = [], 0
    for family, rows in families:
        parts.append(f'<text x="0" y="{y + 20}" font-size="16" font-weight="700">{escape(family)}</text>')
        y += 34
        for name, share, words in rows:
            parts.append(
                f'<text x="0" y="{y + 13}" font-size="14">{escape(name)}</text><rect class="plein" x="230"'
                f' y="{y + 2}" width="{140 * share / top:.1f}" height="13" rx="2"/><text'
                f' x="{238 + 140 * share / top:.1f}" y="{y + 14}" font-size="14"'
                f' font-weight="700">{escape(words)}</text>'
            )
            y += 25
        y += 12
    return (
        f'<svg class="fig {NARROW}" viewBox="0 0 440 {y}" role="img" aria-label="{escape(label)}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


LINE = 46  # characters of a line of a box of `steps`


def steps(boxes: Sequence[tuple[str, Sequence[str]]], *, label: str) -> str:
    """Return boxes one under the other, an arrow between two: how something is worked out. boxes: (title,
    paragraphs); their lines are cut between words.
    """
    parts, y = [], 1
    for number, (title, texts) in enumerate(boxes, 1):
        lines = [line for text in texts for line in wrap(text, LINE, break_on_hyphens=False)]
        high = 44 + 22 * len(lines)
        if number > 1:
            parts.append(f'<path class="fleche" d="M200 {y}v22m-7 -8 7 8 7 -8"/>')
            y += 28
        parts.append(
            f'<rect class="boite" x="1" y="{y}" width="398" height="{high}" rx="8"/><text x="16"'
            f' y="{y + 28}" font-size="17" font-weight="700">{number}. {escape(title)}</text>'
        )
        parts += [
            f'<text x="16" y="{y + 53 + 22 * k}" font-size="15">{escape(line)}</text>'
            for k, line in enumerate(lines)
        ]
        y += high + 6
    return (
        f'<svg class="fig enquete" viewBox="0 0 400 {y}" role="img" aria-label="{escape(label)}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def cell_percents(shares: Mapping[str, float]) -> dict[str, str]:
    """Return the shares of residents by cell as they are printed: they add up to 100.

    >>> list(cell_percents({"aucune": 0.996, "les_deux": 0.004}).values())
    ['100\xa0%', '<\xa01\xa0%']
    """
    percents = zip(shares.items(), rounding.whole_percents(list(shares.values())), strict=True)
    return {
        name: f"<{wording.NBSP}{wording.percent(1)}"
        if not percent and share > 0
        else wording.percent(percent)
        for (name, share), percent in percents
    }


def joint_legend(shares: Mapping[str, float], *, id: str) -> str:
    """Return the legend of the joint map: the square itself, the share of residents in each cell, then of
    those whose zone has none. shares: by cell, `inconnue` for no cell; empty for colours alone.
    """
    percents = cell_percents(shares)
    shares_text = ", part des habitants dans chaque case" if shares else ""
    cells = (("numerique", 0, 0), ("les_deux", 1, 0), ("aucune", 0, 1), ("sociale", 1, 1))
    parts = []
    for name, column, row in cells:
        x, y, kind = 46 + column * 108, row * 108, f"case-{name.replace('_', '-')}"
        parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="102" height="102" rx="10"/>')
        if pattern := {"numerique": "lignes", "sociale": "points"}.get(name):
            parts.append(
                f'<rect fill="url(#{id}-{pattern})" x="{x}" y="{y}" width="102" height="102" rx="10"/>'
            )
        tone = "sur-les-deux" if name == "les_deux" else "sur-case"
        parts.append(
            f'<text class="{tone} chiffre-case" x="{x + 51}" y="{y + 59}" font-size="25" font-weight="700" '
            f'text-anchor="middle">{percents.get(name, "").replace("<", "&lt;")}</text>'
        )
    if shares.get("inconnue"):
        unknown = percents["inconnue"].replace("<", "&lt;")
        parts.append(
            '<rect class="inconnue" x="270" y="190" width="30" height="30" rx="4"/><text x="310" y="212"'
            f' font-size="20" font-weight="640">{unknown}</text><text x="270" y="246" font-size="20"'
            ' font-weight="640">sans case</text>'
        )
    arrows = (
        '<text x="0" y="0" font-size="20" font-weight="640" text-anchor="middle" transform="translate(30 118)'
        ' rotate(-90)">numérique</text><path class="fleche" d="M24 44V8m-7 8 7-8 7 8"/><text x="130" y="246"'
        ' font-size="20" font-weight="640" text-anchor="middle">sociale</text><path class="fleche" d="M176'
        ' 240h44m-8-7 8 7-8 7"/><text x="270" y="58" font-size="20" font-weight="640">les deux</text><text'
        ' x="270" y="166" font-size="20" font-weight="640">sociale seule</text>'
    )
    return (
        f'<svg class="fig legende-case" viewBox="0 0 420 256" role="img" aria-label="Légende : précarité'
        f" numérique vers "
        f'le haut, sociale vers la droite{shares_text}"'
        f' xmlns="http://www.w3.org/2000/svg">'
        f"{_hatching_defs(id)}{''.join(parts)}{arrows}</svg>"
    )


def _hatching_defs(id: str) -> str:
    return (
        f'<defs><pattern id="{id}-lignes" width="9" height="9" patternUnits="userSpaceOnUse"><path'
        f' class="motif-ligne" d="M0 4.5H9"/></pattern><pattern id="{id}-points" width="11" height="11"'
        ' patternUnits="userSpaceOnUse"><circle class="motif-point" cx="3" cy="3" r="1.5"/><circle'
        ' class="motif-point" cx="8.5" cy="8.5" r="1.5"/></pattern></defs>'
    )


def axis_top(figures: Sequence[Figure]) -> float:
    """Return a round top for bars of percentages shared by the rows of a table."""
    high = max((figure.high for figure in figures if isinstance(figure, Estimate)), default=10.0)
    by = max(step(high), 5.0)
    return by * (int(high / by) + 1)


LONGEST_LINE = 46  # letters of a name, in larger letters, over the bars of a drawing of that width
ABOVE_WIDE = 440  # width of bars in larger letters, their words over them
LETTER = 8.6  # of a bold name, on average
NARROW = "enquete etroite"  # class of a drawing that a telephone shows whole, in larger letters
MANY = 5  # rows: beyond, they stand closer, so that a drawing of the same height keeps its letters


INTERVAL_KEY = "Plein : jusqu’à la borne basse. Hachures : jusqu’à la borne haute."


def interval_rows(
    rows: Sequence[tuple[str, float, float, str]],
    *,
    label: str,
    marks: Sequence[float | None] = (),
    narrow: bool = False,
) -> str:
    """Return one bar a row: solid to the low bound, hatched to the high one. rows: (label, low, high,
    figure in words), on one scale from zero. marks: the estimate of each row, drawn as a tick, None for a
    range without a value. narrow: larger letters in a drawing of the same width, words under the bars unless
    all of them are short.
    """
    top = max((high for _, _, high, _ in rows), default=0.0) or 1.0
    under = narrow and any(LETTER * len(name) + 7.4 * len(words) > ABOVE_WIDE for name, _, _, words in rows)
    across = 380 if under else ABOVE_WIDE if narrow else 560
    row = 86 if under else 54 if narrow or len(rows) <= MANY else 46
    parts, y = [], 0
    for k, (name, low, high, words) in enumerate(rows):
        sure, wide = across * low / top, across * high / top
        # A name longer than the drawing, or than its words leave, takes several lines above its bar.
        room = across if under else across - 7.4 * len(words)
        first, *next_lines = wrap(name, max(int(room / LETTER), 1)) or [name]
        lines = [f'<text x="0" y="{y + 15}" font-size="15" font-weight="700">{escape(first)}</text>']
        for line in next_lines:
            y += 19
            lines.append(f'<text x="0" y="{y + 15}" font-size="15" font-weight="700">{escape(line)}</text>')
        at = f'x="0" y="{y + 56}"' if under else f'x="{across}" y="{y + 15}" text-anchor="end"'
        parts.append(
            f"{''.join(lines)}"
            f'<text {at} font-size="14">{escape(words)}</text><rect class="plein" x="0"'
            f' y="{y + 22}" width="{sure:.1f}" height="16"/><rect class="doute doute-fond" x="{sure:.1f}"'
            f' y="{y + 22.7}" width="{wide - sure:.1f}" height="14.6"/><rect fill="url(#rayures)"'
            f' x="{sure:.1f}" y="{y + 22.7}" width="{wide - sure:.1f}" height="14.6"/>'
        )
        if k < len(marks) and (mark := marks[k]) is not None:
            parts.append(f'<path class="repere" d="M{across * mark / top:.1f} {y + 19}V{y + 41}"/>')
        y += row
    return (
        f'<svg class="fig enquete" viewBox="0 0 {across + 2} {y}" role="img"'
        f' aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )
