"""Numbers of people who need help, in each area: draws of one definition, area by area, that add up over any
zoning.
"""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from maillage.kernel.table import group, total_by
from maillage.reference import regional
from maillage.reference.definitions import LEVELS, Definition, definition
from maillage.reference.parameters import number, spread
from maillage.reference.publics import publics
from maillage.reference.regional import Evidence
from maillage.statistics.engine import rates as rate_engine
from maillage.statistics.engine import synthetic
from maillage.statistics.engine.cells import AGE_OF, AGES, DIPLOMA_OF, N_CELLS
from maillage.statistics.engine.chance import BLOCK, even_normals, generator, normals
from maillage.statistics.engine.diplomas import BELOW_BAC
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.need import corrections, neighbours, regions
from maillage.statistics.need import population as frames
from maillage.statistics.need import rates as rate_study
from maillage.statistics.need.corrections import Correction
from maillage.statistics.need.population import Frame
from maillage.statistics.need.rates import Rates
from maillage.statistics.need.regions import Law, Measures

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Positions = NDArray[np.int64]

DRAWS = 500
LEVEL_OUTCOMES = ("level_3", "level_2", "level_1")  # each is a part of the one before
ALL_OUTCOMES = ("need", *LEVEL_OUTCOMES, "both", "poor_both")  # what `_Maker.all_outcomes` makes
SEED = 20_261_120
OVERSEAS_CHANGE = 2020  # definitions older than this take the overseas gap of 2017, later ones that of 2021
BIG_CITY = 50_000
IS_BELOW_BAC = np.isin(DIPLOMA_OF, BELOW_BAC)


@dataclass(frozen=True, slots=True)
class Spreads:
    """Standard deviations, on the logit, of what national data cannot identify between areas.

    epci: proper to an EPCI; near: shared with those around it; cross: of how much more the diploma matters
    among the old of an EPCI.
    """

    region: float
    departement: float
    epci: float
    near: float
    cross: float
    area: float
    overseas: float


def spreads() -> Spreads:
    return Spreads(
        region=number("spreads/region"),
        departement=number("spreads/departement"),
        epci=number("spreads/epci"),
        near=number("spreads/near"),
        cross=number("spreads/cross"),
        area=number("spreads/area"),
        overseas=number("spreads/dom"),
    )


@dataclass(frozen=True, slots=True)
class Country:
    """Everything national that the draws of an area need, whatever the definition.

    homes: (areas, 70) persons by cell, outside then inside modest households. poor: (areas, 70) the same
    split at the poverty threshold. region_names, departement_names: codes; region_of, departement_of,
    epci_of, commune_of: positions of each area's own. blocks: rows where each block starts, and the end; a
    commune is never cut. big_city: (areas,) whether its commune is so large that one median hides differences
    between its parts; rural: (areas,) whether it is a mainland commune under 2,000 residents; mainland:
    (areas,); alone: (areas,) whether it is the whole of its commune. region_of_departement: (départements,)
    the position of each one's région. grounds: (départements, 2, 70) persons by cell, outside then inside
    rural communes. likeness: (EPCI, EPCI) from `neighbours.likeness`.
    """

    frame: Frame
    homes: Singles
    poor: Singles
    epci_of: Positions
    region_of: Positions
    departement_of: Positions
    region_of_departement: Positions
    commune_of: Positions
    region_names: NDArray[np.str_]
    departement_names: NDArray[np.str_]
    n_epci: int
    blocks: Positions
    big_city: NDArray[np.bool_]
    rural: NDArray[np.bool_]
    mainland: NDArray[np.bool_]
    alone: NDArray[np.bool_]
    grounds: Floats
    likeness: Singles

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
    departement_names, departement_of = group(frame.departement)
    _, commune_of = group(frame.commune)
    residents = total_by(commune_of, frame.population)[commune_of]
    mainland = ~frame.overseas
    rural = (residents < frames.SMALL_COMMUNE) & mainland
    region_of_departement = np.zeros(len(departement_names), dtype=np.int64)
    region_of_departement[departement_of] = region_of
    with ThreadPoolExecutor(2) as pool:
        homes, poor = pool.map(lambda share: _by_household(frame, share), (frame.modest, frame.poor))
    return Country(
        frame=frame,
        homes=homes,
        poor=poor,
        epci_of=epci_of,
        region_of=region_of,
        departement_of=departement_of,
        region_of_departement=region_of_departement,
        commune_of=commune_of,
        region_names=region_names,
        departement_names=departement_names,
        n_epci=len(epcis),
        blocks=_blocks(commune_of),
        big_city=residents > BIG_CITY,
        rural=rural,
        mainland=mainland,
        alone=np.bincount(commune_of)[commune_of] == 1,
        grounds=synthetic.add_by(homes, 2 * departement_of + rural, 2 * len(departement_names)).reshape(
            len(departement_names), 2, -1
        ),
        likeness=neighbours.likeness(frame, epci_of, len(epcis)).astype(np.float32),
    )


def _by_household(frame: Frame, share: Floats) -> Singles:
    return frames.by_household(frame, share).astype(np.float32)


def country() -> Country:
    """Return the country from the census and the corrections in force (takes two seconds the first time)."""
    return _country(corrections.in_force())


def country_frame() -> Frame:
    """Return the frame of the country alone: who lives where, for what estimates nothing."""
    return _frame(corrections.in_force())


@lru_cache(maxsize=2)
def _country(laid: tuple[Correction, ...]) -> Country:
    with threadpool_limits(1):
        return describe(_frame(laid))


@lru_cache(maxsize=2)
def _frame(laid: tuple[Correction, ...]) -> Frame:
    with threadpool_limits(1):
        return frames.build(frames.sources())


def _blocks(commune_of: Positions) -> Positions:
    """Return where blocks of about BLOCK areas start, never inside a commune, and the end."""
    starts = np.flatnonzero(np.append(True, commune_of[1:] != commune_of[:-1]))
    keep = np.append(True, np.diff(starts // BLOCK) > 0)
    return np.append(starts[keep], len(commune_of))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A count of persons in a population, by cell.

    counts: (areas, cells) persons at stake. rates: (draws, cells), single precision; centre: (cells,).
    overseas: the rates of each overseas région, by its position; rural: (draws, cells) those of communes
    under 2,000 residents. recentre: (draws,) what every effect of place would add to the country, on the
    logit: mainland areas give it back. cross: (cells,) how far each moves when the diploma matters more among
    the old, by one.
    """

    counts: Singles
    rates: Singles
    centre: Floats
    overseas: dict[int, Singles]
    rural: Singles
    recentre: Floats
    cross: Floats


@dataclass(frozen=True, slots=True)
class Noise:
    """The logit-scale variation between areas, before it is drawn: standard deviations (areas,).

    effect: proper to the area; persons: the chance of its few people, one by one; tied: the part that must
    vanish over the commune (imputed diplomas, sampled census). varies: (areas,) persons per unit of logit;
    response: (areas,) from `synthetic.response`. crossed: (areas,) how far the logit moves when the diploma
    matters more among the old, by one.
    """

    effect: Floats
    persons: Floats
    tied: Floats
    varies: Floats
    response: Floats
    crossed: Floats

    @property
    def free(self) -> Floats:
        """(areas,) of what vanishes over no commune."""
        return np.hypot(self.effect, self.persons)


@dataclass(frozen=True, slots=True)
class BlockChance:
    """Chance and effects of places that the outcomes of one block of areas share.

    rows: (areas,) positions in the frame; split: those of `rows` whose commune has several areas, commune:
    the commune of each. free: (areas, draws) and tied: (split, draws) standard normals. places: (areas,
    draws) what the effects of places add on the logit; variance: (areas,) theirs. cross: (areas, draws) how
    much more the diploma matters among the old of their EPCI. rural, mainland: (areas,).
    """

    rows: Positions
    split: Positions
    commune: Positions
    free: Singles
    tied: Singles
    places: Singles
    variance: Floats
    cross: Singles
    rural: NDArray[np.bool_]
    mainland: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Standards:
    """Draws of how far living standards depart from the expected ones, on the logit.

    size: (rows,) persons; moves: (rows, draws), variance: (rows,) theirs; own: (rows, draws) the standard
    normals of what is proper to an area, area: its standard deviation, both already in `moves`.
    """

    rows: Positions
    size: Floats
    moves: Singles
    variance: Floats
    own: Singles
    area: float

    def factor(self, share: Floats) -> Floats:
        """Return (rows, draws) the ratio of people living under a threshold to the number expected.

        share: (areas of France,) expected share under it. The mean factor is one; where few people live,
        who they are is chance too.
        """
        q = np.clip(share[self.rows], 1e-4, 1 - 1e-4)[:, None]
        persons = 1 / np.maximum(self.size[:, None] * q * (1 - q), synthetic.LEAST_VARIANCE)
        moves = self.moves + (np.sqrt(self.area**2 + persons) - self.area) * self.own
        bend = 0.5 * (self.variance[:, None] + persons) * (1 - 2 * q)
        return np.asarray(expit(logit(q) + moves - bend) / q)


@dataclass(frozen=True, slots=True)
class Places:
    """Effects shared by the areas of a place, on the logit, one row per place: (régions, draws),
    (départements, draws), (EPCI, draws). cross: (EPCI, draws) how much more the diploma matters there among
    the old. law: what is known of régions. variances: of the first three, row by row.
    """

    region: Floats
    departement: Floats
    epci: Floats
    cross: Singles
    law: Law
    variances: tuple[Floats, Floats, Floats]

    def moves(self, place: Country, rows: Positions) -> Floats:
        """Return (rows, draws) what the places of some areas add."""
        departements, at = np.unique(place.departement_of[rows], return_inverse=True)
        above = self.region[place.region_of_departement[departements]] + self.departement[departements]
        return np.asarray(above[at] + self.epci[place.epci_of[rows]])

    def variance(self, place: Country, rows: Positions) -> Floats:
        """Return (rows,) the variance of these moves."""
        at = (place.region_of, place.departement_of, place.epci_of)
        return np.asarray(sum(part[of[rows]] for part, of in zip(self.variances, at, strict=True)))


@dataclass(frozen=True, slots=True)
class Model:
    """One definition, ready to be applied to any area: built once per study, then passed to whatever draws
    from it.

    outcomes: by name: `need`; on request, `level_1` to `level_3` (cumulative), `both` (also modest),
    `poor_both` (also poor), and a public by its name. Levels are those of their own definition, whatever the
    chosen one. places: effects of région, département and EPCI, on the logit.
    """

    country: Country
    definition: Definition
    seed: int
    n_draws: int
    rates: Rates
    outcomes: dict[str, Outcome]
    places: Places
    spreads: Spreads

    def noise(self, name: str, rows: Positions) -> Noise:
        """Return the noise of an outcome in some areas, at the central rates."""
        place, outcome = self.country, self.outcomes[name]
        frame = place.frame
        counts = outcome.counts[rows].astype(np.float64)
        p = outcome.centre
        expected = counts @ p
        varies = synthetic.variance(counts, p).astype(np.float64)
        least = np.maximum(varies, synthetic.LEAST_VARIANCE)
        below = np.resize(IS_BELOW_BAC, len(p))
        gain = synthetic.diploma_sensitivity(counts, p, below, effect=number("spreads/diploma_effect"))
        imputed = gain * frame.diploma_doubt[rows] / least
        sampled = (
            np.where(frame.sampled[rows], number("spreads/census_design") * (counts @ p**2), 0.0) / least**2
        )
        alone = place.alone[rows]
        return Noise(
            effect=np.sqrt(self.spreads.area**2 + np.where(alone, imputed**2, 0.0)),
            persons=1 / np.sqrt(least),
            tied=np.where(alone, 0.0, np.sqrt(imputed**2 + sampled)),
            varies=varies,
            response=synthetic.response(expected, counts.sum(axis=1), varies).astype(np.float64),
            crossed=counts @ (p * (1 - p) * outcome.cross) / least,
        )

    def draws_of_block(self, block: int, names: Collection[str] | None = None) -> dict[str, Singles]:
        """Return, for each outcome (all by default), (areas of the block, draws) persons concerned."""
        chance, wanted, out = self._chance_of(block), self._named(names), dict[str, Singles]()
        if not set(wanted).isdisjoint(LEVEL_OUTCOMES):
            out = self._levels_of(block, chance)
        for name in set(wanted).difference(LEVEL_OUTCOMES):
            noise = self.noise(name, chance.rows)
            out[name] = self._people(name, noise, chance, chance.free, noise.free)
        return {name: out[name] for name in wanted}

    def _chance_of(self, block: int) -> BlockChance:
        place = self.country
        rows = np.arange(place.blocks[block], place.blocks[block + 1])
        free = normals(self.seed, "area", block, (len(rows), self.n_draws))
        # What is tied over a commune is nothing where the commune is one area: two areas in three.
        split = np.flatnonzero(~place.alone[rows])
        tied = normals(self.seed, "commune", block, (split.max(initial=-1) + 1, self.n_draws))[split]
        # The areas of a block lie in few EPCI: what those share is worked out once for each.
        _, first, alike = np.unique(
            place.departement_of[rows] * place.n_epci + place.epci_of[rows],
            return_index=True,
            return_inverse=True,
        )
        return BlockChance(
            rows=rows,
            split=split,
            commune=np.unique(place.commune_of[rows[split]], return_inverse=True)[1].astype(np.int64),
            free=free,
            tied=tied,
            places=self.places.moves(place, rows[first]).astype(np.float32)[alike],
            variance=self.places.variance(place, rows),
            cross=self.places.cross[place.epci_of[rows]],
            rural=place.rural[rows],
            mainland=place.mainland[rows],
        )

    def _people(self, name: str, noise: Noise, chance: BlockChance, free: Singles, spread: Floats) -> Singles:
        """Return (areas, draws) persons concerned.

        free: (areas, draws) standard normals of what is proper to areas; spread: (areas,) its standard
        deviation.
        """
        outcome, rows = self.outcomes[name], chance.rows
        moves = chance.places - np.where(chance.mainland[:, None], outcome.recentre.astype(np.float32), 0)
        moves += free * spread.astype(np.float32)[:, None]
        moves += chance.cross * noise.crossed.astype(np.float32)[:, None]
        if len(chance.split):
            moves[chance.split] += synthetic.centred(
                chance.tied * noise.tied[chance.split].astype(np.float32)[:, None],
                noise.varies[chance.split],
                chance.commune,
                chance.commune.max() + 1,
            )
        expected = outcome.counts[rows] @ outcome.rates.T
        if chance.rural.any():
            expected[chance.rural] = outcome.counts[rows[chance.rural]] @ outcome.rural.T
        for region, rates in outcome.overseas.items():
            inside = self.country.region_of[rows] == region
            if inside.any():
                expected[inside] = outcome.counts[rows[inside]] @ rates.T
        size = outcome.counts[rows].sum(axis=1)
        variance = chance.variance + spread**2 + noise.tied**2 + (self.spreads.cross * noise.crossed) ** 2
        return synthetic.people(expected, size, noise.response, moves, variance).astype(np.float32)

    def _levels_of(self, block: int, chance: BlockChance) -> dict[str, Singles]:
        """Return the draws of the levels, persons one by one: those of a level are drawn among the persons of
        the one before, at the rates that effects of places give there.
        """
        widest = LEVEL_OUTCOMES[0]
        noise = self.noise(widest, chance.rows)
        persons = self._people(widest, noise, chance, chance.free, noise.free)
        # `free` adds up the effect of an area and the chance of its persons: the effect, knowing that sum.
        other = normals(self.seed, "level/area", block, chance.free.shape)
        effect = chance.free * (noise.effect / noise.free).astype(np.float32)[:, None]
        effect += other * (noise.persons / noise.free).astype(np.float32)[:, None]
        expected = self._people(widest, noise, chance, effect, noise.effect)
        one_by_one, out = generator(self.seed, "level/persons", block), {widest: persons}
        for name in LEVEL_OUTCOMES[1:]:
            noise = self.noise(name, chance.rows)
            expected_part = self._people(name, noise, chance, effect, noise.effect)
            persons = synthetic.drawn_part(persons, expected_part, expected, one_by_one)
            out[name], expected = persons, expected_part
        return out

    def draws(
        self,
        rows: Positions,
        progress: Callable[[float], None] | None = None,
        *,
        names: Collection[str] | None = None,
    ) -> dict[str, Singles]:
        """Return, for each outcome, (rows, draws) persons concerned: an area's numbers do not depend on the
        other rows requested.

        rows: positions of areas in the frame, in any order. names: the outcomes to draw, all by default.
        """
        blocks, inverse = np.unique(
            np.searchsorted(self.country.blocks, rows, side="right") - 1, return_inverse=True
        )
        out = {name: np.empty((len(rows), self.n_draws), dtype=np.float32) for name in self._named(names)}

        def one(position: int) -> None:
            block = int(blocks[position])
            draws = self.draws_of_block(block, names)
            wanted = np.flatnonzero(inverse == position)
            for name, values in draws.items():
                out[name][wanted] = values[rows[wanted] - self.country.blocks[block]]
            if progress:
                progress((position + 1) / len(blocks))

        with threadpool_limits(1), ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(one, range(len(blocks))))
        return out

    def _named(self, names: Collection[str] | None) -> list[str]:
        """Return the outcomes to draw, in the order of the model."""
        return [name for name in self.outcomes if names is None or name in names]

    def living_standards(self, rows: Positions) -> Standards:
        """Return the doubt on living standards: shared inside an EPCI, then inside a big city, then proper to
        the area.
        """
        place = self.country
        big = place.big_city[rows]
        together = even_normals(self.seed, "income/epci", place.n_epci, self.n_draws).astype(np.float32)
        area, own = number("spreads/income_area"), np.empty((len(rows), self.n_draws), dtype=np.float32)
        moves = number("spreads/income_epci") * together[place.epci_of[rows]]
        blocks = np.searchsorted(place.blocks, rows, side="right") - 1
        for block in np.unique(blocks).tolist():
            of_block = np.flatnonzero(blocks == block)
            start, end = place.blocks[block], place.blocks[block + 1]
            first = place.commune_of[start:end].min()
            within = rows[of_block] - start
            own[of_block] = normals(self.seed, "income/area", block, (end - start, self.n_draws))[within]
            if big[of_block].any():
                communes = place.commune_of[start:end].max() - first + 1
                cities = normals(self.seed, "income/commune", block, (communes, self.n_draws))
                city = cities[place.commune_of[rows[of_block]] - first]
                moves[of_block] += np.where(big[of_block], number("spreads/income_city"), 0.0)[:, None] * city
        return Standards(
            rows=rows,
            size=place.frame.universe[rows],
            moves=(moves + area * own).astype(np.float32),
            variance=number("spreads/income_epci") ** 2
            + area**2
            + np.where(big, number("spreads/income_city") ** 2, 0.0),
            own=own,
            area=area,
        )


@dataclass(frozen=True, slots=True)
class ModelByDefinition:
    """The model of a study, and those of other definitions over its country and with its draws: each is built
    when first asked for, and once.
    """

    own: Model
    _other_models: dict[str, Model] = field(default_factory=dict, repr=False)

    def under(self, chosen: Definition) -> Model:
        """Return the model of a definition."""
        if chosen == self.own.definition:
            return self.own
        if chosen.id not in self._other_models:
            self._other_models[chosen.id] = model(
                chosen,
                seed=self.own.seed,
                n_draws=self.own.n_draws,
                place=self.own.country,
                known=self.own.places.law,
            )
        return self._other_models[chosen.id]


def ages_of_publics() -> dict[str, list[int]]:
    """Return the publics whose need is counted separately, each with its ages (positions in AGES)."""
    return {public.id: [AGES.index(age) for age in public.ages] for public in publics().values()}


def model(
    chosen: Definition,
    *,
    seed: int = SEED,
    n_draws: int = DRAWS,
    place: Country | None = None,
    all_levels: bool = False,
    between: Spreads | None = None,
    among: Mapping[str, Collection[int]] | None = None,
    known: Law | None = None,
) -> Model:
    """Return the model of one definition; `all_levels` adds the three levels and both precarities.

    among: publics by name, each its ages (positions in AGES): those of them in need are outcomes of that
    name. known: the law of regional effects, from published rates and the survey's zones by default.
    """
    place = place or country()
    between = between or spreads()
    with threadpool_limits(1):
        rates = rate_study.draw(chosen, place.cells, place.bins, seed=seed, n=n_draws)
        known = known or regions.law(regional_measures(place), between.region)
        places = _places(place, chosen, known, between, seed, n_draws)
        make = _Maker(place, seed, n_draws, between, places)
        outcomes = make.all_outcomes(chosen, rates) if all_levels else {"need": make.need(chosen, rates)}
        outcomes |= {name: make.within(outcomes["need"], ages) for name, ages in (among or {}).items()}
    return Model(
        country=place,
        definition=chosen,
        seed=seed,
        n_draws=n_draws,
        rates=rates,
        outcomes=outcomes,
        places=places,
        spreads=between,
    )


def _places(place: Country, chosen: Definition, known: Law, between: Spreads, seed: int, n: int) -> Places:
    """Return the effects of places under a definition."""
    region = known.draws(seed, n, carried=chosen.id != regional.evidence().definition)
    region[place.is_overseas] = 0.0  # overseas rates already carry theirs
    departement = between.departement * even_normals(seed, "departement", len(place.departement_names), n)
    epci = between.epci * even_normals(seed, "epci", place.n_epci, n)
    shared = even_normals(seed, "epci/near", place.n_epci, n).astype(np.float32)
    epci += between.near * (place.likeness @ shared)
    cross = between.cross * normals(seed, "epci/cross", 0, epci.shape)
    variances = (region.var(axis=1), departement.var(axis=1), epci.var(axis=1))
    return Places(
        region=region, departement=departement, epci=epci, cross=cross, law=known, variances=variances
    )


def regional_measures(place: Country, known: Evidence | None = None) -> Measures:
    """Return the gaps of régions that published rates and a survey's zones measure, their residents apart.

    known: the evidence shipped with the product by default. Raises Refused when its rates contradict the
    national one.
    """
    known = known or regional.evidence()
    chosen = definition(known.definition)
    setting = rate_study.Setting(place.cells, place.bins, rate_study.central(), 0, still=True)
    p = rate_study.fit_rates(chosen, setting)
    odds = np.array([number("rates/modest_odds")])
    share = _national_share(place.homes)
    p = np.clip(np.concatenate(rate_engine.split_by_household(p, share, odds), axis=1)[0], 1e-9, 1 - 1e-9)
    overseas = place.is_overseas[place.region_of_departement]
    people = place.grounds.sum(axis=(1, 2))
    rural = regions.moved(p, _rural_shift(number("spreads/rural_young"), number("spreads/rural_old")))
    rates = np.stack((p, rural))
    away = people[overseas].sum() * float(expit(logit(chosen.total) + overseas_gap(chosen)))
    total = chosen.total * people.sum() - away
    cells = np.where(overseas[:, None, None], 0.0, place.grounds)
    rates = rate_engine.shift(cells.sum(axis=0).ravel(), rates.ravel(), np.array([total / cells.sum()]))
    return regions.measures(
        known,
        place.region_names,
        place.departement_names,
        place.region_of_departement,
        place.grounds.reshape(len(overseas), -1),
        rates[0],
        ~place.is_overseas,
    )


def overseas_gap(chosen: Definition) -> float:
    """Return how far the published overseas rate of the time stands from that of all, on the logit."""
    suffix = "" if chosen.year >= OVERSEAS_CHANGE else "_2017"
    return float(logit(number(f"rates/dom_rate{suffix}")) - logit(number(f"rates/mainland_rate{suffix}")))


def _rural_shift(young: ArrayLike, old: ArrayLike) -> Floats:
    """Return (…, 70) what living in a small commune adds to each cell, on the logit."""
    aged = np.tile(AGES.index("75+") == AGE_OF, 2)
    return np.where(aged, np.asarray(old)[..., None], np.asarray(young)[..., None])


@dataclass(frozen=True, slots=True)
class _Maker:
    """Builds the outcomes of a model."""

    place: Country
    seed: int
    n: int
    between: Spreads
    places: Places

    def need(self, chosen: Definition, rates: Rates) -> Outcome:
        """Return the outcome counted by a definition."""
        return self._nested(chosen, self._split(rates, rates.draws, rates.centre), rates.centre)

    def all_outcomes(self, chosen: Definition, rates: Rates) -> dict[str, Outcome]:
        """Return the need, the three levels (under their own definition), and how many are also modest or
        poor.
        """
        need = self.need(chosen, rates)
        cut = definition(LEVELS)
        drawn, central = rate_study.levels(cut, self.place.cells, self.place.bins, seed=self.seed, n=self.n)
        parts = [self._split(rates, *pair) for pair in zip(drawn, central, strict=True)]
        widest = self._nested(cut, parts[-1], central[-1])
        shifts = self._overseas_shifts(cut, central[-1])
        out = {"need": need, LEVEL_OUTCOMES[0]: widest}
        for name, (draws, centre) in zip(LEVEL_OUTCOMES[1:], parts[-2::-1], strict=True):
            out[name] = self._outcome(self.place.homes, draws, centre, shifts, widest.recentre)
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
        """Return the part of the need at certain ages: whole ages, so that diplomas keep their order."""
        cells = np.tile(np.isin(AGE_OF, list(ages)), 2)
        return Outcome(
            counts=need.counts[:, cells],
            rates=need.rates[:, cells],
            centre=need.centre[cells],
            overseas={region: rates[:, cells] for region, rates in need.overseas.items()},
            rural=need.rural[:, cells],
            recentre=need.recentre,
            cross=need.cross[cells],
        )

    def _split(self, rates: Rates, draws: Floats, centre: Floats) -> tuple[Floats, Floats]:
        """Return rates by cell and living standard: (draws, 70) and (70,)."""
        modest = _national_share(self.place.homes)
        by_home = np.concatenate(rate_engine.split_by_household(draws, modest, rates.modest_odds), axis=1)
        odds = np.array([number("rates/modest_odds")])
        return by_home, np.concatenate(rate_engine.split_by_household(centre[None], modest, odds), axis=1)[0]

    def _nested(self, chosen: Definition, split: tuple[Floats, Floats], centre: Floats) -> Outcome:
        """Return the outcome for everybody, recentred so that the published national total holds."""
        first = self._outcome(
            self.place.homes, *split, self._overseas_shifts(chosen, centre), np.zeros(self.n)
        )
        return replace(first, recentre=self._recentre(first))

    def _outcome(
        self, counts: Singles, draws: Floats, centre: Floats, shifts: dict[int, Floats], recentre: Floats
    ) -> Outcome:
        safe = np.clip(draws, 1e-9, 1 - 1e-9)
        overseas = {
            region: expit(logit(safe) + shift[:, None]).astype(np.float32) for region, shift in shifts.items()
        }
        shift = _rural_shift(*(self._drawn(f"spreads/rural_{age}") for age in ("young", "old")))
        # An outcome of modest people only has the second half of the cells.
        half = slice(-safe.shape[1], None)
        rural = expit(logit(safe) + shift[:, half]).astype(np.float32)
        cross = rate_engine.cross_effect(np.ones(1), rate_study.central().diploma_scale)
        return Outcome(
            counts=counts,
            rates=draws.astype(np.float32),
            centre=centre,
            overseas=overseas,
            rural=rural,
            recentre=recentre,
            cross=np.tile(cross[0], 2)[half],
        )

    def _drawn(self, id: str) -> Floats:
        """Return (draws,) a parameter with its doubt."""
        return np.asarray(number(id) + spread(id) * even_normals(self.seed, id, 1, self.n)[0])

    def _recentre(self, outcome: Outcome) -> Floats:
        place = self.place
        p = outcome.centre
        varies = synthetic.variance(place.homes, p.astype(np.float32)).astype(np.float64)
        by_region = total_by(place.region_of, varies, len(place.region_names))
        by_departement = total_by(place.departement_of, varies, len(place.departement_names))
        by_epci = total_by(place.epci_of, varies, place.n_epci)
        crossed = total_by(
            place.epci_of, place.homes @ (p * (1 - p) * outcome.cross).astype(np.float32), place.n_epci
        )
        added = (
            by_region @ self.places.region
            + by_departement @ self.places.departement
            + by_epci @ self.places.epci
            + crossed @ self.places.cross
            + _overseas_extra(place, outcome)
            + (outcome.rural.astype(np.float64) - outcome.rates) @ place.grounds[:, 1].sum(axis=0)
        )
        return np.asarray(added / by_region[~place.is_overseas].sum())

    def _overseas_shifts(self, chosen: Definition, centre: Floats) -> dict[int, Floats]:
        """Return, for each overseas région, (draws,) the logit shift that reproduces the published overseas
        gap.
        """
        place = self.place
        # By living standard too: more people live modestly there, and they do with less.
        people = place.homes[place.frame.overseas].sum(axis=0, dtype=np.float64)
        odds = np.array([number("rates/modest_odds")])
        split = rate_engine.split_by_household(centre[None], _national_share(place.homes), odds)
        central = np.clip(np.concatenate(split, axis=1)[0], 1e-9, 1 - 1e-9)
        wanted = float(expit(logit(chosen.total) + overseas_gap(chosen)))
        common = rate_engine.constant(people, central, wanted)
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
    """Return (draws,) persons that overseas shifts add to the country, which the mainland offsets."""
    extra = np.zeros(len(outcome.rates))
    for region, shifted in outcome.overseas.items():
        people = outcome.counts[place.region_of == region].sum(axis=0, dtype=np.float64)
        extra += (shifted.astype(np.float64) - outcome.rates) @ people
    return extra
