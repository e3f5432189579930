"""Calibration: weights as close as possible to the initial ones, that meet known totals.

Newton on the dual of Deville and Särndal (1992). All that the margins know of a respondent is the cell they
are in, so sums are done over cells: a million respondents on six margins make a few thousand cells, whose
ratios are then spread back to respondents.

Source: docs/methods/redressement.md
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import total_by

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Method = Literal["raking", "lineaire", "logit"]

TOLERANCE = 1e-12  # worst relative gap aimed at; sums of a million weights keep no more digits
REACHED = 1e-9  # gap under which margins are said to be met
MOST = 100  # iterations
LARGEST = 1 << 22  # cells counted in one table, before those that hold nobody are left out
HALVINGS = 40
DIGITS = 1e-9  # below this share of its height, the way down is lost in rounding: gaps are looked at
FLATTEST = 0.1  # least slope lent to a ratio held at a bound
TRIM_SLACK = 1e-4  # how closely a ceiling is kept


@dataclass(frozen=True, slots=True)
class Margins:
    """Known totals, and the position of each respondent among them.

    cell: (n,) the cell of each respondent, or None when each is its own. codes: for each variable, (cells,)
    position of its category; targets: for each variable, (categories,) totals. numbers: (cells, k) numeric
    variables, totals: (k,) their totals.
    """

    cell: Ints | None
    codes: tuple[Ints, ...]
    targets: tuple[Floats, ...]
    numbers: Floats
    totals: Floats

    @property
    def wanted(self) -> Floats:
        """The target totals, end to end."""
        return np.concatenate((*self.targets, self.totals))

    def together(self, values: Floats) -> Floats:
        """Return (cells,) sums over the respondents of each cell."""
        return values if self.cell is None else total_by(self.cell, values, self.n_cells)

    def by_respondent(self, values: Floats) -> Floats:
        """Return (n,) the value of each respondent's cell."""
        return values if self.cell is None else np.asarray(values[self.cell])

    @property
    def n_cells(self) -> int:
        return len(self.numbers)

    def score(self, multipliers: Floats) -> Floats:
        """Return (cells,) sums of the multipliers of the categories of each cell."""
        out, at = np.zeros(self.n_cells), 0
        for code, target in zip(self.codes, self.targets, strict=True):
            out += multipliers[at : at + len(target)][code]
            at += len(target)
        return out + self.numbers @ multipliers[at:] if len(self.totals) else out

    def sums(self, weights: Floats) -> Floats:
        """Return the totals given by these weights of cells, in the order of `wanted`."""
        parts = [
            total_by(code, weights, len(target))
            for code, target in zip(self.codes, self.targets, strict=True)
        ]
        return np.concatenate((*parts, weights @ self.numbers))

    def curvature(self, weights: Floats) -> Floats:
        """Return (p, p) the weighted products of every two columns of the design matrix, without building
        it.
        """
        sizes = [len(target) for target in self.targets]
        starts = np.concatenate(([0], np.cumsum(sizes))).astype(int)
        out = np.zeros((starts[-1] + len(self.totals),) * 2)
        for a, (code, size) in enumerate(zip(self.codes, sizes, strict=True)):
            rows = slice(starts[a], starts[a + 1])
            out[rows, rows] = np.diag(total_by(code, weights, size))
            for b in range(a):
                columns = slice(starts[b], starts[b + 1])
                pairs = total_by(code * sizes[b] + self.codes[b], weights, size * sizes[b]).reshape(
                    size, sizes[b]
                )
                out[rows, columns], out[columns, rows] = pairs, pairs.T
            for k in range(len(self.totals)):
                column = starts[-1] + k
                out[rows, column] = out[column, rows] = total_by(code, weights * self.numbers[:, k], size)
        numeric = slice(starts[-1], None)
        out[numeric, numeric] = self.numbers.T @ (weights[:, None] * self.numbers)
        return out


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights, and how they were found.

    weights: (n,); ratios: (n,) weight ÷ initial weight, what the literature calls g. converged: whether every
    margin is met within `REACHED`. gaps: for each variable, (categories,) relative gap left; gap: the worst,
    numeric variables included.
    """

    weights: Floats
    ratios: Floats
    converged: bool
    iterations: int
    gap: float
    gaps: tuple[Floats, ...]


def margins(
    codes: Sequence[NDArray[np.integer[Any]]],
    targets: Sequence[Floats],
    *,
    numbers: Floats | None = None,
    totals: Floats | None = None,
) -> Margins:
    """Return the margins of respondents, built once for any number of calibrations.

    codes: for each variable, (n,) position of the category of each respondent; targets: for each variable,
    (categories,) positive totals. numbers: (n, k) numeric variables and totals: (k,), when some are; each
    respondent is then its own cell. Raises ValueError on lengths that differ, a position outside its
    categories, a total that is not positive.
    """
    wanted = tuple(np.asarray(target, dtype=np.float64) for target in targets)
    for code, target in zip(codes, wanted, strict=True):
        if len(code) != len(codes[0]):
            raise ValueError(
                f"variables of {len(codes[0])} and {len(code)} respondents: same respondents, same order."
            )
        if len(code) and not 0 <= int(code.min()) <= int(code.max()) < len(target):
            raise ValueError("a respondent stands in a category that has no total.")
        if not (np.isfinite(target).all() and (target > 0).all()):
            raise ValueError("totals of categories are positive: leave out those where nobody lives.")
    if numbers is not None and totals is not None:
        if len(numbers) != (len(codes[0]) if codes else len(numbers)) or numbers.shape[1] != len(totals):
            raise ValueError(f"numbers has shape {numbers.shape}, totals {len(totals)}.")
        categories = tuple(np.asarray(code, dtype=np.int64) for code in codes)
        return Margins(
            None,
            categories,
            wanted,
            np.asarray(numbers, dtype=np.float64),
            np.asarray(totals, dtype=np.float64),
        )
    if not codes:
        raise ValueError("weights are calibrated on one margin at least.")
    cell, of_cells = _cells(codes, [len(target) for target in wanted])
    return Margins(cell, of_cells, wanted, np.zeros((len(of_cells[0]), 0)), np.zeros(0))


def _cells(codes: Sequence[NDArray[np.integer[Any]]], sizes: Sequence[int]) -> tuple[Ints, tuple[Ints, ...]]:
    """Return (n,) the cell of each respondent among those that hold somebody, and, for each variable, the
    category of each cell.
    """
    cell, span = np.zeros(len(codes[0]), dtype=np.int64), 1
    known: list[Ints] = []
    for code, size in zip(codes, sizes, strict=True):
        joint = cell * size + code
        if span * size <= LARGEST:
            full = np.bincount(joint, minlength=span * size) > 0
            filled_cells, cell = np.flatnonzero(full), (np.cumsum(full) - 1)[joint]
        else:
            filled_cells, cell = np.unique(joint, return_inverse=True)
        parent, category = np.divmod(filled_cells, size)
        known, span = [*(each[parent] for each in known), category], len(filled_cells)
    return cell, tuple(known)


@dataclass(frozen=True, slots=True)
class _Distance:
    """A distance between weights, through what its dual needs: ratio(u), its slope, its integral from 0."""

    ratio: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    integral: Callable[[Floats], Floats]


def _distance(method: Method, bounds: tuple[float, float] | None) -> _Distance:
    low, high = bounds if bounds is not None else (0.0, np.inf)
    if method == "logit":
        if bounds is None:
            raise ValueError("logit keeps ratios between two bounds: give them.")
        return _logit(low, high)
    if bounds is None:
        if method == "raking":
            return _Distance(np.exp, np.exp, np.exp)
        return _Distance(lambda u: 1 + u, np.ones_like, lambda u: u + u * u / 2)
    if method == "raking":
        return _truncated(
            np.exp, np.exp, np.exp, low, high, at=(np.log(low) if low > 0 else -np.inf, np.log(high))
        )
    return _truncated(
        lambda u: 1 + u, np.ones_like, lambda u: u + u * u / 2, low, high, at=(low - 1, high - 1)
    )


def _logit(low: float, high: float) -> _Distance:
    a = (high - low) / ((1 - low) * (high - 1))
    log_1, log_2 = np.log(high - 1), np.log(1 - low)

    def share(u: Floats) -> Floats:
        """Return the position of the ratio between its bounds, 0 to 1, without overflow for any u."""
        return np.asarray(np.exp(-np.logaddexp(0.0, log_1 - log_2 - a * u)))

    return _Distance(
        lambda u: low + (high - low) * share(u),
        lambda u: (high - low) * a * share(u) * (1 - share(u)),
        lambda u: low * u + (high - low) / a * np.logaddexp(log_1, log_2 + a * u),
    )


def _truncated(
    ratio: Callable[[Floats], Floats],
    slope: Callable[[Floats], Floats],
    integral: Callable[[Floats], Floats],
    low: float,
    high: float,
    *,
    at: tuple[float, float],
) -> _Distance:
    def inside(u: Floats) -> Floats:
        return np.clip(u, *at)

    return _Distance(
        lambda u: np.clip(ratio(inside(u)), low, high),
        lambda u: np.where((u > at[0]) & (u < at[1]), slope(inside(u)), 0.0),
        lambda u: (
            integral(inside(u))
            + np.where(u < at[0], low * (u - at[0]), 0.0)
            + np.where(u > at[1], high * (u - at[1]), 0.0)
        ),
    )


def _check(initial: Floats, bounds: tuple[float, float] | None) -> None:
    if not (np.isfinite(initial).all() and (initial >= 0).all()):
        raise ValueError("initial weights are finite and not negative.")
    if bounds is not None and not 0 <= bounds[0] < 1 < bounds[1] < np.inf:
        raise ValueError(f"bounds are around 1, the ratio of a weight left as it was: {bounds}.")


def calibrate(
    initial: Floats,
    margins: Margins,
    *,
    method: Method = "raking",
    bounds: tuple[float, float] | None = None,
    spread: Floats | None = None,
    tolerance: float = TOLERANCE,
) -> Calibration:
    """Return the weights closest to the initial ones that meet the margins.

    initial: (n,) positive weights; zero leaves a respondent out. method: `raking` (ratios are positive, as
    iterative fitting would give), `lineaire` (ratios may be negative) or `logit` (ratios strictly between the
    bounds). bounds: lowest and highest ratio, around 1; with `raking` and `lineaire`, the method is truncated
    there. spread: (n,) what the variance of residuals is proportional to, 1 by default. When margins cannot
    be met, `converged` is false: `calibration_bounds` says which bounds could be. Raises ValueError on bounds
    that do not frame 1, on logit without bounds, on a weight that is negative or not a number.
    Source: docs/methods/redressement.md
    """
    _check(initial, bounds)
    distance = _distance(method, bounds)
    base = margins.together(np.asarray(initial, dtype=np.float64))
    if spread is not None and margins.cell is not None:
        raise ValueError("a spread is given with numeric variables.")
    over = 1.0 if spread is None else 1 / np.asarray(spread, dtype=np.float64)
    wanted = margins.wanted
    size = np.maximum(np.abs(wanted), 1e-300)
    multipliers = np.zeros(len(wanted))
    if method == "raking" and bounds is None and len(margins.targets) and spread is None and base.sum() > 0:
        first = margins.targets[0]
        multipliers[: len(first)] = np.log(first.sum() / base.sum())  # ratios start at their mean
    score = margins.score(multipliers) * over
    ratios = distance.ratio(score)
    missed = wanted - margins.sums(base * ratios)
    gap, iterations = _worst(missed, size), 0
    best = (gap, ratios, missed)
    with np.errstate(over="ignore", invalid="ignore"):
        while gap > tolerance and iterations < MOST:
            iterations += 1
            slope = distance.slope(score)
            if bounds is not None:  # nil at a bound: a little of it, less and less, keeps a way down
                slope = np.maximum(slope, min(gap, FLATTEST))
            step = _solved(margins.curvature(base * slope * over), missed)
            height = float(base @ (distance.integral(score) / over)) - float(multipliers @ wanted)
            rise = float(step @ missed)
            share = 1.0
            for _ in range(HALVINGS):
                tried = multipliers + share * step
                score_there = margins.score(tried) * over
                there = float(base @ (distance.integral(score_there) / over)) - float(tried @ wanted)
                ratios = distance.ratio(score_there)
                missed_there = wanted - margins.sums(base * ratios)
                gap_there = _worst(missed_there, size)
                lower = there <= height - 1e-4 * share * rise
                if (gap_there < gap) if rise < DIGITS * abs(height) else lower:
                    break
                share /= 2
            else:
                break
            multipliers, score, missed, gap = tried, score_there, missed_there, gap_there
            if gap < best[0]:
                best = (gap, ratios, missed)
    gap, ratios, missed = best
    ratio_by_respondent, at, gaps = margins.by_respondent(ratios), 0, []
    for target in margins.targets:
        gaps.append(np.abs(missed[at : at + len(target)]) / target)
        at += len(target)
    return Calibration(
        initial * ratio_by_respondent, ratio_by_respondent, gap <= REACHED, iterations, gap, tuple(gaps)
    )


def _worst(missed: Floats, size: Floats) -> float:
    """Return the worst relative gap, infinite when a sum is not a number."""
    gap = np.abs(missed) / size
    return float(gap.max()) if np.isfinite(gap).all() else np.inf


def _solved(curvature: Floats, missed: Floats) -> Floats:
    """Return the Newton step. Margins share their total, so columns are collinear: hence least squares, on
    one scale.
    """
    diagonal = np.diag(curvature)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    return np.asarray(
        np.linalg.lstsq(curvature * scale[:, None] * scale, missed * scale, rcond=1e-13)[0] * scale
    )


def trimmed(
    initial: Floats,
    margins: Margins,
    *,
    most: float,
    method: Method = "raking",
    bounds: tuple[float, float] | None = None,
    rounds: int = 60,
) -> Calibration:
    """Return calibrated weights none of which exceeds `most` times their mean: trimmed, then calibrated
    again, until both hold.

    most: more than 1. The margins redistribute what is trimmed among the others. `converged` is false when no
    weights were found that meet the margins under that ceiling, and between the bounds if any; ratios are to
    the initial weights given.
    """
    if not most > 1:
        raise ValueError(f"a ceiling of {most} times the mean leaves no room.")
    calibration = calibrate(initial, margins, method=method, bounds=bounds)
    iterations = calibration.iterations
    for _ in range(rounds):
        ceiling = most * float(calibration.weights.mean())
        if not calibration.converged or calibration.weights.max() <= ceiling * (1 + TRIM_SLACK):
            break
        cut = np.minimum(calibration.weights, ceiling * (1 - TRIM_SLACK))
        again = calibrate(cut, margins)
        iterations += again.iterations
        calibration = replace(again, ratios=again.weights / initial)
    is_within = calibration.weights.max() <= most * float(calibration.weights.mean()) * (1 + TRIM_SLACK)
    if bounds is not None:  # what was cut is carried by others, whose ratios may have grown
        inside = calibration.ratios[initial > 0]
        is_within &= bounds[0] * (1 - TRIM_SLACK) <= inside.min() and inside.max() <= bounds[1] * (
            1 + TRIM_SLACK
        )
    return replace(calibration, iterations=iterations, converged=calibration.converged and bool(is_within))
