"""Nearness: distances as the crow flies and on foot, and offer shared between those who may walk to it."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, sparse, spatial

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

EARTH = 6_371_008.8  # metres, mean radius
AREAS_AT_ONCE = 4_096
DETOURS = 20  # levels between the straightest path and the most winding


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

    areas: (areas, 2), places: (places, 2) degrees, longitude first. inf and -1 where there is no place, or
    where the area has no coordinates; a place without coordinates is near nothing. Among places at the same
    point, the first is returned.

    >>> distance, place = nearest(np.array([[5.0, 45.0]]), np.array([[np.nan, 45.0], [5.0, 45.1]]))
    >>> round(float(distance[0])), int(place[0])
    (11120, 1)
    """
    distance, position = np.full(len(areas), np.inf), np.full(len(areas), -1)
    located, there = _known(areas), _known(places)
    if len(located) and len(there):
        spots, first = np.unique(on_sphere(places[there]), axis=0, return_index=True)
        chord, first_spot = spatial.cKDTree(spots).query(on_sphere(areas[located]))
        distance[located], position[located] = metres(chord), there[first[first_spot]]
    return distance, position


def pairs(areas: Floats, places: Floats, radius: float) -> Matrix:
    """Return (areas, places) metres as the crow flies between those at most `radius` metres apart.

    Only near pairs are stored, zero distances included: a missing pair is farther than `radius`, or has no
    coordinates. Rows are computed a few thousand at a time, so that memory grows with the pairs found.
    """
    rows = [near for _, near in nearby(areas, places, radius)]
    return sparse.vstack(rows, format="csr") if rows else sparse.csr_array((0, len(places)))


def nearby(areas: Floats, places: Floats, radius: float) -> Iterator[tuple[slice, Matrix]]:
    """Yield the rows of `pairs`, AREAS_AT_ONCE areas at a time, each time with the slice they are."""
    there = _known(places)
    tree = spatial.cKDTree(on_sphere(places[there])) if len(there) else None
    reach = 2 * np.sin(min(radius / EARTH, np.pi) / 2)
    for start in range(0, len(areas), AREAS_AT_ONCE):
        some = areas[start : start + AREAS_AT_ONCE]
        located = _known(some)
        if tree is None or not len(located):
            near = sparse.csr_array((len(some), len(places)))
        else:
            near_pairs = spatial.cKDTree(on_sphere(some[located])).sparse_distance_matrix(
                tree, reach, output_type="ndarray"
            )
            at = (located[near_pairs["i"]].astype(np.int32), there[near_pairs["j"]].astype(np.int32))
            near = sparse.coo_array((metres(near_pairs["v"]), at), shape=(len(some), len(places))).tocsr()
            near.sort_indices()
        yield slice(start, start + len(some)), near


def _known(points: Floats) -> Positions:
    return np.flatnonzero(~np.isnan(points).any(axis=1))


def detours(n: int, straight: float, winding: float, chance: np.random.Generator) -> Floats:
    """Return (n,) detours evenly spread between the straightest path and the most winding, in a drawn order.

    >>> sorted(round(float(x), 2) for x in detours(4, 1.2, 1.4, np.random.default_rng(1)))
    [1.22, 1.27, 1.32, 1.38]
    """
    levels = min(n, DETOURS)
    middles = straight + (winding - straight) * (np.arange(levels) + 0.5) / levels
    return np.asarray(chance.permuted(np.resize(middles, n)))


def homes(
    points: int,
    n: int,
    n_residents: int,
    chance: np.random.Generator,
    pull: Floats | None = None,
    drawn_in: Floats | None = None,
) -> NDArray[np.int16]:
    """Return (n, each) points, 0 to points - 1, where the residents of an area live in each of n draws.

    Over the draws, every point is used as often as any other, within one. pull: (points,) how much each point
    draws residents; drawn_in: (n,) the share of them who follow it, 0 by default: the others stay spread.
    """
    spread = chance.permuted(np.resize(np.arange(points, dtype=np.int16), n * n_residents)).reshape(
        n, n_residents
    )
    if pull is None or drawn_in is None or pull.sum() <= 0:
        return spread
    at = chance.permuted((np.arange(n * n_residents) + 0.5) / (n * n_residents)).reshape(n, n_residents)
    centred = np.searchsorted(np.cumsum(pull) / pull.sum(), at).clip(max=points - 1).astype(np.int16)
    follow = (
        chance.permuted(np.tile((np.arange(n_residents) + 0.5) / n_residents, (n, 1)), axis=1)
        < drawn_in[:, None]
    )
    return np.where(follow, centred, spread)


def pull(points: Floats, places: Floats, metres_: float) -> Floats:
    """Return (points,) how much places draw residents: the sum of exp(-distance / metres_) over near places.

    What is farther than five times `metres_` weighs nothing.
    """
    near = pairs(points, places, 5 * metres_)
    weight = sparse.csr_array((np.exp(-near.data / metres_), near.indices, near.indptr), shape=near.shape)
    return np.asarray(weight.sum(axis=1)).ravel()


def nearest_of(distances: Matrix, is_column: NDArray[np.bool_]) -> Floats:
    """Return for each row the smallest stored distance among kept columns, inf where none is stored."""
    out = np.full(distances.shape[0], np.inf)
    some = np.diff(distances.indptr) > 0  # reduceat has no answer for an empty row
    if some.any():
        reachable = np.where(is_column[distances.indices], distances.data, np.inf)
        out[some] = np.minimum.reduceat(reachable, distances.indptr[:-1][some])
    return out


def closest(distances: Matrix) -> tuple[Floats, Positions]:
    """Return for each row its smallest stored distance, and its column; inf and -1 where none is stored.

    >>> closest(sparse.csr_array(np.array([[0.0, 7.0, 5.0], [0.0, 0.0, 0.0]])))
    (array([ 5., inf]), array([ 2, -1]))
    """
    smallest = nearest_of(distances, np.ones(distances.shape[1], dtype=bool))
    rows = np.repeat(np.arange(distances.shape[0]), np.diff(distances.indptr))
    columns = np.full(len(smallest), -1)
    at = np.flatnonzero(distances.data == smallest[rows])[::-1]  # of equal ones, the first is kept
    columns[rows[at]] = distances.indices[at]
    return smallest, columns


def within(distances: Matrix, limit: float) -> Matrix:
    """Return the pairs that are at most this far: the others are no longer stored."""
    near = distances.data <= limit
    ends = np.concatenate(([0], np.cumsum(near)))[distances.indptr]
    return sparse.csr_array((distances.data[near], distances.indices[near], ends), shape=distances.shape)


def nearness(distances: Matrix, radius: float, weights: Mapping[float, float] | None = None) -> Matrix:
    """Return the same pairs with their weight: that of the smallest limit not exceeded, 0 beyond the last or
    `radius`.

    weights: {limit: weight}, limits in the unit of distances and included; all weigh 1 when absent.
    """
    limits = np.array(sorted(weights or {radius: 1.0}))
    steps = np.array([*(dict(weights or {radius: 1.0})[limit] for limit in limits.tolist()), 0.0])
    pair_weights = steps[np.searchsorted(limits, distances.data, side="left")]
    pair_weights[distances.data > radius] = 0.0
    return sparse.csr_array((pair_weights, distances.indices, distances.indptr), shape=distances.shape)


def shared(demand: Floats, capacity: Floats, weight: Matrix) -> Floats:
    """Return the capacity available to each person of each area, when everybody nearby shares it.

    demand: (areas,) or (areas, draws) persons; capacity: (places,); weight: (areas, places), from `nearness`.
    A place with nobody nearby provides nothing. Access summed over persons equals the capacity of the places
    with demand in reach: nothing is created or lost.
    """
    crowd = np.asarray(weight.T @ demand)
    offered = capacity if demand.ndim == 1 else np.broadcast_to(capacity[:, None], crowd.shape)
    return np.asarray(weight @ np.divide(offered, crowd, out=np.zeros(crowd.shape), where=crowd > 0))


def floating(
    demand: Floats,
    capacity: Floats,
    distances: Matrix,
    radius: float,
    weights: Mapping[float, float] | None = None,
) -> Floats:
    """Return access per person by two-step floating catchments, weighted by bands of distance (E2SFCA).

    demand: (areas,) or (areas, draws); capacity: (places,); distances: (areas, places), only near pairs
    stored; radius, weights: see `nearness`. Returns the shape of demand, in the unit of capacity per person.

    >>> near = sparse.csr_array(np.array([[1.0, 8.0], [5.0, 2.0]]))
    >>> floating(np.array([10.0, 30.0]), np.array([4.0, 3.0]), near, 6.0).tolist()
    [0.1, 0.2]
    """
    return shared(demand, capacity, nearness(distances, radius, weights))
