"""Classes of zones, ranks, the joint map, and how sure a class is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine import classes

values_of_zones = hnp.arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 30))
some_unknown = hnp.arrays(
    np.float64, st.integers(1, 40), elements=st.one_of(st.integers(0, 30), st.just(np.nan))
)


@given(some_unknown)
def test_classes_and_ranks_leave_unknown_values_out(values):
    # A zone has one of five classes or none when its value is unknown.
    class_of = classes.classes(values)
    assert set(class_of[~np.isnan(values)]) <= set(range(classes.N_CLASSES))
    assert (class_of[np.isnan(values)] == -1).all()
    # A rank is one more than the number of higher zones.
    ranks = classes.ranks(values)
    known = ~np.isnan(values)
    assert np.array_equal(np.isnan(ranks), ~known)
    ordered = sorted(values[known], reverse=True)
    assert ranks[known].tolist() == [1 + ordered.index(value) for value in values[known]]


@given(values_of_zones)
def test_classes_follow_the_order_of_values(values):
    # Equal zones are in the same class.
    class_of = classes.classes(values)
    for value in np.unique(values):
        assert len(set(class_of[values == value])) == 1
    # A higher value is never in a lower class.
    assert (np.diff(classes.classes(values)[np.argsort(values, kind="stable")]) >= 0).all()


@given(some_unknown, st.randoms(use_true_random=False))
def test_the_order_of_zones_is_irrelevant(values, chance):
    order = list(range(len(values)))
    chance.shuffle(order)
    assert np.array_equal(classes.classes(values[order]), classes.classes(values)[order])


@given(values_of_zones, st.integers(1, 5))
def test_zones_without_a_value_change_no_class(values, n):
    class_of = classes.classes(np.append(values, np.full(n, np.nan)))
    assert np.array_equal(class_of[: len(values)], classes.classes(values))


@given(st.integers(5, 60), st.randoms(use_true_random=False))
def test_five_different_zones_or_more_fill_the_five_classes_evenly(n, chance):
    order = list(range(n))
    chance.shuffle(order)
    sizes = np.bincount(classes.classes(np.array(order, dtype=np.float64)), minlength=classes.N_CLASSES)
    assert len(sizes) == classes.N_CLASSES
    assert sizes.min() >= 1
    assert sizes.max() - sizes.min() <= 2


@given(values_of_zones, st.floats(0.1, 10), st.floats(-100, 100))
def test_only_the_order_of_values_counts(values, factor, shift):
    assert np.array_equal(classes.classes(factor * values + shift), classes.classes(values))
    assert np.array_equal(classes.classes(np.exp(values / 10)), classes.classes(values))


@given(hnp.arrays(np.float64, (9, 15), elements=st.floats(0, 100)), st.data())
def test_each_draw_is_classed_by_its_own_bounds(draws, data):
    bounds = np.sort(data.draw(hnp.arrays(np.float64, (4, 15), elements=st.floats(0, 100))), axis=0)
    draws[0] = np.nan
    class_of = classes.drawn(draws, bounds)
    for k in range(15):
        assert class_of[:, k].tolist() == classes.classes(draws[:, k], bounds[:, k]).tolist()
    odds = classes.membership(class_of)
    assert np.isnan(odds[0]).all()
    assert odds[1:].sum(axis=1) == pytest.approx(np.ones(8))


codes = hnp.arrays(np.int64, 12, elements=st.integers(-1, 4))


@given(codes, codes)
def test_a_cell_says_which_of_the_two_is_strong(digital, social):
    for cell, one, two in zip(classes.cells(digital, social), digital, social, strict=True):
        if one < 0 or two < 0:
            assert cell == -1
        else:
            assert (cell in (1, 3), cell in (2, 3)) == (one >= classes.STRONG, two >= classes.STRONG)
