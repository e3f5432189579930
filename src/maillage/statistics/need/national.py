"""The need of every area of France at once, at one level."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from maillage.kernel.estimate import centiles
from maillage.kernel.table import Table, total_by
from maillage.reference.definitions import Definition
from maillage.reference.parameters import number
from maillage.sources import cog
from maillage.statistics.engine import synthetic
from maillage.statistics.engine.cells import AGE_OF, AGES
from maillage.statistics.engine.logit import logit
from maillage.statistics.need import model as need_model
from maillage.statistics.need import population as frames

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

LEVELS = ("iris", "commune", "epci", "departement", "region")
OUTSIDE = "Hors du champ de l’enquête."
WORKERS = 2


def age_shift(rows: Positions, chosen: Definition) -> float:
    """Return the move that the ages of some areas of the frame give to the logit of the national share of
    people in need. chosen: a definition with published rates by age; the class without one takes what the
    others leave of the total.
    """
    frame = need_model.country_frame()
    by_age = [frame.counts[:, age == AGE_OF].sum(axis=1) for age in range(len(AGES))]
    national_ages, local_ages = (np.array([x[at].sum() for x in by_age]) for at in (slice(None), rows))
    rate_by_class = {margin.category: margin.rate for margin in chosen.of("age")}
    rates = np.array([rate_by_class.get(name, np.nan) for name in AGES])
    deduced = np.isnan(rates)
    remainder = chosen.total * national_ages.sum() - rates[~deduced] @ national_ages[~deduced]
    rates[deduced] = max(remainder, 0.0) / national_ages[deduced].sum()
    ends = np.array([rates @ local_ages / local_ages.sum(), rates @ national_ages / national_ages.sum()])
    return float(np.subtract(*logit(ends)))


def estimate(
    level: str,
    chosen: Definition,
    *,
    rows: Positions | None = None,
    seed: int = need_model.SEED,
    n_draws: int = need_model.DRAWS,
    workers: int = WORKERS,
    progress: Callable[[float], None] = lambda share: None,
) -> Table:
    """Return one row per area of a level: code, population, whole, universe, value, low, high, warning.

    rows: areas of the frame to keep (all of France by default); an area of the level counts only those:
    population is theirs, whole is that of the area. Régions are coded as everywhere (R84). Persons; value,
    low and high are nan with a warning where 15 and over are under 50. Same bytes whatever `workers`.
    """
    place = need_model.country()
    frame = place.frame
    m = need_model.model(chosen, seed=seed, n_draws=n_draws, place=place)
    counted = np.ones(len(frame), dtype=bool) if rows is None else np.isin(np.arange(len(frame)), rows)
    keys = {
        "iris": frame.area,
        "commune": frame.commune,
        "epci": np.where(
            frame.epci == "", frame.commune, frame.epci
        ),  # a commune outside any EPCI stands alone
        "departement": frame.departement,
        "region": np.char.add("R", frame.region),
    }[level]
    names, at = np.unique(keys[counted], return_inverse=True)
    everywhere = np.isin(keys, names)
    total_population = total_by(
        np.searchsorted(names, keys[everywhere]), frame.population[everywhere], len(names)
    )
    position = np.full(len(frame), -1)
    position[counted] = at
    blocks = [b for b in range(len(place.blocks) - 1) if counted[place.blocks[b] : place.blocks[b + 1]].any()]
    value, low, high = (np.zeros(len(names)) for _ in range(3))
    sums = np.zeros((len(names), n_draws)) if level != "iris" else np.empty((0, n_draws))

    def one(block: int) -> tuple[Positions, NDArray[np.floating]]:
        drawn = m.draws_of_block(block)["need"]
        area_positions = position[place.blocks[block] : place.blocks[block + 1]]
        inside = area_positions >= 0
        if level == "iris":
            bounds = centiles(drawn[inside])
            return area_positions[inside], np.column_stack(
                (drawn[inside].mean(axis=1, dtype=np.float64), *bounds)
            )
        groups, local = np.unique(area_positions[inside], return_inverse=True)
        return groups, synthetic.add_by(drawn[inside], local.astype(np.int64), len(groups))

    with threadpool_limits(1), ThreadPoolExecutor(max_workers=workers) as pool:
        for done, (groups, bounds_of) in enumerate(pool.map(one, blocks)):
            if level == "iris":
                value[groups], low[groups], high[groups] = bounds_of.T
            else:
                sums[groups] += bounds_of  # in the order of blocks, whatever thread made them
            progress((done + 1) / len(blocks))
        if level != "iris":
            value, (low, high) = sums.mean(axis=1), centiles(sums)
    adults = total_by(at, frame.adults[counted], len(names))
    small = adults < number("protection/small_area")
    for column in (value, low, high):
        column[small] = np.nan
    return Table(
        f"estimate-{level}",
        {
            "code": names,
            "population": total_by(at, frame.population[counted], len(names)),
            "whole": total_population,
            "universe": total_by(at, frame.universe[counted], len(names)),
            "value": value,
            "low": low,
            "high": high,
            "warning": np.where(small, frames.TOO_FEW, _warnings(level, frame, counted, at, len(names))),
        },
    )


def _warnings(
    level: str, frame: frames.Frame, counted: NDArray[np.bool_], at: Positions, n: int
) -> NDArray[np.str_]:
    """Return (names,) what weakens each figure; a flag counts when it applies to a fifth of the residents."""
    people = total_by(at, frame.population[counted], n)
    out = np.full(n, "", dtype=object)
    for bit, text in (
        (frames.IS_OVERSEAS, "Outre-mer : correction moyenne publiée, forte incertitude."),
        (frames.COARSE_IRIS, "Structure fine inconnue : diplômes de la commune."),
        (frames.NO_RATE, "Diplômes estimés."),
        (frames.SMALL, "Petite commune : diplômes lissés avec le département et le revenu."),
    ):
        warning = text if level in ("iris", "commune") else f"Pour un habitant sur cinq ou plus. {text}"
        flagged = total_by(at, np.where(frame.flags[counted] & bit, frame.population[counted], 0.0), n)
        out[(flagged * 5 >= np.maximum(people, 1.0)) & (out == "")] = warning
    return out.astype(np.str_)


def outside(level: str) -> dict[str, str]:
    """Return the codes of a level that have no row of their own, with the reason: out of the universe, or
    counted elsewhere.
    """
    tables = frames.sources()
    if level == "iris":
        return {}
    column = "code" if level == "commune" else level
    lead = "R" if level == "region" else ""
    communes = tables.communes.take(tables.communes["parent"] == "")
    every = np.unique(communes[column])
    covered = np.unique(tables.rp2021["commune" if level == "commune" else level])
    missing = np.setdiff1d(every, np.append(covered, "")).tolist()
    reasons = {
        code: f"Compté avec la commune {parent}, dont il est sorti depuis."
        for code, parent in cog.RESTORED.items()
    }
    return {
        f"{lead}{code}": reasons.get(code, OUTSIDE) if level == "commune" else OUTSIDE for code in missing
    }
