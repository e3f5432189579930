"""Checks of contours. Contours of IRIS and of communes: one set of lines, each shared by the areas on its
two sides.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.errors import BrokenSource
from maillage.sources import cog
from maillage.sources.read import select


def check(shapes: Mapping[str, shapely.Geometry]) -> None:
    if broken := [code for code, shape in shapes.items() if shape.is_empty]:
        raise BrokenSource(
            f"contours: empty shape for {broken[:5]}.",
            why="The zone would vanish from the map without a word.",
            do="Rebuild the file with tools/reference_data.py.",
        )


CARD = "ign-contours"
GRID = 10_000  # vertices stand on a grid of 1/10 000 degree, about ten metres
Codes = NDArray[np.str_]
Positions = NDArray[np.int64]

AT_ONCE = 2_000  # outlines drawn together: every step of one holds as much memory as its result
COMMUNE = 5  # characters of an IRIS code that name its commune of 2020


def iris(codes: Iterable[str]) -> dict[str, shapely.Geometry]:
    """Return the contour (WGS 84, degrees) of each IRIS that has one: metropolitan France, as cut in 2020."""
    return unions({code: (code,) for code in sorted(codes)})


def communes(codes: Iterable[str]) -> dict[str, shapely.Geometry]:
    """Return the contour of each commune or arrondissement that has one, drawn with the lines of its IRIS.

    A code of today also covers the communes of 2020 that merged into it; a code that is gone covers its own.
    """
    parts = {code: [code] for code in sorted(codes)}
    wanted = np.array(list(parts), dtype=np.str_)
    for table, part, into in ((cog.former(), "former", "code"), (cog.communes(), "code", "parent")):
        inside = np.isin(table[into], wanted)
        for code, target in zip(table[part][inside].tolist(), table[into][inside].tolist(), strict=True):
            parts[target].append(code)
    return unions(parts)


def communes_in(west: float, south: float, east: float, north: float) -> set[str]:
    """Return today's communes that meet a box (degrees)."""
    outlines = communes(communes_near(west, south, east, north))
    box = shapely.box(west, south, east, north)
    return {code for code, outline in outlines.items() if outline.intersects(box)}


def communes_near(west: float, south: float, east: float, north: float) -> list[str]:
    """Return today's communes whose lines come near a box (degrees), a few beside it included."""
    sides = {"west": west, "south": south, "east": east, "north": north}
    table = select(
        CARD,
        "select distinct unnest([left(a, 5), left(b, 5)]) as code from raw where x + reach >= $west"
        " and x - reach <= $east and y + reach >= $south and y - reach <= $north",
        {name: round(side * GRID) for name, side in sides.items()},
    )
    return sorted(set(cog.current(table["code"][table["code"] != ""]).tolist()))


def unions(areas: Mapping[str, Iterable[str]]) -> dict[str, shapely.Geometry]:
    """Return the outline of each union of areas, by key: the lines that have it on one side only.

    areas: codes of IRIS, or of communes of 2020. A key without any line is left out.
    """
    owned = [(code, key) for key, codes in enumerate(areas.values()) for code in codes]
    if not owned:
        return {}
    codes, owners = map(np.array, zip(*sorted(owned), strict=True))
    lines, sides = _lines(codes)
    # A line inside a union has it on both sides: the symmetric difference drops it.
    first, second = (_owned(side, codes, owners) for side in sides)
    pairs = np.setxor1d(first, second)
    if not len(pairs):
        return {}
    drawn, index = np.unique(pairs // len(lines), return_inverse=True)
    keys, shapes = list(areas), dict[str, shapely.Geometry]()
    for start in range(0, len(drawn), AT_ONCE):
        chunk = slice(*np.searchsorted(index, (start, start + AT_ONCE)))
        rings = shapely.geometrycollections(lines[pairs[chunk] % len(lines)], indices=index[chunk] - start)
        # On the grid two lines may cross: no area has them until the crossing is a vertex.
        built = shapely.build_area(shapely.node(rings))
        outlines = shapely.normalize(built)  # the same points, whatever is asked with it
        shapes |= zip([keys[key] for key in drawn[start : start + AT_ONCE]], outlines.tolist(), strict=True)
    return shapes


def _owned(side: Codes, codes: Codes, owners: Positions) -> Positions:
    """Return `owner × lines + line` for each line whose area on one side, or its commune, is owned.

    codes: sorted; owners: the key of each code.
    """
    pairs = []
    for names in (side, side.astype(f"U{COMMUNE}")):
        first, last = np.searchsorted(codes, names, "left"), np.searchsorted(codes, names, "right")
        line = np.repeat(np.arange(len(side)), last - first)
        rank = np.arange(len(line)) - np.searchsorted(line, line)
        pairs.append(owners[first[line] + rank] * len(side) + line)
    return np.concatenate(pairs)


def _lines(codes: Codes) -> tuple[NDArray[np.object_], tuple[Codes, Codes]]:
    """Return the lines around some areas, and the code of the area on each of their sides, '' outside."""
    wanted = "(select unnest($codes))"
    near = " or ".join(f"{side} in {wanted} or left({side}, {COMMUNE}) in {wanted}" for side in "ab")
    heads, steps = (
        select(
            CARD,
            f"select {columns} from (select * from raw where {near} order by file_row_number)",  # noqa: S608 (ours)
            {"codes": np.unique(codes).tolist()},
            numbered=True,
        )
        for columns in ("a, b, x, y, len(dx) as n", "unnest(dx) as x, unnest(dy) as y")
    )
    n_steps = heads["n"]
    xy = np.column_stack([_points(heads[axis], steps[axis], n_steps) for axis in "xy"]) / GRID
    index = np.repeat(np.arange(len(n_steps)), n_steps + 1)
    return shapely.linestrings(xy, indices=index), (heads["a"], heads["b"])


def _points(first: Positions, steps: Positions, n_steps: Positions) -> Positions:
    """Return the coordinates of lines laid end to end, from the first one of each and its steps."""
    starts = np.cumsum(n_steps) - n_steps
    total = np.cumsum(np.insert(steps, starts, first))
    starts += np.arange(len(starts))
    return np.asarray(total - np.repeat(total[starts] - first, n_steps + 1))
