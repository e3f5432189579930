"""Agreement: shares, quantiles, kappa and omega, against published values and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.statistics.engine import agreement, chance

SKIN = [
    [10, 4, 1, 0],
    [5, 10, 12, 2],
    [2, 4, 12, 5],
    [0, 2, 6, 13],
]  # two dermatologists, SAS/STAT, The FREQ procedure
ANXIETY = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]  # same source


@pytest.mark.parametrize(("table", "value", "error"), [(SKIN, 0.5082, 0.0655), (ANXIETY, 0.4701, 0.1457)])
def test_weighted_kappa_is_the_published_one(table, value, error):
    kappa = agreement.kappa(table)
    assert kappa.value == pytest.approx(value, abs=5e-5)
    assert (kappa.high - kappa.low) / 2 / agreement.Z == pytest.approx(error, abs=5e-5)
    assert kappa.n == np.sum(table)


@pytest.mark.parametrize(
    ("part", "n", "low", "high"), [(81, 263, 0.2552885, 0.3662096), (0, 20, 0.0, 0.1611252)]
)
def test_wilson_is_the_published_one(monkeypatch, part, n, low, high):
    monkeypatch.setattr(agreement, "Z", 1.959963984540054)  # published at 95 %
    share = agreement.share(part, n)
    assert (share.low, share.high) == pytest.approx((low, high), abs=5e-7)


@given(st.integers(1, 500), st.data())
def test_a_share_is_inside_its_interval_and_its_complement_mirrors_it(n, data):
    part = data.draw(st.integers(0, n))
    share, mirror = agreement.share(part, n), agreement.share(n - part, n)
    assert 0 <= share.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.high <= 1
    assert (share.low, share.high) == pytest.approx((1 - mirror.high, 1 - mirror.low))


def test_a_share_of_nobody_is_refused():
    with pytest.raises(ValueError, match="among somebody"):
        agreement.share(0, 0)


def test_intervals_hold_the_truth_nine_times_in_ten():
    truths = np.linspace(
        0.05, 0.95, 500
    )  # a share is a whole number of people: only the mean over truths is promised
    draws = chance.generator(1, "test").binomial(60, truths, (20, 500))
    share_of_count = {k: agreement.share(k, 60) for k in range(61)}
    coverage = np.mean(
        [
            [share_of_count[k].low <= p <= share_of_count[k].high for k, p in zip(row, truths, strict=True)]
            for row in draws.tolist()
        ]
    )
    assert coverage == pytest.approx(0.9, abs=0.01)
    values = chance.generator(1, "test", 1).lognormal(5, 0.4, (3_000, 80))
    inside = np.mean(
        [
            quantile.low <= np.exp(5) <= quantile.high
            for quantile in (agreement.quantile(row, 0.5) for row in values)
        ]
    )
    assert (
        0.885 <= inside < 0.94
    )  # whole ranks: what is promised or a little more, up to the luck of the draws


@pytest.mark.parametrize(("n", "at", "low", "high"), [(10, 0.5, 2, 9), (20, 0.5, 6, 15), (100, 0.9, 85, 96)])
def test_the_ranks_around_a_quantile_are_those_of_the_binomial(n, at, low, high):
    quantile = agreement.quantile([float(rank) for rank in range(n, 0, -1)], at)
    assert (quantile.low, quantile.high) == (low, high)


@given(st.lists(st.floats(0, 600), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_a_quantile_is_inside_its_bounds_and_bounds_are_observed_values(values, at):
    quantile = agreement.quantile(values, at)
    assert quantile.low <= quantile.value + 1e-9
    assert quantile.value <= quantile.high + 1e-9
    assert {quantile.low, quantile.high} <= set(values)


def test_full_agreement_is_one_and_everybody_at_one_level_says_nothing():
    for counts in ([5, 6, 7, 8], [1, 2, 4, 2, 1]):  # of the second, rounding makes the variance negative
        kappa = agreement.kappa(np.diag(counts))
        assert (kappa.value, kappa.low, kappa.high) == pytest.approx((1, 1, 1))
    with pytest.raises(ValueError, match="one level"):
        agreement.kappa([[9, 0], [0, 0]])


def test_chance_alone_agrees_at_zero():
    assert agreement.kappa(np.outer([10, 20, 30], [20, 30, 50])).value == pytest.approx(0, abs=1e-12)


def test_two_levels_apart_counts_more_than_one():
    near, far = [[10, 5, 0], [0, 10, 0], [0, 0, 10]], [[10, 0, 5], [0, 10, 0], [0, 0, 10]]
    assert agreement.kappa(near).value > agreement.kappa(far).value


def test_omega_finds_the_reliability_it_was_drawn_with():
    """Four questions that share half of their variance with one thing: omega is 8/(8+2) = 0.8."""
    rng = chance.generator(3, "omega-test")
    common = rng.standard_normal((4_000, 1))
    scores = np.sqrt(0.5) * common + np.sqrt(0.5) * rng.standard_normal((4_000, 4))
    omega = agreement.omega(scores)
    assert omega.value == pytest.approx(0.8, abs=0.01)
    assert omega.low < 0.8 < omega.high
    assert omega.high - omega.low < 0.04
    assert agreement.omega(scores) == omega, "the same people give the same interval"


def test_omega_refuses_what_one_thing_does_not_explain():
    rng = chance.generator(4, "omega-test")
    common = rng.standard_normal((300, 1))
    opposed = common * [1, 1, 1, -1] + rng.standard_normal((300, 4))
    with pytest.raises(ValueError, match="one common thing"):
        agreement.omega(opposed)
    still = np.c_[common, common + rng.standard_normal((300, 2)), np.ones(300)]
    with pytest.raises(ValueError, match="one common thing"):
        agreement.omega(still)


def test_a_change_counts_pairs_that_moved_each_way():
    change = agreement.change(12, 4, 40)
    assert change.value == pytest.approx(0.2)
    assert change.low < 0.2 < change.high
    mirror = agreement.change(4, 12, 40)
    assert (mirror.low, mirror.high) == pytest.approx((-change.high, -change.low))
    assert agreement.change(0, 0, 15).low < 0 < agreement.change(0, 0, 15).high
    with pytest.raises(ValueError, match="part of all pairs"):
        agreement.change(30, 20, 40)
