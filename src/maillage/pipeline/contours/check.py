"""Checks of contours."""

from collections.abc import Mapping

import shapely

from maillage.kernel.errors import BrokenSource


def check(shapes: Mapping[str, shapely.Geometry]) -> None:
    if broken := [code for code, shape in shapes.items() if shape.is_empty]:
        raise BrokenSource(
            f"contours: empty shape for {broken[:5]}.",
            why="The zone would vanish from the map without a word.",
            do="Rebuild the file with tools/reference_data.py.",
        )
