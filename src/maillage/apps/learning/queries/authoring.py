"""The modules as their authors read them: working copies, the territory's and ours, what is wrong, what is
translated.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import ValidationError

from maillage.apps.learning.queries import contents
from maillage.kernel.errors import Refused
from maillage.modules import authoring, translations
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules import texts as module_texts
from maillage.modules.authoring import Copy
from maillage.modules.format import Module, Screens, Step, Where
from maillage.modules.reading import Fault
from maillage.publishing.page import drawings

MOST_DRAWINGS = 4  # of a step
# Those whose modules lead to no real service: a module may begin there with nothing written.
THEMES_ALONE = {id: label for id, label in module_format.THEMES.items() if id != "demarches"}
PARTS: Mapping[str, str] = {
    "en-tete": "L’en-tête",
    "fiche": "La fiche à imprimer",
    "demarche": "Pour de vrai",
}


@cache
def drawn() -> frozenset[str]:
    """Return the names of the drawings that a module may show."""
    return frozenset(drawings.names())


def copies() -> list[Copy]:
    """Return the modules of those for whom one writes, in order of their folder."""
    root = contents.root()
    copies = (authoring.working(root, id, drawn()) for id in authoring.ids(root))
    return [each for each in copies if each is not None]


def copy(id: str) -> Copy | None:
    """Return the working copy of a module of the territory; None when it has none."""
    return authoring.working(contents.root(), id, drawn())


def adaptable(taken: set[str]) -> list[tuple[str, list[Module]]]:
    """Return our modules that the territory has not adapted, by theme."""
    own_modules = contents.own_modules().values()
    return [
        (label, theme_modules)
        for theme, label in module_format.THEMES.items()
        if (theme_modules := [each for each in own_modules if each.theme == theme and each.id not in taken])
    ]


def parts(copy: Copy) -> list[str]:
    """Return the parts of a module that have their page: its header, its steps, its sheet, the real
    service.
    """
    content = copy.content or {}
    return [
        "en-tete",
        *(str(n) for n in range(1, len(copy.steps) + 1)),
        *(key for key in ("fiche", "demarche") if key in content),
    ]


def part_of(place: Where) -> str:
    """Return the part in which a place stands."""
    if place[:1] == ("etapes",) and len(place) > 1 and isinstance(place[1], int):
        return str(place[1] + 1)
    return str(place[0]) if place and place[0] in PARTS else "en-tete"


def part_title(part: str) -> str:
    """Return how a part is called."""
    return PARTS.get(part, f"L’étape {part}")


def prefix(part: str) -> Where:
    """Return the keys that lead to a part; none for the header."""
    return ("etapes", int(part) - 1) if part.isdecimal() else () if part == "en-tete" else (part,)


def stands_in(place: Where, part: str) -> bool:
    """Return True if a place is corrected on the page of a part."""
    if part == "en-tete":
        return len(place) == 1 and place[0] not in PARTS and place[0] != "etapes"
    return place[: len(prefix(part))] == prefix(part)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A fault, with the part in which it is mended."""

    fault: Fault
    part: str

    @property
    def part_title(self) -> str:
        return part_title(self.part)


def wrong(copy: Copy) -> list[Wrong]:
    """Return the faults of a module, each with the part in which it is corrected; '' for those that only
    the file shows.
    """
    known = {*parts(copy)}
    faults = [(fault, "" if fault.place == ("etapes",) else part_of(fault.place)) for fault in copy.faults]
    return [
        Wrong(fault, part if part in known and copy.content is not None else "") for fault, part in faults
    ]


def look(copy: Copy, number: int, screen: str = "") -> contents.StepPage | None:
    """Return a step as a learner would see it, from what is kept, faults elsewhere included; None when it
    does not hold.

    screen: the one that its exercise begins with, to look at it.
    """
    base = next(iter(contents.own_modules().values()))
    try:
        step = contents.typeset(Step, copy.steps[number - 1])
    except (ValidationError, IndexError):
        return None
    named = {
        d for d in (*step.drawings, *(name for _, name in module_texts.drawn(copy.steps[number - 1]))) if d
    }
    if not named <= drawn():
        return None
    if isinstance(step.exercise, Screens) and screen in step.exercise.screens:
        step = step.model_copy(update={"exercise": step.exercise.model_copy(update={"starts": screen})})
    steps = tuple(step for _ in copy.steps)
    return contents.step_page(
        base.model_copy(update={"id": copy.id, "title": copy.title, "steps": steps}), number
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A step in the list of a module: what it is, in words, and how many of its texts are wrong."""

    number: int
    title: str
    what: str
    n_wrong: int


def lines(copy: Copy) -> list[Line]:
    """Return the steps of a module."""
    faulty = Counter(each.part for each in wrong(copy))
    lines = []
    for n, step in enumerate(copy.steps, 1):
        exercise = step.get("exercice")
        kind = str(exercise.get("genre")) if isinstance(exercise, dict) else ""
        words = [
            module_format.NATURES.get(str(step.get("nature")), ""),
            f"exercice : {module_format.LABEL_BY_KIND.get(kind, kind)}" if kind else "",
            "montre que c’est appris" if step.get("reussite") else "",
        ]
        lines.append(
            Line(n, str(step.get("titre") or f"Étape {n}"), " · ".join(filter(None, words)), faulty[str(n)])
        )
    return lines


def reading(module: Module) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return the texts of a module to read through: its header, each step, its sheet; each text by its
    label.
    """
    content = module.model_dump(mode="json", by_alias=True, exclude_unset=True)
    parts: dict[str, list[tuple[str, list[str]]]] = {}
    for where, value in module_texts.texts(content):
        part = part_of(where)
        lines = [value] if isinstance(value, str) else [*value]
        if any(lines):
            parts.setdefault(part, []).append((module_texts.label(content, where), lines))
    return [(part_title(part), texts) for part, texts in parts.items()]


def redrawn(copy: Copy, place: Where, name: str) -> dict[str, Any]:
    """Return the content of a module with a drawing changed. place: that of a drawing, or the first free one
    of a step; name: '' removes it from a step.
    """
    content = module_texts.own(copy.content or {})
    known = {where for where, _ in module_texts.drawn(content)}
    if place not in known and place not in free(copy):
        raise Refused(
            "Ce dessin n’est plus là.", why="Quelqu’un a changé cette partie.", do="Rechargez la page."
        )
    if name and name not in drawn():
        raise Refused(
            f"Aucun dessin ne s’appelle « {name} ».",
            why="Rien n’a été écrit.",
            do="Choisissez-en un de la liste.",
        )
    if len(place) == 4 and place[2] == "dessins":
        step = content["etapes"][place[1]]
        names = list(step.get("dessins") or [])
        n = int(place[3])
        step["dessins"] = [*names[:n], *([name] if name else []), *names[n + 1 :]]
    elif name:
        module_texts.put(content, place, name)
    else:
        raise Refused(
            "Ce dessin ne peut pas être retiré.", why="Sa place en demande un.", do="Choisissez-en un autre."
        )
    return content  # type: ignore[no-any-return]  # read from JSON


def free(copy: Copy) -> list[Where]:
    """Return the first free place among the drawings of each step."""
    names = [len(step.get("dessins") or ()) for step in copy.steps]
    return [("etapes", n, "dessins", many) for n, many in enumerate(names) if many < MOST_DRAWINGS]


def place_of(copy: Copy, text: str) -> Where | None:
    """Return the place of a drawing from its text, None if no drawing has it."""
    every = [*(where for where, _ in module_texts.drawn(copy.content or {})), *free(copy)]
    return next((where for where in every if module_reading.place_text(where) == text), None)


# ----------------------------------------------------------------------------------------------- translations


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a translation."""

    code: str
    name: str
    done: int
    total: int

    @property
    def remaining(self) -> int:
        return self.total - self.done


def languages(id: str) -> list[Progress]:
    """Return the languages of a module, each with its sentences done."""
    content = contents.source(id)
    languages = []
    for code, name, _ in contents.translations_of(id):
        lines = translations.lines(content or {}, authoring.translation(contents.root(), id, code)[0])
        languages.append(Progress(code, name, sum(line.state == "done" for line in lines), len(lines)))
    return languages


def translation_faults() -> Mapping[str, tuple[Fault, ...]]:
    """Return the faults of translations, which have no working copy."""
    faults_by_path = contents.territory_modules(now=True).faults
    return {
        f"{path.parent.name}/{path.name}": faults
        for path, faults in faults_by_path.items()
        if path.name != module_reading.FILE
    }
