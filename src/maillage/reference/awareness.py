"""The kits of awareness actions: what to prepare, take, do, say and count, for each kind."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import BrokenSource
from maillage.reference.discrepancies import Document, documents
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("awareness.yaml")
LISTS = ("before", "bring", "steps", "say", "avoid", "after")


@dataclass(frozen=True, slots=True)
class Kit:
    """One kit. document, lines, where: where a founding study says that such an action took place."""

    kind: str
    aim: str
    public: str
    before: tuple[str, ...]
    bring: tuple[str, ...]
    steps: tuple[str, ...]
    say: tuple[str, ...]
    avoid: tuple[str, ...]
    after: tuple[str, ...]
    document: Document
    lines: str
    where: str


@cache
def kits() -> dict[str, Kit]:
    """Return the kits by the kind of action; BrokenSource when one is empty or names what nobody knows."""
    return {kind: _kit(kind, row) for kind, row in read_yaml(FILE).items()}


def _kit(kind: str, row: dict[str, Any]) -> Kit:
    origin = row["seen"]
    if origin["document"] not in documents() or not all(row[name] for name in LISTS):
        raise BrokenSource(
            f"{FILE.name}: the kit {kind} has an empty part, or names a document that nobody knows.",
            why="Whoever prints it would go out with half of it.",
            do="Fill each part; take the document from discrepancies.yaml.",
        )
    return Kit(
        kind=kind,
        aim=row["aim"],
        public=row["public"],
        **{name: tuple(row[name]) for name in LISTS},
        document=documents()[origin["document"]],
        lines=origin["lines"],
        where=origin["where"],
    )
