"""Local context compared with the country: who lives here, and on which side of the national mean."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from maillage.statistics.engine.cells import DIPLOMA_OF, DIPLOMAS
from maillage.statistics.need import rurality
from maillage.statistics.need.population import Frame

Floats = NDArray[np.float64]
CLOSE = 0.01  # closer than one point to the country is neither more nor less


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share here and in the country, 0 to 1, and which of the two is higher."""

    id: str
    label: str
    local_share: float
    country: float
    source: str
    year: str

    @property
    def direction(self) -> Literal["plus", "moins", "autant"]:
        if abs(self.local_share - self.country) < CLOSE:
            return "autant"
        return "plus" if self.local_share > self.country else "moins"


def indicators(frame: Frame, weights: Floats) -> tuple[Indicator, ...]:
    """Return the indicators of the areas weighted by `weights` (areas of France,), beside the whole
    country.
    """
    everywhere = np.ones(len(frame))
    none = DIPLOMAS.index("none") == DIPLOMA_OF
    studying = DIPLOMAS.index("student") == DIPLOMA_OF

    def share(top: Floats, base: Floats, weight: Floats) -> float:
        total = float(base @ weight)
        return float(top @ weight) / total if total else float("nan")

    aged = frame.ages[:, 7:].sum(axis=1)
    without = frame.counts[:, none].sum(axis=1)
    out_of_school = frame.counts[:, ~studying].sum(axis=1)
    poor = frame.poor * frame.adults
    pairs = (
        (
            "plus_de_60_ans",
            "60 ans et plus, parmi tous les habitants",
            aged,
            frame.population,
            "insee-rp2021-iris",
            "2021",
        ),
        (
            "sans_diplome",
            "Sans diplôme ou CEP, parmi les 15 ans et plus sortis de l’école",
            without,
            out_of_school,
            "insee-rp2018-communes",
            "2018",
        ),
        (
            "ruralite",
            "Dans une commune de moins de 2 000 habitants, parmi tous les habitants",
            np.where(rurality.kinds() == rurality.RURAL, frame.population, 0.0),
            frame.population,
            rurality.SOURCE,
            rurality.YEAR,
        ),
        (
            "pauvrete",
            "Sous le seuil de pauvreté, parmi les 15 ans et plus (estimation)",
            poor,
            frame.adults,
            "insee-filosofi-communes",
            "2021 environ",
        ),
    )
    return tuple(
        Indicator(id, label, share(top, base, weights), share(top, base, everywhere), source, year)
        for id, label, top, base, source, year in pairs
    )
