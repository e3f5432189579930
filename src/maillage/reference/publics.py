"""The publics whose need is counted apart, since surveys and census tell their ages."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml


@dataclass(frozen=True, slots=True)
class Public:
    """A public. id: its word in the list of publics of places; ages: age groups of the census that make
    it.
    """

    id: str
    label: str
    ages: tuple[str, ...]


@cache
def publics() -> dict[str, Public]:
    """Return the publics by id, in order."""
    raw = read_yaml(Path(__file__).with_name("publics.yaml"))
    return {id: Public(id, row["label"], tuple(row["ages"])) for id, row in raw.items()}
