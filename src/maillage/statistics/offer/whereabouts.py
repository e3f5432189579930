"""Possible positions of places: at their point, or anywhere in their commune."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, sparse
from maillage.reference.parameters import number
from maillage.statistics.engine import reach as engine
from maillage.statistics.engine.chance import generator
from maillage.statistics.offer.areas import EVERYBODY, NONE, POINTS, lattice

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]


NEAR_CONTOUR = 100.0  # metres: contours of two sources do not quite meet


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place, and what matters to those who travel to it.

    commune: its code, '' when unknown. lon, lat: degrees, nan when unknown. precision: metres around that
    point where it surely is; nan when only its commune is known. offers: lines of the offer
    (reference/offer/diagnosis.yaml). reserved: by line, the publics it is restricted to; open to everybody
    when the line is absent. capacity: people received in a week; nan when unknown. same: what the stops of a
    moving place, or several sheets of one place, have in common; '' for a place described once.
    hours: a week, at this stop of a moving place; nan when unknown. manner: by line, how it is offered, for
    the lines that MANNERS of `census` asks: a slug. opening: its hours as OSM writes them, "" when unknown or
    read in part; they are of no study that no timetable times, hence of no digest of one.
    """

    id: str
    name: str = ""
    commune: str = ""
    lon: float = np.nan
    lat: float = np.nan
    precision: float = 0.0
    offers: frozenset[str] = frozenset()
    reserved: Mapping[str, frozenset[str]] = field(default_factory=dict)
    capacity: float = np.nan
    same: str = ""
    hours: float = np.nan
    manner: Mapping[str, str] = field(default_factory=dict)
    opening: str = field(default="", repr=False)

    @property
    def is_precise(self) -> bool:
        return not np.isnan(self.lon + self.lat) and self.precision <= number("reach/precise")

    def serves(self, offer: str, public: str = EVERYBODY) -> bool:
        """True if it offers this line ('' for any) to this public."""
        publics = self.reserved.get(offer)
        return (not offer or offer in self.offers) and (not publics or public in publics)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Possible positions of places. spots: (spots, 2) degrees; place: (spots,) the place of each; sure:
    (places,) one known spot.

    centre: (places, 2) degrees, nan where nothing is known. picked: (spots, draws) the spot of each draw, for
    places whose location is uncertain.
    """

    spots: Floats
    place: Positions
    sure: Flags
    centre: Floats
    picked: Matrix


def whereabouts(
    places: Sequence[Place], outlines: Mapping[str, shapely.Geometry], *, seed: int, n: int
) -> Whereabouts:
    """Return where each place may be: its point, or points all over its commune (outlines, by code) or around
    it.

    A place known only by its commune is somewhere in it: at a different point in each draw, spread evenly
    over the draws. A place with neither point nor known commune is nowhere, and near nothing.
    """
    sure = np.array([place.is_precise for place in places], dtype=bool)
    spots = [
        np.array([[place.lon, place.lat]]) if known else _possible(place, outlines.get(place.commune))
        for place, known in zip(places, sure.tolist(), strict=True)
    ]
    sizes = np.array([len(some) for some in spots], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    chosen = [
        starts[i] + generator(seed, f"place/{places[i].id}").permuted(np.resize(np.arange(sizes[i]), n))
        for i in np.flatnonzero(~sure & (sizes > 0)).tolist()
    ]
    at = (np.concatenate([*chosen, np.empty(0, np.int64)]), np.tile(np.arange(n), len(chosen)))
    return Whereabouts(
        spots=np.concatenate([*spots, np.empty((0, 2))]),
        place=np.repeat(np.arange(len(places)), sizes),
        sure=sure,
        centre=np.array([some.mean(axis=0) if len(some) else NONE for some in spots]).reshape(len(places), 2),
        picked=sparse.csr_array((np.ones(len(at[0])), at), shape=(int(sizes.sum()), n)),
    )


def _possible(place: Place, outline: shapely.Geometry | None) -> Floats:
    """Return the points where a place without a precise location may be."""
    coordinates = np.array([[place.lon, place.lat]])
    located = not np.isnan(coordinates).any()
    if outline is not None:
        inside = lattice(outline)
        if not located or np.isnan(place.precision):
            return inside
        near = engine.pairs(coordinates, inside, place.precision).indices
        if len(near):
            return np.asarray(inside[np.sort(near)])
    if not located or np.isnan(place.precision):
        return np.empty((0, 2))
    # A disc filled evenly: equal rings, turned by the golden angle.
    k = np.arange(POINTS) + 0.5
    far, turn = place.precision * np.sqrt(k / POINTS), np.pi * (3 - np.sqrt(5)) * k
    north, east = far * np.cos(turn), far * np.sin(turn)
    degree = np.degrees(1 / engine.EARTH)
    return np.asarray(coordinates + degree * np.column_stack((east / np.cos(np.radians(place.lat)), north)))
