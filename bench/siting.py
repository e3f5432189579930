"""The best sites, proved best, beside `spopt` and its default solver; then the whole country, with its
gap.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from bench.access import PLACES, ZONES, country
from bench.timing import Measure, seconds
from maillage.engine import reach, siting

Floats = NDArray[np.float64]

RADIUS = 5_000.0
NATIONAL, PATIENCE = 200, 60
DEPARTEMENTS = {"petit": (1_000, 300, 10), "grand": (3_000, 1_000, 20)}


TRIAL = {"departements": {"petit": (60, 20, 3)}, "n_zones": 1_000, "n_sites": 400, "n": 10, "patience": 5}


def measures(
    *,
    departements: Mapping[str, tuple[int, int, int]] = DEPARTEMENTS,
    n_zones: int = ZONES,
    n_sites: int = PLACES,
    n: int = NATIONAL,
    patience: int = PATIENCE,
) -> Iterator[Measure]:
    """Yield each département, then the country; patience: seconds that the whole programme is left for."""
    for name, sizes in departements.items():
        yield departement(name, *sizes)
    yield national(n_zones, n_sites, n, patience)


def departement(name: str, n_zones: int, n_sites: int, n: int) -> Measure:
    """Return one département beside `spopt`, which must find the same optimum."""
    import pulp
    from spopt.locate import MCLP

    chance = np.random.default_rng(3)
    zones, sites = (chance.uniform((5, 45), (5.9, 45.9), (size, 2)) for size in (n_zones, n_sites))
    demand = chance.integers(1, 1_000, n_zones).astype(np.float64)
    every = reach.pairs(zones, sites, 200_000).toarray()
    found: dict[str, float] = {}

    def theirs() -> None:
        problem = MCLP.from_cost_matrix(every, demand[:, None], RADIUS, n).solve(pulp.PULP_CBC_CMD(msg=False))
        found["theirs"] = float(problem.problem.objective.value())

    def ours() -> None:
        answer = siting.best_sites(demand, reach.pairs(zones, sites, RADIUS), n)
        if not answer.exact:
            raise AssertionError("the answer is not proved best.")
        found["ours"] = answer.covered

    reference, took = seconds(theirs), seconds(ours, times=3)
    if abs(found["ours"] - found["theirs"]) > 1e-6 * found["theirs"]:
        raise AssertionError(f"spopt and the engine differ: {found}.")
    return Measure(
        f"{n} meilleurs sites d’un {name} département, preuve comprise",
        took,
        "spopt et son solveur, même optimum",
        reference,
        f"{n_zones} zones × {n_sites} sites",
    )


def national(n_zones: int, n_sites: int, n: int, patience: int) -> Measure:
    """Return the whole country with its gap, beside the same programme given whole to the solver, stopped
    in time.
    """
    zones, places = country(n_zones, n_sites)
    demand = np.random.default_rng(2).integers(10, 3_000, n_zones).astype(np.float64)
    covers = reach.pairs(zones, places, RADIUS)
    links = covers.copy()
    links.data[:] = 1.0
    found: dict[str, float] = {}

    def whole() -> None:
        taken, rows = (
            np.append(np.ones(n_sites), np.zeros(n_zones)),
            sparse.hstack((links, -sparse.eye_array(n_zones))),
        )
        answer = milp(
            -np.append(np.zeros(n_sites), demand),
            constraints=[LinearConstraint(rows, lb=0), LinearConstraint(taken[None], ub=n)],
            bounds=Bounds(0, 1),
            integrality=taken,
            options={"time_limit": patience},
        )
        chosen = np.zeros(n_sites) if answer.x is None else np.round(answer.x[:n_sites])
        found["whole"] = float(demand[links @ chosen > 0].sum())

    def ours() -> None:
        answer = siting.best_sites(demand, covers, n)
        found["ours"], found["gap"] = answer.covered, answer.gap

    reference, took = seconds(whole), seconds(ours)
    quick = siting.greedy(demand, covers, n)
    reached = 100 * found["whole"] / found["ours"]
    return Measure(
        f"{n} sites dans tout le pays, à {100 * found['gap']:.1f} % au plus du mieux possible",
        took,
        f"programme entier donné à HiGHS, arrêté à {patience} s : {reached:.0f} % de nos personnes couvertes",
        reference,
        f"{n_zones} zones × {n_sites} sites, {covers.nnz / 1e6:.1f} millions de couples ; choix glouton : à"
        f" {100 * quick.gap:.1f} % au plus",
    )
