"""Modes of travel to a place: on foot, by bicycle, by car."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.table import group, total_by
from maillage.pipeline.contours import clean as contours
from maillage.reference.parameters import bounds, number, numbers
from maillage.reference.travel import BICYCLE, CAR, FOOT, Mode
from maillage.studies.need import population as frames
from maillage.studies.need.surface import square_kilometres

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

MIDDLE = 1  # class of density between the country, 0, and dense towns, 2: see `Travel.speeds`


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """Reach of a mode of travel. minutes: the limit, from door to door; detour: metres travelled for one as
    the crow flies; straight, winding: the detours between which the true one lies, the doubt of the speed
    included.

    speeds, parking: km/h and minutes at the end, by density of the commune. bands, weights: minutes, and how
    much a place counts up to each when it is shared.
    """

    mode: Mode
    minutes: float
    detour: float
    straight: float
    winding: float
    speeds: tuple[float, float, float]
    parking: tuple[float, float, float] = (0.0, 0.0, 0.0)
    bands: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()

    @property
    def pace(self) -> float:
        """The usual speed, km/h: that of communes of middle density."""
        return self.speeds[MIDDLE]

    @property
    def metres(self) -> float:
        """The limit in metres travelled at the usual speed, once parked."""
        return (self.minutes - self.parking[MIDDLE]) * self.pace * 1000 / 60

    @property
    def slowness(self) -> Floats:
        """(3,) time for a metre by density, in units of the usual one."""
        return self.pace / np.array(self.speeds)

    @property
    def effort(self) -> Floats:
        """(3,) what a metre towards a place weighs, by density of its commune: the time to park there
        shortens the way that the limit leaves.
        """
        return (self.minutes - self.parking[MIDDLE]) / (self.minutes - np.array(self.parking))

    @property
    def farthest(self) -> float:
        """Metres as the crow flies beyond which no place is ever within reach."""
        return self.metres / self.straight / float(self.slowness.min() * self.effort.min())


def on_foot(minutes: float | None = None) -> Travel:
    """Return a walk of this many minutes, 30 by default."""
    limit = number("reach/minutes") if minutes is None else minutes
    return _even(FOOT, limit, number("reach/pace"), numbers("reach/bands"))


def travel_by(mode: Mode) -> Travel:
    """Return how far people travel this way."""
    if mode is FOOT:
        return on_foot()
    if mode is BICYCLE:
        limit = number("reach/bicycle_minutes")
        return _even(mode, limit, number("reach/bicycle_pace"), _bands(limit))
    straight, winding = bounds("reach/detour")
    slow, fast = bounds("reach/car_doubt")
    limit = number("reach/car_minutes")
    rural, middle, dense = numbers("reach/car_speeds")
    at_village, at_town, at_city = numbers("reach/car_parking")
    return Travel(
        mode=mode,
        minutes=limit,
        detour=number("reach/detour"),
        straight=straight / fast,
        winding=winding / slow,
        speeds=(rural, middle, dense),
        parking=(at_village, at_town, at_city),
        bands=_bands(limit),
        weights=numbers("reach/band_weights"),
    )


def _even(mode: Mode, minutes: float, speed: float, bands: tuple[float, ...]) -> Travel:
    """Return a way of travelling at one speed everywhere, that stops at the door."""
    straight, winding = bounds("reach/detour")
    return Travel(
        mode=mode,
        minutes=minutes,
        detour=number("reach/detour"),
        straight=straight,
        winding=winding,
        speeds=(speed, speed, speed),
        bands=bands,
        weights=numbers("reach/band_weights"),
    )


def _bands(limit: float) -> tuple[float, ...]:
    """Return the bands of a shared offer: the same parts of the limit as on foot."""
    return tuple(band * limit / number("reach/minutes") for band in numbers("reach/bands"))


def _people(communes: Iterable[str]) -> dict[str, float]:
    iris = frames.sources().rp2021
    within = np.isin(iris["commune"], sorted(communes))
    codes, groups = group(iris["commune"][within])
    return dict(zip(codes.tolist(), total_by(groups, iris["pop"][within]).tolist(), strict=True))


def densities(communes: NDArray[np.str_]) -> Positions:
    """Return the class of density of the commune (code) of each area; MIDDLE where no contour tells it."""
    codes, of = np.unique(communes, return_inverse=True)
    every = frozenset(codes.tolist())
    people, extent = _people(every), square_kilometres(every)
    limits = numbers("reach/densities")
    known = [
        int(np.searchsorted(limits, people.get(code, 0.0) / extent[code], side="right"))
        if extent.get(code)
        else MIDDLE
        for code in codes.tolist()
    ]
    return np.array(known, dtype=np.int64)[of]


@lru_cache(maxsize=32)
def _is_island(communes: frozenset[str]) -> bool:
    own = contours.communes(communes)
    bounds = np.array([shape.bounds for shape in own.values()])
    west, south = bounds[:, :2].min(axis=0).tolist()
    east, north = bounds[:, 2:].max(axis=0).tolist()
    neighbours = contours.communes(contours.communes_in(west, south, east, north) - communes)
    tree = shapely.STRtree(list(own.values()))
    return not any(len(tree.query(shape, "intersects")) for shape in neighbours.values())


def usual_mode(communes: frozenset[str]) -> Mode:
    """Return how people of a territory travel unless somebody chooses: by car where fewer than 300 people
    live in a square kilometre of its communes, on foot elsewhere and on an island, whose shore no road
    leaves.
    """
    extent = square_kilometres(communes)
    surface, people = sum(extent.values()), sum(_people(extent).values())
    rural, _ = numbers("reach/densities")
    return CAR if surface and people / surface < rural and not _is_island(communes) else FOOT
