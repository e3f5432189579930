"""Shortest paths along streets, beside NetworkX: the same metres, checked first, on a made region and on the
real networks of a folder.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.timing import Measure, seconds
from maillage.statistics.engine import paths

SIDE, PLACES, RESIDENTS = 640, 300, 2_000
TRIAL = {"side": 40, "n_places": 10, "n_residents": 50}
LIMIT = 2_250.0  # metres: half an hour on foot
NEAREST_METRE = 1.0
FOLDER = (
    "MAILLAGE_RESEAUX"  # of networks written by OSMnx (.graphml, .gml or compressed), where somebody has some
)

Ends = NDArray[np.int32]
Floats = NDArray[np.float64]
Positions = NDArray[np.int64]


def region(side: int) -> tuple[int, Ends, Floats]:
    """Return the number of crossings of a made region, the ends of its streets and their metres."""
    crossings = np.arange(side * side, dtype=np.int32).reshape(side, side)
    ends = np.concatenate(
        [
            np.column_stack((a.ravel(), b.ravel()))
            for a, b in ((crossings[:, :-1], crossings[:, 1:]), (crossings[:-1], crossings[1:]))
        ]
    )
    return side * side, ends, np.random.default_rng(1).uniform(80, 120, len(ends))


def at_crossings(ends: Ends, nodes: Positions) -> paths.Stops:
    """Stand at crossings, at an end of one of their streets."""
    order = np.argsort(ends.ravel(), kind="stable")
    position = order[np.searchsorted(ends.ravel()[order], nodes)]
    return paths.Stops(position // 2, (position % 2).astype(np.float64), np.zeros(len(nodes)))


def compared(
    name: str, n_nodes: int, ends: Ends, metres: Floats, n_goals: int, n_starts: int, limit: float
) -> Measure:
    """Return how long both take from every start to the goals; raise where they differ by a metre."""
    import networkx as nx

    chance, used = np.random.default_rng(2), np.unique(ends)
    starts, goals = (chance.choice(used, min(n, len(used)), replace=False) for n in (n_starts, n_goals))
    graph = paths.graph(n_nodes, ends, metres, metres)
    peer: Any = nx.Graph()
    for (first, last), length in sorted(
        zip(ends.tolist(), metres.tolist(), strict=True), key=lambda x: -x[1]
    ):
        peer.add_edge(first, last, metres=length)  # the shortest last: it takes the place of the others
    peer_costs = np.full((len(starts), len(goals)), np.inf)

    def run_peer() -> None:
        for column, goal in enumerate(goals.tolist()):
            costs = nx.single_source_dijkstra_path_length(peer, goal, cutoff=limit, weight="metres")
            peer_costs[:, column] = [costs.get(start, np.inf) for start in starts.tolist()]

    def run() -> Any:
        return paths.costs(graph, at_crossings(ends, starts), at_crossings(ends, goals), limit)

    reference, near = seconds(run_peer), run().tocoo()
    own_costs = np.full(peer_costs.shape, np.inf)
    own_costs[near.row, near.col] = near.data
    reached = np.isfinite(peer_costs) & (peer_costs < limit - NEAREST_METRE)
    if not np.allclose(own_costs[reached], peer_costs[reached], rtol=0, atol=NEAREST_METRE):
        raise AssertionError("NetworkX and the engine differ by a metre or more.")
    size = f"{n_nodes} croisements, {len(goals)} lieux × {len(starts)} habitants, {near.nnz} couples"
    return Measure(
        f"chemins par les rues, {name}", seconds(run, times=3), "NetworkX, mêmes mètres", reference, size
    )


def real_networks() -> Iterator[tuple[str, int, Ends, Floats]]:
    """Yield the networks of the folder that FOLDER names, none when it names none."""
    import networkx as nx

    folder = os.environ.get(FOLDER)
    for path in sorted(Path(folder).glob("*.g*ml*")) if folder else ():
        network = nx.read_graphml(path)
        position = {node: k for k, node in enumerate(network.nodes)}
        rows = [(position[a], position[b], float(edge["length"])) for a, b, edge in network.edges(data=True)]
        yield (
            path.name,
            len(position),
            np.array([row[:2] for row in rows], dtype=np.int32),
            np.array([row[2] for row in rows]),
        )


def measures(*, side: int = SIDE, n_places: int = PLACES, n_residents: int = RESIDENTS) -> Iterator[Measure]:
    """Yield the measure of a made region, then those of real networks, where every path is compared."""
    yield compared("région fabriquée", *region(side), n_places, n_residents, LIMIT)
    for name, n_nodes, ends, metres in real_networks():
        yield compared(name, n_nodes, ends, metres, n_places, n_residents, 1e5)
