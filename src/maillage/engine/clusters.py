"""Neighbouring zones of one kind, gathered."""

import numpy as np
from numpy.typing import NDArray


def gather(pairs: NDArray[np.int64], chosen: NDArray[np.bool_]) -> list[list[int]]:
    """Return the groups of chosen zones that touch one another, largest first, then by first zone.

    pairs: (n, 2) positions of zones that share a border; chosen: (zones,).

    >>> gather(np.array([[0, 1], [1, 2], [3, 4]]), np.array([True, True, False, True, False]))
    [[0, 1], [3]]
    """
    leader = {int(zone): int(zone) for zone in np.flatnonzero(chosen)}

    def root(zone: int) -> int:
        while leader[zone] != zone:
            leader[zone] = leader[leader[zone]]
            zone = leader[zone]
        return zone

    for first, second in pairs.tolist():
        if first in leader and second in leader:
            a, b = sorted((root(first), root(second)))
            leader[b] = a
    groups: dict[int, list[int]] = {}
    for zone in leader:
        groups.setdefault(root(zone), []).append(zone)
    return sorted(groups.values(), key=lambda zones: (-len(zones), zones[0]))
