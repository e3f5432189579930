"""Ways of being connected, by situation: what is possible, what it asks, what to watch, whom to ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import UnsourcedFigure
from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "connections.yaml"


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence for the public, and who says it."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something an offer may ask: `answer` is oui, non, souvent or parfois."""

    icon: str
    label: str
    answer: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A way of being connected."""

    id: str
    icon: str
    title: str
    text: str
    asks: Sequence[Requirement]
    watch: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Situation:
    """A situation in the first person.

    need: the practice to look for in the directory; lodgings: to name who brings Internet there.
    """

    id: str
    title: str
    possible: Sequence[Offer]
    facts: Sequence[Fact]
    ask: str
    need: str
    lodgings: bool = False


@dataclass(frozen=True, slots=True)
class Guide:
    """All of it: offers, situations, and the sources in the order they are numbered."""

    offers: Sequence[Offer]
    situations: Sequence[Situation]
    sources: Mapping[str, str]

    def number(self, source: str) -> int:
        return list(self.sources).index(source) + 1


@cache
def connections() -> Guide:
    """Return the guide; UnsourcedFigure when a fact names no source of the file."""
    raw = read_yaml(FILE)
    sources = raw["sources"]
    offers = [
        Offer(
            id=each["id"],
            icon=each["icon"],
            title=each["title"],
            text=each["text"],
            asks=[Requirement(**raw["asks"][name], answer=answer) for name, answer in each["asks"].items()],
            watch=_facts(each["watch"], sources),
        )
        for each in raw["offers"]
    ]
    by_id = {each.id: each for each in offers}
    situations = [
        Situation(
            id=each["id"],
            title=each["title"],
            possible=[by_id[id] for id in each["possible"]],
            facts=_facts(each["facts"], sources),
            ask=each["ask"],
            need=each["need"],
            lodgings=each.get("lodgings", False),
        )
        for each in raw["situations"]
    ]
    facts = [fact for offer in offers for fact in offer.watch] + [
        fact for each in situations for fact in each.facts
    ]
    cited_sources = {fact.source for fact in facts}
    return Guide(offers, situations, {id: words for id, words in sources.items() if id in cited_sources})


def _facts(raw: Sequence[Mapping[str, Any]], sources: Mapping[str, str]) -> list[Fact]:
    for connection in raw:
        if connection.get("source") not in sources:
            raise UnsourcedFigure(
                f"connections.yaml: « {connection['text']} » names no source.",
                why="People decide what to buy on these sentences.",
                do="Name one of `sources`, or add it there.",
            )
    return [Fact(each["text"], each["source"]) for each in raw]
