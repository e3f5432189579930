"""Procedures done in someone's name or with them, in the families of Aidants Connect.

Source: the ten procedures of the mandate of Aidants Connect, and the themes of the Coop de la médiation
numérique.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "procedures.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family of procedures, as a mandate names it. coop: the theme of an activity of the Coop."""

    label: str
    coop: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A named procedure. family: a key of `families`; operator: who receives it, '' when it varies."""

    family: str
    label: str
    operator: str = ""


@cache
def families() -> Mapping[str, Family]:
    """Return the families of procedures, by their key in Aidants Connect."""
    return {key: Family(**row) for key, row in read_yaml(FILE)["families"].items()}


@cache
def procedures() -> Mapping[str, Procedure]:
    """Return the common procedures, by key; each key of theirs differs from those of families."""
    found = {key: Procedure(**row) for key, row in read_yaml(FILE)["procedures"].items()}
    assert all(each.family in families() for each in found.values())
    return found
