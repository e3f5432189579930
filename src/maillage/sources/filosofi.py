"""Checks of median standards of living. Median standard of living by commune (Filosofi)."""

from functools import cache

import numpy as np

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Table, group, total_by
from maillage.sources import cog, expect
from maillage.sources.read import select


def check(communes: Table, known: Table) -> None:
    expect.unique(communes, "commune")
    expect.known(communes, "commune", known["code"])
    if communes["median"].min() < 5_000 or communes["median"].max() > 100_000:
        raise BrokenSource(
            f"{communes.name}: a median is outside 5,000 to 100,000 euros a year.",
            why="It is monthly, or in another currency.",
            do="Compare the file with its origin card, then restore it.",
        )


@cache
def communes() -> Table:
    """Return one row per commune of today, and per arrondissement: median (euros a year per consumption
    unit).

    Secret medians are absent rows. A commune made of several takes the plain mean of their medians, and so
    does the whole of Paris, Lyon or Marseille: no base to weight them with. Their arrondissements keep their
    own.
    """
    table = select(
        "insee-filosofi-communes",
        """select code_commune as commune, revenu_disponible_median_uc_eur as median from raw
           where revenu_disponible_median_uc_eur is not null order by 1""",
    )
    today = cog.current(table["commune"])
    names, at = group(today)
    mean = total_by(at, table["median"], len(names)) / np.bincount(at, minlength=len(names))
    communes_ = cog.communes()
    parts = np.isin(table["commune"], communes_["code"][communes_["parent"] != ""])
    return Table(
        table.name,
        {
            "commune": np.concatenate((names, table["commune"][parts])),
            "median": np.concatenate((mean, table["median"][parts])),
        },
    )
