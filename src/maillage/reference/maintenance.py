"""Shared advice on equipment: how a place without a technician keeps its devices alive, and what a mobile
worker carries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "maintenance.yaml"


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to do, step by step. when: how often, or how long it takes."""

    id: str
    title: str
    icon: str
    when: str
    steps: Sequence[str]


@dataclass(frozen=True, slots=True)
class Item:
    """Something to carry, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Kit:
    """The equipment of a worker who goes to people."""

    id: str
    title: str
    for_whom: str
    items: Sequence[Item]


@cache
def advice() -> tuple[Advice, ...]:
    """Return the advice, in the order of a device's life."""
    return tuple(Advice(**{**raw, "steps": tuple(raw["steps"])}) for raw in read_yaml(FILE)["advice"])


@cache
def kits() -> tuple[Kit, ...]:
    return tuple(
        Kit(**{**raw, "items": tuple(Item(**item) for item in raw["items"])})
        for raw in read_yaml(FILE)["kits"]
    )
