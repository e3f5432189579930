"""Share of non-students below the baccalauréat, every commune (rates rebuilt by Data For Good)."""

from functools import cache

import numpy as np

from maillage.kernel.table import Table, group, total_by
from maillage.pipeline.cog import clean as cog
from maillage.pipeline.read import select


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
