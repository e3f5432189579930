"""A proposal being made, and how sure each reason is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from rapidfuzz import fuzz

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer.columns import FURNITURE, Column

LONG_WORD = 90  # characters: words of a list are shorter on average
BY_NAME, NEARLY, BY_PART, BY_CONTENT = 1.0, 0.8, 0.6, 0.55
ENOUGH = 0.7  # the share of cells that must look like a field which the name does not say
# In the name of a column of hours, that they are not those of the whole year or of the door: it must be read
# with them.
PART_OF_TIME = re.compile(
    r"\b(?:ete|estiva\w*|hiver\w*|saison\w*|vacances?|scolaires?|conges|ramadan|tel|telephon\w*|rendez vous"
    r"|rdv|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b"
)
ASIDE = {
    "autre",
    "autres",
    "detail",
    "details",
    "precision",
    "precisions",
    "precisez",
    "commentaire",
    "remarque",
    "jedecris",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """Why a column was given to a field: its name, a name near it, or what it holds."""

    column: str
    field: str
    score: float
    why: str


@dataclass(slots=True)
class Draft:
    """A proposal being made: `unmapped` are the columns that nothing reads yet."""

    unmapped: list[Column]
    fields: dict[str, Any] = field(default_factory=dict)
    practices: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    leave: list[dict[str, Any]] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    why: list[Guess] = field(default_factory=list)
    grouped: bool = False
    cells: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of every column, taken ones too

    def __post_init__(self) -> None:
        self.cells = {column.name: column.cells for column in self.unmapped}

    def rows_of(self, column: str) -> tuple[str, ...]:
        """Return the filled cells of a column, be it taken already."""
        return self.cells.get(column, ())

    def give(self, columns: Sequence[Column], id: str, spec: Any, score: float, why: str) -> None:
        """Give columns to a field; lists add up, any other field is given once."""
        of = offer.fields().get(id)
        if of is not None and of.kind in ("list", "kinds") and id in self.fields:
            spec_before = self.fields[id]
            many = (
                spec_before
                if isinstance(spec_before, list)
                else [spec_before if isinstance(spec_before, dict) else {"from": spec_before}]
            )
            self.fields[id] = [*many, spec if isinstance(spec, dict) else {"from": spec}]
        elif id == "horaires" and isinstance(spec, str) and PART_OF_TIME.search(plain(spec)):
            self.fields[id] = {"from": spec, "lead": " ".join(re.split(r"[\s_]+", spec))}
        else:
            self.fields[id] = spec
        self.take(columns, id, score, why)

    def practice(self, column: Column, rule: dict[str, Any], why: str) -> None:
        self.practices.append(rule)
        self.take([column], f"pratique {rule['practice']}", BY_CONTENT, why)

    def take(self, columns: Sequence[Column], id: str, score: float, why: str) -> None:
        self.why += [Guess(column.name, id, score, why) for column in columns]
        names = {column.name for column in columns}
        self.unmapped = [column for column in self.unmapped if column.name not in names]


@cache
def _names(id: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names a field is known by: as they are, and without the words that say nothing."""
    of = offer.fields()[id]
    full_names = {plain(each) for each in (of.id, of.label, *of.also)}
    bare = {" ".join(word for word in name.split() if word not in FURNITURE) for name in full_names}
    return frozenset(full_names), frozenset(bare - {""})


def by_name(column: Column, id: str) -> tuple[float, str]:
    """Return how much the name of a column says a field, and how."""
    full_names, bare = _names(id)
    if full_names.intersection(column.spellings[:2]):
        return BY_NAME, "le nom de la colonne"
    glued = {name.replace(" ", "") for name in full_names | bare if len(name) > 3}
    if bare.intersection(column.spellings) or glued.intersection(
        name.replace(" ", "") for name in column.spellings
    ):
        return 0.95 * BY_NAME, "le nom de la colonne"
    best = max(
        (
            fuzz.ratio(name, other)
            for name in column.spellings
            for other in full_names
            if min(len(name), len(other)) > 3
        ),
        default=0,
    )
    if best >= 88:
        return NEARLY * best / 100, "un nom de colonne voisin"
    if not offer.fields()[id].lmn:
        return 0.0, ""
    parts = [
        name
        for name in column.spellings
        if any(f" {other} " in f" {name} " for other in bare if len(other) > 2)
    ]
    if parts:
        return BY_PART, "un mot du nom de la colonne"
    one = [name for name in column.spellings if " " not in name and len(name) > 11]
    if any(other in name for name in one for other in glued if len(other) > 5):
        return BY_PART, "un mot du nom de la colonne"
    return 0.0, ""


def is_long(column: Column) -> bool:
    return sum(map(len, column.sample)) > LONG_WORD * 3 * len(column.sample)
