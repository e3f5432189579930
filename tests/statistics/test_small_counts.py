"""The publishable part of counts of people: nothing small, and nothing that subtraction gives away."""

import itertools
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.statistics.engine import small_counts, suppression
from tests.support.profile import times

LEAST = 11


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6))
def test_no_small_part_is_published_nor_deduced_by_subtraction(counts):
    published = small_counts.one_way(counts, LEAST)
    total = sum(counts)
    withheld = [count for count, is_published in zip(counts, published, strict=True) if not is_published]
    for count, is_published in zip(counts, published, strict=True):
        assert not is_published or LEAST <= count <= total - LEAST
    if any(published) and withheld:
        assert len(withheld) > 1
        assert sum(withheld) >= LEAST


@given(st.lists(st.integers(0, 60), max_size=6))
def test_counts_of_the_same_people_published_together_differ_by_many(counts):
    published = small_counts.far_enough(counts, LEAST)
    published_counts = [count for count, is_published in zip(counts, published, strict=True) if is_published]
    assert all(abs(a - b) >= LEAST for a, b in itertools.combinations(published_counts, 2))
    assert published[:1] == [True][: len(counts)], "the first one is told whatever the others are"


@pytest.mark.parametrize("seed", range(times(40, 80)))
def test_one_way_cannot_be_run_backwards(seed):
    """Toutes les répartitions qui donneraient le même tableau : aucune part masquée n’y est connue à 5 personnes
    près, même par qui a lu cette règle.
    """
    random = np.random.default_rng(seed)
    counts = random.multinomial(int(random.integers(40, 140)), random.dirichlet(np.full(4, 1.2))).tolist()
    published = small_counts.one_way(counts, LEAST)
    suppressed = [k for k, one in enumerate(published) if not one]
    if not 1 < len(suppressed) < len(counts):
        assert len(suppressed) != 1
        return
    total, same = sum(counts[k] for k in suppressed), []
    for cuts in itertools.combinations_with_replacement(range(total + 1), len(suppressed) - 1):
        parts = [end - start for start, end in itertools.pairwise([0, *cuts, total])]
        table = counts.copy()
        for k, n in zip(suppressed, parts, strict=True):
            table[k] = n
        if small_counts.one_way(table, LEAST) == published:
            same.append(parts)
    assert (np.ptp(same, axis=0) >= suppression.NEAR).all()


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6))
def test_parts_that_everybody_knows_to_be_of_somebody_are_not_counted_from_zero(counts):
    """Onze parts d’une personne chacune font onze : le total dirait chacune."""
    assert not any(small_counts.one_way([30] + [1] * 11, LEAST, lowest=1))
    published = small_counts.one_way(counts, LEAST, lowest=1)
    suppressed = [count for count, one in zip(counts, published, strict=True) if not one]
    assert not any(published) or not suppressed or sum(suppressed) - len(suppressed) >= LEAST


MONTHS = st.dates(date(2025, 1, 1), date(2026, 12, 31)).map(lambda day: day.replace(day=1))


@given(st.dictionaries(MONTHS, st.integers(0, 40), max_size=14), MONTHS, st.integers(0, 10))
def test_a_month_of_few_is_not_the_difference_of_two_periods(counts, month, few):
    counts[month] = few
    minutes = {period: 17 * n for period, n in counts.items()}
    by_year = small_counts.by_year(counts, minutes, LEAST, 60)
    assert all(not n % LEAST and not part % 60 for n, part in by_year.values())
    assert small_counts.by_year(counts, minutes, 0, 1) == {
        period: (n, 17 * n) for period, n in counts.items()
    }
    for year in (2025, 2026):
        every = sum(n for period, n in counts.items() if period.year == year)
        assert sum(n for period, (n, _) in by_year.items() if period.year == year) == small_counts.batch(
            every, LEAST
        )


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.data())
def test_two_periods_differ_by_nobody_or_by_whole_lots(counts, data):
    batches = small_counts.lots(counts, LEAST)
    for end in range(len(counts) + 1):
        assert not sum(batches[:end]) % LEAST
        assert sum(counts[:end]) - LEAST < sum(batches[:end]) <= sum(counts[:end]), "the last few wait"
    where = data.draw(st.integers(0, len(counts) - 1))
    more = [n + (k == where) for k, n in enumerate(counts)]
    for first, last in itertools.combinations(range(len(counts) + 1), 2):
        moved = sum(small_counts.lots(more, LEAST)[first:last]) - sum(batches[first:last])
        assert not moved % LEAST, "one more is told by nothing, or moves a whole lot"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 90)), min_size=1, max_size=12))
def test_sums_of_batches_are_published_for_batches_alone(noted):
    counts, sums = [n for n, _ in noted], [n * minutes_each for n, minutes_each in noted]
    batches = small_counts.lots(counts, LEAST)
    parts = small_counts.shares(counts, sums, batches, 60)
    for n, part in zip(batches, parts, strict=True):
        assert not part % 60 and part >= 0
        assert n or not part, "nothing of a few"
    assert sum(parts) <= sum(sums) + 30 * sum(map(bool, batches)), "to the hour"
    assert small_counts.shares(counts, sums, small_counts.lots(counts, 0), 1) == sums, "nothing to protect"


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6))
def test_parts_that_are_all_large_are_all_published(counts):
    if min(counts) >= LEAST:
        assert all(small_counts.one_way(counts, LEAST))


def possible(table, rows, columns, published):
    """Return the least and the most that each withheld cell may be, by trying all tables that agree with
    what is shown.
    """
    table = np.asarray(table)
    total = int(table.sum())
    cells = [
        range(int(v), int(v) + 1) if s else range(total + 1)
        for v, s in zip(table.ravel(), published.ravel(), strict=True)
    ]
    low, high = np.full(table.size, total), np.zeros(table.size, dtype=int)
    for values in itertools.product(*cells):
        other = np.reshape(values, table.shape)
        if other.sum() != total:
            continue
        if any(is_published and other[k].sum() != table[k].sum() for k, is_published in enumerate(rows)):
            continue
        if any(
            is_published and other[:, k].sum() != table[:, k].sum() for k, is_published in enumerate(columns)
        ):
            continue
        low, high = np.minimum(low, other.ravel()), np.maximum(high, other.ravel())
    return (high - low).reshape(table.shape)


@settings(max_examples=times(12, 40), deadline=None)
@given(st.lists(st.lists(st.integers(0, 8), min_size=2, max_size=2), min_size=2, max_size=2))
def test_a_withheld_cell_stays_unknown_whatever_is_tried(table):
    least = 3
    counts = np.asarray(table)
    rows = small_counts.one_way(counts.sum(axis=1).tolist(), least)
    columns = small_counts.one_way(counts.sum(axis=0).tolist(), least)
    published = small_counts.two_way(counts, rows, columns, least)
    assert (counts[published] >= least).all()
    if published.any():
        assert (possible(counts, rows, columns, published)[~published] >= least).all()


def test_a_table_of_large_cells_is_published_in_full():
    table = [[20, 30, 40], [25, 35, 45]]
    assert small_counts.two_way(table, [True, True], [True, True, True], LEAST).all()


def test_a_small_cell_hides_more_cells_in_its_row_and_its_column():
    table = [[4, 30, 40, 15], [25, 35, 45, 30], [30, 40, 50, 60]]
    published = small_counts.two_way(table, [True] * 3, [True] * 4, LEAST)
    assert not published[0, 0]
    assert published.any()
    assert (~published).sum(axis=1)[0] >= 2
    assert (~published).sum(axis=0)[0] >= 2


def test_small_cells_of_a_row_take_a_larger_one_until_they_hold_enough_people_together():
    table = [[4, 3, 40, 45], [25, 35, 45, 30], [30, 40, 50, 60]]
    published = small_counts.two_way(table, [True] * 3, [True] * 4, LEAST)
    assert published.tolist() == [
        [False, False, False, True],
        [False, False, False, True],
        [True, True, True, True],
    ]


def test_cells_of_a_withheld_row_are_withheld():
    published = small_counts.two_way([[20, 30], [3, 4]], [False, False], [True, True], LEAST)
    assert not published.any()


def test_a_table_of_a_few_wide_cells_is_not_published():
    """« 16 » et « 22 » laissent de quoi douter de chaque ligne, et disent le reste de la colonne à dix personnes près."""
    table = [[0, 11, 16], [10, 22, 22]]
    assert not small_counts.two_way(table, [True, True], [True, True, True], LEAST).any()
