"""The variance of weighted figures: what must hold whatever the sample, and intervals that cover what they
promise.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from maillage.statistics.engine import chance, variance
from maillage.statistics.engine.proportions import Share
from maillage.statistics.engine.variance import Plan
from tests.support.profile import some, times


def mean(values):
    def figure(weights):
        return np.array([weights @ values / weights.sum()])

    return figure


def post_stratified(code, wanted):
    def again(weights):
        return weights * (wanted / np.bincount(code, weights, len(wanted)))[code]

    return again


@given(st.integers(2, 60), st.integers(0, 1000), st.floats(0.1, 100))
@settings(max_examples=times(15, 60), deadline=None)
def test_a_mean_does_not_care_how_many_the_weights_add_up_to(n, seed, times):
    random = chance.generator(seed, "test")
    weights, values = random.uniform(0.5, 3, n), random.normal(size=(n, 1))
    one = variance.of_means(values, np.ones((n, 1)), Plan(weights))
    other = variance.of_means(values, np.ones((n, 1)), Plan(weights * times))
    assert one.values == approx(other.values)
    assert one.covariance == approx(other.covariance)


def test_equal_weights_give_the_textbook_variance():
    values = np.array([1.0, 0, 0, 1, 1, 0, 0, 0, 0, 1])
    means = variance.of_means(values[:, None], np.ones((10, 1)), Plan(np.full(10, 7.0)))
    assert means.covariance[0, 0] == approx(values.var(ddof=1) / 10)


@given(st.integers(0, 500))
@settings(max_examples=times(12, 30), deadline=None)
def test_what_margins_impose_has_no_error(seed):
    """Une part que les marges imposent ne varie pas, quelles que soient les autres marges."""
    random = chance.generator(seed, "test")
    codes = [random.integers(0, 3, 80), random.integers(0, 4, 80), random.integers(0, 2, 80)]
    plan = Plan(random.uniform(1, 2, 80), random.uniform(1, 2, 80), codes=codes)
    columns = np.column_stack([codes[0] == 1, codes[1] == 3, codes[2] == 0]).astype(float)
    assert variance.of_means(columns, np.ones((80, 3)), plan).covariance == approx(
        np.zeros((3, 3)), abs=1e-18
    )


@given(st.integers(0, 500), st.integers(2, 4))
@settings(max_examples=times(10, 20), deadline=None)
def test_the_jackknife_is_the_linearised_variance_when_nothing_is_calibrated(seed, size):
    """Pour un total, laisser chaque unité à son tour dit exactement la même chose que la formule."""
    random = chance.generator(seed, "test")
    n = 12 * size
    plan = Plan(random.uniform(1, 4, n), clusters=np.repeat(np.arange(12), size))
    values = random.normal(5, 1, n)
    left_out = variance.jackknife(plan).covariance(
        lambda w: np.array([w @ values]), np.array([plan.weights @ values])
    )
    assert left_out == approx(variance.of_totals(values, plan))


def test_two_units_are_enough_for_a_jackknife_and_one_is_not():
    two = variance.jackknife(Plan(np.array([1.0, 3.0]), clusters=np.array([0, 1])))
    values = np.array([2.0, 5.0])
    spread = two.covariance(lambda w: np.array([w @ values]), np.array([17.0]))
    assert spread == approx((2 - 15) ** 2)  # two totals of one unit each, 2 and 15: their squared distance
    with pytest.raises(ValueError, match="one unit drawn"):
        variance.jackknife(Plan(np.array([1.0, 3.0]), clusters=np.array([0, 0])))


@given(st.lists(st.floats(0.5, 20), min_size=1, max_size=50))
def test_the_design_effect_is_one_for_equal_weights_and_more_otherwise(weights):
    initial = np.array(weights)
    assert variance.kish(np.full(7, 3.0)) == approx(1)
    assert 1 - 1e-12 <= variance.kish(initial) <= len(initial) + 1e-9
    assert variance.kish(10 * initial) == approx(variance.kish(initial))
    assert np.isnan(variance.kish(np.zeros(3)))


def test_replicates_weighted_again_agree_with_linearisation():
    """Mille répliques recalées et les résidus linéarisés donnent la même erreur, à quelques pour cent
    près.
    """
    random = chance.generator(3, "test")
    n, code = 900, chance.generator(4, "test").integers(0, 5, 900)
    values = (random.uniform(size=n) < 0.15 + 0.15 * code).astype(float)
    again = post_stratified(code, np.array([400.0, 100, 200, 150, 50]))
    plan = Plan(again(np.ones(n)), np.ones(n), codes=[code])
    linear = variance.of_means(values[:, None], np.ones((n, 1)), plan).covariance[0, 0]
    full = mean(values)(plan.weights)
    left_out = variance.jackknife(plan, again).covariance(mean(values), full)[0, 0]
    drawn = variance.bootstrap(plan, 1000, seed=1, again=again).covariance(mean(values), full)[0, 0]
    assert np.sqrt(left_out / linear) == approx(1, abs=0.02)
    assert np.sqrt(drawn / linear) == approx(1, abs=0.07)
    not_explained = variance.of_means(values[:, None], np.ones((n, 1)), Plan(plan.weights)).covariance[0, 0]
    assert linear < 0.95 * not_explained


def test_the_bootstrap_knows_strata_and_what_was_drawn_of_them():
    random = chance.generator(5, "test")
    strata = np.repeat([0, 1], [40, 60])
    plan = Plan(np.full(100, 2.0), strata=strata, population=np.where(strata == 0, 50.0, 600.0))
    values = random.normal(10, 2, 100) + 5 * strata
    exact = variance.of_totals(values, plan)[0, 0]
    drawn = variance.bootstrap(plan, 2000, seed=2).covariance(
        lambda w: np.array([w @ values]), np.array([2 * values.sum()])
    )
    assert drawn[0, 0] == approx(exact, rel=0.1)
    assert np.array_equal(
        variance.bootstrap(plan, 3, seed=2).weights, variance.bootstrap(plan, 3, seed=2).weights
    )


@given(st.integers(0, 200))
@settings(max_examples=15, deadline=None)
def test_categories_never_made_into_a_matrix_say_what_the_matrix_says(seed):
    """Résidus et leviers, contre la projection écrite en entier."""
    random = chance.generator(seed, "test")
    n, codes = (
        50,
        [chance.generator(seed, "a").integers(0, 3, 50), chance.generator(seed, "b").integers(0, 4, 50)],
    )
    size, initial = random.uniform(1, 9, (n, 1)), random.uniform(1, 3, n)
    x = np.column_stack([np.eye(3)[codes[0]], np.eye(4)[codes[1]], size])
    hat = x @ np.linalg.pinv(x.T @ (initial[:, None] * x)) @ (x * initial[:, None]).T
    y = random.normal(size=(n, 2))
    plain = Plan(random.uniform(1, 2, n), initial, codes=codes, numeric=size)
    assert plain.residuals(y) == approx(y - hat @ y, abs=1e-8)
    cautious = Plan(plain.weights, initial, codes=codes, numeric=size, cautious=True)
    assert cautious.residuals(y) == approx((y - hat @ y) / (1 - np.diag(hat))[:, None], abs=1e-7)


def test_a_domain_of_nobody_has_no_mean():
    means = variance.of_means(np.ones((4, 2)), np.array([[1, 0]] * 4), Plan(np.ones(4)))
    assert np.isnan(means.values[1])
    assert np.isnan(means.covariance[1]).all()
    assert means.covariance[0, 0] == 0


def test_bad_weights_are_refused():
    for weights in ([], [1, -1], [3, -1], [0, 0], [1, np.nan], [1, np.inf]):
        with pytest.raises(ValueError, match=r"weight|respondent"):
            Plan(np.array(weights, dtype=np.float64))


def drawn_intervals(n, p, seeds, shares=(0.35, 0.3, 0.2, 0.15)):
    """Return how often the interval of a calibrated share holds that of a finite population, and n·p.

    20,000 people in 4 age classes and 2 sexes; the young answer three times more often than the old; the
    share depends on age.
    """
    random = chance.generator(11, f"population {n} {p}")
    size = 20_000
    age, sex = random.choice(4, size, p=shares), random.integers(0, 2, size)
    truth = random.uniform(size=size) < np.clip(
        p * np.array([0.6, 0.9, 1.2, 1.87])[age] * np.array([0.9, 1.1])[sex], 0, 1
    )
    chances = np.array([3.0, 2, 1.5, 1])[age]
    chances *= n / chances.sum()
    totals = [np.bincount(age).astype(float), np.bincount(sex).astype(float)]
    n_covering = tried = 0
    for seed in range(seeds):
        rows = np.flatnonzero(chance.generator(seed, f"sample {n} {p}").uniform(size=size) < chances)
        codes, weights = [age[rows], sex[rows]], np.full(len(rows), size / len(rows))
        if min(len(np.unique(codes[0])), len(np.unique(codes[1]))) < 2 or len(np.unique(codes[0])) < 4:
            continue
        initial = weights.copy()
        for _ in range(12):
            for code, wanted in zip(codes, totals, strict=True):
                weights = weights * (wanted / np.bincount(code, weights, len(wanted)))[code]
        plan = Plan(weights, initial, codes=codes, cautious=True)
        means = variance.of_means(truth[rows, None].astype(float), np.ones((len(rows), 1)), plan)
        share = Share(
            value=float(means.values[0]),
            variance=float(means.covariance[0, 0]),
            n=len(rows),
            df=plan.df,
            effect=variance.kish(weights),
        )
        low, high = share.interval()
        tried += 1
        n_covering += low <= truth.mean() <= high
    return n_covering / tried, n * truth.mean()


@pytest.mark.parametrize(
    ("n", "p"),
    some(
        [(40, 0.2), (100, 0.04), (192, 0.3), (800, 0.05)],
        (40, 0.2),
        (100, 0.04),
    ),
)
def test_a_calibrated_interval_covers_what_it_promises(n, p):
    """Sur 1 200 enquêtes tirées d’une population connue, redressées : 90 % au moins contiennent la vraie part,
    et 94 % au plus dès qu’une trentaine l’ont donnée.
    """
    coverage, n_p = drawn_intervals(n, p, 1200)
    assert coverage >= 0.9
    assert n_p < 30 or coverage <= 0.94
