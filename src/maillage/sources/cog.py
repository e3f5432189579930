"""Checks of the official geographic code. The official geographic code: communes of today, and what former
codes became.
"""

from functools import cache

import numpy as np

from maillage.kernel.names import typography
from maillage.kernel.table import Column, Table, group, positions, shared, total_by
from maillage.sources import expect
from maillage.sources.read import select


def check(communes: Table, former: Table) -> None:
    expect.unique(communes, "code")
    expect.unique(former, "former")
    expect.known(former, "code", communes["code"])


# Communes re-established after RP2021: their residents are counted in the commune they had merged into.
RESTORED = {
    "15031": "15141",
    "15035": "15141",
    "15047": "15141",
    "15171": "15141",
    "85165": "85084",
    "85212": "85084",
    "60694": "60054",
}

NAMES = ("name", "departement_name", "region_name", "epci_name", "ept_name")


@cache
def communes() -> Table:
    """Return one row per commune or municipal arrondissement: code, name, parent, postcodes, and where it
    belongs.

    `parent` is the commune of an arrondissement, empty otherwise; `epci` is empty for a commune outside any
    EPCI, `ept` outside Grand Paris.
    """
    table = select("etalab-cog-communes", "select * from raw order by code")
    ept = select("etalab-cog-ept", "select * from raw order by code")
    table = table.adding(
        **{column: ept.aligned("code", table["code"], column, missing="") for column in ("ept", "ept_name")}
    )
    names = {column: shared(typography(table[column])) for column in NAMES}
    return table.adding(**names, postcodes=shared(table["postcodes"]))  # fifty megabytes less than as texts


@cache
def former() -> Table:
    """Return one row per former code: former, code (the commune it became), former_name ('' if unknown)."""
    table = select(
        "etalab-cog-anciens-codes",
        "select former, code, former_name from raw where former <> code order by former",
    )
    return table.adding(former_name=typography(table["former_name"]))


def current(codes: Column) -> Column:
    """Return today's commune for each code: arrondissements give their commune, former codes what they
    became.

    A code that is neither is returned unchanged, so that the check reports it.
    """
    table = former()
    former_rows = positions(table["former"], codes)
    out = np.where(former_rows >= 0, table["code"][np.maximum(former_rows, 0)], codes)
    rows = communes()
    at = positions(rows["code"], out)
    parents = np.where(at >= 0, rows["parent"][np.maximum(at, 0)], "")
    return np.where(parents != "", parents, out)


def by_current_commune(table: Table) -> Table:
    """Return the table with its `commune` column in today's codes, the counts of merged communes added
    together.
    """
    names, at = group(current(table["commune"]))
    columns: dict[str, Column] = {"commune": names}
    for name, values in table.columns.items():
        if name != "commune":
            columns[name] = total_by(at, values, len(names))
    return Table(table.name, columns)
