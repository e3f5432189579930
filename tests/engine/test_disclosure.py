"""What may be shown of counts of people: nothing small, and nothing that subtraction gives away."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.engine import disclosure

LEAST = 11


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6))
def test_no_small_part_is_shown_nor_found_by_subtraction(counts):
    shown = disclosure.one_way(counts, LEAST)
    whole = sum(counts)
    held = [count for count, seen in zip(counts, shown, strict=True) if not seen]
    for count, seen in zip(counts, shown, strict=True):
        assert not seen or LEAST <= count <= whole - LEAST
    if any(shown) and held:
        assert len(held) > 1
        assert sum(held) >= LEAST


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6))
def test_parts_that_are_all_large_are_all_shown(counts):
    if min(counts) >= LEAST:
        assert all(disclosure.one_way(counts, LEAST))


def possible(table, rows, columns, shown):
    """Return the least and the most that each withheld cell may be, by trying all tables that agree with what is shown."""
    table = np.asarray(table)
    whole = int(table.sum())
    cells = [
        range(int(v), int(v) + 1) if s else range(whole + 1) for v, s in zip(table.ravel(), shown.ravel(), strict=True)
    ]
    low, high = np.full(table.size, whole), np.zeros(table.size, dtype=int)
    for values in itertools.product(*cells):
        other = np.reshape(values, table.shape)
        if other.sum() != whole:
            continue
        if any(seen and other[k].sum() != table[k].sum() for k, seen in enumerate(rows)):
            continue
        if any(seen and other[:, k].sum() != table[:, k].sum() for k, seen in enumerate(columns)):
            continue
        low, high = np.minimum(low, other.ravel()), np.maximum(high, other.ravel())
    return (high - low).reshape(table.shape)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 8), min_size=2, max_size=2), min_size=2, max_size=2))
def test_a_withheld_cell_stays_unknown_whatever_is_tried(table):
    least = 3
    counts = np.asarray(table)
    rows = disclosure.one_way(counts.sum(axis=1).tolist(), least)
    columns = disclosure.one_way(counts.sum(axis=0).tolist(), least)
    shown = disclosure.two_way(counts, rows, columns, least)
    assert (counts[shown] >= least).all()
    if shown.any():
        assert (possible(counts, rows, columns, shown)[~shown] >= least).all()


def test_a_table_of_large_cells_is_shown_whole():
    table = [[20, 30, 40], [25, 35, 45]]
    assert disclosure.two_way(table, [True, True], [True, True, True], LEAST).all()


def test_a_small_cell_takes_others_with_it_in_its_row_and_its_column():
    table = [[4, 30, 40, 15], [25, 35, 45, 30], [30, 40, 50, 60]]
    shown = disclosure.two_way(table, [True] * 3, [True] * 4, LEAST)
    assert not shown[0, 0]
    assert shown.any()
    assert (~shown).sum(axis=1)[0] >= 2
    assert (~shown).sum(axis=0)[0] >= 2


def test_cells_of_a_withheld_row_are_withheld():
    shown = disclosure.two_way([[20, 30], [3, 4]], [False, False], [True, True], LEAST)
    assert not shown.any()
