"""The currency of the house: a figure that never travels alone."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Unit = Literal["personnes", "pourcent"]

LOW, HIGH = 5.0, 95.0  # centiles of a 90 % interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its interval (same unit), who is counted, the observations behind it, its method and
    sources.

    value, low, high: unrounded; low and high bound a 90 % interval.
    n: persons observed: respondents of the survey behind the figure, or residents counted by the census.
    counted: what is read besides them, by name (communes, quartiers).
    method: slug of a page of docs/methods.

    >>> Estimate(value=10.0, low=8.0, high=13.0, unit="personnes", universe="15 ans et plus", n=100,
    ...          method="besoins", sources=()).half_width
    2.5
    """

    value: float
    low: float
    high: float
    unit: Unit
    universe: str
    n: int
    method: str
    sources: tuple[str, ...] = ()
    counted: tuple[tuple[str, int], ...] = ()

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    @property
    def is_loose(self) -> bool:
        """A half-width over a third of the value: pages then show the range alone."""
        return self.half_width > abs(self.value) / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A figure that is not shown, with the reason: another type, so that nobody reads its value by
    mistake.
    """

    reason: str
    unit: Unit
    universe: str
    n: int
    method: str
    sources: tuple[str, ...] = ()
    counted: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing(Withheld):
    """A figure that no source gives, with the reason: shown as missing, never as zero."""


Figure = Estimate | Withheld


def centiles(draws: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (rows,) the 5th and 95th centiles of each row of draws, interpolated between order statistics.

    >>> low, high = centiles(np.arange(101.0)[None])
    >>> float(low[0]), float(high[0])
    (5.0, 95.0)
    """
    at = np.array([LOW, HIGH]) / 100 * (draws.shape[1] - 1)
    below = np.floor(at).astype(np.int64)
    above = np.minimum(below + 1, draws.shape[1] - 1)
    ordered = np.sort(draws, axis=1)  # a third of the time of a partition around four ranks
    part = at - below
    values = ordered[:, below].astype(np.float64) * (1 - part) + ordered[:, above].astype(np.float64) * part
    return values[:, 0], values[:, 1]


def from_draws(
    draws: NDArray[np.floating],
    *,
    unit: Unit,
    universe: str,
    n: int,
    method: str,
    sources: tuple[str, ...] = (),
    counted: tuple[tuple[str, int], ...] = (),
) -> Estimate:
    """Return the estimate that these draws describe.

    draws: (draws,) in the unit of the estimate. The value is their mean, not their median, because only means
    add up over zones; the bounds are the 5th and 95th centiles.
    """
    low, high = centiles(np.asarray(draws, dtype=np.float64)[None])
    return Estimate(
        value=float(np.mean(draws, dtype=np.float64)),
        low=float(low[0]),
        high=float(high[0]),
        unit=unit,
        universe=universe,
        n=n,
        method=method,
        sources=sources,
        counted=counted,
    )
