"""Supporting papers of each procedure, when a right is asked for again, and the delay to contest a decision.

Source: docs/methods/droits.md; each checklist names what it was read from, when, and what is doubtful in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from maillage.reference import procedures
from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "checklists.yaml"
SEEN: Mapping[str, str] = {
    "producer": "lu chez le producteur",
    "copy": "lu sur une copie de la page du producteur",
    "elsewhere": "lu ailleurs que chez le producteur",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a checklist was read from. seen: a key of SEEN; on: the day, AAAA-MM-JJ."""

    producer: str
    title: str
    url: str
    seen: str
    on: str
    doubt: str

    @property
    def reading(self) -> str:
        return SEEN[self.seen]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What a procedure asks for. papers: key → words.

    lasts: months of the right; opens, closes: months before its end, between which it is asked for again;
    appeal: months to contest a decision; None where no rule is known. endless: nothing to do again; at_once:
    what is done is obtained.
    """

    source: Source
    papers: Mapping[str, str] = field(default_factory=dict)
    lasts: int | None = None
    opens: int | None = None
    closes: int | None = None
    appeal: int | None = None
    endless: bool = False
    at_once: bool = False


@cache
def checklists() -> Mapping[str, Checklist]:
    """Return the checklists by key of procedure; a window always has both its ends."""
    found = {
        key: Checklist(**row | {"source": Source(**row["source"])}) for key, row in read_yaml(FILE).items()
    }
    assert set(found) <= set(procedures.procedures())
    assert all(each.source.seen in SEEN for each in found.values())
    assert all((each.opens is None) == (each.closes is None) for each in found.values())
    return found
