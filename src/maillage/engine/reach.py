"""Who is near what: distances as the crow flies, on foot, and offer shared between those who may walk to it."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
Matrix: TypeAlias = sparse.csr_array

EARTH = 6_371_008.8  # metres, mean radius
AREAS_AT_ONCE = 4_096


def on_sphere(points: Floats) -> Floats:
    """Return (n, 3) unit vectors of (n, 2) longitudes and latitudes in degrees; nan where either is nan."""
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat) + 0 * lon))


def metres(chord: Floats) -> Floats:
    """Return the great-circle distance of chords of the unit sphere."""
    return np.asarray(2 * EARTH * np.arcsin(np.minimum(chord, 2) / 2))


def walked(crow: Floats, detour: float) -> Floats:
    """Return metres on foot for metres as the crow flies.

    >>> float(walked(np.array(1000.0), 1.3))
    1300.0
    """
    return np.asarray(crow * detour)


def minutes(on_foot: Floats, pace: float) -> Floats:
    """Return minutes for metres on foot at `pace`, in kilometres per hour.

    >>> float(minutes(np.array(1500.0), 4.5))
    20.0
    """
    return np.asarray(on_foot / (pace * 1000 / 60))


def nearest(areas: Floats, places: Floats) -> tuple[Floats, Positions]:
    """Return for each area the metres as the crow flies to the nearest place, and its position.

    areas: (areas, 2), places: (places, 2) degrees, longitude first. inf and -1 where there is no place, or where the
    area has no coordinates; a place without coordinates is near nothing. Of places at one point, the first is named.

    >>> distance, place = nearest(np.array([[5.0, 45.0]]), np.array([[np.nan, 45.0], [5.0, 45.1]]))
    >>> round(float(distance[0])), int(place[0])
    (11120, 1)
    """
    distance, position = np.full(len(areas), np.inf), np.full(len(areas), -1)
    here, there = _known(areas), _known(places)
    if len(here) and len(there):
        spots, first = np.unique(on_sphere(places[there]), axis=0, return_index=True)
        chord, found = cKDTree(spots).query(on_sphere(areas[here]))
        distance[here], position[here] = metres(chord), there[first[found]]
    return distance, position


def pairs(areas: Floats, places: Floats, radius: float) -> Matrix:
    """Return (areas, places) metres as the crow flies between those at most `radius` metres apart.

    Only near pairs are stored, a null distance too: a pair that is absent is farther than `radius`, or has no
    coordinates. Rows are made a few thousand at a time, so that memory follows the pairs found.
    """
    rows = [near for _, near in nearby(areas, places, radius)]
    return sparse.vstack(rows, format="csr") if rows else sparse.csr_array((0, len(places)))


def nearby(areas: Floats, places: Floats, radius: float) -> Iterator[tuple[slice, Matrix]]:
    """Yield the rows of `pairs`, AREAS_AT_ONCE areas at a time, each time with the slice they are."""
    there = _known(places)
    tree = cKDTree(on_sphere(places[there])) if len(there) else None
    reach = 2 * np.sin(min(radius / EARTH, np.pi) / 2)
    for start in range(0, len(areas), AREAS_AT_ONCE):
        some = areas[start : start + AREAS_AT_ONCE]
        here = _known(some)
        if tree is None or not len(here):
            near = sparse.csr_array((len(some), len(places)))
        else:
            found = cKDTree(on_sphere(some[here])).sparse_distance_matrix(tree, reach, output_type="ndarray")
            at = (here[found["i"]].astype(np.int32), there[found["j"]].astype(np.int32))
            near = sparse.coo_array((metres(found["v"]), at), shape=(len(some), len(places))).tocsr()
            near.sort_indices()
        yield slice(start, start + len(some)), near


def _known(points: Floats) -> Positions:
    return np.flatnonzero(~np.isnan(points).any(axis=1))


def nearness(distances: Matrix, radius: float, weights: Mapping[float, float] | None = None) -> Matrix:
    """Return the same pairs with their weight: that of the first limit not passed, 0 beyond the last or `radius`.

    weights: {limit: weight}, limits in the unit of distances and included; all weigh 1 when absent.
    """
    limits = np.array(sorted(weights or {radius: 1.0}))
    steps = np.array([*(dict(weights or {radius: 1.0})[limit] for limit in limits.tolist()), 0.0])
    found = steps[np.searchsorted(limits, distances.data, side="left")]
    found[distances.data > radius] = 0.0
    return sparse.csr_array((found, distances.indices, distances.indptr), shape=distances.shape)


def shared(demand: Floats, capacity: Floats, weight: Matrix) -> Floats:
    """Return the capacity that each person of each area can count on, when all who are near share it.

    demand: (areas,) or (areas, draws) persons; capacity: (places,); weight: (areas, places), as `nearness` gives it.
    A place that nobody is near gives nothing. Access summed over persons is the capacity of the places with demand
    in reach: nothing is created, nothing is lost.
    """
    crowd = np.asarray(weight.T @ demand)
    offered = capacity if demand.ndim == 1 else np.broadcast_to(capacity[:, None], crowd.shape)
    return np.asarray(weight @ np.divide(offered, crowd, out=np.zeros(crowd.shape), where=crowd > 0))


def floating(
    demand: Floats, capacity: Floats, distances: Matrix, radius: float, weights: Mapping[float, float] | None = None
) -> Floats:
    """Return access per person by two-step floating catchments, weighted by bands of distance (E2SFCA).

    demand: (areas,) or (areas, draws); capacity: (places,); distances: (areas, places), only near pairs stored;
    radius, weights: see `nearness`. Returns the shape of demand, in the unit of capacity per person.

    >>> near = sparse.csr_array(np.array([[1.0, 8.0], [5.0, 2.0]]))
    >>> floating(np.array([10.0, 30.0]), np.array([4.0, 3.0]), near, 6.0).tolist()
    [0.1, 0.2]
    """
    return shared(demand, capacity, nearness(distances, radius, weights))
