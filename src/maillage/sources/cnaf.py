"""Checks of the family allowance funds' table. People paid by the family allowance funds, by IRIS of split
communes (Cnaf 2021).
"""

from functools import cache

from maillage.kernel.table import Table
from maillage.sources import expect
from maillage.sources.read import select


def check(iris: Table) -> None:
    expect.unique(iris, "iris")
    expect.total(iris, "rsa", 1_333_871, within=0)


@cache
def iris() -> Table:
    """Return one row per IRIS, in recipients (nan = withheld by the producer, never zero).

    iris; rsa (RSA households), aah (recipients of the disabled adults' allowance); covered (persons); note.
    """
    return select(
        "cnaf-2021-iris",
        """select code_iris as iris, arsas::double as rsa, aaah::double as aah, percou::double as covered,
                  coalesce(note::varchar, '') as note
           from raw order by code_iris""",
    )
