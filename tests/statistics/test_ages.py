"""Ages of areas: the three classes of the last census met exactly, the older ones shaping the rest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine import ages
from tests.support.profile import times

N_BINS = len(ages.BINS)


@st.composite
def country(draw, least=1):
    """True ages of a few areas: what every source would say if none was old."""
    areas = draw(st.integers(1, 6))
    return draw(hnp.arrays(np.float64, (areas, N_BINS), elements=st.integers(least, 300)))


def shares(people, classes):
    table = ages.regroup(people, classes)
    return table / table.sum(axis=1, keepdims=True)


def unknown(people, classes):
    return np.full((len(people), len(classes)), np.nan)


def fitted(true, *, six=None, four=None, cycles=4, three=None, national=None):
    return ages.fit_ages(
        true.sum(axis=0) if national is None else national,
        ages.regroup(true, ages.THREE) if three is None else three,
        shares_six=unknown(true, ages.SIX) if six is None else six,
        shares_four=unknown(true, ages.FOUR) if four is None else four,
        cycles=cycles,
    )


@pytest.mark.parametrize("classes", [ages.THREE, ages.SIX, ages.FOUR], ids=["three", "six", "four"])
def test_classes_of_a_census_hold_each_bin_once(classes):
    assert sorted(b for bins in classes for b in bins) == list(range(N_BINS))


def test_the_five_ages_of_the_model_hold_every_bin_but_children_once():
    assert sorted(b for bins in ages.CELLS for b in bins) == list(range(1, N_BINS))


@given(country(least=0), country(), st.integers(1, 5), st.sampled_from(["six", "four", "none"]))
def test_the_three_classes_of_the_last_census_are_met_exactly(true, old, cycles, known):
    older = np.resize(old, true.shape)
    six = shares(older, ages.SIX) if known == "six" else None
    four = shares(older, ages.FOUR) if known == "four" else None
    ages_fitted = fitted(true, national=older.sum(axis=0), six=six, four=four, cycles=cycles)
    assert ages.regroup(ages_fitted, ages.THREE) == pytest.approx(ages.regroup(true, ages.THREE), rel=1e-12)
    assert (ages_fitted >= 0).all()
    assert np.isfinite(ages_fitted).all()


@settings(max_examples=times(10, 20))
@given(country())
def test_national_ages_are_found_again_from_areas_that_agree(true):
    # The ages of the country are found again when areas agree with it.
    ages_fitted = fitted(true, cycles=200)
    assert ages_fitted.sum(axis=0) == pytest.approx(true.sum(axis=0), rel=1e-4)
    # An older census that still holds is found again.
    ages_fitted = fitted(true, six=shares(true, ages.SIX), cycles=400)
    assert shares(ages_fitted, ages.SIX) == pytest.approx(shares(true, ages.SIX), abs=1e-3)


@given(country(), st.integers(0, 1_000))
def test_four_classes_are_not_read_where_six_are_known(true, seed):
    six = shares(true, ages.SIX)
    other = np.random.default_rng(seed).dirichlet(np.ones(len(ages.FOUR)), len(true))
    assert np.array_equal(fitted(true, six=six, four=other), fitted(true, six=six))


@given(country(), st.integers(1, 5))
def test_an_area_no_older_census_knows_keeps_the_national_profile_inside_its_three_classes(true, factor):
    national = true.sum(axis=0)
    ages_fitted = fitted(
        factor * true[:1], three=ages.regroup(national[None] * factor, ages.THREE), national=national * factor
    )
    assert ages_fitted[0] == pytest.approx(factor * national, rel=1e-9)


@given(country(), st.randoms(use_true_random=False))
def test_the_order_of_areas_is_irrelevant(true, chance):
    order = list(range(len(true)))
    chance.shuffle(order)
    six = shares(true[:, ::-1], ages.SIX)
    ages_fitted = fitted(true, six=six)
    assert fitted(true[order], six=six[order]) == pytest.approx(ages_fitted[order], rel=1e-9)


@given(country(), st.integers(0, 5))
def test_an_area_without_inhabitants_stays_empty(true, row):
    row %= len(true)
    three = ages.regroup(true, ages.THREE)
    three[row] = 0
    assert (fitted(true, three=three, six=shares(true, ages.SIX))[row] == 0).all()


@given(country(least=0), country(), st.sampled_from([ages.THREE, ages.SIX, ages.FOUR]))
def test_matching_meets_each_class_even_where_nobody_was_found(table, wanted, classes):
    people = ages.regroup(np.resize(wanted, table.shape), classes)
    before = table.copy()
    matched = ages.match(table, people, classes)
    assert ages.regroup(matched, classes) == pytest.approx(people, rel=1e-12)
    assert np.array_equal(table, before)


@given(country(least=0), st.sampled_from([ages.THREE, ages.SIX, ages.FOUR]))
def test_classes_split_and_regrouped_lose_nobody(table, classes):
    # A class filled from nothing is filled evenly.
    matched = ages.match(np.zeros_like(table), ages.regroup(table, classes), classes)
    for bins in classes:
        assert (matched[:, bins] == matched[:, bins[:1]]).all()
    # Regrouping loses nobody.
    assert ages.regroup(table, classes).sum(axis=1) == pytest.approx(table.sum(axis=1))


def test_a_class_of_less_than_one_person_keeps_its_shape():
    table = np.array([[0.2, 0.3, 4.0], [0.0, 0.0, 4.0]])
    matched = ages.match(table, np.array([[5.0, 8.0], [5.0, 8.0]]), [(0, 1), (2,)])
    assert matched.tolist() == [[2.0, 3.0, 8.0], [2.5, 2.5, 8.0]]
