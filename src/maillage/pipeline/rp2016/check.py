"""Checks of RP2016 by IRIS."""

from maillage.kernel.table import Table
from maillage.pipeline import expect


def check(iris: Table) -> None:
    expect.unique(iris, "iris")
    expect.total(iris, "pop", 38_700_000, within=100_000)
    expect.no_negative(iris, *(column for column in iris.columns if column != "iris"))
