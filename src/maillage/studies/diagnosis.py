"""The diagnosis of a territory: how many people, where, who is also in social precarity, and how sure it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.engine import classes as class_engine
from maillage.engine import clusters, composite, overlap, synthetic
from maillage.engine import rates as rate_engine
from maillage.engine.base import Base, applied
from maillage.engine.cells import AGE_OF, AGES, DIPLOMA_OF, DIPLOMAS
from maillage.kernel.estimate import Estimate, Figure, Unit, Withheld, from_draws
from maillage.kernel.table import total_by
from maillage.reference.definitions import LEVELS, Definition, definition
from maillage.reference.parameters import number
from maillage.studies import context, doubt, local_survey, needs, shapes, social
from maillage.studies import frame as frames
from maillage.studies.local_survey import Composite, Measured, Unread
from maillage.studies.needs import Model
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
ROWS_AT_ONCE = 4_096  # areas drawn together
MOST_PARTS = 60  # a zone of more census areas (a département) is not told area by area
ADULT_SHARE_OF_15_19 = 0.4  # 18 and 19 among the five years of the bin
FLAGS = (frames.COARSE_IRIS, frames.SMALL, frames.NO_RATE, frames.IS_OVERSEAS, frames.NO_INCOME)
TOO_FEW = "Trop peu d’habitants pour une estimation."
OUTSIDE = "Hors du filtre : aucun de ses habitants n’est compté."
FILTERED = "L’enquête porte sur tout le territoire : elle ne dit rien de la seule partie que le filtre garde."
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
    """What is asked: same request, same bytes. survey: what a survey of the whole territory says of this definition."""

    territory: Territory
    zoning: Zoning
    definition: Definition
    seed: int = needs.SEED
    n_draws: int = needs.DRAWS
    weights: Mapping[str, float] = field(default_factory=dict)
    inside: Inside | None = None
    name: str = ""
    survey: Measured | Unread | None = None


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
    minima: share of residents in a household on RSA or AAH, None where too few areas are known.
    flat: by base (15+, 18+, total), persons by level when the national shares are applied as they are.
    draws: (draws,) persons in need of the whole, unrounded, for comparisons.
    composite: the model and the survey of the request, one beside the other; not_composed: why there is none, "" without survey.
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
    minima: float | None
    flat: dict[str, dict[str, float]]
    deduced: dict[str, float]
    left_out: tuple[int, float]
    flags: dict[int, float]
    draws: Floats
    shapes: Shapes
    composite: Composite | None = None
    not_composed: str = ""

    def zone(self, code: str) -> ZoneResult:
        return next(result for result in self.zones if result.zone.code == code)


def diagnose(request: Request, progress: Callable[[str, float], None] = lambda step, share: None) -> Diagnosis:
    """Return the diagnosis of a territory.

    progress(step, share): called as work advances, share from 0 to 1; it may raise Cancelled.
    """
    progress("Lecture du recensement", 0.0)
    place = needs.country()
    zones = request.zoning.zones
    rows = np.concatenate([zone.rows for zone in zones])
    share = np.ones(len(rows)) if request.inside is None else request.inside.share[rows]
    progress("Taux par âge et par diplôme", 0.15)
    m = needs.model(request.definition, seed=request.seed, n_draws=request.n_draws, place=place, whole=True)
    progress("Tirages zone par zone", 0.25)
    sums, parts = _drawn(request, m, share, lambda done: progress("Tirages zone par zone", 0.25 + 0.37 * done))
    progress("Précarité sociale et cumul", 0.62)
    at = np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])
    people = _people(place.frame, rows, at, share, len(zones))
    both, why = _composed(request, sums["need"], people)
    if both is not None and both.kept == "combinee":
        move = _move(m, rows, share, both)
        sums, parts = _drawn(request, m, share, lambda done: progress("Enquête et modèle", 0.55 + 0.07 * done), move)
    index = social.index_of(
        zones,
        place.frame,
        frames.sources(),
        weights=request.weights,
        inside=None if request.inside is None else request.inside.share,
        shown=people.adults >= number("protection/small_area"),
    )
    work = _Work(request, m, rows, at, share, sums, parts, people, index, both, why)
    results, rate_bounds = _zone_results(work)
    progress("Contours et voisinages", 0.75)
    outline = shapes.of_zones(zones, frames.sources().rp2021)
    progress("Marges et vérifications", 0.85)
    return _assemble(work, outline, results, rate_bounds)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the steps of a diagnosis share.

    rows: (areas,) positions of the areas of all zones, in the order of zones; at: (areas,) position of the zone of
    each; share: (areas,) what the filter keeps. sums: by outcome, (zones, draws) persons.
    """

    request: Request
    model: Model
    rows: Positions
    at: Positions
    share: Floats
    sums: dict[str, Floats]
    parts: list[tuple[Part, ...]]
    people: "_People"
    index: Social
    composite: Composite | None
    not_composed: str

    @property
    def surveyed(self) -> Measured | None:
        """The survey that moved the figures, None when it did not."""
        return self.composite.measured if self.composite is not None and self.composite.kept == "combinee" else None

    @property
    def frame(self) -> frames.Frame:
        return self.model.country.frame


@dataclass(frozen=True, slots=True)
class _People:
    population: Floats
    adults: Floats
    universe: Floats
    everybody: Floats


def _people(frame: frames.Frame, rows: Positions, at: Positions, share: Floats, n: int) -> _People:
    return _People(
        population=total_by(at, frame.population[rows] * share, n),
        adults=total_by(at, frame.adults[rows] * share, n),
        universe=total_by(at, frame.universe[rows] * share, n),
        everybody=total_by(at, frame.population[rows], n),
    )


def _composed(request: Request, need: Floats, people: _People) -> tuple[Composite | None, str]:
    """Return the model and the survey of the request together, or why they are not.

    need: (zones, draws) persons that the model finds.
    """
    if request.survey is None or isinstance(request.survey, Unread):
        return None, "" if request.survey is None else request.survey.reason
    if request.inside is not None:
        return None, FILTERED
    if people.adults.sum() < number("protection/small_area"):
        return None, TOO_FEW
    rates = need.sum(axis=0) / max(float(people.universe.sum()), 1.0)
    return local_survey.compose(request.survey, request.definition, rates, seed=request.seed), ""


def _move(m: Model, rows: Positions, share: Floats, both: Composite) -> Floats:
    """Return (draws,) by how much the logit of every area moves for the territory to be what model and survey say together."""
    people = needs.draws_of(m, rows)["need"].astype(np.float64) * share[:, None]
    size = m.country.frame.universe[rows] * share
    return composite.moves(people, size, both.draws * size.sum())


def _drawn(
    request: Request, m: Model, share: Floats, progress: Callable[[float], None], move: Floats | None = None
) -> tuple[dict[str, Floats], list[tuple[Part, ...]]]:
    """Return, for each outcome, (zones, draws) persons, and the figures of the census areas inside each zone.

    share: (rows of all zones, in their order) what the filter keeps. Zones are drawn a few at a time: the whole of
    France holds in the memory of an old computer. move: (draws,) on the logit, what a survey of the territory adds everywhere.
    """
    zones = request.zoning.zones
    ends = np.cumsum([len(zone.rows) for zone in zones])
    batches = np.split(np.arange(len(zones)), np.flatnonzero(np.diff(ends // ROWS_AT_ONCE)) + 1)
    sums: dict[str, list[Floats]] = {}
    parts: list[tuple[Part, ...]] = []
    for batch in batches:
        chosen = [zones[i] for i in batch.tolist()]
        rows = np.concatenate([zone.rows for zone in chosen])
        kept = share[ends[batch[-1]] - len(rows) : ends[batch[-1]]]
        areas = needs.draws_of(m, rows)
        if move is not None:
            areas = _moved(request, m, areas, rows, move)
        for name, values in _zone_sums(m, areas, chosen, rows, kept).items():
            sums.setdefault(name, []).append(values)
        survey = request.survey if move is not None and isinstance(request.survey, Measured) else None
        parts += _parts(request.definition, chosen, areas["need"], m.country.frame, kept, survey)
        progress(float(ends[batch[-1]] / ends[-1]))
    return {name: np.concatenate(values) for name, values in sums.items()}, parts


MOVED = ("need", "both", "poor_both")
LEVEL_SUMS = ("level_1", "level_2", "level_3")


def _moved(
    request: Request, m: Model, areas: dict[str, NDArray[np.float32]], rows: Positions, move: Floats
) -> dict[str, NDArray[np.float32]]:
    """Return the draws of areas once the logit of the need moved; levels move only when they are the need that is asked.

    Who is also modest or poor moves as much, among modest or poor people: the link between both precarities stays as it was.
    """
    size = m.country.frame.universe[rows]
    out = dict(areas)
    for name in (*MOVED, *(LEVEL_SUMS if request.definition.id == LEVELS else ())):
        among = size if name not in ("both", "poor_both") else m.outcomes[name].counts[rows].sum(axis=1, dtype=np.float64)
        out[name] = composite.moved(areas[name].astype(np.float64), among, move).astype(np.float32)
    return out


def _zone_sums(
    m: Model, areas: dict[str, NDArray[np.float32]], zones: Sequence[Zone], rows: Positions, share: Floats
) -> dict[str, Floats]:
    """Return, for each outcome, (zones, draws) persons: sums of the draws of areas, never of their intervals."""
    frame = m.country.frame
    at = np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])
    standards = needs.living_standards(m, rows)
    size = frame.universe[rows][:, None]
    need = areas["need"].astype(np.float64)

    def under(outcome: str, threshold: Floats) -> tuple[Floats, Floats]:
        """Return (areas, draws) persons under a threshold, and those of them who are also in need."""
        factor = standards.factor(threshold)
        expected = m.outcomes[outcome].counts[rows].sum(axis=1, dtype=np.float64)[:, None]
        people = np.minimum(expected * factor, size)
        return people, np.minimum(areas[outcome] * factor, np.minimum(need, people))

    out: dict[str, NDArray[Any]] = {
        "need": need,
        "level_1": areas["level_1"],
        "level_2": areas["level_2"],
        "level_3": areas["level_3"],
    }
    out["modest"], out["both"] = under("both", frame.modest)
    out["poor"], out["poor_both"] = under("poor_both", frame.poor)
    return {name: synthetic.add_by(values * share[:, None], at, len(zones)) for name, values in out.items()}


def _levels(sums: dict[str, Floats], universe: Floats) -> dict[str, Floats]:
    """Return the draws of each of the four levels, from the cumulative ones."""
    first, second, third = sums["level_1"], sums["level_2"], sums["level_3"]
    second, third = np.maximum(first, second), np.maximum(first, np.maximum(second, third))
    return dict(zip(LEVEL_NAMES, (first, second - first, third - second, universe - third), strict=True))


def _zone_results(w: _Work) -> tuple[tuple[ZoneResult, ...], tuple[float, ...]]:
    """Return the result of each zone, and the bounds between digital classes."""
    request, sums, people, index = w.request, w.sums, w.people, w.index
    zones = request.zoning.zones
    why = _why_withheld(people)
    shown = np.array([not reason for reason in why], dtype=bool)
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
    least, most = overlap.bounds(sums["need"], sums["modest"], people.universe[:, None])
    flags = _zone_flags(w)
    cut = definition(LEVELS)
    results = []
    for i, zone in enumerate(zones):
        figure = _figures(request.definition, why=why[i], survey=w.surveyed)
        level_figure = _figures(cut, why=why[i], method=METHOD_LEVELS)
        results.append(
            ZoneResult(
                zone=zone,
                population=float(people.population[i]),
                adults=float(people.adults[i]),
                universe=float(people.universe[i]),
                share_inside=float(people.population[i] / people.everybody[i]) if people.everybody[i] else 0.0,
                need=figure(sums["need"][i]),
                rate=figure(rates[i], percent=True),
                both=_figures(request.definition, why=why[i], method=METHOD_BOTH, survey=w.surveyed)(sums["both"][i]),
                modest=_income_figure(sums["modest"][i], why=why[i]),
                levels={name: level_figure(values[i]) for name, values in levels.items()},
                bounds=(float(least[i].mean()), float(most[i].mean())),
                index=_or_none(social_index[i]),
                rank=_rank(index.rank[i], social_index[i]),
                rank_standard=_rank(index.rank_standard[i], social_index[i]),
                digital_class=CLASS_NAMES[digital[i]] if digital[i] >= 0 else None,
                social_class=CLASS_NAMES[social_classes[i]] if social_classes[i] >= 0 else None,
                cell=CELL_NAMES[cells[i]] if cells[i] >= 0 else None,
                firmness=_or_none(firmness[i]),
                flags=int(flags[i]),
                parts=w.parts[i],
            )
        )
    limits = tuple(class_engine.quintiles(mean_rate).tolist()) if enough else ()
    return tuple(results), limits


def _parts(
    chosen: Definition,
    zones: Sequence[Zone],
    draws: NDArray[np.float32],
    frame: frames.Frame,
    share: Floats,
    survey: Measured | None,
) -> list[tuple[Part, ...]]:
    """Return the census areas of each zone, with figures of their own; none where a zone is one area, or too many.

    draws: (areas of the zones, in order, draws) persons in need. share: (the same areas,) what the filter keeps.
    survey: the one that moved the draws.
    """
    iris = frames.sources().rp2021
    out: list[tuple[Part, ...]] = []
    start = 0
    for zone in zones:
        here = range(start, start + len(zone.rows))
        start += len(zone.rows)
        found = []
        for i, row in zip(here, zone.rows.tolist(), strict=True) if 1 < len(zone.rows) <= MOST_PARTS else ():
            universe = float(frame.universe[row] * share[i])
            adults = float(frame.adults[row] * share[i])
            why = "" if adults >= number("protection/small_area") else TOO_FEW
            figure = _figures(chosen, why=why, survey=survey)
            persons = draws[i].astype(np.float64) * share[i]
            rate = figure(100 * persons / max(universe, 1.0), percent=True)
            found.append(Part(str(iris["iris"][row]), str(iris["name"][row]), figure(persons), rate))
        found.sort(key=lambda part: (-(part.need.value if isinstance(part.need, Estimate) else -1.0), part.code))
        out.append(tuple(found))
    return out


def _zone_flags(w: _Work) -> Positions:
    """Return (zones,) the flags that hold for at least a fifth of the residents of each zone."""
    population = w.people.population
    out = np.zeros(len(population), dtype=np.int64)
    people = w.frame.population[w.rows] * w.share
    for bit in FLAGS:
        held = total_by(w.at, np.where(w.frame.flags[w.rows] & bit, people, 0.0), len(population))
        out |= np.where(held * 5 >= np.maximum(population, 1.0), bit, 0)
    return out


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _rank(value: float, index: float) -> int | None:
    return None if np.isnan(value) or np.isnan(index) else int(value)


def _why_withheld(people: _People) -> list[str]:
    """Return, for each zone, why its figures are not shown; "" when they are."""
    few = people.adults < number("protection/small_area")
    outside = (people.population == 0) & (people.everybody > 0)
    return [str(reason) for reason in np.where(outside, OUTSIDE, np.where(few, TOO_FEW, ""))]


def _figures(d: Definition, *, why: str, method: str = METHOD, survey: Measured | None = None) -> "Callable[..., Figure]":
    """Return what turns draws into a figure of a definition; a reason withholds it. survey: the one that moved the draws."""
    n = d.n if survey is None else d.n + survey.n
    sources = (d.id,) if survey is None else (d.id, local_survey.SOURCE)
    if survey is not None and method == METHOD:
        method = local_survey.METHOD

    def figure(draws: Floats, *, percent: bool = False) -> Figure:
        unit: Unit = "pourcent" if percent else "personnes"
        if why:
            return Withheld(reason=why, unit=unit, universe=d.universe, n=n, method=method, sources=sources)
        return from_draws(draws, unit=unit, universe=d.universe, n=n, method=method, sources=sources)

    return figure


INCOME_UNIVERSE = "15 ans et plus, logement ordinaire ; deux premiers cinquièmes de niveau de vie"
POOR_UNIVERSE = "15 ans et plus, logement ordinaire ; sous 60 % du niveau de vie médian"
INCOME_SOURCES = ("insee-filosofi-communes", "cnaf-2021-iris")


def _income_figure(draws: Floats, *, why: str, universe: str = INCOME_UNIVERSE) -> Figure:
    n = len(frames.sources().filosofi)
    if why:
        return Withheld(reason=why, unit="personnes", universe=universe, n=n, method=METHOD_INCOME, sources=INCOME_SOURCES)
    return from_draws(draws, unit="personnes", universe=universe, n=n, method=METHOD_INCOME, sources=INCOME_SOURCES)


def _assemble(w: _Work, outline: Shapes, results: tuple[ZoneResult, ...], rate_bounds: tuple[float, ...]) -> Diagnosis:
    request, m, rows, share, sums, people, index = w.request, w.model, w.rows, w.share, w.sums, w.people, w.index
    frame = w.frame
    total = {name: values.sum(axis=0) for name, values in sums.items()}
    universe = float(people.universe.sum())
    why = "" if float(people.adults.sum()) >= number("protection/small_area") else TOO_FEW
    figure = _figures(request.definition, why=why, survey=w.surveyed)
    both = _figures(request.definition, why=why, method=METHOD_BOTH, survey=w.surveyed)
    level_figure = _figures(definition(LEVELS), why=why, method=METHOD_LEVELS)
    level_draws = _levels({name: values[None] for name, values in total.items()}, np.array([[universe]]))
    pairs = shapes.touching(outline)
    strong_social = np.array([result.social_class in ("forte", "tres_forte") for result in results])
    # Without the contour of a zone nobody knows its neighbours: no cluster is told rather than a wrong one.
    found = clusters.gather(pairs, strong_social) if pairs.size and not outline.missing else []
    weights = np.zeros(len(frame))
    weights[rows] = share
    population = people.population.sum()
    by_cell = {name: sum(r.population for r in results if r.cell == name) for name in CELL_NAMES}
    left = request.zoning.left_out
    minima = _minima(frame, rows, share)
    why_poor = why or _why_no_poverty(frame, rows, share, minima, float(total["poor"].mean()) / max(universe, 1.0))
    return Diagnosis(
        request=request,
        population=float(population),
        adults=float(people.adults.sum()),
        universe=universe,
        need=figure(total["need"]),
        rate=figure(100 * total["need"] / max(universe, 1.0), percent=True),
        both=both(total["both"]),
        modest=_income_figure(total["modest"], why=why),
        levels={name: level_figure(values[0]) for name, values in level_draws.items()},
        poor=_income_figure(total["poor"], why=why_poor, universe=POOR_UNIVERSE),
        poor_both=_figures(request.definition, why=why_poor, method=METHOD_BOTH, survey=w.surveyed)(total["poor_both"]),
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
        variance=doubt.variance_shares(m, rows, share),
        sensitivity=doubt.sensitivity(m, rows, share),
        minima=minima,
        flat=_flat(frame, rows, share),
        deduced=m.rates.deduced,
        left_out=(len(np.unique(frame.commune[left])) if len(left) else 0, float(frame.population[left].sum())),
        flags={bit: float((frame.population[rows] * share)[(frame.flags[rows] & bit) > 0].sum()) for bit in FLAGS},
        draws=total["need"],
        shapes=outline,
        composite=w.composite,
        not_composed=w.not_composed,
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
    counts = outcome.counts[rows] * share[:, None]
    regions = m.country.region_of[rows]
    people = counts.sum(axis=0, dtype=np.float64)
    concerned = np.zeros(len(people))
    for region in np.unique(regions).tolist():
        shifted = outcome.overseas.get(region)
        rate = outcome.centre if shifted is None else shifted.mean(axis=0, dtype=np.float64)
        concerned += counts[regions == region].sum(axis=0, dtype=np.float64) * rate
    # Brought to the total by one move of the logit: a share can neither pass 100 % nor fall below 0.
    rate = np.divide(concerned, people, out=np.full(len(people), 0.5), where=people > 0)
    if 0 < need < people.sum():
        rate = rate_engine.shift(people, np.clip(rate, 1e-9, 1 - 1e-9), np.array([need / people.sum()]))[0]
    concerned = people * rate
    cells = len(people) // 2
    groups = [
        *(("age", name, np.resize(k == AGE_OF, len(people))) for k, name in enumerate(AGES)),
        *(("diplome", name, np.resize(k == DIPLOMA_OF, len(people))) for k, name in enumerate(DIPLOMAS)),
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


def _minima(frame: frames.Frame, rows: Positions, share: Floats) -> float | None:
    """Return the share of residents in a household on RSA or AAH, over the areas where it is known."""
    people = frame.population[rows]
    found = frames.minima_share(frame.area[rows], people, frames.sources().cnaf)
    known = ~np.isnan(found)
    weight = people * share
    if weight[known].sum() * 2 < weight.sum() or not weight.sum():
        return None
    return float(np.average(found[known], weights=weight[known]))


def _why_no_poverty(frame: frames.Frame, rows: Positions, share: Floats, minima: float | None, poor: float) -> str:
    """Return why the number of poor people cannot be told, "" when it can.

    Medians of communes do not see cities that are both rich and poor, and say nothing overseas: the people on minimum
    income, who are counted, then outnumber the poor people we find.
    """
    people = frame.population[rows] * share
    if people[frame.overseas[rows]].sum() * 5 >= max(float(people.sum()), 1.0):
        return "Les revenus d’outre-mer ne sont pas connus commune par commune."
    if minima is not None and minima > poor:
        return (
            f"Plus d’habitants vivent ici dans un foyer au RSA ou à l’AAH ({100 * minima:.0f} %) que ce calcul n’en trouve "
            f"sous le seuil de pauvreté ({100 * poor:.0f} %) : il en compte trop peu."
        )
    return ""


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
