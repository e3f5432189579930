"""Libraries that are long to load, loaded when something of them is first used.

    from maillage.kernel.later import sparse

A page is answered, and a command begins, before they are needed: scipy alone is three hundred and fifty
modules. `load` loads them all, for who has the time. They are typed as themselves; an annotation that names
one is written between quotes, not to use it.
"""

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

__all__ = [
    "Matrix",
    "csgraph",
    "duckdb",
    "ftfy",
    "icalendar",
    "load",
    "markdown_it",
    "optimize",
    "pikepdf",
    "sparse",
    "spatial",
    "special",
    "ttLib",
    "typst",
]


class Later(ModuleType):
    """A module in the place of another, whose names it reads when they are asked for."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, value)  # found at once the next time
        return value


if TYPE_CHECKING:
    import duckdb
    import ftfy
    import icalendar
    import markdown_it
    import pikepdf
    import typst
    from fontTools import ttLib
    from scipy import optimize, sparse, spatial, special
    from scipy.sparse import csgraph

    Matrix: TypeAlias = sparse.csr_array
else:
    duckdb, ftfy, icalendar, markdown_it, pikepdf, typst = map(
        Later, ("duckdb", "ftfy", "icalendar", "markdown_it", "pikepdf", "typst")
    )
    ttLib = Later("fontTools.ttLib")
    optimize, sparse, spatial, special = (
        Later(f"scipy.{name}") for name in ("optimize", "sparse", "spatial", "special")
    )
    csgraph = Later("scipy.sparse.csgraph")
    Matrix = Any


def load(*wanted: ModuleType) -> None:
    """Load these libraries, every one of this module by default."""
    for each in wanted or [each for each in globals().values() if isinstance(each, Later)]:
        importlib.import_module(each.__name__)
