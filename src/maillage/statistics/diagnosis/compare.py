"""One territory under several definitions; two territories under one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate, Figure, Withheld, from_draws
from maillage.reference.definitions import Definition
from maillage.reference.parameters import number
from maillage.statistics.diagnosis.figures import METHOD
from maillage.statistics.diagnosis.request import Inside
from maillage.statistics.need.model import ModelByDefinition
from maillage.statistics.need.population import TOO_FEW

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NeedByDefinition:
    """A territory under one definition."""

    definition: Definition
    need: Figure
    rate: Figure


def definitions(
    chosen: Sequence[Definition],
    rows: NDArray[np.int64],
    *,
    models: ModelByDefinition,
    inside: Inside | None = None,
) -> tuple[NeedByDefinition, ...]:
    """Return the need of the areas under each definition, in the order given. Never a trend: universes
    differ.

    models: the study's own, which lends its country and draws to the others.
    """
    place = models.own.country
    share = np.ones(len(rows)) if inside is None else inside.share[rows]
    universe = float(place.frame.universe[rows] @ share)
    enough = float(place.frame.adults[rows] @ share) >= number("protection/small_area")
    out = []
    for d in chosen:
        if not enough:
            withheld = Withheld(reason=TOO_FEW, unit="personnes", universe=d.universe, n=d.n, method=METHOD)
            out.append(NeedByDefinition(d, withheld, withheld))
            continue
        draws = share @ models.under(d).draws(rows, names=("need",))["need"].astype(np.float64)
        out.append(
            NeedByDefinition(
                d,
                from_draws(
                    draws, unit="personnes", universe=d.universe, n=d.n, method=METHOD, sources=(d.id,)
                ),
                from_draws(
                    100 * draws / universe,
                    unit="pourcent",
                    universe=d.universe,
                    n=d.n,
                    method=METHOD,
                    sources=(d.id,),
                ),
            )
        )
    return tuple(out)


def difference(first: Floats, second: Floats, *, definition: Definition) -> Estimate:
    """Return the difference of two rates (percent, first less second).

    first, second: (draws,) rates of two territories drawn with the same seed: what the survey does not know
    is common to both and cancels out.
    """
    return from_draws(
        first - second,
        unit="pourcent",
        universe=definition.universe,
        n=definition.n,
        method=METHOD,
        sources=(definition.id,),
    )
