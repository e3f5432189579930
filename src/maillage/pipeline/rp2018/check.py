"""Checks of RP2018 by commune."""

import numpy as np

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Table
from maillage.pipeline import expect
from maillage.pipeline.rp2018.clean import DIPLOMAS


def check(communes: Table, known: Table) -> None:
    """Raise BrokenSource when a commune stands twice, is unknown, or when its diplomas do not add up."""
    expect.unique(communes, "commune")
    expect.known(communes, "commune", known["code"])
    expect.no_negative(communes, *DIPLOMAS)
    gap = np.abs(sum(communes[name] for name in DIPLOMAS) - communes["not_studying"])
    if gap.max() > 0.01:
        raise BrokenSource(
            f"{communes.name}: diplomas differ from their base by {gap.max():.2f} people.",
            why="Shares of diplomas would not add up to one.",
            do="Compare the file with its origin card, then restore it.",
        )
