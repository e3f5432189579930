"""The social index: how far each zone is from the mean of the zones, over several variables."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GAP_LOW, GAP_HIGH = -1.0, 1.5  # a gap is clipped there: one institution must not carry the whole index
NO_SPREAD = 1e-9  # a variable equal everywhere, up to the rounding of its mean: it tells no zone from another


@dataclass(frozen=True, slots=True)
class Index:
    """means: (variables,); gaps, clipped: (zones, variables); index, standard: (zones,).

    gaps are signed: positive = more precarious; clipped: whether they were. `standard` is the check that
    divides gaps by their spread; nan where withheld.
    """

    means: Floats
    gaps: Floats
    clipped: NDArray[np.bool_]
    index: Floats
    standard: Floats


def build(values: Floats, sign: Floats, weight: Floats) -> Index:
    """Return the index of each zone: the weighted mean of its signed gaps, withheld under half of the
    variables.

    values: (zones, variables), nan where missing; sign: (variables,) 1 when a high value means precarity,
    else -1; weight: (variables,) not negative. gap = sign × (value - mean of zones) / mean of zones, the mean
    being simple: a zone counts once whatever its size. One zone alone has no gap: every index is nan.
    Source: docs/methods/indice-social.md
    """
    zones, variables = values.shape
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    means = np.divide(
        np.where(known, values, 0).sum(axis=0), count, out=np.full(variables, np.nan), where=count > 0
    )
    usable = (means > 0) & (count > 1) & (zones > 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        raw = np.where(usable, sign * (values - means) / means, np.nan)
    gaps = np.clip(raw, GAP_LOW, GAP_HIGH)
    spread = np.sqrt(np.nanmean(np.where(usable, gaps, 0.0) ** 2, axis=0)) if zones else np.zeros(variables)
    differs = usable & (spread > NO_SPREAD)
    standard = np.divide(gaps, spread, out=np.full_like(gaps, np.nan), where=differs)
    return Index(
        means=means,
        gaps=gaps,
        clipped=~np.isnan(raw) & (raw != gaps),
        index=_mean(gaps, weight, usable),
        standard=_mean(standard, weight, differs),
    )


def _mean(gaps: Floats, weight: Floats, usable: NDArray[np.bool_]) -> Floats:
    known = ~np.isnan(gaps) & (weight > 0)
    total = np.where(known, gaps * weight, 0).sum(axis=1)
    base = (known * weight).sum(axis=1)
    wanted = ((weight > 0) & usable).sum()
    enough = (known.sum(axis=1) * 2 >= wanted) & (base > 0)
    return np.asarray(np.divide(total, base, out=np.full(len(gaps), np.nan), where=enough))
