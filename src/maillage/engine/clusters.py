"""Neighbouring zones of one kind, grouped."""

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import csgraph, sparse


def gather(pairs: NDArray[np.int64], chosen: NDArray[np.bool_]) -> list[list[int]]:
    """Return the groups of adjacent chosen zones, largest first, then by first zone.

    pairs: (n, 2) positions of zones that share a border; chosen: (zones,).

    >>> gather(np.array([[0, 1], [1, 2], [3, 4]]), np.array([True, True, False, True, False]))
    [[0, 1], [3]]
    """
    inside = pairs[chosen[pairs].all(axis=1)]
    borders = sparse.coo_array(
        (np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape=(len(chosen), len(chosen))
    )
    _, group = csgraph.connected_components(borders, directed=False)
    groups: dict[int, list[int]] = {}
    for zone in np.flatnonzero(chosen).tolist():
        groups.setdefault(int(group[zone]), []).append(zone)
    return sorted(groups.values(), key=lambda zones: (-len(zones), zones[0]))
