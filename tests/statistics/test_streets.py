"""Where streets are known, the way follows them; elsewhere it stays that of the crow."""

import heapq
import pickle
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.reference.travel import BICYCLE, CAR, FOOT, MODES, WHEELCHAIR
from maillage.sources import streets, walks
from maillage.statistics.engine import paths
from maillage.statistics.offer import grounds, reach, travel
from maillage.statistics.offer.gaps import ways
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.streets import travelled, walked
from tests.support import street
from tests.support.street import DEGREE, at

NORTH = 45.002  # the other bank, 222 metres off
STREET = {"highway": "residential"}


def bank(*metres, latitude=45.0):
    """The points of a way along a bank."""
    return [(5 + metre * DEGREE, latitude) for metre in metres]


SOUTH_STREET, NORTH_STREET = bank(0, 1500, 3000), bank(0, 1500, 3000, latitude=NORTH)
BRIDGE = [SOUTH_STREET[-1], NORTH_STREET[-1]]


@pytest.fixture
def town(tmp_path):
    """Keep the streets of some ways, each its points and its tags."""

    def keep(*points_and_tags):
        return streets.store(street.network(*points_and_tags), tmp_path, file="essai.osm.pbf")

    return keep


def on_bank(network, *places, metres=(0.0,), mode=FOOT) -> Ground:
    """Residents along the south bank, a zone each, with these streets."""
    homes = {
        "zone": np.array([f"z{k}" for k in range(len(metres))]),
        "metre": np.array(metres),
        "besoin": np.full(len(metres), 100.0),
    }
    plain = street.ground(homes)
    return grounds.ground(
        plain.areas, plain.zones, places, travel=travel.travel_by(mode), seed=plain.seed, streets=network
    )


def within(g):
    return [zone.share.value for zone in reach.reach(g)]


ACROSS = replace(at("z0", 0), lat=NORTH)


def test_a_way_of_travelling_read_back_from_a_stored_study_is_the_same_one():
    assert all(pickle.loads(pickle.dumps(mode)) is mode for mode in MODES.values())


def test_river_puts_a_place_out_of_reach_that_a_crow_would_reach(town):
    river = town((SOUTH_STREET, STREET), (NORTH_STREET, STREET), (BRIDGE, STREET))
    assert within(on_bank(None, ACROSS)) == [100, 100]
    g = on_bank(river, ACROSS)
    assert within(g) == [0, 0]
    nearest = reach.nearest(g, g.serving(""))[0]
    assert nearest is not None
    assert nearest.metres == pytest.approx(3000 + 222 + 3000, abs=3)
    assert within(on_bank(river, ACROSS, mode=CAR))[0] > 50, "15 minutes by the bridge, and 3 to park"


def test_path_within_the_limit_is_in_reach_whatever_the_draw(town):
    straight = town((bank(0, 6000), STREET))
    assert within(on_bank(None, at("z0", 3700), mode=BICYCLE)) != [100, 100], "4 810 m, from 4 440 to 5 180"
    assert within(on_bank(straight, at("z0", 3700), mode=BICYCLE)) == [100, 100]
    assert within(on_bank(straight, at("z0", 5400), mode=BICYCLE)) == [0, 0]


def test_people_of_60_or_more_walk_slower_along_streets_alone(town):
    """Half of those in need and a third of the residents are 60 or more; 1 700 m are 28 minutes at 3.6 km/h."""
    straight = town((bank(0, 3000), STREET))

    def shares(network, metre, mode=FOOT):
        g = on_bank(network, at("z0", metre), mode=mode)
        g = replace(g, areas=replace(g.areas, elders=np.full(1, 1 / 3)))
        everybody, elders = reach.reach(g)[0], reach.reach(g, public="seniors")[0]
        return everybody.share.value, elders.share.value, everybody.residents_share.value

    everybody, elders, residents = shares(straight, 1700)
    assert 20 < elders < 80
    assert everybody == pytest.approx(100 - (100 - elders) / 2)
    assert residents == pytest.approx(100 - (100 - elders) / 3)
    assert shares(straight, 1400) == (100, 100, 100)
    assert shares(straight, 2600) == (0, 0, 0)
    everybody, elders, _ = shares(None, 1700)
    assert everybody == elders, "by the crow's flight, the assumption stays one for all"
    assert shares(straight, 1700, BICYCLE) == (100, 100, 100)


def test_zone_without_streets_keeps_the_crows_flight_and_says_so(town):
    g = on_bank(town((SOUTH_STREET, STREET)), at("z1", 40_500), metres=(0.0, 40_000.0))
    assert within(g)[:2] == [0, 100]
    assert g.uncovered_zones.tolist() == [False, True]
    assert "OpenStreetMap" in ways(g)
    assert "Rues inconnues dans 1 zone sur 2 : les distances y restent à vol d’oiseau" in ways(g).replace(
        "\xa0", " "
    )


def test_place_without_an_address_stays_at_the_crows_flight(town):
    river = town((SOUTH_STREET, STREET), (NORTH_STREET, STREET), (BRIDGE, STREET))
    vague = replace(ACROSS, precision=300.0)
    assert within(on_bank(river, vague)) == within(on_bank(None, vague)) != [0, 0]
    g = on_bank(river, vague, at("z0", 2000))
    nearest = reach.nearest(g, g.serving(""))[0]
    assert nearest is not None
    assert nearest.place == vague.id
    assert nearest.metres < 300, "about 222 m across, lengthened; 6 km by the bridge"


@pytest.mark.parametrize("place", [replace(at("z0", 1500), lat=45.02), replace(at("z0", 1500), lat=45.01)])
def test_a_place_at_sea_or_on_a_motorway_stays_at_the_crows_flight_and_is_named(town, place):
    """Two kilometres off the coast; then in the middle of a motorway, a kilometre away from any street."""
    motorway = bank(-5000, 5000, latitude=45.01)
    g = on_bank(town((bank(0, 3000), STREET), (motorway, {"highway": "motorway"})), place, at("z0", 500))
    assert [off.id for off in g.places_off_streets] == [place.id]
    assert place.id in ways(g) and "vérifiez le point" in ways(g)
    nearest = reach.nearest(on_bank(g.streets, place), np.array([True]))[0]
    assert nearest is not None and nearest.metres < 3500
    assert "vérifiez le point" not in ways(on_bank(g.streets, at("z0", 500)))


def test_oneway_street_is_taken_one_way_by_car_and_both_ways_on_foot(town):
    loop = [*bank(0, 1500, 3000), *bank(3000, 1500, 0, latitude=45.03), bank(0)[0]]
    oneway = town((loop, STREET | {"oneway": "yes"}))
    metres = {}
    for mode in (FOOT, CAR):
        g = on_bank(oneway, at("z0", 0), metres=(1500.0,), mode=mode)
        metres[mode] = reach.nearest(g, g.serving(""))[0].metres
    assert metres[FOOT] == pytest.approx(1500, abs=2)
    assert metres[CAR] > 7000, "round the block"


def test_nobody_joins_a_motorway_nor_a_street_that_leads_nowhere(town):
    dead_end = bank(0, 30, latitude=45.0002)  # 30 m away from the rest
    far = bank(-1500, 4500, latitude=45.003)
    g = on_bank(
        town((far, STREET), (dead_end, STREET), (bank(0, 3000), {"highway": "motorway"})), at("z0", 1000)
    )
    nearest = reach.nearest(g, g.serving(""))[0]
    assert nearest.metres == pytest.approx(1000 + 2 * 1.3 * 333.6, abs=5), (
        "to the street and back, lengthened"
    )


def test_bicycle_takes_a_lane_against_the_traffic(town):
    lane = STREET | {"oneway": "yes", "oneway:bicycle": "no"}
    g = on_bank(town((SOUTH_STREET, lane)), at("z0", 0), metres=(1500.0,), mode=BICYCLE)
    assert reach.nearest(g, g.serving(""))[0].metres == pytest.approx(1500, abs=2)


@pytest.mark.parametrize(
    ("tags", "passes"),
    [
        ({"highway": "steps"}, False),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, True),
        ({"highway": "path"}, False),
        ({"highway": "path", "wheelchair": "yes", "surface": "gravel"}, True),
        ({"highway": "footway"}, True),
        ({"highway": "footway", "wheelchair": "no"}, False),
        ({"highway": "footway", "surface": "sand"}, False),
        ({"highway": "residential", "smoothness": "very_bad"}, False),
        ({"highway": "residential", "foot": "private", "ramp:wheelchair": "yes"}, False),
    ],
)
def test_a_wheelchair_goes_round_what_the_tags_say_it_does_not_pass(town, tags, passes):
    """A short way of 600 m, and a street of 1 800 m: 13 and 39 minutes at 2.8 km/h."""
    ends = bank(0, 600)
    bypass = [ends[0], *bank(0, 600, latitude=45.0054), ends[1]]
    g = on_bank(town((ends, tags), (bypass, STREET)), at("z0", 600), mode=WHEELCHAIR)
    assert within(g)[0] == (100 if passes else 0)
    assert "L’accès de chaque lieu n’est pas compté" in ways(g)


edges = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(1, 100), st.booleans()), min_size=1, max_size=12
)
stops = st.lists(st.tuples(st.integers(0, 11), st.floats(0, 1)), min_size=1, max_size=4)


@given(edges, stops, stops)
def test_costs_are_those_of_a_plain_search(drawn_edges, drawn_starts, drawn_goals):
    """Every stop becomes a node of its own, and Dijkstra's search is written out."""
    ends = np.array([edge[:2] for edge in drawn_edges], dtype=np.int32)
    along = np.array([edge[2] for edge in drawn_edges])
    against = np.where([edge[3] for edge in drawn_edges], along, np.inf)

    def placed(drawn):
        edge, part = zip(*((edge % len(ends), part) for edge, part in drawn), strict=True)
        return paths.Stops(np.array(edge), np.array(part), np.zeros(len(edge)))

    starts, goals = placed(drawn_starts), placed(drawn_goals)
    costs = paths.costs(paths.graph(6, ends, along, against), starts, goals, 1e6).tolil()
    links: dict = {}
    for k, (first, last) in enumerate(ends.tolist()):
        on_edge = [(0.0, first), (1.0, last)]
        for name, group in (("start", starts), ("goal", goals)):
            on_edge += [(p, (name, i)) for i, p in enumerate(group.part.tolist()) if group.edge[i] == k]
        for part, node in on_edge:
            for other_part, other in on_edge:
                unit = along[k] if other_part >= part else against[k]
                if np.isfinite(unit) or other_part == part:
                    cost = abs(other_part - part) * unit if other_part != part else 0.0
                    links.setdefault(node, []).append((cost, other))
    for i in range(len(starts.edge)):
        best, queue = {}, [(0.0, 0, ("start", i))]
        while queue:
            cost, _, node = heapq.heappop(queue)
            if node not in best:
                best[node] = cost
                for k, (step, other) in enumerate(links[node]):
                    heapq.heappush(queue, (cost + step, len(best) * 100 + k, other))
        for j in range(len(goals.edge)):
            stored = (i, j) in zip(*costs.tocoo().coords, strict=True)
            assert stored == (("goal", j) in best)
            assert not stored or costs[i, j] == pytest.approx(best["goal", j], abs=1e-6)


def test_the_streets_around_a_point_give_the_paths_of_the_whole_network(town):
    """Twelve kilometres of blocks, some of whose streets are missing, and a walk of half an hour."""
    chance = np.random.default_rng(5)
    lines = [bank(*range(0, 12000, 200), latitude=45 + 0.0018 * k) for k in range(60)]
    ways = [
        [a, b]
        for pair in (*pairwise(lines), *((line[:-1], line[1:]) for line in lines))
        for a, b in zip(*pair, strict=True)
        if chance.random() < 0.85
    ]
    town_streets = town(*((way, STREET) for way in ways))
    middle = (5 + 3900 * DEGREE, 45.0362)
    spots = np.array(middle) + chance.uniform(-1500, 1500, (40, 2)) * (DEGREE, 1 / 111_195)
    nearby_network = walks.network_around(town_streets.walks, *middle, 2_250.0)
    assert nearby_network is not None and len(nearby_network.ends) < 0.5 * len(town_streets.network.ends)
    walked_metres = walked(nearby_network, middle, spots, 2_250.0, 1.3)
    by = travel.on_foot()
    metres, is_near = travelled(
        town_streets, replace(by, detour=1.3), np.array([middle]), np.array([True]), spots, 2_250.0
    )
    assert is_near.all() and 5 < np.isfinite(walked_metres).sum() < 40
    expected = metres.toarray()[0]
    assert walked_metres == pytest.approx(np.where(expected > 0, expected, np.inf), abs=1e-3)
