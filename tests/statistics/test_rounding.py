"""Rounding for display: steps, nearest values, bounds that never lose coverage."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from maillage.words import rounding

steps = st.builds(
    lambda mantissa, power: float(mantissa * 10**power), st.sampled_from([1, 2, 5]), st.integers(0, 7)
)
amounts = st.floats(0, 1e8)


@given(st.floats(0, 1e12))
@example(4.0)
@example(8.0)
@example(20.0)
@example(4_000.0)
def test_a_step_is_the_largest_round_one_within_a_quarter_of_the_half_width(half):
    by = rounding.step(half)
    mantissa = by / 10 ** math.floor(math.log10(by) + 1e-9)
    assert mantissa in (1, 2, 5)
    if half < 4:
        assert by == 1
    else:
        assert by <= half / 4 * (1 + 1e-9)
        following = by * (2.5 if mantissa == 2 else 2)
        assert following > half / 4 * (1 - 1e-9)


@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_a_wider_interval_never_has_a_finer_step(first, second):
    narrow, wide = sorted((first, second))
    assert rounding.step(narrow) <= rounding.step(wide)


@given(amounts, steps)
def test_rounding_is_to_the_nearest_step_once(value, by):
    # A rounded value is the nearest multiple of its step.
    rounded = rounding.nearest(value, by)
    assert rounded % by == 0
    assert abs(rounded - value) <= by / 2 * (1 + 1e-9)
    # Rounding twice changes nothing more.
    once = rounding.nearest(value, by)
    assert rounding.nearest(once, by) == once


@given(st.integers(0, 10**6), steps)
def test_a_half_goes_upwards(k, by):
    assert rounding.nearest((k + 0.5) * by, by) == (k + 1) * by


@given(amounts, amounts, steps)
def test_rounding_keeps_order_and_covers_intervals(first, second, by):
    # Rounding keeps the order of values.
    low, high = sorted((first, second))
    assert rounding.nearest(low, by) <= rounding.nearest(high, by)
    # Rounded bounds contain the interval and go no further than a step.
    down, up = rounding.outwards(low, high, by)
    slack = 1e-8 * by
    assert low - by < down <= low + slack
    assert high - slack <= up < high + by
    assert down % min(by, 1.0 if low < by else by) == 0, "under a step, a low bound has its own"
    assert up % by == 0
    # Bounds already round do not move.
    bounds = tuple(rounding.nearest(value, by) for value in sorted((first, second)))
    assert rounding.outwards(*bounds, by) == bounds


@given(amounts, amounts, steps, st.floats(1, 3))
def test_bounds_never_go_beyond_what_is_possible(first, second, by, room):
    low, high = sorted((first, second))
    most = high * room
    down, up = rounding.outwards(low, high, by, most=most)
    assert high - 1e-8 * by <= up <= most
    assert down >= 0


@given(st.floats(-1e6, 0), amounts, steps)
def test_a_lower_bound_is_never_under_zero(low, high, by):
    assert rounding.outwards(low, high, by)[0] == 0


@given(amounts, st.floats(0, 1e7), st.floats(0, 1))
def test_a_value_inside_its_interval_stays_inside_once_everything_is_rounded(low, width, part):
    high = low + width
    by = rounding.step(width / 2)
    down, up = rounding.outwards(low, high, by)
    assert down <= rounding.nearest(low + part * width, by) <= up


@given(st.floats(16, 1e7))
def test_rounding_outwards_widens_an_interval_by_at_most_a_quarter(half):
    by = rounding.step(half)
    down, up = rounding.outwards(1e8 - half, 1e8 + half, by)
    assert up - down <= 2 * half * 1.25 * (1 + 1e-9)
    assert up - down == pytest.approx(2 * half, abs=2 * by)
