"""Calendar of procedures that went online, and of services that stopped answering."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "calendar.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A dated event. kind: `online` or `interruption`; precise: whether the month is known."""

    on: str
    operator: str
    procedure: str
    obligation: str
    kind: str
    source: str
    doubt: str = ""


@cache
def events() -> tuple[Event, ...]:
    """Return the events in the order of their dates."""
    return tuple(sorted((Event(**row) for row in read_yaml(FILE)), key=lambda e: (e.on, e.procedure)))
