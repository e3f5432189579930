"""Checks of RP2016 by IRIS. RP2016 by residential IRIS of split communes: six ages, occupations,
households, social housing.
"""

from functools import cache

from maillage.kernel.table import Table
from maillage.sources import expect
from maillage.sources.read import select


def check(iris: Table) -> None:
    expect.unique(iris, "iris")
    expect.total(iris, "pop", 38_700_000, within=100_000)
    expect.no_negative(iris, *(column for column in iris.columns if column != "iris"))


@cache
def iris() -> Table:
    """Return one row per residential IRIS, in persons unless said.

    iris; pop; a0 to a5 (0-14, 15-29, 30-44, 45-59, 60-74, 75 and over); cs1 to cs8 (15 and over, by
    occupation);
    in_households (population of households); alone; single_parent (population of single-parent households);
    social_homes, main_homes (dwellings).
    """
    return select(
        "insee-rp2016-iris",
        """select code_iris as iris, p16_pop as pop,
                  p16_pop0014 as a0, p16_pop1529 as a1, p16_pop3044 as a2, p16_pop4559 as a3,
                     p16_pop6074 as a4,
                  p16_pop75p as a5,
                  c16_pop15p_cs1 as cs1, c16_pop15p_cs2 as cs2, c16_pop15p_cs3 as cs3, c16_pop15p_cs4 as cs4,
                  c16_pop15p_cs5 as cs5, c16_pop15p_cs6 as cs6, c16_pop15p_cs7 as cs7, c16_pop15p_cs8 as cs8,
                  c16_pmen_mensfam + c16_pmen_menhseul + c16_pmen_menfseul + c16_pmen_mencoupsenf
                    + c16_pmen_mencoupaenf + c16_pmen_menfammono as in_households,
                  c16_pmen_menhseul + c16_pmen_menfseul as alone, c16_pmen_menfammono as single_parent,
                  p16_rp_lochlmv as social_homes, p16_rpmaison + p16_rpappart as main_homes
           from raw order by code_iris""",
    )
