"""Effects that intercommunalités share because they are near one another.

Source: docs/methods/besoins.md, section « Ce qui distingue deux quartiers ».
"""

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import total_by
from maillage.reference.parameters import number
from maillage.sources.contours import CARD, GRID
from maillage.sources.read import select
from maillage.statistics.need.population import Frame

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
KM_PER_DEGREE = 111.2


def likeness(frame: Frame, epci_of: Positions, n_epci: int) -> Floats:
    """Return (EPCI, EPCI) a root of the correlation between EPCI: root @ root.T falls by e every
    « spreads/near_km » kilometres. An EPCI that no contour places is like no other.
    """
    km = middles(frame, epci_of, n_epci)
    distance = np.hypot(*(km[:, None] - km).transpose(2, 0, 1))
    alike = np.exp(-np.where(np.isnan(distance), np.inf, distance) / number("spreads/near_km"))
    np.fill_diagonal(alike, 1.0)
    return np.linalg.cholesky(alike)


def middles(frame: Frame, epci_of: Positions, n_epci: int) -> Floats:
    """Return (EPCI, 2) where residents are on average, in kilometres east and north; nan when unknown."""
    lines = select(CARD, "select left(a, 5) as code, avg(x) as x, avg(y) as y from raw group by 1 order by 1")
    at = np.searchsorted(lines["code"], frame.published).clip(0, len(lines) - 1)
    people = np.where(lines["code"][at] == frame.published, frame.population, 0.0)
    total = total_by(epci_of, people, n_epci)
    degrees = np.column_stack(
        [
            np.divide(
                total_by(epci_of, people * lines[axis][at], n_epci),
                total * GRID,
                out=np.full(n_epci, np.nan),
                where=total > 0,
            )
            for axis in "xy"
        ]
    )
    degrees[:, 0] *= np.cos(np.radians(degrees[:, 1]))
    return np.asarray(KM_PER_DEGREE * degrees)
