"""The request of a diagnosis: territory, definition of need, filter of people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.reference.definitions import Definition
from maillage.statistics.need import model as need_model
from maillage.statistics.need import population as frames
from maillage.statistics.need.model import Model
from maillage.statistics.survey.local_survey import Measured, Unread
from maillage.statistics.zones.territories import Territory
from maillage.statistics.zones.zoning import Zoning

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


class Cancelled(Exception):
    """Raised when the user asks to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A filter: the share of each area of France that counts (QPV, rural communes…), 0 to 1, and its
    doubt.
    """

    id: str
    label: str
    share: Floats
    source: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Target:
    """The public a diagnosis is made for, as whoever asks for it states it: free words, then publics of the
    list of places (`offer/lists.yaml`). It changes no figure.
    """

    text: str = ""
    publics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for a diagnosis: same request, same bytes.

    survey: what a survey of the whole territory finds under this definition. slug: the code of the stored
    perimeter that the zones are, "" for an official territory or a file. target: the public it is made for,
    None when nobody said. travel: the way people travel to places
    (reference/travel.py), "" for that of its density.
    """

    territory: Territory
    zoning: Zoning
    definition: Definition
    seed: int = need_model.SEED
    n_draws: int = need_model.DRAWS
    weights: Mapping[str, float] = field(default_factory=dict)
    inside: Inside | None = None
    name: str = ""
    survey: Measured | Unread | None = None

    def __post_init__(self) -> None:
        """Raise Refused when the filter keeps nobody of the territory."""
        if self.inside is None or not self.zoning.zones:
            return
        rows = self.zoning.rows
        if not (self.inside.share[rows] * frames.sources().rp2021["pop"][rows]).sum():
            raise Refused(
                f"Le filtre « {self.inside.label} » ne garde personne ici.",
                why=f"Aucun habitant {self.territory.of_name} n’y répond : tout serait à zéro.",
                do="Choisissez un autre filtre, ou le territoire sans filtre.",
            )

    slug: str = ""
    target: Target | None = None
    travel: str = ""


def model_of(request: Request) -> Model:
    """Return the model of need for a request, from which both its diagnosis and its offer are drawn."""
    return need_model.model(
        request.definition,
        seed=request.seed,
        n_draws=request.n_draws,
        all_levels=True,
        among=need_model.ages_of_publics(),
    )
