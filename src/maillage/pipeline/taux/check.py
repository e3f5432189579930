"""Checks of the rates below the baccalauréat."""

import numpy as np

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Table
from maillage.pipeline import expect


def check(communes: Table, known: Table) -> None:
    expect.unique(communes, "commune")
    expect.known(communes, "commune", known["code"])
    if np.any((communes["below_bac"] < 0) | (communes["below_bac"] > 1)):
        raise BrokenSource(
            f"{communes.name}: a rate is outside 0-100 %.",
            why="A share of people is between none and all of them.",
            do="Compare the file with its origin card, then restore it.",
        )
