"""The draws of a diagnosis: persons by zone and by outcome, moved by a survey when there is one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate
from maillage.reference.definitions import LEVELS, Definition
from maillage.reference.parameters import number
from maillage.statistics.diagnosis.figures import figures_of
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.diagnosis.results import LEVEL_NAMES, Part
from maillage.statistics.diagnosis.subtotals import pieces_of
from maillage.statistics.engine import composite, synthetic
from maillage.statistics.need import model as need_model
from maillage.statistics.need import population as frames
from maillage.statistics.need import rurality
from maillage.statistics.need.model import Model
from maillage.statistics.need.population import TOO_FEW
from maillage.statistics.survey.local_survey import Composite, Measured
from maillage.statistics.zones.zoning import Zone, area_name

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
ROWS_AT_ONCE = 4_096  # areas drawn together
MOST_PARTS = 60  # a zone of more census areas (a département) is not told area by area


def shift_of(m: Model, rows: Positions, share: Floats, both: Composite) -> Floats:
    """Return (draws,) the shift of every area's logit that brings the territory to the combined estimate."""
    people = m.draws(rows, names=("need",))["need"].astype(np.float64) * share[:, None]
    size = m.country.frame.universe[rows] * share
    return composite.moves(people, size, both.draws * size.sum())


@dataclass(frozen=True, slots=True)
class Drawn:
    """The draws of a study.

    sums: by outcome, (zones, draws) persons; pieces: (pieces, draws) persons in need of each piece of
    `pieces_of`; parts: the figures of the census areas inside each zone.
    """

    sums: dict[str, Floats]
    pieces: Floats
    parts: list[tuple[Part, ...]]


def drawn_by_zone(
    request: Request, m: Model, share: Floats, progress: Callable[[float], None], move: Floats | None = None
) -> Drawn:
    """Return the draws of a study.

    share: (rows of all zones, in their order) what the filter keeps. Zones are drawn a few at a time, so that
    the whole of France fits in the memory of an old computer. move: (draws,) on the logit, what a survey of
    the territory adds everywhere.
    """
    zones = request.zoning.zones
    piece_at = pieces_of(request)
    pieces = np.zeros((int(piece_at.max()) + 1, request.n_draws))
    ends = np.cumsum([len(zone.rows) for zone in zones])
    batches = np.split(np.arange(len(zones)), np.flatnonzero(np.diff(ends // ROWS_AT_ONCE)) + 1)
    sums: dict[str, list[Floats]] = {}
    parts: list[tuple[Part, ...]] = []
    for batch in batches:
        chosen = [zones[i] for i in batch.tolist()]
        rows = np.concatenate([zone.rows for zone in chosen])
        span = slice(ends[batch[-1]] - len(rows), ends[batch[-1]])
        counted_share = share[span]
        areas = m.draws(rows, names=need_model.ALL_OUTCOMES)
        if move is not None:
            names = (*MOVED, *(need_model.LEVEL_OUTCOMES if request.definition.id == LEVELS else ()))
            areas = {**areas, **moved(m, {name: areas[name] for name in names}, rows, move)}
        for name, values in _zone_sums(m, areas, chosen, rows, counted_share).items():
            sums.setdefault(name, []).append(values)
        pieces += synthetic.add_by(areas["need"] * counted_share[:, None], piece_at[span], len(pieces))
        survey = request.survey if move is not None and isinstance(request.survey, Measured) else None
        parts += _parts(request.definition, chosen, areas["need"], m.country.frame, counted_share, survey)
        progress(float(ends[batch[-1]] / ends[-1]))
    return Drawn({name: np.concatenate(values) for name, values in sums.items()}, pieces, parts)


MOVED = ("need", "both", "poor_both")


def moved(
    m: Model, areas: Mapping[str, NDArray[np.float32]], rows: Positions, move: Floats
) -> dict[str, NDArray[np.float32]]:
    """Return the draws of areas once the logit of the need has moved: the whole need, its levels when they
    are what is counted, and the need of a part of residents, by as much among them.

    The number also modest or poor moves by as much, among modest or poor people: the link between both
    precarities is unchanged.
    """
    size = m.country.frame.universe[rows]
    out = {}
    for name, draws in areas.items():
        among = (
            size
            if name == "need" or name in need_model.LEVEL_OUTCOMES
            else m.outcomes[name].counts[rows].sum(axis=1, dtype=np.float64)
        )
        out[name] = composite.moved(draws.astype(np.float64), among, move).astype(np.float32)
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
        **{name: areas[name] for name in need_model.LEVEL_OUTCOMES},
    }
    spaces = rurality.kinds()[rows]
    for kind in rurality.KINDS:
        out[f"need_{kind}"] = need * (spaces == kind)[:, None]
    out["modest"], out["both"] = under("both", frame.modest)
    out["poor"], out["poor_both"] = under("poor_both", frame.poor)
    return {name: synthetic.add_by(values * share[:, None], at, len(zones)) for name, values in out.items()}


def four_levels(sums: dict[str, Floats], universe: Floats) -> dict[str, Floats]:
    """Return the draws of each of the four levels, from the cumulative ones."""
    first, second, third = sums["level_1"], sums["level_2"], sums["level_3"]
    return dict(zip(LEVEL_NAMES, (first, second - first, third - second, universe - third), strict=True))


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
        positions = range(start, start + len(zone.rows))
        start += len(zone.rows)
        parts = []
        for i, row in (
            zip(positions, zone.rows.tolist(), strict=True) if 1 < len(zone.rows) <= MOST_PARTS else ()
        ):
            universe = float(frame.universe[row] * share[i])
            adults = float(frame.adults[row] * share[i])
            why = "" if adults >= number("protection/small_area") else TOO_FEW
            figure = figures_of(chosen, why=why, survey=survey)
            persons = draws[i].astype(np.float64) * share[i]
            rate = figure(100 * persons / max(universe, 1.0), percent=True)
            parts.append(Part(str(iris["iris"][row]), area_name(iris, row), figure(persons), rate))
        parts.sort(
            key=lambda part: (-(part.need.value if isinstance(part.need, Estimate) else -1.0), part.code)
        )
        out.append(tuple(parts))
    return out
