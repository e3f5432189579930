"""Figures that the founding studies give twice, differently: both values, the cause, our choice."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import BrokenSource
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("discrepancies.yaml")
KINDS = {
    "contradiction": "Se contredisent",
    "suspect": "Douteux",
    "measures": "Deux mesures différentes",
    "lost": "Légende ou base perdue",
    "spelling": "Écrit autrement",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A founding study: its title as it is credited everywhere, who made it, when."""

    id: str
    title: str
    producer: str
    year: str


@dataclass(frozen=True, slots=True)
class Printed:
    """One value as a document prints it. of: what it measures, its universe included. figure: "" when the
    value has no identifier among the golden figures.
    """

    document: Document
    lines: str
    value: str
    of: str
    figure: str

    @property
    def where(self) -> str:
        """Return its lines, and its identifier when it has one, as a reader sees them."""
        lines = f"ligne{'' if self.lines.isdigit() else 's'} {self.lines}"
        return f"{lines} · {self.figure}" if self.figure else lines


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A subject that the documents tell differently, or of which one value is doubtful. why: what makes them
    differ; use: what Maillage does with it.
    """

    id: str
    about: str
    kind: str
    requirement: str
    why: str
    use: str
    says: tuple[Printed, ...]


@cache
def documents() -> dict[str, Document]:
    """Return the founding studies by number."""
    return {id: Document(id, **row) for id, row in read_yaml(FILE)["documents"].items()}


@cache
def discrepancies() -> tuple[Discrepancy, ...]:
    """Return the register, in order; BrokenSource when a row says less than it must."""
    return tuple(_row(row) for row in read_yaml(FILE)["rows"])


def _row(row: dict[str, Any]) -> Discrepancy:
    says = tuple(
        Printed(
            documents()[statement["document"]],
            statement["lines"],
            statement["value"],
            statement["of"],
            statement.get("figure", ""),
        )
        for statement in row["says"]
    )
    if row["kind"] not in KINDS or not says or not (row["why"] and row["use"]):
        raise BrokenSource(
            f"{FILE.name}: row {row['id']} is incomplete.",
            why="A reader would not know why two values differ.",
            do=f"Give it a kind among {', '.join(KINDS)}, what is printed, why, and what we do.",
        )
    return Discrepancy(**{**row, "says": says})
