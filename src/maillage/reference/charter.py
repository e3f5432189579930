"""The charter of the network: what a structure declares that it does."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.discrepancies import Document, documents
from maillage.reference.files import read_yaml
from maillage.words.wording import spaced_within


@dataclass(frozen=True, slots=True)
class Criterion:
    """One promise of the charter, and what lets others see it. needed: without it nothing is granted."""

    id: str
    says: str
    shows: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Purpose:
    """The purpose of a network, in our words, with the lines of its document."""

    vision: str
    mission: str
    objective: str
    document: Document
    lines: str


@dataclass(frozen=True, slots=True)
class Charter:
    """A version of the charter."""

    version: str
    title: str
    aim: str
    purpose: Purpose
    criteria: tuple[Criterion, ...]


@cache
def charter() -> Charter:
    """Return the charter in force."""
    raw = spaced_within(read_yaml(Path(__file__).with_name("charter.yaml")))
    criteria = tuple(
        Criterion(id, row["says"], row["shows"], bool(row["needed"])) for id, row in raw["criteria"].items()
    )
    stated_purpose = raw["purpose"]
    purpose = Purpose(**{**stated_purpose, "document": documents()[stated_purpose["document"]]})
    return Charter(str(raw["version"]), raw["title"], raw["aim"], purpose, criteria)
