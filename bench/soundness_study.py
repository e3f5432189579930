"""Is the interval honest? Worlds with a known truth, of which the engine is told only what surveys
publish.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import centiles
from maillage.kernel.table import group, total_by
from maillage.reference.definitions import DEFAULT, Definition, Margin, definition
from maillage.reference.parameters import bounds, number, spread
from maillage.statistics.engine import rates as rate_engine
from maillage.statistics.engine import synthetic
from maillage.statistics.engine.cells import AGE_OF, AGES, DIPLOMA_OF, DIPLOMAS, N_CELLS
from maillage.statistics.engine.chance import generator
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.need import model as need_model
from maillage.statistics.need import neighbours, rates, regions
from maillage.statistics.need import population as frames
from maillage.statistics.need.model import Country, Spreads
from maillage.statistics.need.population import Frame
from maillage.statistics.need.rates import Unknowns
from maillage.statistics.need.regions import Measures

Floats = NDArray[np.float64]

SIZES = (
    ("quartiers de moins de 200 adultes", 0, 200),
    ("quartiers de 200 à 1 000 adultes", 200, 1_000),
    ("quartiers de 1 000 à 5 000 adultes", 1_000, 5_000),
)
LEVELS = ("communes", "intercommunalités", "départements", "régions")
COUNTRY = "France"
LEAST_PLACE = 200  # adults under which a commune is not judged
POPULATIONS = 6  # true populations that worlds share: composing one takes as long as the rest of a world
INCOME_EPCI, INCOME_AREA = 0.15, 0.30  # errors of living standards, half again as large as the engine's
SURVEY_ERROR = 0.05  # most that refusals and wrong answers move a survey's rates, as a share of them
BASINS = 300  # about as many as there are employment areas
Shares = dict[str, float]


@dataclass(frozen=True, slots=True)
class Kind:
    """The spreads between the places of a world.

    between: spreads. rural: added to the logit of every cell of small communes beyond the engine's effect.
    tails: degrees of freedom of Student's law for départements, EPCI and areas, normal when None; same
    spreads. aged: spread between EPCI of an effect that only those of 75 and over have. shape: spread of what
    sets each national cell apart from the engine's formula. slopes: spread, between départements then between
    EPCI, of how strongly age, then the diploma, matter. context: logit per standard deviation of the poverty
    of a commune; urban: logit lost when the EPCI is e times as populous. census: spread between EPCI, then
    areas, of errors on the census's ages and diplomas. basins: spread of an effect that the EPCI of a basin
    share. uncounted: share of the residents that the census misses, twice that among modest ones.
    missed: share of the persons in need that the national survey misses; within: how far from it, either way,
    a survey of this kind may fall besides.
    """

    between: Spreads
    rural: float = 0.0
    tails: int | None = None
    aged: float = 0.0
    shape: float = 0.0
    slopes: float = 0.0
    context: float = 0.0
    urban: float = 0.0
    census: float = 0.0
    basins: float = 0.0
    uncounted: float = 0.0
    missed: float = 0.0
    within: float = SURVEY_ERROR


@dataclass(frozen=True, slots=True)
class World:
    """A country whose truth is known. truth: (areas,) persons in need; published: what its survey lets us
    know; measures: what is published of its régions.
    """

    truth: Floats
    published: Definition
    measures: Measures


@lru_cache(maxsize=POPULATIONS)
def _population(rank: int) -> Frame:
    """Return a true population: its diplomas and its age × diploma table are not those we compose."""
    chance = generator(rank, "population")
    return frames.build(
        frames.sources(),
        seed_power=float(chance.uniform(0.75, 1.25)),
        diploma_shift=_diploma_errors(need_model.country().frame, chance),
    )


def world(number_: int, place: Country, *, kind: Kind) -> World:
    """Return a world that the engine's own assumptions do not describe exactly.

    Its diplomas and living standards differ from the imputed ones, its age × diploma table has other odds
    ratios, its unpublished parameters are drawn from flat laws and not from the engine's, its areas depart
    from their cells, its residents are people and not expectations; its survey samples, then rounds, and its
    régions publish rates of another year, themselves unsure.
    """
    chance = generator(number_, "world")
    true_frame = _population(number_ % POPULATIONS)
    counts = frames.by_household(true_frame, _living_standards(place, true_frame, chance))
    counts = _recounted(counts, place, kind, chance)
    people = counts.sum(axis=0).reshape(2, N_CELLS).sum(axis=0)
    central = definition(DEFAULT)
    truth = replace(
        central,
        total=float(expit(logit(central.total) + 0.1 * chance.standard_normal())),
        margins=tuple(
            replace(m, rate=float(expit(logit(m.rate) + 0.1 * chance.standard_normal())))
            for m in central.margins
        ),
    )
    u = _unknowns(chance)
    setting = rates.Setting(people, true_frame.ages.sum(axis=0), u, 0, still=True)
    p = rates.fit_rates(_possible(truth, people), setting)
    p = expit(logit(p) + kind.shape * chance.standard_normal(N_CELLS))
    modest = counts[:, N_CELLS:].sum(axis=0) / np.maximum(
        counts[:, :N_CELLS].sum(axis=0) + counts[:, N_CELLS:].sum(axis=0), 1
    )
    by_home = np.concatenate(
        rate_engine.split_by_household(p, np.clip(modest, 1e-4, 0.999), u.modest_odds), axis=1
    )[0]
    of_regions, measures = _regions(place, kind, chance)
    moves = of_regions[place.region_of] + _area_moves(place, kind, chance)
    aged = kind.aged * chance.standard_normal(place.n_epci)[place.epci_of]
    young, old = (
        number(id) + spread(id) * chance.standard_normal()
        for id in ("spreads/rural_young", "spreads/rural_old")
    )
    is_old = np.tile(AGES.index("75+") == AGE_OF, 2)
    small = np.where(is_old, old + kind.rural, young + kind.rural)
    shift = moves[:, None] + place.rural[:, None] * small + aged[:, None] * is_old
    shift += _slopes(place, kind, chance)
    concerned = expit(logit(by_home)[None, :] + shift)
    expected = (counts * concerned).sum(axis=1)
    squares = (counts * concerned**2).sum(axis=1)
    # People, not expectations: the binomial with the mean and the variance of the sum over cells.
    trials = np.maximum(
        np.rint(np.divide(expected**2, squares, out=np.zeros(len(squares)), where=squares > 0)), 1
    )
    persons = chance.binomial(trials.astype(np.int64), np.clip(expected / trials, 0, 1)).astype(np.float64)
    cells = counts * concerned
    return World(truth=persons, published=_publish(truth, cells, counts, kind, chance), measures=measures)


def _unknowns(chance: np.random.Generator) -> Unknowns:
    """Return one value of each unpublished parameter, anywhere in its range."""

    def anywhere(id: str) -> Floats:
        return chance.uniform(*bounds(id), 1)

    near = {
        name: number(f"rates/{name}") + 2 * spread(f"rates/{name}") * chance.uniform(-1, 1, 1)
        for name in ("cap_position", "bac_position", "cross")
    }
    return Unknowns(
        cap=near["cap_position"],
        brevet=anywhere("rates/brevet_position"),
        bac=near["bac_position"],
        short=anywhere("rates/short_position"),
        cross=near["cross"],
        sample=anywhere("rates/tic_sample"),
        quota=anywhere("rates/quota_effect"),
        modest_odds=anywhere("rates/modest_odds"),
        poor_odds=anywhere("rates/poor_odds"),
        slope=anywhere("rates/level_slope"),
    )


def _living_standards(place: Country, true_frame: Frame, chance: np.random.Generator) -> Floats:
    """Return (areas,) the true share of modest people: errors shared by an EPCI, and proper to an area."""
    error = INCOME_EPCI * chance.standard_normal(place.n_epci)[place.epci_of]
    error += INCOME_AREA * chance.standard_normal(len(true_frame))
    return np.asarray(expit(logit(np.clip(true_frame.modest, 1e-4, 1 - 1e-4)) + error))


def _regions(place: Country, kind: Kind, chance: np.random.Generator) -> tuple[Floats, Measures]:
    """Return (régions,) their true effects, and what is measured of them in another year."""
    measured, wide, n = _measures(), kind.between.region, len(place.region_names)
    before = wide * chance.standard_normal(n)
    # Where two sources contradict each other, the truth is one of those they leave possible.
    before[measured.contested] = measured.effects[measured.contested] + measured.effect_error[
        measured.contested
    ] * chance.standard_normal(int(measured.contested.sum()))
    link = chance.uniform(*bounds("spreads/carry"))
    now = link * before + np.sqrt(1 - link**2) * wide * chance.standard_normal(n)
    now[place.is_overseas] = 0.4 + 0.2 * chance.standard_normal()
    now[place.is_overseas] += kind.between.overseas * chance.standard_normal(int(place.is_overseas.sum()))
    centred = np.where(place.is_overseas, 0.0, before - measured.weights @ before)
    noisy = centred + measured.effect_error * chance.standard_normal(n)
    survey = np.hypot(measured.zone_error, number("spreads/region_survey"))
    return now, replace(
        measured,
        effects=np.where(np.isnan(measured.effects) | measured.contested, measured.effects, noisy),
        zones=measured.shares @ centred + survey * chance.standard_normal(len(survey)),
    )


@lru_cache(maxsize=1)
def _measures() -> Measures:
    return need_model.regional_measures(need_model.country())


def _possible(d: Definition, people: Floats) -> Definition:
    """Return the definition with a total that leaves a possible rate to the age nobody publishes."""
    by_age = rate_engine.age_indicators() @ people
    known = sum(m.rate * by_age[AGES.index(m.category)] for m in d.of("age"))
    missing = by_age[AGES.index(d.deduced)]
    total = np.clip(
        d.total, (known + 0.045 * missing) / by_age.sum(), (known + 0.10 * missing) / by_age.sum()
    )
    return replace(d, total=float(total))


def _diploma_errors(frame: frames.Frame, chance: np.random.Generator) -> Floats:
    """Return (areas,) what the frame gets wrong on the logit of the share below the bac."""
    error = frame.diploma_doubt * chance.standard_normal(len(frame))
    _, at = group(frame.commune)
    size = np.bincount(at)
    mean = total_by(at, error * frame.adults) / np.maximum(total_by(at, frame.adults), 1)
    own = number("spreads/diploma_commune") * chance.standard_normal(len(size))
    return np.where(size[at] > 1, error - mean[at] + own[at], error)


def _area_moves(place: Country, kind: Kind, chance: np.random.Generator) -> Floats:
    def drawn(width: float, n: int) -> Floats:
        if kind.tails is None:
            return np.asarray(width * chance.standard_normal(n))
        scale = np.sqrt((kind.tails - 2) / kind.tails)
        return np.asarray(width * scale * chance.standard_t(kind.tails, n))

    between = kind.between
    departement = drawn(between.departement, len(place.departement_names))
    epci = drawn(between.epci, place.n_epci)
    if kind.basins:
        epci += kind.basins * chance.standard_normal(BASINS)[_basin_of(place, chance)]
    people = np.maximum(total_by(place.epci_of, place.frame.adults, place.n_epci), 1)
    poor = total_by(place.epci_of, place.frame.poor * place.frame.adults, place.n_epci) / people
    epci += kind.context * _standard(poor, people) - kind.urban * (np.log(people) - np.log(people).mean())
    return np.asarray(
        departement[place.departement_of] + epci[place.epci_of] + drawn(between.area, len(place.frame))
    )


def _standard(values: Floats, weight: Floats) -> Floats:
    """Return values in standard deviations from their mean."""
    gap = values - np.average(values, weights=weight)
    return np.asarray(gap / np.sqrt(np.average(gap**2, weights=weight)))


def _basin_of(place: Country, chance: np.random.Generator) -> NDArray[np.int64]:
    """Return (EPCI,) the basin of each: the nearest of BASINS of them, drawn by population."""
    km = np.nan_to_num(neighbours.middles(place.frame, place.epci_of, place.n_epci), nan=-1e6)
    people = total_by(place.epci_of, place.frame.population, place.n_epci)
    towns = chance.choice(place.n_epci, BASINS, replace=False, p=people / people.sum())
    return np.asarray(np.hypot(*(km[:, None] - km[towns]).transpose(2, 0, 1)).argmin(axis=1))


def _slopes(place: Country, kind: Kind, chance: np.random.Generator) -> Floats:
    """Return (areas, 70) what a place where age or the diploma matters more adds to each cell."""
    if not kind.slopes:
        return np.zeros((1, 2 * N_CELLS))
    age = np.linspace(-1, 1, len(AGES))[AGE_OF]
    diploma = rate_engine.diploma_scale(*(np.array([x]) for x in (0.42, 0.45, 0.62, 0.3)))[0] - 0.4
    out = np.zeros((len(place.frame), N_CELLS))
    for of, n in ((place.departement_of, len(place.departement_names)), (place.epci_of, place.n_epci)):
        for traits in (age, diploma, age * diploma):
            out += kind.slopes * chance.standard_normal(n)[of, None] * traits
    return np.tile(out, 2)


def _recounted(counts: Floats, place: Country, kind: Kind, chance: np.random.Generator) -> Floats:
    """Return (areas, 70) the true residents, where the census is wrong about ages, diplomas or numbers."""
    out = counts
    if kind.census:
        wrong = np.zeros((len(counts), N_CELLS))
        for of in (AGE_OF, DIPLOMA_OF):
            k = of.max() + 1
            wrong += kind.census * chance.standard_normal((place.n_epci, k))[place.epci_of][:, of]
            wrong += kind.census * chance.standard_normal((len(counts), k))[:, of]
        out = counts * np.exp(np.tile(wrong, 2))
        out *= counts.sum(axis=1, keepdims=True) / np.maximum(out.sum(axis=1, keepdims=True), 1e-9)
    if kind.uncounted:
        by_epci = kind.uncounted * (1 + chance.standard_normal(place.n_epci))[place.epci_of, None]
        out = out * (1 + by_epci * np.repeat([1.0, 2.0], N_CELLS))
    return np.asarray(out)


def _publish(
    d: Definition, cells: Floats, counts: Floats, kind: Kind, chance: np.random.Generator
) -> Definition:
    """Return the definition as a survey of this world would publish it: it misses some, samples, rounds."""
    cells = cells * (1 - kind.missed + kind.within * chance.uniform(-1, 1))
    low, high = bounds("rates/tic_sample")
    respondents = chance.uniform(low, high)
    people = counts.sum(axis=0).reshape(2, N_CELLS).sum(axis=0)
    concerned = cells.sum(axis=0).reshape(2, N_CELLS).sum(axis=0)
    total_people = people.sum()

    def published_rate(inside: NDArray[np.bool_], step: float) -> float:
        rate = concerned[inside].sum() / people[inside].sum()
        size = respondents * people[inside].sum() / total_people
        noisy = float(expit(logit(rate) + chance.standard_normal() / np.sqrt(size * rate * (1 - rate))))
        return float(np.rint(noisy / step) * step)

    # One sample: the total is the mean of its classes, not another draw.
    by_age = np.array([published_rate(np.asarray(age == AGE_OF), 1e-9) for age in range(len(AGES))])
    sizes = np.array([people[age == AGE_OF].sum() for age in range(len(AGES))])
    total = round(float(by_age @ sizes / sizes.sum()), 3)
    margins = []
    for m in d.margins:
        if m.breakdown == "age":
            rate = max(round(float(by_age[AGES.index(m.category)]), 2), 0.01)
        else:
            rate = max(
                round(published_rate(rate_engine.diploma_indicator(DIPLOMAS.index(m.category)) > 0, 1e-9), 2),
                0.01,
            )
        margins.append(
            Margin(breakdown=m.breakdown, category=m.category, rate=rate, low=rate - 0.005, high=rate + 0.005)
        )
    return replace(
        d, total=total, total_low=total - 0.0005, total_high=total + 0.0005, margins=tuple(margins)
    )


def coverage(worlds: Iterable[int], *, kind: Kind, n_draws: int = need_model.DRAWS) -> list[Shares]:
    """Return, for each world, the share of zones of each size whose truth lies inside the 90 % interval."""
    place = need_model.country()
    assumed = need_model.spreads()
    out = []
    for world_seed in worlds:
        w = world(world_seed, place, kind=kind)
        m = need_model.model(
            w.published,
            seed=world_seed,
            n_draws=n_draws,
            place=place,
            between=assumed,
            known=regions.law(w.measures, assumed.region),
        )
        draws = m.draws(np.arange(len(place.frame)))["need"]
        out.append({label: float(inside.mean()) for label, inside in _judged(w.truth, place, draws)})
    return out


def national(worlds: Iterable[int], *, kind: Kind, n_draws: int = need_model.DRAWS) -> list[Shares]:
    """Return, for each world, whether the truth of the whole country lies inside the 90 % interval.

    Effects of places give back to the country what they add: its draws are those of the national rates.
    """
    place = need_model.country()
    out = []
    for world_seed in worlds:
        w = world(world_seed, place, kind=kind)
        drawn = rates.draw(w.published, place.cells, place.bins, seed=world_seed, n=n_draws)
        low, high = centiles((drawn.draws @ place.cells)[None])
        out.append({COUNTRY: float(((w.truth.sum() >= low) & (w.truth.sum() <= high)).all())})
    return out


def sizes() -> dict[str, int]:
    """Return how many zones of each size are judged in a world."""
    place = need_model.country()
    nothing = np.zeros((len(place.frame), 1), dtype=np.float32)
    truth = np.zeros(len(place.frame))
    return {label: len(inside) for label, inside in _judged(truth, place, nothing)} | {COUNTRY: 1}


def _judged(
    truth: Floats, place: Country, draws: NDArray[np.float32]
) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    low, high = centiles(draws)
    inside = (truth >= low) & (truth <= high)
    adults = place.frame.adults
    for label, least, most in SIZES:
        yield label, inside[(adults >= max(least, number("protection/small_area"))) & (adults < most)]
    of_places = (place.commune_of, place.epci_of, place.departement_of, place.region_of)
    for label, at in zip(LEVELS, of_places, strict=True):
        n = int(at.max()) + 1
        low, high = centiles(synthetic.add_by(draws, at, n))
        true = total_by(at, truth, n)
        yield label, ((true >= low) & (true <= high))[total_by(at, adults, n) >= LEAST_PLACE]
