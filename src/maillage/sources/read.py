"""Reading raw files into tables, with DuckDB."""

import os
from functools import cache
from typing import Any

import numpy as np

from maillage.kernel.later import duckdb
from maillage.kernel.table import Column, Table
from maillage.reference.cards import cards


def select(
    card: str, query: str, parameters: dict[str, Any] | None = None, *, numbered: bool = False
) -> Table:
    """Return the result of a SELECT over one raw file, which the query calls `raw`.

    Text columns come back as arrays of str (null = empty), numbers as float64 (null = nan) or int64.
    numbered: raw (parquet only) has a column `file_row_number`: without an `order by`, no order of rows is
    promised.
    """
    file = cards()[card].file
    with _base(os.getpid()).cursor() as connection:
        reader = "read_parquet" if file.suffix == ".parquet" else "read_csv"
        options = "" if file.suffix == ".parquet" else ", all_varchar = true"
        options += ", file_row_number = true" if numbered else ""
        relation = connection.execute(
            f"with raw as (from {reader}($raw_file{options})) {query}",
            {"raw_file": str(file), **(parameters or {})},
        )
        columns = relation.fetchnumpy()
    return Table(card, {name: _plain(values) for name, values in columns.items()})


@cache
def _base(process: int) -> Any:
    """Return the base in memory where the files of a process are read: making one takes as long as reading
    a small file. A copy of a process makes its own.
    """
    return duckdb.connect(
        config={"threads": 1, "autoinstall_known_extensions": False, "enable_external_file_cache": False}
    )


def _plain(values: Any) -> Column:
    masked: Any = np.ma.asarray(values)
    if masked.dtype.kind == "O":
        texts: list[str] = ["" if value is None else value for value in masked.filled("")]
        return np.array(texts, dtype=np.str_)
    if np.ma.is_masked(masked):
        return np.asarray(masked.astype(np.float64).filled(np.nan))
    return np.asarray(masked.data)
