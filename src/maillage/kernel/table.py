"""A table is columns of the same length, by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of one length; `name` says where they come from, for messages.

    >>> t = Table("exemple", {"code": np.array(["01001", "01002"]), "pop": np.array([10.0, 20.0])})
    >>> len(t), t["pop"].sum()
    (2, np.float64(30.0))
    >>> t.aligned("code", np.array(["01002", "99999"]), "pop")
    array([20., nan])
    """

    name: str
    columns: Mapping[str, Column]

    def __post_init__(self) -> None:
        if len({len(column) for column in self.columns.values()}) > 1:
            lengths = {name: len(column) for name, column in self.columns.items()}
            raise ValueError(f"{self.name}: columns of different lengths: {lengths}.")

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, column: str) -> Column:
        return self.columns[column]

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def take(self, rows: NDArray[Any]) -> "Table":
        """Return the rows chosen by a mask or by positions."""
        return Table(self.name, {name: column[rows] for name, column in self.columns.items()})

    def adding(self, **columns: Column) -> "Table":
        """Return the table with these columns added or replaced."""
        return Table(self.name, {**self.columns, **columns})

    def tuples(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Return the rows, each with these columns in this order."""
        return zip(*(_shared_values(self.columns[name]) for name in names), strict=True)

    def rows(self) -> Iterator[dict[str, Any]]:
        names = list(self.columns)
        return (dict(zip(names, values, strict=True)) for values in self.tuples(*names))

    def aligned(self, key: str, wanted: Column, column: str, missing: Any = np.nan) -> Column:
        """Return `column` in the order of `wanted` keys; a key that the table lacks gives `missing`."""
        rows = positions(self.columns[key], wanted)
        values = self.columns[column]
        out = values[np.maximum(rows, 0)] if len(values) else np.full(len(wanted), missing)
        return np.where(rows >= 0, out, missing)


def _shared_values(column: Column) -> list[Any]:
    """Return the values of a column, equal texts being one object: a département is named by each commune."""
    values: list[Any] = column.tolist()
    if column.dtype.kind != "U":
        return values
    texts: dict[str, str] = {}
    return [texts.setdefault(text, text) for text in values]


def shared(column: Column) -> Column:
    """Return a column of texts as one of objects, equal texts being one: each row of a column of texts takes
    four bytes for each character of the longest.

    >>> shared(np.array(["Isère", "Isère", ""])).dtype
    dtype('O')
    """
    return np.array(_shared_values(column), dtype=object)


def positions(keys: Column, wanted: Column) -> NDArray[np.int64]:
    """Return where each wanted key stands among unique `keys`; -1 where it is absent.

    >>> positions(np.array(["b", "a"]), np.array(["a", "z", "b"]))
    array([ 1, -1,  0])
    """
    if not len(keys):
        return np.full(len(wanted), -1)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    at = np.minimum(np.searchsorted(ordered, wanted), len(keys) - 1)
    return np.where(ordered[at] == wanted, order[at], -1)


def slices(n: int, size: int = 1024) -> Iterator[slice]:
    """Cut n rows into pieces small enough for what is made of one to stay near the processor.

    >>> list(slices(5, 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    """
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def group(keys: Column) -> tuple[Column, NDArray[np.int64]]:
    """Return the sorted distinct keys and, for each row, the position of its key among them."""
    names, inverse = np.unique(keys, return_inverse=True)
    return names, inverse.astype(np.int64)


def total_by(at: NDArray[np.int64], values: NDArray[Any], n: int = 0) -> NDArray[np.float64]:
    """Return (n or more,) sums of the values that share a position.

    >>> total_by(np.array([0, 2, 0]), np.array([1.0, 5.0, 2.0]))
    array([3., 0., 5.])
    """
    return np.bincount(at, values, n).astype(np.float64)
