"""Cell rates: every published margin found again, or a refusal."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine import rates
from maillage.statistics.engine.cells import AGE_OF, AGES, DIPLOMA_OF, DIPLOMAS, N_AGES, N_CELLS, N_DIPLOMAS
from maillage.statistics.engine.chance import generator
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.need import rates as study

NONE, LONG = rates.diploma_indicator(DIPLOMAS.index("none")), rates.diploma_indicator(DIPLOMAS.index("long"))
people_by_cell = hnp.arrays(np.float64, N_CELLS, elements=st.integers(1, 5_000))
cell_rates = hnp.arrays(np.float64, N_CELLS, elements=st.floats(0.005, 0.95))
positions = st.tuples(st.floats(0.2, 0.7), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))


def scale_of(parts, n=1):
    return rates.diploma_scale(*(np.full(n, part) for part in parts))


def means(people, p, constraints):
    weights = constraints * people
    return p @ (weights / weights.sum(axis=1, keepdims=True)).T


@st.composite
def published(draw):
    """A country, a shape, and the five age rates with two diploma rates that some rates of this shape
    really give.
    """
    people = draw(people_by_cell)
    draws = draw(st.integers(1, 4))
    scale = scale_of(draw(positions), draws)
    offset = rates.cross_effect(draw(hnp.arrays(np.float64, draws, elements=st.floats(-0.6, 0.6))), scale)
    ages = draw(hnp.arrays(np.float64, (draws, N_AGES), elements=st.floats(-5, 1)))
    slope = draw(hnp.arrays(np.float64, (draws, 1), elements=st.floats(0, 3)))
    end = draw(hnp.arrays(np.float64, (draws, 1), elements=st.floats(-1, 0.5)))
    theta = np.concatenate((ages, slope, end), axis=1)
    by_age = np.broadcast_to(rates.age_indicators(), (draws, N_AGES, N_CELLS))
    features = np.concatenate((by_age, scale[:, None], np.broadcast_to(LONG, scale.shape)[:, None]), axis=1)
    true = expit(offset + np.einsum("dk,dkc->dc", theta, features))
    constraints = np.vstack((rates.age_indicators(), NONE, LONG))
    return people, offset, features, constraints, means(people, true, constraints), true


@given(published())
def test_rates_meet_published_margins_draw_by_draw(case):
    # Every published margin is found again.
    people, offset, features, constraints, targets, _ = case
    solved = rates.solve(people, offset, features, constraints, targets)
    assert means(people, solved, constraints) == pytest.approx(targets, abs=1e-9)
    assert ((solved > 0) & (solved < 1)).all()
    # A draw alone gives the same as among many.
    together = rates.solve(people, offset, features, constraints, targets)
    for k in range(len(targets)):
        alone = rates.solve(people, offset[[k]], features[[k]], constraints, targets[[k]])
        assert alone[0] == pytest.approx(together[k], abs=1e-7)


@st.composite
def own_margins(draw):
    """A country, starting rates, and the total with up to two classes that some other rates really give."""
    people, start, true = draw(people_by_cell), draw(cell_rates), draw(cell_rates)
    age, diploma = draw(st.integers(0, N_AGES - 1)), draw(st.integers(0, N_DIPLOMAS - 1))
    rows = [np.ones(N_CELLS)]
    if draw(st.booleans()):
        rows.append(rates.age_indicators()[age])
    if draw(st.booleans()):
        rows.append(rates.diploma_indicator(diploma))
    constraints = np.array(rows)
    return people, start, constraints, means(people, true[None], constraints)


@given(own_margins())
def test_own_margins_move_rates_by_one_logit_a_class(case):
    # Any margins that hold together are found again.
    people, start, constraints, targets = case
    solved = rates.solve(people, logit(start), constraints, constraints, targets)
    assert means(people, solved, constraints) == pytest.approx(targets, abs=1e-9)
    # Margins move rates by the same logit inside a class.
    solved = rates.solve(people, logit(start), constraints, constraints, targets)[0]
    moved = logit(solved) - logit(start)
    for pattern in np.unique(constraints, axis=1).T:
        in_class = (constraints == pattern[:, None]).all(axis=0)
        assert np.ptp(moved[in_class]) < 1e-6


@given(people_by_cell, cell_rates)
def test_rates_that_have_their_margins_already_do_not_move(people, p):
    constraints = np.vstack((rates.age_indicators(), NONE, LONG))
    solved = rates.solve(people, logit(p), constraints, constraints, means(people, p[None], constraints))
    assert solved[0] == pytest.approx(p, abs=1e-9)


@given(published(), st.integers(2, 100))
def test_only_the_shares_of_people_count(case, factor):
    people, offset, features, constraints, targets, _ = case
    solved = rates.solve(people, offset, features, constraints, targets)
    assert rates.solve(factor * people, offset, features, constraints, targets) == pytest.approx(
        solved, abs=1e-9
    )


@given(people_by_cell, st.integers(0, N_AGES - 1), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_a_class_that_holds_more_people_than_the_whole_is_refused(people, age, rate, part):
    inside = rates.age_indicators()[age]
    total = part * rate * float(inside @ people / people.sum())
    constraints = np.vstack((np.ones(N_CELLS), inside))
    with pytest.raises(rates.NoRates):
        rates.solve(people, np.full((1, N_CELLS), -2.0), constraints, constraints, np.array([[total, rate]]))


@given(people_by_cell, hnp.arrays(np.float64, N_AGES, elements=st.floats(0.05, 0.9)), st.floats(0.02, 0.05))
def test_age_rates_that_imply_another_total_are_refused(people, by_age, gap):
    ages = rates.age_indicators()
    implied = float(by_age @ (ages @ people) / people.sum())
    constraints = np.vstack((np.ones(N_CELLS), ages))
    with pytest.raises(rates.NoRates):
        rates.solve(
            people,
            np.full((1, N_CELLS), -2.0),
            constraints,
            constraints,
            np.concatenate(([implied + gap], by_age))[None],
        )


@given(people_by_cell, st.floats(0.05, 0.9), st.floats(0.02, 0.05))
def test_one_category_with_two_rates_is_refused(people, rate, gap):
    constraints = np.vstack((NONE, NONE))
    with pytest.raises(rates.NoRates):
        rates.solve(
            people, np.full((1, N_CELLS), -2.0), constraints, constraints, np.array([[rate, rate + gap]])
        )


@given(people_by_cell, st.sampled_from([0.0, 1.0, -0.1, 1.5]))
def test_a_rate_of_nobody_or_of_everybody_is_refused(people, rate):
    everybody = np.ones((1, N_CELLS))
    with pytest.raises(rates.NoRates):
        rates.solve(people, np.zeros((1, N_CELLS)), everybody, everybody, np.array([[rate]]))


@given(people_by_cell, st.integers(0, N_AGES - 1))
def test_a_category_with_nobody_in_it_is_refused(people, age):
    people = np.where(age == AGE_OF, 0.0, people)
    constraints = rates.age_indicators()[[age]]
    with pytest.raises(rates.NoRates):
        rates.solve(people, np.zeros((1, N_CELLS)), constraints, constraints, np.array([[0.3]]))


@given(people_by_cell, cell_rates, hnp.arrays(np.float64, 3, elements=st.floats(0.01, 0.95)))
def test_shifted_rates_meet_the_total_and_keep_every_odds_ratio(people, p, totals):
    shifted = rates.shift(people, p, totals)
    assert shifted @ people / people.sum() == pytest.approx(totals, abs=1e-9)
    moved = logit(shifted) - logit(p)
    assert np.ptp(moved, axis=1).max() < 1e-6


@given(people_by_cell, cell_rates, st.floats(0.02, 0.9))
def test_the_constant_of_a_shift_moves_every_cell_to_the_total(people, p, total):
    added = rates.constant(people, p, total)
    assert people @ expit(logit(p) + added) / people.sum() == pytest.approx(total, abs=1e-9)


@given(positions)
def test_diplomas_stand_in_order_between_none_and_the_longest(parts):
    by_diploma = scale_of(parts)[0].reshape(N_AGES, N_DIPLOMAS)
    none, brevet, cap, bac, short, long, student = by_diploma.T
    assert (none == 1).all()
    assert (long == 0).all()
    assert ((none >= brevet) & (brevet >= cap)).all()
    assert ((cap >= bac) & (bac >= long) & (cap >= short) & (short >= long)).all()
    assert (student == bac).all()
    assert (by_diploma == by_diploma[0]).all()


@given(positions, st.floats(0.05, 1))
def test_a_positive_cross_effect_makes_the_diploma_count_more_with_age(parts, g):
    scale = scale_of(parts)
    effect = rates.cross_effect(np.array([g]), scale)[0].reshape(N_AGES, N_DIPLOMAS)
    spread = effect[:, DIPLOMAS.index("none")] - effect[:, DIPLOMAS.index("long")]
    assert (np.diff(spread) > 0).all()
    assert (effect[N_AGES // 2] == 0).all()
    assert rates.cross_effect(np.array([-g]), scale)[0] == pytest.approx(-effect.ravel())


def test_each_cell_has_one_age_and_one_diploma():
    assert (rates.age_indicators().sum(axis=0) == 1).all()
    assert (sum(rates.diploma_indicator(k) for k in range(N_DIPLOMAS)) == 1).all()
    assert (
        len(set(zip(AGE_OF.tolist(), DIPLOMA_OF.tolist(), strict=True)))
        == N_CELLS
        == len(AGES) * len(DIPLOMAS)
    )


@given(
    people_by_cell,
    hnp.arrays(np.float64, (2, N_CELLS), elements=st.floats(0.005, 0.95)),
    st.lists(st.floats(0.02, 0.3), min_size=3, max_size=3),
    hnp.arrays(np.float64, 2, elements=st.floats(0.3, 1.2)),
)
def test_levels_meet_their_shares_and_never_cross(people, p, steps, slope):
    shares = np.tile(np.cumsum(steps), (2, 1))
    levels = rates.levels(people, p, shares, slope)
    assert pytest.approx(shares, abs=1e-9) == (levels @ people / people.sum()).T
    assert (np.diff(levels, axis=0) > 0).all()


odds_ratios = st.floats(0.1, 15)


@given(cell_rates, cell_rates, odds_ratios)
def test_the_two_kinds_of_households_give_back_the_rate_of_all(p, modest, odds):
    outside, inside = rates.split_by_household(p[None], modest, np.array([odds]))
    assert (1 - modest) * outside + modest * inside == pytest.approx(p[None], abs=1e-9)
    assert ((outside > -1e-12) & (outside < 1 + 1e-12) & (inside > -1e-12) & (inside < 1 + 1e-12)).all()


@given(cell_rates, st.floats(0.05, 0.95), odds_ratios)
def test_the_odds_ratio_between_living_modestly_and_being_in_difficulty_is_the_target(p, share, odds):
    assume(abs(odds - 1) > 1e-3)
    modest = np.full(N_CELLS, share)
    outside, inside = rates.split_by_household(p[None], modest, np.array([odds]))
    assert np.exp(logit(inside) - logit(outside)) == pytest.approx(np.full_like(inside, odds), rel=1e-6)


@given(cell_rates, cell_rates)
def test_an_odds_ratio_of_one_gives_everybody_the_same_rate(p, modest):
    with np.errstate(divide="raise", invalid="raise"):
        outside, inside = rates.split_by_household(p[None], modest, np.ones(1))
    assert outside == pytest.approx(p[None], rel=1e-9)
    assert inside == pytest.approx(p[None], rel=1e-9)


def test_draws_between_two_bounds_keep_their_middle():
    drawn = study._between(generator(3, "test"), 1.0, 2.0, 6.0, 4_000)
    assert drawn.min() >= 1
    assert drawn.max() <= 6
    assert np.median(drawn) == pytest.approx(2, abs=0.05)
    assert np.quantile(drawn, 0.25) == pytest.approx(1.5, abs=0.05)
    assert np.quantile(drawn, 0.75) == pytest.approx(4, abs=0.15)
