"""The variables of social precarity, and their values in places."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import total_by
from maillage.sources import dares
from maillage.statistics.need import population as frames
from maillage.statistics.need.population import Frame, Sources

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


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
BY_ID = {variable.id: variable for variable in VARIABLES}
# Marseille, Lyon, Paris: incomes are published by arrondissement.
WITH_DISTRICTS = ("13055", "69123", "75056")


def values_of(
    variable: Variable,
    rows: Positions,
    at: Positions,
    n: int,
    frame: Frame,
    tables: Sources,
    inside: Floats | None = None,
) -> Floats:
    """Return (n,) the variable of each place; nan where it is known for less than half of the residents.

    rows: (areas,) positions in the frame; at: (areas,) the place of each. inside: (areas of France,) share of
    each area that counts.
    """
    top, base = _fraction(variable.id, rows, frame, tables)
    share = np.ones(len(rows)) if inside is None else inside[rows]
    people = frame.population[rows] * share
    known = ~np.isnan(top) & ~np.isnan(base) & (share > 0)
    sums = [
        total_by(at, np.where(known, values, 0.0) * share, n)
        for values in (np.nan_to_num(top), np.nan_to_num(base))
    ]
    covered = total_by(at, np.where(known, people, 0.0), n)
    everybody = total_by(at, people, n)
    enough = (covered * 2 >= everybody) & (everybody > 0) & (sums[1] > 0)
    if variable.id == "rsa_nombre":
        return np.where(enough, sums[0], np.nan)
    factor = 100.0 if variable.unit == "%" else 1.0
    return np.asarray(factor * np.divide(sums[0], sums[1], out=np.full(n, np.nan), where=enough))


def _fraction(id: str, rows: NDArray[np.int64], frame: Frame, tables: Sources) -> tuple[Floats, Floats]:
    """Return, by area, the numerator and denominator whose sums give the variable of a zone."""
    area, commune = frame.area[rows], frame.commune[rows]
    working_age = tables.rp2021.aligned("iris", area, "pop_20_64")
    if id in ("rsa", "aah", "rsa_nombre"):
        return tables.cnaf.aligned("iris", area, "rsa" if id != "aah" else "aah"), working_age
    if id == "monoparents":
        alone = tables.rp2016.aligned("iris", area, "single_parent")
        return alone, tables.rp2016.aligned("iris", area, "in_households")
    if id == "hlm":
        top, base = (tables.rp2016.aligned("iris", area, name) for name in ("social_homes", "main_homes"))
        is_uncut = frame.kind[rows] == "Z"
        coarse = [tables.rp2018.aligned("commune", commune, name) for name in ("social_homes", "main_homes")]
        return np.where(is_uncut, coarse[0], top), np.where(is_uncut, coarse[1], base)
    if id == "revenu":
        median = frames.medians(tables.filosofi, frame.published[rows], commune)
        return median * frame.adults[rows], frame.adults[rows]
    if id == "chomage":
        rate = np.asarray(
            tables.rp2018.aligned("commune", commune, "unemployed")
            / tables.rp2018.aligned("commune", commune, "active")
        )
        return rate * frame.adults[rows], frame.adults[rows]
    seekers = dares.communes().aligned("commune", commune, "seekers")
    total = np.bincount(*_by_commune(frame, tables), minlength=1)
    codes = np.unique(frame.commune)
    return seekers / total[np.searchsorted(codes, commune)] * working_age, working_age


def _by_commune(frame: Frame, tables: Sources) -> tuple[NDArray[np.int64], Floats]:
    """Return the position of each area's commune and its number of residents aged 20 to 64."""
    _, at = np.unique(frame.commune, return_inverse=True)
    return at.astype(np.int64), tables.rp2021["pop_20_64"]
