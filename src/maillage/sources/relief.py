"""Elevation tiles (.hgt), and what their slopes take from the speed of walkers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from maillage.kernel.errors import Refused
from maillage.reference.parameters import numbers
from maillage.reference.travel import FOOT
from maillage.sources.network import MODE_IDS, Floats, Network

NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})\.hgt", re.IGNORECASE)
SIDES = (1_201, 3_601)  # posts of a side: every 90 or 30 metres
VOID = -32_768
NOISE_METRES = 100.0  # a shorter street would take the error of two posts for a slope


@dataclass(frozen=True, slots=True)
class Tile:
    """A square degree. west, south: its corner, degrees; metres: (side, side) heights, the north first, nan
    where unknown.
    """

    west: int
    south: int
    metres: Floats


def read(path: Path) -> Tile:
    """Return a tile; Refused for what is not one."""
    name, size = NAME.fullmatch(path.name), path.stat().st_size if path.is_file() else 0
    side = round((size / 2) ** 0.5)
    if name is None or side not in SIDES or side * side * 2 != size:
        raise Refused(
            f"{path.name} : ce n’est pas une tuile d’altitudes, ou elle est coupée.",
            why="Une tuile (.hgt, telle que la mission SRTM les donne) se nomme par son coin : N45E000.hgt.",
            do="Décompressez-la sans la renommer ; les rues déjà chargées restent.",
        )
    north, south, east, west = name.groups()
    heights = np.fromfile(path, dtype=">i2").reshape(side, side).astype(np.float64)
    return Tile(
        int(west) * (1 if east.upper() == "E" else -1),
        int(south) * (1 if north.upper() == "N" else -1),
        np.where(heights == VOID, np.nan, heights),
    )


def heights(tiles: Sequence[Tile], points: Floats) -> Floats:
    """Return the metres above the sea of points (n, 2) of degrees, between the posts around; nan outside."""
    out = np.full(len(points), np.nan)
    for tile in tiles:
        last = len(tile.metres) - 1
        column, row = ((points - (tile.west, tile.south)) * (last, -last) + (0, last)).T
        rows = np.flatnonzero((column >= 0) & (column <= last) & (row >= 0) & (row <= last))
        x, y = np.minimum(column[rows].astype(int), last - 1), np.minimum(row[rows].astype(int), last - 1)
        right, low = column[rows] - x, row[rows] - y
        top = tile.metres[y, x] * (1 - right) + tile.metres[y, x + 1] * right
        bottom = tile.metres[y + 1, x] * (1 - right) + tile.metres[y + 1, x + 1] * right
        out[rows] = top * (1 - low) + bottom * low
    return out


def pace_on(slope: Floats) -> Floats:
    """Return the speed on a slope, up when positive, in units of that on the flat; 1 where unknown.

    >>> pace_on(np.array([0.0, 0.1, -0.05, np.nan])).round(2).tolist()
    [1.0, 0.7, 1.19, 1.0]
    """
    steepness, downhill = numbers("reach/slope")
    return np.nan_to_num(np.exp(-steepness * (np.abs(slope + downhill) - downhill)), nan=1.0)


def slowed(network: Network, tiles: Sequence[Tile]) -> Network:
    """Return the same streets, walked at the speed of their slope, each way."""
    metres = heights(tiles, network.nodes)[network.ends]
    slope = (metres[:, 1] - metres[:, 0]) / np.maximum(network.metres, NOISE_METRES)
    speeds = network.speeds.copy()
    speeds[:, MODE_IDS.index(FOOT.id)] *= np.column_stack((pace_on(slope), pace_on(-slope)))
    return replace(network, speeds=speeds)
