"""Intervals of shares: against R and statsmodels where they are published, and on what nobody thought of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from maillage.statistics.engine import proportions
from maillage.statistics.engine.proportions import Share
from maillage.words import rounding

LEVELS = st.sampled_from([0.5, 0.9, 0.95, 0.99])


@given(st.integers(1, 5000), st.data(), LEVELS)
def test_bounds_stand_around_the_share(n, data, level):
    k = data.draw(st.integers(0, n))
    for low, high in (proportions.wilson(k / n, n, level), proportions.clopper_pearson(k, n, level)):
        assert 0 <= low <= k / n + 1e-9
        assert k / n - 1e-9 <= high <= 1


@given(st.integers(1, 2000), st.data())
def test_a_share_and_its_complement_have_mirrored_bounds(n, data):
    k = data.draw(st.integers(0, n))
    low, high = proportions.clopper_pearson(k, n)
    other_low, other_high = proportions.clopper_pearson(n - k, n)
    assert (low, high) == approx((1 - other_high, 1 - other_low), abs=1e-9)


@given(st.floats(0.01, 0.99), st.integers(5, 500), st.floats(1.01, 8))
def test_a_greater_variance_widens_the_interval(p, n, times):
    simple = p * (1 - p) / n
    low, high = proportions.korn_graubard(p, simple, n=n, df=n - 1)
    wide_low, wide_high = proportions.korn_graubard(p, simple * times, n=n, df=n - 1)
    assert wide_low <= low <= p <= high <= wide_high


@given(st.floats(0.001, 0.999), st.integers(2, 300), st.floats(0.01, 4), st.floats(1, 3))
def test_a_small_sample_is_never_surer_than_as_many_drawn_at_random(p, n, times, effect):
    share = Share(value=p, variance=times * p * (1 - p) / n, n=n, df=n - 1, effect=effect)
    low, high = proportions.clopper_pearson(p * n, n)
    found_low, found_high = share.interval()
    assert found_low <= low + 1e-9
    assert high - 1e-9 <= found_high
    assert share.effective <= n


@given(st.floats(0.0001, 0.2), st.integers(2, 300), st.floats(0.01, 4), st.floats(1, 3))
def test_one_answer_never_says_less_than_none(p, n, times, effect):
    """Sur 30 réponses, aucune donnait 0 à 12 %, et une seule, de poids léger, 0 à 8 %."""
    none = Share(value=0.0, variance=0.0, n=n, df=n - 1, effect=effect).interval()
    some = Share(value=p, variance=times * p * (1 - p) / n, n=n, df=n - 1, effect=effect).interval()
    assert some[1] >= none[1] - 1e-9
    light = Share(value=0.0156, variance=0.000251, n=30, df=29, effect=1.205).interval()
    assert light[1] > 0.113


def test_few_places_widen_the_interval():
    """Quinze grappes valent moins que cent quatre-vingts personnes tirées une à une."""
    few = proportions.korn_graubard(0.3, 0.002, n=180, df=14)
    many = proportions.korn_graubard(0.3, 0.002, n=180, df=179)
    assert few[0] < many[0]
    assert few[1] > many[1]


def test_everybody_alike_is_no_certainty():
    """Tous ont dit oui : l’intervalle est celui de Clopper et Pearson, sur n divisé par l’effet de plan."""
    low, high = Share(value=1.0, variance=0.0, n=60, df=59, effect=1.5).interval()
    assert high == 1
    assert low == approx(0.05 ** (1 / 40), abs=1e-9)


def test_one_respondent_says_next_to_nothing():
    low, high = Share(value=1.0, variance=0.0, n=1, df=0).interval()
    assert (low, high) == approx((0.05, 1.0))


def test_nobody_has_no_share():
    with pytest.raises(ValueError, match="nobody"):
        proportions.wilson(0, 0)
    with pytest.raises(ValueError, match="nobody"):
        proportions.clopper_pearson(0, 0)


@pytest.mark.parametrize(("share", "level"), [(1.2, 0.9), (-0.2, 0.9), (0.5, 0.0), (0.5, 1.0)])
def test_a_share_and_a_level_stand_between_zero_and_one(share, level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        proportions.wilson(share, 10, level)


@given(st.integers(1, 400), st.data(), st.integers(0, 2))
def test_what_comes_from_a_count_is_found_again(n, data, decimals):
    """Tout pourcentage arrondi d’un effectif retrouve cet effectif, par sa règle."""
    k = data.draw(st.integers(0, n))
    near = rounding.rounded(100 * k / n, decimals=decimals)
    down = rounding.rounded(100 * k / n, rule="down", decimals=decimals)
    assert k in proportions.possible(near, n, decimals).nearest
    assert k in proportions.possible(down, n, decimals).down


@given(st.integers(1, 120), st.integers(0, 100))
def test_possible_forgets_no_count(n, percent):
    """Comparé à l’examen de tous les effectifs, un à un."""
    counts = proportions.possible(percent, n)
    assert counts.nearest == tuple(k for k in range(n + 1) if int(rounding.rounded(100 * k / n)) == percent)
    assert counts.down == tuple(k for k in range(n + 1) if 100 * k // n == percent)


@pytest.mark.parametrize(
    ("percent", "rule"),
    [
        *((k, "down") for k in (28, 57, 43, 19, 72, 13, 37)),
        *((k, "nearest") for k in (11, 61, 23)),
        (24, "both"),
    ],
)
def test_the_two_rules_of_the_sixty_six_structures(percent, rule):
    """Y-002 : sur 66 structures, ces pourcentages n’existent que par une des deux règles."""
    assert proportions.possible(percent, 66).rule == rule


def test_what_cannot_come_from_its_n():
    """Y-032 : 98 % ne peut pas venir de 30 ou 31 personnes."""
    assert [proportions.possible(98, n).rule for n in (30, 31)] == ["", ""]
    assert proportions.possible(10.5, 76, 1).nearest == (8,)
    with pytest.raises(ValueError, match="decimals"):
        proportions.possible(10.5, 76)


def test_halves_go_up():
    assert [rounding.rounded(x) for x in (0.5, 1.5, 28.499999999999996, 28.49)] == [1, 2, 29, 28]
