"""Supporting papers of each procedure, when a right is asked for again, and the delay to contest a decision.

Source: docs/methods/droits.md; each checklist names what it was read from, when, and what is doubtful in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from maillage.reference import procedures
from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "checklists.yaml"
WAYS_OF_READING: Mapping[str, str] = {
    "producer": "lu chez le producteur",
    "copy": "lu sur une copie de la page du producteur",
    "elsewhere": "lu ailleurs que chez le producteur",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The source of a checklist. on: the day when it was read; text_on: when its producer wrote it, '' when
    they do not say; both AAAA-MM-JJ.
    """

    producer: str
    title: str
    url: str
    way_of_reading: str
    on: str
    doubt: str
    text_on: str = ""

    @property
    def reading(self) -> str:
        return WAYS_OF_READING[self.way_of_reading]

    @property
    def is_found(self) -> bool:
        """True when a page of the producer was read."""
        return self.way_of_reading != "elsewhere"

    @property
    def text_day(self) -> date | None:
        return date.fromisoformat(self.text_on) if self.text_on else None

    @property
    def day(self) -> date:
        return date.fromisoformat(self.on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """The papers that a procedure asks for. papers: key → words.

    lasts: months of the right; opens, closes: months before its end, between which it is asked for again;
    appeal: months to contest a decision; None where no rule is known. endless: nothing to do again; at_once:
    what is done is obtained. to_check: what no page of the producer says.
    """

    source: Source
    papers: Mapping[str, str] = field(default_factory=dict)
    lasts: int | None = None
    opens: int | None = None
    closes: int | None = None
    appeal: int | None = None
    endless: bool = False
    at_once: bool = False
    to_check: Sequence[str] = ()


@cache
def checklists() -> Mapping[str, Checklist]:
    """Return the checklists by key of procedure; a window always has both its ends."""
    checklists = {
        key: Checklist(**row | {"source": Source(**row["source"])}) for key, row in read_yaml(FILE).items()
    }
    assert set(checklists) <= set(procedures.procedures())
    assert all(each.source.way_of_reading in WAYS_OF_READING for each in checklists.values())
    assert all(each.source.is_found or each.to_check for each in checklists.values()), (
        "say what is to be checked"
    )
    assert all((each.opens is None) == (each.closes is None) for each in checklists.values())
    return checklists
