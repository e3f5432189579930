"""Ways along streets, for those who live and the places that stand where streets are known."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, sparse, spatial
from maillage.reference.parameters import number
from maillage.reference.travel import CAR, FOOT, Mode
from maillage.sources.network import MODE_IDS, USUAL, Network, in_large_pieces
from maillage.sources.streets import Streets
from maillage.statistics.engine import paths
from maillage.statistics.engine import reach as engine
from maillage.statistics.offer.travel import Travel
from maillage.statistics.zones.shapes import DEGREE_IN_METRES

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]

STREET_SIDE = 45.0  # metres around a street that its walkers reach
COVERED = 0.5  # share of the points of an area that must have a street nearby


@dataclass(frozen=True, slots=True)
class _Roads:
    """The streets open to a way of travelling. tree: of its anchors, of which the others are rows: `Network`
    says what they are; length: (anchors,) metres of their street.
    """

    graph: paths.Graph
    tree: "spatial.cKDTree | None"
    anchors: Floats
    half: Floats
    edge: Positions
    metres: Floats
    length: Floats


@lru_cache(maxsize=3)
def _roads(streets: Streets, mode: str, pace: float) -> _Roads:
    """Return the streets open to a mode, in metres at its usual pace, joined where one may stop on foot."""
    network = streets.network
    speeds = network.speeds[:, MODE_IDS.index(mode)].astype(np.float64)
    usual = pace if mode == CAR.id else USUAL
    with np.errstate(divide="ignore"):
        along, against = (network.metres[:, None] * usual / speeds).T
    graph = paths.graph(len(network.nodes), network.ends, along, against)
    is_open = in_large_pieces(network, np.asarray((speeds > 0).any(axis=1)))
    return _joinable(network, graph, is_open & (network.speeds[:, MODE_IDS.index(FOOT.id), 0] > 0))


def _joinable(network: Network, graph: paths.Graph, joins: Flags) -> _Roads:
    """Return a graph with the points where its streets may be joined. joins: (edges,) which may."""
    anchors = np.flatnonzero(joins[network.anchor_edge])
    edge = network.anchor_edge[anchors].astype(np.int64)
    points = network.anchors[anchors]
    return _Roads(
        graph,
        spatial.cKDTree(engine.on_sphere(points)) if len(points) else None,
        points,
        network.anchor_half[anchors].astype(np.float64),
        edge,
        network.anchor_metres[anchors].astype(np.float64),
        network.metres[edge],
    )


@dataclass(frozen=True, slots=True)
class Joined:
    """Points and where they meet the streets. is_near: (points,) whether a street is within reach/street."""

    stops: paths.Stops
    is_near: Flags


def _joined(roads: _Roads, points: Floats, detour: float) -> Joined:
    """Return where points (points, 2) of degrees meet the streets: nowhere for one that is nan."""
    aside, part = np.full(len(points), np.inf), np.zeros(len(points))
    edge = np.zeros(len(points), dtype=np.int64)
    known = np.flatnonzero(~np.isnan(points).any(axis=1))
    if roads.tree is not None and len(known):
        _, anchor = roads.tree.query(engine.on_sphere(points[known]))
        scale = DEGREE_IN_METRES * np.column_stack(
            (np.cos(np.radians(points[known, 1])), np.ones(len(known)))
        )
        away, half = (points[known] - roads.anchors[anchor]) * scale, roads.half[anchor] * scale
        half_metres = np.linalg.norm(half, axis=1)
        step = np.clip((away * half).sum(axis=1) / np.maximum(half_metres**2, 1e-9), -1, 1)
        aside[known] = np.linalg.norm(away - step[:, None] * half, axis=1)
        edge[known] = roads.edge[anchor]
        metres = roads.metres[anchor] + step * half_metres
        part[known] = np.clip(metres / np.maximum(roads.length[anchor], 1e-9), 0, 1)
    return Joined(paths.Stops(edge, part, aside * detour), aside <= number("reach/street"))


def _followed(by: Travel) -> Mode:
    """Return the mode whose streets a way of travelling follows: to a stop, one walks."""
    return FOOT if by.mode.moment else by.mode


def near_street(streets: Streets, by: Travel, spots: Floats) -> Flags:
    """Return (spots,) whether a street that one may join is within reach/street of each: none is at sea, nor
    on a motorway far from any other street.
    """
    return _joined(_roads(streets, _followed(by).id, by.pace), spots, by.detour).is_near


def covered(streets: Streets, by: Travel, points: Floats, area: Positions) -> Flags:
    """Return (points,) whether each is in an area whose streets are known. area: (points,) that of each."""
    is_near = _joined(_roads(streets, _followed(by).id, by.pace), points, by.detour).is_near
    n_points = np.bincount(area, minlength=1)
    n_near = np.bincount(area, weights=is_near, minlength=1)
    return np.asarray((n_near >= COVERED * np.maximum(n_points, 1))[area])


def travelled(
    streets: Streets, by: Travel, points: Floats, is_covered: Flags, spots: Floats, limit: float
) -> tuple[Matrix, Flags]:
    """Return (points, spots) the metres at the usual pace along the streets, between covered points and the
    spots near a street, stored up to a limit; and (spots,) which spots these are.
    """
    roads = _roads(streets, _followed(by).id, by.pace)
    goals, rows = _joined(roads, spots, by.detour), np.flatnonzero(is_covered)
    columns = np.flatnonzero(goals.is_near)
    shape = (len(points), len(spots))
    if not len(rows) or not len(columns):
        return sparse.csr_array(shape), goals.is_near
    starts = _joined(roads, points[rows], by.detour).stops
    path_costs = paths.costs(roads.graph, starts, goals.stops.at(columns), limit).tocoo()
    at = (rows[path_costs.row].astype(np.int32), columns[path_costs.col].astype(np.int32))
    return sparse.coo_array((path_costs.data, at), shape=shape).tocsr(), goals.is_near


def either(paths: Matrix, is_joined: Flags, near: Matrix, is_covered: Flags) -> Matrix:
    """Return the paths between covered points and joined spots, and the other near pairs beside."""
    crow, ways = near.tocoo(), paths.tocoo()
    is_other = ~(is_covered[crow.row] & is_joined[crow.col])
    rows = np.concatenate((ways.row, crow.row[is_other]))
    columns = np.concatenate((ways.col, crow.col[is_other]))
    out = sparse.coo_array(
        (np.concatenate((ways.data, crow.data[is_other])), (rows, columns)), shape=near.shape
    ).tocsr()
    out.sort_indices()
    return out


def walked(
    network: Network, point: tuple[float, float], spots: Floats, limit: float, detour: float
) -> Floats:
    """Return (spots,) the metres on foot from a point along the streets around it: inf beyond a limit, nan
    for a spot that is far from every street, or for all when the point is. network: all open to walkers.
    """
    graph = paths.graph(len(network.nodes), network.ends, network.metres, network.metres)
    roads = _joinable(network, graph, np.ones(len(network.ends), dtype=bool))
    metres = np.full(len(spots), np.nan)
    home, goals = _joined(roads, np.array([point]), detour), _joined(roads, spots, detour)
    columns = np.flatnonzero(goals.is_near)
    if home.is_near.all() and len(columns):
        # Walkers go both ways: the one search starts from the point, whichever end it is.
        path_costs = paths.costs(graph, goals.stops.at(columns), home.stops, limit).tocoo()
        metres[columns] = np.inf
        metres[columns[path_costs.row]] = path_costs.data
    return metres


def walked_outline(
    network: Network, point: tuple[float, float], limit: float, detour: float
) -> list[list[tuple[float, float]]]:
    """Return the rings, of degrees, around the streets that a walk of so many metres reaches from a point;
    none when it is far from every street. network: all open to walkers.
    """
    metres = walked(network, point, network.anchors, limit, detour)
    reached = network.anchors[metres <= limit]
    scale = DEGREE_IN_METRES * np.array([np.cos(np.radians(point[1])), 1.0])
    streets_in_metres = shapely.buffer(shapely.points((reached - point) * scale), STREET_SIDE, quad_segs=2)
    # A court between streets is filled; a river, wider, is not.
    joined = shapely.union_all(streets_in_metres).buffer(STREET_SIDE).buffer(-STREET_SIDE).simplify(10)
    return [
        list(map(tuple, (np.array(part.exterior.coords) / scale + point).round(5).tolist()))
        for part in shapely.get_parts(joined).tolist()
        if not part.is_empty
    ]
