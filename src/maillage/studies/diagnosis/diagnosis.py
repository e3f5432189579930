"""The diagnosis of a territory: how many people, where, who is also in social precarity, and how sure it
is.
"""

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
from maillage.engine.chance import even_normals
from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate, Figure, Unit, Withheld, centiles, from_draws
from maillage.kernel.table import total_by
from maillage.reference.definitions import LEVELS, Definition, definition
from maillage.reference.parameters import number
from maillage.studies.diagnosis import shapes
from maillage.studies.diagnosis.shapes import Shapes
from maillage.studies.diagnosis.territories import Territory
from maillage.studies.diagnosis.zoning import Zone, Zoning
from maillage.studies.need import context, doubt, local_survey, rurality, social
from maillage.studies.need import model as need_model
from maillage.studies.need import population as frames
from maillage.studies.need.local_survey import Composite, Measured, Unread
from maillage.studies.need.model import Model
from maillage.studies.need.social import Social
from maillage.words.wording import of

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

LEVEL_NAMES = ("exclusion", "precarite_forte", "precarite_faible", "autonomie")
CLASS_NAMES = ("tres_faible", "faible", "moyenne", "forte", "tres_forte")
CELL_NAMES = ("aucune", "numerique", "sociale", "les_deux")
FEWEST_ZONES = 5
ROWS_AT_ONCE = 4_096  # areas drawn together
MOST_PARTS = 60  # a zone of more census areas (a département) is not told area by area
ADULT_SHARE_OF_15_19 = 0.4  # 18 and 19 among the five years of the bin
FLAGS = (
    frames.COARSE_IRIS,
    frames.SMALL,
    frames.NO_RATE,
    frames.IS_OVERSEAS,
    frames.NO_INCOME,
    frames.NO_STANDARD,
)
MOST_UNKNOWN = 0.2  # of the residents: beyond, a figure of living standards would be a supposition
NO_STANDARDS = "Aucun revenu communal n’est connu ici : le niveau de vie n’est pas estimé."
TOO_FEW = "Trop peu d’habitants pour une estimation."
OUTSIDE = "Hors du filtre : aucun de ses habitants n’est compté."
FILTERED = "L’enquête porte sur tout le territoire : elle ne dit rien de la seule partie que le filtre garde."
METHOD, METHOD_BOTH, METHOD_LEVELS, METHOD_INCOME = (
    "besoins",
    "double-precarite",
    "trois-niveaux",
    "niveau-de-vie",
)


class Cancelled(Exception):
    """Raised when the user asks to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A filter: the share of each area of France that counts (QPV, rural communes…), 0 to 1, and its
    doubt.
    """

    id: str
    label: str
    share: Floats
    source: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Target:
    """The public a diagnosis is made for, as whoever asks for it states it: free words, then publics of the
    list of places (`offer/lists.yaml`). It changes no figure.
    """

    text: str = ""
    publics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for a diagnosis: same request, same bytes.

    survey: what a survey of the whole territory finds under this definition. slug: the code of the stored
    perimeter that the zones are, "" for an official territory or a file. target: the public it is made for,
    None when nobody said.
    """

    territory: Territory
    zoning: Zoning
    definition: Definition
    seed: int = need_model.SEED
    n_draws: int = need_model.DRAWS
    weights: Mapping[str, float] = field(default_factory=dict)
    inside: Inside | None = None
    name: str = ""
    survey: Measured | Unread | None = None

    def __post_init__(self) -> None:
        """Raise Refused when the filter keeps nobody of the territory."""
        if self.inside is None or not self.zoning.zones:
            return
        rows = self.zoning.rows
        if not (self.inside.share[rows] * frames.sources().rp2021["pop"][rows]).sum():
            raise Refused(
                f"Le filtre « {self.inside.label} » ne garde personne ici.",
                why=f"Aucun habitant {of(self.territory.name)} n’y répond : tout serait à zéro.",
                do="Choisissez un autre filtre, ou le territoire sans filtre.",
            )

    slug: str = ""
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """A count or a share that changes from draw to draw: its mean, its 5th and 95th centiles."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CellSpread:
    """What a cell of the joint map holds once the doubt on classes is counted: zones (how many), residents
    (share, 0 to 1).
    """

    zones: Spread
    residents: Spread


@dataclass(frozen=True, slots=True)
class Part:
    """One census area inside a zone, with its own figure."""

    code: str
    name: str
    need: Figure
    rate: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneResult:
    """The result for one zone. Figures are Withheld under 50 people aged 15 and over.

    share_inside: share of its residents that the filter keeps (1 without filter). index and ranks are None
    when withheld; classes and cell are None under five zones. firmness: share of draws in the same digital
    class; odds: share of draws in each of the five, () when it has none; cell_odds: share of draws in the
    same cell, None without cell. Social classes are read off published tables: only the digital one is drawn.
    rural: share of its residents in communes under 2,000. space: the kind of space of most of them.
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
    odds: tuple[float, ...]
    cell_odds: float | None
    flags: int
    parts: tuple[Part, ...]
    rural: float
    space: str

    @property
    def strong_odds(self) -> float:
        """The share of draws in one of the two strongest digital classes, 0 when there is no class."""
        return sum(self.odds[class_engine.STRONG :])

    @property
    def top_odds(self) -> float:
        """The share of draws in the strongest digital class, 0 when there is no class."""
        return self.odds[-1] if self.odds else 0.0

    @property
    def is_outside(self) -> bool:
        """Whether the filter counts none of its residents: nothing is known of it, zero would be a figure."""
        return isinstance(self.need, Withheld) and self.need.reason == OUTSIDE

    @property
    def is_likely(self) -> bool:
        """Whether the zone is in its cell of the joint map in enough draws to be named as such."""
        return self.cell_odds is not None and self.cell_odds >= number("protection/firm_class")


@dataclass(frozen=True, slots=True)
class Profile:
    """One group of the territory: how many of its members are concerned, and what part of all those concerned
    they make up.

    people: persons of the group, ordinary housing; concerned: persons, at the central rates scaled to the
    estimate. rate: share concerned among the group; part: share of the group among those concerned (0 to 1),
    both at the central rates, between their centiles.
    """

    breakdown: str
    group: str
    people: float
    concerned: float
    rate: Spread
    part: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The whole answer. Counts are persons, shares 0 to 1, rates in percent.

    model: the need it was drawn from, so that later steps draw from the same one. cell_shares: share of
    residents living in each cell of the joint map, as the map is coloured; cell_spreads: what each cell holds
    from draw to draw, empty without cells. variance: share of the interval's variance each source of
    doubt brings. sensitivity: (region, département, EPCI, area) spreads and the half-width they give, as a
    share. leaders: zones that may have the highest rate (in at least one draw out of twenty), most likely
    first. half: the zones that are very likely among the fewest that hold half of the need, largest
    first; half_zones: how many these fewest are. minima: share of residents in a
    household on RSA or AAH, None where too few areas are known. flat: by base (15+, 18+, total), persons by
    level when the national shares are applied as they are. draws: (draws,) persons in need of the whole,
    unrounded, for comparisons. composite: the model and the survey of the request, side by side;
    not_composed: why there is none, "" without a survey.
    """

    request: Request
    model: Model
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
    cell_spreads: dict[str, CellSpread]
    digital_only: tuple[str, ...]
    social_only: tuple[str, ...]
    clusters: tuple[tuple[str, ...], ...]
    leaders: tuple[str, ...]
    half: tuple[str, ...]
    half_zones: Spread
    profile: tuple[Profile, ...]
    context: tuple[context.Indicator, ...]
    variance: dict[str, float]
    sensitivity: tuple[doubt.Case, ...]
    minima: float | None
    flat: dict[str, dict[str, float]]
    deduced: dict[str, float]
    left_out: tuple[int, float]
    flags: dict[int, float]
    draws: Floats
    shapes: Shapes
    composite: Composite | None = None
    not_composed: str = ""

    @property
    def is_drawable(self) -> bool:
        """Whether most residents live in a zone that has a contour."""
        known = sum(
            r.population for r, shape in zip(self.zones, self.shapes.zones, strict=True) if shape is not None
        )
        return known > 0.9 * self.population

    def zone(self, code: str) -> ZoneResult:
        return next(result for result in self.zones if result.zone.code == code)


def model_of(request: Request) -> Model:
    """Return the model of need for a request, from which both its diagnosis and its offer are drawn."""
    return need_model.model(
        request.definition,
        seed=request.seed,
        n_draws=request.n_draws,
        whole=True,
        among=need_model.ages_of_publics(),
    )


def diagnose(
    request: Request,
    progress: Callable[[str, float], None] = lambda step, share: None,
    *,
    model: Model | None = None,
) -> Diagnosis:
    """Return the diagnosis of a territory. model: its model of need, built here when not passed.

    progress(step, share): called as work advances, share from 0 to 1; it may raise Cancelled.
    """
    progress("Lecture du recensement", 0.0)
    zones = request.zoning.zones
    rows = np.concatenate([zone.rows for zone in zones])
    share = np.ones(len(rows)) if request.inside is None else request.inside.share[rows]
    progress("Taux par âge et par diplôme", 0.15)
    m = model or model_of(request)
    place = m.country
    progress("Tirages zone par zone", 0.25)
    sums, parts = _drawn(
        request, m, share, lambda done: progress("Tirages zone par zone", 0.25 + 0.37 * done)
    )
    progress("Précarité sociale et cumul", 0.62)
    at = np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])
    people = _people(place.frame, rows, at, share, len(zones))
    both, why = _composed(request, sums["need"], people)
    if both is not None and both.kept == "combinee":
        move = _move(m, rows, share, both)
        sums, parts = _drawn(
            request, m, share, lambda done: progress("Enquête et modèle", 0.55 + 0.07 * done), move
        )
    index = social.index_of(
        zones,
        place.frame,
        frames.sources(),
        weights=request.weights,
        inside=None if request.inside is None else request.inside.share,
        shown=people.adults >= number("protection/small_area"),
    )
    work = _Work(request, m, rows, at, share, sums, parts, people, index, both, why)
    classed = _zone_results(work)
    progress("Contours et voisinages", 0.75)
    outline = shapes.of_zones(zones, frames.sources().rp2021)
    progress("Marges et vérifications", 0.85)
    return _assemble(work, outline, classed)


@dataclass(frozen=True, slots=True)
class _Work:
    """State shared by the steps of a diagnosis.

    rows: (areas,) positions of the areas of all zones, in the order of zones; at: (areas,) position of the
    zone of each; share: (areas,) what the filter keeps. sums: by outcome, (zones, draws) persons.
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
        """The survey that moved the figures, None when none did."""
        return (
            self.composite.measured
            if self.composite is not None and self.composite.kept == "combinee"
            else None
        )

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
    """Return the model and the survey of the request combined, or the reason why they are not.

    need: (zones, draws) persons in need according to the model.
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
    """Return (draws,) the shift of every area's logit that brings the territory to the combined estimate."""
    people = m.draws(rows, names=("need",))["need"].astype(np.float64) * share[:, None]
    size = m.country.frame.universe[rows] * share
    return composite.moves(people, size, both.draws * size.sum())


def _drawn(
    request: Request, m: Model, share: Floats, progress: Callable[[float], None], move: Floats | None = None
) -> tuple[dict[str, Floats], list[tuple[Part, ...]]]:
    """Return, for each outcome, (zones, draws) persons, and the figures of the census areas inside each zone.

    share: (rows of all zones, in their order) what the filter keeps. Zones are drawn a few at a time, so that
    the whole of France fits in the memory of an old computer. move: (draws,) on the logit, what a survey of
    the territory adds everywhere.
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
        areas = m.draws(rows, names=need_model.WHOLE)
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
    """Return the draws of areas once the logit of the need has moved; levels move only when they are the need
    being counted.

    The number also modest or poor moves by as much, among modest or poor people: the link between both
    precarities is unchanged.
    """
    size = m.country.frame.universe[rows]
    out = dict(areas)
    for name in (*MOVED, *(LEVEL_SUMS if request.definition.id == LEVELS else ())):
        among = (
            size
            if name not in ("both", "poor_both")
            else m.outcomes[name].counts[rows].sum(axis=1, dtype=np.float64)
        )
        out[name] = composite.moved(areas[name].astype(np.float64), among, move).astype(np.float32)
    return out


def _zone_sums(
    m: Model, areas: dict[str, NDArray[np.float32]], zones: Sequence[Zone], rows: Positions, share: Floats
) -> dict[str, Floats]:
    """Return, for each outcome, (zones, draws) persons, adding up the draws of areas, never their
    intervals.
    """
    frame = m.country.frame
    at = np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])
    standards = m.living_standards(rows)
    size = frame.universe[rows][:, None]
    need = areas["need"].astype(np.float64)

    def under(outcome: str, threshold: Floats) -> tuple[Floats, Floats]:
        """Return (areas, draws) persons under a threshold, and how many of them are also in need."""
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
    spaces = rurality.kinds()[rows]
    for kind in rurality.KINDS:
        out[f"need_{kind}"] = need * (spaces == kind)[:, None]
    out["modest"], out["both"] = under("both", frame.modest)
    out["poor"], out["poor_both"] = under("poor_both", frame.poor)
    return {name: synthetic.add_by(values * share[:, None], at, len(zones)) for name, values in out.items()}


def _levels(sums: dict[str, Floats], universe: Floats) -> dict[str, Floats]:
    """Return the draws of each of the four levels, from the cumulative ones."""
    first, second, third = sums["level_1"], sums["level_2"], sums["level_3"]
    second, third = np.maximum(first, second), np.maximum(first, np.maximum(second, third))
    return dict(zip(LEVEL_NAMES, (first, second - first, third - second, universe - third), strict=True))


@dataclass(frozen=True, slots=True)
class _Classed:
    """The zones once classed: their results, the bounds between digital classes, what each cell holds."""

    zones: tuple[ZoneResult, ...]
    rate_bounds: tuple[float, ...]
    cell_spreads: dict[str, CellSpread]


def _zone_results(w: _Work) -> _Classed:
    """Return the result of each zone, its classes and how sure they are."""
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
    social_classes = (
        class_engine.classes(social_index) if (~np.isnan(social_index)).sum() >= FEWEST_ZONES else none
    )
    cells = class_engine.cells(digital, social_classes)
    drawn = class_engine.drawn(rates, digital)
    odds, cells_drawn = class_engine.membership(drawn), class_engine.cells(drawn, social_classes[:, None])
    least, most = overlap.bounds(sums["need"], sums["modest"], people.universe[:, None])
    flags = _zone_flags(w)
    cut = definition(LEVELS)
    spaces = _spaces(w)
    results = []
    for i, zone in enumerate(zones):
        why_modest = why[i] or (NO_STANDARDS if flags[i] & frames.NO_STANDARD else "")
        figure = _figures(request.definition, why=why[i], survey=w.surveyed)
        level_figure = _figures(cut, why=why[i], method=METHOD_LEVELS)
        results.append(
            ZoneResult(
                zone=zone,
                population=float(people.population[i]),
                adults=float(people.adults[i]),
                universe=float(people.universe[i]),
                share_inside=(
                    float(people.population[i] / people.everybody[i]) if people.everybody[i] else 0.0
                ),
                need=figure(sums["need"][i]),
                rate=figure(rates[i], percent=True),
                both=_figures(request.definition, why=why_modest, method=METHOD_BOTH, survey=w.surveyed)(
                    sums["both"][i]
                ),
                modest=_income_figure(sums["modest"][i], why=why_modest, people=people.universe[i]),
                levels={name: level_figure(values[i]) for name, values in levels.items()},
                bounds=(float(least[i].mean()), float(most[i].mean())),
                index=_or_none(social_index[i]),
                rank=_rank(index.rank[i], social_index[i]),
                rank_standard=_rank(index.rank_standard[i], social_index[i]),
                digital_class=CLASS_NAMES[digital[i]] if digital[i] >= 0 else None,
                social_class=CLASS_NAMES[social_classes[i]] if social_classes[i] >= 0 else None,
                cell=CELL_NAMES[cells[i]] if cells[i] >= 0 else None,
                firmness=float(odds[i, digital[i]]) if digital[i] >= 0 else None,
                odds=tuple(odds[i].tolist()) if digital[i] >= 0 else (),
                cell_odds=float((cells_drawn[i] == cells[i]).mean()) if cells[i] >= 0 else None,
                flags=int(flags[i]),
                parts=w.parts[i],
                rural=float(spaces[rurality.RURAL][i]),
                space=max(rurality.KINDS, key=lambda kind: float(spaces[kind][i])),
            )
        )
    limits = tuple(class_engine.quintiles(mean_rate).tolist()) if enough else ()
    return _Classed(tuple(results), limits, _cell_spreads(cells_drawn, people.population))


def _cell_spreads(cells_drawn: Positions, population: Floats) -> dict[str, CellSpread]:
    """Return how many zones, and which share of residents, each cell holds from draw to draw; empty without
    cells. cells_drawn: (zones, draws), -1 where a class is unknown.
    """
    whole = float(population.sum())
    if not (cells_drawn >= 0).any() or not whole:
        return {}
    return {
        name: CellSpread(_spread(inside.sum(axis=0)), _spread(population @ inside / whole))
        for k, name in enumerate(CELL_NAMES)
        for inside in (cells_drawn == k,)
    }


def _spread(draws: NDArray[Any]) -> Spread:
    low, high = centiles(np.asarray(draws, dtype=np.float64)[None])
    return Spread(float(np.mean(draws)), float(low[0]), float(high[0]))


def _parts(
    chosen: Definition,
    zones: Sequence[Zone],
    draws: NDArray[np.float32],
    frame: frames.Frame,
    share: Floats,
    survey: Measured | None,
) -> list[tuple[Part, ...]]:
    """Return the census areas of each zone with their own figures; none where the zone is a single area or
    has too many.

    draws: (areas of the zones, in order, draws) persons in need. share: (the same areas,) what the filter
    keeps. survey: the one that moved the draws.
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
        found.sort(
            key=lambda part: (-(part.need.value if isinstance(part.need, Estimate) else -1.0), part.code)
        )
        out.append(tuple(found))
    return out


def _spaces(w: _Work) -> dict[str, Floats]:
    """Return, for each kind of space, (zones,) the share of the residents who live in it."""
    people = w.frame.population[w.rows] * w.share
    of_area, whole = rurality.kinds()[w.rows], np.maximum(w.people.population, 1.0)
    return {
        kind: total_by(w.at, np.where(of_area == kind, people, 0.0), len(whole)) / whole
        for kind in rurality.KINDS
    }


def _zone_flags(w: _Work) -> Positions:
    """Return (zones,) the flags that apply to at least a fifth of the residents of each zone."""
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
    """Return, for each zone, why its figures are withheld; "" when they are not."""
    few = people.adults < number("protection/small_area")
    outside = (people.population == 0) & (people.everybody > 0)
    return [str(reason) for reason in np.where(outside, OUTSIDE, np.where(few, TOO_FEW, ""))]


def _figures(
    d: Definition, *, why: str, method: str = METHOD, survey: Measured | None = None
) -> "Callable[..., Figure]":
    """Return a function that turns draws into a figure of a definition, withheld when given a reason. survey:
    the one that moved the draws.
    """
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


def _income_figure(draws: Floats, *, why: str, people: float, universe: str = INCOME_UNIVERSE) -> Figure:
    """Return a figure of living standards. No survey is behind it: its observations are the people whom the
    census counts here, in ordinary housing, and it reads the median incomes of communes.
    """
    said: dict[str, Any] = {
        "unit": "personnes",
        "universe": universe,
        "n": round(people),
        "method": METHOD_INCOME,
        "sources": INCOME_SOURCES,
        "counted": (("communes", len(frames.sources().filosofi)),),
    }
    return Withheld(reason=why, **said) if why else from_draws(draws, **said)


def _assemble(w: _Work, outline: Shapes, classed: _Classed) -> Diagnosis:
    results = classed.zones
    request, m, rows, share, sums, people, index = (
        w.request,
        w.model,
        w.rows,
        w.share,
        w.sums,
        w.people,
        w.index,
    )
    frame = w.frame
    total = {name: values.sum(axis=0) for name, values in sums.items()}
    universe = float(people.universe.sum())
    why = "" if float(people.adults.sum()) >= number("protection/small_area") else TOO_FEW
    figure = _figures(request.definition, why=why, survey=w.surveyed)
    why_modest = why or (NO_STANDARDS if _part(frame.unmeasured, frame, rows, share) >= MOST_UNKNOWN else "")
    both = _figures(request.definition, why=why_modest, method=METHOD_BOTH, survey=w.surveyed)
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
    why_poor = why or _why_no_poverty(
        frame, rows, share, minima, float(total["poor"].mean()) / max(universe, 1.0)
    )
    half, half_zones = _half(results, sums["need"])
    return Diagnosis(
        request=request,
        model=m,
        population=float(population),
        adults=float(people.adults.sum()),
        universe=universe,
        need=figure(total["need"]),
        rate=figure(100 * total["need"] / max(universe, 1.0), percent=True),
        both=both(total["both"]),
        modest=_income_figure(total["modest"], why=why_modest, people=universe),
        levels={name: level_figure(values[0]) for name, values in level_draws.items()},
        poor=_income_figure(total["poor"], why=why_poor, people=universe, universe=POOR_UNIVERSE),
        poor_both=_figures(request.definition, why=why_poor, method=METHOD_BOTH, survey=w.surveyed)(
            total["poor_both"]
        ),
        both_independent=_independent(m, rows, share, total["both"]),
        bounds=(sum(r.bounds[0] for r in results), sum(r.bounds[1] for r in results)),
        zones=results,
        social=index,
        rate_bounds=classed.rate_bounds,
        cell_shares={name: value / population if population else 0.0 for name, value in by_cell.items()},
        cell_spreads=classed.cell_spreads,
        digital_only=tuple(r.zone.code for r in results if r.cell == "numerique"),
        social_only=tuple(r.zone.code for r in results if r.cell == "sociale"),
        clusters=tuple(tuple(results[i].zone.code for i in zones) for zones in found),
        leaders=_leaders(request, sums, people),
        half=half,
        half_zones=half_zones,
        profile=_profile(m, rows, share, {name: total[name] for name in PROFILED}),
        context=context.indicators(frame, weights),
        variance=doubt.variance_shares(m, rows, share),
        sensitivity=doubt.sensitivity(m, rows, share),
        minima=minima,
        flat=_flat(frame, rows, share),
        deduced=m.rates.deduced,
        left_out=(
            len(np.unique(frame.commune[left])) if len(left) else 0,
            float(frame.population[left].sum()),
        ),
        flags={
            bit: float((frame.population[rows] * share)[(frame.flags[rows] & bit) > 0].sum()) for bit in FLAGS
        },
        draws=total["need"],
        shapes=outline,
        composite=w.composite,
        not_composed=w.not_composed,
    )


def _leaders(request: Request, sums: dict[str, Floats], people: _People) -> tuple[str, ...]:
    """Return the zones that rank first in at least one draw out of twenty, most often first."""
    shown = np.flatnonzero(people.adults >= number("protection/small_area"))
    if not len(shown):
        return ()
    rates = sums["need"][shown] / np.maximum(people.universe[shown], 1.0)[:, None]
    wins = np.bincount(rates.argmax(axis=0), minlength=len(shown)) / rates.shape[1]
    order = np.argsort(-wins, kind="stable")
    return tuple(request.zoning.zones[shown[i]].code for i in order if wins[i] >= 0.05)


def _half(results: tuple[ZoneResult, ...], need: Floats) -> tuple[tuple[str, ...], Spread]:
    """Return the zones that are very likely among the fewest that hold half of the need, largest first, and
    how many these are from draw to draw. need: (zones, draws).
    """
    shown = [i for i, r in enumerate(results) if isinstance(r.need, Estimate)]
    if not shown:
        return (), Spread(0.0, 0.0, 0.0)
    drawn = need[shown]
    order = np.argsort(-drawn, axis=0, kind="stable")
    ranked = np.take_along_axis(drawn, order, axis=0)
    before = np.cumsum(ranked, axis=0) - ranked
    inside = np.zeros(drawn.shape, dtype=np.bool_)
    np.put_along_axis(inside, order, before * 2 < drawn.sum(axis=0), axis=0)
    odds, mean = inside.mean(axis=1), drawn.mean(axis=1)
    likely = [k for k in range(len(shown)) if odds[k] >= number("protection/firm_class")]
    likely.sort(key=lambda k: (-mean[k], results[shown[k]].zone.code))
    return tuple(results[shown[k]].zone.code for k in likely), _spread(inside.sum(axis=0))


PROFILED = ("need", "modest", "both", *(f"need_{kind}" for kind in rurality.KINDS))


def _profile(m: Model, rows: Positions, share: Floats, totals: Mapping[str, Floats]) -> tuple[Profile, ...]:
    """Return who is concerned, by age, diploma, living standard and kind of space.

    totals: by outcome of PROFILED, (draws,) the persons that the figures of the territory tell. Living
    standards are those figures themselves: a page has one value for one share.
    """
    outcome, need = m.outcomes["need"], totals["need"]
    counts = outcome.counts[rows] * share[:, None]
    regions = m.country.region_of[rows]
    people = counts.sum(axis=0, dtype=np.float64)
    expected, drawn = np.zeros((1, len(people))), np.zeros((m.n_draws, len(people)))
    for region in np.unique(regions).tolist():
        here = counts[regions == region].sum(axis=0, dtype=np.float64)
        shifted = outcome.overseas.get(region)
        expected += here * (outcome.centre if shifted is None else shifted.mean(axis=0, dtype=np.float64))
        drawn += here * (outcome.rates if shifted is None else shifted)
    middle = _brought(people, expected, np.array([need.mean()]))
    concerned, drawn = middle[0], _brought(people, drawn, need)
    whole = float(concerned.sum())
    cells = [
        *(("age", name, np.resize(k == AGE_OF, len(people))) for k, name in enumerate(AGES)),
        *(("diplome", name, np.resize(k == DIPLOMA_OF, len(people))) for k, name in enumerate(DIPLOMAS)),
    ]
    luck = even_normals(m.seed, "profile", len(cells), m.n_draws)
    varies = drawn * (1 - np.divide(drawn, people, out=np.zeros_like(drawn), where=people > 0))
    found = []
    for (breakdown, name, inside), chance in zip(cells, luck, strict=True):
        # What few people add by chance, once the total is known: none where a group is everybody.
        own = varies[:, inside].sum(axis=1)
        own *= 1 - np.divide(own, varies.sum(axis=1), out=np.ones_like(own), where=own > 0)
        size = np.full(len(need), people[inside].sum())
        members = np.clip(drawn[:, inside].sum(axis=1) + chance * np.sqrt(own), 0, np.minimum(size, need))
        found.append(_group(breakdown, name, size, members, float(concerned[inside].sum()), need, whole))
    held: list[tuple[str, str, Floats, Floats]] = []
    if _part(m.country.frame.unmeasured, m.country.frame, rows, share) < MOST_UNKNOWN:
        modest, both = totals["modest"], totals["both"]
        held += [
            ("niveau_de_vie", "modeste", modest, both),
            ("niveau_de_vie", "autre", people.sum() - modest, np.maximum(need - both, 0.0)),
        ]
    spaces, universe = rurality.kinds()[rows], m.country.frame.universe[rows] * share
    for kind in rurality.KINDS:
        size = np.full(len(need), universe[spaces == kind].sum())
        held.append(("espace", kind, size, totals[f"need_{kind}"]))
    found += [_group(*each, float(each[-1].mean()), need, whole) for each in held]
    return tuple(found)


def _brought(people: Floats, concerned: Floats, total: Floats) -> Floats:
    """Return (draws, cells) persons concerned once they add up to the total of their draw, by one move of
    the logit: a share can neither pass 100 % nor fall below 0.

    people: (cells,); concerned: (draws, cells); total: (draws,). A draw of nobody or everybody is left as
    it is.
    """
    rate = np.divide(concerned, people, out=np.full_like(concerned, 0.5), where=people > 0)
    inside = (total > 0) & (total < people.sum())
    if inside.any():
        safe = np.clip(rate[inside], 1e-9, 1 - 1e-9)
        rate[inside] = rate_engine.shift(people, safe, total[inside] / people.sum())
    return np.asarray(people * rate)


def _group(
    breakdown: str, name: str, people: Floats, members: Floats, concerned: float, need: Floats, whole: float
) -> Profile:
    """Return a group. people, members, need: (draws,) its persons, those of them concerned, all those
    concerned; concerned, whole: the two last at the central rates.
    """
    size = float(people.mean())
    return Profile(
        breakdown,
        name,
        size,
        concerned,
        _around(concerned, size, members, people),
        _around(concerned, whole, members, need),
    )


def _around(part: float, whole: float, parts: Floats, wholes: Floats) -> Spread:
    """Return the share of a part in a whole, between the centiles of its draws; zero of nobody."""
    value = part / whole if whole > 0 else 0.0
    drawn = np.divide(parts, wholes, out=np.zeros_like(parts), where=wholes > 0)
    found = _spread(np.clip(drawn, 0.0, 1.0))
    return Spread(value, min(found.low, value), max(found.high, value))


def _independent(m: Model, rows: Positions, share: Floats, both: Floats) -> float:
    """Return how many persons would be in both precarities if, within a cell, low income made no
    difference.
    """
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


def _why_no_poverty(
    frame: frames.Frame, rows: Positions, share: Floats, minima: float | None, poor: float
) -> str:
    """Return why the number of poor people cannot be published, "" when it can.

    Medians of communes hide cities that are both rich and poor; overseas, how far incomes stand apart was
    measured nowhere. The sign of it: people on minimum income, who are counted, outnumber the poor people
    estimated. The reason gives the count, never the estimate it refuses.
    """
    if _part(frame.overseas, frame, rows, share) >= MOST_UNKNOWN:
        return (
            "Outre-mer, l’écart entre les revenus d’une même commune n’est pas connu : sa médiane ne dit pas"
            " combien sont sous le seuil."
        )
    if minima is not None and minima > poor:
        return (
            f"Plus d’habitants vivent ici dans un foyer au RSA ou à l’AAH ({100 * minima:.0f} %) que ce"
            " calcul n’en trouve sous le seuil de pauvreté : il en compte trop peu."
        )
    return ""


def _part(inside: NDArray[np.bool_], frame: frames.Frame, rows: Positions, share: Floats) -> float:
    """Return the share of residents who live in the areas of France that are `inside`."""
    people = frame.population[rows] * share
    return float(people[inside[rows]].sum() / max(float(people.sum()), 1.0))


def _flat(frame: frames.Frame, rows: Positions, share: Floats) -> dict[str, dict[str, float]]:
    """Return persons by level when national shares are applied as they are to each base (method of
    Strasbourg).
    """
    bins = (frame.ages[rows] * share[:, None]).sum(axis=0)
    adults = float(bins[1:].sum())
    bases = (
        Base("15 ans et plus", adults, 15),
        Base("18 ans et plus", adults - (1 - ADULT_SHARE_OF_15_19) * float(bins[1]), 18),
        Base("tous les habitants", float(bins.sum()), 0),
    )
    shares = (*definition(LEVELS).shares, 1 - sum(definition(LEVELS).shares))
    # The study of Strasbourg does not print the age of its shares: every base is shown, none is chosen for
    # it.
    return {
        base.label: {
            "base": base.people,
            **{name: applied(part, of=None, to=base) for name, part in zip(LEVEL_NAMES, shares, strict=True)},
        }
        for base in bases
    }
