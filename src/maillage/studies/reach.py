"""Who lives within a walk of a place: where residents may live, where places may be, and how sure that is."""

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
from maillage.studies import needs
from maillage.studies.needs import Model
from maillage.studies.zoning import Zone

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]
Matrix: TypeAlias = sparse.csr_array

METHOD, METHOD_NEED = "portee", "besoins"
EVERYBODY = "tous"
POINTS = 36  # where residents of an area, or a place known by its commune, may be
MOST_GRID = 10_000  # points tried around a thin shape before finer lattices
POINTS_AT_ONCE = 16_384  # points whose draws are held together
TOO_FEW = "Trop peu d’habitants pour une estimation."
NOWHERE = "Contour et centre inconnus : aucune distance n’est calculée."
RESIDENTS = "habitants, recensement de 2021"
SOURCES = ("ign-communes-contours", "ign-iris-contours")
NONE = np.full(2, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far people walk. minutes: the limit; pace: km/h; detour: metres on foot for one metre as the crow flies.

    straight, winding: the detours between which the true one may lie.
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
    """Return a walk of so many minutes, 30 by default."""
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
    """A place, and what it takes to walk to it.

    commune: its code, '' when unknown. lon, lat: degrees, nan when unknown. precision: metres around that point where
    it surely is; nan when only its commune is known. offers: lines of the offer (reference/offer/diagnosis.yaml).
    kept: by line, the publics it is kept for; open to everybody where it is not told. capacity: people at once; hours: a week; nan when
    unknown.
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

    @property
    def is_precise(self) -> bool:
        return not np.isnan(self.lon + self.lat) and self.precision <= number("reach/precise")

    def serves(self, offer: str, public: str = EVERYBODY) -> bool:
        """Whether it gives this line of the offer ('' for any) to this public."""
        kept = self.kept.get(offer)
        return (not offer or offer in self.offers) and (not kept or public in kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Census areas: who lives there, who is in need, and where in them they may live.

    row: (areas,) positions in the table of IRIS, those that zones hold. code, commune, published: (areas,) codes.
    population, adults: (areas,) persons. need: by public, (areas, draws) persons.
    shapes: the own contour of each area, None where unknown. points: (points, 2) degrees, of equal weight in their
    area; at: (points,) the area of each, in order. how: (areas,) `contour` (its own), `commune` (that of its commune),
    `centre` (one point) or '' (nothing is known: no distance).
    universe, n, sources: those of the need.
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
        """(areas,) whether residents are spread over a whole commune, as if they lived evenly in it."""
        return np.asarray((self.how == "commune") | np.char.endswith(self.code, "0000"))

    @property
    def weight(self) -> Floats:
        """(points,) the share of the residents of its area that each point stands for."""
        return np.asarray(1 / np.bincount(self.at, minlength=len(self))[self.at])

    @property
    def mean(self) -> Matrix:
        """(areas, points) what turns values of points into means of areas."""
        return sparse.csr_array((self.weight, (self.at, np.arange(len(self.at)))), shape=(len(self), len(self.at)))


def areas_of(m: Model, rows: Positions) -> Areas:
    """Return the areas at these positions of the table of IRIS, with the draws of the need of everybody and of each public.

    Residents are spread over the contour of their IRIS, else over that of their commune: they do not live evenly in
    it, and nothing here says where they do.
    """
    frame = m.country.frame
    some = frame.take(rows)
    own = contours.iris(set(some.area.tolist()))
    lacking = np.array([code not in own for code in some.area.tolist()], dtype=bool)
    whole = contours.communes(set(some.published[lacking].tolist()) | set(some.commune[lacking].tolist()))
    check.check(own)
    check.check(whole)
    alone = {name: dict(zip(*np.unique(column, return_counts=True), strict=True)) for name, column in _communes(frame)}
    shapes: list[shapely.Geometry | None] = []
    spread: list[shapely.Geometry | None] = []
    for code, published, commune in zip(some.area.tolist(), some.published.tolist(), some.commune.tolist(), strict=True):
        name, key = ("published", published) if published in whole else ("commune", commune)
        outline = own.get(code, whole.get(key))
        spread.append(outline)
        shapes.append(outline if code in own or alone[name].get(key) == 1 else None)
    points, at, how = dwellings(shapes, spread)
    return Areas(
        row=rows,
        code=some.area,
        commune=some.commune,
        published=some.published,
        population=some.population,
        adults=some.adults,
        need={EVERYBODY if name == "need" else name: draws for name, draws in needs.draws_of(m, rows).items()},
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

    shapes: own contours; around: a larger contour that holds the area; centres: (areas, 2) degrees, nan if unknown.
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
    """Return about n points of a square lattice inside a contour (WGS84), always the same; one at least.

    A thin shape gets a finer lattice, so that a few points at least fall inside.
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
    """Where places may be. spots: (spots, 2) degrees; place: (spots,) the place of each; sure: (places,) one known spot.

    centre: (places, 2) degrees, nan where nothing is known. picked: (spots, draws) the spot of each draw, for the
    places that are not sure.
    """

    spots: Floats
    place: Positions
    sure: Flags
    centre: Floats
    picked: Matrix


def whereabouts(places: Sequence[Place], outlines: Mapping[str, shapely.Geometry], *, seed: int, n: int) -> Whereabouts:
    """Return where each place may be: its point, or points all over its commune (outlines, by code) or around it.

    A place known by its commune only is somewhere in it, at another point in each draw, spread evenly over the draws.
    A place without point nor known commune is nowhere: near nothing.
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
    """Return the points where a place that is not precisely known may be."""
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
    """Areas, zones and places put together.

    zone_of: (areas,) the zone of each area, -1 outside: its people share the offer and are in no total.
    near: (points, spots) metres as the crow flies, when a straight path makes it a walk.
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

    def serving(self, offer: str, public: str = EVERYBODY) -> Flags:
        """Return (places,) whether each gives this line of the offer ('' for any) to this public."""
        return np.array([place.serves(offer, public) for place in self.places], dtype=bool)

    def by_zone(self, values: NDArray[Any]) -> Floats:
        """Return (zones + 1, …) sums over the areas of each zone, and over all zones last."""
        inside = self.zone_of >= 0
        sums = synthetic.add_by(values[inside], self.zone_of[inside], len(self.zones))
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
    seed: int = needs.SEED,
    outlines: Mapping[str, shapely.Geometry] = MappingProxyType({}),
) -> Ground:
    """Return what every question about reach starts from.

    outlines: contours of communes by code, for the places that only their commune locates; those it lacks are read.
    """
    all_zones, all_places = tuple(zones), tuple(places)
    zone_of = np.full(len(areas), -1)
    for position, zone in enumerate(all_zones):
        found = positions(areas.row, zone.rows)
        zone_of[found[found >= 0]] = position
    lacking = {p.commune for p in all_places if p.commune and not p.is_precise} - outlines.keys()
    outlines = {**outlines, **contours.communes(lacking)}
    where = whereabouts(all_places, outlines, seed=seed, n=areas.n_draws)
    return Ground(
        areas=areas,
        zones=all_zones,
        places=all_places,
        walk=walk,
        seed=seed,
        zone_of=zone_of,
        where=where,
        near=engine.pairs(areas.points, where.spots, walk.metres / walk.straight),
        outlines=outlines,
    )


def with_places(g: Ground, places: Iterable[Place]) -> Ground:
    """Return the same ground with other places."""
    return ground(g.areas, g.zones, places, walk=g.walk, seed=g.seed, outlines=g.outlines)


@dataclass(frozen=True, slots=True)
class Shares:
    """What share of each area is within reach. sure: (areas,) by places whose address is known; drawn: (areas, 1) when
    all are, else (areas, draws); chance: (points,) share of draws in which a point is reached.
    """

    sure: Floats
    drawn: Floats
    chance: Floats


def shares(g: Ground, serves: Flags, detour: float) -> Shares:
    """Return the share of the residents of each area who have one of these places within reach."""
    reached = sparse.csr_array(
        ((g.near.data * detour <= g.walk.metres).astype(np.float64), g.near.indices, g.near.indptr), shape=g.near.shape
    )
    spots, known = serves[g.where.place], g.where.sure[g.where.place]
    surely = reached @ (spots & known).astype(np.float64) > 0
    perhaps = np.flatnonzero((reached @ (spots & ~known).astype(np.float64) > 0) & ~surely)
    mean = g.areas.mean
    sure = mean @ surely.astype(np.float64)
    chance = surely.astype(np.float64)
    if not len(perhaps):
        return Shares(sure, sure[:, None], chance)
    drawn = np.repeat(sure[:, None], g.areas.n_draws, axis=1)
    picked = sparse.diags_array((spots & ~known).astype(np.float64)) @ g.where.picked
    by_point = mean.tocsc()
    for start in range(0, len(perhaps), POINTS_AT_ONCE):
        some = perhaps[start : start + POINTS_AT_ONCE]
        there = reached[some] @ picked
        there.data = np.minimum(there.data, 1.0)
        chance[some] = there.mean(axis=1)
        drawn += (by_point[:, some] @ there).toarray()
    return Shares(sure, np.minimum(drawn, 1.0), chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The place that is the nearest for most residents, and how far the nearest place is for them, on foot.

    metres, minutes: for half of the residents; low and high: metres for 5 and 95 % of them. sure: its address is known.
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
    """What a zone, or all of them (code ''), has within reach of one line of the offer ('' for any), for one public.

    need, reached, missing: people in need, those with a place within reach, those without; they add up over zones, and
    need = reached + missing but for people whose area is not located (unplaced, share of the need).
    unsure: those among reached who have only places whose address is not known. share: reached, percent of the need.
    straight, winding: the same share if paths are more direct, or less. residents, residents_share: all inhabitants,
    who are counted: their bounds are those of the winding and of the straight paths. coarse: share of the need in areas
    spread evenly over a commune: their reach is probably too low, since people and places gather in the same centres.
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
    """Zone by zone, all of them last: (zones + 1, draws) persons in need, and (zones + 1, 1 or draws) inhabitants.

    placed: the need of the areas that are located; sure: reached by places whose address is known.
    """

    need: Floats
    placed: Floats
    reached: Floats
    sure: Floats
    residents: Floats
    population: Floats


def drawn(g: Ground, serves: Flags, public: str, detour: float | None = None) -> Drawn:
    """Return the draws of who is in need and who is within reach of these places, for the usual detour or another."""
    found = shares(g, serves, g.walk.detour if detour is None else detour)
    need = g.areas.need[public]
    located = (g.areas.how != "")[:, None]
    return Drawn(
        need=g.by_zone(need),
        placed=g.by_zone(need * located),
        reached=g.by_zone(need * found.drawn),
        sure=g.by_zone(need * found.sure[:, None]),
        residents=g.by_zone(g.areas.population[:, None] * found.drawn),
        population=g.by_zone(g.areas.population[:, None] * located),
    )


def reach(g: Ground, offer: str = "", public: str = EVERYBODY) -> tuple[Reach, ...]:
    """Return what each zone has within reach, then all of them together."""
    serves = g.serving(offer, public)
    d = drawn(g, serves, public)
    straight, winding = (drawn(g, serves, public, detour) for detour in (g.walk.straight, g.walk.winding))
    close = nearest(g, serves)
    everyone = figures(g)
    in_need = replace(everyone, method=METHOD_NEED, sources=g.areas.sources)
    placed = np.asarray(d.placed.any(axis=1)).tolist()
    located = replace(
        everyone, why=tuple(why or ("" if known else NOWHERE) for why, known in zip(everyone.why, placed, strict=True))
    )
    n_areas = tuple(g.by_zone(np.ones(len(g.areas))).astype(np.int64).tolist())
    residents = replace(located, universe=RESIDENTS, n=n_areas, sources=SOURCES)
    mean = g.areas.need[public].mean(axis=1, dtype=np.float64)
    total, lost, coarse = (g.by_zone(mean * kept) for kept in (1.0, g.areas.how == "", g.areas.coarse))
    columns = {
        "need": in_need(d.need),
        "reached": located(d.reached),
        "missing": located(left(d.placed, d.reached)),
        "unsure": located(left(d.reached, d.sure)),
        "share": located(percent(d.reached, d.placed), "pourcent"),
        "straight": located(percent(straight.reached, straight.placed), "pourcent"),
        "winding": located(percent(winding.reached, winding.placed), "pourcent"),
        "residents": between(*(residents(x.residents) for x in (winding, d, straight))),
        "residents_share": between(
            *(residents(percent(x.residents, x.population), "pourcent") for x in (winding, d, straight))
        ),
        "unplaced": (percent(lost, total) / 100).tolist(),
        "coarse": (percent(coarse, total) / 100).tolist(),
        "nearest": close,
    }
    return tuple(
        Reach(code=code, name=name, offer=offer, public=public, **{key: column[i] for key, column in columns.items()})
        for i, (code, name) in enumerate(g.names())
    )


def left(whole: Floats, part: Floats) -> Floats:
    """Return what a part leaves of a whole, nobody for less than a millionth of a person: rounded sums cross by a hair."""
    rest = whole - part
    return np.where(rest > 1e-6, rest, 0.0)


def percent(part: Floats, whole: Floats) -> Floats:
    """Return part in percent of whole, draw by draw; 0 where the whole is nobody."""
    top, base = np.broadcast_arrays(part, whole)
    return np.asarray(np.divide(100 * top, base, out=np.zeros(top.shape), where=base > 0))


def between(low: list[Figure], middle: list[Figure], high: list[Figure]) -> list[Figure]:
    """Return the middle figures, each between the low bound of one and the high bound of another."""
    return [
        replace(b, low=a.low, high=c.high)
        if isinstance(a, Estimate) and isinstance(b, Estimate) and isinstance(c, Estimate)
        else b
        for a, b, c in zip(low, middle, high, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Figures:
    """What turns the draws of zones, then of all of them, into figures. why: by zone, what withholds them, '' if nothing."""

    why: tuple[str, ...]
    universe: str
    n: tuple[int, ...]
    method: str
    sources: tuple[str, ...]

    def __call__(self, draws: Floats, unit: Unit = "personnes") -> list[Figure]:
        low, high = centiles(draws)
        said: dict[str, Any] = {
            "unit": unit,
            "universe": self.universe,
            "method": self.method,
            "sources": self.sources,
        }
        # Out of reach in more than nineteen draws of twenty, the mean passes the centile: the bounds hold it all the same.
        mean = draws.mean(axis=1)
        around = np.minimum(low, mean).tolist(), np.maximum(high, mean).tolist()
        rows = zip(self.why, self.n, mean.tolist(), *around, strict=True)
        return [
            Withheld(reason=why, n=n, **said) if why else Estimate(value=value, low=least, high=most, n=n, **said)
            for why, n, value, least, most in rows
        ]


def figures(g: Ground, method: str = METHOD) -> Figures:
    """Return what makes the figures of each zone, then of all of them: withheld where too few people live."""
    few = g.by_zone(g.areas.adults) < number("protection/small_area")
    return Figures(
        why=tuple(TOO_FEW if hidden else "" for hidden in few.tolist()),
        universe=g.areas.universe,
        n=(g.areas.n,) * len(few),
        method=method,
        sources=(*g.areas.sources, *SOURCES),
    )


def nearest(g: Ground, serves: Flags) -> list[Nearest | None]:
    """Return the nearest of these places for the residents of each zone, then of all; None where there is none."""
    kept = np.flatnonzero(serves)
    crow, found = engine.nearest(g.areas.points, g.where.centre[kept])
    on_foot = engine.walked(crow, g.walk.detour)
    people = g.areas.population[g.areas.at] * g.areas.weight
    zone_of = g.zone_of[g.areas.at]
    counted = np.flatnonzero((zone_of >= 0) & (found >= 0) & (people > 0))
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
    """Return the values under which 5, 50 and 95 % of the weights lie."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    low, middle, high = values[order][np.minimum(np.searchsorted(reached, (0.05, 0.5, 0.95)), len(values) - 1)]
    return float(low), float(middle), float(high)
