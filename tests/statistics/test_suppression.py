"""Which sums of people may be published together: for a reader of what is published, and for one who knows the rule."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from scipy.optimize import linprog

from maillage.statistics.engine import small_counts, suppression
from maillage.statistics.engine.suppression import Secret
from tests.support.profile import times

LEAST = 11


def test_a_grouped_answer_gives_nothing_away():
    """« Peu » est masqué ; le groupe « peu ou pas du tout » le rendrait par soustraction : il l’est aussi."""
    counts, least = [1, 5, 6, 8], 3
    sums = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1]]
    published = suppression.protect(
        counts, sums, [False, True, True, True, True, True], [[1, 1, 1, 1]], least
    )
    assert not published[0]
    assert sum(published) >= 2
    assert worst_width(counts, sums, published, least) >= least


def worst_width(counts, sums, published, least):
    """Return the least doubt have_left on any withsuppressed sum, by trying every table of total numbers that agrees
    with what is published.
    """
    known = [mask for mask, one in zip(sums, published, strict=True) if one]
    total = sum(counts)
    values = [sum(n for n, taken in zip(counts, mask, strict=True) if taken) for mask in known]
    agree = [
        cells
        for cells in itertools.product(range(total + 1), repeat=len(counts))
        if sum(cells) == total
        and all(
            sum(itertools.compress(cells, mask)) == value for mask, value in zip(known, values, strict=True)
        )
    ]
    hidden = [mask for mask, one in zip(sums, published, strict=True) if not one]
    spans = [[sum(itertools.compress(cells, mask)) for cells in agree] for mask in hidden]
    return min((max(span) - min(span) for span in spans), default=least)


@given(st.lists(st.integers(0, 9), min_size=3, max_size=4), st.integers(2, 4))
@settings(max_examples=times(12, 40), deadline=None)
def test_every_table_that_agrees_leaves_doubt(counts, least):
    """Vérifié en essayant toutes les tables possibles de nombres entiers."""
    size = len(counts)
    sums = [[int(k == j) for j in range(size)] for k in range(size)] + [[int(j < 2) for j in range(size)]]
    may = [sum(itertools.compress(counts, mask)) >= least for mask in sums]
    published = suppression.protect(counts, sums, may, [[1] * size], least)
    assert not any(one and not allowed for one, allowed in zip(published, may, strict=True))
    if sum(counts) >= least and not all(published):
        assert worst_width(counts, sums, published, least) >= least - 1


def test_an_earlier_edition_is_not_subtracted():
    """Hier 30 oui et 40 non ; aujourd’hui 33 et 52 : les trois « oui » de plus ne se lisent pas."""
    old, new = [30, 40], [3, 12]
    sums = [[1, 0, 1, 0], [0, 1, 0, 1]]
    values = [[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 1, 1]]
    come = [Secret(np.array([0.0, 0, 1, 0]), 11), Secret(np.array([0.0, 0, 0, 1]), 11)]
    published = suppression.protect([*old, *new], sums, [True, True], values, 11, secrets=come)
    assert published.tolist() == [False, False]


def people(size):
    return st.lists(st.integers(0, 60), min_size=size, max_size=size)


@given(st.data(), st.integers(1, 6))
@settings(max_examples=times(60, 120), deadline=None)
def test_people_of_an_earlier_edition_are_never_negative_and_agree_with_it(data, size):
    """Ce qu’une édition a masqué n’est pas gardé : des effectifs possibles en tiennent lieu."""
    then = np.array(data.draw(people(size)))
    now = np.array(data.draw(people(size)))
    sums = np.array(data.draw(st.lists(st.lists(st.booleans(), min_size=size, max_size=size), max_size=5)))
    sums = sums.reshape(-1, size).astype(np.int64)
    people_then, have_left = suppression.people_before(sums, sums @ then, now)
    assert (people_then >= 0).all()
    assert np.allclose(sums @ people_then, sums @ then, rtol=0, atol=1e-6)
    assert have_left or (people_then <= now).all()


@given(st.data(), st.integers(1, 6))
@settings(max_examples=times(30, 60), deadline=None)
def test_when_people_only_came_nobody_is_counted_as_removed(data, size):
    then, come = np.array(data.draw(people(size))), np.array(data.draw(people(size)))
    sums = np.vstack([np.eye(size), np.ones(size)])[data.draw(st.integers(0, size)) :]
    people_then, have_left = suppression.people_before(sums, sums @ then, then + come)
    assert not have_left
    assert (people_then <= then + come).all()
    if come.sum():
        assert suppression.people_before(sums, sums @ (then + come), then)[1]


def test_figures_that_nobody_can_agree_with_leave_the_nearest_people():
    people_then, have_left = suppression.people_before([[1, 0], [1, 1]], [30, 20], [40, 40])
    assert (people_then >= 0).all()
    assert have_left
    assert people_then.sum() == approx(25)


def test_nothing_to_protect_hides_nothing():
    assert suppression.protect([30, 40], [[1, 0], [0, 1]], [True, True], [[1, 1]], 11).all()


def test_the_parts_of_a_whole_are_suppressed_as_one_way_does():
    random = np.random.default_rng(5)
    for _ in range(times(60, 150)):
        size, least, n = (
            int(random.integers(2, 7)),
            int(random.choice([3, 5, 11])),
            int(random.integers(5, 200)),
        )
        counts = random.multinomial(n, random.dirichlet(np.ones(size))).tolist()
        large = [least <= count <= n - least for count in counts]
        published = suppression.protect(counts, np.eye(size), large, [np.ones(size)], least, by_size=True)
        assert published.tolist() == small_counts.one_way(counts, least), counts


def reach(table, published, rows, columns, goal, tops):
    """Return the width of the values of a sum of cells, for whoever knows what is published and that no cell passes
    its top.
    """
    size = table.size
    lines = np.vstack(
        [
            np.ones(size),
            *(np.isin(np.arange(size) // table.shape[1], k) for k in np.flatnonzero(rows)),
            *(np.isin(np.arange(size) % table.shape[1], k) for k in np.flatnonzero(columns)),
        ]
    ).astype(float)
    flat, one = table.ravel(), published.ravel()
    bounds = [(n, n) if one else (0, top) for n, one, top in zip(flat, one, tops, strict=True)]
    ends = [linprog(sign * goal, A_eq=lines, b_eq=lines @ flat, bounds=bounds) for sign in (1, -1)]
    assert all(each.status == 0 for each in ends)
    return -ends[1].fun - ends[0].fun


@pytest.mark.parametrize("seed", range(times(6, 12)))
def test_a_table_leaves_in_doubt_who_knows_the_rule_and_who_does_not(seed):
    """Par d’autres programmes linéaires, un par case : onze personnes de doute pour qui lit le tableau, cinq pour qui
    sait en plus quelles cases sont sous le seuil.
    """
    random = np.random.default_rng(seed)
    table = random.poisson(random.gamma(1.2, random.choice([10, 30]), (6, 4)))
    rows, columns = (np.array(small_counts.one_way(table.sum(axis=k).tolist(), LEAST)) for k in (1, 0))
    published = small_counts.two_way(table, rows, columns, LEAST)
    assert (table[published] >= LEAST).all()
    small = np.where(table.ravel() < LEAST, LEAST - 1, np.inf)
    for cell in np.flatnonzero(~published.ravel()):
        goal = np.eye(table.size)[cell]
        assert reach(table, published, rows, columns, goal, np.full(table.size, np.inf)) >= LEAST - 1e-6
        of_small = [table[cell // 4], table[:, cell % 4]]
        if all((line >= LEAST).any() for line in of_small):  # small counts alone: their total says it
            assert reach(table, published, rows, columns, goal, small) >= suppression.NEAR - 1e-6


def test_a_sum_that_public_ones_reveal_is_left_and_the_rest_is_protected():
    """Une réponse de quatre personnes est déjà publique : rien n’y peut plus. Une autre entraîne la plus petite."""
    public, cells = [[1, 1, 1, 1, 1], [1, 0, 0, 0, 0]], np.eye(5)
    published = suppression.protect(
        [4, 3, 20, 15, 40], cells, [False, False, True, True, True], public, LEAST
    )
    assert published.tolist() == [False, False, True, False, True]


def test_a_part_is_suppressed_where_it_helps_before_a_cheaper_one_elsewhere():
    """Le total et la moitié sont publics : c’est dans cette moitié qu’une seconde case protège la petite."""
    halves, cells = [[1, 1, 1, 1], [1, 1, 0, 0]], np.eye(4)
    published = suppression.protect([30, 4, 20, 15], cells, [True, False, True, True], halves, LEAST)
    assert published.tolist() == [False, False, True, True]
