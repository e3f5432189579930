"""Checks of the persons of the Baromètre du numérique."""

import numpy as np

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Table
from maillage.pipeline import expect
from maillage.pipeline.credoc.clean import WAVES

PERSONS = 37_195


def check(persons: Table) -> None:
    """Fail unless every wave is there, each with weights of mean one, and nobody is missing."""
    expect.total(persons.adding(one=np.ones(len(persons))), "one", PERSONS, within=0)
    for wave in WAVES:
        weights = persons["weight"][persons["year"] == wave]
        if not weights.size or abs(weights.mean() - 1) > 0.02:
            raise BrokenSource(
                f"{persons.name}: weights of the wave {wave} have not a mean of one.",
                why="Two waves put together would not count for as much as their respondents.",
                do="Compare the file with its origin card, then restore it.",
            )
