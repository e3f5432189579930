"""The fields of a module: each text at its place, in words; what was typed, put back at its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maillage.apps.learning.queries import authoring as queries
from maillage.reference import learning, module_texts
from maillage.reference.authoring import Copy
from maillage.reference.learning import Fault, Where
from maillage.reference.translations import Line, Translation

LEVELS = {"debutant": "Débutant", "intermediaire": "Intermédiaire", "avance": "Avancé"}
CHOICES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "theme": ("Thème", learning.THEMES),
    "niveau": ("Niveau", LEVELS),
    "nature": ("Ce que fait l’étape", learning.NATURES),
}
FLAGS = {"juste": "C’est une bonne réponse", "reussite": "Cette étape montre que c’est appris"}
LINES = " (une ligne chacun)"
LONG = ("parle", "pour_l_aidant", "but", "retard", "guichet")


@dataclass(slots=True)
class Field:
    """A field of a form. kind: text, area, lines, choice, number, flag or drawing; now: what is there now, if somebody changed it."""

    name: str
    place: Where
    label: str
    kind: str
    value: str
    choices: Mapping[str, str] = field(default_factory=dict)
    words: int = 0
    faults: list[Fault] = field(default_factory=list)
    now: str | None = None
    off: bool = False
    id: str = ""

    @property
    def rows(self) -> int:
        return max(2, self.value.count("\n") + 2, len(self.value) // 60 + 1)

    @property
    def n_words(self) -> int:
        return len(self.value.split())


def groups(copy: Copy, part: str, typed: Mapping[str, str] | None = None) -> list[tuple[str, list[Field]]]:
    """Return the fields of a part, by what they belong to, with their faults. typed: what somebody had typed, kept as it is."""
    made: dict[str, list[Field]] = {}
    for n, each in enumerate(fields(copy, part), 1):
        each.id = f"c-{n}"
        if typed is not None and each.kind != "drawing":
            said = "1" if each.kind == "flag" and each.name in typed else typed.get(each.name, "")
            if " ".join(said.split()) != " ".join(each.value.split()):
                each.now = each.value
            each.value = said
        each.faults = [
            f for f in copy.faults if f.place == each.place or (f.place[:-1] == each.place and isinstance(f.place[-1], int))
        ]
        made.setdefault(module_texts.group(each.place), []).append(each)
    return list(made.items())


def fields(copy: Copy, part: str) -> list[Field]:
    """Return the fields of a part, in the order of the file."""
    held = _whole(copy, part)
    found = [_chosen(held, place, key) for key, place in _choices(held, part)]
    if part == "en-tete":
        found.append(Field("duree", ("duree",), "Durée, en minutes", "number", str(held.get("duree", ""))))
    texts = [(where, value) for where, value in module_texts.texts(held) if queries.stands_in(where, part)]
    places: list[tuple[Where, Field]] = [(where, _text(where, value)) for where, value in texts]
    places += [
        (
            where,
            Field(learning.told(where), where, "Dessin", "drawing", name, off=len(where) == 4 and where[2] == "dessins"),
        )
        for where, name in module_texts.drawn(held)
        if queries.stands_in(where, part)
    ]
    places += [(where, _flag(held, where)) for where in _flags(held, part)]
    groups = list(dict.fromkeys(module_texts.group(where) for where, _ in places))
    found += [each for group in groups for where, each in places if module_texts.group(where) == group]
    if part == "en-tete":
        authors = [str(who) for who in held.get("auteurs") or ()]
        found.append(Field("auteurs", ("auteurs",), f"Écrit par{LINES}", "lines", "\n".join(authors)))
    return found


def _whole(copy: Copy, part: str) -> dict[str, Any]:
    """Return what the module holds, with the texts that this part may take and does not have yet."""
    held: dict[str, Any] = module_texts.own(copy.held or {})
    if part.isdecimal():
        step = held["etapes"][int(part) - 1]
        first = {"nature": step.get("nature", "seul"), "titre": step.get("titre", ""), "texte": step.get("texte") or []}
        held["etapes"][int(part) - 1] = {**first, **{k: v for k, v in step.items() if k not in first}}
    elif part == "fiche" and isinstance(held.get("fiche"), dict):
        held["fiche"].setdefault("chez_soi", "")
    return held


def _text(where: Where, value: str | Sequence[str]) -> Field:
    key = str(where[-1])
    label = module_texts.LABELS[key]
    if isinstance(value, str):
        kind = "area" if key in LONG or len(value) > 60 else "text"
        words = learning.MOST_WORDS if key == "consigne" else 0
        return Field(learning.told(where), where, label, kind, value, words=words)
    return Field(learning.told(where), where, f"{label}{LINES}", "lines", "\n".join(value))


def _choices(held: Any, part: str) -> list[tuple[str, Where]]:
    if part == "en-tete":
        return [("theme", ("theme",)), ("niveau", ("niveau",))]
    return [("nature", (*queries.prefix(part), "nature"))] if part.isdecimal() else []


def _chosen(held: Any, place: Where, key: str) -> Field:
    label, choices = CHOICES[key]
    return Field(learning.told(place), place, label, "choice", str(module_texts.at(held, place)), choices)


def _flags(held: Any, part: str) -> list[Where]:
    if not part.isdecimal():
        return []
    start = queries.prefix(part)
    exercise = module_texts.at(held, start).get("exercice") or {}
    found: list[Where] = []
    for inside in ((), ("facile",)):
        options = module_texts.at(exercise, inside).get("choix") if not inside or inside[0] in exercise else None
        found += [(*start, "exercice", *inside, "choix", n, "juste") for n, _ in enumerate(options or ())]
    return [*found, *([(*start, "reussite")] if exercise else [])]


def _flag(held: Any, where: Where) -> Field:
    on = bool(module_texts.at(held, where[:-1]).get(str(where[-1]), False))
    return Field(learning.told(where), where, FLAGS[str(where[-1])], "flag", "1" if on else "")


def applied(copy: Copy, part: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return what a module holds once what was typed is put at its places. What was not changed stays as it was written."""
    held: dict[str, Any] = module_texts.own(copy.held or {})
    for each in fields(copy, part):
        if each.kind == "drawing":
            continue
        if each.kind == "flag":
            _put_flag(held, each.place, on=each.name in typed)
        elif each.name in typed and _clean(each, typed[each.name]) != _clean(each, each.value):
            _put(held, each, typed[each.name])
    return held


def _clean(each: Field, said: str) -> Any:
    if each.kind == "lines":
        return [line for raw in said.splitlines() if (line := " ".join(raw.split()))]
    return " ".join(said.split())


def _put(held: Any, each: Field, said: str) -> None:
    value = _clean(each, said)
    if each.kind == "number":
        value = int(value) if value.isdecimal() and len(value) < 6 else value
    module_texts.put(held, each.place, value)


def _put_flag(held: Any, where: Where, *, on: bool) -> None:
    parent = module_texts.at(held, where[:-1])
    if bool(parent.get(where[-1], False)) != on:
        if on:
            parent[where[-1]] = True
        else:
            parent.pop(where[-1])


# --------------------------------------------------------------------------------------------------------- translations


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence to translate, with its field."""

    line: Line
    id: str
    name: str
    value: str
    label: str

    @property
    def rows(self) -> int:
        return max(1, len(self.line.french) // 45 + 1)


def part_told(place: str) -> str:
    """Return the part of a place as it is told: “etapes 3”, “fiche”, or '' for the header."""
    first = place.split(" › ", maxsplit=1)[0]
    return first if first.startswith("etapes ") or first in ("fiche", "demarche") else ""


def part_title(part: str) -> str:
    return (
        f"Étape {part.removeprefix('etapes ')}"
        if part.startswith("etapes ")
        else queries.PARTS.get(part or "en-tete", part)
    )


def rows(lines: Sequence[Line], typed: Mapping[str, str] | None) -> list[Row]:
    """Return the fields of some sentences. typed: what somebody had typed, kept as it is."""
    return [
        Row(
            line,
            id=f"t-{n}",
            name=f"t:{line.place}",
            value=typed.get(f"t:{line.place}", line.said) if typed is not None else line.said,
            label=module_texts.LABELS.get(line.place.split(" › ")[-1].rstrip(" 0123456789"), "Texte"),
        )
        for n, line in enumerate(lines, 1)
    ]


def translated(known: Translation, lines: Sequence[Line], typed: Mapping[str, str]) -> Translation:
    """Return a translation once what was typed is put at its places.

    A sentence whose French changed stays to be read again, until it is rewritten or said to be still right.
    """
    said, since = dict(known.said), dict(known.since)
    for line in lines:
        words = " ".join(typed.get(f"t:{line.place}", line.said).split())
        seen = typed.get(f"f:{line.place}", line.french)
        if line.state == "changed" and words == line.said and f"j:{line.place}" not in typed:
            continue
        if words:
            said[line.place], since[line.place] = words, seen
        else:
            said.pop(line.place, None)
            since.pop(line.place, None)
    authors = tuple(name for raw in typed.get("traducteurs", "").splitlines() if (name := " ".join(raw.split())[:80]))
    return Translation(known.language, said, since, authors or known.authors, known.read_by)
