"""Checks of the composed national table."""

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import BrokenSource


def check(bins: NDArray[np.float64], shares: NDArray[np.float64]) -> None:
    if abs(bins.sum() - 55_559_017) > 1:
        raise BrokenSource(
            f"ages of 15 and over add up to {bins.sum():,.0f}, published 55,559,017.",
            why="Rates fitted on these ages would miss the published total.",
            do="Restore data/raw/insee/pop3_2021/ages.csv.",
        )
    if np.abs(shares.sum(axis=1) - 1).max() > 1e-9 or shares.min() <= 0:
        raise BrokenSource(
            "shares of diplomas by age do not add up to one.",
            why="The joint table would lose people.",
            do="Restore data/raw/insee/for2_2012 and data/raw/insee/emploi_2023.",
        )
