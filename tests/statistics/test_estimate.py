"""The currency: a figure with its interval, and the one that is not shown."""

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from maillage.kernel.estimate import HIGH, LOW, Estimate, Withheld, centiles, from_draws

draws_of_one = hnp.arrays(np.float64, st.integers(1, 80), elements=st.floats(-1e6, 1e6))
LABELS = {
    "unit": "personnes",
    "universe": "15 ans et plus",
    "n": 100,
    "method": "besoins",
    "sources": ("insee",),
}


def interval(draws):
    figure = from_draws(draws, **LABELS)
    return figure.value, figure.low, figure.high


@given(draws_of_one)
def test_estimate_is_the_mean_of_its_draws_with_its_origin(draws):
    # The value of an estimate is the mean of its draws.
    value, low, high = interval(draws)
    assert value == pytest.approx(draws.mean(), rel=1e-12, abs=1e-9)
    slack = 1e-12 * np.abs(draws).max()
    assert draws.min() - slack <= low <= high + slack <= draws.max() + 2 * slack
    # An estimate carries who is counted and where it comes from.
    figure = from_draws(draws, **LABELS)
    assert {name: getattr(figure, name) for name in LABELS} == LABELS
    assert figure.half_width == pytest.approx((figure.high - figure.low) / 2)
    with pytest.raises(FrozenInstanceError):
        figure.value = 0.0


@given(st.lists(draws_of_one.filter(lambda draws: len(draws) > 3), min_size=1, max_size=4))
def test_values_add_up_over_zones(zones):
    n = min(len(draws) for draws in zones)
    zones = [draws[:n] for draws in zones]
    total = from_draws(np.sum(zones, axis=0), **LABELS).value
    assert total == pytest.approx(
        sum(from_draws(draws, **LABELS).value for draws in zones), rel=1e-9, abs=1e-6
    )


@given(draws_of_one, st.randoms(use_true_random=False))
def test_the_order_of_draws_does_not_move_the_bounds(draws, chance):
    order = list(range(len(draws)))
    chance.shuffle(order)
    assert interval(draws[order])[1:] == interval(draws)[1:]
    assert interval(draws[order])[0] == pytest.approx(interval(draws)[0], rel=1e-9, abs=1e-6)


@given(draws_of_one, st.floats(0.001, 1_000), st.floats(-1e6, 1e6))
def test_an_estimate_follows_its_unit(draws, factor, shift):
    moved = interval(factor * draws + shift)
    assert moved == pytest.approx([factor * x + shift for x in interval(draws)], rel=1e-9, abs=1e-3)


@given(st.floats(-1e9, 1e9), st.integers(1, 50))
def test_draws_that_all_agree_leave_no_doubt(value, n):
    figure = from_draws(np.full(n, value), **LABELS)
    assert (figure.value, figure.low, figure.high) == pytest.approx((value,) * 3, rel=1e-12)


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 60)), elements=st.floats(-1e6, 1e6))
)
def test_centiles_are_interpolated_between_draws(draws):
    low, high = centiles(draws)
    expected = np.percentile(draws, (LOW, HIGH), axis=1)
    assert low == pytest.approx(expected[0], rel=1e-9, abs=1e-6)
    assert high == pytest.approx(expected[1], rel=1e-9, abs=1e-6)


@given(hnp.arrays(np.float32, (3, 25), elements=st.floats(0, 1e6, width=32)))
def test_centiles_do_not_reorder_the_draws_they_read(draws):
    before = draws.copy()
    low, high = centiles(draws)
    assert np.array_equal(draws, before)
    assert low.dtype == high.dtype == np.float64


@given(hnp.arrays(np.float64, 200, elements=st.floats(0, 1), unique=True))
def test_nine_draws_out_of_ten_are_inside_the_interval(draws):
    _, low, high = interval(draws)
    assert ((draws >= low) & (draws <= high)).mean() == pytest.approx(0.9, abs=0.011)


@given(st.floats(0.1, 1e6), st.floats(0, 2))
def test_an_estimate_is_loose_when_its_half_width_exceeds_a_third_of_its_value(value, part):
    figure = Estimate(value=value, low=value * (1 - part), high=value * (1 + part), **LABELS)
    if abs(part - 1 / 3) > 1e-9:
        assert figure.is_loose == (part > 1 / 3)


def test_an_estimate_cannot_be_made_without_what_goes_with_it():
    for missing in ("unit", "universe", "n", "method"):
        with pytest.raises(TypeError):
            Estimate(
                value=1.0,
                low=0.0,
                high=2.0,
                **{name: value for name, value in LABELS.items() if name != missing},
            )


@given(st.text(min_size=1))
def test_nobody_reads_the_value_of_a_withheld_figure(reason):
    withheld = Withheld(reason=reason, **LABELS)
    assert not isinstance(withheld, Estimate)
    assert withheld.reason == reason
    for name in ("value", "low", "high", "half_width", "is_loose"):
        with pytest.raises(AttributeError):
            getattr(withheld, name)
    assert {field.name for field in fields(withheld)} == {"reason", "counted", *LABELS}
