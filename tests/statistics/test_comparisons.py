"""Differences of shares: order, agreement with intervals, and what many looks cost."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from maillage.statistics.engine import chance, comparisons
from maillage.statistics.engine.proportions import Share
from tests.support.profile import times

P, N = st.floats(0.02, 0.98), st.integers(20, 800)


def beyond_zero(difference):
    """True if zero stands outside the interval: only then may a sentence say « plus » or « moins »."""
    return difference.low > 0 or difference.high < 0


def share(p, n):
    return Share(value=p, variance=p * (1 - p) / n, n=n, df=n - 1)


@given(P, N, P, N)
@settings(max_examples=times(15, 60), deadline=None)
def test_difference_mirrors_and_agrees_with_its_p(p1, n1, p2, n2):
    # The other way round is the opposite.
    one, other = (
        comparisons.difference(share(p1, n1), share(p2, n2)),
        comparisons.difference(share(p2, n2), share(p1, n1)),
    )
    assert (one.value, one.low, one.high, one.p) == approx(
        (-other.value, -other.high, -other.low, other.p), abs=1e-6
    )
    assert -1 <= one.low <= one.value <= one.high <= 1
    # A difference is significant when its p is under one in ten.
    difference = comparisons.difference(share(p1, n1), share(p2, n2))
    if abs(difference.p - 0.1) > 1e-6:
        assert beyond_zero(difference) == (difference.p < 0.1)


def test_a_positive_link_narrows_the_difference():
    alone = comparisons.difference(share(0.4, 100), share(0.3, 100))
    linked = comparisons.difference(share(0.4, 100), share(0.3, 100), correlation=0.5)
    assert linked.high - linked.low < alone.high - alone.low


def test_newcombe_1998():
    """Newcombe (1998), méthode 10 : 56 sur 70 contre 48 sur 80, à 95 %, donne 0,0524 à 0,3339 avec Wilson
    ; ici plus large, par prudence.
    """
    difference = comparisons.difference(share(56 / 70, 70), share(48 / 80, 80), level=0.95)
    assert difference.value == approx(0.2)
    assert difference.low < 0.0524
    assert difference.high > 0.3339
    assert (difference.low, difference.high) == approx((0.0524, 0.3339), abs=0.02)


def test_two_equal_populations_differ_one_time_in_ten_at_most():
    random = chance.generator(8, "test")
    n_different = 0
    for _ in range(1500):
        one, other = random.binomial(150, 0.3), random.binomial(120, 0.3)
        n_different += beyond_zero(comparisons.difference(share(one / 150, 150), share(other / 120, 120)))
    assert 0.05 < n_different / 1500 < 0.115


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_lowers_and_keeps_the_order(p):
    adjusted = comparisons.holm(p)
    assert all(a >= b for a, b in zip(adjusted, p, strict=True))
    assert all(adjusted[i] <= adjusted[j] for i in range(len(p)) for j in range(len(p)) if p[i] < p[j])
    assert max(adjusted) <= 1
