"""Subtotals of a diagnosis: its need by commune, by département, by région, from the draws of its zones."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import group, total_by
from maillage.reference.parameters import number
from maillage.sources import cog
from maillage.statistics.diagnosis.figures import figures_of, spread_of
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.diagnosis.results import OUTSIDE, Level, Subtotal
from maillage.statistics.diagnosis.where import beyond_doubt
from maillage.statistics.engine import synthetic
from maillage.statistics.need import population as frames
from maillage.statistics.need.population import TOO_FEW
from maillage.statistics.survey.local_survey import Measured

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
LEVELS_OF: Mapping[str, tuple[Level, ...]] = {  # by kind of zones: those that are not inside a zone
    "iris": ("commune", "departement", "region"),
    "file": ("commune", "departement", "region"),
    "commune": ("departement", "region"),
    "departement": ("region",),
}
NAME_COLUMNS: Mapping[Level, tuple[str, str]] = {
    "commune": ("code", "name"),
    "departement": ("departement", "departement_name"),
    "region": ("region", "region_name"),
}


def pieces_of(request: Request) -> Positions:
    """Return, for each area of all zones, in their order, the position of the piece that it is drawn in: its
    zone, or its commune where a file draws zones across communes.
    """
    zones = request.zoning.zones
    if request.zoning.kind == "file":
        rows = np.concatenate([zone.rows for zone in zones])
        return group(frames.sources().rp2021["commune"][rows])[1]
    return _zone_at(request)


def _zone_at(request: Request) -> Positions:
    zones = request.zoning.zones
    return np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])


def subtotals_of(
    request: Request, need: Floats, frame: frames.Frame, share: Floats, survey: Measured | None
) -> tuple[Subtotal, ...]:
    """Return the subtotals of a study that is in several communes, départements or régions, by level, the
    largest need first; none at a level whose units are the zones themselves.

    need: (pieces, draws) persons, the pieces being those of `pieces_of`. share: (areas of all zones, in their
    order) what the filter keeps. survey: the one that moved the draws.
    """
    zones = request.zoning.zones
    rows = np.concatenate([zone.rows for zone in zones])
    zone_at, piece_at = _zone_at(request), pieces_of(request)
    out: list[Subtotal] = []
    for level in LEVELS_OF[request.zoning.kind]:
        codes, at = group(frames.sources().rp2021[level][rows])
        pairs = np.unique(np.column_stack((at, zone_at)), axis=0)
        if len(codes) < 2 or len(pairs) == len(codes) == len(zones):
            continue
        unit_of_piece = np.zeros(len(need), dtype=np.int64)
        unit_of_piece[piece_at] = at
        drawn = synthetic.add_by(need, unit_of_piece, len(codes))
        residents, adults, universe, everybody = (
            total_by(at, values[rows] * weight, len(codes))
            for values, weight in (
                (frame.population, share),
                (frame.adults, share),
                (frame.universe, share),
                (frame.population, 1.0),
            )
        )
        total = np.where(drawn.sum(axis=0) > 0, drawn.sum(axis=0), 1.0)
        names, is_peopled = _names(level), residents.sum() > 0 and universe.sum() > 0
        above = beyond_doubt(drawn / total, residents, universe) if is_peopled else np.zeros(len(codes), bool)
        subtotals = []
        for i, code in enumerate(codes.tolist()):
            outside = residents[i] == 0 and everybody[i] > 0
            few = adults[i] < number("protection/small_area")
            figure = figures_of(
                request.definition, why=OUTSIDE if outside else TOO_FEW if few else "", survey=survey
            )
            subtotals.append(
                Subtotal(
                    level=level,
                    code=code,
                    name=names.get(code, code),
                    zones=tuple(zones[k].code for k in pairs[pairs[:, 0] == i, 1].tolist()),
                    population=float(residents[i]),
                    need=figure(drawn[i]),
                    rate=figure(100 * drawn[i] / max(float(universe[i]), 1.0), percent=True),
                    need_share=spread_of(drawn[i] / total),
                    residents=float(residents[i] / max(float(residents.sum()), 1.0)),
                    is_above=bool(above[i] and not outside and not few),
                )
            )
        out += sorted(subtotals, key=lambda one: (-one.need_share.value, one.code))
    return tuple(out)


def _names(level: Level) -> dict[str, str]:
    communes = cog.communes()
    code, name = NAME_COLUMNS[level]
    return dict(zip(communes[code].tolist(), communes[name].tolist(), strict=True))
