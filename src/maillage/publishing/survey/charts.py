"""Charts of a survey: each bar shows its uncertainty, colour is never the only sign, and every chart has a
text.

Drawn narrow, labels above bars, so that the same drawing is read on a telephone, on a page and on paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from maillage.kernel.estimate import Estimate, Figure, Missing, Withheld
from maillage.publishing.page.charts import NARROW, hatch
from maillage.words import wording
from maillage.words.rounding import rounded

WIDTH, BAR, LINE = 460, 340, 20  # of a drawing, of its bars, of a line of text
PER_LINE = 48  # letters, and on a telephone they are drawn larger
NO_BREAK_MARK = "\ue000"  # stands for a no-break space while lines are cut
LEAST_INSIDE = 30  # points: under, a part of a bar has its figure in the table alone
BAD, MIDDLE, GOOD = ("s4", "s2"), "c1", ("n2", "n4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar: what it counts, its figure in percent, and the figure it stands beside, if any."""

    label: str
    figure: Figure
    other: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A bar cut in parts, in the order of its levels: percents, None where a part is withheld. n:
    respondents.
    """

    label: str
    shares: Sequence[float | None]
    n: int


def bars(
    rows: Sequence[Bar], *, id: str, label: str, other: str = "", social: bool = False, rule: str = "nearest"
) -> str:
    """Return horizontal bars, 0 to 100 percent: solid to the low bound, hatched to the high one, a tick at
    the value.

    other: what the second figure of a row is (« France »); a lozenge stands for it.
    """
    parts, y = [], 0
    if other and any(row.other is not None for row in rows):
        parts.append(
            f'<path class="temoin" d="{_lozenge(7, 9)}"/><text class="axe-texte" x="20"'
            f' y="14">{escape(other)}</text>'
        )
        y = 26
    for row in rows:
        drawn, y = _bar(row, y, BAR, id, social, rule=rule)
        parts.append(drawn)
    return _svg(NARROW, y, label, hatch(id), "".join(parts))


def _bar(
    row: Bar,
    y: int,
    wide: int,
    id: str,
    social: bool = False,
    per_line: int = PER_LINE,
    rule: str = "nearest",
) -> tuple[str, int]:
    """Return a bar under its label, and where the next one starts."""
    words, y = _words(row.label, y, per_line)
    figure = row.figure
    if isinstance(figure, Withheld):
        at = f'x="1" y="{y + 1}" width="{wide - 2}" height="14"'
        hatched = f'<rect fill="url(#{id})" {at}/>' if isinstance(figure, Missing) else ""
        return (
            (
                f'{words}{hatched}<rect class="retenu" {at}/>'
                f'<text class="axe-texte" x="{wide + 8}" y="{y + 13}">{silence(figure)}</text>'
            ),
            y + 30,
        )
    scale = wide / 100
    low, high, value = (min(max(v, 0.0), 100.0) * scale for v in (figure.low, figure.high, figure.value))
    parts = [
        words,
        f'<path class="axe" d="M0 {y + 16}H{wide}"/>',
        f'<rect class="{"social" if social else "plein"}" x="0" y="{y}" width="{low:.1f}" height="16"/>',
        (
            f'<rect class="doute doute-fond" x="{low:.1f}" y="{y + 0.7:.1f}" width="{max(high - low, 0):.1f}"'
            ' height="14.6"/>'
        ),
        (
            f'<rect fill="url(#{id})" x="{low:.1f}" y="{y + 0.7:.1f}" width="{max(high - low, 0):.1f}"'
            ' height="14.6"/>'
        ),
        f'<path class="repere" d="M{value:.1f} {y - 2}V{y + 18}"/>',
    ]
    if row.other is not None:
        parts.append(f'<path class="temoin" d="{_lozenge(row.other * scale, y + 8)}"/>')
    strong = wording.percent(rounded(figure.value, rule=rule))
    parts.append(
        f'<text x="{wide + 8}" y="{y + 13}" font-size="16" font-weight="700">{escape(strong)}</text>'
    )
    if wide == BAR:
        parts.append(
            f'<text class="axe-texte petit" x="{WIDTH}" y="{y + 13}"'
            f' text-anchor="end">{escape(_short(figure))}</text>'
        )
    return "".join(parts), y + 34


def _short(figure: Estimate) -> str:
    """Return an interval as it stands beside a bar: 79–88."""
    share_text = wording.survey_share(figure)
    return (
        f"{share_text.low}–{share_text.high}".replace("%", "").strip().rstrip(wording.NBSP)
        if share_text.low
        else ""
    )


def diverging(
    rows: Sequence[Stack], levels: Sequence[str], *, id: str, label: str, rule: str = "nearest"
) -> str:
    """Return bars on both sides of a middle: the worst levels to the left, the best to the right, a middle
    one astride.
    """
    half = len(levels) // 2
    kinds = [*_spread(BAD, half), *([MIDDLE] if len(levels) % 2 else []), *_spread(GOOD, half)]
    parts, y = _legend(levels, kinds, id)

    def unfavourable(row: Stack) -> float:
        shares = [share or 0.0 for share in row.shares]
        return sum(shares[:half]) + (shares[half] / 2 if len(levels) % 2 else 0.0)

    reach = (
        max(
            (max(unfavourable(row), sum(s or 0.0 for s in row.shares) - unfavourable(row)) for row in rows),
            default=1.0,
        )
        or 1.0
    )
    scale, top = WIDTH / 2 / reach, y
    end = top + sum(40 + _words(_counted(row), 0, PER_LINE)[1] for row in rows)
    parts.append(f'<path class="milieu" d="M{WIDTH / 2} {top}V{end - 8}"/>')
    for row in rows:
        words, y = _words(_counted(row), y, PER_LINE)
        parts += [
            words,
            _segments(row.shares, kinds, y, WIDTH / 2 - unfavourable(row) * scale, scale, id, rule),
        ]
        y += 40
    return _svg(NARROW, y, label, _hatching_defs(id), "".join(parts))


def multiples(
    panels: Sequence[tuple[str, Sequence[Bar]]], *, id: str, label: str, rule: str = "nearest"
) -> str:
    """Return one small chart for each group, two a row, on one scale; bars mostly withheld are counted in a
    line instead.
    """
    parts, y, wide = [], 0, 150
    for k in range(0, len(panels), 2):
        ends = []
        for column, (title, rows) in enumerate(panels[k : k + 2]):
            heading, at = _words(title, 0, 27, bold=True)
            drawn = [heading]
            n_withheld = sum(isinstance(row.figure, Withheld) for row in rows)
            counted = 2 * n_withheld > len(rows)
            for row in rows:
                if not (counted and isinstance(row.figure, Withheld)):
                    bar, at = _bar(row, at, wide, id, per_line=28, rule=rule)
                    drawn.append(bar)
            if counted:
                count_text = wording.count(n_withheld, "réponse non publiée", "réponses non publiées")
                drawn.append(f'<text class="axe-texte" x="0" y="{at + 13}">{count_text}</text>')
                at += 24
            ends.append(at)
            parts.append(f'<g transform="translate({column * 236} {y})">{"".join(drawn)}</g>')
        y += max(ends) + 14
    return _svg("enquete petits", y, label, hatch(id), "".join(parts))


def sample_bars(rows: Sequence[tuple[str, float, float]], *, id: str, label: str) -> str:
    """Return two bars a row: the sample, plain, and the population, hatched. rows: (class, sample,
    population), in percent.
    """
    top = max((max(a, b) for _, a, b in rows), default=0.0) or 1.0
    parts = [
        '<rect class="plein" x="1" y="2" width="22" height="14"/><text x="32" y="14"'
        ' font-size="15">Réponses</text><rect class="doute doute-fond" x="131" y="2" width="22"'
        f' height="14"/><rect fill="url(#{id})" x="131" y="2" width="22" height="14"/><text x="162" y="14"'
        ' font-size="15">Habitants</text>'
    ]
    y = 28
    for name, sample, population in rows:
        words, y = _words(name, y, PER_LINE)
        a, b = BAR * sample / top, BAR * population / top
        parts.append(
            f'{words}<rect class="plein" x="0" y="{y}" width="{a:.1f}" height="11"/><rect class="doute'
            f' doute-fond" x="0" y="{y + 13}" width="{b:.1f}" height="11"/><rect fill="url(#{id})" x="0"'
            f' y="{y + 13}" width="{b:.1f}" height="11"/><text x="{BAR + 8}" y="{y + 11}" font-size="15"'
            f' font-weight="700">{wording.percent(sample)}</text><text class="axe-texte" x="{BAR + 8}"'
            f' y="{y + 25}">{wording.percent(population)}</text>'
        )
        y += 36
    return _svg(NARROW, y, label, hatch(id), "".join(parts))


def histogram(weights: Sequence[float], *, label: str, classes: int = 20) -> str:
    """Return how many respondents have each weight, divided by the mean weight: 1 is a respondent who counts
    for one.
    """
    mean = sum(weights) / len(weights)
    ratios = [weight / mean for weight in weights]
    top = max(*ratios, 2.0)
    counts = [0] * classes
    for ratio in ratios:
        counts[min(int(ratio / top * classes), classes - 1)] += 1
    high, bar_width = max(counts), WIDTH / classes
    bars_svg = "".join(
        f'<rect class="plein" x="{k * bar_width + 1:.1f}" y="{130 - 120 * n / high:.1f}"'
        f' width="{bar_width - 2:.1f}" '
        f'height="{120 * n / high:.1f}"/>'
        for k, n in enumerate(counts)
        if n
    )
    marks = "".join(
        f'<path class="axe" d="M{min(at / top * WIDTH, WIDTH - 1):.1f} 130v6"/><text class="axe-texte"'
        f' x="{at / top * WIDTH:.1f}" '
        'y="152"'
        f' text-anchor="{"start" if not at else "end" if at == top else "middle"}">'
        f"{wording.number(at, 0 if at in (0, 1) else 1)}</text>"
        for at in (0.0, 1.0, top)
    )
    return _svg(NARROW, 158, label, "", f'{bars_svg}<path class="axe" d="M0 130H{WIDTH}"/>{marks}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One way in which people were heard: how many times, what, whom. many: the noun, agreed with n."""

    n: int
    many: str
    audience: str = ""

    @property
    def words(self) -> str:
        """It as a sentence says it: « 2 groupes de discussion (acteurs sociaux, 14 personnes) »."""
        return f"{wording.number(self.n)} {self.many}{f' ({self.audience})' if self.audience else ''}"


def thread(rows: Sequence[Step]) -> str:
    """Return how a diagnosis was made: one thread, a stitch for each way people were heard, with its
    count.
    """
    parts, y, stitches = [], 0, []
    for row in rows:
        stitches.append(y + 4)
        parts.append(
            f'<text x="34" y="{y + 18}" font-size="22" font-weight="700">{wording.number(row.n)}</text>'
        )
        words, end = _words(row.many, y + 3, 34, bold=True)
        more, end = _words(row.audience, end, 34) if row.audience else ("", end)
        parts.append(f'<g transform="translate(112 0)">{words}{more}</g>')
        y = max(end, y + 28) + 14
    line = f'<path class="axe" d="M10 {stitches[0] + 8}V{stitches[-1] + 8}"/>' if len(rows) > 1 else ""
    marks = "".join(f'<rect class="plein" x="2" y="{at}" width="16" height="16"/>' for at in stitches)
    return _svg(NARROW, y, f"{' ; '.join(row.words for row in rows)}.", "", line + marks + "".join(parts))


def in_words(rows: Sequence[Bar], other: str = "", rule: str = "nearest") -> str:
    """Return the text that replaces bars.

    >>> from maillage.kernel.estimate import Estimate
    >>> figure = Estimate(
    ...     value=84, low=79, high=88, unit="pourcent", universe="", n=192, method="resultats-enquete")
    >>> in_words([Bar(label="Téléphone", figure=figure, other=84.0)], "France")
    'Téléphone : 84\\xa0% (entre 79 et 88\\xa0%), France 84\\xa0%.'
    """
    row_texts = []
    for row in rows:
        reference_text = f", {other} {wording.percent(row.other)}" if row.other is not None else ""
        row_texts.append(f"{row.label} : {one(row.figure, rule)}{reference_text}")
    return " ; ".join(row_texts) + "." if row_texts else ""


def one(figure: Figure, rule: str = "nearest") -> str:
    """Return a figure and its interval in a few words, the reason where it is withheld."""
    share_text = wording.survey_share(figure, rule=rule)
    return f"{share_text.value} ({share_text.between})" if share_text.value else silence(figure)


def silence(figure: Figure) -> str:
    """Return the word that stands where a figure does not."""
    return "manquant" if isinstance(figure, Missing) else "non publié"


def parts_in_words(rows: Sequence[Stack], levels: Sequence[str], rule: str = "nearest") -> str:
    """Return the text that replaces bars cut in parts."""
    row_texts = []
    for row in rows:
        shares = (
            f"{level} {'non publié' if share is None else wording.percent(rounded(share, rule=rule))}"
            for level, share in zip(levels, row.shares, strict=True)
        )
        row_texts.append(f"{row.label} : {', '.join(shares)}")
    return " ; ".join(row_texts) + "." if row_texts else ""


def _words(text: str, y: int, per_line: int, bold: bool = False) -> tuple[str, int]:
    """Return a text on as many lines as it needs, and where the next element starts."""
    lines = wrap(text.replace(wording.NBSP, NO_BREAK_MARK), per_line) or [""]
    lines = [line.replace(NO_BREAK_MARK, wording.NBSP) for line in lines]
    weight = ' font-weight="700"' if bold else ""
    text_svg = "".join(
        f'<text x="0" y="{y + 13 + k * LINE}" font-size="15"{weight}>{escape(line)}</text>'
        for k, line in enumerate(lines)
    )
    return text_svg, y + 2 + LINE * len(lines)


def _counted(row: Stack) -> str:
    return f"{row.label} ({wording.NBSP.join(('n', '=', str(row.n)))})"


def _segments(
    shares: Sequence[float | None],
    kinds: Sequence[str],
    y: int,
    start: float,
    scale: float,
    id: str,
    rule: str,
) -> str:
    parts, x = [], start
    for k, (share, kind) in enumerate(zip(shares, kinds, strict=True)):
        wide = (share or 0.0) * scale
        if wide > 0:
            parts.append(_swatch(kind, id, k, x + 1, y, max(wide - 2, 0.5), 26))
        if wide >= LEAST_INSIDE and share is not None:
            parts.append(
                f'<text class="etiquette" x="{x + wide / 2:.1f}" y="{y + 18}" font-size="14"'
                f' font-weight="700" text-anchor="middle">{wording.number(rounded(share, rule=rule))}</text>'
            )
        x += wide
    return "".join(parts)


def _swatch(kind: str, id: str, rank: int, x: float, y: float, wide: float, high: float) -> str:
    rect = f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{high}"/>'
    if rank % 2 == 0:
        rect += f'<rect fill="url(#{id}-p)" x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{high}"/>'
    return f'{rect}<rect class="contour-part" x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{high}"/>'


def _legend(levels: Sequence[str], kinds: Sequence[str], id: str) -> tuple[list[str], int]:
    parts, y = [], 0
    for k, (level, kind) in enumerate(zip(levels, kinds, strict=True)):
        parts.append(
            f'{_swatch(kind, id, k, 1, y + 1, 22, 14)}<text x="32" y="{y + 13}"'
            f' font-size="15">{escape(level)}</text>'
        )
        y += 22
    return parts, y + 8


def _spread(kinds: Sequence[str], n: int) -> list[str]:
    """Return n tones among those of a scale, its ends kept; the same one comes back when there are more
    levels.

    >>> _spread(("a", "b", "c", "d"), 2), _spread(("a", "b"), 1), _spread(("a", "b"), 3)
    (['a', 'd'], ['a'], ['a', 'a', 'b'])
    """
    if n < 2:
        return list(kinds[:n])
    return [
        kinds[min(int(k * (len(kinds) - 1) / (n - 1) + (0.5 if n < len(kinds) else 0.0)), len(kinds) - 1)]
        for k in range(n)
    ]


def _hatching_defs(id: str) -> str:
    return (
        f'<pattern id="{id}-p" width="6" height="6" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="trame" d="M0 0V6"/></pattern>'
    )


def _lozenge(x: float, y: float) -> str:
    return f"M{x:.1f} {y - 8}l7 8l-7 8l-7-8z"


def _svg(kind: str, high: float, label: str, defs: str, body: str) -> str:
    defs_svg = f"<defs>{defs}</defs>" if defs else ""
    return (
        f'<svg class="fig {kind}" viewBox="-1 -4 {WIDTH + 2} {high + 6:.0f}" role="img"'
        f' aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">{defs_svg}{body}</svg>'
    )
