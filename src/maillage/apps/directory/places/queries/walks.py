"""Distances on foot to places: along the streets that were loaded, else as the crow flies, lengthened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings

from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.directory.places.queries.search import METRES_A_DEGREE
from maillage.reference.parameters import number
from maillage.sources import streets, walks
from maillage.sources.network import Network
from maillage.statistics.offer.streets import walked, walked_outline

MOST = 60  # minutes looked for along the streets; beyond, a place is said to be so far at least


def on_foot(crow: float) -> float:
    """Return metres on foot for metres as the crow flies, ignoring hills, rivers and railways."""
    return crow * number("reach/detour")


def crow_of(metres: float) -> float:
    """Return metres as the crow flies for the metres on foot that were estimated from them."""
    return metres / number("reach/detour")


def minutes_of(metres: float) -> float:
    return metres / metres_in(1)


def metres_in(minutes: float) -> float:
    """Return the metres that a walk of so many minutes covers."""
    return minutes * number("reach/pace") * 1000 / 60


def reach(minutes: float) -> float:
    """Return the metres as the crow flies that a walk of so many minutes may cover."""
    return metres_in(minutes) / number("reach/detour")


def farthest(minutes: float) -> float:
    """Return the metres as the crow flies within which a walk of so many minutes may end."""
    return metres_in(minutes) if _streets() else reach(minutes)


def _streets() -> streets.Streets | None:
    return streets.loaded(Path(settings.HOME))


@dataclass(frozen=True, slots=True)
class Walks:
    """The metres on foot of places, by number. credit: who drew the streets that some of them follow, with
    the licence; "" when none does; by_street: the places whose way was looked for along them.
    """

    metres: Mapping[int, float]
    credit: str
    by_street: frozenset[int] = frozenset()


def of(
    point: tuple[float, float] | None,
    lieux: Iterable[Lieu],
    crows: Mapping[int, float | None],
    minutes: float = MOST,
) -> Walks:
    """Return how far places are from a point, latitude first. crows: metres as the crow flies; minutes: what
    is looked for along the streets, MOST at the most.

    A place that no street reaches within them is farther than that, and than its flight lengthened.
    """
    metres = {id: on_foot(crow or 0.0) for id, crow in crows.items()}
    loaded = _streets() if point is not None else None
    lieu_of = {lieu.pk: lieu for lieu in lieux if lieu.pk in metres and places.is_located(lieu)}
    if point is None or loaded is None or not lieu_of:
        return Walks(metres, "")
    limit = metres_in(min(minutes or MOST, MOST))
    home = (point[1], point[0])
    network = walks.network_around(loaded.walks, *home, limit)
    if network is None:
        return Walks(metres, "")
    spots = np.array([(lieu.longitude, lieu.latitude) for lieu in lieu_of.values()], dtype=np.float64)
    street_metres = walked(network, home, spots, limit, number("reach/detour"))
    by_street = {
        id: far for id, far in zip(lieu_of, street_metres.tolist(), strict=True) if not np.isnan(far)
    }
    for id, far in by_street.items():
        metres[id] = far if far <= limit else max(metres[id], limit + 1)
    credit = _credit(loaded) if np.isfinite(street_metres).any() else ""
    return Walks(metres, credit, frozenset(by_street))


def _credit(loaded: streets.Streets) -> str:
    return f"{loaded.producer} ({loaded.licence})"


def credit(point: tuple[float, float], minutes: float) -> str:
    """Return the credit of the streets around a point, latitude first; "" where they are not known."""
    loaded = _streets()
    return _credit(loaded) if loaded and network_around(point, minutes) else ""


def network_around(point: tuple[float, float], minutes: float) -> Network | None:
    """Return the streets that a walk of so many minutes from a point, latitude first, may follow; None where
    they are not known.
    """
    loaded = _streets()
    return walks.network_around(loaded.walks, point[1], point[0], metres_in(minutes)) if loaded else None


def outline(point: tuple[float, float], minutes: float) -> list[list[tuple[float, float]]]:
    """Return the rings, longitude first, around the streets that a walk reaches from a point, latitude
    first; none where streets are not known.
    """
    network, home = network_around(point, minutes), (point[1], point[0])
    return walked_outline(network, home, metres_in(minutes), number("reach/detour")) if network else []


def circle(point: tuple[float, float], minutes: float) -> list[tuple[float, float]]:
    """Return the ring, longitude first, that a walk may reach as the crow flies from a point, latitude
    first.
    """
    turn = np.linspace(0, 2 * np.pi, 49)
    degrees = reach(minutes) / METRES_A_DEGREE
    east, north = degrees * np.cos(turn) / np.cos(np.radians(point[0])), degrees * np.sin(turn)
    return list(map(tuple, np.column_stack((point[1] + east, point[0] + north)).tolist()))
