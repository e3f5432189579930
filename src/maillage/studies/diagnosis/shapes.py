"""Shapes of zones, and which zones are neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.table import Table
from maillage.pipeline.contours import check
from maillage.pipeline.contours import clean as contours
from maillage.studies.diagnosis.zoning import Zone

DEGREE_IN_METRES = 111_320.0
SLIT = 25 / DEGREE_IN_METRES
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
    lacking = [row for row in rows.tolist() if str(iris["iris"][row]) not in known]
    today = set(iris["commune"][lacking].tolist())
    members = np.isin(iris["commune"], np.array(sorted(today), dtype=iris["commune"].dtype))
    whole = contours.communes(today | set(iris["published"][members].tolist())) if lacking else {}
    check.check(known)
    check.check(whole)
    size: dict[str, int] = {}
    for row in np.flatnonzero(members).tolist():
        size[_drawn_by(row, iris, whole)] = size.get(_drawn_by(row, iris, whole), 0) + 1
    return Shapes(tuple(_shape(zone, iris, known, whole, size) for zone in zones), known)


def _drawn_by(row: int, iris: Table, whole: Mapping[str, shapely.Geometry]) -> str:
    """Return the code of the contour that holds an IRIS: its own commune, else the one that it became."""
    published = str(iris["published"][row])
    return published if published in whole else str(iris["commune"][row])


def _shape(
    zone: Zone,
    iris: Table,
    known: dict[str, shapely.Geometry],
    whole: dict[str, shapely.Geometry],
    size: dict[str, int],
) -> shapely.Geometry | None:
    parts: list[shapely.Geometry] = []
    lost = 0.0
    by_commune: dict[str, list[int]] = {}
    for row in zone.rows.tolist():
        if (shape := known.get(str(iris["iris"][row]))) is not None:
            parts.append(shape)
        else:
            by_commune.setdefault(_drawn_by(row, iris, whole), []).append(row)
    for code, members in by_commune.items():
        shape = whole.get(code)
        if shape is not None and len(members) < size[code]:
            return None
        if shape is None:
            lost += float(iris["pop"][members].sum())
            continue
        parts.append(shape)
    if not parts or lost > MOST_LOST * float(iris["pop"][zone.rows].sum()):
        return None
    return parts[0] if len(parts) == 1 else joined(parts)


def joined(parts: Sequence[shapely.Geometry]) -> shapely.Geometry:
    """Return the union of neighbours, closing the slits of a few metres between contours drawn separately."""
    whole = shapely.union_all(shapely.make_valid(np.array(parts, dtype=object)))
    closed = shapely.buffer(shapely.buffer(whole, SLIT, join_style="mitre"), -SLIT, join_style="mitre")
    return shapely.union(closed, whole)


def touching(shapes: Shapes) -> NDArray[np.int64]:
    """Return (n, 2) positions of zones that share a border longer than a point, each pair once, first <
    second.
    """
    kept = [position for position, shape in enumerate(shapes.zones) if shape is not None]
    geometries = np.array([shapes.zones[position] for position in kept], dtype=object)
    if len(kept) < 2:
        return np.empty((0, 2), dtype=np.int64)
    # Contours of different sources stop a few metres apart: a band of twenty metres bridges them.
    near = shapely.buffer(geometries, 20 / DEGREE_IN_METRES, quad_segs=1)
    first, second = shapely.STRtree(near).query(near, predicate="intersects")
    pairs = np.column_stack((first, second))[first < second]
    shared = shapely.length(
        shapely.intersection(shapely.boundary(geometries[pairs[:, 0]]), near[pairs[:, 1]])
    )
    pairs = pairs[shared > 100 / DEGREE_IN_METRES]
    pairs = np.array(kept)[pairs]
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])
