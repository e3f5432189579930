"""RP2018 by commune of more than 2,000 residents: four ages, diplomas, unemployment. Checks of RP2018 by
commune.
"""

from functools import cache

import numpy as np

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Table
from maillage.sources import cog, expect
from maillage.sources.read import select

DIPLOMAS = ("none", "brevet", "cap", "bac", "short", "long")


@cache
def communes() -> Table:
    """Return one row per commune of today, in persons; communes merged since are added together.

    pop; women; age_0_14, age_15_29, age_75p; not_studying (15 and over); none, brevet, cap, bac, short, long
    (their highest diploma, long = bac+3 or more); active, unemployed; main_homes, social_homes.
    """
    table = select(
        "insee-rp2018-communes",
        """select code_commune as commune, pop_tot as pop, pop_femmes as women, pop_0_14 as age_0_14,
           pop_15_29 as age_15_29,
                  pop_75p as age_75p, pop_non_scol_15p as not_studying, pop_dipl_aucun as none,
                  pop_dipl_bepc as brevet, pop_dipl_capbep as cap, pop_dipl_bac as bac,
                     pop_dipl_sup2 as short,
                  pop_dipl_sup34 + pop_dipl_sup as long, pop_act_15p as active, pop_chom as unemployed,
                  log_rp as main_homes, log_hlm as social_homes
           from raw order by code_commune""",
    )
    return cog.by_current_commune(table)


def check(communes: Table, known: Table) -> None:
    """Raise BrokenSource when a commune stands twice, is unknown, or when its diplomas do not add up."""
    expect.unique(communes, "commune")
    expect.known(communes, "commune", known["code"])
    expect.no_negative(communes, *DIPLOMAS)
    gap = np.abs(sum(communes[name] for name in DIPLOMAS) - communes["not_studying"])
    if gap.max() > 0.01:
        raise BrokenSource(
            f"{communes.name}: diplomas differ from their base by {gap.max():.2f} people.",
            why="Shares of diplomas would not add up to one.",
            do="Compare the file with its origin card, then restore it.",
        )
