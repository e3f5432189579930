"""Checks of the job seekers' table."""

from maillage.kernel.table import Table
from maillage.pipeline import expect


def check(communes: Table, known: Table) -> None:
    expect.unique(communes, "commune")
    expect.known(communes, "commune", known["code"])
