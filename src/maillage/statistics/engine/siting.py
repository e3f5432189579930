"""Sites to open: the few within reach of the most people, and how far from the best the answer may be."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, sparse
from maillage.kernel.table import total_by
from maillage.statistics.engine.chance import generator

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

ROUNDS = 400  # of the bound by multipliers, at most
FINER_ROUNDS = 800  # more, where the solver is of no help
MOST_LINKS = 100_000  # between areas and candidates still undecided: beyond, a minute of solver finds nothing
PATIENCE = 20  # rounds without a better bound before smaller steps, from the best payments
INERTIA = 0.9  # what a step keeps of the course of those before
LEAST_GAIN = 1e-7  # share of a bound under which a better one is not worth waiting for
SMALLEST_STEP = 1e-5
STEPS_BY_SITE, STEPS_BY_CANDIDATE = 4_000, 30  # of annealing, at most
STEPS_TOGETHER = 10_000  # whose chance is drawn at once
HOTTEST, COLDEST = 0.017, 0.0025  # loss accepted once in three, as a share of what a site covers
JUMPS = 0.02  # share of moves next to another site
CLOSE = 1e-9  # share under which two sums of persons are the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """An answer, and how good it is.

    chosen: positions of the sites, the one that adds most first; those that add nothing are left out, so
    there may be fewer than requested. covered: demand within reach of those and of the fixed ones. bound: the
    most that any choice can cover. gap: share of the bound that a better choice might still add. exact: the
    gap is proved to be zero. seconds: what the solver says it took, 0 when none was needed.
    """

    chosen: tuple[int, ...]
    covered: float
    bound: float
    gap: float
    exact: bool
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Problem:
    """The part of a siting problem still to decide: areas with demand that nothing fixed covers, merged when
    the same candidates reach them.

    covers: (areas, candidates); by_site: its transpose; secured: demand that the fixed sites cover already.
    """

    demand: Floats
    covers: Matrix
    by_site: Matrix
    secured: float


def best_sites(
    demand: Floats, covers: Matrix, n: int, *, fixed: tuple[int, ...] = (), seconds: float = 60.0
) -> Sites:
    """Return the n candidates that, with the fixed ones, bring the most demand within reach.

    demand: (areas,) persons, none negative. covers: (areas, candidates), an entry where a candidate reaches
    an area. fixed: candidates open whatever happens, not counted in n. The choice is proved best unless the
    solver's `seconds` run out, or the problem is too large for it; it is then the best found, no worse than
    the greedy one, with its gap.
    """
    problem = _problem(demand, covers, fixed)
    known = _approached(problem, n)
    for finer in (False, True):
        if finer:
            known = _refined(problem, known, n)
        if (first := _ordered(problem, known.chosen, n, known.bound)).exact:
            return first
        # Only candidates that might still belong to a better choice go to the solver: often a few out of
        # thousands.
        open_candidates, sure = _undecided(problem, known, n)
        if (
            len(sure) > n or len(open_candidates) < n
        ):  # nothing separates what is known from its bound but rounding: it is the best
            return _ordered(problem, known.chosen, n, known.covered)
        reduced = _problem(
            problem.demand,
            problem.covers[:, open_candidates],
            tuple(np.searchsorted(open_candidates, sure).tolist()),
        )
        if reduced.covers.nnz <= MOST_LINKS:
            break
    else:
        return first
    better, bound, took = _solve(reduced, _greedy(reduced, n - len(sure))[0], n - len(sure), seconds)
    proposed = (*sure.tolist(), *open_candidates[list(better)].tolist())
    bound = min(known.bound, max(bound + reduced.secured, known.covered))
    best = proposed if _covered(problem, proposed) > known.covered else known.chosen
    return _ordered(problem, best, n, bound, took)


def greedy(demand: Floats, covers: Matrix, n: int, *, fixed: tuple[int, ...] = ()) -> Sites:
    """Return n candidates taken one after the other, then swapped one for one while that adds: fast, with a
    known gap.

    Same arguments as `best_sites`. The bound is the lowest of two proven ones: after each choice, what is
    covered plus the n largest additions still possible; and that from Lagrange multipliers, close to the
    linear relaxation.
    """
    problem = _problem(demand, covers, fixed)
    known = _approached(problem, n)
    return _ordered(problem, known.chosen, n, known.bound)


def _problem(demand: Floats, covers: Matrix, fixed: tuple[int, ...]) -> _Problem:
    reached = sparse.csr_array(covers, copy=True)
    reached.data = np.ones(len(reached.data))
    taken = np.zeros(reached.shape[1])
    taken[list(fixed)] = 1.0
    done = (reached @ taken) > 0
    open_areas = np.flatnonzero(~done & (demand > 0) & (np.diff(reached.indptr) > 0))
    remaining = reached[open_areas]
    remaining.sort_indices()
    group_by_row: dict[bytes, int] = {}
    starts = remaining.indptr.tolist()
    group = np.array(
        [
            group_by_row.setdefault(remaining.indices[a:b].tobytes(), len(group_by_row))
            for a, b in pairwise(starts)
        ],
        dtype=np.int64,
    )
    firsts = np.unique(group, return_index=True)[1]
    merged = remaining[firsts]
    return _Problem(
        total_by(group, demand[open_areas], len(firsts)), merged, merged.T.tocsr(), float(demand[done].sum())
    )


def _greedy(problem: _Problem, n: int, among: Positions | None = None) -> tuple[tuple[int, ...], float]:
    """Return the choice made site by site, and a bound on any choice of n."""
    demand = problem.demand.copy()
    gains = problem.by_site @ demand
    allowed = np.zeros(len(gains), dtype=bool)
    allowed[slice(None) if among is None else among] = True
    chosen: list[int] = []
    covered, bound = 0.0, float("inf")
    while True:
        bound = min(bound, covered + _largest(gains, n))
        if len(chosen) == n or not allowed.any():
            break
        site = int(np.argmax(np.where(allowed, gains, -1.0)))
        if gains[site] <= CLOSE * max(bound, 1.0):  # what sums of rounded numbers leave behind
            break
        chosen.append(site)
        covered += gains[site]
        rows = problem.by_site.indices[problem.by_site.indptr[site] : problem.by_site.indptr[site + 1]]
        rows = rows[demand[rows] > 0]
        gains = gains - problem.covers[rows].T @ demand[rows]
        demand[rows] = 0.0
    return tuple(chosen), min(bound, float(problem.demand.sum()))


def _exchanged(problem: _Problem, chosen: tuple[int, ...]) -> tuple[int, ...]:
    """Return the choice improved by swapping one of its sites for another for as long as that adds."""
    sites, demand, covers = list(chosen), problem.demand, problem.covers
    starts, areas = problem.by_site.indptr, problem.by_site.indices
    taken = np.zeros(covers.shape[1])
    taken[sites] = 1.0
    times = covers @ taken
    gains = problem.by_site @ np.where(times > 0, 0.0, demand)
    least, better = CLOSE * max(float(demand.sum()), 1.0), True
    while better:
        better = False
        for k, site in enumerate(sites):
            near = areas[starts[site] : starts[site + 1]]
            alone = near[times[near] == 1]
            without = gains + covers[alone].T @ demand[alone]
            best = int(np.argmax(without))
            if without[best] <= without[site] + least:
                continue
            times[near] -= 1
            new = areas[starts[best] : starts[best + 1]]
            gains = without - covers[new[times[new] == 0]].T @ demand[new[times[new] == 0]]
            times[new] += 1
            sites[k], better = best, True
    return tuple(sites)


def _largest(values: Floats, n: int) -> float:
    if n >= len(values):
        return float(values.sum())
    return float(np.partition(values, len(values) - n)[len(values) - n :].sum()) if n else 0.0


def _covered(problem: _Problem, chosen: tuple[int, ...]) -> float:
    taken = np.zeros(problem.covers.shape[1])
    taken[list(chosen)] = 1.0
    return float(problem.demand[(problem.covers @ taken) > 0].sum())


@dataclass(frozen=True, slots=True)
class _Known:
    """The best choice so far and what it covers, a bound on any choice of n, and the payments that prove the
    bound.
    """

    chosen: tuple[int, ...]
    covered: float
    bound: float
    payment: Floats


def _approached(problem: _Problem, n: int) -> _Known:
    """Return the greedy choice improved by swaps, then improved and bounded by multipliers."""
    chosen, bound = _greedy(problem, n)
    chosen = _exchanged(problem, chosen)
    start = _Known(chosen, _covered(problem, chosen), bound, problem.demand)
    return _multiplied(problem, start, n, ROUNDS)


def _refined(problem: _Problem, known: _Known, n: int) -> _Known:
    """Return a better choice (annealed) and a tighter bound for a problem too large for the solver."""
    chosen = _exchanged(problem, _annealed(problem, known.chosen))
    covered = _covered(problem, chosen)
    if covered > known.covered:
        known = replace(known, chosen=chosen, covered=covered)
    return _multiplied(problem, known, n, FINER_ROUNDS)


def _multiplied(problem: _Problem, known: _Known, n: int, rounds: int) -> _Known:
    """Return the choice improved and bounded by multipliers, from the payments known.

    Each area pays at most its demand for being reached. Whatever the payments, no choice covers more than
    what areas keep plus the n largest sums that sites collect. Subgradient steps look for the payments with
    the tightest bound, and each step proposes the n sites that collect most. A step is a share, 1 at first,
    of the one that would close the gap were the bound a plane. Its course is mostly that of the steps before
    (Camerini, Fratta and Maffioli, 1975): alone, a subgradient goes from one side of the valley to the other,
    and its bound of a real country stops ten times farther from the best.
    """
    chosen, covered, bound = known.chosen, known.covered, known.bound
    payment = best_payment = known.payment
    lowest, stale, step = float("inf"), 0, 1.0
    course: Floats | None = None
    for _ in range(rounds):
        sums = problem.by_site @ payment
        if n >= len(sums) or bound - covered <= CLOSE * bound:
            break
        best = np.argpartition(-sums, n - 1)[:n]
        value = float((problem.demand - payment).sum() + sums[best].sum())
        stale = 0 if value < lowest * (1 - LEAST_GAIN) else stale + 1
        if value < lowest:
            lowest, best_payment = value, payment
        bound = min(bound, value)
        if stale >= PATIENCE:
            step, stale, payment, course = step / 2, 0, best_payment, None
            if step < SMALLEST_STEP:
                break
            continue
        taken = np.zeros(len(sums))
        taken[best] = 1.0
        times = problem.covers @ taken
        reached = float(problem.demand[times > 0].sum())
        if reached > covered:
            chosen, covered = tuple(best.tolist()), reached
        course = times - 1.0 if course is None else INERTIA * course + (1 - INERTIA) * (times - 1.0)
        slope = course.copy()
        # An area that pays nothing, or all it can, goes no further that way.
        slope[((slope > 0) & (payment <= 0)) | ((slope < 0) & (payment >= problem.demand))] = 0.0
        norm = float(slope @ slope)
        if not norm:
            break
        payment = np.clip(payment - step * (value - covered) / norm * slope, 0.0, problem.demand)
    return _Known(chosen, covered, max(bound, covered), best_payment)


def _annealed(problem: _Problem, chosen: tuple[int, ...]) -> tuple[int, ...]:
    """Return the best choice met by moving sites one at a time, a worse one accepted less and less.

    A site moves to another candidate that reaches one of its areas, or, now and then, next to another site.
    Where sites stand close together, swaps alone stop at the first choice that no single move improves. The
    same problem gives the same choice.
    """
    demand = problem.demand
    areas_of, sites_of = problem.by_site.indices, problem.covers.indices
    # Plain lists: a step reads a few single positions, which numpy does several times slower.
    first_area, first_site = problem.by_site.indptr.tolist(), problem.covers.indptr.tolist()
    sites = [site for site in chosen if first_area[site + 1] > first_area[site]]
    taken = np.zeros(problem.covers.shape[1])
    taken[sites] = 1.0
    times = (problem.covers @ taken).astype(np.int32)
    covered = most = float(demand[times > 0].sum())
    best = tuple(sites)
    steps = min(STEPS_BY_SITE * len(sites), STEPS_BY_CANDIDATE * len(taken))
    if not steps or not covered:
        return best
    share = covered / len(sites)
    heat, coldest = HOTTEST * share, COLDEST * share
    cooling = (coldest / heat) ** (1 / steps)
    chance = generator(0, "siting")

    def neighbour(site: int, to_area: float, to_site: float) -> int:
        start, end = first_area[site], first_area[site + 1]
        area = areas_of[start + int(to_area * (end - start))]
        start, end = first_site[area], first_site[area + 1]
        return int(sites_of[start + int(to_site * (end - start))])

    for done in range(0, steps, STEPS_TOGETHER):
        many = min(STEPS_TOGETHER, steps - done)
        luck, patience = chance.random((many, 7)).tolist(), chance.exponential(size=many).tolist()
        for (which, jump, whose, area, near, further, last), enough in zip(luck, patience, strict=True):
            heat *= cooling
            at = int(which * len(sites))
            leaving = start = sites[at]
            if jump < JUMPS:
                start = neighbour(sites[int(whose * len(sites))], area, near)
            coming = neighbour(start, further, last)
            lost = areas_of[first_area[leaving] : first_area[leaving + 1]]
            won = areas_of[first_area[coming] : first_area[coming + 1]]
            times[lost] -= 1
            added = float(demand[won[times[won] == 0]].sum() - demand[lost[times[lost] == 0]].sum())
            if added <= -heat * enough:
                times[lost] += 1
                continue
            times[won] += 1
            sites[at] = coming
            covered += added
            if covered > most:
                most, best = covered, tuple(sites)
    return best


def _undecided(problem: _Problem, known: _Known, n: int) -> tuple[Positions, Positions]:
    """Return the candidates that could be in a choice better than the known one, and those that must be.

    Forcing in a site that collects less than the n-th lowers the bound by the difference; forcing out one
    that collects more than the next lowers it too. A site is settled when the bound falls to the known
    choice.
    """
    sums = problem.by_site @ known.payment
    value = float((problem.demand - known.payment).sum() + _largest(sums, n))
    margin = value - known.covered
    ordered = np.sort(sums)[::-1]
    candidates = np.flatnonzero(sums > ordered[n - 1] - margin)
    sure = np.flatnonzero(sums >= ordered[n] + margin)
    return candidates, sure


def _solve(
    problem: _Problem, start: tuple[int, ...], n: int, seconds: float
) -> tuple[tuple[int, ...], float, float]:
    """Return the solver's choice, its bound and the seconds it took, starting from a known choice.

    One column per site (0 or 1), one per area that several sites reach (0 to 1: the optimum is integer
    anyway); an area is covered at most as many times as sites taken near it. An area that one site reaches
    counts with that site.
    """
    import highspy

    reached = np.diff(problem.covers.indptr)
    several = np.flatnonzero(reached > 1)
    rows = problem.covers[several]
    n_sites, n_areas = problem.covers.shape[1], len(several)
    value = np.concatenate(
        (problem.by_site @ np.where(reached == 1, problem.demand, 0.0), problem.demand[several])
    )
    links = sparse.hstack((-rows, sparse.eye_array(n_areas)), format="csr")
    count = sparse.csr_array(np.concatenate((np.ones(n_sites), np.zeros(n_areas)))[None])
    matrix = sparse.vstack((links, count), format="csr")

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = matrix.shape[1], matrix.shape[0]
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = value
    model.col_lower_ = np.zeros(len(value))
    model.col_upper_ = np.ones(len(value))
    model.row_lower_ = np.full(n_areas + 1, -highspy.kHighsInf)
    model.row_upper_ = np.concatenate((np.zeros(n_areas), [float(n)]))
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    model.integrality_ = [highspy.HighsVarType.kInteger] * n_sites + [
        highspy.HighsVarType.kContinuous
    ] * n_areas

    make: Any = highspy.Highs
    solver = make()
    options = {"output_flag": False, "threads": 1, "mip_rel_gap": 0.0, "time_limit": float(seconds)}
    for name, option in options.items():
        solver.setOptionValue(name, option)
    solver.passModel(model)
    taken = np.zeros(n_sites)
    taken[list(start)] = 1.0
    known = highspy.HighsSolution()
    known.col_value = np.concatenate((taken, np.minimum(rows @ taken, 1.0))).tolist()
    solver.setSolution(known)
    solver.run()
    values = np.array(solver.getSolution().col_value[:n_sites])
    chosen = tuple(np.flatnonzero(values > 0.5).tolist()) if len(values) else start
    return chosen, float(solver.getInfo().mip_dual_bound), float(solver.getRunTime())


def _ordered(problem: _Problem, chosen: tuple[int, ...], n: int, bound: float, seconds: float = 0.0) -> Sites:
    """Return the answer, its sites ordered by what they add, without those that add nothing."""
    order = _greedy(problem, n, among=np.array(chosen, dtype=np.int64))[0]
    covered = _covered(problem, order) + problem.secured
    bound = max(bound + problem.secured, covered)
    gap = (bound - covered) / bound if bound else 0.0
    exact = gap <= CLOSE
    return Sites(
        chosen=order,
        covered=covered,
        bound=covered if exact else bound,
        gap=0.0 if exact else gap,
        exact=exact,
        seconds=seconds,
    )
