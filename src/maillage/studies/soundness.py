"""Is the interval honest? Worlds with a known truth, of which the engine is told only what surveys publish."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
from maillage.reference.parameters import bounds, number
from maillage.studies import frame as frames
from maillage.studies import needs, rates
from maillage.studies.needs import Country, Spreads

Floats = NDArray[np.float64]

SIZES = (
    ("quartiers de moins de 200 adultes", 0, 200),
    ("quartiers de 200 à 1 000 adultes", 200, 1_000),
    ("quartiers de 1 000 à 5 000 adultes", 1_000, 5_000),
)
LEVELS = ("communes", "intercommunalités", "départements", "régions", "France")


@dataclass(frozen=True, slots=True)
class World:
    """A country whose truth is known. truth: (areas,) persons in need; published: what its survey lets us know."""

    truth: Floats
    adults: Floats
    published: Definition
    overseas_rate: float


def world(number_: int, place: Country, *, between: Spreads) -> World:
    """Return a world that the engine's own assumptions do not describe exactly.

    Its diplomas differ from the imputed ones, its age × diploma table has other odds ratios, its unpublished
    parameters are drawn, its areas depart from their cells, its residents are people and not expectations; its survey
    samples, then rounds.
    """
    chance = generator(number_, "world")
    tables = frames.sources()
    guess = place.frame
    true_frame = frames.build(
        tables,
        seed_power=float(chance.uniform(0.75, 1.25)),
        diploma_shift=_diploma_errors(guess, chance),
    )
    counts = frames.by_household(true_frame, true_frame.modest)
    people = true_frame.counts.sum(axis=0)
    shown = definition(DEFAULT)
    truth = replace(
        shown,
        total=float(expit(logit(shown.total) + 0.1 * chance.standard_normal())),
        margins=tuple(replace(m, rate=float(expit(logit(m.rate) + 0.1 * chance.standard_normal()))) for m in shown.margins),
    )
    u = rates.unknowns(10_000 + number_, 1)
    setting = rates.Setting(people, true_frame.ages.sum(axis=0), u, 0, still=True)
    p = rates.fit(_possible(truth, people), setting)
    modest = counts[:, N_CELLS:].sum(axis=0) / np.maximum(
        counts[:, :N_CELLS].sum(axis=0) + counts[:, N_CELLS:].sum(axis=0), 1
    )
    by_home = np.concatenate(rate_engine.split_by_household(p, np.clip(modest, 1e-4, 0.999), u.modest_odds), axis=1)[0]
    moves = _area_moves(place, between, chance)
    concerned = expit(logit(by_home)[None, :] + moves[:, None])
    expected = (counts * concerned).sum(axis=1)
    squares = (counts * concerned**2).sum(axis=1)
    # People, not expectations: the binomial with the mean and the variance of the sum over cells.
    trials = np.maximum(np.rint(np.divide(expected**2, squares, out=np.zeros(len(squares)), where=squares > 0)), 1)
    persons = chance.binomial(trials.astype(np.int64), np.clip(expected / trials, 0, 1)).astype(np.float64)
    cells = counts * concerned
    return World(
        truth=persons,
        adults=true_frame.adults,
        published=_publish(truth, cells, counts, chance),
        overseas_rate=float(cells[guess.overseas].sum() / counts[guess.overseas].sum()),
    )


def _possible(d: Definition, people: Floats) -> Definition:
    """Return the definition with a total that leaves a possible rate to the age nobody publishes."""
    by_age = rate_engine.age_indicators() @ people
    known = sum(m.rate * by_age[AGES.index(m.category)] for m in d.of("age"))
    missing = by_age[AGES.index(d.deduced)]
    total = np.clip(d.total, (known + 0.045 * missing) / by_age.sum(), (known + 0.10 * missing) / by_age.sum())
    return replace(d, total=float(total))


def _diploma_errors(frame: frames.Frame, chance: np.random.Generator) -> Floats:
    """Return (areas,) what the frame gets wrong on the logit of the share below the bac."""
    error = frame.diploma_doubt * chance.standard_normal(len(frame))
    _, at = group(frame.commune)
    size = np.bincount(at)
    mean = total_by(at, error * frame.adults) / np.maximum(total_by(at, frame.adults), 1)
    own = number("spreads/diploma_commune") * chance.standard_normal(len(size))
    return np.where(size[at] > 1, error - mean[at] + own[at], error)


def _area_moves(place: Country, between: Spreads, chance: np.random.Generator) -> Floats:
    frame = place.frame
    region = between.region * chance.standard_normal(len(place.region_names))
    overseas = np.isin(place.region_names, frames.OVERSEAS)
    common = 0.4 + 0.2 * chance.standard_normal()
    region[overseas] = common + between.overseas * chance.standard_normal(int(overseas.sum()))
    epci = between.epci * chance.standard_normal(place.n_epci)
    area = between.area * chance.standard_normal(len(frame))
    return np.asarray(region[place.region_of] + epci[place.epci_of] + area)


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
            rate = max(round(seen(rate_engine.diploma_indicator(DIPLOMAS.index(m.category)) > 0, 1e-9), 2), 0.01)
        margins.append(Margin(breakdown=m.breakdown, category=m.category, rate=rate, low=rate - 0.005, high=rate + 0.005))
    return replace(d, total=total, total_low=total - 0.0005, total_high=total + 0.0005, margins=tuple(margins))


def coverage(
    worlds: Iterable[int], *, truth: Spreads | None = None, n_draws: int = needs.DRAWS
) -> dict[str, tuple[float, int]]:
    """Return, by size of zone, the share of zones whose truth lies inside the 90 % interval, and how many were tried.

    truth: spreads of the worlds when they differ from those the engine assumes.
    """
    place = needs.country()
    assumed = needs.spreads()
    hits: dict[str, list[NDArray[np.bool_]]] = {}
    for each in worlds:
        w = world(each, place, between=truth or assumed)
        m = needs.model(w.published, seed=each, n_draws=n_draws, place=place, between=assumed)
        draws = needs.draws_of(m, np.arange(len(place.frame)))["need"]
        for label, inside in _judged(w, place, draws):
            hits.setdefault(label, []).append(inside)
    return {label: (float(np.concatenate(found).mean()), sum(map(len, found))) for label, found in hits.items()}


def _judged(w: World, place: Country, draws: NDArray[np.float32]) -> Iterable[tuple[str, NDArray[np.bool_]]]:
    low, high = centiles(draws)
    inside = (w.truth >= low) & (w.truth <= high)
    adults = place.frame.adults
    for label, least, most in SIZES:
        yield label, inside[(adults >= max(least, number("protection/small_area"))) & (adults < most)]
    frame = place.frame
    for label, keys in zip(LEVELS, (frame.commune, frame.epci, frame.departement, frame.region), strict=False):
        known = keys != ""
        names, at = group(keys[known])
        sums = synthetic.add_by(draws[known], at, len(names))
        true = total_by(at, w.truth[known], len(names))
        people = total_by(at, adults[known], len(names))
        low, high = centiles(sums)
        yield label, ((true >= low) & (true <= high))[people >= 200]
    total = draws.sum(axis=0, dtype=np.float64)[None]
    low, high = centiles(total)
    yield LEVELS[-1], (w.truth.sum() >= low) & (w.truth.sum() <= high)
