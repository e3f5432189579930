"""Who lives within a walk of a place: where residents may live, where places may be, and how certain that
is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from maillage.engine import reach as engine
from maillage.engine import synthetic
from maillage.engine.chance import generator
from maillage.kernel.estimate import Estimate, Figure, Unit, Withheld, centiles
from maillage.kernel.table import positions, total_by
from maillage.pipeline.contours import check
from maillage.pipeline.contours import clean as contours
from maillage.reference.parameters import bounds, number
from maillage.studies.diagnosis.shapes import DEGREE_IN_METRES
from maillage.studies.diagnosis.zoning import Zone
from maillage.studies.need import model
from maillage.studies.need.model import Model
from maillage.studies.offer.silence import EVERY_PLACE_SPEAKS, Silence

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]
Matrix: TypeAlias = sparse.csr_array

METHOD, METHOD_NEED = "portee", "besoins"
EVERYBODY = "tous"
POINTS = 36  # where residents of an area, or a place known by its commune, may be
MOST_GRID = 10_000  # points tried around a thin shape before finer lattices
AREAS_AT_ONCE = 256  # areas whose draws are held together
TOO_FEW = "Trop peu d’habitants pour une estimation."
NOWHERE = "Contour et centre inconnus : aucune distance n’est calculée."
NOT_ASKED = "Calculé pour toutes les personnes concernées seulement."
RESIDENTS = "habitants, recensement de 2021"
SOURCES = ("ign-communes-contours", "ign-iris-contours")
NONE = np.full(2, np.nan)
NEAR_CONTOUR = 100.0  # metres: contours of two sources do not quite meet


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far people walk. minutes: the limit; pace: km/h; detour: metres on foot for one metre as the crow
    flies.

    straight, winding: the detours between which the true one lies.
    """

    minutes: float
    pace: float
    detour: float
    straight: float
    winding: float

    @property
    def metres(self) -> float:
        """The limit in metres on foot."""
        return self.minutes * self.pace * 1000 / 60


def walk(minutes: float | None = None) -> Walk:
    """Return a walk of this many minutes, 30 by default."""
    straight, winding = bounds("reach/detour")
    return Walk(
        minutes=number("reach/minutes") if minutes is None else minutes,
        pace=number("reach/pace"),
        detour=number("reach/detour"),
        straight=straight,
        winding=winding,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place, and what matters to those who walk to it.

    commune: its code, '' when unknown. lon, lat: degrees, nan when unknown. precision: metres around that
    point where it surely is; nan when only its commune is known. offers: lines of the offer
    (reference/offer/diagnosis.yaml). kept: by line, the publics it is restricted to; open to everybody when
    the line is absent. capacity: people at once; hours: a week; nan when unknown. same: what the stops of a
    moving place, or several sheets of one place, have in common; '' for a place described once.
    manner: by line, how it is offered, for the lines that MANNERS of `census` asks: a slug.
    """

    id: str
    name: str = ""
    commune: str = ""
    lon: float = np.nan
    lat: float = np.nan
    precision: float = 0.0
    offers: frozenset[str] = frozenset()
    kept: Mapping[str, frozenset[str]] = field(default_factory=dict)
    capacity: float = np.nan
    hours: float = np.nan
    same: str = ""
    manner: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_precise(self) -> bool:
        return not np.isnan(self.lon + self.lat) and self.precision <= number("reach/precise")

    def serves(self, offer: str, public: str = EVERYBODY) -> bool:
        """Whether it offers this line ('' for any) to this public."""
        kept = self.kept.get(offer)
        return (not offer or offer in self.offers) and (not kept or public in kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Census areas: who lives there, who is in need, and where exactly they may live.

    row: (areas,) positions in the table of IRIS, those that zones hold. code, commune, published: (areas,)
    codes. population, adults: (areas,) persons. need: by public, (areas, draws) persons. shapes: the own
    contour of each area, None where unknown. points: (points, 2) degrees, of equal weight in their area; at:
    (points,) the area of each, in order. how: (areas,) `contour` (its own), `commune` (that of its commune),
    `centre` (one point) or '' (nothing is known: no distance). universe, n, sources: those of the need.
    """

    row: Positions
    code: NDArray[np.str_]
    commune: NDArray[np.str_]
    published: NDArray[np.str_]
    population: Floats
    adults: Floats
    need: Mapping[str, NDArray[np.floating]]
    shapes: Sequence[shapely.Geometry | None]
    points: Floats
    at: Positions
    how: NDArray[np.str_]
    universe: str
    n: int
    sources: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.row)

    @property
    def n_draws(self) -> int:
        return int(next(iter(self.need.values())).shape[1])

    @property
    def coarse(self) -> Flags:
        """(areas,) whether residents are spread over a whole commune, as if they lived evenly across it."""
        return np.asarray((self.how == "commune") | np.char.endswith(self.code, "0000"))

    @property
    def weight(self) -> Floats:
        """(points,) the share of the residents of its area that each point stands for."""
        return np.asarray(1 / np.bincount(self.at, minlength=len(self))[self.at])

    @property
    def mean(self) -> Matrix:
        """(areas, points) what turns values of points into means of areas."""
        return sparse.csr_array(
            (self.weight, (self.at, np.arange(len(self.at)))), shape=(len(self), len(self.at))
        )


def areas_of(m: Model, rows: Positions) -> Areas:
    """Return the areas at these positions of the table of IRIS, with the draws of the need of everybody and
    of each public.

    Residents are spread over the contour of their IRIS, else over that of their commune: in reality they do
    not live evenly across it, but no data say where they do.
    """
    frame = m.country.frame
    some = frame.take(rows)
    own = contours.iris(set(some.area.tolist()))
    lacking = np.array([code not in own for code in some.area.tolist()], dtype=bool)
    whole = contours.communes(set(some.published[lacking].tolist()) | set(some.commune[lacking].tolist()))
    check.check(own)
    check.check(whole)
    alone = {
        name: dict(zip(*np.unique(column, return_counts=True), strict=True))
        for name, column in _communes(frame)
    }
    shapes: list[shapely.Geometry | None] = []
    spread: list[shapely.Geometry | None] = []
    for code, published, commune in zip(
        some.area.tolist(), some.published.tolist(), some.commune.tolist(), strict=True
    ):
        name, key = ("published", published) if published in whole else ("commune", commune)
        outline = own.get(code, whole.get(key))
        spread.append(outline)
        shapes.append(outline if code in own or alone[name].get(key) == 1 else None)
    points, at, how = dwellings(shapes, spread)
    counted = m.outcomes.keys() - set(model.WHOLE[1:])  # the need, and that of each public
    return Areas(
        row=rows,
        code=some.area,
        commune=some.commune,
        published=some.published,
        population=some.population,
        adults=some.adults,
        need={
            EVERYBODY if name == "need" else name: draws
            for name, draws in m.draws(rows, names=counted).items()
        },
        shapes=shapes,
        points=points,
        at=at,
        how=how,
        universe=m.definition.universe,
        n=m.definition.n,
        sources=(m.definition.id,),
    )


def _communes(frame: Any) -> tuple[tuple[str, NDArray[np.str_]], ...]:
    return ("published", frame.published), ("commune", frame.commune)


def dwellings(
    shapes: Sequence[shapely.Geometry | None],
    around: Sequence[shapely.Geometry | None] | None = None,
    centres: Floats | None = None,
) -> tuple[Floats, Positions, NDArray[np.str_]]:
    """Return where residents may live: points, the area of each, and how each area was filled (see Areas).

    shapes: own contours; around: a larger contour that holds the area; centres: (areas, 2) degrees, nan if
    unknown.
    """
    known: dict[int, Floats] = {}
    points, at, how = [], [], []
    for position, shape in enumerate(shapes):
        outline = shape if shape is not None else around[position] if around else None
        centre = NONE if centres is None else centres[position]
        if outline is not None:
            some = known.setdefault(id(outline), lattice(outline))
            how.append("contour" if outline is shape else "commune")
        elif not np.isnan(centre).any():
            some = centre[None]
            how.append("centre")
        else:
            some = np.empty((0, 2))
            how.append("")
        points.append(some)
        at.append(np.full(len(some), position))
    return (
        np.concatenate([*points, np.empty((0, 2))]),
        np.concatenate([*at, np.empty(0)]).astype(np.int64),
        np.array(how, dtype=np.str_),
    )


def lattice(shape: shapely.Geometry, n: int = POINTS) -> Floats:
    """Return about n points of a square lattice inside a contour (WGS84), at least one, always the same.

    A thin shape gets a finer lattice, so that at least a few points fall inside.
    """
    west, south, east, north = shape.bounds
    shrink = max(np.cos(np.radians((south + north) / 2)), 0.01)
    step = np.sqrt(max(shape.area / n, (east - west) * (north - south) / MOST_GRID, 1e-12) * shrink)
    shapely.prepare(shape)
    for _ in range(3):
        x = np.arange(west + step / shrink / 2, east, step / shrink)
        y = np.arange(south + step / 2, north, step)
        grid = np.array(np.meshgrid(x, y)).reshape(2, -1).T
        inside = grid[shapely.contains_xy(shape, grid[:, 0], grid[:, 1])]
        if len(inside) * 2 >= n:
            break
        step /= 2
    return np.asarray(inside if len(inside) else shape.representative_point().coords)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where places may be. spots: (spots, 2) degrees; place: (spots,) the place of each; sure: (places,) one
    known spot.

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
    here = np.array([[place.lon, place.lat]])
    located = not np.isnan(here).any()
    if outline is not None:
        inside = lattice(outline)
        if not located or np.isnan(place.precision):
            return inside
        near = engine.pairs(here, inside, place.precision).indices
        if len(near):
            return np.asarray(inside[np.sort(near)])
    if not located or np.isnan(place.precision):
        return np.empty((0, 2))
    # A disc filled evenly: equal rings, turned by the golden angle.
    k = np.arange(POINTS) + 0.5
    far, turn = place.precision * np.sqrt(k / POINTS), np.pi * (3 - np.sqrt(5)) * k
    north, east = far * np.cos(turn), far * np.sin(turn)
    degree = np.degrees(1 / engine.EARTH)
    return np.asarray(here + degree * np.column_stack((east / np.cos(np.radians(place.lat)), north)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Areas, zones and places together.

    counted: (areas,) the share of the residents of each area that the study counts: the filter, 0 to 1, 1
    without. zone_of: (areas,) the zone of each area, -1 outside the zones or the filter: people outside share
    the offer but count in no total. zones: those where somebody counts. near: (points, spots) metres as the
    crow flies, stored when a straight path would be within a walk. detours: (draws,) metres on foot for one
    as the crow flies. lived: areas inside whose residents are located; homes: (lived, draws, reach/homes)
    the points where their residents live in each draw, counted from the first of their area. standing: for
    each place, the areas where it may stand. silence: what places do not say.
    """

    areas: Areas
    zones: tuple[Zone, ...]
    places: tuple[Place, ...]
    walk: Walk
    seed: int
    zone_of: Positions
    where: Whereabouts
    near: Matrix
    outlines: Mapping[str, shapely.Geometry]
    counted: Floats
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

    def share_of(self, kept: Flags) -> Floats:
        """Return (places,) the part of one place that each of these is: the stops of one place share it."""
        counts = Counter(self.places[k].same for k in np.flatnonzero(kept).tolist())
        return np.array([1.0 / max(counts[p.same], 1) if p.same else 1.0 for p in self.places])

    def n_places(self, kept: Flags) -> int:
        """Return how many places these are: the stops of a moving place, or several sheets, are one."""
        return len({self.places[k].same or k for k in np.flatnonzero(kept).tolist()})

    def by_zone(self, values: NDArray[Any]) -> Floats:
        """Return (zones + 1, …) sums of what counts over the areas of each zone, and over all zones last."""
        inside = self.zone_of >= 0
        kept = self.counted[inside].reshape(-1, *(1 for _ in values.shape[1:]))
        sums = synthetic.add_by(values[inside] * kept, self.zone_of[inside], len(self.zones))
        return np.concatenate((sums, sums.sum(axis=0, keepdims=True)))

    def names(self) -> tuple[tuple[str, str], ...]:
        """Return the code and name of each zone, and ('', '') for all of them last."""
        return (*((zone.code, zone.name) for zone in self.zones), ("", ""))


def ground(
    areas: Areas,
    zones: Iterable[Zone],
    places: Iterable[Place],
    *,
    walk: Walk,
    seed: int = model.SEED,
    outlines: Mapping[str, shapely.Geometry] = MappingProxyType({}),
    counted: Floats | None = None,
    silence: Silence = EVERY_PLACE_SPEAKS,
) -> Ground:
    """Return the starting point of every question about reach.

    outlines: contours of communes by code, for places located only by their commune; missing ones are read.
    counted: (areas,) the share of each area that the filter of the study keeps; everybody by default. A zone
    of which nobody counts is left out.
    """
    share = np.ones(len(areas)) if counted is None else counted
    kept, zone_of = _zone_of(areas, tuple(zones), share)
    all_places = tuple(places)
    lived = np.flatnonzero((zone_of >= 0) & (np.bincount(areas.at, minlength=len(areas)) > 0))
    empty = Ground(
        areas=areas,
        zones=kept,
        places=(),
        walk=walk,
        seed=seed,
        zone_of=zone_of,
        where=whereabouts((), {}, seed=seed, n=areas.n_draws),
        near=sparse.csr_array((len(areas.points), 0)),
        outlines=outlines,
        counted=share,
        detours=engine.detours(areas.n_draws, walk.straight, walk.winding, generator(seed, "detour")),
        lived=lived,
        homes=_homes(areas, lived, all_places, seed),
        silence=silence,
    )
    return with_places(empty, all_places)


def _zone_of(areas: Areas, zones: tuple[Zone, ...], share: Floats) -> tuple[tuple[Zone, ...], Positions]:
    """Return the zones where somebody counts, and (areas,) the zone of each area, -1 when in none of them."""
    zone_of = np.full(len(areas), -1)
    kept: list[Zone] = []
    for zone in zones:
        found = positions(areas.row, zone.rows)
        found = found[found >= 0]
        inside = found[share[found] > 0]
        if len(inside) or not len(found):
            zone_of[inside] = len(kept)
            kept.append(zone)
    return tuple(kept), zone_of


def _homes(areas: Areas, lived: Positions, places: Sequence[Place], seed: int) -> NDArray[np.int16]:
    """Return (lived, draws, homes) points: see Ground.

    Residents of an area spread over its whole commune rather live where its places are: in each draw, a share
    of them, 0 to 1, the same everywhere, is drawn by these. Areas spread over one commune live at the same
    points of it: what is unknown is where the commune lives.
    """
    n, each = areas.n_draws, int(number("reach/homes"))
    sizes = np.bincount(areas.at, minlength=len(areas))
    starts = np.cumsum(sizes) - sizes
    known = np.array([(p.lon, p.lat) for p in places if p.is_precise], dtype=np.float64).reshape(-1, 2)
    drawn_in = generator(seed, "centre").permuted((np.arange(n) + 0.5) / n)
    out = np.empty((len(lived), n, each), dtype=np.int16)
    drawn: dict[str, NDArray[np.int16]] = {}
    for row, area in enumerate(lived.tolist()):
        coarse, whole = bool(areas.coarse[area]), areas.how[area] == "commune"
        key = str(areas.published[area] if whole else areas.code[area])
        if key not in drawn:
            points = areas.points[starts[area] : starts[area] + sizes[area]]
            drawn[key] = engine.homes(
                int(sizes[area]),
                n,
                each,
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
        found = np.unique(np.array(by_commune.get(place.commune, []), dtype=np.int64))
        if place.is_precise and len(found) != 1:
            point = shapely.Point(place.lon, place.lat)
            close = np.array(
                [drawn[k] for k in tree.query(point, "dwithin", NEAR_CONTOUR / DEGREE_IN_METRES)],
                dtype=np.int64,
            )
            close = close[np.isin(close, found)] if len(found) else close
            if len(close):
                away = shapely.distance(
                    np.array([areas.shapes[k] for k in close.tolist()], dtype=object), point
                )
                found = close[[int(np.argmin(away))]]
        out.append(found)
    return out


def with_places(g: Ground, places: Iterable[Place]) -> Ground:
    """Return the same ground with different places."""
    all_places = tuple(places)
    lacking = {p.commune for p in all_places if p.commune and not p.is_precise} - g.outlines.keys()
    outlines = {**g.outlines, **contours.communes(lacking)}
    where = whereabouts(all_places, outlines, seed=g.seed, n=g.areas.n_draws)
    near = engine.pairs(g.areas.points, where.spots, g.walk.metres / g.walk.straight)
    standing = tuple(_standing(g.areas, all_places))
    return replace(g, places=all_places, outlines=outlines, where=where, near=near, standing=standing)


@dataclass(frozen=True, slots=True)
class Shares:
    """What share of each area is within reach, draw by draw: (areas, draws), 0 outside the zones.

    sure: of places with a known address; drawn: of all.
    """

    sure: Floats
    drawn: Floats


@dataclass(frozen=True, slots=True)
class _Held:
    """What reaches each point. sure: (points,) metres as the crow flies to the nearest place whose address is
    known; rows: (points,) the row of `perhaps` of each point, -1 for none; perhaps: (rows, draws) whether a
    place of unknown address is within a walk.
    """

    sure: Floats
    rows: Positions
    perhaps: Flags


def _held(g: Ground, serves: Flags, limits: Floats) -> _Held:
    spots, known = serves[g.where.place], g.where.sure[g.where.place]
    sure = engine.nearest_of(g.near, spots & known)
    vague = spots & ~known
    some = np.flatnonzero(engine.nearest_of(g.near, vague) <= limits.max())
    some = some[sure[some] > limits.min()]  # elsewhere a sure place is always within a walk
    rows = np.full(len(sure), -1)
    rows[some] = np.arange(len(some))
    perhaps = np.zeros((len(some), len(limits)), dtype=bool)
    picked = (sparse.diags_array(vague.astype(np.float64)) @ g.where.picked).tocsc()
    for limit in np.unique(limits).tolist() if len(some) else ():
        draws = np.flatnonzero(limits == limit)
        perhaps[:, draws] = (engine.within(g.near[some], limit) @ picked[:, draws]).toarray() > 0
    return _Held(sure, rows, perhaps)


def shares(g: Ground, serves: Flags, detours: Floats | None = None) -> Shares:
    """Return the share of the residents of each area who are within reach of one of these places.

    detours: (draws,) those of the ground by default.
    """
    limits = g.walk.metres / (g.detours if detours is None else detours)
    held = _held(g, serves, limits)
    sure = np.zeros((len(g.areas), len(limits)))
    drawn = np.zeros_like(sure)
    if not len(held.perhaps):
        sure = drawn
    far, near = _extremes(g, held)
    all_in = g.lived[far[g.lived] <= limits.min()]
    sure[all_in] = drawn[all_in] = 1.0
    partly = np.flatnonzero((far[g.lived] > limits.min()) & (near[g.lived] <= limits.max()))
    first = np.searchsorted(g.areas.at, g.lived)
    for start in range(0, len(partly), AREAS_AT_ONCE):
        rows = partly[start : start + AREAS_AT_ONCE]
        homes = first[rows][:, None, None] + g.homes[rows]
        there = held.sure[homes] <= limits[:, None]
        if len(held.perhaps):
            sure[g.lived[rows]] = there.mean(axis=2)
            vague = held.rows[homes]
            there |= held.perhaps[vague, np.arange(len(limits))[:, None]] & (vague >= 0)
        drawn[g.lived[rows]] = there.mean(axis=2)
    return Shares(sure, drawn)


def _extremes(g: Ground, held: _Held) -> tuple[Floats, Floats]:
    """Return (areas,) metres from the farthest point of each area to a place of known address, and from its
    nearest point to any place.
    """
    far, near = np.zeros(len(g.areas)), np.full(len(g.areas), np.inf)
    np.maximum.at(far, g.areas.at, held.sure)
    np.minimum.at(near, g.areas.at, np.where(held.rows >= 0, 0.0, held.sure))
    return far, near


def chance(g: Ground, serves: Flags) -> Floats:
    """Return (points,) the share of draws in which each point is within reach of one of these places."""
    limits = g.walk.metres / g.detours
    held = _held(g, serves, limits)
    out = 1 - np.searchsorted(np.sort(limits), held.sure) / len(limits)
    some = np.flatnonzero(held.rows >= 0)
    either = held.perhaps[held.rows[some]] | (held.sure[some][:, None] <= limits)
    out[some] = either.mean(axis=1)
    return np.asarray(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The place nearest to most residents, and how far on foot their nearest place is.

    metres, minutes: for half of the residents; low and high: metres for 5 and 95 % of them. sure: its address
    is known.
    """

    place: str
    name: str
    metres: float
    low: float
    high: float
    minutes: float
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a zone, or all of them (code ''), has within reach for one line of the offer ('' for any) and one
    public.

    need, reached, missing: people in need, those with a place within reach, those without; they add up over
    zones, and need = reached + missing but for people whose area is not located (unplaced, share of the
    need). unsure: those among reached who depend on places whose address is unknown. share: reached, percent
    of the need. straight, winding: the same share if all paths are direct, or winding. residents,
    residents_share: all inhabitants: they are counted, and their bounds come from the paths and from where
    they live. coarse: share of the need in areas spread evenly over a commune: their reach is
    probably too low, since people and places gather in the same centres.
    """

    code: str
    name: str
    offer: str
    public: str
    need: Figure
    reached: Figure
    missing: Figure
    unsure: Figure
    share: Figure
    straight: Figure
    winding: Figure
    residents: Figure
    residents_share: Figure
    unplaced: float
    coarse: float
    nearest: Nearest | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Zone by zone, all of them last: (zones + 1, draws) persons in need, and inhabitants.

    placed: the need of the areas that are located; sure: reached by places whose address is known.
    """

    need: Floats
    placed: Floats
    reached: Floats
    sure: Floats
    residents: Floats
    population: Floats


@dataclass(frozen=True, slots=True)
class Totals:
    """What does not depend on places: (zones + 1, draws) persons in need, those of located areas, and
    (zones + 1, 1) inhabitants of located areas.
    """

    need: Floats
    placed: Floats
    population: Floats


def totals(g: Ground, public: str = EVERYBODY) -> Totals:
    """Return the people of each zone, then of all, whatever is within their reach."""
    need = g.areas.need[public]
    located = (g.areas.how != "")[:, None]
    whole = g.by_zone(need)
    return Totals(
        need=whole,
        placed=whole if located.all() else g.by_zone(need * located),
        population=g.by_zone(g.areas.population[:, None] * located),
    )


def drawn(g: Ground, serves: Flags, public: str, of: Totals | None = None) -> Drawn:
    """Return the draws of people in need and of those within reach of these places. of: see `totals`."""
    whole = totals(g, public) if of is None else of
    found = shares(g, serves)
    need = g.areas.need[public]
    reached = g.by_zone(need * found.drawn)
    return Drawn(
        need=whole.need,
        placed=whole.placed,
        reached=reached,
        sure=reached if found.sure is found.drawn else g.by_zone(need * found.sure),
        residents=g.by_zone(g.areas.population[:, None] * found.drawn),
        population=whole.population,
    )


def reach(
    g: Ground,
    offer: str = "",
    public: str = EVERYBODY,
    *,
    given: Flags | None = None,
    of: Totals | None = None,
    brief: bool = False,
) -> tuple[Reach, ...]:
    """Return what each zone has within reach, then all of them together.

    given: (places,) those that serve; by default, those that say they offer this line to this public. of: see
    `totals`, computed when absent. brief: neither the nearest place nor the shares by straight and winding
    paths.
    """
    serves = g.serving(offer, public) if given is None else given
    d = drawn(g, serves, public, of)
    everyone = figures(g)
    in_need = replace(everyone, method=METHOD_NEED, sources=g.areas.sources)
    placed = np.asarray(d.placed.any(axis=1)).tolist()
    located = replace(
        everyone,
        why=tuple(why or ("" if known else NOWHERE) for why, known in zip(everyone.why, placed, strict=True)),
    )
    n_areas = np.bincount(g.zone_of[g.zone_of >= 0], minlength=len(g.zones)).tolist()
    quarters = tuple((("quartiers", n),) for n in (*n_areas, sum(n_areas)))
    people = tuple(np.round(g.by_zone(g.areas.population)).astype(np.int64).tolist())
    residents = replace(located, universe=RESIDENTS, n=people, counted=quarters, sources=SOURCES)
    mean = g.areas.need[public].mean(axis=1, dtype=np.float64)
    total, lost, coarse = (g.by_zone(mean * kept) for kept in (1.0, g.areas.how == "", g.areas.coarse))

    def along(detour: float) -> list[Figure]:
        if brief:
            return replace(located, why=(NOT_ASKED,) * len(located.why))(d.placed[:, :1], "pourcent")
        found = shares(g, serves, np.full(len(g.detours), detour))
        return located(percent(g.by_zone(g.areas.need[public] * found.drawn), d.placed), "pourcent")

    columns = {
        "need": in_need(d.need),
        "reached": located(d.reached),
        "missing": located(remainder(d.placed, d.reached)),
        "unsure": located(remainder(d.reached, d.sure)),
        "share": located(percent(d.reached, d.placed), "pourcent"),
        "straight": along(g.walk.straight),
        "winding": along(g.walk.winding),
        "residents": residents(d.residents),
        "residents_share": residents(percent(d.residents, d.population), "pourcent"),
        "unplaced": (percent(lost, total) / 100).tolist(),
        "coarse": (percent(coarse, total) / 100).tolist(),
        "nearest": [None] * len(total) if brief else nearest(g, serves),
    }
    return tuple(
        Reach(
            code=code,
            name=name,
            offer=offer,
            public=public,
            **{key: column[i] for key, column in columns.items()},
        )
        for i, (code, name) in enumerate(g.names())
    )


def remainder(whole: Floats, part: Floats) -> Floats:
    """Return whole minus part, and 0 under a millionth of a person: rounded sums may cross by that much."""
    rest = whole - part
    return np.where(rest > 1e-6, rest, 0.0)


def percent(part: Floats, whole: Floats) -> Floats:
    """Return part in percent of whole, draw by draw; 0 where the whole is nobody."""
    top, base = np.broadcast_arrays(part, whole)
    return np.asarray(np.divide(100 * top, base, out=np.zeros(top.shape), where=base > 0))


@dataclass(frozen=True, slots=True)
class Figures:
    """Turns the draws of zones, then of all of them, into figures. why: by zone, the reason for withholding,
    '' if none; n, counted: by zone, the respondents and what else stands behind.
    """

    why: tuple[str, ...]
    universe: str
    n: tuple[int, ...]
    method: str
    sources: tuple[str, ...]
    counted: tuple[tuple[tuple[str, int], ...], ...] = ()

    def __call__(self, draws: Floats, unit: Unit = "personnes") -> list[Figure]:
        low, high = centiles(draws)
        said: dict[str, Any] = {
            "unit": unit,
            "universe": self.universe,
            "method": self.method,
            "sources": self.sources,
        }
        # Out of reach in more than nineteen draws of twenty, the mean passes the centile: the bounds hold it
        # all the same.
        mean = draws.mean(axis=1)
        around = np.minimum(low, mean).tolist(), np.maximum(high, mean).tolist()
        counted = self.counted or ((),) * len(self.why)
        rows = zip(self.why, self.n, counted, mean.tolist(), *around, strict=True)
        return [
            Withheld(reason=why, n=n, counted=behind, **said)
            if why
            else Estimate(value=value, low=least, high=most, n=n, counted=behind, **said)
            for why, n, behind, value, least, most in rows
        ]


def figures(g: Ground, method: str = METHOD) -> Figures:
    """Return the maker of figures for each zone, then for all: withheld where too few people live."""
    few = g.by_zone(g.areas.adults) < number("protection/small_area")
    return Figures(
        why=tuple(TOO_FEW if hidden else "" for hidden in few.tolist()),
        universe=g.areas.universe,
        n=(g.areas.n,) * len(few),
        method=method,
        sources=(*g.areas.sources, *SOURCES),
    )


def nearest(g: Ground, serves: Flags) -> list[Nearest | None]:
    """Return the nearest of these places for the residents of each zone, then of all; None where there is
    none.
    """
    kept = np.flatnonzero(serves)
    people = (g.areas.population * g.counted)[g.areas.at] * g.areas.weight
    zone_of = g.zone_of[g.areas.at]
    inside = (zone_of >= 0) & (people > 0)
    people, zone_of = people[inside], zone_of[inside]
    crow, found = engine.nearest(g.areas.points[inside], g.where.centre[kept])
    on_foot = engine.walked(crow, g.walk.detour)
    counted = np.flatnonzero(found >= 0)
    counted = counted[np.argsort(zone_of[counted], kind="stable")]
    bounds = np.searchsorted(zone_of[counted], np.arange(len(g.zones) + 1))
    out: list[Nearest | None] = []
    for here in (*(counted[a:b] for a, b in pairwise(bounds.tolist())), counted):
        if not len(here):
            out.append(None)
            continue
        place = int(kept[np.argmax(total_by(found[here], people[here]))])
        low, middle, high = _centiles(on_foot[here], people[here])
        out.append(
            Nearest(
                place=g.places[place].id,
                name=g.places[place].name,
                metres=middle,
                low=low,
                high=high,
                minutes=float(engine.minutes(np.array(middle), g.walk.pace)),
                sure=bool(g.where.sure[place]),
            )
        )
    return out


def _centiles(values: Floats, weights: Floats) -> tuple[float, float, float]:
    """Return the values below which 5, 50 and 95 % of the weights lie."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    low, middle, high = values[order][
        np.minimum(np.searchsorted(reached, (0.05, 0.5, 0.95)), len(values) - 1)
    ]
    return float(low), float(middle), float(high)
