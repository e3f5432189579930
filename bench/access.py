"""Offer shared by floating catchments over a whole country, beside PySAL's `access`: same values, checked
first.
"""

import numpy as np
from numpy.typing import NDArray

from bench.timing import Measure, seconds
from maillage.statistics.engine import reach

Floats = NDArray[np.float64]

ZONES, PLACES, TOWNS = 49_000, 30_000, 400
TRIAL = {"n_zones": 1_500, "n_places": 900}
RADIUS = 10_000.0
WEIGHTS = {3_000.0: 1.0, 6_000.0: 0.68, 10_000.0: 0.22}


def country(n_zones: int, n_places: int) -> tuple[Floats, Floats]:
    """Return points of zones and places, gathered in towns as people are."""
    chance = np.random.default_rng(1)
    towns = chance.uniform((-4, 42.5), (8, 51), (TOWNS, 2))
    sizes = chance.pareto(1.1, TOWNS) + 0.2

    def some(n: int) -> Floats:
        at = chance.choice(TOWNS, n, p=sizes / sizes.sum())
        return np.asarray(towns[at] + chance.normal(0, 0.12, (n, 2)))

    return some(n_zones), some(n_places)


def measures(*, n_zones: int = ZONES, n_places: int = PLACES) -> list[Measure]:
    """Return the national measures; `access` gets the pairs ready, as it asks, and answers the same."""
    import pandas as pd
    from access import weights
    from access.fca import two_stage_fca

    zones, places = country(n_zones, n_places)
    demand = np.random.default_rng(2).integers(10, 3_000, n_zones).astype(np.float64)
    capacity = np.random.default_rng(3).integers(1, 20, n_places).astype(np.float64)
    near = reach.pairs(zones, places, RADIUS)
    rows = np.repeat(np.arange(n_zones), np.diff(near.indptr))
    cost = pd.DataFrame({"origin": rows, "dest": near.indices, "cost": near.data})
    people = pd.DataFrame({"demand": demand}, index=pd.RangeIndex(n_zones, name="geoid"))
    offer = pd.DataFrame({"supply": capacity}, index=pd.RangeIndex(n_places, name="geoid"))
    peer_results: dict[str, pd.Series] = {}

    def run_peer() -> None:
        peer_results["access"] = two_stage_fca(
            people,
            offer,
            cost,
            RADIUS,
            supply_name="supply",
            demand_index=True,
            weight_fn=weights.step_fn(WEIGHTS),
        )

    reference = seconds(run_peer)
    engine_access = reach.floating(demand, capacity, near, RADIUS, WEIGHTS)
    wanted = peer_results["access"].reindex(range(n_zones)).fillna(0).to_numpy()
    if not np.allclose(engine_access, wanted, rtol=1e-9, atol=0):
        raise AssertionError("access and the engine differ: they do not do the same work.")
    took = seconds(lambda: reach.floating(demand, capacity, near, RADIUS, WEIGHTS), times=3)
    return [
        Measure(
            "accès partagé (E2SFCA), tout le pays",
            took,
            "access (PySAL), mêmes distances, mêmes valeurs",
            reference,
            f"{n_zones} zones × {n_places} lieux, {near.nnz / 1e6:.1f} millions de couples à moins de"
            f" {RADIUS / 1000:.0f} km",
        )
    ]
