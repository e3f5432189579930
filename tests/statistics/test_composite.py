"""A model and a survey together: between the two, surer than each, and never averaged against chance in
silence.
"""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.statistics.engine import composite
from maillage.statistics.engine.chance import even_normals
from maillage.statistics.engine.logit import expit, logit

N = 500
BEYOND = NormalDist().inv_cdf(0.95)  # half-width of a 90 % interval, in standard errors
shares = st.floats(0.02, 0.9)
effective = st.floats(15, 3_000)


def modelled(share, spread):
    return expit(logit(share) + spread * even_normals(7, "modele", 1, N)[0])


@given(shares, effective)
def test_survey_is_drawn_and_carried_around_its_share(share, size):
    # A survey is drawn around its share.
    drawn = composite.surveyed(share, size, seed=1, n=N)
    assert drawn.mean() == pytest.approx((share * size + 0.5) / (size + 1), abs=2e-3)
    mean = (share * size + 0.5) / (size + 1)
    assert drawn.std() == pytest.approx(np.sqrt(mean * (1 - mean) / (size + 2)), rel=0.02)
    assert ((drawn > 0) & (drawn < 1)).all()
    # The question of the definition is carried as it is.
    drawn = composite.surveyed(share, size, seed=3, n=N)
    same = composite.carried(drawn, known=0.2, total=0.2, slope=1, slope_doubt=0, selection=0, seed=3)
    assert same == pytest.approx(drawn)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nobody_among_a_few_respondents_still_leaves_a_doubt(share):
    drawn = composite.surveyed(share, 30, seed=1, n=N)
    assert drawn.std() > 0.005


@pytest.mark.parametrize(("share", "size"), [(-0.1, 10), (1.1, 10), (0.5, 0), (0.5, -3)])
def test_a_share_of_nobody_is_refused(share, size):
    with pytest.raises(ValueError, match="at least one respondent"):
        composite.surveyed(share, size, seed=1, n=N)


@given(shares, effective, shares, st.floats(0.01, 0.5))
def test_combination_lies_between_unless_its_guard_wakes(share, size, other, spread):
    # The combination lies between and is surer than each.
    model, survey = modelled(other, spread), composite.surveyed(share, size, seed=3, n=N)
    combined = composite.combine(model, survey)
    low, high = sorted((model.mean(), survey.mean()))
    assert low - 1e-4 <= combined.draws.mean() <= high + 1e-4
    assert combined.draws.var() <= min(model.var(), survey.var()) * (1 + 1e-9)
    assert 0 <= combined.weight <= 1
    # A guard wakes exactly when chance is left behind.
    assert combined.agree == (combined.gap_low <= 0 <= combined.gap_high)
    assert (combined.bias == 0) == combined.agree
    assert combined.guarded_weight <= combined.weight
    if combined.agree:
        assert combined.guarded == pytest.approx(combined.draws)
    else:  # given that doubt, the same gap would be at the limit of chance
        assert abs(combined.gap) == pytest.approx(
            BEYOND * np.sqrt(model.var() + survey.var() + combined.bias**2)
        )
        assert combined.guarded_weight == pytest.approx(model.var() * (BEYOND / combined.gap) ** 2)


@given(shares, effective, shares, st.floats(0.05, 0.5))
def test_weights_are_the_precisions(share, size, other, spread):
    model, survey = modelled(other, spread), composite.surveyed(share, size, seed=3, n=N)
    combined = composite.combine(model, survey)
    assert combined.weight / (1 - combined.weight) == pytest.approx(model.var() / survey.var())
    expected = 1 / (1 / model.var() + 1 / survey.var())
    assert combined.draws.var() == pytest.approx(expected, rel=0.02)


@given(shares, st.floats(0.05, 0.3))
def test_a_larger_survey_weighs_more(share, spread):
    model = modelled(share, spread)
    few, many = (
        composite.combine(model, composite.surveyed(share, size, seed=3, n=N)).weight for size in (50, 500)
    )
    assert few < many


def test_a_guarded_survey_doubts_as_much_as_its_gap_asks():
    model, survey = modelled(0.2, 0.1), composite.surveyed(0.45, 200, seed=3, n=N)
    combined = composite.combine(model, survey)
    assert not combined.agree
    doubted = survey.var() + combined.bias**2
    assert combined.guarded.mean() == pytest.approx(model.mean() + combined.guarded_weight * combined.gap)
    assert combined.guarded.var() == pytest.approx(1 / (1 / model.var() + 1 / doubted), rel=0.02)


@given(shares, effective, st.floats(0.05, 0.5), st.floats(0.05, 0.5))
def test_a_place_like_the_country_is_carried_to_the_countrys_total(_share, size, known, total):
    drawn = np.full(N, known)
    carried = composite.carried(
        drawn, known=known, total=total, slope=1, slope_doubt=0.4, selection=0, seed=3
    )
    assert carried == pytest.approx(np.full(N, total))
    doubted = composite.carried(
        drawn, known=known, total=total, slope=1, slope_doubt=0.4, selection=0.125, seed=3
    )
    assert doubted.std() > 0


def test_the_further_the_question_the_wider_the_survey():
    drawn = composite.surveyed(0.14, 150, seed=3, n=N)
    near, far = (
        composite.carried(drawn, known=0.07, total=0.154, slope=1, slope_doubt=doubt, selection=0.125, seed=3)
        for doubt in (0.05, 0.4)
    )
    assert near.std() < far.std()
    assert near.mean() > 0.154  # more people at a loss here than in the country: more in need too


@st.composite
def places(draw):
    n = draw(st.integers(1, 6))
    size = np.array(draw(st.lists(st.integers(0, 4_000), min_size=n, max_size=n)), dtype=np.float64)
    size[0] += 50
    rates = np.array([draw(st.floats(0.02, 0.9)) for _ in range(n)])
    drawn = expit(logit(rates)[:, None] + 0.2 * even_normals(5, "zones", n, 40))
    return size[:, None] * drawn, size


@given(places(), st.floats(0.02, 0.9))
def test_areas_moved_together_add_up_to_the_target(case, share):
    people, size = case
    target = size.sum() * expit(logit(share) + 0.1 * even_normals(5, "cible", 1, 40)[0])
    moved = composite.moved(people, size, composite.moves(people, size, target))
    assert moved.sum(axis=0) == pytest.approx(target, rel=1e-6)
    assert (moved >= 0).all()
    assert (moved <= size[:, None]).all()


def test_a_step_too_long_for_rates_to_answer_is_taken_back():
    """From 2 % to 99.8 %, the first step goes where every rate is 1 and no longer moves."""
    with np.errstate(divide="raise", invalid="raise"):
        move = composite.moves(np.array([[1.0]]), np.array([50.0]), np.array([49.9]))
    assert move == pytest.approx([logit(0.998) - logit(0.02)])


@given(places())
def test_a_target_already_met_moves_nobody(case):
    people, size = case
    move = composite.moves(people, size, people.sum(axis=0))
    assert move == pytest.approx(np.zeros(40), abs=1e-6)


@given(places(), st.floats(0.1, 0.8))
def test_areas_keep_their_order(case, share):
    people, size = case
    target = np.full(40, size.sum() * share)
    moved = composite.moved(people, size, composite.moves(people, size, target))
    inside = size > 0
    before, after = (each[inside] / size[inside][:, None] for each in (people, moved))
    assert np.array_equal(np.argsort(before[:, 0], kind="stable"), np.argsort(after[:, 0], kind="stable"))
