"""How far people walk."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.reference.parameters import bounds, number

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far people walk. minutes: the limit; pace: km/h; detour: metres on foot for one metre as the crow
    flies.

    straight, winding: the detours between which the true one lies.
    """

    minutes: float
    pace: float
    detour: float
    straight: float
    winding: float

    @property
    def metres(self) -> float:
        """The limit in metres on foot."""
        return self.minutes * self.pace * 1000 / 60


def walk(minutes: float | None = None) -> Walk:
    """Return a walk of this many minutes, 30 by default."""
    straight, winding = bounds("reach/detour")
    return Walk(
        minutes=number("reach/minutes") if minutes is None else minutes,
        pace=number("reach/pace"),
        detour=number("reach/detour"),
        straight=straight,
        winding=winding,
    )
