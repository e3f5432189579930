"""Distances, walks and offer shared by floating catchments."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from maillage.engine import reach

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
def test_pairs_are_those_within_the_radius_and_no_others(areas, places, radius):
    near = reach.pairs(areas, places, radius)
    assert near.shape == (len(areas), len(places))
    wanted = crow(areas, places)
    found = np.full(near.shape, np.inf)
    found[np.repeat(np.arange(len(areas)), np.diff(near.indptr)), near.indices] = near.data
    inside = np.isfinite(found)
    assert (wanted[inside] <= radius + 0.01).all()
    assert not (wanted[~inside] < radius - 0.01).any()  # nan is not less: a place without coordinates is near nothing
    assert found[inside] == pytest.approx(wanted[inside], abs=0.01)


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
    whole = reach.pairs(areas, places, 5_000)
    monkeypatch.setattr(reach, "AREAS_AT_ONCE", 64)
    parts = reach.pairs(areas, places, 5_000)
    assert (whole.indptr == parts.indptr).all()
    assert (whole.indices == parts.indices).all()
    assert (whole.data == parts.data).all()


def test_a_place_on_the_spot_is_near():
    near = reach.pairs(points((5, 45)), points((5, 45), (6, 45)), 100)
    assert near.indices.tolist() == [0]
    assert near.data.tolist() == [0.0]


@given(st.floats(0, 1e6), st.floats(1, 2), st.floats(1, 8))
def test_a_walk_is_longer_than_the_crow_flies_and_takes_its_time(metres, detour, pace):
    on_foot = reach.walked(np.array(metres), detour)
    assert on_foot >= metres
    assert reach.minutes(on_foot, pace) * pace * 1000 / 60 == pytest.approx(float(on_foot))


# ------------------------------------------------------------------------------------------------ floating catchments

worlds = st.integers(0, 10**6).map(np.random.default_rng)
WEIGHTS = {10.0: 1.0, 20.0: 0.68, 30.0: 0.22}


def world(chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray, sparse.csr_array]:
    n_areas, n_places = chance.integers(1, 12, 2)
    demand = chance.integers(0, 200, n_areas).astype(float)
    distances = chance.uniform(0.5, 45, (n_areas, n_places))
    distances[chance.random(distances.shape) < 0.3] = 0.0  # far: not stored
    return demand, chance.integers(0, 9, n_places).astype(float), sparse.csr_array(distances)


@given(worlds)
def test_no_offer_is_created_nor_lost(chance):
    demand, capacity, distances = world(chance)
    access = reach.floating(demand, capacity, distances, 30.0, WEIGHTS)
    crowd = reach.nearness(distances, 30.0, WEIGHTS).T @ demand
    assert (access >= 0).all()
    assert access @ demand == pytest.approx(capacity[crowd > 0].sum())


@given(worlds)
def test_access_is_the_two_steps_written_out(chance):
    demand, capacity, distances = world(chance)
    weight = np.zeros(distances.shape)
    for area, place in zip(*distances.nonzero(), strict=True):
        weight[area, place] = next((w for limit, w in WEIGHTS.items() if distances[area, place] <= limit), 0.0)
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


@given(worlds)
def test_more_capacity_never_lowers_access(chance):
    demand, capacity, distances = world(chance)
    more = capacity + chance.integers(0, 5, len(capacity))
    before = reach.floating(demand, capacity, distances, 30.0, WEIGHTS)
    assert (reach.floating(demand, more, distances, 30.0, WEIGHTS) >= before - 1e-12).all()


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
    access = reach.floating(np.array([0.0, 10.0]), np.array([5.0, 2.0]), sparse.csr_array([[1.0, 0.0], [0.0, 1.0]]), 30.0)
    assert access.tolist() == [0.0, 0.2]


def test_without_a_place_there_is_no_access():
    assert reach.floating(np.array([4.0]), np.empty(0), reach.pairs(points((5, 45)), points(), 1.0), 1.0).tolist() == [0.0]
