"""The need of the areas of a territory, as rows of figures to print."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.reference.definitions import DEFAULT, Definition
from maillage.reference.definitions import definition as definition_of
from maillage.statistics import Area
from maillage.statistics.need import model, national
from maillage.statistics.need import population as frames
from maillage.statistics.zones.territories import gazetteer, rows_of

USUAL_LEVELS = {"departement": "commune", "region": "departement", "france": "departement"}  # else IRIS


def estimate(
    territory: str,
    *,
    level: str,
    definition: str | Definition,
    seed: int | None,
    progress: Callable[[float], None],
) -> list[Area]:
    """Return the need of each area, as `maillage.statistics.estimate_need` says it."""
    place = gazetteer().get(territory)
    level = level or USUAL_LEVELS.get(place.kind, "iris")
    if level not in national.LEVELS:
        raise Refused(
            f"La maille « {level} » n’existe pas.",
            why="Une estimation se fait par zone d’une maille connue.",
            do=f"Choisissez parmi : {', '.join(national.LEVELS)}.",
        )
    rows = None if place.kind == "france" else rows_of(place, frames.sources().rp2021)
    table = national.estimate(
        level,
        definition if isinstance(definition, Definition) else definition_of(definition or DEFAULT),
        rows=rows,
        seed=model.SEED if seed is None else seed,
        progress=progress,
    )
    name_by_code = names(level)
    areas = _figures(table, name_by_code)
    if rows is None:
        areas += [
            Area(code, name_by_code.get(code, ""), warning=reason)
            for code, reason in national.outside(level).items()
        ]
    return sorted(areas, key=attrgetter("code"))


def _figures(table: Table, name_by_code: dict[str, str]) -> list[Area]:
    codes, universe = table["code"].tolist(), table["universe"]
    known = ~np.isnan(table["value"])
    rate = np.divide(100.0, universe, out=np.zeros(len(universe)), where=universe != 0)
    estimated = [np.where(known, table[key], 0.0) for key in ("value", "low", "high")]
    figures: list[NDArray[Any]] = [np.rint(persons).astype(np.int64) for persons in estimated]
    figures += [np.round(persons * rate, 1) for persons in estimated]
    columns = (
        codes,
        [name_by_code.get(code, "") for code in codes],
        np.rint(table["population"]).astype(np.int64).tolist(),
        np.rint(universe).astype(np.int64).tolist(),
        *(
            [cell if is_known else None for cell, is_known in zip(column.tolist(), known, strict=True)]
            for column in figures
        ),
        [
            " ".join(filter(None, notes))
            for notes in zip(_parts(table), table["warning"].tolist(), strict=True)
        ],
    )
    return [Area(*cells) for cells in zip(*columns, strict=True)]


def _parts(table: Table) -> list[str]:
    """Return, for each row that covers only a part of its area, a note; '' where it covers all of it."""
    population, full_population = table["population"], table["whole"]
    out = [""] * len(population)
    for row in np.flatnonzero((full_population != 0) & (population <= 0.9995 * full_population)).tolist():
        share = 100 * population[row] / full_population[row]
        note = f"Une partie seulement : {share:.1f} % de ses {full_population[row]:.0f} habitants."
        out[row] = note.replace(".", ",", 1)
    return out


def names(level: str) -> dict[str, str]:
    """Return the name of every area of a level, by code."""
    tables = frames.sources()
    communes = tables.communes
    if level == "iris":
        by_commune = dict(zip(communes["code"].tolist(), communes["name"].tolist(), strict=True))
        iris = tables.rp2021
        return {
            code: name if kind != "Z" and name else by_commune.get(commune, name)
            for code, name, kind, commune in zip(
                iris["iris"].tolist(),
                iris["name"].tolist(),
                iris["kind"].tolist(),
                iris["commune"].tolist(),
                strict=True,
            )
        }
    if level == "commune":
        return dict(zip(communes["code"].tolist(), communes["name"].tolist(), strict=True))
    lead = "R" if level == "region" else ""
    name_by_code = {
        lead + code: name
        for code, name in zip(communes[level].tolist(), communes[f"{level}_name"].tolist(), strict=True)
    }
    if level == "epci":
        alone = communes.take(communes["epci"] == "")
        name_by_code |= {
            code: f"{name} (hors intercommunalité)"
            for code, name in zip(alone["code"].tolist(), alone["name"].tolist(), strict=True)
        }
    return name_by_code
