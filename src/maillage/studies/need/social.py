"""Social precarity of zones: the variables, and the index built from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.engine import social_index
from maillage.engine.classes import ranks
from maillage.engine.social_index import Index
from maillage.kernel.errors import Refused
from maillage.kernel.table import Table, total_by
from maillage.pipeline.dares import clean as dares
from maillage.studies.diagnosis.zoning import Zone
from maillage.studies.need import population as frames
from maillage.studies.need.population import Frame, Sources
from maillage.words.wording import count

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the index. sign: 1 when a high value means precarity, else -1; default weight."""

    id: str
    short: str
    label: str
    theme: str
    unit: str
    sign: int
    weight: float
    year: str
    source: str


VARIABLES = (
    Variable(
        "rsa",
        "RSA",
        "Foyers au RSA pour 100 habitants de 20 à 64 ans",
        "Revenus",
        "%",
        1,
        1,
        "2021",
        "cnaf-2021-iris",
    ),
    Variable(
        "aah",
        "AAH",
        "Allocataires de l’AAH pour 100 habitants de 20 à 64 ans",
        "Revenus",
        "%",
        1,
        1,
        "2021",
        "cnaf-2021-iris",
    ),
    Variable(
        "monoparents",
        "Monoparentales",
        "Habitants de familles monoparentales",
        "Ménages",
        "%",
        1,
        1,
        "2016",
        "insee-rp2016-iris",
    ),
    Variable(
        "hlm",
        "HLM",
        "Résidences principales en HLM",
        "Logement",
        "%",
        1,
        1,
        "2016 ou 2018",
        "insee-rp2016-iris",
    ),
    Variable(
        "chomage",
        "Chômage",
        "Chômeurs parmi les actifs (recensement)",
        "Emploi",
        "%",
        1,
        1,
        "2018",
        "insee-rp2018-communes",
    ),
    Variable(
        "revenu",
        "Niveau de vie",
        "Niveau de vie médian",
        "Revenus",
        "euros par an",
        -1,
        1,
        "année non indiquée à la source",
        "insee-filosofi-communes",
    ),
    Variable(
        "rsa_nombre",
        "RSA, nombre",
        "Foyers au RSA, en nombre",
        "Revenus",
        "foyers",
        1,
        0,
        "2021",
        "cnaf-2021-iris",
    ),
    Variable(
        "demandeurs",
        "Demandeurs d’emploi",
        "Demandeurs d’emploi pour 100 habitants de 20 à 64 ans",
        "Emploi",
        "%",
        1,
        0,
        "2019",
        "dares-2019-communes-qpv",
    ),
)
MISSING = (
    "contrats aidés",
    "part des personnes dont le revenu vient en entier des aides",
    "places en hébergement",
    "demandeurs d’emploi hors des communes comptant un quartier prioritaire",
)
SAME = 1e-9  # relative: values that differ by the rounding of a sum are the same
WITH_DISTRICTS = (
    "13055",
    "69123",
    "75056",
)  # Marseille, Lyon, Paris: incomes are published by arrondissement
MIN_COMMUNE_SHARE = 0.9  # share of the residents of a commune that make a zone as good as the whole of it
OF_COMMUNES = ("hlm", "chomage", "revenu", "demandeurs")  # known by commune, for some areas or for all
NO_INDEX = "Moins de la moitié des variables de l’indice sont connues ici."
NO_INDEX_ALONE = "Une seule zone : l’indice compare des zones entre elles."
BORROWED = "Les seules variables connues le sont pour toute la commune, et ne distinguent pas ses quartiers."
BY_ID = {variable.id: variable for variable in VARIABLES}


@dataclass(frozen=True, slots=True)
class Social:
    """The index of the zones of a perimeter, and its components.

    variables: those used, in order; left_out: (variable, why) for the others that were asked for.
    values: (zones, variables), nan where unknown; levels: (zones, variables) where each is known, `iris`,
    `commune` or `arrondissement`, "" where unknown. index and ranks follow the zones; no_index: (zones,) why
    a zone has none, "" for the others.
    """

    variables: tuple[Variable, ...]
    weights: Floats
    signs: Floats
    left_out: tuple[tuple[Variable, str], ...]
    values: Floats
    levels: NDArray[np.str_]
    no_index: tuple[str, ...]
    index: Index
    rank: Floats
    rank_standard: Floats


def index_of(
    zones: Sequence[Zone],
    frame: Frame,
    tables: Sources,
    *,
    weights: Mapping[str, float] | None = None,
    inside: Floats | None = None,
    published: NDArray[np.bool_] | None = None,
) -> Social:
    """Return the social index of zones, relative to their perimeter.

    weights: by variable id, replacing the default ones; a negative weight reverses the variable. inside:
    (areas of France,) share of each area that counts, 1 by default. published: (zones,) those whose figures
    may be published, all by default; the others count neither in means nor in ranks, and no more does a zone
    whose every known value is that of a commune of which it is but a part.
    """
    chosen = _chosen(weights or {})
    values = np.column_stack([_values(variable, zones, frame, tables, inside) for variable in chosen])
    if published is not None:
        values[~published] = np.nan
    able = len(zones) if published is None else int(published.sum())
    kept, left_out = [], []
    for position, variable in enumerate(chosen):
        known = ~np.isnan(values[:, position])
        if known.sum() * 2 < able:
            left_out.append((variable, _known(int(known.sum()), able)))
        elif (
            known.sum() > 1
            and np.ptp(values[known, position]) <= SAME * np.abs(values[known, position]).max()
        ):
            left_out.append((variable, "la même valeur pour toutes les zones"))
        else:
            kept.append(position)
    used = [chosen[position] for position in kept]
    wanted = {variable.id: (weights or {}).get(variable.id, variable.weight) for variable in used}
    weight = np.array([abs(wanted[variable.id]) for variable in used])
    sign = np.array([variable.sign * (-1.0 if wanted[variable.id] < 0 else 1.0) for variable in used])
    values = values[:, kept]
    known = ~np.isnan(values)
    places = [_known_at(variable, zones, frame, tables) for variable in used]
    own = np.array([is_own for _, is_own in places], dtype=bool).reshape(len(used), len(zones)).T
    is_borrowed = known.any(axis=1) & ~(known & own).any(axis=1)
    index = social_index.build(np.where(is_borrowed[:, None], np.nan, values), sign, weight)
    alone = NO_INDEX_ALONE if len(zones) == 1 else NO_INDEX
    no_index = np.where(np.isnan(index.index), np.where(is_borrowed, BORROWED, alone), "")
    levels = np.array([level for level, _ in places], dtype=str).reshape(len(used), len(zones)).T
    return Social(
        variables=tuple(used),
        weights=weight,
        signs=sign,
        left_out=tuple(left_out),
        values=values,
        levels=np.where(known, levels, ""),
        no_index=tuple(no_index.tolist()),
        index=index,
        rank=ranks(index.index),
        rank_standard=ranks(index.standard),
    )


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


def _values(
    variable: Variable, zones: Sequence[Zone], frame: Frame, tables: Sources, inside: Floats | None
) -> Floats:
    """Return (zones,) the variable; nan where it is known for less than half of the residents."""
    rows = np.concatenate([zone.rows for zone in zones])
    at = np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])
    top, base = _fraction(variable.id, rows, frame, tables)
    share = np.ones(len(rows)) if inside is None else inside[rows]
    people = frame.population[rows] * share
    known = ~np.isnan(top) & ~np.isnan(base) & (share > 0)
    sums = [
        total_by(at, np.where(known, values, 0.0) * share, len(zones))
        for values in (np.nan_to_num(top), np.nan_to_num(base))
    ]
    covered = total_by(at, np.where(known, people, 0.0), len(zones))
    everybody = total_by(at, people, len(zones))
    enough = (covered * 2 >= everybody) & (everybody > 0) & (sums[1] > 0)
    if variable.id == "rsa_nombre":
        return np.where(enough, sums[0], np.nan)
    factor = 100.0 if variable.unit == "%" else 1.0
    return np.asarray(factor * np.divide(sums[0], sums[1], out=np.full(len(zones), np.nan), where=enough))


def _known_at(
    variable: Variable, zones: Sequence[Zone], frame: Frame, tables: Sources
) -> tuple[NDArray[np.str_], NDArray[np.bool_]]:
    """Return (zones,) the level at which a variable is known where most residents of each zone live, and
    whether its value is the zone’s own: a zone that is but a part of a commune borrows the value of it.
    """
    if variable.id not in OF_COMMUNES:
        return np.full(len(zones), "iris", dtype="<U14"), np.ones(len(zones), dtype=bool)
    rows = np.concatenate([zone.rows for zone in zones])
    at = np.repeat(np.arange(len(zones)), [len(zone.rows) for zone in zones])
    in_communes = np.flatnonzero(np.isin(frame.commune, np.unique(frame.commune[rows])))
    codes, unit_of_area = np.unique(_units(variable.id, in_communes, frame, tables), return_inverse=True)
    unit = unit_of_area[np.searchsorted(in_communes, rows)]
    residents = np.bincount(unit_of_area, frame.population[in_communes])
    people, everybody = frame.population[rows], total_by(at, frame.population[rows], len(zones))
    _, pair = np.unique(at * len(codes) + unit, return_inverse=True)
    is_own = np.bincount(pair, people)[pair] >= MIN_COMMUNE_SHARE * residents[unit]

    def holds_most(areas: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(total_by(at, np.where(areas, people, 0.0), len(zones)) * 2 >= everybody)

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


def _fraction(id: str, rows: NDArray[np.int64], frame: Frame, tables: Sources) -> tuple[Floats, Floats]:
    """Return, by area, the numerator and denominator whose sums give the variable of a zone."""
    area, commune = frame.area[rows], frame.commune[rows]
    working_age = tables.rp2021.aligned("iris", area, "pop_20_64")
    if id in ("rsa", "aah", "rsa_nombre"):
        return tables.cnaf.aligned("iris", area, "rsa" if id != "aah" else "aah"), working_age
    if id == "monoparents":
        names = ("single_parent", "in_households")
        return tuple(tables.rp2016.aligned("iris", area, name) for name in names)  # type: ignore[return-value]
    if id == "hlm":
        top, base = (tables.rp2016.aligned("iris", area, name) for name in ("social_homes", "main_homes"))
        whole = frame.kind[rows] == "Z"
        coarse = [tables.rp2018.aligned("commune", commune, name) for name in ("social_homes", "main_homes")]
        return np.where(whole, coarse[0], top), np.where(whole, coarse[1], base)
    if id == "revenu":
        median = frames.medians(tables.filosofi, frame.published[rows], commune)
        return median * frame.adults[rows], frame.adults[rows]
    if id == "chomage":
        rate = _ratio(tables.rp2018, commune, "unemployed", "active")
        return rate * frame.adults[rows], frame.adults[rows]
    seekers = dares.communes().aligned("commune", commune, "seekers")
    total = np.bincount(*_by_commune(frame, tables), minlength=1)
    codes = np.unique(frame.commune)
    return seekers / total[np.searchsorted(codes, commune)] * working_age, working_age


def _ratio(table: Table, commune: NDArray[np.str_], top: str, base: str) -> Floats:
    return np.asarray(table.aligned("commune", commune, top) / table.aligned("commune", commune, base))


def _by_commune(frame: Frame, tables: Sources) -> tuple[NDArray[np.int64], Floats]:
    """Return the position of each area's commune and its number of residents aged 20 to 64."""
    _, at = np.unique(frame.commune, return_inverse=True)
    return at.astype(np.int64), tables.rp2021["pop_20_64"]
