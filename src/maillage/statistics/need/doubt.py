"""The sources of an interval's width, and its change under other assumptions."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import total_by
from maillage.reference.parameters import bounds, number
from maillage.statistics.engine import synthetic
from maillage.statistics.engine.cells import DIPLOMA_OF, N_CELLS
from maillage.statistics.engine.diplomas import BELOW_BAC
from maillage.statistics.need import population as frames
from maillage.statistics.need.model import Model, Spreads

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


def variance_shares(m: Model, rows: Positions, share: Floats) -> dict[str, float]:
    """Return the share of the variance of a territory's need that each source of doubt brings, summing to
    one.
    """
    parts = _variances(m, rows, share, m.spreads)
    total = sum(parts.values())
    return {name: value / total if total else 0.0 for name, value in parts.items()}


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
    by_departement = total_by(place.departement_of[rows], varies)
    by_epci = total_by(place.epci_of[rows], varies, place.n_epci)
    crossed = total_by(
        place.epci_of[rows], counts @ (outcome.centre * (1 - outcome.centre) * outcome.cross), place.n_epci
    )
    everywhere = synthetic.variance(outcome.counts, outcome.centre.astype(np.float32))
    part = float(varies.sum()) / float(everywhere.sum())
    away = np.isin(place.region_names[: len(by_region)], frames.OVERSEAS)
    # What is known of régions narrows their effect; another assumption widens or narrows it as much.
    known = m.places.variances[0][: len(by_region)] * (between.region / max(m.spreads.region, 1e-9)) ** 2
    spread_region = np.where(away, between.overseas**2, known)
    # Recentring: what a territory shares with the whole country is not uncertain.
    shared = max(1 - part, 0.0)
    region = float((spread_region * by_region**2).sum()) * shared
    departement = between.departement**2 * float((by_departement**2).sum()) * shared
    near = place.likeness.T @ by_epci
    epci = between.epci**2 * float((by_epci**2).sum()) + between.near**2 * float((near**2).sum())
    epci = (epci + between.cross**2 * float((crossed**2).sum())) * shared
    small = place.rural[rows]
    inside = counts[small].sum(axis=0, dtype=np.float64)
    rural = float(np.var((outcome.rural.astype(np.float64) - outcome.rates) @ inside)) * shared
    noise = m.noise("need", rows)
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
        "departement": departement,
        "intercommunalite": epci,
        "rural": rural,
        "quartier": between.area**2 * float((varies**2).sum()),
        "recensement_et_diplomes": tied + float(((gain * frame.diploma_doubt[rows])[alone] ** 2).sum()),
        "personnes": float((varies * share).sum()),
    }


def _tied_left(spread: Floats, commune_of: Positions, rows: Positions) -> float:
    """Return the variance left by effects that vanish over whole communes, when only some areas are
    summed.
    """
    n_areas = np.bincount(commune_of)
    _, local = np.unique(commune_of[rows], return_inverse=True)
    n_selected = np.bincount(local)
    complete = n_selected == n_areas[np.unique(commune_of[rows])]
    return float((spread**2)[~complete[local]].sum())


Case = tuple[float, float, float, float, float]  # spreads of région, département, EPCI, area; half-width


def sensitivity(m: Model, rows: Positions, share: Floats) -> tuple[Case, ...]:
    """Return, for low, central and high spreads (région, département, EPCI, area), the half-width of the
    interval as a share of the need.

    Overseas, what sets a région apart is a spread of its own: it varies too, and stands for that of régions
    where most of the people live overseas.
    """
    outcome = m.outcomes["need"]
    expected = float((outcome.counts[rows] * share[:, None]).sum(axis=0, dtype=np.float64) @ outcome.centre)
    ids = {name: name for name in ("region", "departement", "epci", "area")} | {"overseas": "dom"}
    lows, highs = ({name: bounds(f"spreads/{id}")[end] for name, id in ids.items()} for end in (0, 1))
    middle = {name: getattr(m.spreads, name) for name in ids}
    people = m.country.frame.universe[rows] * share
    abroad = float(people[m.country.frame.overseas[rows]].sum()) * 2 > float(people.sum())
    out: list[Case] = []
    for changed_spreads in (lows, middle, highs):
        variance = sum(_variances(m, rows, share, replace(m.spreads, **changed_spreads)).values())
        half = 1.645 * float(np.sqrt(variance)) / expected if expected else 0.0
        region = changed_spreads["overseas" if abroad else "region"]
        out.append(
            (region, changed_spreads["departement"], changed_spreads["epci"], changed_spreads["area"], half)
        )
    return tuple(out)
