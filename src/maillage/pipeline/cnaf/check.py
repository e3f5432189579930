"""Checks of the family allowance funds' table."""

from maillage.kernel.table import Table
from maillage.pipeline import expect


def check(iris: Table) -> None:
    expect.unique(iris, "iris")
    expect.total(iris, "rsa", 1_333_871, within=0)
