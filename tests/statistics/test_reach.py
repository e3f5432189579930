"""Distances, walks, offer shared by floating catchments; then residents and places that are not a point."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from maillage.reference.travel import BICYCLE, CAR, FOOT
from maillage.statistics.engine import reach
from maillage.statistics.offer import calls, gap_rules, gaps, grounds, siting, travel, what_if, whereabouts
from maillage.statistics.offer import reach as study
from maillage.statistics.offer.areas import POINTS, Areas, dwellings, lattice
from maillage.statistics.offer.counts import place_counts
from maillage.statistics.offer.grounds import Ground, with_places
from maillage.statistics.offer.silence import Silence
from maillage.statistics.offer.whereabouts import Place
from maillage.statistics.zones.zoning import Zone
from tests.support.profile import times

degrees = st.tuples(st.floats(-180, 180), st.floats(-89, 89))
close = st.tuples(st.floats(4.9, 5.1), st.floats(44.9, 45.1))
unknown = st.sampled_from([(np.nan, 45.0), (5.0, np.nan), (np.nan, np.nan)])


def points(*some: tuple[float, float]) -> np.ndarray:
    return np.array(some, dtype=np.float64).reshape(-1, 2)


def crow(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The haversine formula, every pair: slow, and written another way."""
    lon, lat = np.radians(a[:, None, 0] - b[None, :, 0]), np.radians(a[:, None, 1] - b[None, :, 1])
    north = np.cos(np.radians(a[:, None, 1])) * np.cos(np.radians(b[None, :, 1]))
    inside = np.sin(lat / 2) ** 2 + north * np.sin(lon / 2) ** 2
    return 2 * reach.EARTH * np.arcsin(np.sqrt(np.minimum(inside, 1)))


many = st.lists(close, max_size=25).map(lambda some: points(*some))
with_unknown = st.lists(st.one_of(close, unknown), max_size=25).map(lambda some: points(*some))


@given(st.lists(degrees, min_size=1, max_size=8), st.lists(degrees, min_size=1, max_size=8))
def test_a_distance_is_the_great_circle_one_anywhere_on_earth(first, second):
    a, b = points(*first), points(*second)
    near = reach.pairs(a, b, 25_000_000).toarray()
    assert near == pytest.approx(crow(a, b), abs=1.0, rel=1e-6)


@given(with_unknown, with_unknown, st.floats(0, 30_000))
def test_pairs_are_exactly_those_within_the_radius(areas, places, radius):
    near = reach.pairs(areas, places, radius)
    assert near.shape == (len(areas), len(places))
    wanted = crow(areas, places)
    measured = np.full(near.shape, np.inf)
    measured[np.repeat(np.arange(len(areas)), np.diff(near.indptr)), near.indices] = near.data
    inside = np.isfinite(measured)
    assert (wanted[inside] <= radius + 0.01).all()
    assert not (
        wanted[~inside] < radius - 0.01
    ).any()  # nan is not less: a place without coordinates is near nothing
    assert measured[inside] == pytest.approx(wanted[inside], abs=0.01)


@given(with_unknown, with_unknown)
def test_the_nearest_place_is_at_the_least_distance(areas, places):
    distance, place = reach.nearest(areas, places)
    every = crow(areas, places) if len(places) else np.full((len(areas), 1), np.nan)
    for row, metres, position in zip(every, distance, place, strict=True):
        if np.isnan(row).all():
            assert (metres, position) == (np.inf, -1)
        else:
            assert metres == pytest.approx(np.nanmin(row), abs=0.01)
            assert row[position] == pytest.approx(metres, abs=0.01)


def test_of_places_at_the_same_point_the_first_is_named():
    places = points((5.2, 45), (5.1, 45), (5.1, 45), (5.1, 45))
    assert reach.nearest(points((5, 45)), places)[1].tolist() == [1]


@given(many, many, close)
def test_one_more_place_never_makes_the_nearest_one_farther(areas, places, new):
    before = reach.nearest(areas, places)[0]
    assert (reach.nearest(areas, np.concatenate((places, points(new))))[0] <= before).all()


def test_rows_are_the_same_however_many_are_made_at_a_time(monkeypatch):
    chance = np.random.default_rng(1)
    areas, places = (chance.uniform((5, 45), (5.3, 45.3), (n, 2)) for n in (700, 300))
    all_pairs = reach.pairs(areas, places, 5_000)
    monkeypatch.setattr(reach, "AREAS_AT_ONCE", 64)
    parts = reach.pairs(areas, places, 5_000)
    assert (all_pairs.indptr == parts.indptr).all()
    assert (all_pairs.indices == parts.indices).all()
    assert (all_pairs.data == parts.data).all()


def test_a_place_on_the_spot_is_near():
    near = reach.pairs(points((5, 45)), points((5, 45), (6, 45)), 100)
    assert near.indices.tolist() == [0]
    assert near.data.tolist() == [0.0]


@given(st.floats(0, 1e6), st.floats(1, 2), st.floats(1, 8))
def test_a_walk_is_longer_than_the_crow_flies_and_takes_its_time(metres, detour, pace):
    on_foot = reach.walked(np.array(metres), detour)
    assert on_foot >= metres
    assert reach.minutes(on_foot, pace) * pace * 1000 / 60 == pytest.approx(float(on_foot))


# ---------------------------------------------------------------------------------------- floating catchments

worlds = st.integers(0, 10**6).map(np.random.default_rng)
FEW_GROUNDS = settings(max_examples=times(8, 15))  # each draws a city, its residents and its places
WEIGHTS = {10.0: 1.0, 20.0: 0.68, 30.0: 0.22}


def world(chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray, sparse.csr_array]:
    n_areas, n_places = chance.integers(1, 12, 2)
    demand = chance.integers(0, 200, n_areas).astype(float)
    distances = chance.uniform(0.5, 45, (n_areas, n_places))
    distances[chance.random(distances.shape) < 0.3] = 0.0  # far: not stored
    return demand, chance.integers(0, 9, n_places).astype(float), sparse.csr_array(distances)


@given(worlds)
def test_access_is_the_two_steps_written_out(chance):
    demand, capacity, distances = world(chance)
    weight = np.zeros(distances.shape)
    for area, place in zip(*distances.nonzero(), strict=True):
        weight[area, place] = next(
            (w for limit, w in WEIGHTS.items() if distances[area, place] <= limit), 0.0
        )
    wanted = np.zeros(len(demand))
    for place, offered in enumerate(capacity):
        if (crowd := weight[:, place] @ demand) > 0:
            wanted += weight[:, place] * offered / crowd
    assert reach.floating(demand, capacity, distances, 30.0, WEIGHTS) == pytest.approx(wanted, rel=1e-12)


@given(worlds, st.integers(1, 5))
def test_draws_are_shared_one_by_one(chance, n):
    demand, capacity, distances = world(chance)
    draws = demand[:, None] * chance.uniform(0.5, 1.5, (1, n))
    together = reach.floating(draws, capacity, distances, 30.0)
    assert together.shape == draws.shape
    for k in range(n):
        assert together[:, k] == pytest.approx(reach.floating(draws[:, k], capacity, distances, 30.0))


@given(worlds, st.floats(1, 40))
def test_beyond_the_radius_nothing_counts_whatever_its_weight(chance, radius):
    _, _, distances = world(chance)
    weight = reach.nearness(distances, radius, WEIGHTS)
    assert (weight.data[distances.data > radius] == 0).all()
    assert (weight.data[distances.data <= min(radius, 10)] == 1).all()


def test_the_limit_of_a_band_is_in_it():
    weight = reach.nearness(sparse.csr_array(np.array([[10.0, 10.1, 20.0, 30.0, 30.1]])), 40.0, WEIGHTS)
    assert weight.toarray().tolist() == [[1.0, 0.68, 0.68, 0.22, 0.0]]


def test_a_place_that_nobody_is_near_gives_nothing():
    access = reach.floating(
        np.array([0.0, 10.0]), np.array([5.0, 2.0]), sparse.csr_array([[1.0, 0.0], [0.0, 1.0]]), 30.0
    )
    assert access.tolist() == [0.0, 0.2]


def test_without_a_place_there_is_no_access():
    assert reach.floating(
        np.array([4.0]), np.empty(0), reach.pairs(points((5, 45)), points(), 1.0), 1.0
    ).tolist() == [0.0]


# ------------------------------------------------------------------ residents and places that are not a point

CITY = shapely.box(5.0, 45.0, 5.06, 45.04)
OUTLINES = {"38185": CITY}


@given(st.integers(3, 12), st.floats(0, 6.28), st.floats(0.001, 0.2), st.floats(0.02, 1), st.floats(-60, 60))
def test_residents_are_spread_inside_their_contour_always_the_same(corners, turn, size, flat, south):
    angles = turn + np.linspace(0, 2 * np.pi, corners, endpoint=False)
    shape = shapely.Polygon(
        np.column_stack((5 + size * np.cos(angles), south + flat * size * np.sin(angles)))
    )
    points_inside = lattice(shape)
    assert len(points_inside) >= 1
    assert len(points_inside) < 4 * POINTS
    assert shapely.distance(shapely.points(points_inside), shape).max() == 0
    assert (points_inside == lattice(shape)).all()


def test_a_square_gets_the_required_number_of_even_points():
    points_inside = lattice(shapely.box(5, 0, 5.06, 0.06))
    assert len(points_inside) == POINTS
    assert points_inside.mean(axis=0) == pytest.approx([5.03, 0.03])


def test_a_sliver_or_a_ring_still_holds_somebody():
    sliver = shapely.Polygon([(5, 45), (5.1, 45.1), (5.1, 45.1000001)])
    ring = shapely.Point(5, 45).buffer(0.1).difference(shapely.Point(5, 45).buffer(0.0999))
    for shape in (sliver, ring):
        assert shapely.distance(shapely.points(lattice(shape)), shape).max() < 1e-6


def test_an_area_without_contour_has_one_point_its_commune_or_nothing():
    centres = np.array([[np.nan, np.nan], [5.0, 45.0], [np.nan, np.nan], [np.nan, np.nan]])
    points_of_areas, at, how = dwellings([None, None, None, CITY], [None, None, CITY, CITY], centres)
    assert how.tolist() == ["", "centre", "commune", "contour"]
    assert np.bincount(at, minlength=4).tolist() == [0, 1, POINTS, POINTS]
    assert len(points_of_areas) == 1 + 2 * POINTS


@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 20), st.integers(0, 1000))
def test_over_the_draws_every_point_houses_as_many_within_one(size, n, per_draw, seed):
    homes = reach.homes(size, n, per_draw, np.random.default_rng(seed))
    assert homes.shape == (n, per_draw)
    used = np.bincount(homes.ravel(), minlength=size)
    assert len(used) == size
    assert np.ptp(used) <= 1


pulls = st.lists(st.sampled_from([0.0, 0.1, 1.0, 5.0]), min_size=2, max_size=12).filter(any)


@given(pulls, st.integers(1, 12), st.integers(1, 20), st.integers(0, 1000))
def test_residents_who_all_follow_places_live_in_proportion_to_their_pull(pull, n, per_draw, seed):
    weight = np.array(pull)
    homes = reach.homes(len(pull), n, per_draw, np.random.default_rng(seed), weight, np.ones(n))
    used = np.bincount(homes.ravel(), minlength=len(pull))
    assert np.abs(used - n * per_draw * weight / weight.sum()).max() <= 1
    assert not used[weight == 0].any()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(1, 20), st.integers(0, 1000))
def test_the_share_that_follows_places_is_that_of_the_draw(drawn_in, per_draw, seed):
    """Un seul point attire : chaque tirage y loge au moins sa part, et les autres restent répandus."""
    share, size = np.array(drawn_in), 10_000
    pull = np.zeros(size)
    pull[-1] = 1.0
    homes = reach.homes(size, len(share), per_draw, np.random.default_rng(seed), pull, share)
    following = ((np.arange(per_draw) + 0.5) / per_draw < share[:, None]).sum(axis=1)
    n_at_last = (homes == size - 1).sum(axis=1)
    assert (n_at_last >= following).all()
    assert n_at_last.sum() <= following.sum() + 1


@given(pulls, st.integers(0, 1000))
def test_nobody_is_drawn_where_no_share_follows_or_nothing_pulls(pull, seed):
    def homes(*more):
        return reach.homes(len(pull), 6, 16, np.random.default_rng(seed), *more)

    none = np.zeros(6)
    assert np.array_equal(homes(np.array(pull), none), homes())
    assert np.array_equal(homes(np.zeros(len(pull)), none + 1), homes())


@given(many, many, st.floats(100, 2000))
def test_the_pull_of_places_fades_with_distance_and_stops(lived, places, metres):
    far = crow(lived, places)
    wanted = np.where(far <= 5 * metres, np.exp(-far / metres), 0.0).sum(axis=1)
    edge = np.abs(far - 5 * metres) < 1e-3  # on the limit, two formulas may disagree
    clear = ~edge.any(axis=1)
    assert reach.pull(lived, places, metres)[clear] == pytest.approx(wanted[clear], abs=1e-6)


def areas(chance: np.random.Generator, n: int = 6, n_draws: int = 7) -> Areas:
    """Areas on and around the city: squares, one of a single point, one of nothing."""
    corners = chance.uniform((4.98, 44.98), (5.08, 45.06), (n, 2))
    shapes = [shapely.box(x, y, x + 0.01, y + 0.008) for x, y in corners.tolist()]
    shapes[0] = shapes[-1] = None
    centres = np.full((n, 2), np.nan)
    centres[0] = corners[0]
    points_of_areas, at, how = dwellings(shapes, None, centres)
    need = chance.uniform(0, 300, (n, 1)) * chance.uniform(0.8, 1.2, (n, n_draws))
    return Areas(
        row=np.arange(n),
        code=np.array([f"38185{k:04}" for k in range(n)]),
        commune=np.full(n, "38185"),
        published=np.full(n, "38185"),
        population=chance.uniform(300, 900, n),
        adults=np.full(n, 250.0),
        need={"tous": need},
        shapes=shapes,
        points=points_of_areas,
        at=at,
        how=how,
        universe="15 ans et plus",
        n=1000,
    )


def place(chance: np.random.Generator, id: str) -> Place:
    """A place of any kind: at its address, somewhere around a point, somewhere in its commune, or nowhere."""
    lon, lat = chance.uniform((4.98, 44.98), (5.08, 45.06))
    kind = chance.integers(4)
    return Place(
        id=id,
        commune="" if kind in (1, 3) else "38185",
        lon=np.nan if kind >= 2 else lon,
        lat=np.nan if kind >= 2 else lat,
        precision=[0.0, 1500.0, np.nan, np.nan][kind],
        offers=frozenset({"wifi"}),
    )


def ground(chance: np.random.Generator) -> Ground:
    some = areas(chance)
    zones = [
        Zone("a", "A", np.array([0, 1, 2])),
        Zone("b", "B", np.array([3, 4])),
    ]  # the last area is in no zone
    places = [place(chance, str(k)) for k in range(chance.integers(0, 5))]
    way = (travel.on_foot(20), travel.travel_by(BICYCLE), travel.travel_by(CAR))[chance.integers(3)]
    density = chance.integers(0, 3, len(some))
    return grounds.ground(some, zones, places, travel=way, density=density, outlines=OUTLINES)


@FEW_GROUNDS
@given(worlds)
def test_zones_and_orders_of_places_make_the_same_whole(chance):
    # Reached and missing make the need and zones make the whole.
    g = ground(chance)
    rows = study.reach(g, "wifi")
    for row in rows:
        assert 0 <= row.reached.low <= row.reached.value <= row.reached.high
        assert row.reached.value + row.missing.value == pytest.approx(row.need.value * (1 - row.unplaced))
        assert 0 <= row.unsure.value <= row.reached.value + 1e-9
        assert row.winding.value <= row.share.value + 1e-9 <= row.straight.value + 2e-9
        assert row.residents.low <= row.residents.value <= row.residents.high
        assert 0 <= row.share.low <= row.share.high <= 100 + 1e-9
    for name in ("need", "reached", "missing", "unsure", "residents"):
        assert sum(getattr(row, name).value for row in rows[:-1]) == pytest.approx(
            getattr(rows[-1], name).value
        )
    # The order of places changes nothing.
    shuffled = with_places(g, [g.places[k] for k in chance.permutation(len(g.places))])
    for one, other in zip(study.reach(g, "wifi"), study.reach(shuffled, "wifi"), strict=True):
        assert one.reached.value == pytest.approx(other.reached.value)
        assert one.share.low == pytest.approx(other.share.low)
    # A place is in the zones where it may be.
    for where, one in zip(g.standing, g.places, strict=True):
        if not one.commune and not one.is_precise:
            assert len(where) == 0
        if one.commune and not one.is_precise:
            assert where.tolist() == list(range(len(g.areas)))


@FEW_GROUNDS
@given(worlds)
def test_one_more_place_never_takes_anybody_out_of_reach(chance):
    g = ground(chance)
    new = place(chance, "new")
    more = with_places(g, (*g.places, new))
    before, after = (study.drawn(x, x.serving("wifi"), "tous") for x in (g, more))
    assert (after.reached >= before.reached - 1e-9).all()
    assert (after.sure >= before.sure - 1e-9).all()
    change = what_if.opened(g, "wifi", [new])
    assert change.total.after.value == pytest.approx(change.total.before.value - change.total.moved.value)
    back = what_if.closed(more, "wifi", ["new"])
    assert back.total.moved == change.total.moved


@FEW_GROUNDS
@given(worlds)
def test_places_of_zones_and_of_communes_make_the_whole(chance):
    """Where an address is unknown, or a contour, a place counts in its commune: none is lost, none twice."""
    g = ground(chance)
    g = grounds.ground(
        g.areas,
        [Zone("a", "A", np.array([0, 1, 2])), Zone("b", "B", np.array([3, 4, 5]))],
        [replace(each, same="one" if chance.random() < 0.2 else "") for each in g.places],
        travel=g.travel,
        outlines=OUTLINES,
    )
    counts = place_counts(g, silent=frozenset(), vague=frozenset())
    somewhere = {p.same or p.id for p, areas in zip(g.places, g.standing, strict=True) if len(areas)}
    assert counts.n_places[""] == len(somewhere)
    unassigned = sum(each.n_places for each in counts.unassigned)
    by_zone = [counts.n_places[code] for code in ("a", "b")]
    assert sum(by_zone) + unassigned in (len(somewhere), len(somewhere) + 1)  # one that moves counts twice
    for code in ("a", "b"):
        assert counts.n_unlocated[code] <= counts.n_places[code]
        assert counts.n_perhaps[code] >= unassigned
    cut = place_counts(ground(chance), silent=frozenset(), vague=frozenset())
    assert not any(each.is_inside for each in cut.unassigned), "a part of this commune is in no zone"


def test_a_vague_place_is_at_each_of_its_points_as_often_over_the_draws():
    vague = Place(id="x", commune="38185")
    located = whereabouts.whereabouts([vague], OUTLINES, seed=1, n=10 * POINTS)
    assert located.picked.sum(axis=1).tolist() == [10.0] * len(located.spots)
    assert located.picked.sum(axis=0).tolist() == [1.0] * (10 * POINTS)
    assert not located.sure.any()


def test_a_place_known_within_a_distance_stays_within_it():
    approximate = Place(id="x", lon=5.0, lat=45.0, precision=800.0)
    spots = whereabouts.whereabouts([approximate], {}, seed=1, n=5).spots
    far = reach.pairs(points((5.0, 45.0)), spots, 10_000).data
    assert len(spots) == POINTS
    assert far.max() <= 800
    assert np.median(far) == pytest.approx(800 / 2**0.5, rel=0.05)  # half of a disc is beyond that circle


def test_a_value_is_between_its_bounds_however_rare_what_it_counts():
    """One point out of thirty-six within reach: the mean is above the 95th centile of the draws, which is
    nil.
    """
    some = areas(np.random.default_rng(2), n_draws=10 * POINTS)
    only = replace(some, points=lattice(CITY)[:1], at=np.array([0]))
    vague = Place(id="x", commune="38185", offers=frozenset({"wifi"}))
    g = grounds.ground(
        only, [Zone("a", "A", np.array([0]))], [vague], travel=travel.on_foot(3), outlines=OUTLINES
    )
    row = study.reach(g, "wifi")[0]
    assert row.share.value == pytest.approx(100 / POINTS)
    assert row.reached.low == 0 < row.reached.value == row.reached.high
    assert row.missing.low <= row.missing.value <= row.missing.high


def three_areas() -> Areas:
    """Return two areas on the same ground, and a third ten kilometres away."""
    shapes = [shapely.box(5.0, 45.0, 5.002, 45.002)] * 2 + [shapely.box(5.1, 45.0, 5.102, 45.002)]
    points_of_areas, at, how = dwellings(shapes, None, np.full((3, 2), np.nan))
    some = areas(np.random.default_rng(5), n=3)
    need = np.array([[30.0], [30.0], [20.0]]) * np.ones((1, 7))
    return replace(some, shapes=shapes, points=points_of_areas, at=at, how=how, need={"tous": need})


def test_who_lives_outside_the_zones_neither_calls_for_a_place_nor_sends_it_away():
    """Le premier endroit gagne trente personnes, et en touche trente qui ne comptent pas ; le second, vingt."""
    zones = [Zone("a", "A", np.array([0, 2]))]
    g = grounds.ground(three_areas(), zones, [], travel=travel.on_foot(20), outlines=OUTLINES)
    spots = [siting.Spot("près", "", 5.001, 45.001), siting.Spot("loin", "", 5.101, 45.001)]
    (best,) = siting.best(g, "wifi", spots, 1).spots
    assert best.spot.id == "près"
    assert best.gained.value == pytest.approx(30)


@pytest.mark.parametrize(
    ("how", "codes", "cause"),
    [
        (
            "contour",
            ("290010000", "290020000"),
            "Là où la commune n’est pas découpée en quartiers, on ignore",
        ),
        ("commune", ("290010101", "290010102"), "Là où le contour des quartiers manque, on ignore"),
    ],
)
def test_a_doubt_on_where_people_live_names_its_cause(how, codes, cause):
    """Une commune entière n’a pas de quartiers : leur contour n’y manque pas."""
    some = replace(three_areas(), code=np.array([*codes, codes[0]]), how=np.full(3, how))
    zones = [Zone("a", "A", np.array([0, 1, 2]))]
    g = grounds.ground(some, zones, [], travel=travel.on_foot(), outlines=OUTLINES)
    assert [text for text in gaps.gaps(g).doubts if text.startswith(cause)]


def test_the_middle_of_residents_counts_each_as_one():
    """Une commune d’un seul point et un carré de trente-six : chacun compte pour ses habitants."""
    some = areas(np.random.default_rng(4))
    g = grounds.ground(some, [Zone("a", "A", np.arange(5))], [], travel=travel.on_foot(), outlines=OUTLINES)
    homes = [some.points[some.at == k].mean(axis=0) for k in (0, 1)]
    people = some.population[:2]
    expected = (people[:, None] * homes).sum(axis=0) / people.sum()
    assert siting.middle(g, np.arange(6) < 2) == pytest.approx(tuple(expected))


def test_the_chance_of_a_point_is_the_share_of_paths_short_enough_from_it():
    some, at = areas(np.random.default_rng(4)), points((5.03, 45.02))
    one = Place(id="x", commune="38185", lon=5.03, lat=45.02, precision=0.0, offers=frozenset({"wifi"}))
    g = grounds.ground(
        some, [Zone("a", "A", np.arange(5))], [one], travel=travel.on_foot(20), outlines=OUTLINES
    )
    near = crow(g.areas.points, at).reshape(-1)[:, None] * g.detours <= g.travel.metres
    assert study.chance(g, g.serving("wifi")) == pytest.approx(near.mean(axis=1))
    assert 0 < near.mean() < 1


def test_by_car_a_point_is_reached_in_the_draws_where_the_whole_way_takes_no_longer_than_the_limit():
    """Door to door, added up: half the way at the speed of each end, then the time to park."""
    some, at = areas(np.random.default_rng(4)), points((5.03, 45.02))
    one = Place(id="x", commune="38185", lon=5.03, lat=45.02, precision=0.0, offers=frozenset({"wifi"}))
    density = np.arange(len(some)) % 3
    by = replace(travel.travel_by(CAR), minutes=12.0)
    g = grounds.ground(
        some, [Zone("a", "A", np.arange(5))], [one], travel=by, density=density, outlines=OUTLINES
    )
    metres = crow(some.points, at).reshape(-1)
    home, there = density[some.at], density[some.at][np.argmin(metres)]
    per_hour = np.array(by.speeds) * 1000 / 60
    minutes = metres[:, None] * g.detours * (1 / per_hour[home] + 1 / per_hour[there])[:, None] / 2
    in_time = minutes + by.parking[there] <= by.minutes
    assert study.chance(g, g.serving("wifi")) == pytest.approx(in_time.mean(axis=1))
    assert 0 < in_time.mean() < 1


@pytest.mark.parametrize(("mode", "lacking"), [(FOOT, ("a", "b")), (CAR, ())])
def test_a_zone_whose_neighbour_has_a_place_lacks_one_on_foot_and_not_by_car(mode, lacking):
    some = areas(np.random.default_rng(3))
    zones = [Zone("a", "A", np.array([0, 1, 2])), Zone("b", "B", np.array([3, 4]))]
    one = Place(id="x", lon=5.1, lat=45.02, offers=frozenset({"wifi"}))  # outside both
    density = np.zeros(len(some), dtype=np.int64)
    by = travel.travel_by(mode)
    g = grounds.ground(some, zones, [one], travel=by, density=density, outlines=OUTLINES)
    assert gaps.gaps(g).where("sans-wifi", "wifi") == lacking


@FEW_GROUNDS
@given(worlds)
def test_the_answers_of_the_places_to_call_narrow_the_range_as_promised(chance):
    """Whatever they answer, the range that silence leaves shrinks by what is surely settled."""
    g = ground(chance)
    at = chance.uniform((4.98, 44.98), (5.08, 45.06), (6, 2)).tolist()
    some = [
        Place(id=str(k), lon=lon, lat=lat, offers=frozenset({"wifi"} if k < 2 else ()))
        for k, (lon, lat) in enumerate(at)
    ]
    unsaid = frozenset(place.id for place in some[2:])
    g = replace(with_places(g, some), silence=Silence({"wifi": unsaid}))
    g = replace(g, detours=np.full_like(g.detours, g.travel.detour))
    listed = calls.calls(g, "wifi")
    serves, silent = g.serving("wifi"), g.unsaid("wifi")
    people = calls._people(g)

    def missing(places: np.ndarray) -> float:
        return float(people @ (1 - study.chance(g, places)))

    unknown = missing(serves) - missing(serves | silent)
    if listed is None:
        assert unknown < 1 + 1e-6
        return
    assert listed.unknown == pytest.approx(unknown)
    chosen = np.isin([place.id for place in some], listed.ids)
    for answers in itertools.product((False, True), repeat=len(listed.ids)):
        yes = np.zeros(len(some), dtype=bool)
        yes[np.flatnonzero(chosen)] = answers
        gap = missing(serves | yes) - missing(serves | yes | (silent & ~chosen))
        assert gap <= unknown - listed.surely + 1e-6
    every = missing(serves | chosen) - missing(serves | silent)
    assert listed.at_best == pytest.approx(unknown - every)


def test_without_any_place_everybody_is_out_of_reach_and_nothing_breaks():
    g = grounds.ground(
        areas(np.random.default_rng(3)), [Zone("a", "A", np.arange(5))], [], travel=travel.on_foot()
    )
    total = study.reach(g, "wifi")[-1]
    assert (total.reached.value, total.share.high, total.nearest) == (0.0, 0.0, None)
    result = gaps.gaps(g)
    assert result.where("sans-wifi") == ("a",)
    assert result.total.gaps["wifi"].supply.value == 0
    assert siting.best(g, "wifi", [], 3).spots == ()
    assert siting.stops(g, [], 3).gained.value == 0


@FEW_GROUNDS
@given(worlds)
def test_the_best_spots_bring_what_they_promise(chance):
    g = ground(chance)
    # The choice is made for the usual path, its figures for every path: they agree where one is drawn alone.
    g = replace(g, detours=np.full_like(g.detours, g.travel.detour))
    at = chance.uniform((4.98, 44.98), (5.08, 45.06), (5, 2)).tolist()
    spots = [siting.Spot(str(k), "", lon, lat) for k, (lon, lat) in enumerate(at)]
    best = siting.best(g, "wifi", spots, 2)
    assert best.gained.value == pytest.approx(sum(spot.gained.value for spot in best.spots))
    assert best.before.value - best.gained.value == pytest.approx(best.after.value)
    if best.exact:
        alone = [
            what_if.opened(
                g, "wifi", [Place(id=f"+{s.id}", lon=s.lon, lat=s.lat, offers=frozenset({"wifi"}))]
            )
            for s in spots
        ]
        assert best.gained.value >= max(change.total.moved.value for change in alone) - 1e-6


def test_every_line_of_the_offer_has_its_rule_and_rules_have_different_names():
    from maillage.reference.offer import diagnosis_lines

    assert set(gap_rules.NO_PLACE) == set(diagnosis_lines())
    names = [rule.id for rule in gap_rules.rules(travel.on_foot())]
    assert len(names) == len(set(names))
    assert all(rule.sentence.endswith(".") for rule in gap_rules.rules(travel.on_foot()))


def test_a_quarter_of_the_earth_is_ten_million_metres():
    assert round(float(reach.metres(np.sqrt(np.array(2.0))))) == 10_007_557
