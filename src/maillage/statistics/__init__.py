"""The public Python interface: the need of any territory of France, from a notebook (docs/en/api.md).

    import maillage.statistics as ms
    ms.estimate_need("200040715")

Nothing here needs Django nor a database; what computes is imported by the first call.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from maillage.reference.definitions import Definition


class Area(NamedTuple):
    """The need of one area. Persons are whole numbers, rates are percents of the universe with one decimal;
    bounds are those of the 90 % interval. None where nothing is estimated: `warning` says why, in French.

    population: all residents; universe: those whom the definition is about (most often 15 and over).
    """

    code: str
    name: str
    population: int | None = None
    universe: int | None = None
    value: int | None = None
    low: int | None = None
    high: int | None = None
    rate: float | None = None
    rate_low: float | None = None
    rate_high: float | None = None
    warning: str = ""


def estimate_need(
    territory: str = "france",
    *,
    level: str = "",
    definition: "str | Definition" = "",
    seed: int | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Area]:
    """Return the need of each area of a territory, in the order of codes.

    territory: the code of a commune, an EPCI (SIREN), a département or a région (R84), or "france".
    level: "iris", "commune", "epci", "departement" or "region"; by default iris for a commune or an EPCI,
    communes for a département, départements for a région or the country. definition: an id of
    `maillage definitions`, by default the first of them. seed: of the draws; one seed, the same figures.
    Raises maillage.kernel.errors.Refused for an unknown code, level or definition.
    """
    from maillage.statistics import areas

    return areas.estimate(territory, level=level, definition=definition, seed=seed, progress=progress)
