"""The best sites, proved best, beside `spopt` and its default solver; then all of France and a made country,
with their gap.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from bench.access import PLACES, ZONES, country
from bench.timing import Measure, seconds
from maillage.kernel.later import Matrix
from maillage.sources import contours, rp2021
from maillage.statistics.engine import reach, siting
from maillage.statistics.offer.areas import dwellings
from maillage.statistics.zones.centres import centres

Floats = NDArray[np.float64]

RADIUS = 5_000.0
NATIONAL, PATIENCE = 200, 60
DEPARTEMENTS = {"petit": (1_000, 300, 10), "grand": (3_000, 1_000, 20)}


TRIAL = {
    "departements": {"petit": (60, 20, 3)},
    "n_zones": 1_000,
    "n_sites": 400,
    "n": 10,
    "patience": 5,
    "inside": "38",
}


def measures(
    *,
    departements: Mapping[str, tuple[int, int, int]] = DEPARTEMENTS,
    n_zones: int = ZONES,
    n_sites: int = PLACES,
    n: int = NATIONAL,
    patience: int = PATIENCE,
    inside: str = "",
) -> Iterator[Measure]:
    """Yield each département, then France and a made country.

    patience: seconds that the whole programme is left for. inside: the only département of France that is
    taken, all of them by default.
    """
    for name, sizes in departements.items():
        yield departement(name, *sizes)
    where = f"le département {inside}" if inside else "toute la France"
    yield national(where, *france(inside), n, patience)
    zones, places = country(n_zones, n_sites)
    demand = np.random.default_rng(2).integers(10, 3_000, n_zones).astype(np.float64)
    yield national("un pays simulé", demand, reach.pairs(zones, places, RADIUS), n, patience)


def france(inside: str = "") -> tuple[Floats, Matrix]:
    """Return the residents of each point where they may live, as the product spreads them over the contour
    of their commune, and the centres of communes that reach it.
    """
    iris = rp2021.iris()
    in_department = iris["departement"] == inside if inside else np.ones(len(iris["iris"]), dtype=bool)
    names, at = np.unique(iris["published"][in_department], return_inverse=True)
    people = np.bincount(at, iris["pop"][in_department])
    shapes, middles = contours.communes(names.tolist()), centres(names.tolist())
    drawn = np.array([name in shapes for name in names.tolist()])
    names, people = names[drawn], people[drawn]
    points, of, _ = dwellings([shapes[name] for name in names.tolist()])
    spots = np.array([(middles[name].lon, middles[name].lat) for name in names.tolist()])
    return people[of] / np.bincount(of)[of], reach.pairs(points, spots, RADIUS)


def merged(demand: Floats, covers: Matrix) -> tuple[Floats, Matrix]:
    """Return the points that the same candidates reach as one: the solver is given no more than it needs."""
    alike: defaultdict[bytes, list[int]] = defaultdict(list)
    for row, (a, b) in enumerate(zip(covers.indptr[:-1].tolist(), covers.indptr[1:].tolist(), strict=True)):
        if b > a:
            alike[covers.indices[a:b].tobytes()].append(row)
    links = covers[[rows[0] for rows in alike.values()]]
    links.data[:] = 1.0
    return np.array([demand[rows].sum() for rows in alike.values()]), links


def departement(name: str, n_zones: int, n_sites: int, n: int) -> Measure:
    """Return one département beside `spopt`, which must find the same optimum."""
    import pulp
    from spopt.locate import MCLP

    chance = np.random.default_rng(3)
    zones, sites = (chance.uniform((5, 45), (5.9, 45.9), (size, 2)) for size in (n_zones, n_sites))
    demand = chance.integers(1, 1_000, n_zones).astype(np.float64)
    every = reach.pairs(zones, sites, 200_000).toarray()
    objective_by_solver: dict[str, float] = {}

    def run_peer() -> None:
        problem = MCLP.from_cost_matrix(every, demand[:, None], RADIUS, n).solve(pulp.PULP_CBC_CMD(msg=False))
        objective_by_solver["theirs"] = float(problem.problem.objective.value())

    def run_engine() -> None:
        answer = siting.best_sites(demand, reach.pairs(zones, sites, RADIUS), n)
        if not answer.exact:
            raise AssertionError("the answer is not proved best.")
        objective_by_solver["ours"] = answer.covered

    reference, took = seconds(run_peer), seconds(run_engine, times=3)
    if (
        abs(objective_by_solver["ours"] - objective_by_solver["theirs"])
        > 1e-6 * objective_by_solver["theirs"]
    ):
        raise AssertionError(f"spopt and the engine differ: {objective_by_solver}.")
    return Measure(
        f"{n} meilleurs sites d’un {name} département, preuve comprise",
        took,
        "spopt et son solveur, même optimum",
        reference,
        f"{n_zones} zones × {n_sites} sites",
    )


def national(name: str, demand: Floats, covers: Matrix, n: int, patience: int) -> Measure:
    """Return a whole country with its gap, beside the same programme given whole to the solver, stopped in
    time.
    """
    weight, links = merged(demand, covers)
    n_zones, n_sites = links.shape
    objective_by_solver: dict[str, float] = {}

    def solve_exactly() -> None:
        taken, rows = (
            np.append(np.ones(n_sites), np.zeros(n_zones)),
            sparse.hstack((links, -sparse.eye_array(n_zones))),
        )
        answer = milp(
            -np.append(np.zeros(n_sites), weight),
            constraints=[LinearConstraint(rows, lb=0), LinearConstraint(taken[None], ub=n)],
            bounds=Bounds(0, 1),
            integrality=taken,
            options={"time_limit": patience},
        )
        chosen = np.zeros(n_sites) if answer.x is None else np.round(answer.x[:n_sites])
        objective_by_solver["whole"] = float(weight[links @ chosen > 0].sum())

    def run_engine() -> None:
        answer = siting.best_sites(demand, covers, n)
        objective_by_solver["ours"], objective_by_solver["gap"] = answer.covered, answer.gap

    reference, took = seconds(solve_exactly), seconds(run_engine)
    quick = siting.greedy(demand, covers, n)
    reached = 100 * objective_by_solver["whole"] / objective_by_solver["ours"]
    return Measure(
        f"{n} sites dans {name}, à {100 * objective_by_solver['gap']:.2f} % au plus du mieux possible",
        took,
        f"programme entier donné à HiGHS, arrêté à {patience} s : {reached:.0f} % de nos personnes couvertes",
        reference,
        f"{covers.shape[0]} zones × {n_sites} sites, {covers.nnz / 1e6:.1f} millions de couples ; choix"
        f" glouton : à {100 * quick.gap:.1f} % au plus",
    )
