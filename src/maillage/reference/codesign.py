"""Materials of a co-design workshop: stages of a procedure, trades, questions, causes, and the journeys
of the plan of Grenoble.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import BrokenSource
from maillage.reference import findings
from maillage.reference.discrepancies import Document, documents
from maillage.reference.files import read_yaml
from maillage.words.wording import of

FILE = Path(__file__).with_name("codesign.yaml")
OBSTACLE, WORKAROUND, LEVER, SOLUTION = "obstacle", "workaround", "lever", "solution"
KINDS: Mapping[str, str] = {
    OBSTACLE: "Obstacles",
    WORKAROUND: "Comment on fait sans",
    LEVER: "Leviers",
    SOLUTION: "Solutions",
}
# By what a person goes to their rights. A card may say which one; a journey tells what stops them at each.
CHANNELS: Mapping[str, str] = {
    "counter": "guichet",
    "letter": "courrier",
    "phone": "téléphone",
    "terminal": "borne",
    "online": "en ligne",
    "trusted": "tiers de confiance",
}
ALONE, TOGETHER, BLOCKED = "alone", "together", "blocked"
LEVELS: Mapping[str, str] = {ALONE: "seule", TOGETHER: "avec quelqu’un", BLOCKED: "bloquée"}


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade around the table. digital, social: what a group lacks without one."""

    id: str
    says: str
    digital: bool = False
    social: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a network asks itself, and where it comes from."""

    id: str
    says: str
    document: Document
    lines: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause that keeps people from helping together. finding: of the grid, that it feeds; obstacle: the one
    that it is read under.
    """

    id: str
    says: str
    finding: str
    obstacle: str


@dataclass(frozen=True, slots=True)
class PublishedCard:
    """A card of a journey of the plan. lines: of the document; channel: of CHANNELS, "" for none."""

    kind: str
    words: str
    lines: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class PublishedStage:
    """A stage of a journey of the plan: where the person stands, today and with the levers."""

    id: str
    today: str
    then: str
    cards: tuple[PublishedCard, ...]


@dataclass(frozen=True, slots=True)
class PublishedJourney:
    """A journey of the plan of Grenoble, in our words."""

    id: str
    name: str
    profile: str
    equipment: str
    skills: str
    ends: str
    document: Document
    lines: str
    stages: tuple[PublishedStage, ...]

    @property
    def title(self) -> str:
        """Its title: « Le parcours d’Aurélie »."""
        return f"Le parcours {of(self.name)}"


@cache
def _read() -> Any:
    return read_yaml(FILE)


@cache
def stages() -> dict[str, str]:
    """Return the stages of a procedure, in words by id, in order."""
    return dict(_read()["stages"])


@cache
def trades() -> dict[str, Trade]:
    """Return the trades by id."""
    return {id: Trade(id=id, **row) for id, row in _read()["trades"].items()}


@cache
def questions() -> dict[str, Question]:
    """Return the questions of a network by number."""
    return {
        id: Question(id, row["says"], documents()[row["document"]], row["lines"])
        for id, row in _read()["questions"].items()
    }


@cache
def obstacles() -> dict[str, str]:
    """Return the obstacles to remove before people can help together, in words, by id."""
    return dict(_read()["obstacles"])


@cache
def causes() -> dict[str, Cause]:
    """Return the causes by id; BrokenSource when one feeds a finding that nobody knows."""
    rows = {id: Cause(id=id, **row) for id, row in _read()["causes"].items()}
    if unknown := [id for id, cause in rows.items() if cause.finding not in findings.kinds()]:
        raise BrokenSource(
            f"{FILE.name}: {unknown[0]} feeds a finding that nobody knows.",
            why="The grid would have nowhere to put it.",
            do="Take it from findings.yaml.",
        )
    return rows


@cache
def journeys() -> dict[str, PublishedJourney]:
    """Return the journeys of the plan by id; BrokenSource when one names a stage, a kind or a level that
    nobody knows.
    """
    document = documents()[_read()["journeys_from"]]
    return {id: _journey(id, row, document) for id, row in _read()["journeys"].items()}


def _journey(id: str, row: Mapping[str, Any], document: Document) -> PublishedJourney:
    rows = tuple(
        PublishedStage(
            stage, steps["today"], steps["then"], tuple(PublishedCard(*card) for card in steps["cards"])
        )
        for stage, steps in row["stages"].items()
    )
    known = tuple(each.id for each in rows) == tuple(stages()) and all(
        {each.today, each.then} <= set(LEVELS)
        and all(card.kind in KINDS and card.channel in ("", *CHANNELS) for card in each.cards)
        for each in rows
    )
    if not known:
        raise BrokenSource(
            f"{FILE.name}: {id} names a stage, a kind of card, a channel or a level that nobody knows.",
            why="Its map could not be drawn.",
            do="Take them from the lists of codesign.py, each stage once and in order.",
        )
    words = {key: row[key] for key in ("name", "equipment", "skills", "ends", "lines")}
    return PublishedJourney(id=id, document=document, stages=rows, profile=row["who"], **words)
