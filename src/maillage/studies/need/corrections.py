"""Reference values corrected by the network: applied over the tables, whose files are untouched."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maillage.kernel.table import Table


@dataclass(frozen=True, slots=True, order=True)
class Correction:
    """One cell of one table: its card id, the code of its row, its column, the value to read instead."""

    table: str
    key: str
    column: str
    value: float


_in_force: tuple[Correction, ...] = ()


def in_force() -> tuple[Correction, ...]:
    """Return the corrections that every study of this process applies."""
    return _in_force


def use(corrections: Sequence[Correction]) -> None:
    """Apply these corrections to the tables of this process from now on; tables are read again when the
    corrections differ.
    """
    global _in_force  # noqa: PLW0603, one process computes one study at a time, threads of it included
    _in_force = tuple(sorted(corrections))


def laid_over(table: Table, key: str, corrections: Sequence[Correction]) -> Table:
    """Return the table with its corrections applied; a code missing from the table is ignored."""
    mine = [c for c in corrections if c.table == table.name and c.column in table]
    if not mine:
        return table
    columns = {name: np.array(table[name], dtype=np.float64) for name in {c.column for c in mine}}
    for correction in mine:
        columns[correction.column][table[key] == correction.key] = correction.value
    out = table.adding(**columns)
    ages = ("pop_0_19", "pop_20_64", "pop_65p")
    if any(c.column in ages for c in mine):
        # A population is the sum of its ages: correcting one corrects the other.
        touched = np.isin(out[key], [c.key for c in mine])
        out = out.adding(pop=np.where(touched, sum(out[name] for name in ages), out["pop"]))
    return out
