"""Ways by public transport: against a plain search forward in time, and on a line drawn by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.kernel.later import sparse
from maillage.reference.travel import MODES, MOMENTS
from maillage.sources.feeds import Rides
from maillage.statistics.engine.timetable import earliest, latest
from maillage.statistics.offer import reach, transit, what_if
from maillage.statistics.offer.grounds import with_places
from maillage.statistics.offer.travel import travel_by
from maillage.statistics.offer.whereabouts import Place
from tests.support.gtfs import Line
from tests.support.street import at, ground

N_STOPS, CHANGE = 6, 60
A_RIDE = st.tuples(
    st.integers(0, N_STOPS - 1), st.integers(0, N_STOPS - 1), st.integers(0, 40), st.integers(0, 9)
)


def rides_of(trips):
    """Return the rides of trips: (start, stop, minute, minutes), of one trip where the next goes on."""
    rows = [
        (start, stop, 60 * minute, 60 * (minute + lasts), trip)
        for trip, (start, stop, minute, lasts) in enumerate(trips)
        if start != stop
    ]
    columns = np.array(sorted(rows, key=lambda row: row[2]), dtype=np.int32).reshape(-1, 5).T
    is_open = np.ones(columns.shape[1], dtype=bool)
    return Rides(
        start=columns[0],
        stop=columns[1],
        leaves=columns[2],
        arrives=columns[3],
        trip=columns[4],
        line=columns[4],
        boards=is_open,
        alights=is_open,
    )


def arrival(rides, walks, start, at, goal):
    """Return the earliest second at the goal for who boards at a stop from a second on: a plain search."""
    ready, off = {start: at}, {}
    for _ in range(N_STOPS * 4):
        for row in range(len(rides.leaves)):
            begin, end = int(rides.start[row]), int(rides.stop[row])
            if ready.get(begin, np.inf) + CHANGE <= rides.leaves[row]:
                off[end] = min(off.get(end, np.inf), int(rides.arrives[row]))
        for stop, second in list(off.items()):
            for near in range(N_STOPS):
                if near == stop or walks[stop, near] > 0:
                    reached = second + (walks[stop, near] if near != stop else 0)
                    ready[near] = min(ready.get(near, np.inf), reached)
    return off.get(goal, np.inf)


@given(st.lists(A_RIDE, max_size=14), st.integers(0, N_STOPS - 1), st.integers(10, 50))
def test_the_latest_departure_is_in_time_and_no_later_one_is(trips, goal, minute):
    rides, deadline = rides_of(trips), 60 * minute
    walks = sparse.csr_array(([120.0, 120.0], ([0, 1], [1, 0])), shape=(N_STOPS, N_STOPS))
    goals = np.full((N_STOPS, 1), -np.inf, dtype=np.float32)
    goals[goal] = deadline
    departures = latest(rides, goals, walks, CHANGE)[:, 0]
    for start in range(N_STOPS):
        if np.isfinite(departures[start]):
            assert arrival(rides, walks, start, departures[start], goal) <= deadline
        later = departures[start] + 1 if np.isfinite(departures[start]) else -10_000
        assert arrival(rides, walks, start, later, goal) > deadline


@given(st.lists(A_RIDE, max_size=14), st.integers(0, N_STOPS - 1), st.integers(0, 20))
def test_the_earliest_arrival_is_that_of_a_plain_search_and_its_rides_lead_there(trips, start, minute):
    rides = rides_of(trips)
    walks = sparse.csr_array(([120.0, 120.0], ([0, 1], [1, 0])), shape=(N_STOPS, N_STOPS))
    journeys = earliest(rides, {start: 60 * minute}, walks, CHANGE)
    for goal in range(N_STOPS):
        assert journeys.off.get(goal, np.inf) == arrival(rides, walks, start, 60 * minute, goal)
        if goal in journeys.off:
            leaves = [int(rides.leaves[k]) for k in journeys.rides(rides, goal)]
            assert leaves == sorted(leaves) and leaves[0] >= 60 * minute + CHANGE


def test_minutes_hold_the_walks_the_wait_and_the_ride():
    """400 m to the stop, at the place's door: 5 min 20 on foot, 2 at the stop, 12 aboard, 0 to 20 too early."""
    tuesday, saturday = MOMENTS[0], MOMENTS[2]
    home = np.array([[5.70, 45.18 + 400 / 1.3 / 111_195]])
    place = np.array([[5.74, 45.18], [5.80, 45.18]])
    minutes = transit.travelled(Line(), tuesday, None, home, place, 60).toarray()
    best, worst = 400 / 75 + 2 + 12, 400 / 75 + 2 + 12 + 20
    assert best <= minutes[0, 0] <= worst and minutes[0, 1] == 0, "no stop is near the second place"
    assert transit.travelled(Line(), tuesday, None, home, place, best - 1).nnz == 0
    assert transit.travelled(Line(), saturday, None, home, place, 60).nnz == 0, "nothing runs that day"


def test_a_place_closed_on_arrival_is_reached_by_nobody_even_on_foot():
    """Its neighbour opens for the last half hour alone: three arrivals of eight are left to it."""
    hours = ["Tu 14:00-18:00", "Tu 10:30-12:00", ""]
    tuesday = MOMENTS[0]
    is_open = transit.open_arrivals(Line(), tuesday, hours)
    assert is_open.sum(axis=1).tolist() == [0, 3, 8]
    homes, spots = np.array([[5.70, 45.18]]), np.array([[5.74, 45.18]] * 3)
    minutes = transit.travelled(Line(), tuesday, None, homes, spots, 60, is_open).toarray()[0]
    assert minutes[0] == 0 and minutes[1] >= 14 and minutes[2] >= 14
    street_places = [at("ville", 0, "wifi", opening=osm) for osm in hours]
    table = {"zone": np.array(["ville"]), "metre": np.array([0.0]), "besoin": np.array([1000.0])}
    g = ground(table, *street_places, by=travel_by(MODES["transports-mardi"]), timetable=Line())
    assert np.unique(g.near.indices).tolist() == [1, 2] and g.n_closed_and_unknown == (1, 1)
    assert reach.reach(g, "wifi", serving=np.array([True, False, False]))[0].share.value == 0


@pytest.mark.parametrize("mode", [f"transports-{moment.id}" for moment in MOMENTS])
def test_the_limit_is_three_quarters_of_an_hour_from_door_to_door(mode):
    assert travel_by(MODES[mode]).minutes == 45


def test_who_loses_when_a_line_stops_is_who_has_no_other_way():
    """À l’arrêt de la gare vivent mille personnes ; au bout de la ligne, mille autres, à la porte du lieu."""
    table = {"zone": np.array(["gare", "bout"]), "metre": np.zeros(2), "besoin": np.full(2, 1000.0)}
    degrees = np.array([[5.70, 45.18], [5.74, 45.18]])
    place = Place(id="lieu", lon=5.74, lat=45.18, offers=frozenset({"wifi"}))
    by = travel_by(MODES["transports-mardi"])
    g = ground(table, by=by, timetable=Line())
    g = with_places(replace(g, areas=replace(g.areas, points=degrees)), [place])
    assert what_if.lines(g) == {("tram", "T1"): [0]}
    change = what_if.stopped(g, "wifi", ("tram", "T1"))
    assert [round(zone.moved.value) for zone in change.zones] == [1000, 0]
    assert change.total.moved.low < change.total.moved.value < change.total.moved.high
    assert round(change.total.before.value) == 0 and round(change.total.after.value) == 1000
