"""The fields of a module: each text at its place, in words; what was typed, put back at its place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maillage.apps.learning.queries import authoring as queries
from maillage.apps.learning.queries import contents
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules import texts as module_texts
from maillage.modules.authoring import Copy
from maillage.modules.format import Where
from maillage.modules.reading import Fault
from maillage.modules.translations import Line, Translation

LEVELS = {"debutant": "Débutant", "intermediaire": "Intermédiaire", "avance": "Avancé"}
CHOICES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "theme": ("Thème", module_format.THEMES),
    "niveau": ("Niveau", LEVELS),
    "nature": ("Ce que fait l’étape", module_format.NATURES),
}
FLAGS = {"juste": "C’est une bonne réponse", "reussite": "Cette étape montre que c’est appris"}
NEIGHBOUR_LISTS = {"prealables": "À faire avant", "suite": "À faire après"}
LINES = " (une ligne chacun)"
UNREAD = (KeyError, TypeError, AttributeError, IndexError)  # of a file written by hand
LONG = ("parle", "pour_l_aidant", "but", "retard", "guichet")


@dataclass(slots=True)
class Field:
    """A field of a form. kind: text, area, lines, choice, several, number, flag or drawing; now: what is
    there now, if somebody changed it.
    """

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
    def chosen(self) -> list[str]:
        return self.value.splitlines()

    @property
    def rows(self) -> int:
        return max(2, self.value.count("\n") + 2, len(self.value) // 60 + 1)

    @property
    def n_words(self) -> int:
        return len(self.value.split())


@dataclass(slots=True)
class Section:
    """Fields that go together, folded unless they are what is changed first, or something is wrong there."""

    title: str
    folded: bool
    inside: list[tuple[str, list[Field]]]

    @property
    def screen(self) -> str:
        """Return the name of the screen whose texts these are, '' for another section."""
        place = self.inside[0][1][0].place
        return str(place[4]) if len(place) > 4 and place[3] == "ecrans" else ""

    @property
    def n(self) -> int:
        return sum(len(fields) for _, fields in self.inside)

    @property
    def open(self) -> bool:
        return any(each.faults or each.now is not None for _, fields in self.inside for each in fields)


UNFOLDED = ("", "L’exercice", "Les dessins de la fiche")


def anchor(place: Where) -> str:
    """Return the identifier of the field of a place, the same on every page.

    >>> anchor(("etapes", 0, "titre"))
    'c-etapes-0-titre'
    """
    return "-".join(
        [
            "c",
            *(
                re.sub(r"[^A-Za-z0-9]", lambda character: f"_{ord(character[0]):x}", str(part))
                for part in place
            ),
        ]
    )


def sections(copy: Copy, part: str, typed: Mapping[str, str] | None = None) -> list[Section]:
    """Return the fields of a part, by what they belong to, with their faults. typed: what somebody had
    typed, kept as it is.
    """
    content = copy.content or {}
    fields_by_section: dict[str, dict[str, list[Field]]] = {}
    for part_field in fields(copy, part):
        part_field.id = anchor(part_field.place)
        if typed is not None and part_field.kind != "drawing":
            typed_text = (
                "1"
                if part_field.kind == "flag" and part_field.name in typed
                else typed.get(part_field.name, "")
            )
            if " ".join(typed_text.split()) != " ".join(part_field.value.split()):
                part_field.now = part_field.value
            part_field.value = typed_text
        part_field.faults = [f for f in copy.faults if _is_of(f.place, part_field.place)]
        title, inside = module_texts.section(content, part_field.place)
        fields_by_section.setdefault(title, {}).setdefault(inside, []).append(part_field)
    return [
        Section(
            title,
            title not in UNFOLDED,
            [
                ("" if len(group_fields) == 1 and _says_itself(group_fields[0]) else inside, group_fields)
                for inside, group_fields in groups.items()
            ],
        )
        for title, groups in fields_by_section.items()
    ]


def unknown_neighbours(copy: Copy) -> list[str]:
    """Return a sentence for each module named before or after this one that no longer exists: learners do not
    see them, nothing stops.
    """
    known = contents.modules()
    return [
        f"« {label} » nomme « {id} », qui n’existe pas."
        for key, label in NEIGHBOUR_LISTS.items()
        for id in (copy.content or {}).get(key) or ()
        if str(id) not in known
    ]


def _is_of(fault: Where, place: Where) -> bool:
    return fault == place or (fault[:-1] == place and isinstance(fault[-1], int))


def _says_itself(field: Field) -> bool:
    """Return True if the only text of an element needs no title: its label is enough."""
    return len(field.place) > 2 and field.place[-3] == "elements"


@dataclass(frozen=True, slots=True)
class FaultText:
    """A fault as it is said: where in words, and the field in which it is mended; '' for the whole part."""

    fault: Fault
    part: str
    where: str
    id: str


def fault_texts(copy: Copy) -> list[FaultText]:
    """Return the faults of a module, each with the field in which it is corrected."""
    content, texts = copy.content or {}, []
    known: dict[str, list[Field]] = {}
    for wrong in queries.wrong(copy):
        if wrong.part and wrong.part not in known:
            try:
                known[wrong.part] = fields(copy, wrong.part)
            except UNREAD:
                known[wrong.part] = []
        field = next((f for f in known.get(wrong.part, ()) if _is_of(wrong.fault.place, f.place)), None)
        headings = [
            wrong.part_title if wrong.part else "Les étapes" if wrong.fault.place == ("etapes",) else ""
        ]
        if field is not None:
            inside = [
                words
                for words in module_texts.section(content, field.place)
                if words not in ("", "L’exercice")
            ]
            headings += [*inside, f"« {field.label.removesuffix(LINES)} »"]
        texts.append(
            FaultText(
                wrong.fault,
                wrong.part,
                ", ".join(filter(None, headings)),
                anchor(field.place) if field else "",
            )
        )
    return texts


def fields(copy: Copy, part: str) -> list[Field]:
    """Return the fields of a part, in the order of the file."""
    content = _complete_content(copy, part)
    part_fields = [_chosen(content, place, key) for key, place in _choices(content, part)]
    if part == "en-tete":
        part_fields.append(
            Field("duree", ("duree",), "Durée, en minutes", "number", str(content.get("duree", "")))
        )
    texts = [(where, value) for where, value in module_texts.texts(content) if queries.stands_in(where, part)]
    places: list[tuple[Where, Field]] = [(where, _text(content, where, value)) for where, value in texts]
    places += [
        (
            where,
            Field(
                module_reading.place_text(where),
                where,
                "Dessin",
                "drawing",
                name,
                off=len(where) == 4 and where[2] == "dessins",
            ),
        )
        for where, name in module_texts.drawn(content)
        if queries.stands_in(where, part)
    ]
    places += [(where, _flag(content, where)) for where in _flags(content, part)]
    groups = [module_texts.section(content, where) for where, _ in places]
    part_fields += [
        field
        for group in dict.fromkeys(groups)
        for of, (_, field) in zip(groups, places, strict=True)
        if of == group
    ]
    if part == "en-tete":
        authors = [str(author) for author in content.get("auteurs") or ()]
        part_fields += [_several(content, key, label) for key, label in NEIGHBOUR_LISTS.items()]
        part_fields.append(Field("auteurs", ("auteurs",), f"Écrit par{LINES}", "lines", "\n".join(authors)))
    return part_fields


def _complete_content(copy: Copy, part: str) -> dict[str, Any]:
    """Return the content of a module, with empty texts where this part accepts one and has none yet."""
    content: dict[str, Any] = module_texts.own(copy.content or {})
    if part.isdecimal():
        step = content["etapes"][int(part) - 1]
        first = {
            "nature": step.get("nature", "seul"),
            "titre": step.get("titre", ""),
            "texte": step.get("texte") or [],
        }
        content["etapes"][int(part) - 1] = {**first, **{k: v for k, v in step.items() if k not in first}}
    elif part == "fiche" and isinstance(content.get("fiche"), dict):
        content["fiche"].setdefault("chez_soi", "")
    return content


def _text(content: Any, where: Where, value: str | Sequence[str]) -> Field:
    key = str(where[-1])
    label = module_texts.label(content, where)
    if isinstance(value, str):
        kind = "area" if key in LONG or len(value) > 60 else "text"
        words = module_format.MOST_WORDS if key == "consigne" else 0
        return Field(module_reading.place_text(where), where, label, kind, value, words=words)
    return Field(module_reading.place_text(where), where, f"{label}{LINES}", "lines", "\n".join(value))


def _choices(content: Any, part: str) -> list[tuple[str, Where]]:
    if part == "en-tete":
        return [("theme", ("theme",)), ("niveau", ("niveau",))]
    return [("nature", (*queries.prefix(part), "nature"))] if part.isdecimal() else []


def _chosen(content: Any, place: Where, key: str) -> Field:
    label, choices = CHOICES[key]
    return Field(
        module_reading.place_text(place),
        place,
        label,
        "choice",
        str(module_texts.at(content, place)),
        choices,
    )


def _several(content: Any, key: str, label: str) -> Field:
    named = [str(id) for id in content.get(key) or ()]
    known = {each.id: each.title for each in contents.modules().values() if each.id != content.get("id")}
    choices = {**{id: known.get(id, f"« {id} », qui n’existe pas") for id in named}, **known}
    return Field(key, (key,), label, "several", "\n".join(named), choices)


def _flags(content: Any, part: str) -> list[Where]:
    if not part.isdecimal():
        return []
    start = queries.prefix(part)
    exercise = module_texts.at(content, start).get("exercice") or {}
    places: list[Where] = []
    for inside in ((), ("facile",)):
        options = (
            module_texts.at(exercise, inside).get("choix") if not inside or inside[0] in exercise else None
        )
        places += [(*start, "exercice", *inside, "choix", n, "juste") for n, _ in enumerate(options or ())]
    return [*places, *([(*start, "reussite")] if exercise else [])]


def _flag(content: Any, where: Where) -> Field:
    on = bool(module_texts.at(content, where[:-1]).get(str(where[-1]), False))
    return Field(module_reading.place_text(where), where, FLAGS[str(where[-1])], "flag", "1" if on else "")


def applied(copy: Copy, part: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of a module with the typed values put in place. Unchanged values stay as they were
    written.
    """
    content: dict[str, Any] = module_texts.own(copy.content or {})
    for part_field in fields(copy, part):
        if part_field.kind == "drawing":
            continue
        if part_field.kind == "flag":
            _put_flag(content, part_field.place, on=part_field.name in typed)
        elif part_field.name in typed and _clean(part_field, typed[part_field.name]) != _clean(
            part_field, part_field.value
        ):
            _put(content, part_field, typed[part_field.name])
    return content


def _clean(field: Field, typed_text: str) -> Any:
    if field.kind in ("lines", "several"):
        return [line for raw in typed_text.splitlines() if (line := " ".join(raw.split()))]
    return " ".join(typed_text.split())


def _put(content: Any, field: Field, typed_text: str) -> None:
    value = _clean(field, typed_text)
    if field.kind == "number":
        value = int(value) if value.isdecimal() and len(value) < 6 else value
    module_texts.put(content, field.place, value)


def _put_flag(content: Any, where: Where, *, on: bool) -> None:
    parent = module_texts.at(content, where[:-1])
    if bool(parent.get(where[-1], False)) != on:
        if on:
            parent[where[-1]] = True
        else:
            parent.pop(where[-1])


# ----------------------------------------------------------------------------------------------- translations


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


def part_label(place: str) -> str:
    """Return the part of a place as it is told: “etapes 3”, “fiche”, or '' for the header."""
    first = place.split(" › ", maxsplit=1)[0]
    return first if first.startswith("etapes ") or first in ("fiche", "demarche") else ""


def part_title(part: str) -> str:
    """Return how a part of a translation is called, from how it is told."""
    return (
        f"Étape {part.removeprefix('etapes ')}"
        if part.startswith("etapes ")
        else queries.PARTS.get(part or "en-tete", part)
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """Sentences that go together: folded once they are all done."""

    title: str
    rows: list[Row]

    @property
    def remaining(self) -> int:
        return sum(row.line.state != "done" for row in self.rows)


def rows(content: Any, lines: Sequence[Line], typed: Mapping[str, str] | None) -> list[Rows]:
    """Return the fields of some sentences, each with what it is. typed: what somebody had typed, kept as
    it is.
    """
    places = {module_reading.place_text(where): where for where, _ in module_texts.sentences(content)}
    rows_by_section: dict[str, list[Row]] = {}
    for n, line in enumerate(lines, 1):
        row = Row(
            line,
            id=f"t-{n}",
            name=f"t:{line.place}",
            value=typed.get(f"t:{line.place}", line.text) if typed is not None else line.text,
            label=module_texts.label_inside(content, places[line.place]),
        )
        rows_by_section.setdefault(module_texts.section(content, places[line.place])[0], []).append(row)
    return [Rows(title, section_rows) for title, section_rows in rows_by_section.items()]


def translated(known: Translation, lines: Sequence[Line], typed: Mapping[str, str]) -> Translation:
    """Return a translation once what was typed is put at its places.

    A sentence whose French changed stays to be read again, until it is rewritten or said to be still right.
    """
    sentences, since = dict(known.text_by_place), dict(known.since)
    for line in lines:
        words = " ".join(typed.get(f"t:{line.place}", line.text).split())
        french = typed.get(f"f:{line.place}", line.french)
        if line.state == "changed" and words == line.text and f"j:{line.place}" not in typed:
            continue
        if words:
            sentences[line.place], since[line.place] = words, french
        else:
            sentences.pop(line.place, None)
            since.pop(line.place, None)
    authors = tuple(
        name for raw in typed.get("traducteurs", "").splitlines() if (name := " ".join(raw.split())[:80])
    )
    return Translation(known.language, sentences, since, authors or known.authors, known.read_by)
