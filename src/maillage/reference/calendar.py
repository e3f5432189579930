"""Calendar of procedures that went online, and of services that stopped answering."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml
from maillage.words.dates import MONTHS, in_words

FILE = Path(__file__).parent / "calendar.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A dated event. on: a day, a month or a year, as it is known; kind: `online` or `interruption`."""

    on: str
    operator: str
    procedure: str
    obligation: str
    kind: str
    source: str
    doubt: str = ""

    @property
    def when(self) -> str:
        """The date as French says it: a day, a month, or a year alone.

        >>> Event(on="2016-01", operator="", procedure="", obligation="", kind="online", source="").when
        'janvier 2016'
        """
        year, *rest = self.on.split("-")
        if len(rest) == 2:
            return in_words(date.fromisoformat(self.on))
        return f"{MONTHS[int(rest[0]) - 1]} {year}" if rest else year


@cache
def events() -> tuple[Event, ...]:
    """Return the events in the order of their dates."""
    return tuple(sorted((Event(**row) for row in read_yaml(FILE)), key=lambda e: (e.on, e.procedure)))
