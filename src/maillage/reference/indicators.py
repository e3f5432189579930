"""The indicators of a territory: one published definition each, its formula, its limits, its history."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import BrokenSource
from maillage.reference import offer
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("indicators.yaml")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A definition in force until a day, that day included."""

    until: date
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A definition. way: how its value is computed, with the measures, the practice, the goal or the survey
    (kind, question, answer) it reads.

    numerator, denominator, universe, source, frequency, limits: as published. since: the day from which the
    definition holds; history: the earlier ones, the latest first. step: its caption in the chain of the
    network, "" outside it. wait: days before a case has had time to have an outcome. missing: why nobody can
    compute it. aim: the direction aimed at, when it is not a rise.
    """

    id: str
    family: str
    way: str
    label: str
    unit: str
    requirement: str
    formula: str
    numerator: str
    denominator: str
    universe: str
    source: str
    frequency: str
    limits: str
    since: date
    history: tuple[Earlier, ...] = ()
    step: str = ""
    measure: str = ""
    part: str = ""
    total: str = ""
    goal: str = ""
    practice: str = ""
    survey: tuple[str, str, str] | tuple[()] = ()
    things: str = ""
    wait: int = 0
    people: bool = False
    missing: str = ""
    aim: str = ""


@dataclass(frozen=True, slots=True)
class Landmark:
    """At least how many structures and aidants a platform said it had. source: where it says so."""

    structures: int
    aidants: int
    source: str


@dataclass(frozen=True, slots=True)
class Target:
    """The aim of the network: people led to autonomy, in how many years. source: the words that set it."""

    people: int
    years: int
    source: str


@cache
def families() -> Mapping[str, str]:
    """Return the label of each family of indicators by id, in order."""
    return {row["id"]: row["label"] for row in _read()["families"]}


@cache
def indicators() -> Mapping[str, Indicator]:
    """Return the definitions by id, in order; BrokenSource when one lacks a part that its page publishes."""
    raw = _read()
    rows = [(family["id"], row) for family in raw["families"] for row in family["rows"]]
    indicators = {row["id"]: _indicator(family, row, raw["shared"]) for family, row in rows}
    if len(indicators) < len(rows):
        raise BrokenSource(
            f"{FILE.name}: an id is there twice.",
            why="Two definitions would share one page.",
            do="Give each its own id.",
        )
    return indicators


@cache
def target() -> Target:
    """Return the aim of the network."""
    raw = _read()["target"]
    return Target(raw["people"], raw["years"], raw["source"])


@cache
def landmark() -> Landmark:
    """Return the published figures of a national platform, to compare with the first ones of the network."""
    raw = _read()["landmark"]
    return Landmark(raw["structures"], raw["aidants"], raw["source"])


@cache
def goals() -> Mapping[str, str]:
    """Return the goal of each module that trains for a service, by module; others are procedures."""
    return {module: goal for goal, modules in _read()["goals"].items() for module in modules}


def _read() -> Any:
    return read_yaml(FILE)


def _indicator(family: str, row: Mapping[str, Any], shared: Mapping[str, Mapping[str, str]]) -> Indicator:
    label = offer.practices()[row["practice"]].label if "practice" in row else row["label"]
    common = {key: text.replace("{label}", label) for key, text in shared.get(row["way"], {}).items()}
    declared: dict[str, Any] = {**shared["all"], **common, **row, "family": family}
    declared["since"] = date.fromisoformat(declared["since"])
    declared["survey"] = tuple(declared.get("survey", ()))
    declared["history"] = tuple(
        Earlier(date.fromisoformat(each["until"]), each["formula"]) for each in declared.get("history", ())
    )
    lacking = [f.name for f in fields(Indicator) if f.name not in declared and f.name in REQUIRED]
    if lacking:
        raise BrokenSource(
            f"{FILE.name}: {row['id']} lacks {', '.join(lacking)}.",
            why="A figure whose definition is not published cannot be checked.",
            do="Write it beside the others.",
        )
    return Indicator(**declared)


REQUIRED = frozenset(
    ("id", "label", "unit", "requirement", "formula", "numerator", "denominator", "universe", "source")
) | {"frequency", "limits", "since"}
