"""Priority districts (QPV) of 2024, by commune, without their contours (ANCT)."""

from functools import cache

import numpy as np

from maillage.kernel.names import typography
from maillage.kernel.table import Table
from maillage.pipeline.cog import clean as cog
from maillage.pipeline.read import select

SOURCE = "anct-2024-communes-qpv"
GENERATION = "2024"
UNLISTED = ("978", "98")  # Saint-Martin, and French Polynesia with its neighbours: they have districts


@cache
def districts() -> Table:
    """Return one row per commune of today and district that it contains at least a part of: commune, code,
    name.
    """
    table = select(SOURCE, "select commune, code, name from raw order by commune, code")
    table = table.adding(commune=cog.current(table["commune"]), name=typography(table["name"]))
    pairs = np.char.add(table["commune"], table["code"])
    return table.take(np.unique(pairs, return_index=True)[1])  # communes that merged share a district


@cache
def communes() -> frozenset[str]:
    """Return the code of every commune that contains a district, with those of its arrondissements, and the
    former ones.
    """
    today = districts()["commune"]
    named = np.concatenate([cog.communes()["code"], cog.former()["former"], today])
    return frozenset(named[np.isin(cog.current(named), today)].tolist())


def has_district(code: str) -> bool | None:
    """Return True when a commune contains a district; None where the list tells nothing."""
    return None if not code or code.startswith(UNLISTED) else code in communes()
