"""Marks and bars of territories side by side, as wide as their column: a shape for each, besides a colour."""

from maillage.words import wording

TICKS = 5
HIGH = 30
SHAPES = {
    "rond": '<circle r="6.5"/>',
    "carre": '<rect x="-6" y="-6" width="12" height="12"/>',
    "losange": '<path d="M0-8 8 0 0 8-8 0z"/>',
    "triangle": '<path d="M0-7.5 7.5 6h-15z"/>',
    "croix": '<path class="en-trait" d="M-5.5-5.5l11 11m0-11l-11 11"/>',
    "anneau": '<circle class="en-trait" r="5.5"/>',
}
MARKS = tuple(SHAPES)


def mark(name: str) -> str:
    """Return the sign of a territory, beside its name."""
    return (
        f'<svg class="fig signe cote-{name}" viewBox="-10 -10 20 20" aria-hidden="true"'
        f' xmlns="http://www.w3.org/2000/svg">{SHAPES[name]}</svg>'
    )


def bar(low: float, value: float | None, high: float, *, sign: str, top: float, counted: bool) -> str:
    """Return the bar of a percentage from 0 to `top`: a band from low to high with its sign at the value, a
    stem for a count.
    """
    a, b = (100 * min(max(each, 0.0), top) / top for each in (low, high))
    band = f'<line class="cote-tige" x1="0" x2="{b:.2f}%" y1="15" y2="15"/>'
    if not counted:
        band = (
            f'<rect class="cote-bande" x="{a:.2f}%" y="8" width="{b - a:.2f}%" height="14"/>'
            f'<line class="cote-bord" x1="{a:.2f}%" x2="{b:.2f}%" y1="15" y2="15"/>'
            + "".join(f'<line class="cote-bord" x1="{x:.2f}%" x2="{x:.2f}%" y1="7" y2="23"/>' for x in (a, b))
        )
    at = "" if value is None else f'<svg x="{100 * min(value, top) / top:.2f}%" y="15">{SHAPES[sign]}</svg>'
    return _framed(f'<g class="cote-{sign}">{band}{at}</g>')


def no_bar() -> str:
    """Return the dotted bar of what is missing."""
    return _framed('<rect class="inconnue cote-manque" x="0" y="6" width="100%" height="18"/>')


def axis(top: float) -> str:
    """Return the ticks under the bars, from 0 to `top`."""
    return "".join(
        f'<text class="axe-texte" x="{20 * k}%" y="16" text-anchor="middle">'
        f"{wording.percent(top * k / TICKS) if k == TICKS else wording.number(top * k / TICKS)}</text>"
        for k in range(TICKS + 1)
    ).join(
        (
            '<svg class="fig cote-axe" height="20" aria-hidden="true" xmlns="http://www.w3.org/2000/svg">',
            "</svg>",
        )
    )


def _framed(inner: str) -> str:
    lines = "".join(
        f'<line class="cote-grille" x1="{20 * k}%" x2="{20 * k}%" y1="0" y2="{HIGH}"/>'
        for k in range(TICKS + 1)
    )
    return (
        f'<svg class="fig cote-barre" height="{HIGH}" aria-hidden="true"'
        f' xmlns="http://www.w3.org/2000/svg">{lines}{inner}</svg>'
    )
