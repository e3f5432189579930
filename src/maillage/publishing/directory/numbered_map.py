"""A map of numbered places over contours: numbers that would overlap are written together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import shapely

from maillage.publishing.page import maps
from maillage.publishing.page.maps import LETTER, WIDTH, Frame
from maillage.words.wording import count

LETTERS = 20  # height of numbers, in units of the drawing
PAD = 0.35  # around numbers, as a share of their height
CROWD = 3  # lines of a mark
LINE = 1.12  # height of a line, as a share of its letters
SHORTEST, SHAPE = 12, 2.4  # letters of a line of numbers, at least; a long mark stays almost square
SMALLER = 0.75  # letters of a name that has no room in those of the numbers
ABROAD = 0.3  # share of a name that may lie on other areas
NAME_OFFSETS = sorted(  # where a name is tried, in letters from the middle: the nearest first
    ((dx * 1.5, dy * 0.75) for dx in range(-4, 5) for dy in range(-10, 11)),
    key=lambda to: (abs(to[0]) + abs(to[1]), to),
)
Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Mark:
    """Some numbers written together: where, and in which lines."""

    numbers: list[int]
    x: float
    y: float
    size: int

    @property
    def lines(self) -> list[str]:
        return wrapped(ranges(self.numbers))

    @property
    def box(self) -> Box:
        lines = self.lines
        wide = self.size * max(max(map(len, lines)) * LETTER + 2 * PAD, LINE + PAD)
        high = self.size * (len(lines) * LINE + PAD)
        return self.x - wide / 2, self.y - high / 2, self.x + wide / 2, self.y + high / 2


def draw(
    areas: Mapping[str, shapely.Geometry],
    *,
    inside: Sequence[shapely.Geometry],
    marks: Sequence[tuple[int, float, float, str]],
    title: str,
    id: str,
    tallest: float,
    letters: int = LETTERS,
) -> str:
    """Return the SVG of places by number over named areas.

    marks: number, longitude, latitude, and the name of what holds the place; inside: lines within areas.
    Where numbers crowd, those of one holder are written once, as a range. tallest: height over width, at
    most. letters: height of numbers, for a drawing shown small, which is then of the areas that have a number
    alone.
    """
    points = [shapely.Point(x, y) for _, x, y, _ in marks]
    n_points = _points_by_area(areas, points)
    first = sorted(areas, key=lambda name: (-n_points[name], -shapely.area(areas[name])))
    named = first if letters == LETTERS else [name for name in first if n_points[name]]
    frame = maps.frame_of([*(areas[name] for name in named), *points], tallest=tallest)
    single = [_mark(frame, number, x, y, letters) for number, x, y, _ in marks]
    written = together(single, frame.height)
    if max(len(mark.lines) for mark in written) > CROWD:
        holders: dict[str, list[Mark]] = {}
        for mark, (*_, holder) in zip(single, marks, strict=True):
            holders.setdefault(holder, []).append(mark)
        if len(holders) > 1:
            written = together([_one(n_points) for n_points in holders.values()], frame.height)
    names = _names(areas, named, frame, [mark.box for mark in written], letters) if len(areas) > 1 else []
    svg = maps.draw(
        [maps.Area(str(k), name, shape, kind="terrain") for k, (name, shape) in enumerate(areas.items())],
        base=maps.Base(inner=inside),
        title=title,
        description=f"{count(len(marks), 'numéro')}, {'celui' if len(marks) == 1 else 'ceux'} de la liste.",
        id=id,
        frame=frame,
        links=False,
    )
    return svg.removesuffix("</svg>") + "".join([*names, *map(_drawn, written)]) + "</svg>"


def _points_by_area(areas: Mapping[str, shapely.Geometry], points: Sequence[shapely.Point]) -> Counter[str]:
    """Return how many points fall in each area."""
    names = list(areas)
    inside = shapely.STRtree(points).query(list(areas.values()), predicate="contains")[0]
    return Counter(names[k] for k in inside.tolist())


def _mark(frame: Frame, number: int, longitude: float, latitude: float, size: int) -> Mark:
    x, y = shapely.get_coordinates(frame.place(shapely.Point(longitude, latitude)))[0].tolist()
    return Mark([number], x, y, size)


def _one(marks: Sequence[Mark]) -> Mark:
    """Return some marks merged into one, in their middle."""
    n = len(marks)
    numbers = sorted(number for mark in marks for number in mark.numbers)
    return Mark(numbers, sum(mark.x for mark in marks) / n, sum(mark.y for mark in marks) / n, marks[0].size)


def together(marks: Sequence[Mark], height: float) -> list[Mark]:
    """Return the marks, merging those that would overlap, all inside the drawing."""
    merged = list(marks)
    while True:
        for mark in merged:
            west, north, east, south = mark.box
            mark.x += max(2 - west, 0) - max(east - WIDTH + 2, 0)
            mark.y += max(2 - north, 0) - max(south - height + 2, 0)
        boxes = np.array([mark.box for mark in merged])
        pair = _first_overlap(boxes)
        if pair is None:
            return merged
        one, other = merged[pair[0]], merged[pair[1]]
        n, m = len(one.numbers), len(other.numbers)
        x, y = (n * one.x + m * other.x) / (n + m), (n * one.y + m * other.y) / (n + m)
        merged[pair[0]] = Mark(sorted([*one.numbers, *other.numbers]), x, y, one.size)
        del merged[pair[1]]


def _first_overlap(boxes: np.ndarray) -> tuple[int, int] | None:
    """Return the two boxes that overlap most, the second after the first; None when none do."""
    wide = np.minimum(boxes[:, None, 2], boxes[None, :, 2]) - np.maximum(boxes[:, None, 0], boxes[None, :, 0])
    high = np.minimum(boxes[:, None, 3], boxes[None, :, 3]) - np.maximum(boxes[:, None, 1], boxes[None, :, 1])
    area = np.triu(np.clip(wide, 0, None) * np.clip(high, 0, None), 1)
    if not area.any():
        return None
    one, other = np.unravel_index(int(area.argmax()), area.shape)
    return int(one), int(other)


def ranges(numbers: Sequence[int]) -> list[str]:
    """Return sorted numbers, each consecutive run as its two ends.

    >>> ranges([3, 4, 5, 9, 11, 12])
    ['3–5', '9', '11', '12']
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [part for run in runs for part in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else map(str, run))]


def wrapped(parts: Sequence[str]) -> list[str]:
    """Return numbers in lines of a few letters.

    >>> wrapped(["3–5", "9", "11", "12", "40–48"])
    ['3–5, 9, 11,', '12, 40–48']
    """
    longest = max(SHORTEST, round((SHAPE * sum(len(part) + 2 for part in parts)) ** 0.5))
    lines = [""]
    for k, part in enumerate(parts):
        piece = part + ("," if k < len(parts) - 1 else "")
        if lines[-1] and len(lines[-1]) + 1 + len(piece) > longest:
            lines.append(piece)
        else:
            lines[-1] = f"{lines[-1]} {piece}".strip()
    return lines


def _drawn(mark: Mark) -> str:
    west, north, east, south = mark.box
    size = mark.size
    radius = size * (LINE + PAD) / 2
    top = north + size * (PAD + LINE + 0.56) / 2
    words = "".join(
        f'<text class="numero" font-size="{size}" x="{mark.x:.0f}"'
        f' y="{top + k * size * LINE:.0f}">{line}</text>'
        for k, line in enumerate(mark.lines)
    )
    return (
        f'<rect class="pastille" x="{west:.0f}" y="{north:.0f}" width="{east - west:.0f}"'
        f' height="{south - north:.0f}" rx="{radius:.0f}"/>{words}'
    )


def _names(
    areas: Mapping[str, shapely.Geometry], named: Sequence[str], frame: Frame, taken: Sequence[Box], size: int
) -> list[str]:
    """Return the names of areas that fit beside the numbers, each on its own area, in the order given."""
    placed = {name: shapely.make_valid(frame.place(shape)) for name, shape in areas.items()}
    land = shapely.union_all(list(placed.values()))
    boxes = list(taken)
    out = []
    for name in named:
        placement = _room(name, placed[name], land, boxes, frame.height, size)
        if placement is not None:
            x, y, letters = placement
            boxes.append(_box_of(name, x, y, letters))
            words = escape(name)
            out.append(
                f'<text class="nom" font-size="{letters}" x="{x:.0f}"'
                f' y="{y + letters / 3:.0f}">{words}</text>'
            )
    return out


def _room(
    name: str, area: shapely.Geometry, land: shapely.Geometry, taken: Sequence[Box], height: float, size: int
) -> tuple[float, float, int] | None:
    """Return where a name fits nearest to the middle of its area, and its letter size; None when it fits
    nowhere.
    """
    middle = shapely.point_on_surface(area)
    west, north, east, south = shapely.bounds(area)
    for letters in (size, round(size * SMALLER)):
        spots = ((middle.x + dx * letters, middle.y + dy * letters) for dx, dy in NAME_OFFSETS)
        for x, y in spots:
            box = _box_of(name, x, y, letters)
            outside = box[0] < 0 or box[2] > WIDTH or box[1] < 0 or box[3] > height
            if (
                outside
                or not (west < x < east and north < y < south)
                or any(_over(box, taken_box) for taken_box in taken)
            ):
                continue
            overflow = shapely.area(shapely.clip_by_rect(land, *box)) - shapely.area(
                shapely.clip_by_rect(area, *box)
            )
            is_inside = shapely.contains(area, shapely.Point(x, y))
            if is_inside and overflow <= ABROAD * (box[2] - box[0]) * (box[3] - box[1]):
                return x, y, letters
    return None


def _box_of(name: str, x: float, y: float, letters: int) -> Box:
    half = len(name) * letters * LETTER / 2
    return x - half, y - letters * 0.7, x + half, y + letters * 0.7


def _over(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
