"""From draws to a figure: an Estimate, or Withheld with its reason."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Figure, Unit, Withheld, centiles, from_draws
from maillage.reference.definitions import Definition
from maillage.statistics.diagnosis.results import Spread
from maillage.statistics.need import population as frames
from maillage.statistics.survey import local_survey
from maillage.statistics.survey.local_survey import Measured

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
NO_STANDARDS = "Aucun revenu communal n’est connu ici : le niveau de vie n’est pas estimé."


METHOD, METHOD_BOTH, METHOD_LEVELS, METHOD_INCOME = (
    "besoins",
    "double-precarite",
    "trois-niveaux",
    "niveau-de-vie",
)


def spread_of(draws: NDArray[Any]) -> Spread:
    low, high = centiles(np.asarray(draws, dtype=np.float64)[None])
    return Spread(float(np.mean(draws)), float(low[0]), float(high[0]))


def figures_of(
    d: Definition, *, why: str, method: str = METHOD, survey: Measured | None = None
) -> "Callable[..., Figure]":
    """Return a function that turns draws into a figure of a definition, withheld when given a reason. survey:
    the one that moved the draws.
    """
    counted = () if survey is None else survey.counted
    sources = (d.id,) if survey is None else (d.id, local_survey.SOURCE)
    if survey is not None and method == METHOD:
        method = local_survey.METHOD

    def figure(draws: Floats, *, percent: bool = False) -> Figure:
        unit: Unit = "pourcent" if percent else "personnes"
        if why:
            return Withheld(
                reason=why,
                unit=unit,
                universe=d.universe,
                n=d.n,
                method=method,
                sources=sources,
                counted=counted,
            )
        return from_draws(
            draws,
            unit=unit,
            universe=d.universe,
            n=d.n,
            method=method,
            sources=sources,
            counted=counted,
        )

    return figure


INCOME_UNIVERSE = "15 ans et plus, logement ordinaire ; deux premiers cinquièmes de niveau de vie"
POOR_UNIVERSE = "15 ans et plus, logement ordinaire ; sous 60 % du niveau de vie médian"
INCOME_SOURCES = ("insee-filosofi-communes", "cnaf-2021-iris")


def income_figure(draws: Floats, *, why: str, people: float, universe: str = INCOME_UNIVERSE) -> Figure:
    """Return a figure of living standards. No survey is behind it: its observations are the people whom the
    census counts here, in ordinary housing, and it reads the median incomes of communes.
    """
    labels: dict[str, Any] = {
        "unit": "personnes",
        "universe": universe,
        "n": round(people),
        "method": METHOD_INCOME,
        "sources": INCOME_SOURCES,
        "counted": (("communes", len(frames.sources().filosofi)),),
    }
    return Withheld(reason=why, **labels) if why else from_draws(draws, **labels)
