"""Social precarity of zones: the variables, and the index built from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.kernel.table import total_by
from maillage.statistics.engine import social_index
from maillage.statistics.engine.classes import ranks
from maillage.statistics.engine.social_index import RelativeIndex
from maillage.statistics.need import social_france
from maillage.statistics.need.population import Frame, Sources
from maillage.statistics.need.social_france import MIN_COMMUNE_SHARE, Indexed
from maillage.statistics.need.social_variables import BY_ID, VARIABLES, WITH_DISTRICTS, Variable, values_of
from maillage.statistics.zones.zoning import Zone
from maillage.words.wording import count

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


MISSING = (
    "contrats aidés",
    "part des personnes dont le revenu vient en entier des aides",
    "places en hébergement",
    "demandeurs d’emploi hors des communes comptant un quartier prioritaire",
)
SAME = 1e-9  # relative: values that differ by the rounding of a sum are the same
OF_COMMUNES = ("hlm", "chomage", "revenu", "demandeurs")  # known by commune, for some areas or for all


@dataclass(frozen=True, slots=True)
class Social:
    """The index of the zones of a study beside France, and beside the mean of the zones.

    index: beside metropolitan France, the same in every cut; rank: its rank among the zones. relative: the
    method of the studies that compare the zones of one perimeter, and relative_rank.
    variables: those of the relative index, in order; left_out: (variable, why) for the others that were asked
    for; values: (zones, variables), nan where unknown. levels: by variable asked for, (zones,) where it is
    known, `iris`, `commune` or `arrondissement`, "" where unknown.
    """

    index: Indexed
    rank: Floats
    relative: RelativeIndex
    relative_rank: Floats
    variables: tuple[Variable, ...]
    weights: Floats
    signs: Floats
    left_out: tuple[tuple[Variable, str], ...]
    values: Floats
    levels: Mapping[str, NDArray[np.str_]]


def index_of(
    zones: Sequence[Zone],
    frame: Frame,
    tables: Sources,
    *,
    weights: Mapping[str, float] | None = None,
    inside: Floats | None = None,
    published: NDArray[np.bool_] | None = None,
) -> Social:
    """Return the social index of zones.

    weights: by variable id, replacing the default ones; a negative weight reverses the variable. inside:
    (areas of France,) share of each area that counts, 1 by default. published: (zones,) those whose figures
    may be published, all by default; the others have no rank and count in no mean, and no more does a zone
    whose every known value is that of a commune of which it is but a part.
    """
    chosen = _chosen(weights or {})
    rows = np.concatenate([zone.rows for zone in zones])
    at = np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])
    is_published = np.ones(len(zones), dtype=bool) if published is None else published
    share = np.ones(len(rows)) if inside is None else inside[rows]
    index = social_france.of_zones(rows, at, len(zones), share, weights or {})
    columns = [values_of(v, rows, at, len(zones), frame, tables, inside) for v in chosen]
    requested_values = np.array(columns).reshape(len(chosen), len(zones)).T
    requested_values[~is_published] = np.nan
    places = [_known_at(variable, rows, at, len(zones), frame, tables) for variable in chosen]
    why = [_left_out(column, int(is_published.sum())) for column in requested_values.T]
    used_positions = [position for position, reason in enumerate(why) if not reason]
    used = [chosen[position] for position in used_positions]
    wanted = {variable.id: (weights or {}).get(variable.id, variable.weight) for variable in used}
    weight = np.array([abs(wanted[variable.id]) for variable in used])
    sign = np.array([variable.sign * (-1.0 if wanted[variable.id] < 0 else 1.0) for variable in used])
    values = requested_values[:, used_positions]
    own = (
        np.array([places[position][1] for position in used_positions], dtype=bool)
        .reshape(len(used), len(zones))
        .T
    )
    is_own = (~np.isnan(values) & own).any(axis=1)
    relative = social_index.build(np.where(is_own[:, None], values, np.nan), sign, weight)
    return Social(
        index=index,
        rank=ranks(np.where(is_published, index.centre, np.nan)),
        relative=relative,
        relative_rank=ranks(relative.index),
        variables=tuple(used),
        weights=weight,
        signs=sign,
        left_out=tuple((v, reason) for v, reason in zip(chosen, why, strict=True) if reason),
        values=values,
        levels={
            variable.id: np.where(np.isnan(column), "", level)
            for variable, column, (level, _) in zip(chosen, requested_values.T, places, strict=True)
        },
    )


def _left_out(values: Floats, n_published: int) -> str:
    """Return why a variable is left out of the relative index, "" when it counts."""
    known = values[~np.isnan(values)]
    if len(known) * 2 < n_published:
        return _known(len(known), n_published)
    if len(known) > 1 and np.ptp(known) <= SAME * np.abs(known).max():
        return "la même valeur pour toutes les zones"
    return ""


def _chosen(weights: Mapping[str, float]) -> list[Variable]:
    for id in weights:
        if id not in BY_ID:
            raise Refused(
                f"La variable « {id} » n’existe pas dans l’indice social.",
                why="Un poids ne s’applique qu’à une variable connue.",
                do="Choisissez parmi : " + ", ".join(BY_ID) + ".",
            )
    return [variable for variable in VARIABLES if weights.get(variable.id, variable.weight) != 0]


def _known(n: int, among: int) -> str:
    """Return why a variable is left out that is known in too few zones.

    >>> _known(0, 4), _known(1, 4).replace("\xa0", " "), _known(3, 12).replace("\xa0", " ")
    ('connue pour aucune zone', 'connue pour 1 zone sur 4 seulement', 'connue pour 3 zones sur 12 seulement')
    """
    known = f"connue pour {count(n, 'zone')}"
    return f"{known} sur {among} seulement" if n else known


def _known_at(
    variable: Variable, rows: Positions, at: Positions, n: int, frame: Frame, tables: Sources
) -> tuple[NDArray[np.str_], NDArray[np.bool_]]:
    """Return (n,) the level at which a variable is known where most residents of each zone live, and
    whether its value is the zone’s own: a zone that is but a part of a commune borrows the value of it.
    """
    if variable.id not in OF_COMMUNES:
        return np.full(n, "iris", dtype="<U14"), np.ones(n, dtype=bool)
    in_communes = np.flatnonzero(np.isin(frame.commune, np.unique(frame.commune[rows])))
    codes, unit_of_area = np.unique(_units(variable.id, in_communes, frame, tables), return_inverse=True)
    unit = unit_of_area[np.searchsorted(in_communes, rows)]
    residents = np.bincount(unit_of_area, frame.population[in_communes])
    people, everybody = frame.population[rows], total_by(at, frame.population[rows], n)
    _, pair = np.unique(at * len(codes) + unit, return_inverse=True)
    is_own = np.bincount(pair, people)[pair] >= MIN_COMMUNE_SHARE * residents[unit]

    def holds_most(areas: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(total_by(at, np.where(areas, people, 0.0), n) * 2 >= everybody)

    in_iris = codes[unit] == frame.area[rows]
    in_district = np.isin(frame.commune[rows], WITH_DISTRICTS) & (codes[unit] == frame.published[rows])
    level = np.where(
        holds_most(in_iris), "iris", np.where(holds_most(in_district), "arrondissement", "commune")
    )
    return level, holds_most(is_own)


def _units(id: str, rows: NDArray[np.int64], frame: Frame, tables: Sources) -> NDArray[np.str_]:
    """Return, by area, the code of the place whose value of the variable it has."""
    area, published, commune = frame.area[rows], frame.published[rows], frame.commune[rows]
    if id == "revenu":
        median = tables.filosofi.aligned("commune", published, "median")
        return np.where(np.isnan(median), commune, published)
    return np.where(frame.kind[rows] == "Z", commune, area) if id == "hlm" else commune
