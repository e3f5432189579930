"""RP2021 by IRIS: who lives where, in three ages. Checks of RP2021 by IRIS."""

from functools import cache

import numpy as np

from maillage.kernel.names import typography
from maillage.kernel.table import Table, shared
from maillage.sources import cog, expect
from maillage.sources.read import select

NATIONAL_POPULATION = 67_408_104


@cache
def iris() -> Table:
    """Return one row per IRIS, in the order of today's communes then of codes: a commune's IRIS stand
    together.

    iris, name; published (commune code as published, arrondissements included); commune (today's code);
    departement; region; epci ('' outside any); kind (H, A, D or Z); pop, pop_0_19, pop_20_64, pop_65p
    (persons);
    dwellings, in_flats (main residences).
    """
    table = select(
        "insee-rp2021-iris",
        """select code_iris as iris, coalesce(nom_iris_2020, '') as name, code_commune as published,
           type_iris as kind,
                  pop::double as pop, pop_0_19::double as pop_0_19, pop_20_64::double as pop_20_64,
                  pop_65p::double as pop_65p, res_principales::double as dwellings,
                  rp_en_appartement::double as in_flats
           from raw order by code_iris""",
    )
    commune = cog.current(table["published"])
    communes = cog.communes()
    located = table.adding(
        commune=commune,
        name=shared(typography(table["name"])),
        **{
            column: communes.aligned("code", commune, column, missing="")
            for column in ("departement", "region", "epci", "ept")
        },
    )
    return located.take(np.lexsort((table["iris"], commune)))


def check(iris: Table, communes: Table) -> None:
    expect.unique(iris, "iris")
    expect.total(iris, "pop", NATIONAL_POPULATION, within=0)
    expect.no_negative(iris, "pop", "pop_0_19", "pop_20_64", "pop_65p")
    expect.known(iris, "commune", communes["code"])
