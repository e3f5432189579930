"""Seeded chance: one stream per source and per block, the same whatever else is drawn."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maillage.statistics.engine import chance

seeds = st.integers(0, 10**9)
sources = st.text(st.characters(codec="utf-8"), max_size=12)
blocks = st.integers(0, 10_000)


@given(seeds, sources, blocks)
def test_draws_repeat_by_seed_and_differ_by_block(seed, source, block):
    # The same seed gives the same bytes.
    first = chance.normals(seed, source, block, (3, 7))
    chance.normals(seed, "other", block, (50,))
    assert first.tobytes() == chance.normals(seed, source, block, (3, 7)).tobytes()
    assert first.dtype == np.float32
    # Neighbouring blocks are independent.
    n = 4_000
    first, second = (chance.normals(seed, source, at, (n,)) for at in (block, block + 1))
    assert correlation(first, second) < 6 / n**0.5


@given(seeds, sources, blocks, st.integers(1, 6), st.integers(1, 6))
def test_fewer_areas_of_a_block_draw_the_same_numbers(seed, source, block, few, more):
    every = chance.normals(seed, source, block, (few + more, 9))
    assert every[:few].tobytes() == chance.normals(seed, source, block, (few, 9)).tobytes()


@given(seeds, sources, blocks, blocks)
def test_two_blocks_share_no_number(seed, source, block, other):
    assume(block != other)
    first, second = (chance.normals(seed, source, at, (200,)) for at in (block, other))
    assert np.intersect1d(first, second).size < 5
    assert (first != second).any()


def correlation(first, second):
    return abs(float(np.corrcoef(first, second)[0, 1]))


@given(seeds, sources, sources, blocks)
def test_two_sources_of_doubt_are_independent(seed, source, other, block):
    assume(source != other)
    n = 4_000
    assert (
        correlation(chance.normals(seed, source, block, (n,)), chance.normals(seed, other, block, (n,)))
        < 6 / n**0.5
    )


@given(seeds, seeds, sources)
def test_two_seeds_are_independent(seed, other, source):
    assume(seed != other)
    n = 4_000
    assert (
        correlation(chance.normals(seed, source, 0, (n,)), chance.normals(other, source, 0, (n,)))
        < 6 / n**0.5
    )


@given(seeds, sources)
def test_normals_and_rounding_have_their_moments(seed, source):
    # Normals have the mean and spread of normals.
    values = chance.normals(seed, source, 0, (4_000,)).astype(np.float64)
    assert abs(values.mean()) < 6 / 4_000**0.5
    assert values.std() == pytest.approx(1, abs=6 / 8_000**0.5)
    # Rounding goes both ways alike.
    hidden = chance.rounding(seed, source, (4_000,), 0.5)
    assert abs(hidden.mean()) < 6 * 0.5 / (3 * 4_000) ** 0.5
    assert np.abs(hidden).max() > 0.45
    # Rows of even normals are independent.
    n = 4_000
    first, second = chance.even_normals(seed, source, 2, n)
    assert correlation(first, second) < 6 / n**0.5


@given(seeds, sources, st.floats(1e-6, 10), st.integers(1, 50))
def test_rounding_never_hides_more_than_half_a_step(seed, source, half, n):
    hidden = chance.rounding(seed, source, (n, 3), half)
    assert hidden.shape == (n, 3)
    assert np.abs(hidden).max() <= half


@given(seeds, sources, st.integers(1, 6), st.integers(1, 200))
def test_every_row_of_even_normals_holds_the_even_quantiles(seed, source, rows, n):
    normals = chance.even_normals(seed, source, rows, n)
    normal = NormalDist()
    quantiles = np.array([normal.inv_cdf((k + 0.5) / n) for k in range(n)])
    assert normals.shape == (rows, n)
    assert np.array_equal(np.sort(normals, axis=1), np.tile(quantiles, (rows, 1)))


@given(seeds, sources, st.integers(20, 200))
def test_rows_of_even_normals_have_orders_of_their_own(seed, source, n):
    first, second = chance.even_normals(seed, source, 2, n)
    assert (first != second).any()
    assert (np.diff(first) < 0).any()


@given(seeds, sources, st.integers(1, 200))
def test_even_normals_have_no_mean_at_all(seed, source, n):
    assert chance.even_normals(seed, source, 3, n).mean(axis=1) == pytest.approx(np.zeros(3), abs=1e-9)
