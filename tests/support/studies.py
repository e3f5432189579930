"""Requests and diagnoses of a territory in its usual zones; a diagnosis is computed once for whoever asks again."""

from functools import lru_cache
from typing import Any

from maillage.reference.definitions import DEFAULT, definition
from maillage.statistics.diagnosis.diagnosis import diagnose
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.need import population
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer


def request_of(code: str, chosen: str = DEFAULT, *, n_draws: int = 20, **more: Any) -> Request:
    """Return the request of a territory. chosen: the id of a definition."""
    territory = gazetteer().get(code)
    cut = zoning.usual(territory, population.sources().rp2021)
    return Request(territory=territory, zoning=cut, definition=definition(chosen), n_draws=n_draws, **more)


@lru_cache(maxsize=8)
def studied(code: str, chosen: str = DEFAULT, *, n_draws: int = 20) -> Diagnosis:
    return diagnose(request_of(code, chosen, n_draws=n_draws))
