"""The offer of a place in the words of the standards: fields of a sheet, closed lists, practices, types of
structures.

Sources: `standards.md` of the field (lieux de médiation numérique 1.0.2, 0.1, etalab 0.1.2, data·inclusion
v1) and the lists published by Strasbourg and Maubeuge; the files of `reference/offer/` say which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from maillage.kernel.names import plain
from maillage.reference.files import read_yaml
from maillage.reference.travel import FOOT, Mode
from maillage.words.wording import listing

FILES = Path(__file__).parent / "offer"
UNKNOWN_PIVOT = "00000000000000"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a sheet, or a condition of a practice. `kind` names its cleaner; `list` its closed list, ''
    if none.
    """

    id: str
    label: str
    kind: str
    lmn: bool = False
    private: bool = False
    longest: int = 0
    list: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a closed list: `label` of the national schema, `plain` for the public, `di` and `network`
    elsewhere; `near`: words that most likely mean it, proposed and never read.
    """

    id: str
    label: str
    plain: str
    di: tuple[str, ...] = ()
    network: str = ""
    strict: str = ""
    also: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordMeaning:
    """A meaning of a word in a file: a value of a list (`slug`), or a text kept in another field. Both '' say
    nothing.
    """

    field: str
    slug: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Vague:
    """A wording too vague for any value of a list: the text that keeps it, and what it does not say."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClosedList:
    """A closed list: its values by slug, and every wording known for them (`words`, as `plain` writes it).

    vague: the wordings that no value can be given for, and that somebody must make clear. everybody: those
    that say that nobody is left out, which is what no value says too.
    """

    id: str
    values: Mapping[str, Value]
    words: Mapping[str, tuple[WordMeaning, ...]]
    free: str = ""
    vague: Mapping[str, Vague] = field(default_factory=dict)
    everybody: frozenset[str] = frozenset()

    def meanings(self, text: str) -> tuple[WordMeaning, ...] | None:
        """Return the meanings of a word; None when it is unknown to the list. An unknown word of an open list
        goes elsewhere.
        """
        known = self.words.get(plain(text))
        if known is None and self.free:
            return (WordMeaning(self.free, text=text),)
        return known


@dataclass(frozen=True, slots=True)
class Practice:
    """Something that people find in a place; `need` says it in their words, `need_text` between
    professionals, `also` are the words of files.

    Among these, `alone` may be said of anything, and `things` are what something may be done with; `answers`
    say it as the whole of an answer on services, and nothing elsewhere; so do `helps`, about something
    digital.
    """

    id: str
    label: str
    need_text: str
    need: str
    icon: str
    family: str
    also: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    things: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of structure, and the words each published list has for it.

    codes: those of the national list, the general one first. code_by_word: of the words that have a code of
    their own. mixed: none of its codes is true of all its structures.
    """

    id: str
    label: str
    family: str
    codes: tuple[str, ...]
    words: tuple[str, ...] = field(default=())
    code_by_word: Mapping[str, str] = field(default_factory=dict)
    mixed: bool = False

    def code(self, text: str = "") -> str:
        """Return the national code of a wording of this type; "" where the national list has none."""
        own = self.code_by_word.get(plain(text))
        return own or ("" if self.mixed or not self.codes else self.codes[0])


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the offer in a study: the practices that make it, with or without somebody at hand. place:
    what one travels to for it, after « sans »; opening: what may be opened where it lacks; severity: 1 where
    its lack weighs most.
    """

    id: str
    label: str
    place: str
    opening: str
    severity: int
    practices: tuple[str, ...]
    accompanied: bool | None


@cache
def fields() -> dict[str, Field]:
    """Return the fields of a sheet, in order: those of the national schema first."""
    return _fields("fields")


@cache
def conditions() -> dict[str, Field]:
    """Return the fields that describe a practice, in order."""
    return _fields("conditions")


@cache
def lmn_columns() -> tuple[str, ...]:
    """Return the 32 columns of the national schema 1.0.2, in their order."""
    return tuple(f.id for f in fields().values() if f.lmn)


@cache
def lists() -> dict[str, ClosedList]:
    return {id: _closed(id, raw) for id, raw in _read("lists").items()}


@cache
def abbreviations() -> dict[str, str]:
    """Return the full word of each word that hurried people cut with a dot, as `plain` writes it."""
    return {plain(short): word for short, word in _read("abbreviations")["words"].items()}


@cache
def public_ages() -> dict[str, tuple[int, int]]:
    """Return the first and the last age of each public named by its ages."""
    return {slug: (first, last) for slug, (first, last) in _read("abbreviations")["ages"].items()}


@cache
def practices() -> dict[str, Practice]:
    practices = {}
    for id, raw in _read("practices").items():
        words: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()
        }
        practices[id] = Practice(id=id, **words)
    return practices


@cache
def kinds() -> dict[str, Kind]:
    """Return the types of structures, one list for all."""
    return {
        id: Kind(
            id=id,
            label=raw["label"],
            family=raw["family"],
            codes=tuple(raw.get("codes", ())),
            words=tuple(w for name in ("strasbourg", "maubeuge", "also") for w in raw.get(name, ())),
            code_by_word={plain(word): code for code, words in raw.get("own", {}).items() for word in words},
            mixed=raw.get("mixed", False),
        )
        for id, raw in _read("kinds").items()
    }


KIND_FAMILIES = {
    "social": "Associations et centres sociaux",
    "collectivite": "Collectivités et leurs services",
    "operateur": "Services publics et opérateurs",
    "numerique": "Lieux du numérique",
}


def kind_choices() -> list[tuple[str, Any]]:
    """Return the types of structures as a field lists them: by family, each by its label, then any other."""
    other = kinds()["autre"]
    by_label = sorted(
        (kind for kind in kinds().values() if kind != other), key=lambda kind: plain(kind.label)
    )
    families = [
        (words, [(kind.id, kind.label) for kind in by_label if kind.family == family])
        for family, words in KIND_FAMILIES.items()
    ]
    return [*families, (other.id, other.label)]


@cache
def kinds_by_word() -> dict[str, str]:
    """Return the type of structure of each code and wording, as `plain` writes it."""
    slug_by_word: dict[str, str] = {}
    for kind in kinds().values():
        for word in (kind.label, *kind.codes, *kind.words):
            slug_by_word.setdefault(plain(word), kind.id)
    return slug_by_word


@lru_cache(maxsize=4_096)  # of every name of a long file, or memory would grow with it
def kind_named_in(text: str) -> str | None:
    """Return the type of structure that a longer wording or a name holds: the longest known word of it."""
    words, known = plain(text).split(), _words_of_kinds()
    most = min(_most_words(), len(words))
    runs = (
        " ".join(words[start : start + size])
        for size in range(1, most + 1)
        for start in range(len(words) - size + 1)
    )
    hits = [known[run] for run in runs if run in known]
    return max(hits)[2] if hits else None


@cache
def _words_of_kinds() -> dict[str, tuple[int, int, str]]:
    """Return, by word of a type, its length, its place from the end of the list, and the type: the longest
    word wins, and of two as long, the first.
    """
    every = kinds_by_word().items()
    return {word: (len(word), -rank, kind) for rank, (word, kind) in enumerate(every) if len(word) > 2}


@cache
def _most_words() -> int:
    return max(len(word.split()) for word in _words_of_kinds())


@cache
def diagnosis_lines() -> dict[str, Line]:
    """Return the lines of the offer in a study, in order."""
    return {
        id: Line(
            id,
            raw["label"],
            raw["place"],
            raw["opening"],
            raw["severity"],
            tuple(raw["practices"]),
            {"when": True, "unless": False}.get(_rule(raw)),
        )
        for id, raw in _read("diagnosis").items()
    }


def without(*lines: str, by: Mode = FOOT) -> str:
    """Return the words of each lack, after « sans », by lines of the offer.

    >>> without("reparation"), without("formation", "wifi")
    ('lieu de réparation à portée de marche', 'lieu de formation ni wifi ouvert à tous à portée de marche')
    """
    return f"{listing([diagnosis_lines()[id].place for id in lines], 'ni')} {by.near}"


def _rule(raw: Mapping[str, Any]) -> str:
    return "when" if "when" in raw else "unless" if "unless" in raw else ""


def _fields(name: str) -> dict[str, Field]:
    lists = {}
    for id, raw in _read(name).items():
        more = {**raw, "also": tuple(str(word) for word in raw.get("also", ()))}
        if raw["kind"] == "list":
            more.setdefault("list", id)
        lists[id] = Field(id=id, **more)
    return lists


def _closed(id: str, raw: Mapping[str, Any]) -> ClosedList:
    values = {
        slug: Value(**{"id": slug, **{k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}})
        for slug, value in raw["values"].items()
    }
    words: dict[str, tuple[WordMeaning, ...]] = {}
    for value in values.values():
        for word in (value.label, value.plain, *value.also):
            words[plain(word)] = (WordMeaning(id, value.id),)
    everybody = tuple(map(plain, raw.get("everybody", ())))
    for word in (*raw.get("nothing", ()), *everybody):
        words[plain(word)] = (WordMeaning(id),)
    for other, slugs in raw.get("elsewhere", {}).items():
        for slug, them in slugs.items():
            for word in them:
                words[plain(word)] = (WordMeaning(other, slug, "" if slug else word),)
    for word, (slug, note) in raw.get("implies", {}).items():
        notes = {"frais_a_charge": "frais_precisions", "modalites_accompagnement": "acces_precisions"}
        words[plain(word)] = (WordMeaning(id, slug), WordMeaning(notes[id], text=note))
    vague = {
        plain(word): Vague(many[0], reason) for reason, many in raw.get("vague", {}).items() for word in many
    }
    return ClosedList(id, values, words, raw.get("free", ""), vague, frozenset(everybody))


def _read(name: str) -> dict[str, Any]:
    return dict(read_yaml(FILES / f"{name}.yaml"))
