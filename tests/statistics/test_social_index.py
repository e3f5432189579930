"""The social index: signed gaps to the mean of zones, clipped, averaged, withheld when too little is
known.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine.social_index import (
    GAP_HIGH,
    GAP_LOW,
    Law,
    build,
    conditional_on_last,
    fitted_law,
    law_within,
)


@st.composite
def perimeter(draw, *, low=0.0, high=100.0, unknown=False, least=2):
    zones, variables = draw(st.integers(least, 8)), draw(st.integers(1, 5))
    values = draw(hnp.arrays(np.float64, (zones, variables), elements=st.floats(low, high)))
    if unknown:
        values = np.where(draw(hnp.arrays(np.bool_, values.shape)), np.nan, values)
    sign = draw(hnp.arrays(np.float64, variables, elements=st.sampled_from([-1.0, 1.0])))
    weight = draw(hnp.arrays(np.float64, variables, elements=st.integers(1, 4)))
    return values, sign, weight


# Values this close to one another stay inside the clip.
near = {"low": 10.0, "high": 15.0}


@given(perimeter(**near))
def test_gaps_of_a_perimeter_cancel_out_and_turn_round(case):
    # Gaps cancel out over the zones of the perimeter.
    built = build(*case)
    assert not built.clipped.any()
    assert built.gaps.sum(axis=0) == pytest.approx(np.zeros(case[0].shape[1]), abs=1e-9)
    assert built.index.sum() == pytest.approx(0, abs=1e-9)
    # Turning every variable round turns the index round.
    values, sign, weight = case
    built, turned = build(values, sign, weight), build(values, -sign, weight)
    assert turned.index == pytest.approx(-built.index, abs=1e-12)


@given(perimeter(unknown=True))
def test_index_stays_in_bounds_and_skips_missing_values(case):
    # The index stays between the bounds of a gap.
    built = build(*case)
    known = built.index[~np.isnan(built.index)]
    assert ((known >= GAP_LOW - 1e-12) & (known <= GAP_HIGH + 1e-12)).all()
    assert (np.isin(built.gaps[built.clipped], (GAP_LOW, GAP_HIGH))).all()
    # A missing value has no gap.
    assert np.isnan(built.gaps[np.isnan(case[0])]).all()
    assert not built.clipped[np.isnan(case[0])].any()


@given(perimeter(unknown=True, low=1.0), st.data())
def test_index_follows_values_whatever_their_unit(case, data):
    # The unit of a variable changes nothing.
    values, sign, weight = case
    factor = data.draw(hnp.arrays(np.float64, values.shape[1], elements=st.floats(0.01, 1_000)))
    built, other = build(values, sign, weight), build(values * factor, sign, weight)
    assert other.index == pytest.approx(built.index, abs=1e-9, nan_ok=True)
    assert other.gaps == pytest.approx(built.gaps, abs=1e-9, nan_ok=True)
    # A more precarious value never lowers the index of its zone.
    row = data.draw(st.integers(0, len(values) - 1))
    raised = values.copy()
    more = data.draw(hnp.arrays(np.float64, values.shape[1], elements=st.floats(0, 0.9)))
    raised[row] *= 1 + sign * more
    before, after = build(values, sign, weight).index[row], build(raised, sign, weight).index[row]
    assert np.isnan(before) == np.isnan(after)
    assert np.isnan(before) or after >= before - 1e-9


@given(perimeter(unknown=True), st.integers(2, 20))
def test_weights_count_only_against_one_another(case, factor):
    values, sign, weight = case
    assert build(values, sign, factor * weight).index == pytest.approx(
        build(*case).index, abs=1e-12, nan_ok=True
    )


constants = st.floats(0.1, 100)


@given(perimeter(), constants)
def test_a_variable_equal_everywhere_leaves_the_order_of_zones(case, constant):
    values, sign, weight = case
    built = build(values, sign, weight)
    wider = np.column_stack((values, np.full(len(values), constant)))
    other = build(wider, np.append(sign, 1.0), np.append(weight, 1.0))
    usable = ~np.isnan(built.gaps).all(axis=0)
    ratio = weight[usable].sum() / (weight[usable].sum() + 1)
    assume(usable.any())
    assert other.index == pytest.approx(ratio * built.index, abs=1e-9)


@given(perimeter(unknown=True), st.floats(0.1, 100), st.floats(0.1, 100))
def test_a_variable_without_weight_changes_nothing(case, one, two):
    values, sign, weight = case
    extra = np.resize([one, two], len(values))
    other = build(np.column_stack((values, extra)), np.append(sign, 1.0), np.append(weight, 0.0))
    built = build(values, sign, weight)
    assert other.index == pytest.approx(built.index, abs=1e-12, nan_ok=True)


@given(perimeter(unknown=True, low=1.0))
def test_an_index_is_withheld_exactly_where_fewer_than_half_of_the_variables_are_known(case):
    values, sign, weight = case
    usable = (~np.isnan(values)).sum(axis=0) > 1
    known = (~np.isnan(values))[:, usable].sum(axis=1)
    is_published = (known > 0) & (2 * known >= usable.sum())
    assert np.array_equal(~np.isnan(build(values, sign, weight).index), is_published)


@given(perimeter(), st.data())
def test_a_missing_value_leaves_the_other_zones_where_the_mean_of_the_known_ones_would(case, data):
    values, sign, weight = case
    row = data.draw(st.integers(0, len(values) - 1))
    column = data.draw(st.integers(0, values.shape[1] - 1))
    remaining = np.delete(values[:, column], row)
    assume(len(remaining) > 1 and remaining.mean() > 1e-6)
    hidden, filled = values.copy(), values.copy()
    hidden[row, column], filled[row, column] = np.nan, remaining.mean()
    one, two = build(hidden, sign, weight), build(filled, sign, weight)
    assert np.delete(one.gaps, row, axis=0) == pytest.approx(
        np.delete(two.gaps, row, axis=0), abs=1e-6, nan_ok=True
    )


@given(perimeter(unknown=True), st.randoms(use_true_random=False))
def test_the_order_of_zones_is_irrelevant(case, chance):
    values, sign, weight = case
    order = list(range(len(values)))
    chance.shuffle(order)
    built = build(values, sign, weight)
    assert build(values[order], sign, weight).index == pytest.approx(
        built.index[order], abs=1e-9, nan_ok=True
    )


@given(perimeter(), st.integers(2, 4))
def test_a_zone_counts_once_whatever_its_size_so_copies_of_all_change_nothing(case, times):
    values, sign, weight = case
    index = build(values, sign, weight).index
    assert build(np.tile(values, (times, 1)), sign, weight).index == pytest.approx(
        np.tile(index, times), abs=1e-9, nan_ok=True
    )


@given(perimeter(least=1, low=1.0))
def test_one_zone_alone_has_no_index(case):
    values, sign, weight = case
    built = build(values[:1], sign, weight)
    assert np.isnan(built.index).all()
    assert np.isnan(built.gaps).all()


@given(perimeter())
def test_a_variable_that_is_zero_everywhere_tells_nothing(case):
    values, sign, weight = case
    wider = np.column_stack((values, np.zeros(len(values))))
    other = build(wider, np.append(sign, 1.0), np.append(weight, 1.0))
    assert np.isnan(other.gaps[:, -1]).all()
    assert other.index == pytest.approx(build(values, sign, weight).index, abs=1e-12, nan_ok=True)


@given(st.integers(1, 6))
def test_without_any_variable_no_zone_has_an_index(zones):
    built = build(np.empty((zones, 0)), np.empty(0), np.empty(0))
    assert np.isnan(built.index).all()
    assert len(built.index) == zones


covariances = hnp.arrays(np.float64, (3, 4), elements=st.floats(-2, 2)).map(lambda a: a @ a.T + np.eye(3))
three = hnp.arrays(np.float64, (5, 3), elements=st.floats(-9, 9))


@given(covariances, three)
def test_a_value_known_without_error_is_expected_as_it_is(covariance, values):
    expected, doubt = Law(np.ones(3), covariance).expected(values, np.zeros((5, 3)))
    assert expected == pytest.approx(values, abs=1e-6)
    assert doubt == pytest.approx(np.zeros((5, 3, 3)), abs=1e-6)


@given(covariances)
def test_law_of_unknown_places_keeps_its_mean_and_doubt(covariance):
    # A place where nothing is known has the mean and all the doubt.
    expected, doubt = Law(np.ones(3), covariance).expected(np.full((1, 3), np.nan), np.zeros((1, 3)))
    assert expected == pytest.approx(np.ones((1, 3)))
    assert doubt[0] == pytest.approx(covariance, abs=1e-6)
    # Places alike on the last variable differ less on every other one.
    alike = conditional_on_last(Law(np.zeros(3), covariance))
    assert (np.diag(alike.covariance) <= np.diag(covariance)[:-1] + 1e-12).all()


@given(covariances, three, st.integers(0, 2))
def test_knowing_one_more_variable_never_adds_doubt(covariance, values, column):
    law, fewer = Law(np.zeros(3), covariance), values.copy()
    fewer[:, column] = np.nan
    more = [
        law.expected(each, np.full((5, 3), 0.1))[1].diagonal(axis1=1, axis2=2) for each in (values, fewer)
    ]
    assert (more[0] <= more[1] + 1e-9).all()


def test_a_fit_finds_the_law_that_hides_a_variable_where_another_is_low():
    """Figures published of towns only would pass for the mean of all: their link with size corrects them."""
    chance = np.random.default_rng(7)
    law = Law(np.array([10.0, 5.0]), np.array([[4.0, 1.5], [1.5, 1.0]]))
    values = chance.multivariate_normal(law.mean, law.covariance, 20_000)
    values[values[:, 1] < 5, 0] = np.nan
    law_of_all = fitted_law(values, np.ones(len(values)))
    assert np.nanmean(values[:, 0]) > 11
    assert law_of_all.mean == pytest.approx(law.mean, abs=0.1)
    assert law_of_all.covariance == pytest.approx(law.covariance, abs=0.15)


@given(covariances, st.floats(0.1, 5))
def test_quarters_follow_the_link_between_towns_whatever_their_spread(covariance, factor):
    between = Law(np.zeros(3), covariance)
    within = law_within(between, covariance[:2, :2] * factor)
    slope = [np.linalg.solve(each.covariance[:2, :2], each.covariance[:2, 2]) for each in (between, within)]
    assert slope[1] == pytest.approx(slope[0], rel=1e-6, abs=1e-6)
    assert np.linalg.eigvalsh(within.covariance).min() > 0
