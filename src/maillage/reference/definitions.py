"""Definitions of digital need: what is counted, by whom, with which published rates."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from maillage.kernel.errors import Refused, UnsourcedFigure
from maillage.reference.files import read_yaml

FILES = Path(__file__).parent / "definitions"
DEFAULT = "illectronisme-insee-2021"
LEVELS = "trois-niveaux-2017"
REQUIRED = (
    "id",
    "label",
    "short",
    "statement",
    "universe",
    "year",
    "producer",
    "title",
    "url",
    "quote",
    "n",
    "doubt",
)

Breakdown = Literal["age", "diploma"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """A published rate of one category.

    category: an age class (`60-74`, `70+`), a diploma of engine.cells or several (`short/long`).
    rate: 0 to 1. low, high: what rounding or reading may hide.
    """

    breakdown: Breakdown
    category: str
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A definition of need and every figure published about it.

    recipe: `margins` (its own margins), `borrowed` (few margins, the shape of ages from the reference),
    `shifted` (the shape of another definition, moved to a total), `levels` (nested shares, no margin) or
    `nearest` (margins by age and diploma, the rest as in the
    reference: a user's own are so). total: the published rate of everybody, 0
    to 1, with its range. shape: id of the definition that lends its shape. n: respondents behind the rates;
    n_known says whether the producer publishes it. shares: the shares of levels, from the worst; empty
    otherwise. meaning: who is counted, in a full sentence. unused: published figures that are not used, in
    words.
    """

    id: str
    label: str
    short: str
    statement: str
    universe: str
    year: int
    producer: str
    title: str
    url: str
    quote: str
    n: int
    n_known: bool
    doubt: str
    recipe: Literal["margins", "borrowed", "shifted", "levels", "nearest"]
    total: float
    total_low: float
    total_high: float
    margins: tuple[Margin, ...] = ()
    shape: str = ""
    shares: tuple[float, ...] = ()
    deduced: str = ""
    deduced_low: float = 0.0
    deduced_high: float = 1.0
    sample: str = "tic"
    unused: tuple[str, ...] = ()
    doubts: tuple[str, ...] = field(default=())
    hidden: bool = False
    meaning: str = ""

    def margin(self, breakdown: Breakdown, category: str) -> Margin:
        return next(m for m in self.margins if (m.breakdown, m.category) == (breakdown, category))

    def of(self, breakdown: Breakdown) -> tuple[Margin, ...]:
        return tuple(m for m in self.margins if m.breakdown == breakdown)


def from_mapping(raw: dict[str, Any], name: str) -> Definition:
    """Return the definition written in a YAML mapping, percent turned into shares."""
    if missing := [key for key in REQUIRED if raw.get(key) in (None, "")]:
        raise UnsourcedFigure(
            f"{name} lacks: {', '.join(missing)}.",
            why="A rate nobody can trace must not become a number of people.",
            do="Fill the keys from the publication.",
        )
    total = raw.pop("total")
    margins = [
        _margin("age" if key == "ages" else "diploma", str(category), value, raw.get("rounding", 0.5))
        for key in ("ages", "diplomas")
        for category, value in raw.pop(key, {}).items()
    ]
    raw.pop("rounding", None)
    low, high = raw.pop("deduced_range", (0, 100))
    return Definition(
        total=total["value"] / 100,
        total_low=total["low"] / 100,
        total_high=total["high"] / 100,
        margins=tuple(margins),
        shares=tuple(share / 100 for share in raw.pop("shares", ())),
        unused=tuple(raw.pop("unused", ())),
        doubts=tuple(raw.pop("doubts", ())),
        deduced_low=low / 100,
        deduced_high=high / 100,
        **raw,
    )


def _margin(breakdown: Breakdown, category: str, value: Any, rounding: float) -> Margin:
    if isinstance(value, dict):
        rate, low, high = value["value"], value["low"], value["high"]
    else:
        rate, low, high = value, value - rounding, value + rounding
    return Margin(breakdown=breakdown, category=category, rate=rate / 100, low=low / 100, high=high / 100)


@cache
def definitions() -> dict[str, Definition]:
    """Return every definition by id, those offered first in the order of the files."""
    definitions = [from_mapping(read_yaml(path), path.name) for path in sorted(FILES.glob("*.yaml"))]
    return {definition.id: definition for definition in definitions}


def offered() -> list[Definition]:
    """Return the definitions a user may choose."""
    return [definition for definition in definitions().values() if not definition.hidden]


def definition(id: str) -> Definition:
    """Return a definition by id; Refused, naming those that exist, when there is none."""
    if id in definitions():
        return definitions()[id]
    raise Refused(
        f"La définition « {id} » n’existe pas.",
        why="Le besoin ne se compte qu’avec des taux publiés et sourcés.",
        do="Choisissez parmi : "
        + ", ".join(d.id for d in offered())
        + ", ou donnez le chemin d’un fichier de taux.",
    )
