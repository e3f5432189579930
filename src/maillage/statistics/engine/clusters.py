"""Neighbouring zones of one kind, grouped."""

import numpy as np
from numpy.typing import NDArray


def gather(pairs: NDArray[np.int64], chosen: NDArray[np.bool_]) -> list[list[int]]:
    """Return the groups of adjacent chosen zones, largest first, then by first zone.

    pairs: (n, 2) positions of zones that share a border; chosen: (zones,).

    >>> gather(np.array([[0, 1], [1, 2], [3, 4]]), np.array([True, True, False, True, False]))
    [[0, 1], [3]]
    """
    near: dict[int, list[int]] = {zone: [] for zone in np.flatnonzero(chosen).tolist()}
    for one, other in pairs[chosen[pairs].all(axis=1)].tolist():
        near[one].append(other)
        near[other].append(one)
    groups: list[list[int]] = []
    visited: set[int] = set()
    for first in near:
        if first in visited:
            continue
        group = [first]
        visited.add(first)
        for zone in group:  # grows while it is read
            new = [other for other in dict.fromkeys(near[zone]) if other not in visited]
            visited.update(new)
            group += new
        groups.append(sorted(group))
    return sorted(groups, key=lambda zones: (-len(zones), zones[0]))
