"""Check the table of priority districts against its published counts. Priority districts (QPV) of 2024, by
commune, without their contours (ANCT).
"""

from functools import cache

import numpy as np

from maillage.kernel.errors import BrokenSource
from maillage.kernel.names import typography
from maillage.kernel.table import Table
from maillage.sources import cog, expect
from maillage.sources.read import select

MAINLAND = 1_362  # districts, published with the decree of December 2023
OVERSEAS = 131  # as the file counts them, without Saint-Martin nor Polynesia


def check(districts: Table, known: Table) -> None:
    expect.known(districts, "commune", known["code"])
    codes = np.unique(districts["code"])
    overseas = int(np.char.startswith(codes, "QN97").sum())
    if (len(codes) - overseas, overseas) != (MAINLAND, OVERSEAS):
        raise BrokenSource(
            f"{districts.name}: {len(codes) - overseas} districts of mainland France and {overseas} overseas,"
            f" expected {MAINLAND} and {OVERSEAS}.",
            why="A commune would be told to have no priority district when it has one.",
            do="Compare the file with its origin card, then restore it.",
        )


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
