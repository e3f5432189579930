"""A small map of one place among its communes: read without script, and printed as it is."""

from collections.abc import Sequence
from html import escape

import numpy as np
import shapely

from maillage.publishing.page.maps import Frame

WIDTH, HEIGHT = 600, 340
HALF = 0.022  # degrees of longitude shown on each side, at the equator: some two kilometres
LETTERS = 22
DROP = "M0 0C-4-9-16-20-16-32a16 16 0 1 1 32 0C16-20 4-9 0 0Z"


def draw(
    longitude: float,
    latitude: float,
    *,
    communes: Sequence[tuple[str, shapely.Geometry]],
    quarters: Sequence[shapely.Geometry],
    title: str,
    rings: Sequence[Sequence[tuple[float, float]]] = (),
    ring_words: str = "",
) -> str:
    """Return the SVG of a place in the middle of a window of some four kilometres, with what is around it.
    rings: of degrees, around what a walk reaches; ring_words: how long it lasts.
    """
    squeeze = float(np.cos(np.radians(latitude)))
    scale = WIDTH / (2 * HALF)
    high = HALF * HEIGHT / WIDTH
    frame = Frame(longitude - HALF / squeeze, latitude + high, scale, squeeze, HEIGHT)
    window = shapely.box(0, 0, WIDTH, HEIGHT)
    inner = [_line(shapely.intersection(_outline(frame.place(shape)), window)) for shape in quarters]
    outer = [_line(shapely.intersection(_outline(frame.place(shape)), window)) for _, shape in communes]
    walk = shapely.union_all([frame.place(shapely.Polygon(ring)) for ring in rings])
    low = min(walk.bounds[3] + LETTERS, HEIGHT - LETTERS / 2) if rings else 0.0
    x, y = WIDTH / 2, HEIGHT / 2
    return (
        f'<svg class="fig carte-lieu" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg"><rect class="terre" width="{WIDTH}" height="{HEIGHT}"/>'
        f'<path class="ligne-quartier" d="{"".join(inner)}"/><path class="ligne-commune"'
        f' d="{"".join(outer)}"/>'
        f"{_walk(walk, ring_words, low) if rings else ''}"
        f"{''.join(_names(communes, frame, window))}"
        f'<g transform="translate({x:.0f} {y:.0f}) scale(1.3)"><path class="goutte-ici" d="{DROP}"/>'
        f'<circle class="goutte-trou" cy="-31" r="6"/></g></svg>'
    )


def _walk(walk: shapely.Geometry, words: str, y: float) -> str:
    return (
        f'<path class="anneau" d="{_line(_outline(walk))}"/>'
        f'<text class="nom-lieu anneau-mots" x="{WIDTH / 2:.0f}" y="{y:.0f}">{escape(words)}</text>'
    )


def window_box(longitude: float, latitude: float) -> tuple[float, float, float, float]:
    """Return the box that such a map shows: west, south, east, north."""
    squeeze = float(np.cos(np.radians(latitude)))
    high = HALF * HEIGHT / WIDTH
    return longitude - HALF / squeeze, latitude - high, longitude + HALF / squeeze, latitude + high


def _outline(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.boundary(shapely.make_valid(shape))


def _line(shape: shapely.Geometry) -> str:
    parts = [np.rint(shapely.get_coordinates(part)).astype(int).tolist() for part in shapely.get_parts(shape)]
    return "".join("M" + "L".join(f"{x} {y}" for x, y in points) for points in parts if len(points) > 1)


def _names(
    communes: Sequence[tuple[str, shapely.Geometry]], frame: Frame, window: shapely.Geometry
) -> list[str]:
    """Return the names that fit, away from the middle where the place is."""
    out: list[str] = []
    taken = [(WIDTH / 2 - 40, HEIGHT / 2 - 80, WIDTH / 2 + 40, HEIGHT / 2 + 10)]
    for name, shape in communes:
        visible = shapely.intersection(shapely.make_valid(frame.place(shape)), window)
        if visible.is_empty:
            continue
        x, y = shapely.get_coordinates(shapely.point_on_surface(visible))[0].tolist()
        half = len(name) * LETTERS * 0.28
        x = min(max(x, half + 8), WIDTH - half - 8)
        box = (x - half, y - LETTERS, x + half, y + LETTERS / 2)
        if box[1] < 0 or box[3] > HEIGHT or any(_over(box, other) for other in taken):
            continue
        taken.append(box)
        out.append(f'<text class="nom-lieu" x="{x:.0f}" y="{y:.0f}">{escape(name)}</text>')
    return out


def _over(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
