"""Reference values corrected by the network: applied over the tables, whose files are untouched."""

from collections.abc import Sequence
from contextvars import ContextVar
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


# Two readers of a web program have each their own; threads started for a study, the latest of the process.
_own: ContextVar[tuple[Correction, ...] | None] = ContextVar("corrections", default=None)
_latest: tuple[Correction, ...] = ()


def in_force() -> tuple[Correction, ...]:
    """Return the corrections that a study applies here."""
    own = _own.get()
    return _latest if own is None else own


def use(corrections: Sequence[Correction]) -> None:
    """Apply these corrections to the tables from now on, here and in threads that set none; tables are read
    again when the corrections differ.
    """
    global _latest  # noqa: PLW0603, a process computes one study at a time, threads of it included
    _latest = tuple(sorted(corrections))
    _own.set(_latest)


def laid_over(table: Table, key: str, corrections: Sequence[Correction]) -> Table:
    """Return the table with its corrections applied; a code missing from the table is ignored."""
    own_corrections = [c for c in corrections if c.table == table.name and c.column in table]
    if not own_corrections:
        return table
    columns = {name: np.array(table[name], dtype=np.float64) for name in {c.column for c in own_corrections}}
    for correction in own_corrections:
        columns[correction.column][table[key] == correction.key] = correction.value
    out = table.adding(**columns)
    ages = ("pop_0_19", "pop_20_64", "pop_65p")
    if any(c.column in ages for c in own_corrections):
        # A population is the sum of its ages: correcting one corrects the other.
        touched = np.isin(out[key], [c.key for c in own_corrections])
        out = out.adding(pop=np.where(touched, sum(out[name] for name in ages), out["pop"]))
    return out
