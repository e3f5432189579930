"""Sites to open, or stops to make: the points that would bring the most people in need within reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.estimate import Figure
from maillage.kernel.later import Matrix, sparse
from maillage.reference.parameters import number
from maillage.statistics.engine.reach import within
from maillage.statistics.engine.siting import best_sites
from maillage.statistics.offer import reach, silence
from maillage.statistics.offer.areas import EVERYBODY
from maillage.statistics.offer.grounds import Ground, nearby, with_places
from maillage.statistics.offer.silence import Publishable
from maillage.statistics.offer.travel import Travel, on_foot
from maillage.statistics.offer.whereabouts import Place
from maillage.statistics.zones.centres import centres as middles_of

Flags = NDArray[np.bool_]

METHOD = "implantation"


@dataclass(frozen=True, slots=True)
class Spot:
    """A point where something could open or stop."""

    id: str
    name: str
    lon: float
    lat: float


def without(g: Ground, offer: str, public: str = EVERYBODY) -> tuple[Spot, ...]:
    """Return the places with a known address that do not provide this offer yet."""
    lacking = ~g.serving(offer, public) & g.where.sure
    return tuple(
        Spot(p.id, p.name, p.lon, p.lat) for p, keep in zip(g.places, lacking.tolist(), strict=True) if keep
    )


def middle(g: Ground, areas: Flags) -> tuple[float, float]:
    """Return the middle (lon, lat) of where the residents of some areas (flags) may live."""
    weight = np.where(areas, g.areas.population * g.counted, 0.0)[g.areas.at] * g.areas.weight
    lon, lat = (g.areas.points * weight[:, None]).sum(axis=0) / max(weight.sum(), 1e-9)
    return float(lon), float(lat)


def zone_at(g: Ground, lon: float, lat: float) -> str:
    """Return the name of the zone in which a point falls, '' outside of all."""
    point = shapely.Point(lon, lat)
    for shape, at in zip(g.areas.shapes, g.zone_of.tolist(), strict=True):
        if at >= 0 and shape is not None and shape.covers(point):
            return str(g.zones[at].name)
    return ""


def centres(names: Mapping[str, str]) -> tuple[Spot, ...]:
    """Return the centre of each commune (name by code) that has a contour: not necessarily its town
    centre.
    """
    return tuple(
        Spot(code, names[code], middle.lon, middle.lat) for code, middle in middles_of(names).items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A spot, the people in need it adds to the previous ones, and why it is proposed."""

    spot: Spot
    gained: Publishable
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Sites to open, best first: what the spots bring together, who still lacks it, and how far from the
    best this may be.

    margin: share that a better choice might still add to the people reached; 0 when the choice is proved best
    (`exact`). Spots that add nothing are left out: there may be fewer than requested.
    """

    spots: tuple[Proposed, ...]
    gained: Publishable
    before: Publishable
    after: Publishable
    margin: float
    exact: bool


FIRST, NEXT = (
    "D’ici, le plus de personnes concernées aujourd’hui hors de portée.",
    "Le plus de celles qui restent hors de portée.",
)
FIRST_STOP = "D’ici, le plus de personnes concernées qu’aucun lieu n’atteint."
NEXT_STOP = "Le plus de celles que ni lieu ni arrêt n’atteint encore."
FIRST_LINE = "Le plus de personnes concernées sans lieu à portée, à un quart d’heure à pied au plus."
NEXT_LINE = "Le plus de celles qui n’auraient encore ni lieu ni arrêt."


def best(
    g: Ground, offer: str, spots: Sequence[Spot], n: int, public: str = EVERYBODY, *, seconds: float = 60.0
) -> Proposal:
    """Return the n spots where this offer would bring the most people in need within reach.

    The choice is made on mean need, for the usual detour and the places that say they offer it; its figures
    have their interval. Two spots whose intervals overlap cannot be ranked.
    """
    return _proposal(g, offer, spots, n, public, seconds, (FIRST, NEXT))


def stops(
    g: Ground, spots: Sequence[Spot], n: int, public: str = EVERYBODY, *, seconds: float = 60.0
) -> Proposal:
    """Return the n spots where half a day of a mobile team reaches the most people in need whom no place
    reaches.
    """
    return _proposal(g, "", spots, n, public, seconds, (FIRST_STOP, NEXT_STOP))


def line_stops(
    g: Ground, offer: str, spots: Sequence[Spot], n: int, public: str = EVERYBODY, *, seconds: float = 60.0
) -> Proposal:
    """Return the n spots where a new line would stop nearest to the most people in need who lack this offer:
    those who walk to the spot in reach/transit_walk minutes, and whom the line would take to a place.
    """
    walk = on_foot(number("reach/transit_walk"))
    return _proposal(g, offer, spots, n, public, seconds, (FIRST_LINE, NEXT_LINE), walk)


def _walks(g: Ground, at: NDArray[np.float64], walk: Travel) -> Matrix:
    """Return (points, spots) the metres of `nearby` on foot, as if the limit of the ground was that walk."""
    afoot = replace(g, travel=walk, timetable=None)
    near = nearby(afoot, at, walk.metres / walk.straight)
    near.data *= g.travel.metres / walk.metres
    return near


def _proposal(
    g: Ground,
    offer: str,
    spots: Sequence[Spot],
    n: int,
    public: str,
    seconds: float,
    reasons: tuple[str, str],
    walk: Travel | None = None,
) -> Proposal:
    """Return the best spots, from which a place is within reach as the ground says, or as this walk."""
    need = g.areas.need[public]
    inside = (g.zone_of >= 0)[g.areas.at]
    chances = reach.chance(g, g.serving(offer, public))
    people = (need.mean(axis=1, dtype=np.float64) * g.counted)[g.areas.at] * g.areas.weight
    lacking = np.where(inside, people * (1 - chances), 0.0)
    at = np.array([(spot.lon, spot.lat) for spot in spots], dtype=np.float64).reshape(len(spots), 2)
    limit = g.travel.metres / g.travel.detour
    covers = nearby(g, at, limit) if walk is None else within(_walks(g, at, walk), limit)
    sites = best_sites(lacking, covers, n, seconds=seconds)
    chosen = [spots[k] for k in sites.chosen]
    new = [
        Place(id=f"+{s.id}", name=s.name, lon=s.lon, lat=s.lat, offers=frozenset({offer} - {""}))
        for s in chosen
    ]
    later = with_places(g, (*g.places, *new))
    if walk is not None and new:
        near = (later.near[:, : -len(new)], _walks(g, at[list(sites.chosen)], walk))
        later = replace(later, near=sparse.hstack(near, format="csr"))
    known = _gains(later, offer, public, len(new), silent=False)
    is_uncertain = bool(offer) and g.unsaid(offer, public).any()
    most = _gains(later, offer, public, len(new), silent=True) if is_uncertain else [None] * len(known)
    *added, gained, before, after = map(silence.publishable, known, most)
    return Proposal(
        spots=tuple(
            Proposed(spot=spot, gained=figure, reason=reasons[min(k, 1)])
            for k, (spot, figure) in enumerate(zip(chosen, added, strict=True))
        ),
        gained=gained,
        before=before,
        after=after,
        margin=sites.gap,
        exact=sites.exact,
    )


def _gains(later: Ground, offer: str, public: str, n: int, *, silent: bool) -> list[Figure]:
    """Return the gain of each of the last n places over those before, their gain together, and the people
    who lack the line before and after. silent: places that do not say offer it too.
    """
    serves = later.serving(offer, public) | (silent & later.unsaid(offer, public))
    first = len(serves) - n
    worlds = [reach.drawn(later, serves & (np.arange(len(serves)) < first + k), public) for k in range(n + 1)]
    placed, reached = worlds[0].placed[-1], [world.reached[-1] for world in worlds]
    draws = np.array(
        [
            *(reach.remainder(after, before) for before, after in pairwise(reached)),
            reach.remainder(reached[-1], reached[0]),
            reach.remainder(placed, reached[0]),
            reach.remainder(placed, reached[-1]),
        ]
    )
    figures = reach.figures(later, METHOD)
    return [*replace(figures, why=figures.why[-1:] * len(draws), n=figures.n[-1:] * len(draws))(draws)]
