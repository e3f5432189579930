"""What may be shown of counts of people: nothing small, and nothing that subtraction gives away."""

import itertools
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from maillage.engine import disclosure
from tests.support.profile import times

LEAST = 11


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6))
def test_no_small_part_is_shown_nor_found_by_subtraction(counts):
    shown = disclosure.one_way(counts, LEAST)
    whole = sum(counts)
    held = [count for count, seen in zip(counts, shown, strict=True) if not seen]
    for count, seen in zip(counts, shown, strict=True):
        assert not seen or LEAST <= count <= whole - LEAST
    if any(shown) and held:
        assert len(held) > 1
        assert sum(held) >= LEAST


@given(st.lists(st.integers(0, 60), max_size=6))
def test_counts_of_the_same_people_told_together_are_no_few_apart(counts):
    shown = disclosure.apart(counts, LEAST)
    told = [count for count, seen in zip(counts, shown, strict=True) if seen]
    assert all(abs(a - b) >= LEAST for a, b in itertools.combinations(told, 2))
    assert shown[:1] == [True][: len(counts)], "the first one is told whatever the others are"


MONTHS = st.dates(date(2025, 1, 1), date(2026, 12, 31)).map(lambda day: day.replace(day=1))


@given(st.dictionaries(MONTHS, st.integers(0, 40), max_size=14), MONTHS, st.integers(0, 10))
def test_a_month_of_few_is_not_the_difference_of_two_periods(counts, month, few):
    counts[month] = few
    minutes = {each: 17 * n for each, n in counts.items()}
    told = disclosure.by_year(counts, minutes, LEAST, 60)
    assert all(not n % LEAST and not part % 60 for n, part in told.values())
    assert disclosure.by_year(counts, minutes, 0, 1) == {each: (n, 17 * n) for each, n in counts.items()}
    for year in (2025, 2026):
        every = sum(n for each, n in counts.items() if each.year == year)
        assert sum(n for each, (n, _) in told.items() if each.year == year) == disclosure.batch(every, LEAST)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.data())
def test_two_periods_differ_by_nobody_or_by_whole_lots(counts, data):
    kept = disclosure.lots(counts, LEAST)
    for end in range(len(counts) + 1):
        assert not sum(kept[:end]) % LEAST
        assert sum(counts[:end]) - LEAST < sum(kept[:end]) <= sum(counts[:end]), "the last few wait"
    where = data.draw(st.integers(0, len(counts) - 1))
    more = [n + (k == where) for k, n in enumerate(counts)]
    for first, last in itertools.combinations(range(len(counts) + 1), 2):
        moved = sum(disclosure.lots(more, LEAST)[first:last]) - sum(kept[first:last])
        assert not moved % LEAST, "one more is told by nothing, or moves a whole lot"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 90)), min_size=1, max_size=12))
def test_what_goes_with_lots_is_told_of_lots_alone(noted):
    counts, sums = [n for n, _ in noted], [n * each for n, each in noted]
    kept = disclosure.lots(counts, LEAST)
    parts = disclosure.shares(counts, sums, kept, 60)
    for n, part in zip(kept, parts, strict=True):
        assert not part % 60 and part >= 0
        assert n or not part, "nothing of a few"
    assert sum(parts) <= sum(sums) + 30 * sum(map(bool, kept)), "to the hour"
    assert disclosure.shares(counts, sums, disclosure.lots(counts, 0), 1) == sums, "nothing to protect"


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6))
def test_parts_that_are_all_large_are_all_shown(counts):
    if min(counts) >= LEAST:
        assert all(disclosure.one_way(counts, LEAST))


def possible(table, rows, columns, shown):
    """Return the least and the most that each withheld cell may be, by trying all tables that agree with
    what is shown.
    """
    table = np.asarray(table)
    whole = int(table.sum())
    cells = [
        range(int(v), int(v) + 1) if s else range(whole + 1)
        for v, s in zip(table.ravel(), shown.ravel(), strict=True)
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


@settings(max_examples=times(12, 40), deadline=None)
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


def test_small_cells_of_a_row_take_a_larger_one_until_they_hold_enough_people_together():
    table = [[4, 3, 40, 45], [25, 35, 45, 30], [30, 40, 50, 60]]
    shown = disclosure.two_way(table, [True] * 3, [True] * 4, LEAST)
    assert shown.tolist() == [
        [False, False, False, True],
        [False, False, False, True],
        [True, True, True, True],
    ]


def test_cells_of_a_withheld_row_are_withheld():
    shown = disclosure.two_way([[20, 30], [3, 4]], [False, False], [True, True], LEAST)
    assert not shown.any()


def test_a_grouped_answer_gives_nothing_away():
    """« Peu » est masqué ; le groupe « peu ou pas du tout » le rendrait par soustraction : il l’est aussi."""
    counts, least = [1, 5, 6, 8], 3
    sums = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1]]
    shown = disclosure.protect(counts, sums, [False, True, True, True, True, True], [[1, 1, 1, 1]], least)
    assert not shown[0]
    assert sum(shown) >= 2
    assert worst_width(counts, sums, shown, least) >= least


def worst_width(counts, sums, shown, least):
    """Return the least doubt left on any withheld sum, by trying every table of whole numbers that agrees
    with what is shown.
    """
    known = [mask for mask, seen in zip(sums, shown, strict=True) if seen]
    whole = sum(counts)
    told = [sum(n for n, taken in zip(counts, mask, strict=True) if taken) for mask in known]
    agree = [
        cells
        for cells in itertools.product(range(whole + 1), repeat=len(counts))
        if sum(cells) == whole
        and all(
            sum(itertools.compress(cells, mask)) == value for mask, value in zip(known, told, strict=True)
        )
    ]
    hidden = [mask for mask, seen in zip(sums, shown, strict=True) if not seen]
    spans = [[sum(itertools.compress(cells, mask)) for cells in agree] for mask in hidden]
    return min((max(span) - min(span) for span in spans), default=least)


@given(st.lists(st.integers(0, 9), min_size=3, max_size=4), st.integers(2, 4))
@settings(max_examples=times(12, 40), deadline=None)
def test_every_table_that_agrees_leaves_doubt(counts, least):
    """Vérifié en essayant toutes les tables possibles de nombres entiers."""
    size = len(counts)
    sums = [[int(k == j) for j in range(size)] for k in range(size)] + [[int(j < 2) for j in range(size)]]
    may = [sum(itertools.compress(counts, mask)) >= least for mask in sums]
    shown = disclosure.protect(counts, sums, may, [[1] * size], least)
    assert not any(seen and not allowed for seen, allowed in zip(shown, may, strict=True))
    if sum(counts) >= least and not all(shown):
        assert worst_width(counts, sums, shown, least) >= least - 1


def test_an_earlier_edition_is_not_subtracted():
    """Hier 30 oui et 40 non ; aujourd’hui 33 et 52 : les trois « oui » de plus ne se lisent pas."""
    old, new = [30, 40], [3, 12]
    sums = [[1, 0, 1, 0], [0, 1, 0, 1]]
    told = [[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 1]]
    shown = disclosure.protect(
        [*old, *new], sums, [True, True], told, 11, secret=[[0, 0, 1, 0], [0, 0, 0, 1]]
    )
    assert shown.tolist() == [False, False]


def people(size):
    return st.lists(st.integers(0, 60), min_size=size, max_size=size)


@given(st.data(), st.integers(1, 6))
@settings(max_examples=times(60, 300), deadline=None)
def test_people_of_an_earlier_edition_are_never_negative_and_agree_with_it(data, size):
    """Ce qu’une édition a masqué n’est pas gardé : des effectifs possibles en tiennent lieu."""
    then = np.array(data.draw(people(size)))
    now = np.array(data.draw(people(size)))
    sums = np.array(data.draw(st.lists(st.lists(st.booleans(), min_size=size, max_size=size), max_size=5)))
    sums = sums.reshape(-1, size).astype(np.int64)
    found, left = disclosure.people_before(sums, sums @ then, now)
    assert (found >= 0).all()
    assert np.allclose(sums @ found, sums @ then, rtol=0, atol=1e-6)
    assert left or (found <= now).all()


@given(st.data(), st.integers(1, 6))
@settings(max_examples=times(30, 150), deadline=None)
def test_when_people_only_came_nobody_is_said_to_have_left(data, size):
    then, come = np.array(data.draw(people(size))), np.array(data.draw(people(size)))
    sums = np.vstack([np.eye(size), np.ones(size)])[data.draw(st.integers(0, size)) :]
    found, left = disclosure.people_before(sums, sums @ then, then + come)
    assert not left
    assert (found <= then + come).all()
    if come.sum():
        assert disclosure.people_before(sums, sums @ (then + come), then)[1]


def test_figures_that_nobody_can_agree_with_leave_the_nearest_people():
    found, left = disclosure.people_before([[1, 0], [1, 1]], [30, 20], [40, 40])
    assert (found >= 0).all()
    assert left
    assert found.sum() == approx(25)


def test_nothing_to_protect_hides_nothing():
    assert disclosure.protect([30, 40], [[1, 0], [0, 1]], [True, True], [[1, 1]], 11).all()


def test_without_a_proof_no_cell_is_published():
    """« 16 » et « 22 » laissent de quoi douter de chaque ligne, et disent le reste de la colonne à dix personnes près."""
    table = [[0, 11, 16], [10, 22, 22]]
    assert not disclosure.two_way(table, [True, True], [True, True, True], LEAST).any()
