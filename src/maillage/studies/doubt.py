"""Where the width of an interval comes from, and what other assumptions would make of it."""

import numpy as np
from numpy.typing import NDArray

from maillage.engine import synthetic
from maillage.engine.cells import DIPLOMA_OF, N_CELLS
from maillage.engine.diplomas import BELOW_BAC
from maillage.kernel.table import total_by
from maillage.reference.parameters import bounds, number
from maillage.studies import frame as frames
from maillage.studies import needs
from maillage.studies.needs import Model, Spreads

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


def variance_shares(m: Model, rows: Positions, share: Floats) -> dict[str, float]:
    """Return the share of the variance of a territory's need that each source of doubt brings, summing to one."""
    parts = _variances(m, rows, share, m.spreads)
    whole = sum(parts.values())
    return {name: value / whole if whole else 0.0 for name, value in parts.items()}


def _variances(m: Model, rows: Positions, share: Floats, between: Spreads) -> dict[str, float]:
    """Return the variances (persons²) of the sum over areas, to first order."""
    place, outcome = m.country, m.outcomes["need"]
    frame = place.frame
    counts = outcome.counts[rows] * share[:, None]
    cells = counts.sum(axis=0, dtype=np.float64)
    people = cells[:N_CELLS] + cells[N_CELLS:]
    survey = float(np.var(m.rates.survey @ people))
    unpublished = max(float(np.var(m.rates.draws @ people)) - survey, 0.0)
    varies = synthetic.variance(counts.astype(np.float64), outcome.centre)
    overseas = frame.overseas[rows]
    by_region = total_by(place.region_of[rows], varies)
    by_epci = total_by(place.epci_of[rows], varies)
    everywhere = synthetic.variance(outcome.counts, outcome.centre.astype(np.float32))
    part = float(varies.sum()) / float(everywhere.sum())
    spread_region = np.where(
        np.isin(place.region_names[: len(by_region)], frames.OVERSEAS), between.overseas, between.region
    )
    # Recentring: what a territory shares with the whole country is not uncertain.
    region = float((spread_region**2 * by_region**2).sum()) * max(1 - part, 0.0)
    epci = between.epci**2 * float((by_epci**2).sum()) * max(1 - part, 0.0)
    noise = needs.noise(m, "need", rows)
    below = np.resize(np.isin(DIPLOMA_OF, BELOW_BAC), len(outcome.centre))
    gain = synthetic.diploma_sensitivity(
        counts.astype(np.float64), outcome.centre, below, effect=number("spreads/diploma_effect")
    )
    tied = _tied_left(noise.tied * noise.varies * share, place.commune_of, rows)
    alone = np.bincount(place.commune_of)[place.commune_of[rows]] == 1
    return {
        "enquete": survey,
        "non_publie": unpublished,
        "region": region + float(number("spreads/dom_gap") ** 2 * varies[overseas].sum() ** 2),
        "intercommunalite": epci,
        "quartier": between.area**2 * float((varies**2).sum()),
        "recensement_et_diplomes": tied + float(((gain * frame.diploma_doubt[rows])[alone] ** 2).sum()),
        "personnes": float((varies * share).sum()),
    }


def _tied_left(spread: Floats, commune_of: Positions, rows: Positions) -> float:
    """Return the variance left by effects that vanish over whole communes, when only some areas are summed."""
    whole = np.bincount(commune_of)
    _, local = np.unique(commune_of[rows], return_inverse=True)
    here = np.bincount(local)
    complete = here == whole[np.unique(commune_of[rows])]
    return float((spread**2)[~complete[local]].sum())


def sensitivity(m: Model, rows: Positions, share: Floats) -> tuple[tuple[float, float, float, float], ...]:
    """Return, for low, central and high spreads between areas, the half-width of the interval as a share of the need."""
    outcome = m.outcomes["need"]
    expected = float((outcome.counts[rows] * share[:, None]).sum(axis=0, dtype=np.float64) @ outcome.centre)
    lows, highs = ([bounds(f"spreads/{name}")[end] for name in ("region", "epci", "area")] for end in (0, 1))
    middle = [m.spreads.region, m.spreads.epci, m.spreads.area]
    out = []
    for region, epci, area in (lows, middle, highs):
        spread = Spreads(region=region, epci=epci, area=area, overseas=m.spreads.overseas)
        variance = sum(_variances(m, rows, share, spread).values())
        out.append((region, epci, area, 1.645 * float(np.sqrt(variance)) / expected if expected else 0.0))
    return tuple(out)
