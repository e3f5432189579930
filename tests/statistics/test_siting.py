"""The few sites that bring the most demand within reach: never better than the truth, and the truth when
said exact.
"""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from maillage.statistics.engine import siting

worlds = st.integers(0, 10**6).map(np.random.default_rng)
how_many = st.integers(0, 4)


def world(chance: np.random.Generator, most: int = 9) -> tuple[np.ndarray, np.ndarray]:
    n_areas, n_sites = chance.integers(1, 25), chance.integers(1, most)
    demand = chance.integers(0, 30, n_areas) * chance.choice([1.0, 0.37])
    return demand, chance.random((n_areas, n_sites)) < chance.choice([0.1, 0.3, 0.6])


def value(demand: np.ndarray, covers: np.ndarray, chosen: tuple[int, ...]) -> float:
    return float(demand[covers[:, list(chosen)].any(axis=1)].sum())


def truth(demand: np.ndarray, covers: np.ndarray, n: int, fixed: tuple[int, ...] = ()) -> float:
    every = combinations(range(covers.shape[1]), min(n, covers.shape[1]))
    return max(value(demand, covers, (*fixed, *some)) for some in every)


@given(worlds, how_many)
def test_sites_are_the_best_choice_or_near_it(chance, n):
    # The best sites are the best of every choice.
    demand, covers = world(chance)
    choice = siting.best_sites(demand, sparse.csr_array(covers), n)
    assert choice.exact
    assert choice.gap == 0
    assert choice.covered == choice.bound == pytest.approx(truth(demand, covers, n))
    assert choice.covered == pytest.approx(value(demand, covers, choice.chosen))
    # The greedy choice is between what it promises and the best.
    choice = siting.greedy(demand, sparse.csr_array(covers), n)
    best = truth(demand, covers, n)
    assert (1 - 1 / np.e) * best - 1e-9 <= choice.covered <= best + 1e-9
    assert choice.bound >= best - 1e-9
    assert choice.gap == pytest.approx(1 - choice.covered / choice.bound if choice.bound else 0, abs=1e-9)
    assert choice.seconds == 0, "no solver was needed"
    if choice.exact:
        assert choice.covered == pytest.approx(best)
    # Sites are different add something and the first adds most.
    for find in (siting.best_sites, siting.greedy):
        chosen = find(demand, sparse.csr_array(covers), n).chosen
        assert len(chosen) == len(set(chosen)) <= n
        steps = np.diff([value(demand, covers, chosen[:k]) for k in range(len(chosen) + 1)])
        assert (steps > 0).all()
        assert (np.diff(steps) <= 1e-9).all()
    # Annealing stays between the greedy choice and the best.
    fixed = tuple(chance.choice(covers.shape[1], 1).tolist())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(siting, "MOST_LINKS", 0)
        choice = siting.best_sites(demand, sparse.csr_array(covers), n, fixed=fixed)
    best = truth(demand, covers, n, fixed)
    assert siting.greedy(demand, sparse.csr_array(covers), n, fixed=fixed).covered - 1e-9 <= choice.covered
    assert choice.covered - 1e-9 <= best <= choice.bound + 1e-9
    assert choice.covered == pytest.approx(value(demand, covers, (*fixed, *choice.chosen)))


@given(worlds, st.integers(0, 3))
def test_fixed_sites_count_in_what_is_covered_not_in_the_number(chance, n):
    demand, covers = world(chance)
    fixed = tuple(chance.choice(covers.shape[1], min(2, covers.shape[1]), replace=False).tolist())
    for find in (siting.best_sites, siting.greedy):
        choice = find(demand, sparse.csr_array(covers), n, fixed=fixed)
        assert not set(choice.chosen) & set(fixed)
        assert choice.covered == pytest.approx(value(demand, covers, (*fixed, *choice.chosen)))
    assert siting.best_sites(demand, sparse.csr_array(covers), n, fixed=fixed).covered == pytest.approx(
        truth(demand, covers, n, fixed)
    )


@given(worlds, how_many)
def test_cover_grows_with_candidates_whatever_their_order(chance, n):
    # One more candidate or one more site never covers less.
    demand, covers = world(chance)
    best = siting.best_sites(demand, sparse.csr_array(covers), n).covered
    fewer = siting.best_sites(demand, sparse.csr_array(covers[:, :-1]), n).covered
    more = siting.best_sites(demand, sparse.csr_array(covers), n + 1).covered
    assert fewer - 1e-9 <= best <= more + 1e-9 <= demand.sum() + 2e-9
    # The order of areas changes nothing.
    order = chance.permutation(len(demand))
    first = siting.best_sites(demand, sparse.csr_array(covers), n).covered
    assert siting.best_sites(demand[order], sparse.csr_array(covers[order]), n).covered == pytest.approx(
        first
    )


@pytest.mark.parametrize("find", [siting.best_sites, siting.greedy])
def test_empty_questions_have_plain_answers(find):
    nobody = find(np.zeros(3), sparse.csr_array(np.ones((3, 2))), 2)
    assert (nobody.chosen, nobody.covered, nobody.bound, nobody.gap, nobody.exact) == (
        (),
        0.0,
        0.0,
        0.0,
        True,
    )
    for shape in ((3, 0), (0, 3), (0, 0)):
        choice = find(np.ones(shape[0]), sparse.csr_array(shape), 2)
        assert (choice.chosen, choice.covered, choice.exact) == ((), 0.0, True)
    assert find(np.ones(2), sparse.csr_array(np.eye(2)), 0).chosen == ()


def test_areas_that_the_same_candidates_reach_count_together():
    covers = np.repeat(np.array([[True, False], [False, True]]), [3, 2], axis=0)
    choice = siting.best_sites(np.array([1.0, 1, 1, 2, 2]), sparse.csr_array(covers), 1)
    assert (choice.chosen, choice.covered) == ((1,), 4.0)


def hard() -> tuple[np.ndarray, sparse.csr_array]:
    """Squares where sites overlap much, with many near ties: what multipliers alone do not settle."""
    chance = np.random.default_rng(11)
    areas, sites = chance.uniform(0, 1, (900, 2)), chance.uniform(0, 1, (300, 2))
    near = ((areas[:, None] - sites[None]) ** 2).sum(axis=2) < 0.085**2
    return np.ones(900), sparse.csr_array(near)


def test_when_multipliers_do_not_settle_it_the_solver_does():
    demand, covers = hard()
    choice = siting.best_sites(demand, covers, 25)
    first = siting.greedy(demand, covers, 25)
    assert choice.exact
    assert choice.seconds > 0
    assert first.covered < choice.covered <= first.bound


def test_out_of_time_the_best_choice_is_returned_with_its_gap():
    demand, covers = hard()
    choice = siting.best_sites(demand, covers, 25, seconds=0.0)
    best = siting.best_sites(demand, covers, 25)
    assert not choice.exact
    assert choice.gap > 0
    assert siting.greedy(demand, covers, 25).covered <= choice.covered <= best.covered <= choice.bound


def test_what_a_fixed_site_covers_is_in_the_bound_too():
    """A fixed site is worth what it covers, then a question about the areas that it leaves."""
    demand, covers = hard()
    inside = covers[:, [0]].toarray()[:, 0]
    remaining = siting.greedy(np.where(inside, 0.0, demand), covers, 25)
    choice = siting.greedy(demand, covers, 25, fixed=(0,))
    assert remaining.gap > 1e-3
    assert choice.bound == pytest.approx(remaining.bound + demand[inside].sum())


def test_the_same_question_has_the_same_answer():
    demand, covers = hard()
    assert siting.best_sites(demand, covers, 25).chosen == siting.best_sites(demand, covers, 25).chosen


def test_a_problem_too_large_for_the_solver_is_annealed(monkeypatch):
    """Sites that overlap much: no single swap improves the greedy choice, yet better ones are there."""
    demand, covers = hard()
    monkeypatch.setattr(siting, "MOST_LINKS", 0)
    choice = siting.best_sites(demand, covers, 40)
    first = siting.greedy(demand, covers, 40)
    assert not choice.exact
    assert first.covered < choice.covered <= choice.bound < first.bound
    assert choice.chosen == siting.best_sites(demand, covers, 40).chosen


def towns() -> tuple[np.ndarray, sparse.csr_array]:
    """A few large towns among many small ones, as in a real country; each may be a site."""
    chance = np.random.default_rng(5)
    points, demand = chance.uniform(0, 1, (1_500, 2)), chance.pareto(1.1, 1_500) + 0.1
    return demand, sparse.csr_array(((points[:, None] - points[None]) ** 2).sum(axis=2) < 0.05**2)


@pytest.mark.parametrize("n", [15, 30])
def test_the_bound_by_multipliers_is_that_of_the_linear_relaxation(n):
    demand, covers = towns()
    n_areas, n_sites = covers.shape
    rows = sparse.hstack((-covers.astype(float), sparse.eye_array(n_areas)))
    count = sparse.csr_array(np.append(np.ones(n_sites), np.zeros(n_areas))[None])
    relaxed = linprog(
        -np.append(np.zeros(n_sites), demand),
        A_ub=sparse.vstack((rows, count)),
        b_ub=np.append(np.zeros(n_areas), n),
        bounds=(0, 1),
    )
    bound = siting.greedy(demand, covers, n).bound
    assert -relaxed.fun * (1 - 1e-9) <= bound <= -relaxed.fun * (1 + 1e-4)


def test_what_is_too_large_for_the_solver_may_no_longer_be_once_the_choice_is_better(monkeypatch):
    """The better choice and the tighter bound settle candidates: what is left of them is proved."""
    demand, covers = towns()
    enough_time = siting.best_sites(demand, covers, 30)
    assert enough_time.exact
    monkeypatch.setattr(siting, "MOST_LINKS", 8_100)  # 8,112 are undecided at first, 8,084 then
    bounded = siting.best_sites(demand, covers, 30)
    assert bounded.exact
    assert bounded.covered == pytest.approx(enough_time.covered)
    monkeypatch.setattr(siting, "MOST_LINKS", 8_000)
    assert not siting.best_sites(demand, covers, 30).exact
