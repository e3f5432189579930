"""A ground: residents and places of a study, each drawn where it may be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, sparse
from maillage.kernel.table import positions
from maillage.reference.parameters import number
from maillage.reference.travel import FOOT
from maillage.sources import contours
from maillage.sources.streets import Streets
from maillage.sources.timetables import Timetable
from maillage.statistics.engine import reach as engine
from maillage.statistics.engine import synthetic
from maillage.statistics.engine.chance import generator
from maillage.statistics.need import model
from maillage.statistics.offer import streets as along_streets
from maillage.statistics.offer import transit
from maillage.statistics.offer.areas import ELDERS, EVERYBODY, Areas
from maillage.statistics.offer.silence import EVERY_PLACE_SPEAKS, Silence
from maillage.statistics.offer.travel import MIDDLE, Travel, elders_on_foot
from maillage.statistics.offer.whereabouts import NEAR_CONTOUR, Place, Whereabouts, whereabouts
from maillage.statistics.zones.shapes import DEGREE_IN_METRES
from maillage.statistics.zones.zoning import Zone

FAR = 3.0  # times the limit, up to which the nearest place is looked for along streets
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Areas, zones and places together.

    counted: (areas,) the share of the residents of each area that the study counts: the filter, 0 to 1, 1
    without. zone_of: (areas,) the zone of each area, -1 outside the zones or the filter: people outside
    share the offer but count in no total. zones: those where somebody counts. density: (areas,) the class
    of density of their commune. near: (points, spots) metres as the crow flies at the usual speed, those
    of a slower way longer, stored when a straight path would be within reach. detours: (draws,) metres
    travelled for one as the crow flies; along streets, the doubt of the speed alone. lived: areas inside
    whose residents are located; homes: (lived, draws, reach/homes) the points where their residents live
    in each draw, counted from the first of their area. standing: for each place, the areas where it may
    stand. silence: what places do not say. streets: None where none were loaded; is_covered: (points,)
    whether they lead to a point; paths: (points, places) metres along them at the usual speed to the
    middle of each place, up to FAR times the limit. timetable: of who travels by public transport; paths then
    hold all of their ways, and is_open: (places, ARRIVALS) is there too.
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
    streets: Streets | None = None
    timetable: Timetable | None = None
    is_covered: Flags | None = None
    paths: Matrix | None = None
    is_open: Flags | None = None

    @property
    def by_elders(self) -> Travel | None:
        """The walk of people of 60 or more where streets are known; None where everybody goes alike."""
        if self.travel.mode is not FOOT or self.is_covered is None or not self.is_covered.any():
            return None
        return elders_on_foot(self.travel)

    def elders(self, public: str | None) -> Floats:
        """Return (areas, draws or 1) the share of people of 60 or more among those in need of a public, or
        among all residents for None; 0 where no street is known.
        """
        need, covered = self.areas.need, np.zeros((len(self.areas), 1))
        if self.is_covered is not None:
            covered[self.areas.at[self.is_covered]] = 1.0
        if public == EVERYBODY and ELDERS in need:
            every = need[EVERYBODY]
            return np.asarray(
                covered * np.divide(need[ELDERS], every, out=np.zeros(every.shape), where=every > 0)
            )
        if public is None and self.areas.elders is not None:
            return covered * self.areas.elders[:, None]
        return covered * (public == ELDERS)

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

    @property
    def n_closed_and_unknown(self) -> tuple[int, int]:
        """Return how many places of the zones are closed at all the ARRIVALS of a way by public transport,
        and how many do not say their hours.
        """
        if self.is_open is None:
            return 0, 0
        is_inside = np.array([min(zones, default=-1) >= 0 for zones in self.zones_of_places()], dtype=bool)
        is_unknown = np.array([not place.opening for place in self.places], dtype=bool)
        is_closed = ~self.is_open.any(axis=1)
        return self.n_places(is_inside & is_closed), self.n_places(is_inside & is_unknown)

    @property
    def uncovered_zones(self) -> Flags:
        """(zones,) whether some residents of each live where no street is known."""
        if self.is_covered is None:
            return np.ones(len(self.zones), dtype=bool)
        zone_of = self.zone_of[self.areas.at]
        return np.bincount(zone_of[(zone_of >= 0) & ~self.is_covered], minlength=len(self.zones)) > 0

    @property
    def on_streets(self) -> Flags:
        """(places,) whether a street leads to each, whose address is known."""
        if self.streets is None:
            return np.zeros(len(self.places), dtype=bool)
        is_near = along_streets.near_street(self.streets, self.travel, self.where.centre)
        return np.asarray(is_near & self.where.sure)

    @property
    def places_off_streets(self) -> tuple[Place, ...]:
        """Places of the zones, of known address, that no street leads to."""
        if self.streets is None:
            return ()
        is_off = self.where.sure & ~self.on_streets
        places = zip(self.places, self.zones_of_places(), is_off.tolist(), strict=True)
        return tuple(place for place, zones, off in places if off and max(zones, default=-1) >= 0)

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
    streets: Streets | None = None,
    timetable: Timetable | None = None,
) -> Ground:
    """Return the starting point of every question about reach.

    density: (areas,) see Ground; the middle one by default. outlines: contours of communes by code, for
    places located only by their commune; missing ones are read.
    counted: (areas,) the share of each area that the filter of the study keeps; everybody by default. A zone
    of which nobody counts is left out. streets: the way where they are known, the crow's flight elsewhere.
    timetable: needed by a way of travelling that has a moment, and by no other.
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
        streets=streets,
        timetable=timetable if travel.mode.moment else None,
        is_covered=None
        if streets is None
        else along_streets.covered(streets, travel, areas.points, areas.at),
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


def nearby(
    g: Ground, spots: Floats, limit: float, is_sure: Flags | None = None, is_open: Flags | None = None
) -> Matrix:
    """Return (points, spots) the metres as the crow flies at the usual speed, where they are within a limit:
    half of a way is travelled at the speed of each end, and the time to park is taken from the whole.

    Along streets, they are the metres travelled at the usual speed, for the usual detour. is_sure: (spots,)
    whether a place surely stands at each, all of them by default; a place that may be anywhere in its commune
    stays at its crow's flight: its doubt is wider than that of a detour, and a search from each spot is long.
    is_open: (spots, ARRIVALS), always by default: by public transport, one closed at all of them is near
    nobody, on foot either.
    """
    by = g.travel
    near = engine.pairs(g.areas.points, spots, limit / float(by.slowness.min() * by.effort.min()))
    home = g.density[g.areas.at]
    there = density_at(g, spots)
    starts = np.repeat(by.slowness[home], np.diff(near.indptr))
    near.data = near.data * (starts + by.slowness[there][near.indices]) / 2 * by.effort[there][near.indices]
    if g.streets is not None and g.is_covered is not None:
        farthest = limit * by.detour / float(by.effort.min())
        known_spots = spots if is_sure is None else np.where(is_sure[:, None], spots, np.nan)
        paths, is_joined = along_streets.travelled(
            g.streets, by, g.areas.points, g.is_covered, known_spots, farthest
        )
        paths.data = paths.data / by.detour * by.effort[there][paths.indices]
        near = along_streets.either(paths, is_joined, near, g.is_covered)
    if g.timetable is not None and by.mode.moment:
        ridden = transit.travelled(
            g.timetable,
            by.mode.moment,
            g.streets,
            g.areas.points,
            spots,
            limit * by.detour / by.metres * by.minutes,
            is_open,
        )
        ridden.data = ridden.data * by.metres / by.minutes / by.detour
        near = _shorter(ridden, near)
        if is_open is not None:
            near.data[~np.asarray(is_open.any(axis=1))[near.indices]] = np.inf
    return engine.within(near, limit)


def _shorter(ways: Matrix, other_ways: Matrix) -> Matrix:
    """Return the pairs stored in either, at the smaller of what both store."""
    one, two = ways.tocoo(), other_ways.tocoo()
    rows, columns = np.concatenate((one.row, two.row)), np.concatenate((one.col, two.col))
    data = np.concatenate((one.data, two.data))
    order = np.lexsort((data, columns, rows))
    rows, columns, data = rows[order], columns[order], data[order]
    is_first = np.append(True, (np.diff(rows) != 0) | (np.diff(columns) != 0))[: len(rows)]
    return sparse.coo_array(
        (data[is_first], (rows[is_first], columns[is_first])), shape=other_ways.shape
    ).tocsr()


def with_places(g: Ground, places: Iterable[Place]) -> Ground:
    """Return the same ground with different places."""
    all_places = tuple(places)
    lacking = {p.commune for p in all_places if p.commune and not p.is_precise} - g.outlines.keys()
    outlines = {**g.outlines, **contours.communes(lacking)}
    where = whereabouts(all_places, outlines, seed=g.seed, n=g.areas.n_draws)
    is_open = None
    if g.timetable is not None and g.travel.mode.moment:
        is_open = transit.open_arrivals(g.timetable, g.travel.mode.moment, [p.opening for p in all_places])
    open_spots = None if is_open is None else is_open[where.place]
    near = nearby(g, where.spots, g.travel.metres / g.travel.straight, where.sure[where.place], open_spots)
    standing = tuple(_standing(g.areas, all_places))
    later = replace(
        g, places=all_places, outlines=outlines, where=where, near=near, standing=standing, is_open=is_open
    )
    if g.timetable is not None:
        ways = nearby(later, where.centre, FAR * g.travel.metres / g.travel.detour, is_open=is_open)
        ways.data = ways.data * g.travel.detour
        return replace(later, paths=ways)
    if g.streets is None or g.is_covered is None:
        return later
    farthest, spots = FAR * g.travel.metres, np.where(where.sure[:, None], where.centre, np.nan)
    paths, _ = along_streets.travelled(g.streets, g.travel, g.areas.points, g.is_covered, spots, farthest)
    return replace(later, paths=paths)
