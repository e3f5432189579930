"""Is the interval honest? Worlds with a known truth, of which the engine is told only what surveys
publish.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from maillage.engine import rates as rate_engine
from maillage.engine import synthetic
from maillage.engine.cells import AGE_OF, AGES, DIPLOMAS, N_CELLS
from maillage.engine.chance import generator
from maillage.engine.logit import expit, logit
from maillage.kernel.estimate import centiles
from maillage.kernel.table import group, total_by
from maillage.reference.definitions import DEFAULT, Definition, Margin, definition
from maillage.reference.parameters import bounds, number, spread
from maillage.studies.need import model as need_model
from maillage.studies.need import population as frames
from maillage.studies.need import rates, regions
from maillage.studies.need.model import Country, Spreads
from maillage.studies.need.population import Frame
from maillage.studies.need.rates import Unknowns
from maillage.studies.need.regions import Measures

Floats = NDArray[np.float64]

SIZES = (
    ("quartiers de moins de 200 adultes", 0, 200),
    ("quartiers de 200 à 1 000 adultes", 200, 1_000),
    ("quartiers de 1 000 à 5 000 adultes", 1_000, 5_000),
)
LEVELS = ("communes", "intercommunalités", "départements", "régions", "France")
POPULATIONS = 6  # true populations that worlds share: composing one takes as long as the rest of a world
INCOME_EPCI, INCOME_AREA = 0.15, 0.30  # errors of living standards, half again as large as the engine's
Shares = dict[str, float]


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the places of a world.

    between: spreads. rural: added to the logit of every cell of small communes beyond the engine's effect.
    tails: degrees of freedom of Student's law for départements, EPCI and areas, normal when None; same
    spreads. aged: spread between EPCI of an effect that only those of 75 and over have.
    """

    between: Spreads
    rural: float = 0.0
    tails: int | None = None
    aged: float = 0.0


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
    people = true_frame.counts.sum(axis=0)
    shown = definition(DEFAULT)
    truth = replace(
        shown,
        total=float(expit(logit(shown.total) + 0.1 * chance.standard_normal())),
        margins=tuple(
            replace(m, rate=float(expit(logit(m.rate) + 0.1 * chance.standard_normal())))
            for m in shown.margins
        ),
    )
    u = _unknowns(chance)
    setting = rates.Setting(people, true_frame.ages.sum(axis=0), u, 0, still=True)
    p = rates.fit_rates(_possible(truth, people), setting)
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
    concerned = expit(logit(by_home)[None, :] + shift)
    expected = (counts * concerned).sum(axis=1)
    squares = (counts * concerned**2).sum(axis=1)
    # People, not expectations: the binomial with the mean and the variance of the sum over cells.
    trials = np.maximum(
        np.rint(np.divide(expected**2, squares, out=np.zeros(len(squares)), where=squares > 0)), 1
    )
    persons = chance.binomial(trials.astype(np.int64), np.clip(expected / trials, 0, 1)).astype(np.float64)
    cells = counts * concerned
    return World(truth=persons, published=_publish(truth, cells, counts, chance), measures=measures)


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
    ours, wide, n = _measures(), kind.between.region, len(place.region_names)
    before = wide * chance.standard_normal(n)
    # Where two sources contradict each other, the truth is one of those they leave possible.
    before[ours.contested] = ours.effects[ours.contested] + ours.effect_error[
        ours.contested
    ] * chance.standard_normal(int(ours.contested.sum()))
    link = chance.uniform(*bounds("spreads/carry"))
    now = link * before + np.sqrt(1 - link**2) * wide * chance.standard_normal(n)
    now[place.is_overseas] = 0.4 + 0.2 * chance.standard_normal()
    now[place.is_overseas] += kind.between.overseas * chance.standard_normal(int(place.is_overseas.sum()))
    centred = np.where(place.is_overseas, 0.0, before - ours.weights @ before)
    noisy = centred + ours.effect_error * chance.standard_normal(n)
    survey = np.hypot(ours.zone_error, number("spreads/region_survey"))
    return now, replace(
        ours,
        effects=np.where(np.isnan(ours.effects) | ours.contested, ours.effects, noisy),
        zones=ours.shares @ centred + survey * chance.standard_normal(len(survey)),
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
    return np.asarray(
        departement[place.departement_of] + epci[place.epci_of] + drawn(between.area, len(place.frame))
    )


def _publish(d: Definition, cells: Floats, counts: Floats, chance: np.random.Generator) -> Definition:
    """Return the definition as a survey of this world would publish it: sampled, then rounded."""
    low, high = bounds("rates/tic_sample")
    respondents = chance.uniform(low, high)
    people = counts.sum(axis=0).reshape(2, N_CELLS).sum(axis=0)
    concerned = cells.sum(axis=0).reshape(2, N_CELLS).sum(axis=0)
    total_people = people.sum()

    def seen(inside: NDArray[np.bool_], step: float) -> float:
        rate = concerned[inside].sum() / people[inside].sum()
        size = respondents * people[inside].sum() / total_people
        noisy = float(expit(logit(rate) + chance.standard_normal() / np.sqrt(size * rate * (1 - rate))))
        return float(np.rint(noisy / step) * step)

    # One sample: the total is the mean of its classes, not another draw.
    by_age = np.array([seen(np.asarray(age == AGE_OF), 1e-9) for age in range(len(AGES))])
    sizes = np.array([people[age == AGE_OF].sum() for age in range(len(AGES))])
    total = round(float(by_age @ sizes / sizes.sum()), 3)
    margins = []
    for m in d.margins:
        if m.breakdown == "age":
            rate = max(round(float(by_age[AGES.index(m.category)]), 2), 0.01)
        else:
            rate = max(
                round(seen(rate_engine.diploma_indicator(DIPLOMAS.index(m.category)) > 0, 1e-9), 2), 0.01
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
    for each in worlds:
        w = world(each, place, kind=kind)
        m = need_model.model(
            w.published,
            seed=each,
            n_draws=n_draws,
            place=place,
            between=assumed,
            known=regions.law(w.measures, assumed.region),
        )
        draws = m.draws(np.arange(len(place.frame)))["need"]
        out.append({label: float(inside.mean()) for label, inside in _judged(w.truth, place, draws)})
    return out


def sizes() -> dict[str, int]:
    """Return how many zones of each size are judged in a world."""
    place = need_model.country()
    nothing = np.zeros((len(place.frame), 1), dtype=np.float32)
    truth = np.zeros(len(place.frame))
    return {label: len(inside) for label, inside in _judged(truth, place, nothing)}


def _judged(
    truth: Floats, place: Country, draws: NDArray[np.float32]
) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    low, high = centiles(draws)
    inside = (truth >= low) & (truth <= high)
    adults = place.frame.adults
    for label, least, most in SIZES:
        yield label, inside[(adults >= max(least, number("protection/small_area"))) & (adults < most)]
    frame = place.frame
    for label, keys in zip(
        LEVELS, (frame.commune, frame.epci, frame.departement, frame.region), strict=False
    ):
        known = keys != ""
        names, at = group(keys[known])
        sums = synthetic.add_by(draws[known], at, len(names))
        true = total_by(at, truth[known], len(names))
        people = total_by(at, adults[known], len(names))
        low, high = centiles(sums)
        yield label, ((true >= low) & (true <= high))[people >= 200]
    total = draws.sum(axis=0, dtype=np.float64)[None]
    low, high = centiles(total)
    yield LEVELS[-1], (truth.sum() >= low) & (truth.sum() <= high)
