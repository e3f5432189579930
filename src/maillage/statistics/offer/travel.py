"""Modes of travel to a place: on foot, by bicycle, by car, by public transport."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import group, total_by
from maillage.reference.parameters import bounds, number, numbers
from maillage.reference.travel import BICYCLE, CAR, FOOT, WHEELCHAIR, Mode, are_roadless
from maillage.statistics.need import population as frames
from maillage.statistics.need.surface import square_kilometres
from maillage.words.wording import NBSP

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

FASTEST_TRANSIT = (
    20  # km/h from door to door, as the crow flies: no bus of a town does better, waiting included
)
MIDDLE = 1  # class of density next to the country, 0; then towns, 2, and dense towns, 3: see `Travel.speeds`


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
    speeds: tuple[float, ...]
    parking: tuple[float, ...]
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
        """(densities,) time for a metre by density, in units of the usual one."""
        return self.pace / np.array(self.speeds)

    @property
    def effort(self) -> Floats:
        """(densities,) what a metre towards a place weighs, by density of its commune: the time to park there
        shortens the way that the limit leaves.
        """
        return (self.minutes - self.parking[MIDDLE]) / (self.minutes - np.array(self.parking))

    @property
    def farthest(self) -> float:
        """Metres as the crow flies beyond which no place is ever within reach."""
        if self.mode.moment:
            return self.minutes * FASTEST_TRANSIT * 1000 / 60
        return self.metres / self.straight / float(self.slowness.min() * self.effort.min())


def on_foot(minutes: float | None = None) -> Travel:
    """Return a walk of this many minutes, 30 by default."""
    limit = number("reach/minutes") if minutes is None else minutes
    return _even(FOOT, limit, number("reach/pace"), numbers("reach/bands"))


def elders_on_foot(by: Travel) -> Travel:
    """Return the same walk at the speed of people of 60 or more, its doubt drawn with that of the way."""
    doubt = _doubt("reach/detour", "reach/elder_pace")
    return replace(
        by,
        speeds=(number("reach/elder_pace"),) * len(by.speeds),
        straight=by.detour / doubt,
        winding=by.detour * doubt,
    )


def travel_by(mode: Mode) -> Travel:
    """Return how far people travel this way."""
    if mode is FOOT:
        return on_foot()
    if mode is WHEELCHAIR:
        limit = number("reach/minutes")
        return _even(mode, limit, number("reach/wheelchair_pace"), _bands(limit))
    if mode.moment:  # its walks are those of walkers; its rides come from a timetable
        limit = number("reach/transit_minutes")
        return _even(mode, limit, number("reach/pace"), _bands(limit))
    if mode is BICYCLE:
        limit = number("reach/bicycle_minutes")
        return _even(mode, limit, number("reach/bicycle_pace"), _bands(limit))
    limit = number("reach/car_minutes")
    detour, doubt = number("reach/detour"), _doubt("reach/detour", "reach/car_doubt")
    return Travel(
        mode=mode,
        minutes=limit,
        detour=detour,
        straight=detour / doubt,
        winding=detour * doubt,
        speeds=numbers("reach/car_speeds"),
        parking=numbers("reach/car_parking"),
        bands=_bands(limit),
        weights=numbers("reach/band_weights"),
    )


def _doubt(*parameters: str) -> float:
    """Return the factor, above 1, by which a product of these independent parameters may be wrong: their half
    ranges in logarithms add as variances do. Adding the ranges themselves would have both wrong at once, on
    the same side.
    """
    half_ranges = [np.log(high / low) / 2 for low, high in map(bounds, parameters)]
    return float(np.exp(np.linalg.norm(half_ranges)))


def _even(mode: Mode, minutes: float, speed: float, bands: tuple[float, ...]) -> Travel:
    """Return a way of travelling at one speed everywhere, that stops at the door."""
    straight, winding = bounds("reach/detour")
    n_densities = len(numbers("reach/densities")) + 1
    return Travel(
        mode=mode,
        minutes=minutes,
        detour=number("reach/detour"),
        straight=straight,
        winding=winding,
        speeds=(speed,) * n_densities,
        parking=(0.0,) * n_densities,
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


def usual_mode(communes: frozenset[str]) -> Mode:
    """Return how people of a territory travel unless somebody chooses: by car where fewer than 300 people
    live in a square kilometre of its communes, on foot elsewhere and on islands that no road joins to the
    mainland.
    """
    return CAR if _is_sparse(communes) and not are_roadless(communes) else FOOT


def usual_words(communes: frozenset[str]) -> str:
    """Return the usual mode of a territory and why it is, in French."""
    density = f"{numbers('reach/densities')[0]:.0f}{NBSP}habitants au km²"
    reason = f"moins de {density}" if _is_sparse(communes) else f"{density} ou plus"
    return f"{usual_mode(communes).manner} ({'île sans pont' if are_roadless(communes) else reason})"


def _is_sparse(communes: frozenset[str]) -> bool:
    extent = square_kilometres(communes)
    surface, people = sum(extent.values()), sum(_people(extent).values())
    return bool(surface and people / surface < numbers("reach/densities")[0])
