"""The effect of opening or closing places, or of stopping a line, zone by zone: with and without, drawn with
the same numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import shapely

from maillage.kernel.estimate import Figure
from maillage.statistics.offer import reach, silence, transit
from maillage.statistics.offer.areas import EVERYBODY
from maillage.statistics.offer.gap_rules import METHOD
from maillage.statistics.offer.grounds import Ground, with_places
from maillage.statistics.offer.silence import Publishable
from maillage.statistics.offer.whereabouts import Place

LEAST_SIDE = 0.0005  # degrees around a home: fifty metres, to be seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange:
    """The effect of a change on a zone, or on all of them (code ''): people in need newly reached, or lost,
    and the gap.
    """

    code: str
    name: str
    moved: Publishable
    before: Publishable
    after: Publishable


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The effect of opening or closing places, zone by zone and overall."""

    offer: str
    public: str
    zones: tuple[ZoneChange, ...]
    total: ZoneChange


def opened(g: Ground, offer: str, new: Iterable[Place], public: str = EVERYBODY) -> Change:
    """Return the gain of these new places: people in need newly reached, and those who would still lack
    it.

    Both situations are drawn with the same numbers: the difference has its own interval, narrower than
    theirs.
    """
    return _change(g, with_places(g, (*g.places, *new)), offer, public)


def closed(g: Ground, offer: str, ids: Iterable[str], public: str = EVERYBODY) -> Change:
    """Return the loss from closing these places: people in need who would lose their only place within
    reach.
    """
    closed_ids = set(ids)
    return _change(
        with_places(g, [p for p in g.places if p.id not in closed_ids]), g, offer, public, losing=True
    )


def catchment(g: Ground, place: Place) -> shapely.Geometry:
    """Return the contour, in degrees, of the homes from which a place is within reach, in the way of
    travelling of a ground: around each of them, its part of the contour of its area.
    """
    ways = with_places(g, [place]).near.tocoo()
    near = ways.row[ways.data * g.travel.detour <= g.travel.metres]
    squeeze = float(np.cos(np.radians(place.lat)))
    shapes = [g.areas.shapes[area] for area in g.areas.at[near].tolist()]
    extent = np.array([shape.area * squeeze if shape is not None else 0.0 for shape in shapes])
    sides = np.sqrt(extent * g.areas.weight[near])
    sides = np.maximum(sides, LEAST_SIDE)
    homes = shapely.buffer(shapely.points(g.areas.points[near] * (squeeze, 1.0)), 0.8 * sides, quad_segs=3)
    gap = float(sides.max(initial=LEAST_SIDE)) / 2  # between the homes of two areas
    joined = shapely.union_all(homes).buffer(gap).buffer(-gap)
    return shapely.transform(joined, lambda xy: xy / (squeeze, 1.0))


def lines(g: Ground) -> dict[tuple[str, str], list[int]]:
    """Return the positions of the lines that run around the zones when people travel, by vehicle and name;
    none for a way that takes no line.
    """
    moment, is_inside = g.travel.mode.moment, g.zone_of[g.areas.at] >= 0
    if g.timetable is None or moment is None or not is_inside.any():
        return {}
    return transit.lines_among(g.timetable, moment, g.areas.points[is_inside])


def stopped(g: Ground, offer: str, line: tuple[str, str], public: str = EVERYBODY) -> Change:
    """Return the loss from stopping one of the `lines`: people in need who would have no place within reach
    any more.
    """
    timetable = g.timetable and replace(g.timetable, stopped=tuple(lines(g)[line]))
    less = replace(g, timetable=timetable)
    return _change(with_places(less, g.places), g, offer, public, losing=True)


def _change(less: Ground, more: Ground, offer: str, public: str, *, losing: bool = False) -> Change:
    """Return the difference between two grounds. Where places do not say whether they offer the line, it is a
    range: from none of them offering it to all.
    """
    known = _figures(less, more, offer, public, losing, silent=False)
    is_uncertain = (less.unsaid(offer, public).any() or more.unsaid(offer, public).any()) and bool(offer)
    most = _figures(less, more, offer, public, losing, silent=True) if is_uncertain else None
    zones = tuple(
        ZoneChange(
            code=code,
            name=name,
            **{
                key: silence.publishable(column[i], most[key][i] if most else None)
                for key, column in known.items()
            },
        )
        for i, (code, name) in enumerate(less.names())
    )
    return Change(offer=offer, public=public, zones=zones[:-1], total=zones[-1])


def _figures(
    less: Ground, more: Ground, offer: str, public: str, losing: bool, *, silent: bool
) -> dict[str, list[Figure]]:
    """Return the people who gain or lose, and those in lack before and after, in each zone.

    silent: places that do not say offer the line too.
    """
    low, high = (
        reach.drawn(g, g.serving(offer, public) | (silent & g.unsaid(offer, public)), public)
        for g in (less, more)
    )
    before, after = (high, low) if losing else (low, high)
    figures = reach.figures(less, METHOD)
    return {
        "moved": figures(reach.remainder(high.reached, low.reached)),
        "before": figures(reach.remainder(before.placed, before.reached)),
        "after": figures(reach.remainder(after.placed, after.reached)),
    }
