"""Paths: modules in order, and which one a diagnosis of autonomy leads to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File
from typing import Any

from maillage.reference.files import read_yaml

FILE = File(__file__).with_suffix(".yaml")


@dataclass(frozen=True, slots=True)
class Path:
    """A path. suits: the uses (G0 to G3) it is proposed for, by result of the diagnosis; modules:
    identifiers, in order.
    """

    id: str
    title: str
    says: str
    drawing: str
    suits: Mapping[str, Sequence[str]]
    modules: Sequence[str]


@cache
def _file() -> Mapping[str, Any]:
    table: Mapping[str, Any] = read_yaml(FILE)
    return table


@cache
def paths() -> Mapping[str, Path]:
    """Return the paths by identifier, in the order of the file."""
    return {
        id: Path(
            id, fields["titre"], fields["dit"], fields["dessin"], fields["pour"], tuple(fields["modules"])
        )
        for id, fields in _file()["parcours"].items()
    }


def suited(result: str, use: str) -> Path | None:
    """Return the path that a diagnosis leads to: the first one meant for its result and its use.

    >>> suited("assistance", "G0").id, suited("coup_de_pouce", "G3").id
    ('juste-pour-voir', 'tranquille')
    """
    return next((path for path in paths().values() if use in path.suits.get(result, ())), None)


def first(flags: Iterable[str]) -> list[str]:
    """Return the modules that what a diagnosis saw puts before those of the path."""
    modules_by_flag = _file()["signaux"]
    return [module for flag in flags for module in modules_by_flag.get(flag, ())]
