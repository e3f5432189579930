"""Raking: margins met, structure kept, areas independent of one another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine.raking import rake, rake_groups, ratio


@st.composite
def raked(draw, *, zeros=False):
    """A seed and the margins of true tables, so that both margins can be met."""
    areas, a, d = draw(st.integers(1, 5)), draw(st.integers(2, 5)), draw(st.integers(2, 6))
    seed = draw(hnp.arrays(np.float64, (a, d), elements=st.integers(1, 20)))
    true = draw(hnp.arrays(np.float64, (areas, a, d), elements=st.integers(1, 20)))
    if zeros:
        is_filled = draw(hnp.arrays(np.bool_, (a, d)))
        seed, true = seed * is_filled, true * is_filled
    return seed, true.sum(axis=2), true.sum(axis=1)


@given(raked())
def test_raking_meets_both_margins_and_leaves_its_seed(tables):
    # Raking meets both margins.
    seed, rows, columns = tables
    raked_table = rake(seed, rows, columns, cycles=150)
    assert raked_table.sum(axis=1) == pytest.approx(columns, rel=1e-12)
    assert raked_table.sum(axis=2) == pytest.approx(rows, rel=1e-6)
    # A table that has its margins already does not move.
    seed, _, _ = tables
    raked_table = rake(seed, seed.sum(axis=1)[None], seed.sum(axis=0)[None], cycles=4)
    assert raked_table[0] == pytest.approx(seed, rel=1e-12)
    # One seed for all is the same as one seed each.
    seed, rows, columns = tables
    seeds = np.repeat(seed[None], len(rows), axis=0)
    assert np.array_equal(rake(seeds, rows, columns, cycles=3), rake(seed, rows, columns, cycles=3))
    # Raking leaves its seed untouched.
    seed, rows, columns = tables
    before = seed.copy()
    rake(seed[None] if len(rows) == 1 else seed, rows, columns, cycles=2)
    assert np.array_equal(seed, before)


@given(raked(), st.integers(1, 4))
def test_raking_meets_its_columns_whatever_the_number_of_cycles(tables, cycles):
    seed, rows, columns = tables
    assert rake(seed, rows, columns, cycles=cycles).sum(axis=1) == pytest.approx(columns, rel=1e-12)


@given(raked(), st.integers(1, 6))
def test_more_cycles_never_take_rows_further_from_their_margin(tables, cycles):
    seed, rows, columns = tables

    def worst(n):
        return np.abs(rake(seed, rows, columns, cycles=n).sum(axis=2) / rows - 1).max()

    assert worst(cycles + 1) <= worst(cycles) + 1e-12


@given(raked(zeros=True), st.integers(1, 12))
def test_an_empty_cell_of_the_seed_stays_empty_and_no_cell_is_negative(tables, cycles):
    seed, rows, columns = tables
    raked_table = rake(seed, rows, columns, cycles=cycles)
    assert (raked_table[:, seed == 0] == 0).all()
    assert (raked_table >= 0).all()
    assert np.isfinite(raked_table).all()


@given(raked(), st.data())
def test_a_margin_of_zero_empties_its_cells(tables, data):
    seed, rows, columns = tables
    age, diploma = (
        data.draw(st.integers(0, rows.shape[1] - 1)),
        data.draw(st.integers(0, columns.shape[1] - 1)),
    )
    rows, columns = rows.copy(), columns.copy()
    rows[:, age] = 0
    columns[:, diploma] = 0
    raked_table = rake(seed, rows, columns, cycles=3)
    assert (raked_table[:, age] == 0).all()
    assert (raked_table[:, :, diploma] == 0).all()
    assert np.isfinite(raked_table).all()


@given(raked(), st.integers(1, 12))
def test_raking_keeps_every_odds_ratio_of_the_seed(tables, cycles):
    seed, rows, columns = tables
    moved = np.log(rake(seed, rows, columns, cycles=cycles)) - np.log(seed)
    # Odds ratios are kept when each cell moves by what its row and its column move, and by nothing of its
    # own.
    own = (
        moved
        - moved.mean(axis=2, keepdims=True)
        - moved.mean(axis=1, keepdims=True)
        + moved.mean(axis=(1, 2), keepdims=True)
    )
    assert np.abs(own).max() < 1e-9


@given(raked(), st.randoms(use_true_random=False))
def test_the_order_of_areas_is_irrelevant(tables, chance):
    seed, rows, columns = tables
    order = list(range(len(rows)))
    chance.shuffle(order)
    raked_table = rake(seed, rows, columns, cycles=5)
    assert np.array_equal(rake(seed, rows[order], columns[order], cycles=5), raked_table[order])


@given(raked(), raked())
def test_another_area_changes_no_number(tables, other_tables):
    seed, rows, columns = tables
    _, more_rows, more_columns = other_tables
    if more_rows.shape[1] != rows.shape[1] or more_columns.shape[1] != columns.shape[1]:
        more_rows, more_columns = 3 * rows, 3 * columns
    together = rake(seed, np.vstack((rows, more_rows)), np.vstack((columns, more_columns)), cycles=5)
    assert np.array_equal(together[: len(rows)], rake(seed, rows, columns, cycles=5))


@given(raked(), st.integers(2, 1_000))
def test_people_counted_in_thousands_rake_the_same_way(tables, factor):
    seed, rows, columns = tables
    raked_table = rake(seed, rows, columns, cycles=5)
    assert rake(seed, factor * rows, factor * columns, cycles=5) == pytest.approx(
        factor * raked_table, rel=1e-12
    )


@st.composite
def grouped(draw):
    groups, d = draw(st.integers(1, 4)), draw(st.integers(2, 6))
    extra = draw(st.lists(st.integers(0, groups - 1), max_size=8))
    group = np.array(draw(st.permutations([*range(groups), *extra])), dtype=np.int64)
    values = draw(hnp.arrays(np.float64, (len(group), d), elements=st.integers(1, 20)))
    true = draw(hnp.arrays(np.float64, (len(group), d), elements=st.integers(1, 20)))
    columns = np.zeros((groups, d))
    np.add.at(columns, group, true)
    return values, group, true.sum(axis=1), columns


@given(grouped())
def test_raking_by_groups_is_raking_of_each_group(tables):
    # Raking by groups meets the rows and the columns of each group.
    values, group, rows, columns = tables
    raked_table = rake_groups(values, group, rows, columns, cycles=150)
    sums = np.zeros_like(columns)
    np.add.at(sums, group, raked_table)
    assert sums == pytest.approx(columns, rel=1e-12)
    assert raked_table.sum(axis=1) == pytest.approx(rows, rel=1e-6)
    # One group at a time gives what all groups together give.
    together = rake_groups(values, group, rows, columns, cycles=4)
    for k in range(len(columns)):
        in_group = group == k
        alone = rake_groups(
            values[in_group], np.zeros(in_group.sum(), dtype=np.int64), rows[in_group], columns[[k]], cycles=4
        )
        assert together[in_group] == pytest.approx(alone, rel=1e-9)


@given(grouped(), st.randoms(use_true_random=False))
def test_raking_by_groups_does_not_depend_on_the_order_of_rows(tables, chance):
    values, group, rows, columns = tables
    order = list(range(len(group)))
    chance.shuffle(order)
    raked_table = rake_groups(values, group, rows, columns, cycles=4)
    assert rake_groups(values[order], group[order], rows[order], columns, cycles=4) == pytest.approx(
        raked_table[order], rel=1e-9
    )


@given(
    hnp.arrays(np.float64, 6, elements=st.integers(0, 1_000)),
    hnp.arrays(np.float64, 6, elements=st.integers(0, 1_000)),
)
def test_a_ratio_brings_counts_to_their_target_and_is_zero_where_nothing_is_counted(target, raked_table):
    factor = ratio(target, raked_table)
    assert factor * raked_table == pytest.approx(np.where(raked_table > 0, target, 0), rel=1e-12)
    assert (factor[raked_table == 0] == 0).all()
