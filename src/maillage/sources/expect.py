"""Checks of a table, written once and failing loudly."""

import numpy as np

from maillage.kernel.errors import BrokenSource
from maillage.kernel.table import Column, Table


def unique(table: Table, key: str) -> None:
    """Fail unless every value of the key column is present once."""
    values, counts = np.unique(table[key], return_counts=True)
    if (twice := values[counts > 1]).size or "" in values:
        raise BrokenSource(
            f"{table.name}: column {key} repeats or lacks a value (first: {twice[:3].tolist()}).",
            why="A row counted twice inflates every total.",
            do="Compare the file with its origin card, then restore it.",
        )


def total(table: Table, column: str, expected: float, *, within: float) -> None:
    """Fail unless the sum of a column is near the published total (`within`: absolute difference allowed)."""
    column_total = float(np.nansum(table[column]))
    if abs(column_total - expected) > within:
        raise BrokenSource(
            f"{table.name}: {column} adds up to {column_total:,.0f}, published {expected:,.0f}.",
            why="Residents would vanish from, or appear in, every territory.",
            do="Compare the file with its origin card, then restore it.",
        )


def no_negative(table: Table, *columns: str) -> None:
    for column in columns:
        if np.nanmin(table[column], initial=0.0) < 0:
            raise BrokenSource(
                f"{table.name}: {column} holds a negative count.",
                why="A count of people cannot be negative.",
                do="Compare the file with its origin card, then restore it.",
            )


def known(table: Table, column: str, codes: Column) -> None:
    """Fail unless every code of the column is among `codes`."""
    if strangers := sorted(set(table[column].tolist()) - set(codes.tolist())):
        raise BrokenSource(
            f"{table.name}: {len(strangers)} codes of {column} are unknown (first: {strangers[:5]}).",
            why="Their residents would vanish from their commune, their EPCI and their région.",
            do=(
                "If they merged, the table of former codes is too old: rebuild it with"
                " tools/reference_data.py cog."
            ),
        )
