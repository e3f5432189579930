"""A ground: residents and places of a study, each drawn where it may be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.engine import reach as engine
from maillage.engine import synthetic
from maillage.engine.chance import generator
from maillage.kernel.later import Matrix, sparse
from maillage.kernel.table import positions
from maillage.pipeline.contours import clean as contours
from maillage.reference.parameters import number
from maillage.studies.diagnosis.shapes import DEGREE_IN_METRES
from maillage.studies.diagnosis.zoning import Zone
from maillage.studies.need import model
from maillage.studies.offer.areas import EVERYBODY, Areas
from maillage.studies.offer.silence import EVERY_PLACE_SPEAKS, Silence
from maillage.studies.offer.travel import MIDDLE, Travel
from maillage.studies.offer.whereabouts import NEAR_CONTOUR, Place, Whereabouts, whereabouts

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Areas, zones and places together.

    counted: (areas,) the share of the residents of each area that the study counts: the filter, 0 to 1, 1
    without. zone_of: (areas,) the zone of each area, -1 outside the zones or the filter: people outside share
    the offer but count in no total. zones: those where somebody counts. density: (areas,) the class of
    density of their commune. near: (points, spots) metres as the crow flies at the usual speed, those of a
    slower way longer, stored when a straight path would be within reach. detours: (draws,) metres travelled
    for one as the crow flies. lived: areas inside whose residents are located; homes: (lived, draws,
    reach/homes) the points where their residents live in each draw, counted from the first of their area.
    standing: for each place, the areas where it may stand. silence: what places do not say.
    """

    areas: Areas
    zones: tuple[Zone, ...]
    places: tuple[Place, ...]
    travel: Travel
    seed: int
    zone_of: Positions
    where: Whereabouts
    near: Matrix
    outlines: Mapping[str, shapely.Geometry]
    counted: Floats
    density: Positions
    detours: Floats
    lived: Positions
    homes: NDArray[np.int16]
    standing: tuple[Positions, ...] = ()
    silence: Silence = EVERY_PLACE_SPEAKS

    def serving(self, offer: str, public: str = EVERYBODY) -> Flags:
        """Return (places,) whether each offers this line ('' for any) to this public."""
        return np.array([place.serves(offer, public) for place in self.places], dtype=bool)

    def unsaid(self, offer: str, public: str = EVERYBODY) -> Flags:
        """Return (places,) whether each may offer this line without saying so."""
        silent = self.silence.unsaid.get(offer, frozenset())
        return np.array([p.id in silent for p in self.places], dtype=bool) & ~self.serving(offer, public)

    def share_of(self, selected: Flags) -> Floats:
        """Return (places,) the part of one place that each of these is: the stops of one place share it, by
        their hours where all are known, evenly elsewhere.
        """
        stops: dict[str, list[int]] = {}
        for k in np.flatnonzero(selected).tolist():
            if self.places[k].same:
                stops.setdefault(self.places[k].same, []).append(k)
        shares = np.ones(len(self.places))
        for rows in stops.values():
            hours = np.array([self.places[k].hours for k in rows])
            shares[rows] = 1 / len(rows) if np.isnan(hours).any() else hours / hours.sum()
        return shares

    def n_places(self, selected: Flags) -> int:
        """Return how many places these are: the stops of a moving place, or several sheets, are one."""
        return len({self.places[k].same or k for k in np.flatnonzero(selected).tolist()})

    def zones_of_places(self) -> list[list[int]]:
        """Return, for each place, the zones where it may stand, in order, -1 first where it may be in none of
        them; none when nothing settles it.
        """
        zones = np.append(self.zone_of, -1)
        return [np.unique(zones[areas]).tolist() for areas in self.standing]

    def by_zone(self, values: NDArray[Any]) -> Floats:
        """Return (zones + 1, …) sums of what counts over the areas of each zone, and over all zones last."""
        inside = self.zone_of >= 0
        shares = self.counted[inside].reshape(-1, *(1 for _ in values.shape[1:]))
        sums = synthetic.add_by(values[inside] * shares, self.zone_of[inside], len(self.zones))
        return np.concatenate((sums, sums.sum(axis=0, keepdims=True)))

    def names(self) -> tuple[tuple[str, str], ...]:
        """Return the code and name of each zone, and ('', '') for all of them last."""
        return (*((zone.code, zone.name) for zone in self.zones), ("", ""))


def ground(
    areas: Areas,
    zones: Iterable[Zone],
    places: Iterable[Place],
    *,
    travel: Travel,
    density: Positions | None = None,
    seed: int = model.SEED,
    outlines: Mapping[str, shapely.Geometry] = MappingProxyType({}),
    counted: Floats | None = None,
    silence: Silence = EVERY_PLACE_SPEAKS,
) -> Ground:
    """Return the starting point of every question about reach.

    density: (areas,) see Ground; the middle one by default. outlines: contours of communes by code, for
    places located only by their commune; missing ones are read.
    counted: (areas,) the share of each area that the filter of the study keeps; everybody by default. A zone
    of which nobody counts is left out.
    """
    share = np.ones(len(areas)) if counted is None else counted
    counted_zones, zone_of = _zone_of(areas, tuple(zones), share)
    all_places = tuple(places)
    lived = np.flatnonzero((zone_of >= 0) & (np.bincount(areas.at, minlength=len(areas)) > 0))
    empty = Ground(
        areas=areas,
        zones=counted_zones,
        places=(),
        travel=travel,
        seed=seed,
        zone_of=zone_of,
        where=whereabouts((), {}, seed=seed, n=areas.n_draws),
        near=sparse.csr_array((len(areas.points), 0)),
        outlines=outlines,
        counted=share,
        density=np.full(len(areas), MIDDLE) if density is None else density,
        detours=engine.detours(areas.n_draws, travel.straight, travel.winding, generator(seed, "detour")),
        lived=lived,
        homes=_homes(areas, lived, all_places, seed),
        silence=silence,
    )
    return with_places(empty, all_places)


def _zone_of(areas: Areas, zones: tuple[Zone, ...], share: Floats) -> tuple[tuple[Zone, ...], Positions]:
    """Return the zones where somebody counts, and (areas,) the zone of each area, -1 when in none of them."""
    zone_of = np.full(len(areas), -1)
    counted_zones: list[Zone] = []
    for zone in zones:
        area_positions = positions(areas.row, zone.rows)
        area_positions = area_positions[area_positions >= 0]
        inside = area_positions[share[area_positions] > 0]
        if len(inside) or not len(area_positions):
            zone_of[inside] = len(counted_zones)
            counted_zones.append(zone)
    return tuple(counted_zones), zone_of


def _homes(areas: Areas, lived: Positions, places: Sequence[Place], seed: int) -> NDArray[np.int16]:
    """Return (lived, draws, homes) points: see Ground.

    Residents of an area spread over its whole commune rather live where its places are: in each draw, a share
    of them, 0 to 1, the same everywhere, is drawn by these. Areas spread over one commune live at the same
    points of it: what is unknown is where the commune lives.
    """
    n, n_homes = areas.n_draws, int(number("reach/homes"))
    sizes = np.bincount(areas.at, minlength=len(areas))
    starts = np.cumsum(sizes) - sizes
    known = np.array([(p.lon, p.lat) for p in places if p.is_precise], dtype=np.float64).reshape(-1, 2)
    drawn_in = generator(seed, "centre").permuted((np.arange(n) + 0.5) / n)
    out = np.empty((len(lived), n, n_homes), dtype=np.int16)
    drawn: dict[str, NDArray[np.int16]] = {}
    for row, area in enumerate(lived.tolist()):
        coarse, is_commune = bool(areas.coarse[area]), areas.how[area] == "commune"
        key = str(areas.published[area] if is_commune else areas.code[area])
        if key not in drawn:
            points = areas.points[starts[area] : starts[area] + sizes[area]]
            drawn[key] = engine.homes(
                int(sizes[area]),
                n,
                n_homes,
                generator(seed, f"home/{key}"),
                engine.pull(points, known, number("reach/pull")) if coarse else None,
                drawn_in,
            )
        out[row] = drawn[key]
    return out


def _standing(areas: Areas, places: Iterable[Place]) -> list[Positions]:
    """Return, for each place, the areas where it may be: one when its point or commune settles it, none when
    nothing does.

    A point belongs to the contour that contains it. Where areas have no contour of their own, their commune
    decides.
    """
    by_commune: dict[str, list[int]] = {}
    for column in (areas.commune, areas.published):
        for position, code in enumerate(column.tolist()):
            members = by_commune.setdefault(code, [])
            if position not in members[-1:]:
                members.append(position)
    drawn = [position for position, shape in enumerate(areas.shapes) if shape is not None]
    tree = shapely.STRtree([areas.shapes[position] for position in drawn])
    out = []
    for place in places:
        area_positions = np.unique(np.array(by_commune.get(place.commune, []), dtype=np.int64))
        if place.is_precise and len(area_positions) != 1:
            point = shapely.Point(place.lon, place.lat)
            close = np.array(
                [drawn[k] for k in tree.query(point, "dwithin", NEAR_CONTOUR / DEGREE_IN_METRES)],
                dtype=np.int64,
            )
            close = close[np.isin(close, area_positions)] if len(area_positions) else close
            if len(close):
                away = shapely.distance(
                    np.array([areas.shapes[k] for k in close.tolist()], dtype=object), point
                )
                area_positions = close[[int(np.argmin(away))]]
        out.append(area_positions)
    return out


def density_at(g: Ground, spots: Floats) -> Positions:
    """Return the class of density of the commune nearest to each spot (spots, 2); MIDDLE for one that is
    nowhere.
    """
    _, closest = engine.nearest(spots, g.areas.points)
    return np.append(g.density[g.areas.at], MIDDLE)[closest]


def nearby(g: Ground, spots: Floats, limit: float) -> Matrix:
    """Return (points, spots) the metres as the crow flies at the usual speed, where they are within a limit:
    half of a way is travelled at the speed of each end, and the time to park is taken from the whole.
    """
    by = g.travel
    near = engine.pairs(g.areas.points, spots, limit / float(by.slowness.min() * by.effort.min()))
    home = g.density[g.areas.at]
    there = density_at(g, spots)
    starts = np.repeat(by.slowness[home], np.diff(near.indptr))
    near.data = near.data * (starts + by.slowness[there][near.indices]) / 2 * by.effort[there][near.indices]
    return engine.within(near, limit)


def with_places(g: Ground, places: Iterable[Place]) -> Ground:
    """Return the same ground with different places."""
    all_places = tuple(places)
    lacking = {p.commune for p in all_places if p.commune and not p.is_precise} - g.outlines.keys()
    outlines = {**g.outlines, **contours.communes(lacking)}
    where = whereabouts(all_places, outlines, seed=g.seed, n=g.areas.n_draws)
    near = nearby(g, where.spots, g.travel.metres / g.travel.straight)
    standing = tuple(_standing(g.areas, all_places))
    return replace(g, places=all_places, outlines=outlines, where=where, near=near, standing=standing)
