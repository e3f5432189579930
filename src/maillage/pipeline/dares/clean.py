"""Job seekers of communes with a priority district (Dares and Pôle emploi, 2019)."""

from functools import cache

from maillage.kernel.table import Table
from maillage.pipeline.cog import clean as cog
from maillage.pipeline.read import select


@cache
def communes() -> Table:
    """Return one row per commune of today with at least one QPV: seekers (categories A, B and C; nan =
    secret).
    """
    table = select(
        "dares-2019-communes-qpv", "select code_commune as commune, abc as seekers from raw order by 1"
    )
    return cog.by_current_commune(table)
