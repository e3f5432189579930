"""The result of each zone: its figures, its classes, its cell of the joint map, how firm they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import total_by
from maillage.reference.definitions import LEVELS, definition
from maillage.reference.parameters import number
from maillage.statistics.diagnosis.draws import Drawn, four_levels
from maillage.statistics.diagnosis.figures import (
    METHOD_BOTH,
    METHOD_LEVELS,
    NO_STANDARDS,
    figures_of,
    income_figure,
    spread_of,
)
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.diagnosis.results import CELL_NAMES, CLASS_NAMES, OUTSIDE, CellSpread, ZoneResult
from maillage.statistics.engine import classes as class_engine
from maillage.statistics.engine import overlap
from maillage.statistics.need import digital_france, rurality
from maillage.statistics.need import population as frames
from maillage.statistics.need.model import Model
from maillage.statistics.need.population import TOO_FEW
from maillage.statistics.need.social import Social
from maillage.statistics.survey.local_survey import Composite, Measured

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
FEWEST_ZONES = 5
HALF_WIDTH = 1.645  # standard deviations on each side of an interval at 90 %
FLAGS = (
    frames.COARSE_IRIS,
    frames.SMALL,
    frames.NO_RATE,
    frames.IS_OVERSEAS,
    frames.NO_INCOME,
    frames.NO_STANDARD,
)


@dataclass(frozen=True, slots=True)
class Work:
    """State shared by the steps of a diagnosis.

    rows: (areas,) positions of the areas of all zones, in the order of zones; at: (areas,) position of the
    zone of each; share: (areas,) what the filter keeps. move: (draws,) see `Diagnosis`.
    """

    request: Request
    model: Model
    rows: Positions
    at: Positions
    share: Floats
    drawn: Drawn
    people: "People"
    index: Social
    composite: Composite | None
    not_composed: str
    move: Floats | None

    @property
    def surveyed(self) -> Measured | None:
        """The survey that moved the figures, None when none did."""
        return (
            self.composite.measured
            if self.composite is not None and self.composite.retained == "combinee"
            else None
        )

    @property
    def frame(self) -> frames.Frame:
        return self.model.country.frame


@dataclass(frozen=True, slots=True)
class People:
    """The residents of each zone (n,): all, adults, the universe; everybody: whatever the filter."""

    population: Floats
    adults: Floats
    universe: Floats
    everybody: Floats


def people_of(frame: frames.Frame, rows: Positions, at: Positions, share: Floats, n: int) -> People:
    return People(
        population=total_by(at, frame.population[rows] * share, n),
        adults=total_by(at, frame.adults[rows] * share, n),
        universe=total_by(at, frame.universe[rows] * share, n),
        everybody=total_by(at, frame.population[rows], n),
    )


@dataclass(frozen=True, slots=True)
class Classed:
    """The zones once classed: their results, the bounds between digital classes in percent, () without any
    class, what each cell holds.
    """

    zones: tuple[ZoneResult, ...]
    rate_bounds: tuple[float, ...]
    cell_spreads: dict[str, CellSpread]


def zone_results(w: Work) -> Classed:
    """Return the result of each zone, its classes and how sure they are."""
    request, sums, people, index = w.request, w.drawn.sums, w.people, w.index
    zones = request.zoning.zones
    why = _why_withheld(people)
    is_published = np.array([not reason for reason in why], dtype=bool)
    safe = np.where(people.universe > 0, people.universe, 1.0)[:, None]
    rates = 100 * sums["need"] / safe
    levels = four_levels(sums, people.universe[:, None])
    bounds = digital_france.bounds(w.model)
    published_rates = np.where(is_published[:, None], rates, np.nan)
    mean_rate = published_rates.mean(axis=1)
    digital = class_engine.classes(mean_rate, bounds.centre)
    digital_drawn = class_engine.drawn(published_rates, bounds.draws)
    digital_odds = class_engine.membership(digital_drawn)
    digital_rank = class_engine.ranks(mean_rate)
    relative_digital = _relative_classes(mean_rate)
    centre = np.where(is_published, index.index.centre, np.nan)
    social_classes = class_engine.classes(centre, index.index.bounds)
    relative = np.where(is_published, index.relative.index, np.nan)
    relative_social = _relative_classes(relative)
    social_drawn = np.where(np.isnan(centre)[:, None], -1, index.index.drawn(rates.shape[1], request.seed))
    social_odds = index.index.odds
    strong_social = social_odds[:, class_engine.STRONG :].sum(axis=1)
    cells, cell_odds = class_engine.likeliest_cells(
        digital_odds[:, class_engine.STRONG :].sum(axis=1),
        np.where(social_classes < 0, np.nan, strong_social),
    )
    half_width = HALF_WIDTH * index.index.deviation
    least, most = overlap.bounds(sums["need"], sums["modest"], people.universe[:, None])
    flags = _zone_flags(w)
    cut = definition(LEVELS)
    spaces = _spaces(w)
    results = []
    for i, zone in enumerate(zones):
        why_modest = why[i] or (NO_STANDARDS if flags[i] & frames.NO_STANDARD else "")
        figure = figures_of(request.definition, why=why[i], survey=w.surveyed)
        level_figure = figures_of(cut, why=why[i], method=METHOD_LEVELS)
        results.append(
            ZoneResult(
                zone=zone,
                population=float(people.population[i]),
                adults=float(people.adults[i]),
                universe=float(people.universe[i]),
                share_inside=(
                    float(people.population[i] / people.everybody[i])
                    if people.everybody[i]
                    else float(request.inside is None)
                ),
                need=figure(sums["need"][i]),
                rate=figure(rates[i], percent=True),
                both=figures_of(request.definition, why=why_modest, method=METHOD_BOTH, survey=w.surveyed)(
                    sums["both"][i]
                ),
                modest=income_figure(sums["modest"][i], why=why_modest, people=people.universe[i]),
                levels={name: level_figure(values[i]) for name, values in levels.items()},
                bounds=(float(least[i].mean()), float(most[i].mean())),
                index=_or_none(centre[i]),
                index_bounds=(
                    None
                    if np.isnan(centre[i])
                    else (float(centre[i] - half_width[i]), float(centre[i] + half_width[i]))
                ),
                index_of_town=None if np.isnan(centre[i]) else float(index.index.of_town[i]),
                rank=_rank(index.rank[i], centre[i]),
                relative_rank=_rank(index.relative_rank[i], relative[i]),
                digital_rank=_rank(digital_rank[i], mean_rate[i]),
                relative_digital_class=_class_name(relative_digital[i]),
                relative_social_class=_class_name(relative_social[i]),
                digital_class=_class_name(digital[i]),
                social_class=_class_name(social_classes[i]),
                social_odds=tuple(social_odds[i].tolist()) if social_classes[i] >= 0 else (),
                cell=CELL_NAMES[cells[i]] if cells[i] >= 0 else None,
                firmness=float(digital_odds[i, digital[i]]) if digital[i] >= 0 else None,
                odds=tuple(digital_odds[i].tolist()) if digital[i] >= 0 else (),
                cell_odds=_or_none(cell_odds[i]),
                index_levels={
                    id: str(level[i]) for id, level in index.levels.items() if level[i] and not why[i]
                },
                no_index=why[i] or index.index.reasons[i],
                flags=int(flags[i]),
                parts=w.drawn.parts[i],
                rural=float(spaces[rurality.RURAL][i]),
                space=max(rurality.KINDS, key=lambda kind: float(spaces[kind][i])),
            )
        )
    cells_drawn = class_engine.cells(digital_drawn, social_drawn)
    return Classed(
        zones=tuple(results),
        rate_bounds=tuple(bounds.centre.tolist()) if is_published.any() else (),
        cell_spreads=_cell_spreads(cells_drawn, people.population),
    )


def _relative_classes(values: Floats) -> Positions:
    """Return (zones,) the fifth of the zones where each value stands; -1 for all under five known values."""
    is_enough = (~np.isnan(values)).sum() >= FEWEST_ZONES
    return class_engine.classes(values) if is_enough else np.full(len(values), -1)


def _class_name(code: int) -> str | None:
    return CLASS_NAMES[code] if code >= 0 else None


def _cell_spreads(cells_drawn: Positions, population: Floats) -> dict[str, CellSpread]:
    """Return how many zones, and which share of residents, each cell holds from draw to draw; empty without
    cells. cells_drawn: (zones, draws), -1 where a class is unknown.
    """
    total = float(population.sum())
    if not (cells_drawn >= 0).any() or not total:
        return {}
    return {
        name: CellSpread(spread_of(inside.sum(axis=0)), spread_of(population @ inside / total))
        for k, name in enumerate(CELL_NAMES)
        for inside in (cells_drawn == k,)
    }


def _spaces(w: Work) -> dict[str, Floats]:
    """Return, for each kind of space, (zones,) the share of the residents who live in it."""
    people = w.frame.population[w.rows] * w.share
    of_area, population = rurality.kinds()[w.rows], np.maximum(w.people.population, 1.0)
    return {
        kind: total_by(w.at, np.where(of_area == kind, people, 0.0), len(population)) / population
        for kind in rurality.KINDS
    }


def _zone_flags(w: Work) -> Positions:
    """Return (zones,) the flags that apply to at least a fifth of the residents of each zone."""
    population = w.people.population
    out = np.zeros(len(population), dtype=np.int64)
    people = w.frame.population[w.rows] * w.share
    for bit in FLAGS:
        flagged = total_by(w.at, np.where(w.frame.flags[w.rows] & bit, people, 0.0), len(population))
        out |= np.where(flagged * 5 >= np.maximum(population, 1.0), bit, 0)
    return out


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _rank(value: float, index: float) -> int | None:
    return None if np.isnan(value) or np.isnan(index) else int(value)


def _why_withheld(people: People) -> list[str]:
    """Return, for each zone, why its figures are withheld; "" when they are not."""
    few = people.adults < number("protection/small_area")
    outside = (people.population == 0) & (people.everybody > 0)
    return [str(reason) for reason in np.where(outside, OUTSIDE, np.where(few, TOO_FEW, ""))]
