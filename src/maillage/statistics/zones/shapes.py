"""Shapes of zones, and which zones are neighbours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.table import Table
from maillage.sources import contours
from maillage.statistics.zones.zoning import Zone

DEGREE_IN_METRES = 111_320.0
MIN_BORDER = 100 / DEGREE_IN_METRES  # degrees
MOST_LOST = 0.1  # share of a zone's residents whose commune may lack a contour without losing the zone


@dataclass(frozen=True, slots=True)
class Shapes:
    """zones: one shape (WGS84) or None by zone; parts: the contours of IRIS that have one, by code.

    missing: positions of zones without any contour.
    """

    zones: tuple[shapely.Geometry | None, ...]
    parts: Mapping[str, shapely.Geometry] = field(default_factory=dict)

    def inside(self, zone: Zone, iris: Table) -> list[shapely.Geometry]:
        """Return the contours of the IRIS that make up a zone; none when it is a single area or they have no
        contour.
        """
        if len(zone.rows) < 2:
            return []
        return [self.parts[code] for code in iris["iris"][zone.rows].tolist() if code in self.parts]

    @property
    def missing(self) -> list[int]:
        return [position for position, shape in enumerate(self.zones) if shape is None]


def of_zones(zones: Sequence[Zone], iris: Table) -> Shapes:
    """Return the shape of each zone: the union of its IRIS, or of its whole communes where IRIS have no
    contour.

    A zone that includes part of a commune whose IRIS have no contour gets no shape: drawing the whole commune
    would be wrong.
    """
    rows = np.concatenate([zone.rows for zone in zones])
    known = contours.iris(set(iris["iris"][rows].tolist()))
    lacking = np.isin(iris["iris"][rows], np.array(list(known), dtype=np.str_), invert=True)
    today = np.unique(iris["commune"][rows[lacking]])
    members = np.flatnonzero(np.isin(iris["commune"], today))
    outlines = contours.communes({*today.tolist(), *iris["published"][members].tolist()})
    contours.check(known)
    contours.check(outlines)
    drawn_by = {row: _drawn_by(row, iris, outlines) for row in members.tolist()}
    return Shapes(tuple(_shape(zone, iris, known, outlines, drawn_by) for zone in zones), known)


def _drawn_by(row: int, iris: Table, outlines: Mapping[str, shapely.Geometry]) -> str:
    """Return the code of the outline that holds an IRIS: its own commune, else the one that it became."""
    published = str(iris["published"][row])
    return published if published in outlines else str(iris["commune"][row])


def _shape(
    zone: Zone,
    iris: Table,
    known: Mapping[str, shapely.Geometry],
    outlines: Mapping[str, shapely.Geometry],
    drawn_by: Mapping[int, str],
) -> shapely.Geometry | None:
    rows = zone.rows.tolist()
    parts = [known[code] for code in iris["iris"][rows].tolist() if code in known]
    lost = 0.0
    sizes, inside = Counter(drawn_by.values()), Counter(drawn_by[row] for row in rows if row in drawn_by)
    for row in rows:
        if str(iris["iris"][row]) in known:
            continue
        if (commune := drawn_by[row]) not in outlines:
            lost += float(iris["pop"][row])
        elif inside[commune] < sizes[commune]:
            return None
        else:
            parts.append(outlines[commune])
    if not parts or lost > MOST_LOST * float(iris["pop"][rows].sum()):
        return None
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def touching(shapes: Shapes) -> NDArray[np.int64]:
    """Return (n, 2) positions of zones that share a border longer than a point, each pair once, first <
    second.
    """
    drawn = [position for position, shape in enumerate(shapes.zones) if shape is not None]
    geometries = np.array([shapes.zones[position] for position in drawn], dtype=object)
    if len(drawn) < 2:
        return np.empty((0, 2), dtype=np.int64)
    first, second = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    pairs = np.column_stack((first, second))[first < second]
    border = shapely.intersection(*shapely.boundary(geometries)[pairs.T])
    pairs = np.array(drawn)[pairs[shapely.length(border) > MIN_BORDER]]
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])
