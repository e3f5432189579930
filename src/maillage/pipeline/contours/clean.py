"""Contours of communes and of the IRIS that have one."""

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.table import Table
from maillage.pipeline.read import select

GRID = 10_000
SIDES = ("west", "south", "east", "north")


def communes(codes: Iterable[str]) -> dict[str, shapely.Geometry]:
    """Return the contour (WGS84, degrees) of each commune or arrondissement that has one."""
    return _shapes("ign-communes-contours", sorted(codes))


def communes_in(west: float, south: float, east: float, north: float) -> set[str]:
    """Return the codes of the communes and arrondissements that have a corner in a box (degrees)."""
    table = select(
        "ign-communes-contours",
        "select distinct code from raw where x between $west and $east and y between $south and $north",
        {name: round(side * GRID) for name, side in zip(SIDES, (west, south, east, north), strict=True)},
    )
    return set(table["code"].tolist())


def iris(codes: Iterable[str]) -> dict[str, shapely.Geometry]:
    """Return the contour of each IRIS that has one: those of three territories only."""
    return _shapes("ign-iris-contours", sorted(codes))


def _shapes(card: str, codes: list[str]) -> dict[str, shapely.Geometry]:
    if not codes:
        return {}
    table = select(
        card,
        "select code, part, ring, x, y from raw where code between $first and $last and list_contains($codes,"
        " code) order by file_row_number",  # the points of a ring are in the order of the file
        {"first": codes[0], "last": codes[-1], "codes": codes},
        numbered=True,
    )
    return dict(_assemble(table)) if len(table) else {}


def _assemble(table: Table) -> Iterable[tuple[str, shapely.Geometry]]:
    code, part, ring = table["code"], table["part"], table["ring"]
    xy = np.column_stack((table["x"], table["y"])).astype(np.float64) / GRID
    new_shape = _changes(code)
    new_part = new_shape | _changes(part)
    new_ring = new_part | _changes(ring)
    rings = np.append(np.flatnonzero(new_ring), len(code))
    parts = np.append(np.flatnonzero(new_part[new_ring]), len(rings) - 1)
    shapes = np.append(np.flatnonzero(new_shape[new_ring][new_part[new_ring]]), len(parts) - 1)
    geometries = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, xy, (rings, parts, shapes))
    return zip(code[new_shape].tolist(), geometries.tolist(), strict=True)


def _changes(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    return np.append(True, values[1:] != values[:-1])
