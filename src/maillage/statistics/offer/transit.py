"""Ways by public transport: walking to a stop, waiting, riding, walking on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, sparse
from maillage.reference.parameters import number
from maillage.reference.travel import MOMENTS, Moment
from maillage.sources.feeds import Rides
from maillage.sources.network import Network
from maillage.sources.streets import Streets
from maillage.sources.timetables import Timetable
from maillage.statistics.engine import reach as engine
from maillage.statistics.engine import timetable as engine_of_rides
from maillage.statistics.offer import streets as along_streets
from maillage.statistics.offer.travel import on_foot
from maillage.words.opening import is_closed
from maillage.words.wording import count
from maillage.words.wording import number as number_text

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DEPARTURES = ARRIVALS = 8  # moments of the hours of a way at which one leaves, or must be there
CHANGE_SECONDS = 120.0  # to be at a stop before a vehicle leaves, from a street as from another vehicle
TRANSFER_METRES = 400.0  # walked between two stops to change
SPOTS_AT_ONCE = 128  # searched together: a thousand columns of arrivals
POINTS_AT_ONCE = 1_024
MARGIN_METRES = 2_000.0  # beyond the farthest place, where a line that leads there may pass


def walks(streets: Streets | None, starts: Floats, ends: Floats, metres: float) -> Matrix:
    """Return (starts, ends) seconds on foot between points (n, 2) of degrees, at most so many walked metres
    apart: along streets where both are near one, else as the crow flies, lengthened.
    """
    by = on_foot()
    near = engine.pairs(starts, ends, metres / by.detour)
    near.data = near.data * by.detour
    if streets is not None:
        is_covered = along_streets.covered(streets, by, starts, np.arange(len(starts)))
        near = along_streets.either(
            *along_streets.travelled(streets, by, starts, is_covered, ends, metres), near, is_covered
        )
    near.data = near.data * 3.6 / by.pace
    return near


def stops_off_streets(timetable: Timetable, streets: Streets | None) -> list[str]:
    """Return the sentence on the stops that no loaded street leads to; none when there are none."""
    stops = timetable.schedule.stops
    stops = stops[~np.isnan(stops).any(axis=1)]
    if streets is None or not len(stops):
        return []
    n_far = int((~along_streets.near_street(streets, on_foot(), stops)).sum())
    return [
        f"{count(n_far, 'arrêt')} sur {number_text(len(stops))} à plus de {number('reach/street'):.0f} m de"
        " toute rue chargée : la marche y reste à vol d’oiseau."
    ][: n_far > 0]


def _leaving(rides: Rides, first: float, last: float) -> Rides:
    """Return the rides that leave between two seconds."""
    part = slice(*np.searchsorted(rides.leaves, (first, last)).tolist())
    return Rides(**{name: getattr(rides, name)[part] for name in Rides.__dataclass_fields__})


def _among(rides: Rides, stops: NDArray[np.int32], n_stops: int) -> Rides:
    """Return the rides between two of some stops, whose positions are then those among these."""
    position = np.full(n_stops, -1, dtype=np.int32)
    position[stops] = np.arange(len(stops))
    rows = np.flatnonzero((position[rides.start] >= 0) & (position[rides.stop] >= 0))
    columns = {name: getattr(rides, name)[rows] for name in Rides.__dataclass_fields__}
    return Rides(**columns | {name: position[columns[name]] for name in ("start", "stop")})


@lru_cache(maxsize=2)
def _changes(timetable: Timetable, streets: Streets | None) -> Matrix:
    """Return (stops, stops) seconds on foot between those where one may change."""
    stops = timetable.schedule.stops
    return walks(streets, stops, stops, TRANSFER_METRES)


def _arrivals(moment: Moment) -> Floats:
    """Return the seconds of the day of the ARRIVALS of a moment."""
    return moment.start + (moment.end - moment.start) * (np.arange(ARRIVALS) + 1) / ARRIVALS


def open_arrivals(timetable: Timetable, moment: Moment, hours: Sequence[str]) -> Flags:
    """Return (places, ARRIVALS), True where a place may be open then, from its hours as OSM writes them: a
    place without hours, or by appointment, may always be.
    """
    day = timetable.days[MOMENTS.index(moment)]
    if not day:
        return np.ones((len(hours), ARRIVALS), dtype=bool)
    midnight = datetime.combine(date.fromisoformat(day), time())
    times = [midnight + timedelta(seconds=seconds) for seconds in _arrivals(moment).tolist()]
    return np.array([[not is_closed(osm, at) for at in times] for osm in hours]).reshape(-1, ARRIVALS)


def travelled(
    timetable: Timetable,
    moment: Moment,
    streets: Streets | None,
    points: Floats,
    spots: Floats,
    limit: float,
    is_open: Flags | None = None,
) -> Matrix:
    """Return (points, spots) the minutes of the ordinary way by public transport between points (n, 2) of
    degrees, stored up to a limit: half of the ARRIVALS at which a spot is open ask for less. They run from
    leaving home until one must be there, waiting included; a way on foot alone is none. is_open: (spots,
    ARRIVALS), always by default.
    """
    if is_open is None:
        is_open = np.ones((len(spots), ARRIVALS), dtype=bool)
    schedule = timetable.schedule
    rides, stops = _leaving(schedule.rides(moment), moment.start - limit * 60, moment.end), schedule.stops
    metres = number("reach/transit_walk") * number("reach/pace") * 1000 / 60
    to_stops = walks(streets, points, stops, metres)
    from_stops = walks(streets, spots, stops, metres)
    changes = _changes(timetable, streets)
    arrivals = np.where(is_open, _arrivals(moment), -np.inf)
    blocks = [
        _minutes(rides, to_stops, from_stops[part], changes, arrivals[part], limit)
        for part in (slice(first, first + SPOTS_AT_ONCE) for first in range(0, len(spots), SPOTS_AT_ONCE))
    ]
    return sparse.hstack(blocks, format="csr") if blocks else sparse.csr_array((len(points), len(spots)))


def _minutes(
    rides: Rides, to_stops: Matrix, from_stops: Matrix, changes: Matrix, arrivals: Floats, limit: float
) -> Matrix:
    """Return (points, spots) minutes, see `travelled`. to_stops, from_stops: (points, stops) and (spots,
    stops) seconds on foot; arrivals: (spots, ARRIVALS) seconds of the day, -inf when the spot is closed.
    """
    n_spots, n_stops = from_stops.shape
    near = from_stops.tocoo()
    middle = np.isfinite(arrivals).sum(axis=1)[None, :, None] // 2
    goals = np.full((n_stops, *arrivals.shape), -np.inf, dtype=np.float32)
    goals[near.col, near.row] = (arrivals[near.row] - near.data[:, None]).astype(np.float32)
    moments = engine_of_rides.latest(rides, goals.reshape(n_stops, -1), changes, CHANGE_SECONDS)
    rows = []
    for first in range(0, to_stops.shape[0], POINTS_AT_ONCE):
        some = to_stops[first : first + POINTS_AT_ONCE]
        departures = np.full((some.shape[0], moments.shape[1]), -np.inf, dtype=np.float32)
        n_near = np.diff(some.indptr)
        for k in range(int(n_near.max(initial=0))):  # the k-th stop near each point
            has = np.flatnonzero(n_near > k)
            at = some.indptr[has] + k
            leave = moments[some.indices[at]] - some.data[at][:, None].astype(np.float32)
            departures[has] = np.maximum(departures[has], leave)
        departures = departures.reshape(-1, *arrivals.shape)
        is_late = np.isneginf(departures)
        lasts = np.where(is_late, np.inf, np.where(is_late, 0, arrivals) - departures) / 60
        ordinary = np.take_along_axis(np.sort(lasts, axis=2), middle, axis=2)[:, :, 0]
        rows.append(sparse.csr_array(np.where(ordinary <= limit, np.maximum(ordinary, 0.1), 0.0)))
    return sparse.vstack(rows, format="csr") if rows else sparse.csr_array((0, n_spots))


def lines_among(timetable: Timetable, moment: Moment, points: Floats) -> dict[tuple[str, str], list[int]]:
    """Return the positions of the lines that run at a moment in the box of some points (n, 2), by vehicle and
    name.
    """
    schedule = timetable.schedule
    rides = _leaving(schedule.rides(moment), moment.start - number("reach/transit_minutes") * 60, moment.end)
    is_inside = (
        (schedule.stops >= np.nanmin(points, axis=0)) & (schedule.stops <= np.nanmax(points, axis=0))
    ).all(axis=1)
    lines: dict[tuple[str, str], list[int]] = {}
    for line in np.unique(rides.line[is_inside[rides.start]]).tolist():
        lines.setdefault((str(schedule.vehicles[line]), str(schedule.names[line])), []).append(line)
    return lines


@dataclass(frozen=True, slots=True)
class Way:
    """The ordinary way to a place by public transport: minutes from door to door; lines: the vehicle and the
    name of each line, see `Schedule`.
    """

    minutes: float
    lines: tuple[tuple[str, str], ...]


def ways_from(
    timetable: Timetable,
    moment: Moment,
    home: tuple[float, float],
    spots: Floats,
    limit: float,
    network: Network | None = None,
) -> list[Way | None]:
    """Return the way from a point to each spot (spots, 2), half of the DEPARTURES asking for less; None where
    it lasts more than so many minutes, or no stop is near. network: the streets around the point, by which
    one walks to a stop; the other walks are as the crow flies, lengthened.
    """
    schedule = timetable.schedule
    metres = number("reach/transit_walk") * number("reach/pace") * 1000 / 60
    start = np.array([home])
    far = engine.nearest(spots, start)[0].max(initial=0.0) + MARGIN_METRES
    local = engine.pairs(start, schedule.stops, far).indices
    rides = _leaving(schedule.rides(moment), moment.start, moment.end + limit * 60)
    stops, rides = schedule.stops[local], _among(rides, local, len(schedule.stops))
    to_stops, from_stops = walks(None, start, stops, metres), walks(None, spots, stops, metres)
    first_walk = dict(zip(to_stops.indices.tolist(), to_stops.data.tolist(), strict=True))
    if network is not None and first_walk:
        near = np.array(list(first_walk))
        by_street = along_streets.walked(network, home, stops[near], metres, on_foot().detour)
        known = zip(near.tolist(), (by_street * 3.6 / on_foot().pace).tolist(), strict=True)
        first_walk |= {stop: seconds for stop, seconds in known if not np.isnan(seconds)}
    changes = walks(None, stops, stops, TRANSFER_METRES)
    ways_by_spot: list[list[tuple[float, tuple[int, ...]]]] = [[] for _ in spots]
    # Steps of the golden ratio: even ones would fall in with buses that leave every ten minutes.
    steps = np.arange(DEPARTURES) * (np.sqrt(5) - 1) / 2 % 1
    for leaves in (moment.start + (moment.end - moment.start) * steps).tolist():
        ready = {stop: leaves + seconds for stop, seconds in first_walk.items()}
        journeys = engine_of_rides.earliest(rides, ready, changes, CHANGE_SECONDS)
        for k, ways in enumerate(ways_by_spot):
            part = slice(from_stops.indptr[k], from_stops.indptr[k + 1])
            walk_by_stop = zip(from_stops.indices[part].tolist(), from_stops.data[part].tolist(), strict=True)
            arrivals = [(journeys.off[s] + walk, s) for s, walk in walk_by_stop if s in journeys.off]
            if arrivals:
                arrives, stop = min(arrivals)
                lines = rides.line[journeys.rides(rides, stop)].tolist()
                ways.append(((arrives - leaves) / 60, tuple(dict.fromkeys(lines))))
    never = (np.inf, ())
    ordinary = [
        sorted([*ways, *[never] * (DEPARTURES - len(ways))])[DEPARTURES // 2] for ways in ways_by_spot
    ]
    names = list(zip(schedule.vehicles.tolist(), schedule.names.tolist(), strict=True))
    return [
        Way(minutes, tuple(names[line] for line in lines)) if minutes <= limit else None
        for minutes, lines in ordinary
    ]
