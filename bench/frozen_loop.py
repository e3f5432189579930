"""The loop that the national estimate is compared with, frozen on 30 November 2026: it imports nothing of
Maillage, so that no gain of ours makes it faster. Change nothing here: a ratio is read from one year to the
next.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST, EDGE = 1.0, 1e-6


@dataclass(frozen=True, slots=True)
class Inputs:
    """Arrays that the loop reads. counts: (areas, cells) persons; centre: (cells,); rates, rural:
    (draws, cells); is_below: (cells,); doubt: (areas,); sampled, alone, is_rural: (areas,); region,
    departement, epci: (places, draws) effects on the logit, region_of, departement_of, epci_of: (areas,)
    the place of each area; variances: (areas,) of these effects; recentre: (draws,).
    """

    counts: NDArray[np.float32]
    centre: Floats
    rates: Floats
    rural: Floats
    is_below: NDArray[np.bool_]
    doubt: Floats
    sampled: NDArray[np.bool_]
    alone: NDArray[np.bool_]
    is_rural: NDArray[np.bool_]
    region: Floats
    departement: Floats
    epci: Floats
    region_of: NDArray[np.int64]
    departement_of: NDArray[np.int64]
    epci_of: NDArray[np.int64]
    variances: Floats
    recentre: Floats
    effect: float
    design: float
    area: float


def loop(inputs: Inputs, rows: NDArray[np.int64]) -> Floats:
    """Return (rows, 3) value, low and high of each area, computed as one would for a single area."""
    out = np.empty((len(rows), 3))
    n_draws, p = len(inputs.recentre), inputs.centre
    for k, row in enumerate(rows.tolist()):
        chance = np.random.default_rng(row)
        counts = inputs.counts[row].astype(np.float64)
        size = counts.sum()
        free, tied, response = _noise(inputs, row, counts)
        moves = inputs.region[inputs.region_of[row]] + inputs.departement[inputs.departement_of[row]]
        moves = moves + inputs.epci[inputs.epci_of[row]] - inputs.recentre
        moves = moves + free * chance.standard_normal(n_draws) + tied * chance.standard_normal(n_draws)
        expected = (inputs.rural if inputs.is_rural[row] else inputs.rates) @ counts
        r = np.clip(expected / max(size, 1.0), EDGE, 1 - EDGE)
        variance = inputs.variances[row] + free**2 + tied**2
        x = np.log(r / (1 - r)) + response * moves - 0.5 * response**2 * variance * (1 - 2 * r)
        people = size / (1 + np.exp(-x))
        out[k] = people.mean(), *np.percentile(people, (5, 95))
    assert len(p) == inputs.counts.shape[1]
    return out


def _noise(inputs: Inputs, row: int, counts: Floats) -> tuple[float, float, float]:
    """Return the two standard deviations of an area on the logit, and how far its rate answers."""
    p, below = inputs.centre, inputs.is_below
    size, expected = float(counts.sum()), float(counts @ p)
    varies = float(counts @ (p * (1 - p)))
    least = max(varies, LEAST)
    low = float(counts @ below)
    high = size - low
    rate_low = counts @ (p * below) / low if low > 0 else 0.0
    rate_high = counts @ (p * ~below) / high if high > 0 else 0.0
    share = low / size if size > 0 else 0.0
    gain = inputs.effect * size * share * (1 - share) * (rate_low - rate_high)
    imputed = gain * inputs.doubt[row] / least
    sampled = inputs.design * (counts @ p**2) / least**2 if inputs.sampled[row] else 0.0
    effect = np.sqrt(inputs.area**2 + (imputed**2 if inputs.alone[row] else 0.0))
    free = np.hypot(effect, 1 / np.sqrt(least))
    tied = 0.0 if inputs.alone[row] else np.sqrt(imputed**2 + sampled)
    r = np.clip(expected / size if size > 0 else 0.5, EDGE, 1 - EDGE)
    binomial = size * r * (1 - r)
    response = np.clip(varies / binomial if binomial > 0 else 1.0, 0.0, 1.0)
    return float(free), float(tied), float(response)
