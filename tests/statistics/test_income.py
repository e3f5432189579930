"""Living standards: lognormal shares, their calibration, their move inside a commune and by cell."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine import income
from maillage.statistics.engine.logit import logit

medians = hnp.arrays(np.float64, st.integers(1, 8), elements=st.floats(12_000, 45_000))
PULL = 0.56


@given(st.floats(-8, 8))
def test_the_normal_law_is_the_one_of_the_error_function(x):
    assert float(income.normal_cdf(np.array(x))) == pytest.approx(
        0.5 * math.erfc(-x / math.sqrt(2)), abs=1e-7
    )


@given(medians, st.floats(8_000, 40_000), st.floats(0.1, 1))
def test_share_under_a_threshold_follows_the_known_median(median, threshold, spread):
    # A richer commune has fewer people under a threshold.
    shares = income.share_below(np.sort(median), threshold=threshold, spread=spread)
    assert (np.diff(shares) <= 1e-9).all()
    assert ((shares >= 0) & (shares <= 1)).all()
    # An unknown median gives an unknown share and changes no other.
    shares = income.share_below(np.append(median, np.nan), threshold=threshold, spread=spread)
    assert np.isnan(shares[-1])
    assert np.array_equal(shares[:-1], income.share_below(median, threshold=threshold, spread=spread))


@given(st.floats(12_000, 45_000), st.floats(0.1, 1))
def test_half_of_the_people_live_under_the_median(median, spread):
    assert float(income.share_below(np.array([median]), threshold=median, spread=spread)[0]) == pytest.approx(
        0.5, abs=1e-7
    )


@given(medians, st.floats(0.2, 0.95), st.floats(0.05, 0.4), st.integers(0, 1_000))
def test_the_calibrated_threshold_gives_the_target_share(median, spread, share, seed):
    people = np.random.default_rng(seed).uniform(50, 5_000, len(median))
    threshold = income.calibrate_threshold(median, people, spread=spread, share=share)
    assume(1_001 < threshold < 99_999)
    poor_share = np.average(income.share_below(median, threshold=threshold, spread=spread), weights=people)
    assert poor_share == pytest.approx(share, abs=1e-6)


@given(medians, st.floats(0.15, 1.5), st.integers(0, 1_000))
def test_the_calibrated_spread_gives_back_the_share_of_a_known_country(median, spread, seed):
    people = np.random.default_rng(seed).uniform(50, 5_000, len(median))
    threshold = 0.6 * median.min()  # under every median, a wider spread always puts more people there
    share = float(np.average(income.share_below(median, threshold=threshold, spread=spread), weights=people))
    assert income.calibrate_spread(median, people, threshold=threshold, share=share) == pytest.approx(
        spread, rel=1e-3
    )


@st.composite
def communes(draw, unknown=False):
    """Areas of a few communes with the share of people living on minima; some unknown."""
    n = draw(st.integers(1, 4))
    group = np.array(draw(st.lists(st.integers(0, n - 1), min_size=2, max_size=10)), dtype=np.int64)
    share = draw(hnp.arrays(np.float64, n, elements=st.floats(0.05, 0.6)))[group]
    minima = draw(hnp.arrays(np.float64, len(group), elements=st.floats(0.01, 0.5)))
    people = draw(hnp.arrays(np.float64, len(group), elements=st.integers(50, 5_000)))
    if unknown:
        minima = np.where(draw(hnp.arrays(np.bool_, len(group))), np.nan, minima)
    return share, minima, people, group, n


@given(communes(unknown=True))
def test_the_mean_of_a_commune_moves_little_when_its_areas_differ(case):
    share, _, people, group, _ = case
    shares = income.within_commune(*case, pull=PULL)
    for k in np.unique(group):
        in_commune = group == k
        assert np.average(shares[in_commune], weights=people[in_commune]) == pytest.approx(
            share[in_commune][0], abs=0.02
        )
    assert ((shares > 0) & (shares < 1)).all()


@given(communes())
def test_areas_of_a_commune_move_with_their_minima(case):
    # More people on minima means more people under the threshold.
    _, minima, _, group, _ = case
    shares = income.within_commune(*case, pull=PULL)
    for k in np.unique(group):
        in_commune = group == k
        order = np.argsort(minima[in_commune], kind="stable")
        assert (np.diff(shares[in_commune][order]) >= -1e-12).all()
    # Without any pull every area keeps the share of its commune.
    assert income.within_commune(*case, pull=0.0) == pytest.approx(case[0], abs=1e-9)
    # A commune where no minima are known does not move.
    share, minima, people, group, n = case
    shares = income.within_commune(share, np.full_like(minima, np.nan), people, group, n, pull=PULL)
    assert shares == pytest.approx(share, abs=1e-9)


@given(communes(unknown=True))
@example(
    (
        np.full(4, 0.15),
        np.array([0.02, 0.3, 0.05, np.nan]),
        np.array([500.0, 2_000.0, 1_000.0, 1_000.0]),
        np.zeros(4, dtype=np.int64),
        1,
    )
)
def test_an_area_without_minima_keeps_the_share_of_its_commune(case):
    share, minima, *_ = case
    shares = income.within_commune(*case, pull=PULL)
    assert shares[np.isnan(minima)] == pytest.approx(share[np.isnan(minima)], abs=1e-9)


@st.composite
def areas(draw):
    n, cells = draw(st.integers(1, 5)), draw(st.integers(1, 8))
    counts = draw(hnp.arrays(np.float64, (n, cells), elements=st.integers(0, 500)))
    share = draw(hnp.arrays(np.float64, n, elements=st.floats(0.01, 0.9)))
    return counts, share, draw(hnp.arrays(np.float64, cells, elements=st.floats(-2, 2)))


@given(areas())
def test_cells_of_an_area_give_back_its_share_by_their_offset(case):
    # The cells of an area give back its share.
    counts, share, _ = case
    q = income.share_by_cell(*case)
    people = counts.sum(axis=1)
    lived = people > 0
    assert (counts * q).sum(axis=1)[lived] == pytest.approx((share * people)[lived], rel=1e-6)
    assert ((q > 0) & (q < 1)).all()
    # An area with nobody takes its share in every cell.
    counts, share, offset = case
    q = income.share_by_cell(np.zeros_like(counts), share, offset)
    assert q == pytest.approx(np.tile(share[:, None], (1, counts.shape[1])))
    # Cells of one area differ by their offset only.
    counts, _, offset = case
    q = income.share_by_cell(*case)[counts.sum(axis=1) > 0]
    assert logit(q) - logit(q[:, :1]) == pytest.approx(np.tile(offset - offset[0], (len(q), 1)), abs=1e-6)
