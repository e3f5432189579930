"""Digital safes that exist: who runs them, for whom, what they ask, and where each fact comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import UnsourcedFigure
from maillage.reference.files import read_yaml
from maillage.words.languages import to_say

FILE = Path(__file__).parent / "safes.yaml"
YES, NO, SOMETIMES, UNKNOWN = "oui", "non", "parfois", "inconnu"


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a fact. dated: of the page, '' when it has no date; producer: True for the page of
    whoever answers for it.
    """

    words: str
    url: str
    dated: str
    producer: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence for the public, and the id of its source; both '' when nobody says it."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that a safe may ask. helper_words, person_words: that one has it, as each of them says it."""

    id: str
    icon: str
    label: str
    helper_words: str
    person_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """A way of keeping papers. asks: oui, non, parfois or inconnu, by the id of a condition."""

    id: str
    name: str
    icon: str
    holds: str
    about: str
    run_by: Fact
    for_whom: Fact
    price: Fact
    languages: Fact
    certified: Fact
    asks: Mapping[str, str]
    facts: Sequence[Fact]

    @property
    def conditions(self) -> Mapping[str, Fact]:
        """Return its facts with the French name of each condition."""
        return {name: fact for name, fact in self._labelled_facts if fact.text}

    @property
    def unknown(self) -> Sequence[str]:
        """Return the conditions that no source says."""
        return [name.lower() for name, fact in self._labelled_facts if not fact.text]

    @property
    def _labelled_facts(self) -> Sequence[tuple[str, Fact]]:
        return (
            (to_say("Tenu par"), self.run_by),
            (to_say("Pour qui"), self.for_whom),
            (to_say("Prix"), self.price),
            (to_say("Langues"), self.languages),
            (to_say("Certification"), self.certified),
        )


@dataclass(frozen=True, slots=True)
class Guide:
    """All of it. read_on: the day when each source was read."""

    safes: Sequence[Safe]
    conditions: Mapping[str, Condition]
    before: Sequence[Fact]
    sources: Mapping[str, Source]
    read_on: str

    def number(self, source: str) -> int:
        return list(self.sources).index(source) + 1


@cache
def safes() -> Guide:
    """Return the guide; UnsourcedFigure when a fact names no source of the file."""
    raw = read_yaml(FILE)
    sources = {id: Source(**row) for id, row in raw["sources"].items()}
    compared_facts = ("run_by", "for_whom", "price", "languages", "certified")
    safes = [
        Safe(
            **each
            | {name: _fact(each[name], sources) for name in compared_facts}
            | {"facts": [_fact(fact, sources) for fact in each["facts"]]}
        )
        for each in raw["safes"]
    ]
    conditions = {id: Condition(id, **row) for id, row in raw["asks"].items()}
    before = [_fact(fact, sources) for fact in raw["before"]]
    cited_sources = {fact.source for fact in before}
    for safe in safes:
        assert set(safe.asks) == set(conditions), safe.id
        assert set(safe.asks.values()) <= {YES, NO, SOMETIMES, UNKNOWN}, safe.id
        cited_sources |= {
            fact.source for fact in (*safe.facts, *(getattr(safe, name) for name in compared_facts))
        }
    return Guide(
        safes,
        conditions,
        before,
        {id: row for id, row in sources.items() if id in cited_sources},
        raw["read_on"],
    )


def _fact(raw: Mapping[str, Any], sources: Mapping[str, Source]) -> Fact:
    if raw["text"] and raw["source"] not in sources:
        raise UnsourcedFigure(
            f"safes.yaml: « {raw['text']} » names no source.",
            why="People choose where their identity papers go on these sentences.",
            do="Name one of `sources`, or add it there.",
        )
    return Fact(raw["text"], raw["source"])
