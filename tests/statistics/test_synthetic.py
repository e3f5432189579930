"""People of an area: bounded, adding up, centred, and on average what their cells say."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.statistics.engine import synthetic
from maillage.statistics.engine.chance import even_normals
from maillage.statistics.engine.logit import expit, logit

CELLS = 6


@st.composite
def areas(draw, least=0):
    n = draw(st.integers(1, 6))
    counts = draw(hnp.arrays(np.float64, (n, CELLS), elements=st.integers(least, 800)))
    return counts, draw(hnp.arrays(np.float64, CELLS, elements=st.floats(0, 1)))


@given(areas())
def test_variance_and_response_of_an_area_are_bounded(case):
    # People vary by at most a quarter of their number.
    counts, p = case
    varies = synthetic.variance(counts, p)
    assert (varies >= 0).all()
    assert (varies <= counts.sum(axis=1) / 4 + 1e-9).all()
    # The response of an area stays between zero and one.
    response = synthetic.response(counts @ p, counts.sum(axis=1), synthetic.variance(counts, p))
    assert ((response >= 0) & (response <= 1)).all()


@given(areas(), hnp.arrays(np.float64, (3, CELLS), elements=st.floats(0, 1)))
def test_the_variance_of_several_draws_is_that_of_each(case, drawn):
    counts, _ = case
    together = synthetic.variance(counts, drawn)
    assert together.shape == (len(counts), 3)
    for k in range(3):
        assert together[:, k] == pytest.approx(synthetic.variance(counts, drawn[k]))


@given(areas(least=1), st.floats(0.01, 0.99))
def test_an_area_of_one_kind_of_people_responds_wholly(case, rate):
    counts, _ = case
    p = np.full(CELLS, rate)
    response = synthetic.response(counts @ p, counts.sum(axis=1), synthetic.variance(counts, p))
    assert response == pytest.approx(np.ones(len(counts)), abs=1e-6)


@given(areas(least=1), hnp.arrays(np.float64, CELLS, elements=st.floats(0.02, 0.98)))
def test_sensitivities_are_the_slopes_of_small_moves(case, p):
    # The response is how far the logit of the area really moves.
    counts, _ = case
    size = counts.sum(axis=1)
    step = 1e-4
    up, down = (logit(counts @ expit(logit(p) + move) / size) for move in (step, -step))
    response = synthetic.response(counts @ p, size, synthetic.variance(counts, p))
    assert response == pytest.approx((up - down) / (2 * step), rel=1e-4)
    # The diploma sensitivity is the gain of a small move.
    people, low = counts.sum(axis=1), counts[:, below].sum(axis=1)
    step = 1e-4

    def concerned(move):
        share = expit(logit(low / people) + move)
        factor = np.where(
            below, (share * people / low)[:, None], ((1 - share) * people / (people - low))[:, None]
        )
        return (counts * factor) @ p

    gain = (concerned(step) - concerned(-step)) / (2 * step)
    assert synthetic.diploma_sensitivity(counts, p, below, effect=1.0) == pytest.approx(
        gain, rel=1e-4, abs=1e-4
    )


below = np.arange(CELLS) < CELLS // 2


@given(areas(), st.floats(0.1, 1))
def test_a_lower_diploma_gains_people_only_where_it_is_more_concerned(case, effect):
    counts, p = case
    p = np.where(below, 0.5 + p / 2, p / 2)
    gains = synthetic.diploma_sensitivity(counts, p, below, effect=effect)
    assert (gains >= -1e-9).all()
    assert (gains <= effect * counts.sum(axis=1) / 4 + 1e-9).all()


@given(areas(), st.floats(0, 1), st.floats(0.1, 1))
def test_a_lower_diploma_gains_nobody_where_diplomas_change_nothing(case, rate, effect):
    counts, _ = case
    gains = synthetic.diploma_sensitivity(counts, np.full(CELLS, rate), below, effect=effect)
    assert gains == pytest.approx(np.zeros(len(counts)), abs=1e-9)


def test_a_part_of_a_person_counts_in_proportion():
    """Half a person, half of it under the bac: 0.5 × 0.5 × 0.5 × (0.6 − 0.2) for one unit of logit."""
    counts = np.full((1, CELLS), 0.5 / CELLS)
    gains = synthetic.diploma_sensitivity(counts, np.where(below, 0.6, 0.2), below, effect=1.0)
    assert gains == pytest.approx([0.05])


@given(areas(), st.booleans())
def test_an_area_where_everybody_has_the_same_side_of_the_bac_gains_nobody(case, low):
    counts, p = case
    counts = counts * (below if low else ~below)
    assert synthetic.diploma_sensitivity(counts, p, below, effect=0.5) == pytest.approx(
        np.zeros(len(counts)), abs=1e-9
    )


@st.composite
def grouped(draw):
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    group = np.repeat(np.arange(len(sizes)), sizes)
    moves = draw(hnp.arrays(np.float64, (len(group), 3), elements=st.floats(-2, 2)))
    weight = draw(hnp.arrays(np.float64, len(group), elements=st.integers(0, 100)))
    return moves, weight, group, len(sizes)


@given(grouped())
def test_centred_moves_vanish_in_weighted_groups_that_stand_together(case):
    # The mean of centred moves vanishes in every group.
    _, weight, group, n = case
    centred = synthetic.centred(*case)
    for k in range(n):
        in_group = group == k
        assert weight[in_group] @ centred[in_group] == pytest.approx(
            np.zeros(3), abs=1e-9 * max(weight[in_group].sum(), 1)
        )
    # A group without weight is left as it is.
    moves, weight, group, n = case
    centred = synthetic.centred(moves, np.where(group == 0, 0, weight), group, n)
    assert np.array_equal(centred[group == 0], moves[group == 0])
    # Areas of a group that stand apart are refused.
    moves, weight, group, n = case
    assume(n > 1)
    with pytest.raises(ValueError):
        synthetic.centred(
            np.vstack((moves, moves[:1])), np.append(weight, weight[0]), np.append(group, group[0]), n
        )


@given(grouped(), st.floats(-5, 5))
def test_what_is_common_to_a_group_is_taken_off(case, shift):
    moves, weight, group, n = case
    common = shift * (1 + group)[:, None]
    weight = weight + 1
    expected = synthetic.centred(moves, weight, group, n)
    assert synthetic.centred(moves + common, weight, group, n) == pytest.approx(expected, abs=1e-9)


@given(grouped())
@example((np.array([[1.0], [2.0], [10.0]]), np.ones(3), np.array([0, 0, 1]), 2))
def test_groups_may_come_in_any_order_as_long_as_each_stands_together(case):
    moves, weight, group, n = case
    order = np.argsort(-group, kind="stable")
    centred = synthetic.centred(moves[order], weight[order], group[order], n)
    assert centred == pytest.approx(synthetic.centred(*case)[order], abs=1e-9)


@st.composite
def drawn(draw):
    n, draws = draw(st.integers(1, 5)), draw(st.integers(1, 12))
    size = draw(hnp.arrays(np.float64, n, elements=st.integers(0, 5_000)))
    part = draw(hnp.arrays(np.float64, (n, draws), elements=st.floats(0, 1)))
    response = draw(hnp.arrays(np.float64, n, elements=st.floats(0, 1)))
    moves = draw(hnp.arrays(np.float64, (n, draws), elements=st.floats(-6, 6)))
    variance = draw(hnp.arrays(np.float64, n, elements=st.floats(0, 4)))
    return part * size[:, None], size, response, moves, variance


@given(drawn(), st.sampled_from([np.float32, np.float64]))
def test_people_concerned_are_never_below_zero_nor_above_the_size_of_their_area(case, precision):
    expected, size, response, moves, variance = case
    size = size.astype(precision)
    people = synthetic.people(expected.astype(precision), size, response, moves.astype(precision), variance)
    assert people.dtype == precision
    assert (people >= 0).all()
    assert (people <= size[:, None]).all()
    assert (people[size == 0] == 0).all()


@given(drawn())
def test_without_any_move_people_are_those_expected(case):
    expected, size, response, moves, _ = case
    people = synthetic.people(expected, size, response, np.zeros_like(moves), np.zeros(len(size)))
    assert people == pytest.approx(expected, abs=synthetic.EDGE * max(size.max(), 1) + 1e-9)


@given(drawn(), st.floats(0.01, 3))
def test_a_move_upwards_never_takes_people_off(case, more):
    expected, size, response, moves, variance = case
    people = synthetic.people(expected, size, response, moves, variance)
    assert (synthetic.people(expected, size, response, moves + more, variance) >= people - 1e-9).all()


@given(st.floats(0.005, 0.995), st.floats(0.1, 1), st.floats(0.05, 0.45), st.integers(0, 10_000))
def test_the_mean_over_draws_stays_close_to_what_is_expected(rate, response, spread, seed):
    size, n = 1_000.0, 2_000
    moves = spread * even_normals(seed, "area", 1, n)
    expected = np.full((1, n), rate * size)

    def bias(variance):
        people = synthetic.people(
            expected, np.array([size]), np.array([response]), moves, np.array([variance])
        )
        return abs(people.mean() - rate * size)

    assert bias(spread**2) <= 0.005 * size * rate * (1 - rate)
    assert bias(spread**2) <= bias(0.0) + 1e-6 * size


@given(drawn(), st.integers(0, 10_000))
def test_a_part_of_persons_is_nobody_everybody_or_some_of_them(case, seed):
    persons = case[0]
    chance = np.random.default_rng(seed)
    assert (synthetic.drawn_part(persons, np.zeros_like(persons), persons, chance) == 0).all()
    assert synthetic.drawn_part(persons, persons, persons, chance) == pytest.approx(persons)
    some = synthetic.drawn_part(persons, persons / 3, persons, chance)
    assert ((some >= 0) & (some <= persons)).all()


@pytest.mark.parametrize("persons", [0.4, 1.0, 3.6, 40.0, 900.3])
def test_a_part_is_drawn_person_by_person(persons):
    """Mean n p, variance n p (1 - p); what is under one person goes whole, now and then."""
    n, p = 40_000, 0.3
    everybody = np.full((1, n), persons)
    part = synthetic.drawn_part(everybody, np.full((1, n), p), np.ones((1, n)), np.random.default_rng(1))
    heads = max(round(persons), 1)
    assert part.mean() == pytest.approx(persons * p, rel=0.03)
    assert part.var() == pytest.approx(persons**2 * p * (1 - p) / heads, rel=0.03)


@st.composite
def sums(draw):
    n, groups = draw(st.integers(0, 12)), draw(st.integers(1, 6))
    group = draw(hnp.arrays(np.int64, n, elements=st.integers(0, groups - 1)))
    return draw(hnp.arrays(np.float32, (n, 4), elements=st.integers(0, 100_000))), group, groups


@given(sums())
def test_adding_by_group_adds_exactly(case):
    values, group, n = case
    sums = synthetic.add_by(values, group, n)
    assert sums.shape == (n, 4)
    assert sums.dtype == np.float64
    expected = [[sum(int(v) for v in values[group == k, d]) for d in range(4)] for k in range(n)]
    assert sums.tolist() == expected
