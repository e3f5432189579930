"""Shortest paths along a network of streets, between points that stand on them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, csgraph, sparse

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

SOURCES_AT_ONCE = 32  # each holds a number for every crossing of the network


@dataclass(frozen=True, slots=True)
class Graph:
    """A network for one way of travelling. ends: (edges, 2) the nodes of each street, of n_nodes; along,
    against: (edges,) what it costs from end to end in each direction, inf where nobody may. backwards: what
    a path costs from its end to its start.
    """

    n_nodes: int
    ends: NDArray[np.int32]
    along: Floats
    against: Floats
    backwards: Matrix


@dataclass(frozen=True, slots=True)
class Stops:
    """Points on the streets of a graph. edge: (stops,) their street; part: (stops,) how far they stand along
    it, 0 to 1; aside: (stops,) what it costs from the point to its street.
    """

    edge: Positions
    part: Floats
    aside: Floats

    def at(self, positions: Positions) -> "Stops":
        """Return those at these positions."""
        return Stops(self.edge[positions], self.part[positions], self.aside[positions])


def graph(n_nodes: int, ends: NDArray[np.int32], along: Floats, against: Floats) -> Graph:
    """Return a network ready to be searched; of two streets between the same crossings, the cheaper leads."""
    first, last = ends.T
    starts, stops = np.concatenate((first, last)), np.concatenate((last, first))
    costs = np.concatenate((along, against))
    order = np.lexsort((costs, starts, stops))
    order = order[np.isfinite(costs[order]) & (starts[order] != stops[order])]
    pair = stops[order].astype(np.int64) * n_nodes + starts[order]
    order = order[np.append(True, pair[1:] != pair[:-1])] if len(order) else order
    rows = np.searchsorted(stops[order], np.arange(n_nodes + 1))
    matrix = sparse.csr_array((costs[order], starts[order], rows), shape=(n_nodes, n_nodes))
    return Graph(n_nodes, ends, along, against, matrix)


def costs(g: Graph, starts: Stops, goals: Stops, limit: float) -> Matrix:
    """Return (starts, goals) what the cheapest path from each start to each goal costs, stored where it is at
    most `limit`: a missing pair is farther, or no path links it.

    Searched from the goals, backwards: there are fewer places than residents.

    >>> ends = np.array([[0, 1], [1, 2]], dtype=np.int32)
    >>> two_ways, one_way = np.array([100.0, 50.0]), np.array([100.0, np.inf])
    >>> here = Stops(np.array([0]), np.array([0.5]), np.zeros(1))
    >>> there = Stops(np.array([1]), np.array([1.0]), np.zeros(1))
    >>> streets = graph(3, ends, two_ways, one_way)
    >>> costs(streets, here, there, 200).toarray().tolist(), costs(streets, there, here, 200).nnz
    ([[100.0]], 0)
    """
    along, against = g.along[goals.edge], g.against[goals.edge]
    to_first = _share(along, goals.part) + goals.aside
    to_last = _share(against, 1 - goals.part) + goals.aside
    n_goals = len(goals.edge)
    entry = sparse.csr_array(
        (
            np.column_stack((to_first, to_last)).ravel(),
            g.ends[goals.edge].ravel(),
            np.arange(0, 2 * n_goals + 1, 2),
        ),
        shape=(n_goals, g.n_nodes),
    )
    searched = _with_sources(g.backwards, entry)
    forwards = _share(g.along[starts.edge], 1 - starts.part) + starts.aside
    back = _share(g.against[starts.edge], starts.part) + starts.aside
    first, last = g.ends[starts.edge].T
    by_street = np.argsort(starts.edge, kind="stable")
    from_street, to_street = np.searchsorted(starts.edge[by_street], (goals.edge, goals.edge + 1))
    blocks = []
    for begin in range(0, n_goals, SOURCES_AT_ONCE):
        rows = np.arange(begin, min(begin + SOURCES_AT_ONCE, n_goals))
        costs_from_goals = csgraph.dijkstra(searched, indices=g.n_nodes + rows, limit=limit)
        total = np.minimum(costs_from_goals[:, first] + back, costs_from_goals[:, last] + forwards)
        for row, goal in enumerate(rows.tolist()):
            neighbours = by_street[from_street[goal] : to_street[goal]]
            ahead = goals.part[goal] - starts.part[neighbours]
            edge = int(goals.edge[goal])
            cost = _share(g.along[edge], ahead) + _share(g.against[edge], -ahead)
            direct = np.asarray(cost + starts.aside[neighbours] + goals.aside[goal])
            total[row, neighbours] = np.minimum(total[row, neighbours], direct)
        near = total <= limit
        ends = np.append(0, np.cumsum(near.sum(axis=1)))
        blocks.append(sparse.csr_array((total[near], np.nonzero(near)[1], ends), shape=total.shape))
    out = sparse.vstack(blocks).T.tocsr() if blocks else sparse.csr_array((len(starts.edge), n_goals))
    out.sort_indices()
    return out


def _share(cost: Floats | np.float64, part: Floats) -> Floats:
    """Return the cost of a part of each street: no part costs nothing, even where nobody may go."""
    with np.errstate(invalid="ignore"):
        return np.where(part > 0, cost * part, 0.0)


def _with_sources(backwards: Matrix, entry: Matrix) -> Matrix:
    """Return a graph with one more node a goal, from which its street is entered."""
    size = backwards.shape[0] + entry.shape[0]
    is_open = np.isfinite(entry.data)
    ends = np.concatenate(([0], np.cumsum(is_open)))[entry.indptr]
    return sparse.csr_array(
        (
            np.concatenate((backwards.data, entry.data[is_open])),
            np.concatenate((backwards.indices, entry.indices[is_open])),
            np.concatenate((backwards.indptr, backwards.nnz + ends[1:])),
        ),
        shape=(size, size),
    )
