"""Limits of a funnel: they hold the share, they narrow with cases, they are those of the binomial law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.statistics.engine.funnel import limits

SHARES = st.floats(0, 1)
CASES = st.integers(1, 5_000)


@given(SHARES, CASES)
def test_limits_mirror_and_hold_the_share_to_one_case(share, n):
    # Limits hold the share to one case.
    low, high = limits(share, n)
    assert 0 <= low <= high <= 1
    assert low - 1 / n <= share <= high + 1 / n
    # Limits mirror each other.
    other_low, other_high = limits(1 - share, n)
    assert (other_low, other_high) == pytest.approx((1 - high, 1 - low), abs=1.01 / n)


@given(st.floats(0.05, 0.95), st.integers(10, 500))
def test_more_cases_narrow_the_limits(share, n):
    few, many = (high - low for low, high in (limits(share, n), limits(share, 25 * n)))
    assert many < few


@pytest.mark.parametrize(("share", "n"), [(-0.1, 10), (1.1, 10), (0.5, 0)])
def test_what_is_no_share_is_refused(share, n):
    with pytest.raises(ValueError, match="a share is between 0 and 1"):
        limits(share, n)
