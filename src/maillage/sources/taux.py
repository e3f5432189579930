"""Checks of the rates below the baccalauréat. Share of non-students below the baccalauréat, every commune
(rates rebuilt by Data For Good).
"""

from functools import cache

import numpy as np

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Table, group, total_by
from maillage.sources import cog, expect
from maillage.sources.read import select


def check(communes: Table, known: Table) -> None:
    expect.unique(communes, "commune")
    expect.known(communes, "commune", known["code"])
    if np.any((communes["below_bac"] < 0) | (communes["below_bac"] > 1)):
        raise BrokenSource(
            f"{communes.name}: a rate is outside 0-100 %.",
            why="A share of people is between none and all of them.",
            do="Compare the file with its origin card, then restore it.",
        )


@cache
def communes() -> Table:
    """Return one row per commune of today: below_bac (share 0-1, nan when unknown).

    Communes merged since take the plain mean of their rates: the source gives no base to weight them with.
    """
    table = select(
        "dataforgood-taux-communes",
        "select code_commune as commune, part_sous_bac_15p_non_scol as below_bac from raw order by 1",
    )
    table = table.take(~np.isnan(table["below_bac"]))
    names, at = group(cog.current(table["commune"]))
    mean = total_by(at, table["below_bac"], len(names)) / np.bincount(at, minlength=len(names))
    return Table(table.name, {"commune": names, "below_bac": mean / 100})
