"""The diagnosis of a territory: how many people, where, who is also in social precarity, and how sure it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from maillage.engine import classes as class_engine
from maillage.engine import clusters, synthetic
from maillage.engine.base import Base, applied
from maillage.engine.cells import AGE_OF, AGES, DIPLOMA_OF, DIPLOMAS, N_CELLS
from maillage.engine.diplomas import BELOW_BAC
from maillage.kernel.estimate import Estimate, Figure, Withheld, from_draws
from maillage.reference.definitions import LEVELS, Definition, definition
from maillage.reference.parameters import bounds, number
from maillage.studies import context, needs, shapes, social
from maillage.studies import frame as frames
from maillage.studies.needs import Model, Spreads
from maillage.studies.shapes import Shapes
from maillage.studies.social import Social
from maillage.studies.territories import Territory
from maillage.studies.zoning import Zone, Zoning

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

LEVEL_NAMES = ("exclusion", "precarite_forte", "precarite_faible", "autonomie")
CLASS_NAMES = ("tres_faible", "faible", "moyenne", "forte", "tres_forte")
CELL_NAMES = ("aucune", "numerique", "sociale", "les_deux")
FEWEST_ZONES = 5
MOST_PARTS = 60  # a zone of more census areas (a département) is not told area by area
ADULT_SHARE_OF_15_19 = 0.4  # 18 and 19 among the five years of the bin
TOO_FEW = "Trop peu d’habitants pour une estimation."
METHOD, METHOD_BOTH, METHOD_LEVELS, METHOD_INCOME = "besoins", "double-precarite", "trois-niveaux", "niveau-de-vie"


class Cancelled(Exception):
    """The person asked to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A filter: the share of each area of France that counts (QPV, rural communes…), 0 to 1, and its doubt."""

    id: str
    label: str
    share: Floats
    source: str
    doubt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked: same request, same bytes."""

    territory: Territory
    zoning: Zoning
    definition: Definition
    seed: int = needs.SEED
    n_draws: int = needs.DRAWS
    weights: Mapping[str, float] = field(default_factory=dict)
    inside: Inside | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One census area inside a zone, with its own figure."""

    code: str
    name: str
    need: Figure
    rate: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneResult:
    """What is known of one zone. Figures are Withheld under 50 people of 15 and over.

    share_inside: share of its residents that the filter keeps (1 without filter). index and ranks are None when
    withheld; classes and cell are None under five zones. firmness: share of draws in the same digital class.
    parts: the census areas that make up the zone, largest need first; empty when it is one of them.
    """

    zone: Zone
    population: float
    adults: float
    universe: float
    share_inside: float
    need: Figure
    rate: Figure
    both: Figure
    modest: Figure
    levels: dict[str, Figure]
    bounds: tuple[float, float]
    index: float | None
    rank: int | None
    rank_standard: int | None
    digital_class: str | None
    social_class: str | None
    cell: str | None
    firmness: float | None
    flags: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One group of the territory: how many of its people are concerned, and which part of those concerned they are.

    people: persons of the group, ordinary housing; concerned: persons, at the central rates scaled to the estimate.
    """

    breakdown: str
    group: str
    people: float
    concerned: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The whole answer. Counts are persons, shares 0 to 1, rates in percent.

    cell_shares: share of residents living in each cell of the joint map. variance: share of the interval's variance
    each source of doubt brings. sensitivity: (region, EPCI, area) spreads and the half-width they give, as a share.
    leaders: zones that may have the highest rate (in at least one draw out of twenty), most likely first.
    half: the fewest zones that hold half of the need, largest first.
    flat: by base (15+, 18+, total), persons by level when the national shares are applied as they are.
    draws: (draws,) persons in need of the whole, unrounded, for comparisons.
    """

    request: Request
    population: float
    adults: float
    universe: float
    need: Figure
    rate: Figure
    both: Figure
    modest: Figure
    levels: dict[str, Figure]
    poor: Figure
    poor_both: Figure
    both_independent: float
    bounds: tuple[float, float]
    zones: tuple[ZoneResult, ...]
    social: Social
    rate_bounds: tuple[float, ...]
    cell_shares: dict[str, float]
    digital_only: tuple[str, ...]
    social_only: tuple[str, ...]
    clusters: tuple[tuple[str, ...], ...]
    leaders: tuple[str, ...]
    half: tuple[str, ...]
    profile: tuple[Profile, ...]
    context: tuple[context.Indicator, ...]
    variance: dict[str, float]
    sensitivity: tuple[tuple[float, float, float, float], ...]
    flat: dict[str, dict[str, float]]
    deduced: dict[str, float]
    left_out: tuple[int, float]
    flags: dict[int, float]
    draws: Floats
    shapes: Shapes

    def zone(self, code: str) -> ZoneResult:
        return next(result for result in self.zones if result.zone.code == code)


def diagnose(request: Request, progress: Callable[[str, float], None] = lambda step, share: None) -> Diagnosis:
    """Return the diagnosis of a territory.

    progress(step, share): called as work advances, share from 0 to 1; it may raise Cancelled.
    """
    progress("Lecture du recensement", 0.0)
    place = needs.country()
    frame, tables = place.frame, frames.sources()
    zones = request.zoning.zones
    rows = np.concatenate([zone.rows for zone in zones])
    at = np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])
    share = np.ones(len(rows)) if request.inside is None else request.inside.share[rows]

    progress("Taux par âge et par diplôme", 0.15)
    m = needs.model(request.definition, seed=request.seed, n_draws=request.n_draws, place=place, whole=True)
    progress("Tirages zone par zone", 0.25)
    areas = needs.draws_of(m, rows, lambda done: progress("Tirages zone par zone", 0.25 + 0.35 * done))
    progress("Précarité sociale et cumul", 0.62)
    sums = _zone_sums(m, areas, rows, at, share, len(zones))
    people = _people(frame, rows, at, share, len(zones))
    index = social.index_of(
        zones,
        frame,
        tables,
        weights=request.weights,
        inside=None if request.inside is None else request.inside.share,
    )
    progress("Contours et voisinages", 0.75)
    outline = shapes.of_zones(zones, tables.rp2021)
    parts = _parts(request, areas["need"].astype(np.float64) * share[:, None], frame, share, rows)
    results, rate_bounds = _zone_results(m, request, sums, people, index, frame, share, rows, at, parts)
    progress("Marges et vérifications", 0.85)
    return _assemble(m, request, sums, people, index, outline, results, rate_bounds, rows, share)


@dataclass(frozen=True, slots=True)
class _People:
    population: Floats
    adults: Floats
    universe: Floats
    everybody: Floats


def _people(frame: frames.Frame, rows: Positions, at: Positions, share: Floats, n: int) -> _People:
    return _People(
        population=np.bincount(at, frame.population[rows] * share, n),
        adults=np.bincount(at, frame.adults[rows] * share, n),
        universe=np.bincount(at, frame.universe[rows] * share, n),
        everybody=np.bincount(at, frame.population[rows], n),
    )


def _zone_sums(
    m: Model, areas: dict[str, NDArray[np.float32]], rows: Positions, at: Positions, share: Floats, n: int
) -> dict[str, Floats]:
    """Return, for each outcome, (zones, draws) persons: sums of the draws of areas, never of their intervals."""
    frame = m.country.frame
    modest_factor = needs.living_standards(m, rows, frame.modest)
    poor_factor = needs.living_standards(m, rows, frame.poor)
    modest0 = m.outcomes["both"].counts[rows].sum(axis=1, dtype=np.float64)[:, None]
    poor0 = m.outcomes["poor_both"].counts[rows].sum(axis=1, dtype=np.float64)[:, None]
    size = frame.universe[rows][:, None]
    need = areas["need"].astype(np.float64)
    parts = {
        "need": need,
        "level_1": areas["level_1"],
        "level_2": areas["level_2"],
        "level_3": areas["level_3"],
        "modest": np.minimum(modest0 * modest_factor, size),
        "poor": np.minimum(poor0 * poor_factor, size),
    }
    parts["both"] = np.minimum(areas["both"] * modest_factor, np.minimum(need, parts["modest"]))
    parts["poor_both"] = np.minimum(areas["poor_both"] * poor_factor, np.minimum(need, parts["poor"]))
    return {name: synthetic.add_by(values * share[:, None], at, n) for name, values in parts.items()}


def _levels(sums: dict[str, Floats], universe: Floats) -> dict[str, Floats]:
    """Return the draws of each of the four levels, from the cumulative ones."""
    first, second, third = sums["level_1"], sums["level_2"], sums["level_3"]
    second, third = np.maximum(first, second), np.maximum(first, np.maximum(second, third))
    return dict(zip(LEVEL_NAMES, (first, second - first, third - second, universe - third), strict=True))


def _zone_results(
    m: Model,
    request: Request,
    sums: dict[str, Floats],
    people: _People,
    index: Social,
    frame: frames.Frame,
    share: Floats,
    rows: Positions,
    at: Positions,
    parts: list[tuple[Part, ...]],
) -> tuple[tuple[ZoneResult, ...], tuple[float, ...]]:
    zones = request.zoning.zones
    shown = people.adults >= number("protection/small_area")
    safe = np.where(people.universe > 0, people.universe, 1.0)[:, None]
    rates = 100 * sums["need"] / safe
    levels = _levels(sums, people.universe[:, None])
    enough = shown.sum() >= FEWEST_ZONES
    none = np.full(len(zones), -1)
    mean_rate = np.where(shown, rates.mean(axis=1), np.nan)
    digital = class_engine.classes(mean_rate) if enough else none
    social_index = np.where(shown, index.index.index, np.nan)
    social_classes = class_engine.classes(social_index) if (~np.isnan(social_index)).sum() >= FEWEST_ZONES else none
    cells = class_engine.cells(digital, social_classes)
    firmness = class_engine.firmness(rates, digital)
    overlap = (
        np.maximum(0.0, sums["need"] + sums["modest"] - people.universe[:, None]).mean(axis=1),
        np.minimum(sums["need"], sums["modest"]).mean(axis=1),
    )
    flags = _zone_flags(frame, rows, at, share, people.population)
    cut = definition(LEVELS)
    results = []
    for i, zone in enumerate(zones):
        figure = _figures(request.definition, shown=bool(shown[i]))
        level_figure = _figures(cut, shown=bool(shown[i]), method=METHOD_LEVELS)
        results.append(
            ZoneResult(
                zone=zone,
                population=float(people.population[i]),
                adults=float(people.adults[i]),
                universe=float(people.universe[i]),
                share_inside=float(people.population[i] / people.everybody[i]) if people.everybody[i] else 0.0,
                need=figure(sums["need"][i]),
                rate=figure(rates[i], percent=True),
                both=_figures(request.definition, shown=bool(shown[i]), method=METHOD_BOTH)(sums["both"][i]),
                modest=_income_figure(sums["modest"][i], shown=bool(shown[i])),
                levels={name: level_figure(values[i]) for name, values in levels.items()},
                bounds=(float(overlap[0][i]), float(overlap[1][i])),
                index=_or_none(social_index[i]),
                rank=_rank(index.rank[i], social_index[i]),
                rank_standard=_rank(index.rank_standard[i], social_index[i]),
                digital_class=CLASS_NAMES[digital[i]] if digital[i] >= 0 else None,
                social_class=CLASS_NAMES[social_classes[i]] if social_classes[i] >= 0 else None,
                cell=CELL_NAMES[cells[i]] if cells[i] >= 0 else None,
                firmness=_or_none(firmness[i]),
                flags=int(flags[i]),
                parts=parts[i],
            )
        )
    limits = tuple(class_engine.quintiles(mean_rate).tolist()) if enough else ()
    return tuple(results), limits


def _parts(
    request: Request, draws: Floats, frame: frames.Frame, share: Floats, rows: Positions
) -> list[tuple[Part, ...]]:
    """Return the census areas of each zone, with figures of their own; none where a zone is one area."""
    names = frames.sources().rp2021.aligned("iris", frame.area[rows], "name", missing="")
    out: list[tuple[Part, ...]] = []
    start = 0
    for zone in request.zoning.zones:
        here = range(start, start + len(zone.rows))
        start += len(zone.rows)
        found = []
        for i in here if 1 < len(zone.rows) <= MOST_PARTS else ():
            universe = float(frame.universe[rows[i]] * share[i])
            adults = float(frame.adults[rows[i]] * share[i])
            figure = _figures(request.definition, shown=adults >= number("protection/small_area"))
            rate = figure(100 * draws[i] / max(universe, 1.0), percent=True)
            found.append(Part(str(frame.area[rows[i]]), str(names[i]), figure(draws[i]), rate))
        found.sort(key=lambda part: (-(part.need.value if isinstance(part.need, Estimate) else -1.0), part.code))
        out.append(tuple(found))
    return out


def _zone_flags(frame: frames.Frame, rows: Positions, at: Positions, share: Floats, population: Floats) -> Positions:
    """Return (zones,) the flags that hold for at least a fifth of the residents of each zone."""
    out = np.zeros(len(population), dtype=np.int64)
    people = frame.population[rows] * share
    for bit in (frames.COARSE_IRIS, frames.SMALL, frames.NO_RATE, frames.IS_OVERSEAS, frames.NO_INCOME):
        held = np.bincount(at, np.where(frame.flags[rows] & bit, people, 0.0), len(population))
        out |= np.where(held * 5 >= np.maximum(population, 1.0), bit, 0)
    return out


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _rank(value: float, index: float) -> int | None:
    return None if np.isnan(value) or np.isnan(index) else int(value)


def _figures(d: Definition, *, shown: bool, method: str = METHOD) -> "Callable[..., Figure]":
    """Return what turns draws into a figure of a definition, or withholds it."""
    n = d.n

    def figure(draws: Floats, *, percent: bool = False) -> Figure:
        unit = "pourcent" if percent else "personnes"
        if not shown:
            return Withheld(reason=TOO_FEW, unit=unit, universe=d.universe, n=n, method=method, sources=(d.id,))
        return from_draws(draws, unit=unit, universe=d.universe, n=n, method=method, sources=(d.id,))  # type: ignore[arg-type]

    return figure


INCOME_UNIVERSE = "15 ans et plus, logement ordinaire ; deux premiers cinquièmes de niveau de vie"
POOR_UNIVERSE = "15 ans et plus, logement ordinaire ; sous 60 % du niveau de vie médian"
INCOME_SOURCES = ("insee-filosofi-communes", "cnaf-2021-iris")


def _income_figure(draws: Floats, *, shown: bool, universe: str = INCOME_UNIVERSE) -> Figure:
    n = len(frames.sources().filosofi)
    if not shown:
        return Withheld(
            reason=TOO_FEW, unit="personnes", universe=universe, n=n, method=METHOD_INCOME, sources=INCOME_SOURCES
        )
    return from_draws(draws, unit="personnes", universe=universe, n=n, method=METHOD_INCOME, sources=INCOME_SOURCES)


def _assemble(
    m: Model,
    request: Request,
    sums: dict[str, Floats],
    people: _People,
    index: Social,
    outline: Shapes,
    results: tuple[ZoneResult, ...],
    rate_bounds: tuple[float, ...],
    rows: Positions,
    share: Floats,
) -> Diagnosis:
    frame = m.country.frame
    total = {name: values.sum(axis=0) for name, values in sums.items()}
    universe = float(people.universe.sum())
    shown = float(people.adults.sum()) >= number("protection/small_area")
    figure = _figures(request.definition, shown=shown)
    both = _figures(request.definition, shown=shown, method=METHOD_BOTH)
    level_figure = _figures(definition(LEVELS), shown=shown, method=METHOD_LEVELS)
    level_draws = _levels({name: values[None] for name, values in total.items()}, np.array([[universe]]))
    pairs = shapes.touching(outline)
    strong_social = np.array([result.social_class in ("forte", "tres_forte") for result in results])
    found = clusters.gather(pairs, strong_social) if pairs.size else []
    weights = np.zeros(len(frame))
    weights[rows] = share
    population = people.population.sum()
    by_cell = {name: sum(r.population for r in results if r.cell == name) for name in CELL_NAMES}
    left = request.zoning.left_out
    return Diagnosis(
        request=request,
        population=float(population),
        adults=float(people.adults.sum()),
        universe=universe,
        need=figure(total["need"]),
        rate=figure(100 * total["need"] / max(universe, 1.0), percent=True),
        both=both(total["both"]),
        modest=_income_figure(total["modest"], shown=shown),
        levels={name: level_figure(values[0]) for name, values in level_draws.items()},
        poor=_income_figure(total["poor"], shown=shown, universe=POOR_UNIVERSE),
        poor_both=both(total["poor_both"]),
        both_independent=_independent(m, rows, share, total["both"]),
        bounds=(sum(r.bounds[0] for r in results), sum(r.bounds[1] for r in results)),
        zones=results,
        social=index,
        rate_bounds=rate_bounds,
        cell_shares={name: value / population if population else 0.0 for name, value in by_cell.items()},
        digital_only=tuple(r.zone.code for r in results if r.cell == "numerique"),
        social_only=tuple(r.zone.code for r in results if r.cell == "sociale"),
        clusters=tuple(tuple(results[i].zone.code for i in zones) for zones in found),
        leaders=_leaders(request, sums, people),
        half=_half(results),
        profile=_profile(m, rows, share, float(total["need"].mean())),
        context=context.indicators(frame, weights),
        variance=variance_shares(m, rows, share),
        sensitivity=_sensitivity(m, rows, share),
        flat=_flat(frame, rows, share),
        deduced=m.rates.deduced,
        left_out=(len(np.unique(frame.commune[left])) if len(left) else 0, float(frame.population[left].sum())),
        flags={
            bit: float((frame.population[rows] * share)[(frame.flags[rows] & bit) > 0].sum())
            for bit in (frames.COARSE_IRIS, frames.SMALL, frames.NO_RATE, frames.IS_OVERSEAS, frames.NO_INCOME)
        },
        draws=total["need"],
        shapes=outline,
    )


def _leaders(request: Request, sums: dict[str, Floats], people: _People) -> tuple[str, ...]:
    """Return the zones that come first in at least one draw out of twenty, most often first."""
    shown = np.flatnonzero(people.adults >= number("protection/small_area"))
    if not len(shown):
        return ()
    rates = sums["need"][shown] / np.maximum(people.universe[shown], 1.0)[:, None]
    wins = np.bincount(rates.argmax(axis=0), minlength=len(shown)) / rates.shape[1]
    order = np.argsort(-wins, kind="stable")
    return tuple(request.zoning.zones[shown[i]].code for i in order if wins[i] >= 0.05)


def _half(results: tuple[ZoneResult, ...]) -> tuple[str, ...]:
    """Return the fewest zones that hold half of the need."""
    needs_by_zone = sorted(
        ((r.need.value, r.zone.code) for r in results if isinstance(r.need, Estimate)), key=lambda pair: (-pair[0], pair[1])
    )
    total, out, reached = sum(value for value, _ in needs_by_zone), [], 0.0
    for value, code in needs_by_zone:
        if reached * 2 >= total:
            break
        out.append(code)
        reached += value
    return tuple(out)


def _profile(m: Model, rows: Positions, share: Floats, need: float) -> tuple[Profile, ...]:
    """Return who is concerned, by age, diploma and living standard."""
    outcome = m.outcomes["need"]
    people = (outcome.counts[rows] * share[:, None]).sum(axis=0, dtype=np.float64)
    concerned = people * outcome.centre
    concerned *= need / concerned.sum() if concerned.sum() else 0.0
    cells = len(people) // 2
    groups = [
        *(("age", name, np.resize(AGE_OF == k, len(people))) for k, name in enumerate(AGES)),
        *(("diplome", name, np.resize(DIPLOMA_OF == k, len(people))) for k, name in enumerate(DIPLOMAS)),
        ("niveau_de_vie", "modeste", np.arange(len(people)) >= cells),
        ("niveau_de_vie", "autre", np.arange(len(people)) < cells),
    ]
    return tuple(
        Profile(breakdown, name, float(people[inside].sum()), float(concerned[inside].sum()))
        for breakdown, name, inside in groups
    )


def _independent(m: Model, rows: Positions, share: Floats, both: Floats) -> float:
    """Return the persons in both precarities if, inside a cell, living modestly changed nothing."""
    outcome = m.outcomes["both"]
    counts = (outcome.counts[rows] * share[:, None]).sum(axis=0, dtype=np.float64)
    expected = counts @ outcome.centre
    return float(both.mean() * (counts @ m.rates.centre) / expected) if expected > 0 else 0.0


def variance_shares(m: Model, rows: Positions, share: Floats) -> dict[str, float]:
    """Return the share of the variance of a territory's need that each source of doubt brings, summing to one."""
    parts = _variances(m, rows, share, m.spreads)
    whole = sum(parts.values())
    return {name: value / whole if whole else 0.0 for name, value in parts.items()}


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
    by_region = np.bincount(place.region_of[rows], varies)
    by_epci = np.bincount(place.epci_of[rows], varies)
    everywhere = synthetic.variance(outcome.counts, outcome.centre.astype(np.float32))
    part = float(varies.sum()) / float(everywhere.sum())
    spread_region = np.where(
        np.isin(place.region_names[: len(by_region)], frames.OVERSEAS), between.overseas, between.region
    )
    # Recentring: what a territory shares with the whole country is not uncertain.
    region = float((spread_region**2 * by_region**2).sum()) * max(1 - part, 0.0)
    epci = between.epci**2 * float((by_epci**2).sum()) * max(1 - part, 0.0)
    noise = needs.noise(m, "need", rows)
    below = np.resize(np.isin(DIPLOMA_OF, BELOW_BAC), len(outcome.centre))
    gain = synthetic.diploma_sensitivity(
        counts.astype(np.float64), outcome.centre, below, effect=number("spreads/diploma_effect")
    )
    tied = _tied_left(noise.tied * noise.varies * share, noise.varies * share, place.commune_of, rows)
    alone = np.bincount(place.commune_of)[place.commune_of[rows]] == 1
    return {
        "enquete": survey,
        "non_publie": unpublished,
        "region": region + float(0.15**2 * varies[overseas].sum() ** 2),
        "intercommunalite": epci,
        "quartier": between.area**2 * float((varies**2).sum()),
        "recensement_et_diplomes": tied + float(((gain * frame.diploma_doubt[rows])[alone] ** 2).sum()),
        "personnes": float((varies * share).sum()),
    }


def _tied_left(spread: Floats, weight: Floats, commune_of: Positions, rows: Positions) -> float:
    """Return the variance left by effects that vanish over whole communes, when only some areas are summed."""
    whole = np.bincount(commune_of)
    _, local = np.unique(commune_of[rows], return_inverse=True)
    here = np.bincount(local)
    complete = here == whole[np.unique(commune_of[rows])]
    return float((spread**2)[~complete[local]].sum())


def _sensitivity(m: Model, rows: Positions, share: Floats) -> tuple[tuple[float, float, float, float], ...]:
    """Return, for low, central and high spreads between areas, the half-width of the interval as a share of the need."""
    outcome = m.outcomes["need"]
    expected = float((outcome.counts[rows] * share[:, None]).sum(axis=0, dtype=np.float64) @ outcome.centre)
    lows, highs = (
        [bounds(f"spreads/{name}")[end] for name in ("region", "epci", "area")] for end in (0, 1)
    )
    middle = [m.spreads.region, m.spreads.epci, m.spreads.area]
    out = []
    for region, epci, area in (lows, middle, highs):
        spread = Spreads(region=region, epci=epci, area=area, overseas=m.spreads.overseas)
        variance = sum(_variances(m, rows, share, spread).values())
        out.append((region, epci, area, 1.645 * float(np.sqrt(variance)) / expected if expected else 0.0))
    return tuple(out)


def _flat(frame: frames.Frame, rows: Positions, share: Floats) -> dict[str, dict[str, float]]:
    """Return persons by level when national shares are applied as they are to each base (method of Strasbourg)."""
    bins = (frame.ages[rows] * share[:, None]).sum(axis=0)
    adults = float(bins[1:].sum())
    bases = (
        Base("15 ans et plus", adults, 15),
        Base("18 ans et plus", adults - (1 - ADULT_SHARE_OF_15_19) * float(bins[1]), 18),
        Base("tous les habitants", float(bins.sum()), 0),
    )
    shares = (*definition(LEVELS).shares, 1 - sum(definition(LEVELS).shares))
    # The study of Strasbourg does not print the age of its shares: every base is shown, none is chosen for it.
    return {
        base.label: {
            "base": base.people,
            **{name: applied(part, of=None, to=base) for name, part in zip(LEVEL_NAMES, shares, strict=True)},
        }
        for base in bases
    }


def figure_or_none(figure: Figure) -> Estimate | None:
    """Return the estimate, or None when it is withheld."""
    return figure if isinstance(figure, Estimate) else None
