"""Checks of the job seekers' table. Job seekers of communes with a priority district (Dares and Pôle
emploi, 2019).
"""

from functools import cache

from maillage.kernel.table import Table
from maillage.sources import cog, expect
from maillage.sources.read import select


def check(communes: Table, known: Table) -> None:
    expect.unique(communes, "commune")
    expect.known(communes, "commune", known["code"])


@cache
def communes() -> Table:
    """Return one row per commune of today with at least one QPV: seekers (categories A, B and C; nan =
    secret).
    """
    table = select(
        "dares-2019-communes-qpv", "select code_commune as commune, abc as seekers from raw order by 1"
    )
    return cog.by_current_commune(table)
