"""Residents within reach of a place, with their bounds."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate, Figure, Unit, Withheld, centiles
from maillage.kernel.later import sparse
from maillage.kernel.table import total_by
from maillage.reference.parameters import number
from maillage.statistics.engine import reach as engine
from maillage.statistics.engine.chance import generator
from maillage.statistics.need.population import TOO_FEW
from maillage.statistics.offer.areas import EVERYBODY
from maillage.statistics.offer.grounds import FAR, Ground, density_at
from maillage.statistics.offer.travel import MIDDLE

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]


METHOD, METHOD_NEED = "portee", "besoins"


AREAS_AT_ONCE = 256  # areas whose draws are held together
NOWHERE = "Contour et centre inconnus : aucune distance n’est calculée."
ONLY_EVERYBODY = "Calculé pour toutes les personnes concernées seulement."
RESIDENTS = "habitants, recensement de 2021"
SOURCES = ("ign-contours",)


@dataclass(frozen=True, slots=True)
class Shares:
    """Share of each area within reach, draw by draw: (areas, draws), 0 outside the zones.

    sure: of places with a known address; drawn: of all.
    """

    sure: Floats
    drawn: Floats


@dataclass(frozen=True, slots=True)
class _ReachedAreas:
    """Distances from each point to places. sure: (points,) metres, as `Ground.near`, to the nearest place
    whose address is known; rows: (points,) the row of `perhaps` of each point, -1 for none; perhaps: (rows,
    draws) whether a place of unknown address is within reach.
    """

    sure: Floats
    rows: Positions
    perhaps: Flags


def _reached_areas(g: Ground, serves: Flags, limits: Floats) -> _ReachedAreas:
    spots, known = serves[g.where.place], g.where.sure[g.where.place]
    sure = engine.nearest_of(g.near, spots & known)
    vague = spots & ~known
    some = np.flatnonzero(engine.nearest_of(g.near, vague) <= limits.max())
    some = some[sure[some] > limits.min()]  # elsewhere a sure place is always within reach
    rows = np.full(len(sure), -1)
    rows[some] = np.arange(len(some))
    perhaps = np.zeros((len(some), len(limits)), dtype=bool)
    spots_drawn = np.flatnonzero(vague)
    near, picked = g.near[some][:, spots_drawn], g.where.picked[spots_drawn].tocsc()
    for limit in np.unique(limits)[::-1].tolist() if len(some) else ():
        draws = np.flatnonzero(limits == limit)
        near = engine.within(near, limit)  # the widest first: what is beyond it is beyond the others
        reached = sparse.csr_array((np.ones(near.nnz), near.indices, near.indptr), shape=near.shape)
        perhaps[:, draws] = (reached @ picked[:, draws]).toarray() > 0
    return _ReachedAreas(sure, rows, perhaps)


def shares(g: Ground, serves: Flags, limits: Floats) -> Shares:
    """Return the share of the residents of each area who are within reach of one of these places.

    limits: (draws,) metres, as `Ground.near`, that they go at most.
    """
    reached_areas = _reached_areas(g, serves, limits)
    sure = np.zeros((len(g.areas), len(limits)))
    drawn = np.zeros_like(sure)
    if not len(reached_areas.perhaps):
        sure = drawn
    far, near = _extremes(g, reached_areas)
    all_in = g.lived[far[g.lived] <= limits.min()]
    sure[all_in] = drawn[all_in] = 1.0
    partly = np.flatnonzero((far[g.lived] > limits.min()) & (near[g.lived] <= limits.max()))
    first = np.searchsorted(g.areas.at, g.lived)
    for start in range(0, len(partly), AREAS_AT_ONCE):
        rows = partly[start : start + AREAS_AT_ONCE]
        homes = first[rows][:, None, None] + g.homes[rows]
        there = reached_areas.sure[homes] <= limits[:, None]
        if len(reached_areas.perhaps):
            sure[g.lived[rows]] = there.mean(axis=2)
            vague = reached_areas.rows[homes]
            there |= reached_areas.perhaps[vague, np.arange(len(limits))[:, None]] & (vague >= 0)
        drawn[g.lived[rows]] = there.mean(axis=2)
    return Shares(sure, drawn)


def _extremes(g: Ground, reached_areas: _ReachedAreas) -> tuple[Floats, Floats]:
    """Return (areas,) metres from the farthest point of each area to a place of known address, and from its
    nearest point to any place.
    """
    far, near = np.zeros(len(g.areas)), np.full(len(g.areas), np.inf)
    np.maximum.at(far, g.areas.at, reached_areas.sure)
    np.minimum.at(near, g.areas.at, np.where(reached_areas.rows >= 0, 0.0, reached_areas.sure))
    return far, near


@dataclass(frozen=True, slots=True)
class SharesByAge:
    """Shares of those who go at the usual speed, and of people of 60 or more: the same where all go alike."""

    usual: Shares
    elders: Shares

    def of(self, g: Ground, public: str | None) -> Shares:
        """Return the shares of people in need of a public, of all residents for None."""
        if self.elders is self.usual:
            return self.usual
        weight, usual, elders = g.elders(public), self.usual, self.elders
        drawn = usual.drawn + weight * (elders.drawn - usual.drawn)
        if usual.sure is usual.drawn and elders.sure is elders.drawn:
            return Shares(drawn, drawn)
        return Shares(usual.sure + weight * (elders.sure - usual.sure), drawn)


def _limits(g: Ground, detour: float | None = None) -> tuple[Floats, Floats]:
    """Return (draws,) metres that people go at most at the usual speed, and at that of people of 60 or more;
    the same array where all go alike. detour: drawn by default.
    """
    by, n = g.by_elders, len(g.detours)
    usual = g.travel.metres / (g.detours if detour is None else np.full(n, detour))
    if by is None:
        return usual, usual
    chance_of_detours = generator(g.seed, "detour")
    drawn_detours = engine.detours(n, by.straight, by.winding, chance_of_detours)
    return usual, by.metres / (drawn_detours if detour is None else np.full(n, detour))


def shares_by_age(g: Ground, serves: Flags, detour: float | None = None) -> SharesByAge:
    """Return the shares of residents within reach of one of these places. detour: drawn by default."""
    limits, limits_of_elders = _limits(g, detour)
    usual = shares(g, serves, limits)
    is_even = limits_of_elders is limits
    return SharesByAge(usual, usual if is_even else shares(g, serves, limits_of_elders))


def chance(g: Ground, serves: Flags) -> Floats:
    """Return (points,) the share of draws in which somebody in need, of the ages of the area, is within reach
    of one of these places from each point.
    """
    limits, limits_of_elders = _limits(g)
    usual = _chance(g, serves, limits)
    if limits_of_elders is limits:
        return usual
    weight = g.elders(EVERYBODY).mean(axis=1)[g.areas.at]
    return np.asarray(usual + weight * (_chance(g, serves, limits_of_elders) - usual))


def _chance(g: Ground, serves: Flags, limits: Floats) -> Floats:
    reached_areas = _reached_areas(g, serves, limits)
    out = 1 - np.searchsorted(np.sort(limits), reached_areas.sure) / len(limits)
    some = np.flatnonzero(reached_areas.rows >= 0)
    either = reached_areas.perhaps[reached_areas.rows[some]] | (reached_areas.sure[some][:, None] <= limits)
    out[some] = either.mean(axis=1)
    return np.asarray(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The place nearest to most residents, and how far their nearest place is.

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
    """The reach of a zone, or of all of them (code ''), for one line of the offer ('' for any) and one
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
    """Totals that do not depend on places: (zones + 1, draws) persons in need, those of located areas, and
    (zones + 1, 1) inhabitants of located areas.
    """

    need: Floats
    placed: Floats
    population: Floats


def totals(g: Ground, public: str = EVERYBODY) -> Totals:
    """Return the people of each zone, then of all, whatever is within their reach."""
    need = g.areas.need[public]
    located = (g.areas.how != "")[:, None]
    zone_need = g.by_zone(need)
    return Totals(
        need=zone_need,
        placed=zone_need if located.all() else g.by_zone(need * located),
        population=g.by_zone(g.areas.population[:, None] * located),
    )


def drawn(g: Ground, serves: Flags, public: str, of: Totals | None = None) -> Drawn:
    """Return the draws of people in need and of those within reach of these places. of: see `totals`."""
    zone_totals = totals(g, public) if of is None else of
    by_age = shares_by_age(g, serves)
    place_shares, residents = by_age.of(g, public), by_age.of(g, None)
    need = g.areas.need[public]
    reached = g.by_zone(need * place_shares.drawn)
    return Drawn(
        need=zone_totals.need,
        placed=zone_totals.placed,
        reached=reached,
        sure=reached if place_shares.sure is place_shares.drawn else g.by_zone(need * place_shares.sure),
        residents=g.by_zone(g.areas.population[:, None] * residents.drawn),
        population=zone_totals.population,
    )


def reach(
    g: Ground,
    offer: str = "",
    public: str = EVERYBODY,
    *,
    serving: Flags | None = None,
    of: Totals | None = None,
    brief: bool = False,
) -> tuple[Reach, ...]:
    """Return the reach of each zone, then of all of them together.

    serving: (places,) those that serve; by default, those that say they offer this line to this public. of:
    see `totals`, computed when absent. brief: neither the nearest place nor the shares by straight and
    winding paths.
    """
    serves = g.serving(offer, public) if serving is None else serving
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
    total, lost, coarse = (g.by_zone(mean * weight) for weight in (1.0, g.areas.how == "", g.areas.coarse))

    def along(detour: float) -> list[Figure]:
        if brief:
            return replace(located, why=(ONLY_EVERYBODY,) * len(located.why))(d.placed[:, :1], "pourcent")
        place_shares = shares_by_age(g, serves, detour).of(g, public)
        return located(percent(g.by_zone(g.areas.need[public] * place_shares.drawn), d.placed), "pourcent")

    columns = {
        "need": in_need(d.need),
        "reached": located(d.reached),
        "missing": located(remainder(d.placed, d.reached)),
        "unsure": located(remainder(d.reached, d.sure)),
        "share": located(percent(d.reached, d.placed), "pourcent"),
        "straight": along(g.travel.straight),
        "winding": along(g.travel.winding),
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


def remainder(total: Floats, part: Floats) -> Floats:
    """Return whole minus part, and 0 under a millionth of a person: rounded sums may cross by that much."""
    rest = total - part
    return np.where(rest > 1e-6, rest, 0.0)


def percent(part: Floats, total: Floats) -> Floats:
    """Return part in percent of whole, draw by draw; 0 where the whole is nobody."""
    top, base = np.broadcast_arrays(part, total)
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
        labels: dict[str, Any] = {
            "unit": unit,
            "universe": self.universe,
            "method": self.method,
            "sources": self.sources,
        }
        # Out of reach in more than nineteen draws of twenty, the mean passes the centile: the bounds hold it
        # all the same.
        mean = draws.mean(axis=1)
        bounds = np.minimum(low, mean).tolist(), np.maximum(high, mean).tolist()
        counted = self.counted or ((),) * len(self.why)
        rows = zip(self.why, self.n, counted, mean.tolist(), *bounds, strict=True)
        return [
            Withheld(reason=why, n=n, counted=behind, **labels)
            if why
            else Estimate(value=value, low=least, high=most, n=n, counted=behind, **labels)
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
    serving = np.flatnonzero(serves)
    people = (g.areas.population * g.counted)[g.areas.at] * g.areas.weight
    zone_of = g.zone_of[g.areas.at]
    inside = (zone_of >= 0) & (people > 0)
    people, zone_of = people[inside], zone_of[inside]
    centre = g.where.centre
    if g.is_open is not None:
        centre = np.where(np.asarray(g.is_open.any(axis=1))[:, None], centre, np.nan)
    crow, nearest_positions = engine.nearest(g.areas.points[inside], centre[serving])
    travelled = engine.walked(crow, g.travel.detour)
    travelled, nearest_positions, is_path = _along_streets(g, inside, serving, travelled, nearest_positions)
    home = g.density[g.areas.at[inside]]
    there = np.append(density_at(g, g.where.centre[serving]), MIDDLE)[nearest_positions]
    slow = (g.travel.slowness[home] + g.travel.slowness[there]) / 2
    slow[is_path] = 1.0  # a path is measured at the usual speed
    lasts = engine.minutes(travelled * slow, g.travel.pace) + np.array(g.travel.parking)[there]
    counted = np.flatnonzero(nearest_positions >= 0)
    counted = counted[np.argsort(zone_of[counted], kind="stable")]
    bounds = np.searchsorted(zone_of[counted], np.arange(len(g.zones) + 1))
    out: list[Nearest | None] = []
    for zone_areas in (*(counted[a:b] for a, b in pairwise(bounds.tolist())), counted):
        if not len(zone_areas):
            out.append(None)
            continue
        place = int(serving[np.argmax(total_by(nearest_positions[zone_areas], people[zone_areas]))])
        low, middle, high = _centiles(travelled[zone_areas], people[zone_areas])
        out.append(
            Nearest(
                place=g.places[place].id,
                name=g.places[place].name,
                metres=middle,
                low=low,
                high=high,
                minutes=_centiles(lasts[zone_areas], people[zone_areas])[1],
                sure=bool(g.where.sure[place]),
            )
        )
    return out


def _along_streets(
    g: Ground, inside: Flags, serving: Positions, travelled: Floats, nearest_positions: Positions
) -> tuple[Floats, Positions, Flags]:
    """Return the metres to the nearest place and its position, along the streets where they are known, and
    where that is. travelled, nearest_positions: those of the crow's flight, lengthened.

    A place without an address, or far from every street, stays at its crow's flight. A nearest place that no
    street links, or that is beyond the paths that are stored, is at least as far as these.
    """
    if g.paths is None:
        return travelled, nearest_positions, np.zeros(len(travelled), dtype=bool)
    metres, by_street = engine.closest(g.paths[inside][:, serving])
    metres = np.minimum(metres, np.maximum(travelled, FAR * g.travel.metres))
    by_street = np.where(by_street >= 0, by_street, nearest_positions)
    if g.timetable is not None or g.is_covered is None:
        return metres, by_street, np.ones(len(metres), dtype=bool)
    on_streets = g.on_streets[serving][:, None]
    off_streets = np.where(on_streets, np.nan, g.where.centre[serving])
    crow, by_crow = engine.nearest(g.areas.points[inside], off_streets)
    vague_metres = engine.walked(crow, g.travel.detour)
    is_path = g.is_covered[inside] & (metres <= vague_metres)
    is_vague = g.is_covered[inside] & ~is_path
    return (
        np.select([is_path, is_vague], [metres, vague_metres], travelled),
        np.select([is_path, is_vague], [by_street, by_crow], nearest_positions),
        is_path,
    )


def _centiles(values: Floats, weights: Floats) -> tuple[float, float, float]:
    """Return the values below which 5, 50 and 95 % of the weights lie."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    low, middle, high = values[order][
        np.minimum(np.searchsorted(reached, (0.05, 0.5, 0.95)), len(values) - 1)
    ]
    return float(low), float(middle), float(high)
