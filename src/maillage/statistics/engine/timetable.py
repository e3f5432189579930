"""Journeys by public transport: the latest moment to be at each stop to arrive somewhere in time."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import Matrix
from maillage.sources.feeds import Rides

Floats = NDArray[np.float64]


def latest(rides: Rides, goals: NDArray[np.float32], walks: Matrix, change: float) -> NDArray[np.float32]:
    """Return (stops, goals) the latest second at which one may be at each stop to board a ride and reach each
    goal in time; -inf where none leads there.

    goals: (stops, goals) the latest second at each stop to reach the goal on foot, -inf where too far. walks:
    (stops, stops) seconds on foot between near stops. change: seconds to be at a stop before a ride leaves.
    Rides are scanned once, the last to leave first (connection scan: Dibbelt, Pajor, Strasser and Wagner,
    2013), for all goals together.

    >>> from maillage.kernel.later import sparse
    >>> ride = [np.array([each]) for each in (0, 1, 100, 400, 0, 0)]
    >>> flags = [np.array([True])] * 2
    >>> rides = Rides(**dict(zip(Rides.__dataclass_fields__, [*ride, *flags], strict=True)))
    >>> goal = np.array([[-np.inf], [450.0]], dtype=np.float32)
    >>> latest(rides, goal, sparse.csr_array((2, 2)), change=60).tolist()
    [[40.0], [-inf]]
    """
    boarding = np.full_like(goals, -np.inf)
    if not np.isfinite(goals).any():
        return boarding
    moments = (
        goals.copy()
    )  # of who alights: to walk to the goal, or to board another ride there or near there
    trips, of_trip = np.unique(rides.trip, return_inverse=True)
    is_aboard = np.zeros((len(trips), goals.shape[1]), dtype=bool)
    rows = zip(
        rides.start.tolist(),
        rides.stop.tolist(),
        rides.leaves.tolist(),
        rides.arrives.tolist(),
        of_trip.tolist(),
        rides.boards.tolist(),
        rides.alights.tolist(),
        strict=True,
    )
    for start, stop, leaves, arrives, trip, boards, alights in reversed(list(rows)):
        aboard = is_aboard[trip]
        if alights:
            aboard |= moments[stop] >= arrives
        if not boards or not aboard.any():
            continue
        ready = leaves - change
        is_later = aboard & (boarding[start] < ready)
        if not is_later.any():
            continue
        boarding[start, is_later] = ready
        np.copyto(moments[start], ready, where=is_later & (moments[start] < ready))
        first, last = walks.indptr[start], walks.indptr[start + 1]
        for near, seconds in zip(
            walks.indices[first:last].tolist(), walks.data[first:last].tolist(), strict=True
        ):
            walker = moments[near]
            np.copyto(walker, ready - seconds, where=is_later & (walker < ready - seconds))
    return boarding


@dataclass(frozen=True, slots=True)
class Journeys:
    """The earliest arrivals from one start. off: by stop, the second when one alights there; boarded: by stop
    of `off`, the position of the ride that one boarded last; via: by stop where one waits, the stop where one
    alighted before; none for a stop reached from the start.
    """

    off: Mapping[int, float]
    boarded: Mapping[int, int]
    via: Mapping[int, int]

    def rides(self, rides: Rides, stop: int) -> list[int]:
        """Return the positions of the rides that one boards to alight at a stop of `off`, the first first."""
        positions: list[int] = []
        at: int | None = stop
        while at is not None:
            positions.append(self.boarded[at])
            at = self.via.get(int(rides.start[positions[-1]]))
        return positions[::-1]


def earliest(rides: Rides, ready: Mapping[int, float], walks: Matrix, change: float) -> Journeys:
    """Return the earliest arrivals at all stops, for somebody who is at some of them from a second on.

    ready: by stop, that second; walks, change: as in `latest`, of which this is the mirror: rides are scanned
    once, the first to leave first.
    """
    waits, off = dict(ready), dict[int, float]()
    boarded, via, aboard = dict[int, int](), dict[int, int](), dict[int, int]()
    indptr, indices, seconds = (column.tolist() for column in (walks.indptr, walks.indices, walks.data))
    columns = (rides.start, rides.stop, rides.leaves, rides.arrives, rides.trip, rides.boards, rides.alights)
    never = float("inf")
    for k, (start, stop, leaves, arrives, trip, boards, alights) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        if trip not in aboard:
            if not boards or waits.get(start, never) + change > leaves:
                continue
            aboard[trip] = k
        if not alights or arrives >= off.get(stop, never):
            continue
        off[stop], boarded[stop] = arrives, aboard[trip]
        near = slice(indptr[stop], indptr[stop + 1])
        for other, walk in ((stop, 0.0), *zip(indices[near], seconds[near], strict=True)):
            if arrives + walk < waits.get(other, never):
                waits[other], via[other] = arrives + walk, stop
    return Journeys(off, boarded, via)
