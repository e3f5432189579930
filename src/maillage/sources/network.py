"""A network of streets as arrays, and its pieces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import csgraph, sparse
from maillage.reference.travel import FOOT, STREET_MODES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]

USUAL = 1.0  # a way that walkers, or bicycles, take at their usual speed
MODE_IDS = tuple(mode.id for mode in STREET_MODES)
LEAST_PART, LEAST_METRES = 0.01, 5_000.0  # of the largest piece; a smaller piece is a car park, not an island


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Streets between crossings, as arrays.

    nodes: (nodes, 2) degrees, longitude first, of crossings and ends; ends: (edges, 2) the nodes of each
    street; metres: (edges,) its length; speeds: (edges, modes, 2) what each of MODE_IDS does along it and
    against it, 0 where it may not: USUAL for who has one speed, km/h for a car. anchors: (anchors, 2) degrees
    of points along streets, at most ANCHOR_METRES from each other; anchor_edge: the street of each,
    anchor_metres: how far it stands from the first end of it; anchor_half: (anchors, 2) degrees from it to
    half way to the next.
    """

    nodes: Floats
    ends: NDArray[np.int32]
    metres: Floats
    speeds: NDArray[np.float32]
    anchors: Floats
    anchor_edge: NDArray[np.int32]
    anchor_metres: NDArray[np.float32]
    anchor_half: NDArray[np.float32]


def in_large_pieces(network: Network, is_open: Flags) -> Flags:
    """Return which of the open streets are in a piece large enough to be joined."""
    first, last = network.ends[is_open].T
    n = len(network.nodes)
    links = sparse.coo_array((np.ones(len(first)), (first, last)), shape=(n, n))
    piece = csgraph.connected_components(links, directed=False)[1][network.ends[:, 0]]
    lengths = np.bincount(piece, weights=network.metres * is_open)
    is_large = (lengths >= LEAST_METRES) | (lengths >= LEAST_PART * lengths.max(initial=0.0))
    return np.asarray(is_open & is_large[piece])


def isolated_share(network: Network) -> float:
    """Return the share, 0 to 1, of the metres open to walkers that no path links to the largest part."""
    walkable = network.speeds[:, MODE_IDS.index(FOOT.id), 0] > 0
    first, last = network.ends[walkable].T
    n = len(network.nodes)
    _, parts = csgraph.connected_components(
        sparse.coo_array((np.ones(len(first)), (first, last)), shape=(n, n))
    )
    metres = np.bincount(parts[first], weights=network.metres[walkable])
    return float(1 - metres.max() / metres.sum()) if metres.sum() else 0.0
