"""Check the table of priority districts against its published counts."""

import numpy as np

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Table
from maillage.pipeline import expect

MAINLAND = 1_362  # districts, published with the decree of December 2023
OVERSEAS = 131  # as the file counts them, without Saint-Martin nor Polynesia


def check(districts: Table, known: Table) -> None:
    expect.known(districts, "commune", known["code"])
    codes = np.unique(districts["code"])
    overseas = int(np.char.startswith(codes, "QN97").sum())
    if (len(codes) - overseas, overseas) != (MAINLAND, OVERSEAS):
        raise BrokenSource(
            f"{districts.name}: {len(codes) - overseas} districts of mainland France and {overseas} overseas,"
            f" expected {MAINLAND} and {OVERSEAS}.",
            why="A commune would be told to have no priority district when it has one.",
            do="Compare the file with its origin card, then restore it.",
        )
