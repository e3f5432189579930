"""Checks of median standards of living."""

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Table
from maillage.pipeline import expect


def check(communes: Table, known: Table) -> None:
    expect.unique(communes, "commune")
    expect.known(communes, "commune", known["code"])
    if communes["median"].min() < 5_000 or communes["median"].max() > 100_000:
        raise BrokenSource(
            f"{communes.name}: a median is outside 5,000 to 100,000 euros a year.",
            why="It is monthly, or in another currency.",
            do="Compare the file with its origin card, then restore it.",
        )
