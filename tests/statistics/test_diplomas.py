"""Diplomas: lines recovered, small communes drawn towards their prior, IRIS brought to their commune."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine import diplomas
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.need import population

share = st.floats(0.05, 0.95)
assumptions = {"spread": 0.21, "ageing": 0.02, "coverage": 0.85}


def spread_shares(n):
    return expit(np.linspace(-2, 2, n))


@given(st.floats(-1, 1), st.floats(-2, 2), st.integers(3, 30))
def test_a_straight_line_between_logits_is_found_again(intercept, slope, n):
    x = spread_shares(n)
    line = diplomas.link(x, expit(intercept + slope * logit(x)))
    assert (line.intercept, line.slope, line.residual) == pytest.approx((intercept, slope, 0), abs=1e-6)


@given(st.floats(-1, 1), st.floats(-2, 2), hnp.arrays(np.float64, 12, elements=st.floats(-0.5, 0.5)))
def test_the_spread_left_around_a_line_is_that_of_its_residuals(intercept, slope, noise):
    x = spread_shares(12)
    y = intercept + slope * logit(x) + noise
    line = diplomas.link(x, expit(y))
    residuals = y - line.intercept - line.slope * logit(x)
    assert residuals.mean() == pytest.approx(0, abs=1e-6)
    assert residuals @ logit(x) == pytest.approx(0, abs=1e-6)
    assert line.residual == pytest.approx(np.sqrt(np.mean(residuals**2)), abs=1e-6)


def shrunk(rate, people, prior, **changed):
    values = [np.array([float(value)]) for value in (rate, people, prior)]
    return float(diplomas.shrink(*values, **{**assumptions, **changed})[0])


@given(st.floats(0.03, 0.97), st.integers(80, 100_000), share)
def test_a_small_commune_ends_between_its_rate_and_its_prior(rate, people, prior):
    low, high = sorted((rate, prior))
    assert low - 1e-9 <= shrunk(rate, people, prior) <= high + 1e-9


@given(st.floats(0.03, 0.97), st.integers(80, 10_000), st.integers(1, 10_000), share)
def test_more_residents_bring_a_commune_nearer_to_its_own_rate(rate, people, more, prior):
    few, many = shrunk(rate, people, prior), shrunk(rate, people + more, prior)
    assert abs(logit(many) - logit(rate)) <= abs(logit(few) - logit(rate)) + 1e-9


@given(st.floats(0.03, 0.97), st.integers(80, 10_000), share, st.floats(0.01, 1))
def test_an_older_census_leaves_a_commune_nearer_to_its_prior(rate, people, prior, years):
    fresh, old = (
        shrunk(rate, people, prior),
        shrunk(rate, people, prior, ageing=assumptions["ageing"] + years),
    )
    assert abs(logit(old) - logit(prior)) <= abs(logit(fresh) - logit(prior)) + 1e-9


@given(st.one_of(st.just((float("nan"), 5_000)), st.tuples(st.floats(0, 1), st.integers(0, 79))), share)
def test_an_unknown_rate_or_one_on_very_few_people_leaves_the_prior(case, prior):
    rate, people = case
    assert shrunk(rate, people, prior) == pytest.approx(prior, rel=1e-9)


@given(st.sampled_from([0.0, 1.0]), st.integers(80, 1_000_000), share)
def test_a_rate_of_nobody_or_of_everybody_stays_a_possible_share(rate, people, prior):
    assert 0 < shrunk(rate, people, prior) < 1


@given(
    hnp.arrays(np.float64, 12, elements=st.floats(-1, 1)),
    hnp.arrays(np.int64, 12, elements=st.integers(0, 2)),
    st.floats(0.1, 20),
)
def test_a_group_effect_is_the_mean_of_its_group_drawn_towards_zero(residual, group, prior_weight):
    composition = diplomas.group_effects(residual, np.ones(12), group, 4, prior_weight=prior_weight)
    for k in range(3):
        mean = residual[group == k].mean() if (group == k).any() else 0.0
        assert abs(composition[k]) <= abs(mean) + 1e-12
        assert composition[k] * mean >= 0
    assert composition[3] == 0
    exact = diplomas.group_effects(residual, np.ones(12), group, 4, prior_weight=1e-9)
    for k in np.unique(group):
        assert exact[k] == pytest.approx(residual[group == k].mean(), abs=1e-6)


regressions = st.tuples(
    st.integers(0, 10_000), hnp.arrays(np.float64, (3, 2), elements=st.floats(-3, 3)), st.integers(8, 40)
)


def design(seed, n):
    chance = np.random.default_rng(seed)
    return np.column_stack((np.ones(n), chance.standard_normal((n, 2)))), chance.uniform(0.5, 2, n)


@given(regressions)
def test_an_exact_relation_is_found_again_whatever_the_weights(case):
    seed, beta, n = case
    x, weight = design(seed, n)
    assert diplomas.least_squares(x, x @ beta, weight, ridge=0.0) == pytest.approx(beta, abs=1e-6)


@given(regressions, st.floats(0.01, 10))
def test_a_ridge_shortens_the_slopes_and_leaves_the_mean_alone(case, ridge):
    seed, beta, n = case
    x, weight = design(seed, n)
    x[:, 1:] -= np.average(x[:, 1:], axis=0, weights=weight)
    y = x @ beta
    composition = diplomas.least_squares(x, y, weight, ridge=ridge)
    assert (np.linalg.norm(composition[1:], axis=0) <= np.linalg.norm(beta[1:], axis=0) + 1e-9).all()
    assert composition[0] == pytest.approx(np.average(y, axis=0, weights=weight), abs=1e-6)


@given(regressions, st.integers(2, 5))
def test_a_row_of_double_weight_is_the_row_written_twice(case, times):
    seed, beta, n = case
    x, weight = design(seed, n)
    y = x @ beta + np.random.default_rng(seed + 1).standard_normal((n, 2))
    heavier = weight.copy()
    heavier[0] *= times
    written = [0] * (times - 1) + list(range(n))
    assert diplomas.least_squares(x, y, heavier, ridge=0.0) == pytest.approx(
        diplomas.least_squares(x[written], y[written], weight[written], ridge=0.0), abs=1e-6
    )


ratios = hnp.arrays(np.float64, (5, 2), elements=st.floats(-2, 2))


@given(hnp.arrays(np.float64, 5, elements=st.floats(0.03, 0.97)), ratios, ratios)
def test_composed_diplomas_add_up_and_keep_the_share_below_the_bac(below, low, high):
    composition = diplomas.compose(below, low, high)
    assert (composition > 0).all()
    assert composition.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-12)
    assert composition[:, diplomas.BELOW_BAC].sum(axis=1) == pytest.approx(below, abs=1e-12)
    assert np.log(composition[:, :2] / composition[:, [2]]) == pytest.approx(low, abs=1e-9)
    assert np.log(composition[:, 4:] / composition[:, [3]]) == pytest.approx(high, abs=1e-9)


coefficients = hnp.arrays(np.float64, (3, 2), elements=st.floats(-0.5, 0.5))


@given(coefficients, coefficients)
def test_how_diplomas_split_is_found_again_from_the_shares_it_makes(low, high):
    below = expit(np.linspace(-1.5, 1.5, 25))
    s = logit(below)
    x = np.column_stack((np.ones_like(s), s, s**2))
    shares = diplomas.compose(below, x @ low, x @ high)
    assume(shares.min() > diplomas.TINY)
    found_low, found_high = diplomas.split_quadratic(below, shares, np.linspace(1, 3, 25))
    assert found_low == pytest.approx(low, abs=1e-6)
    assert found_high == pytest.approx(high, abs=1e-6)


@st.composite
def towns(draw):
    """Traits and sizes of a few IRIS, and the diplomas of their communes."""
    communes = draw(st.integers(2, 5))
    extra = draw(st.lists(st.integers(0, communes - 1), max_size=8))
    group = np.array(sorted([*range(communes), *extra]), dtype=np.int64)
    traits = draw(hnp.arrays(np.float64, (len(group), 2), elements=st.floats(0, 1)))
    people = draw(hnp.arrays(np.float64, len(group), elements=st.integers(1, 3_000)))
    counted = draw(hnp.arrays(np.float64, (communes, 6), elements=st.integers(1, 500)))
    of_communes = draw(hnp.arrays(np.float64, (communes, 2), elements=st.floats(0, 1)))
    return traits, counted, group, people, of_communes


def imputed(traits, counted, group, people, of_communes, cycles=8):
    sizes = np.bincount(group, people)
    return diplomas.impute(traits, counted, group, people, of_communes, sizes, ridge=1e-3, cycles=cycles)


@given(towns())
def test_iris_share_the_diplomas_of_their_commune(case):
    # The iris of a commune share the diplomas of their commune.
    _, counted, group, people, _ = case
    composition = imputed(*case)
    sums = np.zeros_like(counted)
    np.add.at(sums, group, composition)
    assert sums / sums.sum(axis=1, keepdims=True) == pytest.approx(
        counted / counted.sum(axis=1, keepdims=True), abs=1e-9
    )
    assert sums.sum(axis=1) == pytest.approx(np.bincount(group, people))
    assert (composition > 0).all()
    # Each iris keeps its residents once raked long enough.
    assert imputed(*case, cycles=400).sum(axis=1) == pytest.approx(case[3], rel=0.01)
    # A commune of one iris gives it its own diplomas.
    for k in np.flatnonzero(np.bincount(group) == 1):
        row = np.flatnonzero(group == k)[0]
        assert composition[row] == pytest.approx(counted[k] / counted[k].sum() * people[row], rel=1e-9)
    # Iris of one town with the same traits have the same diplomas.
    traits, counted, group, people, of_communes = case
    composition = imputed(traits[group * 0], counted, group, people, of_communes)
    for k in range(len(counted)):
        profile = composition[group == k] / people[group == k, None]
        assert profile == pytest.approx(np.tile(profile[0], (len(profile), 1)), rel=1e-9)


@given(towns(), st.floats(0.5, 20), st.floats(-3, 3))
def test_traits_may_be_in_any_unit(case, factor, shift):
    traits, counted, group, people, of_communes = case
    assume((of_communes.std(axis=0) > 0.1).all())
    composition = imputed(*case)
    # A tiny constant keeps a trait without spread from dividing by zero: units then matter a little.
    other = imputed(factor * traits + shift, counted, group, people, factor * of_communes + shift)
    assert np.abs(other - composition).max() <= 0.05 * people.max()


def test_a_move_of_diplomas_changes_the_odds_below_the_bac_and_nobody_disappears():
    """Sixty people of a hundred are below the bac: their odds, 60 to 40, are multiplied by the exponential of the
    move, and each side keeps its shares. Who are all below it, or nobody, stay so.
    """
    people = np.array([[10.0, 20, 30, 20, 10, 10], [1, 2, 3, 0, 0, 0], [0, 0, 0, 0, 0, 0]])
    moved = population._shifted(people, np.full(3, 0.5))
    low = 100 * 1.5 * np.exp(0.5) / (1 + 1.5 * np.exp(0.5))
    expected = [low / 6, low / 3, low / 2, (100 - low) / 2, (100 - low) / 4, (100 - low) / 4]
    assert moved[0] == pytest.approx(expected)
    assert moved[1:] == pytest.approx(people[1:])
