"""Iterative proportional fitting of many small tables at once."""

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import slices, total_by

Floats = NDArray[np.float64]


def rake(seed: Floats, rows: Floats, columns: Floats, *, cycles: int) -> Floats:
    """Return tables with the odds ratios of the seed and the given margins.

    seed: (a, d) one table for all, or (areas, a, d), no negative cell. rows: (areas, a); columns: (areas, d);
    same total in each area. Returns (areas, a, d). The columns are met exactly (last step), the rows within
    the error left after `cycles` cycles; a margin of zero empties its cells. Where the seed is empty and the
    margin is not, the margin is missed: the caller checks.
    Source: docs/methods/besoins.md, section « Les cellules d’un quartier ».
    """
    out = np.array(np.broadcast_to(seed, (len(rows), *seed.shape[-2:])), dtype=np.float64)
    for some in slices(len(out)):
        table = out[some]
        for _ in range(cycles):
            table *= ratio(rows[some], table.sum(axis=2))[:, :, None]
            table *= ratio(columns[some], table.sum(axis=1))[:, None, :]
    return out


def rake_groups(
    values: Floats, group: NDArray[np.int64], rows: Floats, columns: Floats, *, cycles: int
) -> Floats:
    """Return (n, d) values whose rows add up to `rows` (n,) and whose columns, within each group, add up to
    `columns`.

    group: (n,) position of the group of each row; columns: (groups, d). The columns of groups are met
    exactly.
    """
    table = np.array(values, dtype=np.float64)
    for _ in range(cycles):
        table *= ratio(rows, table.sum(axis=1))[:, None]
        sums = np.stack([total_by(group, column, len(columns)) for column in table.T], axis=1)
        table *= ratio(columns, sums)[group]
    return table


def ratio(target: Floats, current: Floats) -> Floats:
    """Return target / found, zero where found is zero."""
    return np.divide(
        target, current, out=np.zeros(np.broadcast_shapes(target.shape, current.shape)), where=current > 0
    )
