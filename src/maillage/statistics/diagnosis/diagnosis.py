"""The diagnosis of a territory: how many people, where, who is also in social precarity, and how sure it
is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate, Figure
from maillage.reference.definitions import LEVELS, definition, offered
from maillage.reference.parameters import number
from maillage.statistics.diagnosis import compare
from maillage.statistics.diagnosis.draws import drawn_by_zone, four_levels, shift_of
from maillage.statistics.diagnosis.figures import (
    METHOD_BOTH,
    METHOD_LEVELS,
    NO_STANDARDS,
    POOR_UNIVERSE,
    figures_of,
    income_figure,
)
from maillage.statistics.diagnosis.poverty import MOST_UNKNOWN, minima_share, share_living, why_no_poverty
from maillage.statistics.diagnosis.profile import PROFILED, profile_of
from maillage.statistics.diagnosis.request import Request, model_of
from maillage.statistics.diagnosis.results import CELL_NAMES, LEVEL_NAMES, Diagnosis
from maillage.statistics.diagnosis.subtotals import subtotals_of
from maillage.statistics.diagnosis.where import where
from maillage.statistics.diagnosis.zone_results import FLAGS, Classed, People, Work, people_of, zone_results
from maillage.statistics.engine import clusters
from maillage.statistics.engine.base import Base, applied
from maillage.statistics.need import context, doubt, social
from maillage.statistics.need import population as frames
from maillage.statistics.need.model import Model, ModelByDefinition
from maillage.statistics.need.population import TOO_FEW
from maillage.statistics.survey import local_survey, sample_balance
from maillage.statistics.survey.local_survey import Composite, Measured, Unread
from maillage.statistics.zones import shapes
from maillage.statistics.zones.shapes import Shapes

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
ADULT_SHARE_OF_15_19 = 0.4  # 18 and 19 among the five years of the bin


@dataclass(frozen=True, slots=True)
class FirstFigure:
    """The need of a whole territory: persons, rate in percent, and the persons among whom it is counted."""

    need: Figure
    rate: Figure
    universe: float


@dataclass(frozen=True, slots=True)
class FirstFigures:
    """The need of a whole territory under each definition, the people of the first of four levels, and the
    residents of any age.
    """

    by_definition: tuple[compare.NeedByDefinition, ...]
    excluded: Figure
    population: float


FILTERED = "L’enquête porte sur tout le territoire : elle ne dit rien de la seule partie que le filtre garde."


def diagnose(
    request: Request,
    progress: Callable[[str, float], None] = lambda step, share: None,
    *,
    model: Model | None = None,
) -> Diagnosis:
    """Return the diagnosis of a territory. model: its model of need, built here when not passed.

    progress(step, share): called as work advances, share from 0 to 1; it may raise Cancelled.
    """
    w = _counted(request, model, progress)
    classed = zone_results(w)
    progress("Contours et voisinages", 0.75)
    outline = shapes.of_zones(request.zoning.zones, frames.sources().rp2021)
    progress("Marges et vérifications", 0.85)
    return _assemble(w, outline, classed)


def first_figure(request: Request) -> FirstFigure:
    """Return the need of a territory as its diagnosis tells it, without its zones, which take far longer."""
    w = _counted(request, None, lambda step, share: None)
    need, rate = _need_of(w, w.drawn.sums["need"].sum(axis=0))
    return FirstFigure(need, rate, float(w.people.universe.sum()))


def first_figures(request: Request) -> FirstFigures:
    """Return the need of a whole territory under each definition, as its study tells them, without its
    zones.
    """
    w = _counted(request, None, lambda step, share: None)
    total = {name: values.sum(axis=0) for name, values in w.drawn.sums.items()}
    own = compare.NeedByDefinition(request.definition, *_need_of(w, total["need"]))
    other_results = compare.definitions(
        [one for one in offered() if one.id != request.definition.id],
        w.rows,
        models=ModelByDefinition(w.model),
        inside=request.inside,
    )
    result_of = {one.definition.id: one for one in (own, *other_results)}
    level_figure = figures_of(definition(LEVELS), why=_why_withheld(w), method=METHOD_LEVELS)
    return FirstFigures(
        by_definition=tuple(result_of[one.id] for one in offered()),
        excluded=level_figure(total["level_1"]),
        population=float(w.people.population.sum()),
    )


def survey_move(request: Request) -> Floats | None:
    """Return the move of a survey of the territory: see `Diagnosis.move`."""
    if not isinstance(request.survey, Measured):
        return None
    return _counted(request, None, lambda step, share: None).move


def _counted(request: Request, model: Model | None, progress: Callable[[str, float], None]) -> Work:
    """Return the persons in need of each zone, a survey of the territory included."""
    progress("Lecture du recensement", 0.0)
    zones = request.zoning.zones
    rows = np.concatenate([zone.rows for zone in zones])
    share = np.ones(len(rows)) if request.inside is None else request.inside.share[rows]
    progress("Taux par âge et par diplôme", 0.15)
    m = model or model_of(request)
    place = m.country
    progress("Tirages zone par zone", 0.25)
    drawn = drawn_by_zone(
        request, m, share, lambda done: progress("Tirages zone par zone", 0.25 + 0.37 * done)
    )
    progress("Précarité sociale et cumul", 0.62)
    at = np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])
    people = people_of(place.frame, rows, at, share, len(zones))
    both, why = _composed(request, m, rows, drawn.sums["need"], people)
    move = None
    if both is not None and both.retained == "combinee":
        move = shift_of(m, rows, share, both)
        drawn = drawn_by_zone(
            request, m, share, lambda done: progress("Enquête et modèle", 0.55 + 0.07 * done), move
        )
    index = social.index_of(
        zones,
        place.frame,
        frames.sources(),
        weights=request.weights,
        inside=None if request.inside is None else request.inside.share,
        published=people.adults >= number("protection/small_area"),
    )
    return Work(request, m, rows, at, share, drawn, people, index, both, why, move)


def _why_withheld(w: Work) -> str:
    return "" if float(w.people.adults.sum()) >= number("protection/small_area") else TOO_FEW


def _need_of(w: Work, draws: Floats) -> tuple[Figure, Figure]:
    """Return the persons in need of the whole territory and their rate. draws: (draws,) persons."""
    figure = figures_of(w.request.definition, why=_why_withheld(w), survey=w.surveyed)
    rate = 100 * draws / max(float(w.people.universe.sum()), 1.0)
    return figure(draws), figure(rate, percent=True)


def _composed(
    request: Request, m: Model, rows: Positions, need: Floats, people: People
) -> tuple[Composite | None, str]:
    """Return the model and the survey of the request combined, or the reason why they are not.

    rows: of the territory in the frame; need: (zones, draws) persons in need according to the model.
    """
    if request.survey is None or isinstance(request.survey, Unread):
        return None, "" if request.survey is None else request.survey.reason
    if request.inside is not None:
        return None, FILTERED
    if people.adults.sum() < number("protection/small_area"):
        return None, TOO_FEW
    rates = need.sum(axis=0) / max(float(people.universe.sum()), 1.0)
    surveyed = replace(
        request.survey,
        undone=sample_balance.need_gaps(
            request.survey.sample,
            m.country.frame.counts[rows].sum(axis=0),
            m.country.frame.ages[rows].sum(axis=0),
            m.rates.centre,
        ),
    )
    return local_survey.compose(surveyed, request.definition, rates, seed=request.seed), ""


def _assemble(w: Work, outline: Shapes, classed: Classed) -> Diagnosis:
    results = classed.zones
    request, m, rows, share, sums, people, index = (
        w.request,
        w.model,
        w.rows,
        w.share,
        w.drawn.sums,
        w.people,
        w.index,
    )
    frame = w.frame
    total = {name: values.sum(axis=0) for name, values in sums.items()}
    universe = float(people.universe.sum())
    why = _why_withheld(w)
    need, rate = _need_of(w, total["need"])
    why_modest = why or (
        NO_STANDARDS if share_living(frame.unmeasured, frame, rows, share) >= MOST_UNKNOWN else ""
    )
    both = figures_of(request.definition, why=why_modest, method=METHOD_BOTH, survey=w.surveyed)
    level_figure = figures_of(definition(LEVELS), why=why, method=METHOD_LEVELS)
    level_draws = four_levels({name: values[None] for name, values in total.items()}, np.array([[universe]]))
    pairs = shapes.touching(outline)
    strong_social = np.array([result.is_strong_social for result in results])
    # Without the contour of a zone nobody knows its neighbours: no cluster is told rather than a wrong one.
    gathered = clusters.gather(pairs, strong_social) if pairs.size and not outline.missing else []
    weights = np.zeros(len(frame))
    weights[rows] = share
    population = people.population.sum()
    by_cell = {name: sum(r.population for r in results if r.cell == name) for name in CELL_NAMES}
    left_out = request.zoning.left_out
    minima = minima_share(frame, rows, share)
    why_poor = why or why_no_poverty(
        frame, rows, share, minima, float(total["poor"].mean()) / max(universe, 1.0)
    )
    return Diagnosis(
        request=request,
        model=m,
        population=float(population),
        adults=float(people.adults.sum()),
        universe=universe,
        need=need,
        rate=rate,
        both=both(total["both"]),
        modest=income_figure(total["modest"], why=why_modest, people=universe),
        levels={name: level_figure(values[0]) for name, values in level_draws.items()},
        poor=income_figure(total["poor"], why=why_poor, people=universe, universe=POOR_UNIVERSE),
        poor_both=figures_of(request.definition, why=why_poor, method=METHOD_BOTH, survey=w.surveyed)(
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
        clusters=tuple(tuple(results[i].zone.code for i in zones) for zones in gathered),
        leaders=_leaders(request, sums, people),
        where=where(
            [r.zone.code for r in results],
            sums["need"],
            people.population,
            people.universe,
            published=np.array([isinstance(r.need, Estimate) for r in results]),
        ),
        profile=profile_of(m, rows, share, {name: total[name] for name in PROFILED}),
        context=context.indicators(frame, weights),
        variance=doubt.variance_shares(m, rows, share),
        sensitivity=doubt.sensitivity(m, rows, share),
        minima=minima,
        flat=_flat(frame, rows, share),
        deduced=m.rates.deduced,
        left_out=(
            # complete communes: others are in for a part
            len(np.setdiff1d(frame.commune[left_out], frame.commune[rows])),
            float(frame.population[left_out].sum()),
        ),
        flags={
            bit: float((frame.population[rows] * share)[(frame.flags[rows] & bit) > 0].sum()) for bit in FLAGS
        },
        subtotals=subtotals_of(request, w.drawn.pieces, frame, share, w.surveyed),
        draws=total["need"],
        shapes=outline,
        composite=w.composite,
        not_composed=w.not_composed,
        move=w.move,
    )


def _leaders(request: Request, sums: dict[str, Floats], people: People) -> tuple[str, ...]:
    """Return the zones that rank first in at least one draw out of twenty, most often first."""
    publishable = np.flatnonzero(people.adults >= number("protection/small_area"))
    if not len(publishable):
        return ()
    rates = sums["need"][publishable] / np.maximum(people.universe[publishable], 1.0)[:, None]
    wins = np.bincount(rates.argmax(axis=0), minlength=len(publishable)) / rates.shape[1]
    order = np.argsort(-wins, kind="stable")
    return tuple(request.zoning.zones[publishable[i]].code for i in order if wins[i] >= 0.05)


def _independent(m: Model, rows: Positions, share: Floats, both: Floats) -> float:
    """Return how many persons would be in both precarities if, within a cell, low income made no
    difference.
    """
    outcome = m.outcomes["both"]
    counts = (outcome.counts[rows] * share[:, None]).sum(axis=0, dtype=np.float64)
    expected = counts @ outcome.centre
    return float(both.mean() * (counts @ m.rates.centre) / expected) if expected > 0 else 0.0


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
