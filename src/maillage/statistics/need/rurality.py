"""The kind of space of each commune: rural, periurban or urban, from what the census and the COG tell.

Source: docs/methods/ruralite.md
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import group, total_by
from maillage.reference.parameters import numbers
from maillage.statistics.need import corrections
from maillage.statistics.need import population as frames
from maillage.statistics.need.corrections import Correction
from maillage.statistics.need.surface import square_kilometres

RURAL, PERIURBAN, URBAN = "rural", "periurbain", "urbain"
KINDS = (RURAL, PERIURBAN, URBAN)
SMALL = 2_000  # residents: under them, no urban unit of the Insee begins in the commune
TOWN = 10_000  # residents from which a commune is urban by itself
CENTRE = 20_000  # residents of the largest commune of an EPCI, from which its smaller towns are around a city
SOURCE, YEAR = "insee-rp2021-iris", "2021"
RULE = (
    "rural : commune de moins de 2 000 habitants ; périurbain : commune de 2 000 à 9 999 habitants, à"
    " moins de 1 500 habitants au km², dont l’intercommunalité a une commune de 20 000 habitants ou"
    " plus ; urbain : les autres, bourgs et petites villes compris"
)
Kinds = NDArray[np.str_]


def kinds() -> Kinds:
    """Return the kind of space of each area of the frame, that of its whole commune, in the frame's order."""
    return _kinds(corrections.in_force())


@lru_cache(maxsize=2)
def _kinds(laid: tuple[Correction, ...]) -> Kinds:
    iris = frames.sources().rp2021
    areas = iris["commune"], iris["epci"], iris["pop"]
    towns = frozenset(iris["commune"][of(*areas, {}) == PERIURBAN].tolist())
    return of(*areas, square_kilometres(towns))


def of(
    commune: NDArray[Any], epci: NDArray[Any], people: NDArray[Any], km2_by_commune: Mapping[str, float]
) -> Kinds:
    """Return the kind of space of areas. commune, epci: their codes ('' outside any EPCI); people: residents.
    A commune without a surface is not dense.

    >>> of(np.array(list("ABCD")), np.array(list("1112")), np.array([1999, 2000, 20000, 5000]), {"B": 1.0})
    array(['rural', 'urbain', 'urbain', 'urbain'], dtype='<U10')
    """
    names, at = group(commune)
    by_commune = total_by(at, people, len(names))
    km2 = np.array([km2_by_commune.get(str(name), np.inf) for name in names])
    size, is_dense = by_commune[at], (by_commune / km2 >= numbers("reach/densities")[1])[at]
    epcis, within = group(epci)
    largest = np.zeros(len(epcis))
    np.maximum.at(largest, within, size)
    near_centre = (largest[within] >= CENTRE) & (epci != "")
    return np.where(size < SMALL, RURAL, np.where((size < TOWN) & near_centre & ~is_dense, PERIURBAN, URBAN))
