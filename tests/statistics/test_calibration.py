"""Calibration: margins met, what the respondents say kept, and no weight where none is possible."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from maillage.statistics.engine import calibration, calibration_bounds
from tests.support.profile import times


@st.composite
def samples(draw):
    """A population whose margins are known, and a biased sample of it that holds every category, with
    unequal initial weights.
    """
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(2, 5), min_size=1, max_size=4))
    n = draw(st.integers(40, 300))
    codes = [np.concatenate((np.arange(size), chance.integers(0, size, n - size))) for size in sizes]
    ratio = np.exp(sum(chance.normal(0, 0.4, size)[code] for size, code in zip(sizes, codes, strict=True)))
    initial = chance.uniform(0.5, 2, n)
    targets = [np.bincount(code, initial * ratio, size) for size, code in zip(sizes, codes, strict=True)]
    return codes, targets, initial, ratio


@given(samples())
def test_calibration_of_a_sample_keeps_its_definitions(sample):
    # Raking finds the only weights that meet the margins by a factor a category.
    codes, targets, initial, ratio = sample
    result = calibration.calibrate(initial, calibration.margins(codes, targets), method="raking")
    assert result.converged
    assert result.ratios == pytest.approx(ratio, rel=1e-8)
    # Two respondents alike have the same ratio and the order of rows says nothing.
    codes, targets, initial, _ = sample
    order = np.random.default_rng(0).permutation(len(initial))
    result = calibration.calibrate(initial, calibration.margins(codes, targets))
    moved = calibration.calibrate(
        initial[order], calibration.margins([code[order] for code in codes], targets)
    )
    assert moved.ratios == pytest.approx(result.ratios[order], rel=1e-10)
    # Cells and columns of zeros and ones give the same weights.
    codes, targets, initial, _ = sample
    columns = np.concatenate(
        [code[:, None] == np.arange(len(t)) for code, t in zip(codes, targets, strict=True)], axis=1
    )
    dense = calibration.margins([], [], numbers=columns.astype(float), totals=np.concatenate(targets))
    by_cell = calibration.calibrate(initial, calibration.margins(codes, targets))
    assert calibration.calibrate(initial, dense).weights == pytest.approx(by_cell.weights, rel=1e-8)
    # What is missed names where and is nil when nothing is.
    codes, targets, initial, ratio = sample
    margins = calibration.margins(codes, targets)
    assert not calibration_bounds.misses(initial, margins, ratio.min() * 0.99, ratio.max() * 1.01).any()
    tripled = [targets[0] * np.where(np.arange(len(targets[0])) == 0, 3.0, 1.0), *targets[1:]]
    missed = calibration_bounds.misses(initial, calibration.margins(codes, tripled), 0.999, 1.001)
    assert missed.any()
    # Linear weights are those of the regression written out.
    codes, targets, initial, _ = sample
    x = np.concatenate(
        [code[:, None] == np.arange(len(t)) for code, t in zip(codes, targets, strict=True)], axis=1
    ).astype(float)
    gap = np.concatenate(targets) - x.T @ initial
    written = initial * (1 + x @ np.linalg.pinv(x.T @ (initial[:, None] * x)) @ gap)
    result = calibration.calibrate(initial, calibration.margins(codes, targets), method="lineaire")
    assert result.weights == pytest.approx(written, rel=1e-7, abs=1e-9)


@given(samples(), st.sampled_from(["raking", "lineaire", "logit"]), st.booleans())
def test_margins_are_met_and_ratios_keep_their_bounds(sample, method, bounded):
    codes, targets, initial, ratio = sample
    bounds = (ratio.min() * 0.9, ratio.max() * 1.1) if bounded or method == "logit" else None
    assume(bounds is None or bounds[0] < 1 < bounds[1])
    result = calibration.calibrate(initial, calibration.margins(codes, targets), method=method, bounds=bounds)
    assert result.converged
    for code, target in zip(codes, targets, strict=True):
        assert np.bincount(code, result.weights) == pytest.approx(target, rel=1e-9)
    assert result.weights == pytest.approx(initial * result.ratios)
    if bounds is not None:
        assert bounds[0] - 1e-12 <= result.ratios.min() <= result.ratios.max() <= bounds[1] + 1e-12


def test_many_categories_are_separated_when_a_table_of_cells_would_not_fit():
    chance = np.random.default_rng(3)
    codes = [np.concatenate((np.arange(3000), chance.integers(0, 3000, 7000))) for _ in range(2)]
    codes.append(chance.integers(0, 4, 10_000))
    margins = calibration.margins(codes, [np.ones(3000), np.ones(3000), np.ones(4)])
    for code, of_cell in zip(codes, margins.codes, strict=True):
        assert (of_cell[margins.cell] == code).all()


def test_what_cannot_be_met_is_never_returned_as_if_it_were():
    codes, targets = (
        [np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])],
        [np.array([50.0, 50]), np.array([20.0, 80])],
    )
    for method, bounds in (
        ("raking", None),
        ("lineaire", None),
        ("logit", (0.1, 10)),
        ("raking", (0.1, 10)),
        ("lineaire", (0.5, 2)),
    ):
        result = calibration.calibrate(
            np.full(4, 25.0), calibration.margins(codes, targets), method=method, bounds=bounds
        )
        assert not result.converged, method
        assert result.gap > 0.1


@pytest.mark.parametrize("bounds", [(1.0, 2.0), (0.5, 1.0), (-0.1, 2.0), (0.5, np.inf), (2.0, 0.5)])
def test_bounds_that_do_not_frame_one_are_refused(bounds):
    with pytest.raises(ValueError, match="bounds"):
        calibration.calibrate(
            np.ones(2),
            calibration.margins([np.array([0, 1])], [np.ones(2)]),
            method="lineaire",
            bounds=bounds,
        )


@settings(max_examples=times(10, 20))
@given(samples(), st.floats(0.2, 0.95), st.floats(1.05, 4))
def test_bounds_reported_impossible_are_and_those_reported_possible_work(sample, low, high):
    codes, targets, initial, _ = sample
    margins = calibration.margins(codes, targets)
    result = calibration.calibrate(initial, margins, method="lineaire", bounds=(low, high))
    if result.converged:
        assert calibration_bounds.can_keep(initial, margins, low, high)
    least = calibration_bounds.lowest_high(initial, margins, low)
    if least is not None:
        assert calibration.calibrate(
            initial, margins, method="logit", bounds=(low, max(least, 1) * 1.05)
        ).converged
        if least > 1.01:
            assert not calibration_bounds.can_keep(initial, margins, low, least / 1.01)
    k = calibration_bounds.symmetrical(initial, margins)
    assert k is not None
    assert calibration.calibrate(
        initial, margins, method="logit", bounds=(1 / (k * 1.05), k * 1.05)
    ).converged


def test_what_is_missed_of_a_number_is_a_share_of_its_total():
    """Two respondents of 2 and 6 hours, 16 wanted: ratios up to 1.5 give 12, a quarter short."""
    numbers = np.array([[2.0], [6.0]])
    margins = calibration.Margins(None, (), (), numbers, np.array([16.0]))
    assert calibration_bounds.misses(np.ones(2), margins, 0.5, 1.5) == pytest.approx([0.25])


@given(samples(), st.floats(1.5, 5))
def test_no_weight_passes_its_ceiling_and_margins_stay_met(sample, most):
    codes, targets, initial, _ = sample
    result = calibration.trimmed(initial, calibration.margins(codes, targets), most=most)
    if result.converged:
        assert result.weights.max() <= most * result.weights.mean() * 1.001
        for code, target in zip(codes, targets, strict=True):
            assert np.bincount(code, result.weights) == pytest.approx(target, rel=1e-9)


@pytest.mark.parametrize("method", ["lineaire", "raking"])
def test_a_spread_keeps_the_ratio_of_whom_residuals_vary_most_near_one(method):
    """Deville and Särndal with q = 1 / spread: a ratio is a function of λ·x / spread, the same λ for all."""
    random = np.random.default_rng(5)
    n = 80
    code, number = random.integers(0, 3, n), random.uniform(1, 9, n)
    initial, spread = random.uniform(0.5, 2, n), random.uniform(0.2, 6, n)
    x = np.column_stack([code[:, None] == np.arange(3), number]).astype(float)
    wanted = x.T @ (initial * random.uniform(0.6, 1.7, n))
    result = calibration.calibrate(
        initial,
        calibration.margins([code], [wanted[:3]], numbers=number[:, None], totals=wanted[3:]),
        method=method,
        spread=spread,
    )
    assert result.converged
    assert x.T @ result.weights == pytest.approx(wanted, rel=1e-9)
    score = spread * (np.log(result.ratios) if method == "raking" else result.ratios - 1)
    multipliers, *_ = np.linalg.lstsq(x, score, rcond=None)
    assert score == pytest.approx(x @ multipliers, rel=1e-6, abs=1e-8)


def test_a_ceiling_is_reached_by_trimming_again_and_again():
    random = np.random.default_rng(3)
    code = np.repeat([0, 1], [90, 10])
    initial = random.uniform(0.2, 3, 100)
    margins = calibration.margins([code], [np.array([160.0, 40.0])])
    assert not calibration.trimmed(initial, margins, most=2.5, rounds=0).converged
    result = calibration.trimmed(initial, margins, most=2.5)
    assert result.converged
    assert result.weights.max() <= 2.5 * result.weights.mean() * 1.001
    assert np.bincount(code, result.weights) == pytest.approx([160, 40])
