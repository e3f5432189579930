"""The priority districts (QPV) of a territory, by commune: how many, which, never how many people."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from maillage.kernel.table import Table
from maillage.sources import anct, cog
from maillage.statistics.need import population as frames
from maillage.statistics.zones.zoning import Zoning

SOURCE_WORDS = f"ANCT, quartiers prioritaires de {anct.GENERATION}, liste par commune"
WHOLE_COMMUNES = "une commune est gardée entière dès qu’elle compte une partie d’un quartier prioritaire."
NO_RESIDENTS = (
    "Les contours des quartiers ne sont pas livrés : la part des habitants qui y vivent n’est pas calculée."
)


@dataclass(frozen=True, slots=True)
class District:
    """A priority district. code: as its decree writes it (QN00101M)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CommuneDistricts:
    """A commune that contains priority districts, or a part of them. is_whole: the study counts all of it."""

    code: str
    name: str
    is_whole: bool
    districts: tuple[District, ...]


@cache
def table() -> Table:
    """Return the districts of every commune, checked."""
    anct.check(anct.districts(), cog.communes())
    return anct.districts()


def of_zoning(zoning: Zoning) -> tuple[CommuneDistricts, ...]:
    """Return the communes of a study that contain districts, by code."""
    communes = frames.sources().rp2021["commune"]
    counted = np.zeros(len(communes), dtype=bool)
    counted[zoning.rows] = True
    listed = table()
    rows = listed.take(np.isin(listed["commune"], communes[counted]))
    partial = set(communes[~counted].tolist())
    names = cog.communes().aligned("code", rows["commune"], "name", missing="")
    by_code: dict[str, CommuneDistricts] = {}
    for code, name, (district, label) in zip(
        rows["commune"].tolist(), names.tolist(), rows.tuples("code", "name"), strict=True
    ):
        former = by_code[code].districts if code in by_code else ()
        by_code[code] = CommuneDistricts(
            code, name, code not in partial, (*former, District(district, label))
        )
    return tuple(by_code.values())


def count(communes: tuple[CommuneDistricts, ...]) -> int:
    """Return how many districts some communes contain, one that spans two being counted once."""
    return len({district.code for commune in communes for district in commune.districts})
