"""Checks of the official geographic code."""

from maillage.kernel.table import Table
from maillage.pipeline import expect


def check(communes: Table, former: Table) -> None:
    expect.unique(communes, "code")
    expect.unique(former, "former")
    expect.known(former, "code", communes["code"])
