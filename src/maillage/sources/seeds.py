"""Checks of the composed national table. The national age × diploma table: not published for 2021, so it
is composed from two that are.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Table
from maillage.reference.parameters import number
from maillage.sources.read import select


def check(bins: NDArray[np.float64], shares: NDArray[np.float64]) -> None:
    if abs(bins.sum() - 55_559_017) > 1:
        raise BrokenSource(
            f"ages of 15 and over add up to {bins.sum():,.0f}, published 55,559,017.",
            why="Rates fitted on these ages would miss the published total.",
            do="Restore data/raw/insee/pop3_2021/ages.csv.",
        )
    if np.abs(shares.sum(axis=1) - 1).max() > 1e-9 or shares.min() <= 0:
        raise BrokenSource(
            "shares of diplomas by age do not add up to one.",
            why="The joint table would lose people.",
            do="Restore data/raw/insee/for2_2012 and data/raw/insee/emploi_2023.",
        )


Floats = NDArray[np.float64]


@cache
def national_bins() -> Floats:
    """Return (10,) persons of the country in each age bin of engine.ages, under 15 left at zero."""
    table = select("insee-pop3-2021", "select age, people::double as people from raw")
    people = dict(zip(table["age"].tolist(), table["people"].tolist(), strict=True))
    aged_25_29 = number("population/people_25_29")
    aged_40_44 = number("population/share_40_44") * people["40-54"]
    aged_60_64 = number("population/share_60_64") * people["55-64"]
    aged_75p = number("population/people_75p")
    return np.array(
        [
            0.0,
            people["15-19"],
            people["20-24"],
            aged_25_29,
            people["25-39"] - aged_25_29,
            aged_40_44,
            people["40-54"] - aged_40_44 + people["55-64"] - aged_60_64,
            aged_60_64,
            people["65-79"] + people["80+"] - aged_75p,
            aged_75p,
        ]
    )


@cache
def diplomas_by_age() -> Floats:
    """Return (5, 6) shares of diplomas among non-students of each age, summing to one by row.

    Generations are followed, not ages: those aged 75 and over in 2021 were 65 and over in 2012, and so on.
    Only the odds ratios of this table matter, its margins are raked away.
    """
    former = select("insee-for2-2012-auvergne", "select * from raw")
    recent = select("insee-emploi-2023-diplomes", "select * from raw")
    old = {age: _shares(former, row) for row, age in enumerate(former["age"].tolist())}
    young = np.array([old["15-19"], old["20-24"]])
    sizes = [_people(former, row) for row in (0, 1)]
    split = {"25-34": "25-39", "35-44": "40-54", "45-54": "40-54", "55-64": "55-64"}
    new: dict[str, Floats] = {}
    for row, age in enumerate(recent["age"].tolist()):
        low = old[split[age]]
        none_or_brevet = float(recent["none_or_brevet"][row])
        none = none_or_brevet * low[0] / (low[0] + low[1])
        rest = [float(recent[name][row]) for name in ("cap", "bac", "short", "long")]
        values = np.array([none, none_or_brevet - none, *rest])
        new[age] = values / values.sum()
    return np.array(
        [
            np.average(young, axis=0, weights=sizes),
            (2 * new["25-34"] + new["35-44"]) / 3,
            (new["35-44"] + 2 * new["45-54"] + new["55-64"]) / 4,
            (2 * old["55-64"] + new["55-64"]) / 3,
            old["65+"],
        ]
    )


def _people(table: Table, row: int) -> float:
    return sum(float(values[row]) for name, values in table.columns.items() if name != "age")


def _shares(table: Table, row: int) -> Floats:
    counts = np.array([float(values[row]) for name, values in table.columns.items() if name != "age"])
    return np.asarray(counts / counts.sum())
