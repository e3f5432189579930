"""How many people need help, in each area: draws of one definition, area by area, that add up over any zoning."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from maillage.engine import rates as rate_engine
from maillage.engine import synthetic
from maillage.engine.cells import AGE_OF, DIPLOMA_OF, N_CELLS
from maillage.engine.chance import BLOCK, even_normals, normals
from maillage.engine.diplomas import BELOW_BAC
from maillage.engine.logit import expit, logit
from maillage.kernel.table import group, total_by
from maillage.reference.definitions import LEVELS, Definition, definition
from maillage.reference.parameters import number
from maillage.studies import corrections
from maillage.studies import frame as frames
from maillage.studies import rates as rate_study
from maillage.studies.corrections import Correction
from maillage.studies.frame import Frame
from maillage.studies.rates import Rates

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Positions = NDArray[np.int64]

DRAWS = 500
SEED = 20_261_120
OVERSEAS_CHANGE = 2020  # definitions older than this take the overseas gap of 2017, later ones that of 2021
BIG_CITY = 50_000


@dataclass(frozen=True, slots=True)
class Spreads:
    """Standard deviations, on the logit, of what national data cannot identify between areas."""

    region: float
    epci: float
    area: float
    overseas: float


def spreads() -> Spreads:
    return Spreads(
        region=number("spreads/region"),
        epci=number("spreads/epci"),
        area=number("spreads/area"),
        overseas=number("spreads/dom"),
    )


@dataclass(frozen=True, slots=True)
class Country:
    """Everything national that an area's draws need, whatever the definition.

    homes: (areas, 70) persons by cell, outside then inside modest households. poor: (areas, 70) the same split at the
    poverty threshold. regions, epcis: names; region_of, epci_of, commune_of: positions of each area's own.
    blocks: rows where each block starts, and the end; a commune is never cut. big_city: (areas,) whether its commune
    is large enough for one median to hide what its parts are.
    """

    frame: Frame
    homes: Singles
    poor: Singles
    epci_of: Positions
    region_of: Positions
    commune_of: Positions
    region_names: NDArray[np.str_]
    n_epci: int
    blocks: Positions
    big_city: NDArray[np.bool_]

    @property
    def is_overseas(self) -> NDArray[np.bool_]:
        """(régions,) whether a région is overseas."""
        return np.isin(self.region_names, frames.OVERSEAS)

    @property
    def cells(self) -> Floats:
        return np.asarray(self.frame.counts.sum(axis=0))

    @property
    def bins(self) -> Floats:
        return np.asarray(self.frame.ages.sum(axis=0))


def describe(frame: Frame) -> Country:
    """Return the country of a frame: households, groups and blocks."""
    # Outside any EPCI, a commune stands alone: one common “missing” EPCI would tie islands together.
    epci = np.where(frame.epci == "", frame.commune, frame.epci)
    epcis, epci_of = group(epci)
    region_names, region_of = group(frame.region)
    _, commune_of = group(frame.commune)
    return Country(
        frame=frame,
        homes=frames.by_household(frame, frame.modest).astype(np.float32),
        poor=frames.by_household(frame, frame.poor).astype(np.float32),
        epci_of=epci_of,
        region_of=region_of,
        commune_of=commune_of,
        region_names=region_names,
        n_epci=len(epcis),
        blocks=_blocks(commune_of),
        big_city=total_by(commune_of, frame.population)[commune_of] > BIG_CITY,
    )


def country() -> Country:
    """Return the country as the census and the corrections in force describe it (two seconds the first time)."""
    return _country(corrections.in_force())


@lru_cache(maxsize=2)
def _country(laid: tuple[Correction, ...]) -> Country:
    with threadpool_limits(1):
        return describe(frames.build(frames.sources()))


def _blocks(commune_of: Positions) -> Positions:
    """Return where blocks of about BLOCK areas start, never inside a commune, and the end."""
    starts = np.flatnonzero(np.append(True, commune_of[1:] != commune_of[:-1]))
    keep = np.append(True, np.diff(starts // BLOCK) > 0)
    return np.append(starts[keep], len(commune_of))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is counted, and among whom.

    counts: (areas, cells) persons at stake. rates: (draws, cells), single precision; centre: (cells,).
    overseas: the rates of each overseas région, by its position. recentre: (draws,) what region, EPCI and overseas
    effects would add to the country, on the logit: mainland areas give it back.
    """

    counts: Singles
    rates: Singles
    centre: Floats
    overseas: dict[int, Singles]
    recentre: Floats


@dataclass(frozen=True, slots=True)
class Model:
    """One definition, ready to be applied to any area.

    outcomes: by name: `need`; when asked for, `level_1` to `level_3` (cumulative), `both` (also modest), `poor_both`
    (also poor), and a public by its name. Levels are those of their own definition, whatever the chosen one. region_effect: (régions, draws),
    epci_effect: (EPCI, draws), on the logit.
    """

    country: Country
    definition: Definition
    seed: int
    n_draws: int
    rates: Rates
    outcomes: dict[str, Outcome]
    region_effect: Floats
    epci_effect: Floats
    spreads: Spreads

    @property
    def shared_variance(self) -> float:
        return self.spreads.region**2 + self.spreads.epci**2


def model(
    chosen: Definition,
    *,
    seed: int = SEED,
    n_draws: int = DRAWS,
    place: Country | None = None,
    whole: bool = False,
    between: Spreads | None = None,
    among: Mapping[str, Collection[int]] | None = None,
) -> Model:
    """Return the model of one definition; `whole` adds the three levels and both precarities.

    among: publics by name, each its ages (positions in AGES): those of them in need are outcomes of that name.
    """
    place = place or country()
    between = between or spreads()
    with threadpool_limits(1):
        rates = rate_study.draw(chosen, place.cells, place.bins, seed=seed, n=n_draws)
        region_effect = between.region * even_normals(seed, "region", len(place.region_names), n_draws)
        region_effect[place.is_overseas] = 0.0  # overseas rates already carry theirs
        epci_effect = between.epci * even_normals(seed, "epci", place.n_epci, n_draws)
        make = _Maker(place, seed, n_draws, between, region_effect, epci_effect)
        outcomes = make.whole(chosen, rates) if whole else {"need": make.need(chosen, rates)}
        outcomes |= {name: make.within(outcomes["need"], ages) for name, ages in (among or {}).items()}
    return Model(
        country=place,
        definition=chosen,
        seed=seed,
        n_draws=n_draws,
        rates=rates,
        outcomes=outcomes,
        region_effect=region_effect,
        epci_effect=epci_effect,
        spreads=between,
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the outcomes of a model."""

    place: Country
    seed: int
    n: int
    between: Spreads
    region_effect: Floats
    epci_effect: Floats

    def need(self, chosen: Definition, rates: Rates) -> Outcome:
        """Return the outcome that a definition counts."""
        return self._nested(chosen, self._split(rates, rates.draws, rates.centre), rates.centre)

    def whole(self, chosen: Definition, rates: Rates) -> dict[str, Outcome]:
        """Return the need, the three levels of their own definition, and who is also modest or poor."""
        need = self.need(chosen, rates)
        cut = definition(LEVELS)
        drawn, central = rate_study.levels(cut, self.place.cells, self.place.bins, seed=self.seed, n=self.n)
        parts = [self._split(rates, *pair) for pair in zip(drawn, central, strict=True)]
        widest = self._nested(cut, parts[-1], central[-1])
        shifts = self._overseas_shifts(cut, central[-1])
        out = {"need": need, f"level_{len(parts)}": widest}
        for k, (draws, centre) in enumerate(parts[:-1]):
            out[f"level_{k + 1}"] = self._outcome(self.place.homes, draws, centre, shifts, widest.recentre)
        inside = slice(N_CELLS, 2 * N_CELLS)
        moved = self._overseas_shifts(chosen, rates.centre)
        out["both"] = self._outcome(
            self.place.homes[:, inside],
            need.rates[:, inside].astype(np.float64),
            need.centre[inside],
            moved,
            need.recentre,
        )
        poor_share = _national_share(self.place.poor)
        poor = rate_engine.split_by_household(rates.draws, poor_share, rates.poor_odds)[1]
        odds = np.array([number("rates/poor_odds")])
        centre = rate_engine.split_by_household(rates.centre[None], poor_share, odds)[1][0]
        out["poor_both"] = self._outcome(self.place.poor[:, inside], poor, centre, moved, need.recentre)
        return out

    def within(self, need: Outcome, ages: Collection[int]) -> Outcome:
        """Return the part of the need that is of some ages: whole ages, so that diplomas keep their order."""
        cells = np.tile(np.isin(AGE_OF, list(ages)), 2)
        return Outcome(
            counts=need.counts[:, cells],
            rates=need.rates[:, cells],
            centre=need.centre[cells],
            overseas={region: rates[:, cells] for region, rates in need.overseas.items()},
            recentre=need.recentre,
        )

    def _split(self, rates: Rates, draws: Floats, centre: Floats) -> tuple[Floats, Floats]:
        """Return rates by cell and living standard: (draws, 70) and (70,)."""
        modest = _national_share(self.place.homes)
        by_home = np.concatenate(rate_engine.split_by_household(draws, modest, rates.modest_odds), axis=1)
        odds = np.array([number("rates/modest_odds")])
        return by_home, np.concatenate(rate_engine.split_by_household(centre[None], modest, odds), axis=1)[0]

    def _nested(self, chosen: Definition, split: tuple[Floats, Floats], centre: Floats) -> Outcome:
        """Return the outcome of everybody, with the recentring that keeps the published national total."""
        first = self._outcome(self.place.homes, *split, self._overseas_shifts(chosen, centre), np.zeros(self.n))
        return replace(first, recentre=self._recentre(first))

    def _outcome(
        self, counts: Singles, draws: Floats, centre: Floats, shifts: dict[int, Floats], recentre: Floats
    ) -> Outcome:
        safe = np.clip(draws, 1e-9, 1 - 1e-9)
        overseas = {region: expit(logit(safe) + shift[:, None]).astype(np.float32) for region, shift in shifts.items()}
        return Outcome(counts=counts, rates=draws.astype(np.float32), centre=centre, overseas=overseas, recentre=recentre)

    def _recentre(self, outcome: Outcome) -> Floats:
        place = self.place
        varies = synthetic.variance(place.homes, outcome.centre.astype(np.float32)).astype(np.float64)
        by_region = total_by(place.region_of, varies, len(place.region_names))
        by_epci = total_by(place.epci_of, varies, place.n_epci)
        added = by_region @ self.region_effect + by_epci @ self.epci_effect + _overseas_extra(place, outcome)
        return np.asarray(added / by_region[~place.is_overseas].sum())

    def _overseas_shifts(self, chosen: Definition, centre: Floats) -> dict[int, Floats]:
        """Return, for each overseas région, (draws,) the logit shift that gives back the published overseas gap."""
        place = self.place
        suffix = "" if chosen.year >= OVERSEAS_CHANGE else "_2017"
        gap = float(logit(number(f"rates/dom_rate{suffix}")) - logit(number(f"rates/mainland_rate{suffix}")))
        people = place.frame.counts[place.frame.overseas].sum(axis=0)
        wanted = expit(logit(chosen.total) + gap)
        shifted = rate_engine.shift(people, np.clip(centre, 1e-9, 1 - 1e-9), np.array([float(wanted)]))
        common = float(np.median(logit(shifted[0]) - logit(centre)))
        moved = common + number("spreads/dom_gap") * even_normals(self.seed, "overseas/gap", 1, self.n)[0]
        own = self.between.overseas * even_normals(self.seed, "overseas/region", len(frames.OVERSEAS), self.n)
        return {
            int(np.flatnonzero(place.region_names == code)[0]): moved + own[position]
            for position, code in enumerate(frames.OVERSEAS)
            if code in place.region_names
        }


def _national_share(homes: Singles) -> Floats:
    """Return (35,) the national share of people under the threshold in each cell."""
    total = homes.sum(axis=0, dtype=np.float64)
    under, everybody = total[N_CELLS:], total[:N_CELLS] + total[N_CELLS:]
    return np.asarray(np.divide(under, everybody, out=np.full(N_CELLS, 0.4), where=everybody > 0))


def _overseas_extra(place: Country, outcome: Outcome) -> Floats:
    """Return (draws,) persons that overseas shifts add to the country: the mainland gives them back."""
    extra = np.zeros(len(outcome.rates))
    for region, shifted in outcome.overseas.items():
        people = outcome.counts[place.region_of == region].sum(axis=0, dtype=np.float64)
        extra += (shifted.astype(np.float64) - outcome.rates) @ people
    return extra


@dataclass(frozen=True, slots=True)
class Noise:
    """What sets areas apart, on the logit, before it is drawn.

    free: (areas,) standard deviation proper to the area (its own effect, its few people); tied: (areas,) the part
    that must vanish over the commune (imputed diplomas, sampled census); varies: (areas,) persons per unit of logit.
    """

    free: Floats
    tied: Floats
    varies: Floats
    response: Floats


def noise(m: Model, name: str, rows: Positions) -> Noise:
    """Return the noise of an outcome in some areas, at the central rates."""
    place, outcome = m.country, m.outcomes[name]
    frame = place.frame
    counts = outcome.counts[rows].astype(np.float64)
    p = outcome.centre
    expected = counts @ p
    varies = synthetic.variance(counts, p).astype(np.float64)
    least = np.maximum(varies, synthetic.LEAST_VARIANCE)
    below = np.resize(np.isin(DIPLOMA_OF, BELOW_BAC), len(p))
    gain = synthetic.diploma_sensitivity(counts, p, below, effect=number("spreads/diploma_effect"))
    imputed = gain * frame.diploma_doubt[rows] / least
    sampled = np.where(frame.sampled[rows], number("spreads/census_design") * (counts @ p**2), 0.0) / least**2
    alone = np.bincount(place.commune_of)[place.commune_of[rows]] == 1
    tied = np.where(alone, 0.0, np.sqrt(imputed**2 + sampled))
    free = np.sqrt(m.spreads.area**2 + 1 / least + np.where(alone, imputed**2, 0.0))
    return Noise(
        free=free,
        tied=tied,
        varies=varies,
        response=synthetic.response(expected, counts.sum(axis=1), varies).astype(np.float64),
    )


def draws_of_block(m: Model, block: int) -> dict[str, Singles]:
    """Return, for each outcome, (areas of the block, draws) persons concerned."""
    place = m.country
    rows = np.arange(place.blocks[block], place.blocks[block + 1])
    free = normals(m.seed, "area", block, (len(rows), m.n_draws))
    tied = normals(m.seed, "commune", block, (len(rows), m.n_draws))
    _, local = np.unique(place.commune_of[rows], return_inverse=True)
    local = local.astype(np.int64)
    shared = m.region_effect[place.region_of[rows]] + m.epci_effect[place.epci_of[rows]]
    mainland = ~place.frame.overseas[rows]
    out: dict[str, Singles] = {}
    for name, outcome in m.outcomes.items():
        own = noise(m, name, rows)
        moves = (shared - np.where(mainland[:, None], outcome.recentre, 0.0)).astype(np.float32)
        moves += free * own.free.astype(np.float32)[:, None]
        moves += synthetic.centred(tied * own.tied.astype(np.float32)[:, None], own.varies, local, local.max() + 1)
        expected = outcome.counts[rows] @ outcome.rates.T
        for region, rates in outcome.overseas.items():
            here = place.region_of[rows] == region
            if here.any():
                expected[here] = outcome.counts[rows[here]] @ rates.T
        size = outcome.counts[rows].sum(axis=1)
        total_variance = m.shared_variance + own.free**2 + own.tied**2
        out[name] = synthetic.people(expected, size, own.response, moves, total_variance).astype(np.float32)
    return out


def draws_of(m: Model, rows: Positions, progress: Callable[[float], None] | None = None) -> dict[str, Singles]:
    """Return, for each outcome, (rows, draws) persons concerned: the same numbers whatever the rows asked for.

    rows: positions of areas in the frame, in any order.
    """
    blocks, inverse = np.unique(np.searchsorted(m.country.blocks, rows, side="right") - 1, return_inverse=True)
    out = {name: np.empty((len(rows), m.n_draws), dtype=np.float32) for name in m.outcomes}

    def one(position: int) -> None:
        block = int(blocks[position])
        found = draws_of_block(m, block)
        wanted = np.flatnonzero(inverse == position)
        for name, values in found.items():
            out[name][wanted] = values[rows[wanted] - m.country.blocks[block]]
        if progress:
            progress((position + 1) / len(blocks))

    with threadpool_limits(1), ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(one, range(len(blocks))))
    return out


@dataclass(frozen=True, slots=True)
class Standards:
    """Draws of how living standards depart from what is expected, on the logit. moves: (rows, draws)."""

    rows: Positions
    moves: Singles
    variance: Floats

    def factor(self, share: Floats) -> Floats:
        """Return (rows, draws) how many times more or fewer people than expected live under a threshold.

        share: (areas of France,) expected share under it. The mean factor is one.
        """
        q = np.clip(share[self.rows], 1e-4, 1 - 1e-4)[:, None]
        bend = 0.5 * self.variance[:, None] * (1 - 2 * q)
        return np.asarray(expit(logit(q) + self.moves - bend) / q)


def living_standards(m: Model, rows: Positions) -> Standards:
    """Return the doubt on living standards: shared inside an EPCI, then inside a big city, then proper to the area."""
    place = m.country
    big = place.big_city[rows]
    together = even_normals(m.seed, "income/epci", place.n_epci, m.n_draws).astype(np.float32)
    moves = number("spreads/income_epci") * together[place.epci_of[rows]]
    blocks = np.searchsorted(place.blocks, rows, side="right") - 1
    for block in np.unique(blocks).tolist():
        here = np.flatnonzero(blocks == block)
        start, end = place.blocks[block], place.blocks[block + 1]
        first = place.commune_of[start:end].min()
        within = rows[here] - start
        own = normals(m.seed, "income/area", block, (end - start, m.n_draws))
        moves[here] += number("spreads/income_area") * own[within]
        if big[here].any():
            communes = place.commune_of[start:end].max() - first + 1
            cities = normals(m.seed, "income/commune", block, (communes, m.n_draws))
            city = cities[place.commune_of[rows[here]] - first]
            moves[here] += np.where(big[here], number("spreads/income_city"), 0.0)[:, None] * city
    variance = number("spreads/income_epci") ** 2 + number("spreads/income_area") ** 2
    return Standards(rows, moves.astype(np.float32), variance + np.where(big, number("spreads/income_city") ** 2, 0.0))
