"""Checks of RP2021 by IRIS."""

from maillage.kernel.table import Table
from maillage.pipeline import expect
from maillage.pipeline.rp2021.clean import NATIONAL_POPULATION


def check(iris: Table, communes: Table) -> None:
    expect.unique(iris, "iris")
    expect.total(iris, "pop", NATIONAL_POPULATION, within=0)
    expect.no_negative(iris, "pop", "pop_0_19", "pop_20_64", "pop_65p")
    expect.known(iris, "commune", communes["code"])
