"""Streets open to walkers, kept so that a question reads those around one point alone: files are mapped,
and every process that answers pages shares them.
"""

import shutil
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.disk import write_whole
from maillage.reference.travel import FOOT
from maillage.sources.network import MODE_IDS, USUAL, Network, Positions, in_large_pieces

Arrays = Mapping[str, NDArray[np.generic]]

SUFFIX = ".pied"
CELL = 0.01  # degrees: about one kilometre
EDGE_METRES = 1_000.0  # around a square: streets that begin outside, from which a place inside is joined
METRES_A_DEGREE = 111_000.0  # a little less than a degree of latitude: a square is never too small
NAMES = (
    "ends",
    "metres",
    "anchors",
    "anchor_metres",
    "anchor_half",
    "first_anchor",
    "cells",
    "edges",
    "grid",
)


def keep(network: Network, folder: Path) -> None:
    """Write the streets open to walkers, of pieces that may be joined, in the order of a grid."""
    for name, array in _prepared(network).items():
        content = BytesIO()
        np.save(content, array, allow_pickle=False)
        write_whole(folder / f"{name}.npy", content.getvalue())


def drop(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # a question under way keeps what it mapped


def _prepared(network: Network) -> Arrays:
    """Return the arrays of NAMES. first_anchor: of each street, and one more; cells: (cells + 1,) the first
    of `edges` in each cell, row by row; a street is in the cell of each of its ends; grid: west, south,
    columns, rows.
    """
    open_edges = np.flatnonzero(in_large_pieces(network, network.speeds[:, MODE_IDS.index(FOOT.id), 0] > 0))
    west, south = network.nodes.min(axis=0)
    column, row = ((network.nodes - (west, south)) // CELL).astype(np.int64).T
    n_columns, n_rows = int(column.max()) + 1, int(row.max()) + 1
    cell = row * n_columns + column
    open_edges = open_edges[np.argsort(cell[network.ends[open_edges, 0]], kind="stable")]
    ends = network.ends[open_edges]
    new = np.full(len(network.ends), -1, dtype=np.int64)
    new[open_edges] = np.arange(len(open_edges))
    edge_of_anchor = new[network.anchor_edge]
    anchors = np.argsort(edge_of_anchor, kind="stable")
    anchors = anchors[np.searchsorted(edge_of_anchor[anchors], 0) :]
    first, last = cell[ends].T
    moved = np.flatnonzero(first != last)
    edges, in_cell = np.append(np.arange(len(open_edges)), moved), np.append(first, last[moved])
    order = np.argsort(in_cell, kind="stable")
    return {
        "ends": ends,
        "metres": network.metres[open_edges],
        "anchors": network.anchors[anchors],
        "anchor_metres": network.anchor_metres[anchors],
        "anchor_half": network.anchor_half[anchors],
        "first_anchor": np.searchsorted(edge_of_anchor[anchors], np.arange(len(open_edges) + 1)),
        "cells": np.searchsorted(in_cell[order], np.arange(n_columns * n_rows + 1)),
        "edges": edges[order].astype(np.int32),
        "grid": np.array([west, south, n_columns, n_rows]),
    }


@lru_cache(maxsize=2)
def _mapped(folder: Path) -> Arrays:
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in NAMES}


def network_around(folder: Path, longitude: float, latitude: float, metres: float) -> Network | None:
    """Return the streets of a square around a point that reaches so many metres on each side, all of them
    open to walkers; None where there are none, or when nothing was kept.
    """
    try:
        array_by_name = _mapped(folder)
    except (OSError, ValueError):
        return None
    west, south, n_columns, n_rows = array_by_name["grid"].tolist()
    high = (metres + EDGE_METRES) / METRES_A_DEGREE
    wide = high / max(float(np.cos(np.radians(latitude))), 0.1)
    first_column, last_column = (int((longitude + side - west) // CELL) for side in (-wide, wide))
    first_row, last_row = (int((latitude + side - south) // CELL) for side in (-high, high))
    first_column, last_column, first_row, last_row = (
        max(first_column, 0),
        min(last_column, int(n_columns) - 1),
        max(first_row, 0),
        min(last_row, int(n_rows) - 1),
    )
    if first_column > last_column or first_row > last_row:
        return None
    rows = np.arange(first_row, last_row + 1) * int(n_columns)
    spans = zip(
        array_by_name["cells"][rows + first_column].tolist(),
        array_by_name["cells"][rows + last_column + 1].tolist(),
        strict=True,
    )
    edges = np.unique(np.concatenate([array_by_name["edges"][start:stop] for start, stop in spans]))
    if not len(edges):
        return None
    nodes, ends = np.unique(array_by_name["ends"][edges], return_inverse=True)
    first = array_by_name["first_anchor"][edges]
    count = array_by_name["first_anchor"][edges + 1] - first
    anchor_edge = np.repeat(np.arange(len(edges)), count)
    anchors: Positions = np.arange(count.sum()) + np.repeat(first - (np.cumsum(count) - count), count)
    return Network(
        nodes=np.full((len(nodes), 2), np.nan),
        ends=ends.reshape(-1, 2).astype(np.int32),
        metres=np.asarray(array_by_name["metres"][edges]),
        speeds=np.full((len(edges), len(MODE_IDS), 2), USUAL, dtype=np.float32),
        anchors=np.asarray(array_by_name["anchors"][anchors]),
        anchor_edge=anchor_edge.astype(np.int32),
        anchor_metres=np.asarray(array_by_name["anchor_metres"][anchors]),
        anchor_half=np.asarray(array_by_name["anchor_half"][anchors]),
    )
