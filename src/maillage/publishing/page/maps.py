"""Maps drawn as SVG: the same drawing for the page, the dossier and the PDF."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import pairwise
from string import ascii_uppercase

import numpy as np
import shapely
from numpy.typing import NDArray

WIDTH = 1000
LABEL = 26  # height of letters, in units of the drawing; a narrow screen enlarges them
LABEL_NARROW = 40
LETTER = 0.56  # mean width of a letter, as a share of its height
ON_PAPER = (26, 30, 34, 40, 46, 52, 60, 70, 80, 92, 106, 122, 140)  # heights of letters for a layout
IN_ZONE = 0.4  # of what the box of a name covers on the map, what must be in the zone that it names
ELSEWHERE = 7  # columns and lines of the places that a name tries in its zone
ASIDE = 1  # heights of letters: how far a name may move to stay inside its drawing
SMALLEST_PART = 0.01  # of the area of a shape, for a part of it to widen the frame
Box = tuple[float, float, float, float]  # west, north, east and south of a name, on the drawing
ZONE = re.compile(r'data-zone="([^"]*)">.*?<path class="zone[^"]*" d="([^"]*)"/>')
HIDDEN = 'display="none"'
CITED = "nom-dit"  # the class of a name that a text beside its drawing says
LETTERS = ascii_uppercase  # of the zones of a table beside a map
NUMBER = re.compile(r'<text class="nom numero[^"]*" data-nom="([^"]*)"([^>]*)>(\d+)</text>')
NAME = re.compile(
    r'<text class="nom[^"]*"(?: data-nom="[^"]*")?(?: display="none")?(?: font-size="(\d+)")?'
    r' x="(-?\d+)" y="(-?\d+)">([^<]*)</text>'
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The projection of degrees on the drawing."""

    west: float
    north: float
    scale: float
    squeeze: float
    height: int

    def place(self, geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(geometry, self._move)

    def place_all(self, geometries: Sequence[shapely.Geometry]) -> list[shapely.Geometry]:
        """Return the geometries where they fall on the drawing."""
        return list(shapely.transform(np.array(geometries, dtype=object), self._move))

    def _move(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (xy[:, 0] - self.west) * self.squeeze * self.scale
        return np.column_stack((x, (self.north - xy[:, 1]) * self.scale))


@dataclass(slots=True)
class Area:
    """A shape to draw: its class names, its title, the anchor it links to."""

    code: str
    name: str
    shape: shapely.Geometry
    population: float = 0.0
    kind: str = ""
    doubtful: bool = False
    link: str = ""
    title: str = ""


@dataclass(slots=True)
class Base:
    """The layers under and over the zones: neighbours, larger limits, parts inside a zone, places named.

    dots: points to mark, each with what it says when it is pointed at, and its class of style, '' for none.
    numbers: what is written in a zone where its name has no room, by that name. cited: the names that a text
    beside the drawing says, which stand out of their zone rather than nowhere.
    """

    neighbours: Sequence[shapely.Geometry] = ()
    limits: Sequence[shapely.Geometry] = ()
    inner: Sequence[shapely.Geometry] = ()
    names: Sequence[tuple[str, shapely.Geometry, float]] = field(default_factory=tuple)
    dots: Sequence[tuple[shapely.Point, str, str]] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
    cited: Collection[str] = ()


def frame_of(shapes: Sequence[shapely.Geometry], *, margin: float = 0.03, tallest: float = 1.25) -> Frame:
    """Return the frame in which the shapes fill the drawing, with a margin; `tallest` bounds height /
    width. The islets of a shape do not widen it: they would leave the rest a dot.
    """
    west, south, east, north = main_bounds(shapes)
    squeeze = float(np.cos(np.radians((south + north) / 2)))
    wide, high = max((east - west) * squeeze, 1e-6), max(north - south, 1e-6)
    padding = margin * max(wide, high)
    wide, high = wide + 2 * padding, high + 2 * padding
    scale = min(WIDTH / wide, WIDTH * tallest / high)
    side = (WIDTH / scale - wide) / 2
    return Frame(west - (padding + side) / squeeze, north + padding, scale, squeeze, round(high * scale))


def main_bounds(shapes: Sequence[shapely.Geometry]) -> tuple[float, float, float, float]:
    """Return west, south, east and north of the shapes without the islets of each."""
    main_parts = [part for shape in shapes for part in _main_parts(shape)]
    west, south, east, north = shapely.total_bounds(np.array(main_parts, dtype=object)).tolist()
    return west, south, east, north


def _main_parts(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the parts of a shape that make at least a hundredth of its area."""
    parts = shapely.get_parts(shape)
    areas = shapely.area(parts)
    return list(parts[areas >= SMALLEST_PART * areas.sum()])


def draw(
    areas: Sequence[Area],
    *,
    base: Base,
    title: str,
    description: str,
    id: str,
    chosen: str = "",
    frame: Frame | None = None,
    links: bool = True,
    letters: int = LABEL,
) -> str:
    """Return the SVG of a map: zones filled by class, doubtful ones hatched, limits and names over them.

    id: prefix of the identifiers inside the drawing, unique on its page. chosen: code of the zone to outline.
    letters: height of names, for a drawing shown small.
    """
    frame = frame or frame_of([area.shape for area in areas])
    placed = frame.place_all([area.shape for area in areas])
    simple = simplified(placed, 1.0)
    parts = [_defs(id)]
    parts += [
        f'<path class="fond" d="{_path(frame.place(shape))}"/>' for shape in _near(base.neighbours, areas)
    ]
    for area, shape in zip(areas, simple, strict=True):
        path = _path(shape)
        drawn = f'<path class="zone {area.kind}" d="{path}"/>'
        if pattern := PATTERN_BY_KIND.get(area.kind):
            drawn += f'<path fill="url(#{id}-{pattern})" d="{path}"/>'
        if area.doubtful:
            drawn += f'<path fill="url(#{id}-doute)" d="{path}"/>'
        label = f"<title>{escape(area.title or area.name)}</title>"
        group = f'<g class="z" data-zone="{escape(area.code)}">{label}{drawn}</g>'
        linked = links and area.link
        parts.append(
            f'<a href="{escape(area.link)}" aria-label="{escape(area.name)}" tabindex="-1">{group}</a>'
            if linked
            else group
        )
    if base.inner:
        lines = "".join(_path(shape) for shape in simplified(frame.place_all(base.inner), 1.0))
        parts.append(f'<path class="dedans" d="{lines}"/>')
    if base.limits:
        lines = "".join(_path(shape) for shape in simplified(frame.place_all(base.limits), 1.0))
        parts.append(f'<path class="limite-halo" d="{lines}"/><path class="limite" d="{lines}"/>')
    else:
        outline = shapely.union_all(shapely.make_valid(np.array(simple, dtype=object)))
        parts.append(f'<path class="contour" d="{_path(_without_slivers(outline))}"/>')
    if chosen:
        path = "".join(_path(shape) for area, shape in zip(areas, simple, strict=True) if area.code == chosen)
        parts.append(f'<path class="choisie-halo" d="{path}"/><path class="choisie" d="{path}"/>')
    for point, dot_text, kind in base.dots:
        at = frame.place(point)
        style = f"lieu-point {kind}".strip()
        parts.append(
            f'<circle class="{style}" cx="{at.x:.0f}" cy="{at.y:.0f}"'
            f' r="9"><title>{escape(dot_text)}</title></circle>'
        )
    parts += _labels(base, frame, letters, simple)
    role = (
        "group" if links and any(area.link for area in areas) else "img"
    )  # links inside an image cannot be reached
    return (
        f'<svg class="fig carte" viewBox="0 0 {WIDTH} {frame.height}" role="{role}" aria-labelledby="{id}-t'
        f' {id}-d" xmlns="http://www.w3.org/2000/svg"><title id="{id}-t">{escape(title)}</title><desc'
        f' id="{id}-d">{escape(description)}</desc>{"".join(parts)}</svg>'
    )


PATTERN_BY_KIND = {"case-numerique": "lignes", "case-sociale": "points"}


def outlined(svg: str, codes: Collection[str]) -> str:
    """Return a map that `draw` drew with some of its zones outlined, under its names."""
    zones = ZONE.findall(svg)
    path = "".join(d for code, d in zones if unescape(code) in codes)
    return _under_names(svg, path, "choisie") if path else svg


def overlaid(svg: str, shapes: Sequence[shapely.Geometry], frame: Frame, *, kind: str) -> str:
    """Return a map that `draw` drew in a frame with the outlines of other shapes, under its names. kind:
    their class of style, which has a halo.
    """
    path = "".join(_path(shape) for shape in frame.place_all(shapes))
    return _under_names(svg, path, kind) if path else svg


def _under_names(svg: str, path: str, kind: str) -> str:
    first = svg.find("<text")
    at = first if first >= 0 else svg.rindex("</svg>")
    return f'{svg[:at]}<path class="{kind}-halo" d="{path}"/><path class="{kind}" d="{path}"/>{svg[at:]}'


def _defs(id: str) -> str:
    # The tile of a hatch is not turned: printed, a turned one came out thinner in one zone than in the next.
    hatch = "M-22 22L22 -22M0 22L22 0M0 44L44 0"
    return (
        f'<defs><pattern id="{id}-lignes" width="9" height="9" patternUnits="userSpaceOnUse"><path'
        f' class="motif-ligne" d="M0 4.5H9"/></pattern><pattern id="{id}-points" width="11" height="11"'
        ' patternUnits="userSpaceOnUse"><circle class="motif-point" cx="3" cy="3" r="1.5"/><circle'
        f' class="motif-point" cx="8.5" cy="8.5" r="1.5"/></pattern><pattern id="{id}-doute" width="22"'
        f' height="22" patternUnits="userSpaceOnUse"><path class="motif-doute" d="{hatch}"/><path'
        f' class="motif-doute-trait" d="{hatch}"/></pattern></defs>'
    )


def _near(shapes: Sequence[shapely.Geometry], areas: Sequence[Area]) -> list[shapely.Geometry]:
    if not shapes:
        return []
    window = shapely.box(*shapely.total_bounds(np.array([area.shape for area in areas], dtype=object)))
    window = shapely.buffer(window, 0.05 * max(shapely.bounds(window)[2:] - shapely.bounds(window)[:2]))
    return [
        cut
        for shape in shapes
        if not (cut := shapely.intersection(shapely.make_valid(shape), window)).is_empty
    ]


def simplified(shapes: Sequence[shapely.Geometry], tolerance: float) -> list[shapely.Geometry]:
    """Return the shapes with fewer points, neighbours still touching where the coverage is sound."""
    array = np.array([surface(shape) for shape in shapes], dtype=object)
    if len(array) > 1:
        try:
            return list(shapely.coverage_simplify(array, 2 * tolerance))
        except shapely.errors.GEOSException:
            pass
    return list(shapely.simplify(array, tolerance))


def surface(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of a shape, without the lines and points that a union may leave."""
    if shapely.get_type_id(shape) != shapely.GeometryType.GEOMETRYCOLLECTION:
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _without_slivers(shape: shapely.Geometry) -> shapely.Geometry:
    """Return the outline without the thin gaps that contours of two sources leave between neighbours."""
    return shapely.buffer(shapely.buffer(shape, 3, join_style="mitre"), -3, join_style="mitre")


def _path(shape: shapely.Geometry) -> str:
    """Return the path of the polygons of a shape, relative moves on a grid of whole units."""
    parts = shapely.get_parts(shape)
    rings = shapely.get_rings(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    grid = np.rint(points).astype(int).tolist()
    ends = np.searchsorted(ring_of, np.arange(len(rings) + 1)).tolist()
    out: list[str] = []
    for start, end in pairwise(ends):
        moves = [
            (x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(grid[start:end]) if x1 != x2 or y1 != y2
        ]
        if len(moves) < 3:
            continue
        x, y = grid[start]
        steps = " ".join([f"{dx} {dy}" for dx, dy in moves[:-1]]).replace(" -", "-")
        out.append(f"M{x} {y}l{steps}z")
    return "".join(out)


def _labels(base: Base, frame: Frame, letters: int, zones: Sequence[shapely.Geometry]) -> list[str]:
    """Return the names that fit, each mostly in its own zone: first those that stay on a narrow screen, then
    the others where there is room, or their number. zones: all of them, where they fall on the drawing.
    """
    boxes: dict[int, list[Box]] = {LABEL_NARROW: [], letters: []}
    own = f' font-size="{letters}"' if letters != LABEL else ""
    drawn = shapely.STRtree(shapely.make_valid(np.array(zones, dtype=object)))
    out = []

    def written(text: str, x: float, y: float, attributes: str) -> str:
        return f'<text class="{attributes}{own} x="{x:.0f}" y="{y + letters / 3:.0f}">{escape(text)}</text>'

    for name, shape, _ in sorted(base.names, key=lambda item: -item[2]):
        zone = shapely.make_valid(shapely.simplify(frame.place(shape), 1.0))
        shapely.prepare(zone)
        is_cited = name in base.cited
        sizes, x, y = _standing(name, zone, boxes, letters, drawn, may_leave=is_cited)
        if sizes:
            is_on_narrow = LABEL_NARROW in sizes or own
            kinds = ("nom", "" if is_on_narrow else "nom-large", CITED if is_cited else "")
            out.append(written(name, x, y, f'{" ".join(filter(None, kinds))}"'))
        if number := base.numbers.get(name):
            # Where the name has no room; hidden elsewhere, for narrow screens, whose letters are larger.
            missing_boxes = {size: taken for size, taken in boxes.items() if size not in sizes}
            _, x, y = _standing(number, zone, missing_boxes, letters, drawn) if missing_boxes else ((), x, y)
            named_attribute = f'" data-nom="{escape(name)}"'
            if not sizes:
                out.append(written(number, x, y, f"nom numero{named_attribute}"))
            else:
                narrow = "" if is_on_narrow else " nom-etroit"
                out.append(written(number, x, y, f'nom numero{narrow}{named_attribute} display="none"'))
    return out


def _standing(
    text: str,
    zone: shapely.Geometry,
    boxes: Mapping[int, list[Box]],
    letters: int,
    drawn: shapely.STRtree,
    *,
    may_leave: bool = False,
) -> tuple[tuple[int, ...], float, float]:
    """Return the heights of letters at which a text has room, most of them, that of the drawing among them,
    and where it stands, which is then taken. boxes: those taken at each height. may_leave: rather than
    nowhere, it begins or ends in its zone.
    """
    best: tuple[tuple[int, ...], float, float] = ((), 0.0, 0.0)
    west, north, east, south = _label_box(text, 0, 0, letters)
    places = _places(zone, letters, (east - west) * (south - north))
    for x, y in places:
        at_sizes = {size: _label_box(text, x, y, size) for size in boxes}
        sizes = tuple(
            size for size, box in at_sizes.items() if _has_room(box, boxes[size]) and _is_in(zone, box, drawn)
        )
        if letters in boxes and letters not in sizes:
            continue  # written for a narrow screen alone, it would stand over its neighbours on a wide one
        if len(sizes) > len(best[0]):
            best = (sizes, x, y)
        if len(sizes) == len(boxes):
            break
    if may_leave and not best[0]:
        half = (east - west) / 2
        moved = ((min(max(x, half), WIDTH - half), x, y) for x, y in places)
        free = [
            (shapely.area(shapely.clip_by_rect(zone, *box)), inside, y)
            for inside, x, y in moved
            if abs(inside - x) <= half
            and _has_room(box := _label_box(text, inside, y, letters), boxes[letters])
        ]
        if free:
            best = ((letters,), *max(free)[1:])
    sizes, x, y = best
    for size in sizes:
        boxes[size].append(_label_box(text, x, y, size))
    return best if sizes else ((), *places[0])


def numbers_key(svg: str, *, narrow: bool = False) -> str:
    """Return the names that the numbers of a map stand for, in a sentence; "" for a map without numbers.
    narrow: those included that stand for their name on a narrow screen alone.

    >>> numbers_key('<text class="nom numero" data-nom="Le Bourg" x="4" y="9">2</text>')
    'Numéros de la carte : 2 Le Bourg.'
    """
    names = {
        int(number): unescape(name)
        for name, style, number in NUMBER.findall(svg)
        if narrow or HIDDEN not in style
    }
    listed = ", ".join(f"{number} {names[number]}" for number in sorted(names))
    return f"Numéros de la carte : {listed}." if names else ""


def _is_in(zone: shapely.Geometry, box: Box, drawn: shapely.STRtree) -> bool:
    """Return True if a zone fills enough of the part of a box that is on the map."""
    window = shapely.box(*box)
    own = shapely.area(shapely.clip_by_rect(zone, *box))
    if own == 0 or own >= IN_ZONE * shapely.area(window):
        return bool(own)
    covered = drawn.geometries[drawn.query(window)]
    return bool(own >= IN_ZONE * shapely.area(shapely.clip_by_rect(covered, *box)).sum())


def _places(shape: shapely.Geometry, letters: int, smallest: float) -> list[tuple[float, float]]:
    """Return where the name of a zone may stand, the best first: well inside it, else higher or lower, where
    the names of its neighbours leave room, else anywhere in it. smallest: the area of the box of that name.
    """
    point = shapely.point_on_surface(shape)
    x, y = float(point.x), float(point.y)
    steps = [rank * 1.4 * letters for rank in (-1, 1, -2, 2)]
    places = [(x, y + step) for step in steps]
    if shapely.area(shape) >= IN_ZONE * smallest:
        west, north, east, south = shape.bounds
        columns, lines = np.linspace(west, east, ELSEWHERE), np.linspace(north, south, ELSEWHERE)
        places += [(float(x), float(y)) for y in lines for x in columns]
    is_inside = shapely.contains_xy(shape, [place[0] for place in places], [place[1] for place in places])
    return [(x, y), *(place for place, inside in zip(places, is_inside, strict=True) if inside)]


def _has_room(box: Box, taken: Sequence[Box]) -> bool:
    return box[0] >= 0 and box[2] <= WIDTH and not any(_overlap(box, other) for other in taken)


def _label_box(name: str, x: float, y: float, size: int) -> Box:
    half = len(name) * size * LETTER / 2
    return x - half, y - size * 0.7, x + half, y + size * 0.7


def numbered(
    svg: str, codes: Sequence[str], names: Collection[str], marks: Sequence[str] = (), *, max_unnamed: int = 0
) -> str:
    """Return a map with the ranks of some zones, from 1, in place of their own names: the rows of the table
    that stands beside it; a single one has its name. The other names give way to them, and the numbers of
    other zones, which would be read as ranks. codes: by rank; names: those of these zones; marks: letters
    instead of ranks, where the rows are in no order; max_unnamed: up to how many zones without room for their
    name are numbered after the ranks, for `numbers_key`.
    """
    name = next(iter(names)) if len(codes) == len(names) == 1 else ""
    unnamed = [
        drawn for drawn in NUMBER.finditer(svg) if HIDDEN not in drawn[2] and unescape(drawn[1]) not in names
    ]
    numbers = "".join(
        f'<text class="nom numero" data-nom="{drawn[1]}"{drawn[2]}>{number}</text>'
        for number, drawn in enumerate(unnamed, 1 if name else len(codes) + 1)
        if len(unnamed) <= max_unnamed
    )
    if name and any(unescape(drawn[4]) == name for drawn in NAME.finditer(NUMBER.sub("", svg))):
        return f"{NUMBER.sub('', svg).removesuffix('</svg>')}{numbers}</svg>"
    printed_marks = marks or [str(rank) for rank, _ in enumerate(codes, 1)]
    words = {code: name or mark for mark, code in zip(printed_marks, codes, strict=False)}
    return f"{labelled(svg, words, names).removesuffix('</svg>')}{numbers}</svg>"


def labelled(svg: str, words: Mapping[str, str], names: Collection[str]) -> str:
    """Return a map with words in some zones, by code, in place of their own names and of every number."""
    svg = NUMBER.sub("", svg)
    path_by_code = dict(ZONE.findall(svg))
    size = next(iter(NAME.findall(svg)), ("",))[0]
    height = f' font-size="{size}"' if size else ""
    numbers = []
    for code, text in words.items():
        if (shape := _drawn_shape(path_by_code.get(code, ""))) is not None:
            point = shapely.point_on_surface(shape)
            y = point.y + int(size or LABEL) / 3
            numbers.append(f'<text class="nom"{height} x="{point.x:.0f}" y="{y:.0f}">{escape(text)}</text>')
    unnumbered = NAME.sub(lambda drawn: "" if unescape(drawn[4]) in names else drawn[0], svg)
    first_name = NAME.search(unnumbered)
    at = first_name.start() if first_name else len(unnumbered) - len("</svg>")
    return f"{unnumbered[:at]}{''.join(numbers)}{unnumbered[at:]}"


def _drawn_shape(path: str) -> shapely.Geometry | None:
    """Return the largest part of a shape that `_path` wrote; None of an empty path."""
    rings = []
    for part in re.findall(r"M([^Mz]*)z", path):
        first, _, rest = part.partition("l")
        steps = np.array(re.findall(r"-?\d+", f"{first} {rest}"), dtype=float).reshape(-1, 2)
        if len(steps) > 2:
            rings.append(shapely.make_valid(shapely.Polygon(np.cumsum(steps, axis=0))))
    return max(rings, key=shapely.area, default=None)


def on_paper(svg: str) -> str:
    """Return a map that holds its names once for each height of letters in `ON_PAPER`, each time those that
    fit, in groups of class `taille`: who prints it knows how wide it stands, and shows one.
    """
    tags = [tag for tag in NAME.finditer(svg) if HIDDEN not in tag[0]]
    names = [
        (unescape(tag[4]), int(tag[2]), int(tag[3]) - int(tag[1] or LABEL) / 3, f'{CITED}"' in tag[0])
        for tag in tags
    ]
    if not names:
        return svg
    height = int(svg.partition(f'viewBox="0 0 {WIDTH} ')[2].partition('"')[0])
    groups = [f'<g class="taille t{size}">{"".join(_names(names, size, height))}</g>' for size in ON_PAPER]
    return NAME.sub("", svg).removesuffix("</svg>") + "".join(groups) + "</svg>"


def _names(names: Sequence[tuple[str, float, float, bool]], size: int, height: int) -> list[str]:
    """Return the names that fit in letters of that height, the first ones first, each moved a little when it
    would leave its drawing; one that a text says is moved further, or up or down, rather than left out.
    """
    boxes: list[Box] = []
    out = []
    for name, x, y, is_cited in names:
        for step in (0.0, -1.4, 1.4) if is_cited else (0.0,):
            west, north, east, south = _label_box(name, x, y + step * size, size)
            dx, dy = max(-west, 0) - max(east - WIDTH, 0), max(-north, 0) - max(south - height, 0)
            box = (west + dx, north + dy, east + dx, south + dy)
            most = (east - west) / 2 if is_cited else ASIDE * size
            is_cut = east - west > WIDTH or abs(dx) > most or abs(dy) > ASIDE * size
            if is_cut or any(_overlap(box, other) for other in boxes):
                continue
            boxes.append(box)
            at = f'x="{x + dx:.0f}" y="{y + step * size + dy + size / 3:.0f}"'
            out.append(f'<text class="nom" font-size="{size}" {at}>{escape(name)}</text>')
            break
    return out


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def knitted(
    areas: Sequence[Area], *, title: str, id: str, columns: int = 56, empty: str = "maille-vide"
) -> str:
    """Return the knitted map: each stitch takes the class of the zone under its centre. Never a map to work
    with.
    """
    shapes = [area.shape for area in areas]
    frame = frame_of(shapes, margin=0.02, tallest=1.3)
    placed = np.array(frame.place_all(shapes), dtype=object)
    wide = WIDTH / columns
    high = wide * 0.82
    xs = (np.arange(columns) + 0.5) * wide
    ys = (np.arange(int(frame.height / high)) + 0.5) * high
    grid = np.array([(x, y) for y in ys for x in xs])
    tree = shapely.STRtree(placed)
    points, zones = tree.query(shapely.points(grid), predicate="within")
    kinds = {int(point): areas[int(zone)].kind for point, zone in zip(points[::-1], zones[::-1], strict=True)}
    by_kind: dict[str, list[str]] = {}
    for point, kind in sorted(kinds.items()):
        x, y = grid[point]
        by_kind.setdefault(kind if kind in KNIT else empty, []).append(
            f'<use href="#{id}-m" x="{x:.0f}" y="{y:.0f}"/>'
        )
    half, tall = wide * 0.46, wide * 1.16
    stitch = stitch_path(half, tall)
    body = "".join(
        f'<g class="{kind}">{"".join(uses)}</g>' for kind, uses in sorted(by_kind.items(), reverse=True)
    )
    return (
        f'<svg class="fig tricot" viewBox="0 0 {WIDTH} {frame.height}" role="img"'
        f' aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg"><defs><path id="{id}-m"'
        f' d="{stitch}"/></defs>{body}</svg>'
    )


KNIT = ("case-numerique", "case-sociale", "case-les-deux")


def stitch_path(half: float, tall: float) -> str:
    """Return one knitted stitch: two leaves that meet at the foot, centred on its middle."""
    top, foot = -tall * 0.5, tall * 0.5
    left_leaf = (
        f"M{-half:.1f} {top:.1f}C{-half * 0.2:.1f} {top:.1f} 0 {top * 0.1:.1f} 0"
        f" {foot:.1f}C{-half * 0.85:.1f} {foot * 0.9:.1f} {-half:.1f} {foot * 0.1:.1f} {-half:.1f} {top:.1f}Z"
    )
    right_leaf = (
        f"M{half:.1f} {top:.1f}C{half * 0.2:.1f} {top:.1f} 0 {top * 0.1:.1f} 0 {foot:.1f}C{half * 0.85:.1f}"
        f" {foot * 0.9:.1f} {half:.1f} {foot * 0.1:.1f} {half:.1f} {top:.1f}Z"
    )
    return left_leaf + right_leaf
