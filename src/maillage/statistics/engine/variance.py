"""The variance of weighted figures: linearised, net of what calibration explains; and by replicates weighted
again.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage.statistics.engine import chance

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
ALONE = 1e-9


@dataclass(frozen=True, eq=False)
class Plan:
    """The design of a sample: the drawing and the weighting of respondents.

    weights: (n,) final weights. initial: (n,) weights before calibration, the final ones when None. strata,
    clusters: (n,) codes, one stratum and everybody their own cluster when None. population: (n,) first-stage
    units of the stratum of each row in the population, for the finite population correction; None without it.
    codes: for each calibration variable, (n,) categories from 0. numeric: (n, p) numeric ones. scale: (n,)
    what the calibration divides squares by (1, or a size for a ratio). cautious: divide residuals by one
    minus their leverage, as leaving each respondent out would: otherwise the interval of a small sample
    weighted on several variables covers too little. R computes without it.
    """

    weights: Floats
    initial: Floats | None = None
    strata: Codes | None = None
    clusters: Codes | None = None
    population: Floats | None = None
    codes: Sequence[Codes] = ()
    numeric: Floats | None = None
    scale: Floats | None = None
    cautious: bool = False

    def __post_init__(self) -> None:
        n = len(self.weights)
        if not n:
            raise ValueError("no respondent: nothing can be said of a variance.")
        columns = [
            self.initial,
            self.strata,
            self.clusters,
            self.population,
            self.numeric,
            self.scale,
            *self.codes,
        ]
        if any(column is not None and len(column) != n for column in columns):
            raise ValueError(f"{n} weights, and columns of another length: same respondents, same order.")
        if (self.weights < 0).any() or not np.isfinite(self.weights).all() or not self.weights.sum() > 0:
            raise ValueError("weights are positive or zero, and not all zero.")

    @cached_property
    def units(self) -> tuple[Codes, Codes, Codes, Floats]:
        """Row → first-stage unit; unit → stratum; units by stratum; share of each stratum that was drawn."""
        n = len(self.weights)
        strata = (
            np.zeros(n, dtype=np.int64)
            if self.strata is None
            else np.unique(self.strata, return_inverse=True)[1]
        )
        if self.clusters is None:
            unit, first = np.arange(n), np.arange(n)
        else:
            pairs = np.stack([strata, np.unique(self.clusters, return_inverse=True)[1]])
            _, first, unit = np.unique(pairs, axis=1, return_index=True, return_inverse=True)
            unit = unit.reshape(-1)
        of_unit = strata[first]
        drawn = np.bincount(of_unit)
        share = np.zeros(len(drawn))
        if self.population is not None:
            share[of_unit] = np.minimum(1.0, drawn[of_unit] / self.population[first])
        return unit, of_unit, drawn, share

    @property
    def df(self) -> int:
        """Degrees of freedom: first-stage units less strata."""
        _, of_unit, drawn, _ = self.units
        return len(of_unit) - len(drawn)

    @cached_property
    def _gram(self) -> tuple[Floats, Floats]:
        """The pseudo-inverse of the cross products of the calibration variables, and the weights of the
        regression.
        """
        q = self.weights if self.initial is None else self.initial
        if self.scale is not None:
            q = q / self.scale
        gram = _products(self.codes, self.numeric, q)
        size = np.sqrt(np.where(np.diag(gram) > 0, np.diag(gram), 1.0))  # unlike units would spoil the rank
        inverse = np.linalg.pinv(gram / np.outer(size, size), rcond=1e-11, hermitian=True) / np.outer(
            size, size
        )
        return inverse, q

    @property
    def is_calibrated(self) -> bool:
        return bool(len(self.codes)) or self.numeric is not None

    def residuals(self, values: ArrayLike) -> Floats:
        """Return (n, k) values minus what the calibration variables explain of them; the values themselves
        without calibration.

        values: (n, k). The regression uses the weights before calibration; categories are collinear (each
        variable adds up to the population), so the minimum-norm least-squares solution is used.
        """
        y = np.asarray(values, dtype=np.float64)
        if not self.is_calibrated:
            return y
        inverse, q = self._gram
        moments = _moments(self.codes, self.numeric, q[:, None] * y)
        coefficients = inverse @ moments
        rows = len(self.numeric) if self.numeric is not None else len(self.codes[0])
        out, at = np.zeros((rows, coefficients.shape[1])), 0
        for code, size in zip(self.codes, _sizes(self.codes), strict=True):
            out = out + coefficients[at : at + size][code]
            at += size
        if self.numeric is not None:
            out = out + self.numeric @ coefficients[at:]
        residual = y - out
        if self.cautious:
            room = 1 - _leverages(self.codes, self.numeric, inverse, q)
            residual = (
                residual / np.where(room > ALONE, room, 1.0)[:, None]
            )  # alone in a class: fitted exactly, nothing is left
        return np.asarray(residual, dtype=np.float64)


def _sizes(codes: Sequence[Codes]) -> list[int]:
    return [int(code.max()) + 1 for code in codes]


def _moments(codes: Sequence[Codes], numeric: Floats | None, values: Floats) -> Floats:
    """Return (p, k) the totals of (n, k) values by category, then times each numeric variable."""
    blocks: list[Floats] = [
        np.stack([np.bincount(code, column, size) for column in values.T], axis=1).astype(np.float64)
        for code, size in zip(codes, _sizes(codes), strict=True)
    ]
    if numeric is not None:
        blocks.append(numeric.T @ values)
    return np.concatenate(blocks)


def _products(codes: Sequence[Codes], numeric: Floats | None, q: Floats) -> Floats:
    """Return (p, p) the cross products of the calibration variables weighted by q, without building a matrix
    of indicators.
    """
    sizes = _sizes(codes)
    rows = []
    for code, size in zip(codes, sizes, strict=True):
        blocks: list[Floats] = [
            np.bincount(code * other_size + other, q, size * other_size)
            .reshape(size, other_size)
            .astype(np.float64)
            for other, other_size in zip(codes, sizes, strict=True)
        ]
        if numeric is not None:
            blocks.append(_moments([code], None, numeric * q[:, None]))
        rows.append(np.concatenate(blocks, axis=1))
    if numeric is not None:
        cross = [_moments([code], None, numeric * q[:, None]).T for code in codes]
        rows.append(np.concatenate([*cross, numeric.T @ (numeric * q[:, None])], axis=1))
    return np.concatenate(rows)


def _leverages(codes: Sequence[Codes], numeric: Floats | None, inverse: Floats, q: Floats) -> Floats:
    """Return (n,) the weight of each row's own value in its fitted value, from 0 to 1."""
    starts = np.concatenate([[0], np.cumsum(_sizes(codes))]).astype(np.int64)
    at = [code + start for code, start in zip(codes, starts, strict=False)]
    out = np.zeros(len(q))
    for one in at:
        for other in at:
            out += inverse[one, other]
    if numeric is not None:
        own = inverse[starts[-1] :, starts[-1] :]
        out += np.einsum("ni,ij,nj->n", numeric, own, numeric)
        for one in at:
            out += 2 * np.einsum("ni,ni->n", inverse[one, starts[-1] :], numeric)
    return out * q


def of_totals(values: ArrayLike, plan: Plan) -> Floats:
    """Return (k, k) the covariance of the weighted totals of (n, k) values.

    Residuals of the calibration, times the final weights, are added up by unit of the first stage; their
    spread inside each stratum gives the variance, less the share of the stratum that was drawn. A stratum of
    one unit adds nothing: its spread is unknown.
    """
    y = np.asarray(values, dtype=np.float64)
    scores = plan.weights[:, None] * plan.residuals(y if y.ndim > 1 else y[:, None])
    unit, of_unit, drawn, share = plan.units
    k = scores.shape[1]
    totals = (
        scores
        if plan.clusters is None
        else np.stack([np.bincount(unit, column, len(of_unit)) for column in scores.T], axis=1)
    )
    means = np.stack([np.bincount(of_unit, column) for column in totals.T], axis=1) / drawn[:, None]
    factor = np.where(drawn > 1, drawn / np.maximum(drawn - 1, 1), 0.0) * (1 - share)
    far = (totals - means[of_unit]) * np.sqrt(factor)[of_unit, None]
    return np.asarray(far.T @ far).reshape(k, k)


@dataclass(frozen=True, slots=True)
class Means:
    """Weighted means of k columns, each in its own domain. values: (k,); covariance: (k, k); n: (k,) rows of
    each domain.
    """

    values: Floats
    covariance: Floats
    n: Codes


def of_means(values: ArrayLike, domains: ArrayLike, plan: Plan) -> Means:
    """Return the weighted means of (n, k) values, each among the rows of its own domain, (n, k) true where a
    row belongs.

    A share is the mean of zeros and ones. The mean of a domain is a ratio: its linearised variable is zero
    outside the domain. An empty domain, or one of zero weight, gives nan.
    """
    y, inside = np.asarray(values, dtype=np.float64), np.asarray(domains, dtype=bool)
    y = np.where(inside, y, 0.0)
    size = plan.weights @ inside
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.where(size > 0, (plan.weights @ y) / size, np.nan)
        z = inside * (y - np.nan_to_num(means)) / np.where(size > 0, size, np.nan)
    covariance = of_totals(np.nan_to_num(z), plan)
    empty = ~(size > 0)
    covariance[empty] = np.nan
    covariance[:, empty] = np.nan
    return Means(means, covariance, inside.sum(axis=0).astype(np.int64))


def kish(weights: Floats) -> float:
    """Return the design effect of unequal weights alone, the factor on the variance of a mean: n Σw² / (Σw)².

    1 when they are equal; nan when they are all zero. n ÷ this effect is the effective number of respondents.
    Source: Kish (1965).

    >>> kish(np.array([1.0, 1.0, 4.0]))
    1.5
    """
    total = float(weights.sum())
    return float(len(weights) * (weights @ weights) / total**2) if total else float("nan")


# ------------------------------------------------------------------------------------------------- replicates

Again = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Replicates:
    """Weights of replicates, (replicates, n), and the factor on their squared distances to the full
    figure.
    """

    weights: Floats
    factor: float

    def covariance(self, figure: Callable[[Floats], Floats], full: Floats) -> Floats:
        """Return (k, k) the covariance of a figure: `figure` takes (n,) weights and returns (k,); `full` is
        the full-sample value.

        Distances are to the full figure, not to the mean of the replicates.
        """
        far = np.stack([np.asarray(figure(weights)) for weights in self.weights]) - full
        return np.asarray(self.factor * far.T @ far)


def jackknife(plan: Plan, again: Again | None = None) -> Replicates:
    """Return the replicates that leave out each first-stage unit in turn (JK1): one stratum only.

    again: calibrates weights, (n,) → (n,), from the initial weights of the remaining rows; None leaves them
    as they are.
    """
    unit, of_unit, drawn, share = plan.units
    if len(drawn) > 1:
        raise ValueError("JK1 is for a plan of one stratum: use the bootstrap.")
    if drawn[0] < 2:
        raise ValueError("one unit drawn: leaving it out leaves nobody.")
    n, start = len(of_unit), plan.weights if plan.initial is None else plan.initial
    masked = [np.where(unit == k, 0.0, start * n / (n - 1)) for k in range(n)]
    weights = np.stack([again(each) if again else each for each in masked])
    return Replicates(weights, float((1 - share[0]) * (n - 1) / n))


def bootstrap(plan: Plan, replicates: int, *, seed: int, again: Again | None = None) -> Replicates:
    """Return the replicates of Rao and Wu: in each stratum, n − 1 units drawn with replacement, weighted by n
    / (n − 1).

    With a finite population, weights move from 1 by the square root of what was not drawn. again: as in
    `jackknife`. The same seed gives the same weights. A stratum of one unit keeps its weights.
    """
    unit, of_unit, drawn, share = plan.units
    start = plan.weights if plan.initial is None else plan.initial
    rows = []
    for factors in _drawn(of_unit, drawn, share, replicates, seed):
        weights = start * factors[unit]
        rows.append(again(weights) if again else weights)
    return Replicates(np.stack(rows), 1 / replicates)


def _drawn(of_unit: Codes, drawn: Codes, share: Floats, replicates: int, seed: int) -> Iterator[Floats]:
    members = [np.flatnonzero(of_unit == stratum) for stratum in range(len(drawn))]
    random = chance.generator(seed, "bootstrap")
    for _ in range(replicates):
        factors = np.ones(len(of_unit))
        for stratum, rows in enumerate(members):
            n = len(rows)
            if n > 1:
                times = random.multinomial(n - 1, np.full(n, 1 / n))
                factors[rows] = 1 + np.sqrt(1 - share[stratum]) * (times * n / (n - 1) - 1)
        yield factors
