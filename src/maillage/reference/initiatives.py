"""Initiatives of other places that the founding studies tell: facts in our words, with their lines."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import BrokenSource
from maillage.reference.discrepancies import Document, documents
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("initiatives.yaml")


@dataclass(frozen=True, slots=True)
class Initiative:
    """An initiative of a place. since: a year, "" when the document gives none; watch: its limit, as told."""

    id: str
    title: str
    where: str
    since: str
    theme: str
    facts: tuple[str, ...]
    watch: str
    document: Document
    lines: str


@cache
def _read() -> Any:
    return read_yaml(FILE)


@cache
def themes() -> dict[str, str]:
    """Return the subjects of the initiatives, in words by id."""
    return dict(_read()["themes"])


@cache
def initiatives() -> dict[str, Initiative]:
    """Return the initiatives by id, in order; BrokenSource when one names what nobody knows."""
    return {id: _initiative(id, row) for id, row in _read()["initiatives"].items()}


def _initiative(id: str, row: dict[str, Any]) -> Initiative:
    if row["theme"] not in themes() or row["document"] not in documents() or not row["facts"]:
        raise BrokenSource(
            f"{FILE.name}: {id} names a theme or a document that nobody knows, or tells no fact.",
            why="Its page would say something that nobody can check.",
            do="Take the theme from the top of the file, and the document from discrepancies.yaml.",
        )
    return Initiative(
        id=id,
        title=row["title"],
        where=row["where"],
        since=row["since"],
        theme=row["theme"],
        facts=tuple(row["facts"]),
        watch=row["watch"],
        document=documents()[row["document"]],
        lines=row["lines"],
    )
