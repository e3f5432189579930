"""Median standard of living by commune (Filosofi)."""

from functools import cache

import numpy as np

from maillage.kernel.table import Table, group, total_by
from maillage.pipeline.cog import clean as cog
from maillage.pipeline.read import select


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
