"""Tables: aligning, grouping, adding, as a plain dictionary would."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.kernel.table import Table, group, positions, total_by

codes = st.text("0123456789AB", min_size=1, max_size=6)
unique_codes = st.lists(codes, unique=True, max_size=15)


def text(values):
    return np.array(values, dtype=np.str_)


@st.composite
def tables(draw):
    keys = draw(unique_codes)
    values = draw(hnp.arrays(np.float64, len(keys), elements=st.floats(-1e6, 1e6)))
    return Table("exemple", {"code": text(keys), "pop": values, "name": text([f"n{key}" for key in keys])})


@given(unique_codes, st.lists(codes, max_size=15))
def test_a_position_is_where_the_key_stands_or_minus_one(keys, wanted):
    rows = positions(text(keys), text(wanted))
    assert rows.tolist() == [keys.index(key) if key in keys else -1 for key in wanted]


@given(tables(), st.lists(codes, max_size=15))
def test_an_aligned_column_follows_the_requested_keys(table, wanted):
    known = dict(zip(table["code"].tolist(), table["pop"].tolist(), strict=True))
    assert table.aligned("code", text(wanted), "pop").tolist() == pytest.approx(
        [known.get(key, np.nan) for key in wanted], nan_ok=True
    )
    names = dict(zip(table["code"].tolist(), table["name"].tolist(), strict=True))
    assert table.aligned("code", text(wanted), "name", missing="inconnu").tolist() == [
        names.get(key, "inconnu") for key in wanted
    ]


@given(tables())
def test_table_keeps_its_rows_and_columns(table):
    # A table aligned on its own keys is itself.
    assert np.array_equal(table.aligned("code", table["code"], "pop"), table["pop"])
    # Adding a column leaves the former table alone.
    wider = table.adding(double=2 * table["pop"], pop=0 * table["pop"])
    assert "double" in wider
    assert "double" not in table
    assert (wider["pop"] == 0).all()
    assert np.array_equal(wider["double"], 2 * table["pop"])
    assert len(wider) == len(table)
    # Rows hold one value of each column.
    rows = list(table.rows())
    assert [row["code"] for row in rows] == table["code"].tolist()
    assert [row["pop"] for row in rows] == table["pop"].tolist()
    assert all(set(row) == set(table.columns) for row in rows)


@given(tables(), st.data())
def test_rows_taken_or_moved_keep_their_keys(table, data):
    # The order of rows does not change what is aligned.
    order = np.array(data.draw(st.permutations(range(len(table)))), dtype=np.int64)
    wanted = text([*table["code"].tolist(), "absent"])
    expected = table.aligned("code", wanted, "pop")
    assert table.take(order).aligned("code", wanted, "pop") == pytest.approx(expected, nan_ok=True)
    # Taking rows by a mask or by positions gives the same rows.
    mask = data.draw(hnp.arrays(np.bool_, len(table)))
    by_mask, by_position = table.take(mask), table.take(np.flatnonzero(mask))
    assert list(by_mask.rows()) == list(by_position.rows())
    assert len(by_mask) == mask.sum()


@given(st.integers(0, 10), st.integers(0, 10))
def test_columns_of_different_lengths_are_an_error_that_names_the_table(first, second):
    assume(first != second)
    with pytest.raises(ValueError, match="exemple"):
        Table("exemple", {"code": np.zeros(first), "pop": np.zeros(second)})


def test_a_table_without_columns_is_empty():
    assert len(Table("exemple", {})) == 0


@given(st.lists(codes, max_size=20))
def test_grouping_gives_sorted_names_and_finds_every_row_again(keys):
    names, at = group(text(keys))
    assert names.tolist() == sorted(set(keys))
    assert names[at].tolist() == keys
    assert at.dtype == np.int64


@st.composite
def amounts(draw):
    at = draw(hnp.arrays(np.int64, st.integers(0, 20), elements=st.integers(0, 6)))
    return at, draw(hnp.arrays(np.float64, len(at), elements=st.integers(-1_000, 1_000)))


@given(amounts(), st.integers(0, 12))
def test_totals_by_position_add_what_shares_it(case, n):
    at, values = case
    totals = total_by(at, values, n)
    assert len(totals) == max(n, at.max(initial=-1) + 1)
    assert totals.tolist() == [values[at == k].sum() for k in range(len(totals))]
    assert totals.sum() == values.sum()
