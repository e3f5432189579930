"""Findings of actors and inhabitants that no file gives: typed, so that their words can
be set side by side.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.reference.files import read_yaml


@dataclass(frozen=True, slots=True)
class Kind:
    """A finding that people may confirm or contradict. axis: that of the grid it is about."""

    id: str
    axis: str
    says: str


@cache
def _read() -> Any:
    return read_yaml(Path(__file__).with_name("findings.yaml"))


@cache
def kinds() -> dict[str, Kind]:
    """Return the findings by id, in order."""
    return {id: Kind(id, row["axis"], row["says"]) for id, row in _read()["kinds"].items()}


@cache
def participants() -> dict[str, str]:
    """Return the persons whose findings are noted, in words by id."""
    return dict(_read()["who"])
