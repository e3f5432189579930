"""The words of the autonomy diagnosis: its questions, its rule's table, its results. The engine computes,
this says.

Sources and limits: `docs/methods/bilan.md`. Texts are ours, in French, as people read and hear them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from maillage.reference.files import read_yaml

FILES = Path(__file__).parent / "bilan"
UNKNOWN, PASSED = "?", "-"  # two answers that every question takes; to the rule they are one
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Option:
    """An answer. letter: on paper; alone: it excludes the others; knows, has, blocks: what the result says of
    it, '' if nothing.
    """

    id: str
    label: str
    letter: str
    drawing: str = ""
    help: str = ""
    alone: bool = False
    knows: str = ""
    has: str = ""
    blocks: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question. several: many answers, `most` of them at most; only: the answers after which it is asked,
    all lines holding.

    difficulty: asked only when something is difficult, as the rule sees it.
    """

    id: str
    dimension: str
    text: str
    spoken: str
    options: Mapping[str, Option]
    several: bool = False
    most: int = 0
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    difficulty: bool = False

    def of_letter(self, letter: str) -> str:
        """Return the answer that a letter of the paper form says, '' when none."""
        if letter in (UNKNOWN, PASSED):
            return letter
        return next((o.id for o in self.options.values() if o.letter == letter.strip().lower()), "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of four answers at a counter. says: to the person; does: for the receptionist."""

    id: str
    label: str
    when: str
    says: str
    does: str


@dataclass(frozen=True, slots=True)
class Level:
    """A level of access or of use. plain: what it says of somebody, inside a sentence; when: the answers that
    give it.
    """

    id: str
    label: str
    plain: str
    when: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A change that the tasks make in the declared use, and its wording."""

    id: str
    label: str
    when: str
    says: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the rule. face: what the person sees, when it is not the result's own."""

    id: str
    when: str
    result: str
    face: str
    says: str
    retest_days: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """One of the publics, from the most help to the least. coop: the level by use; segment: the default of
    the territory.
    """

    id: str
    label: str
    segment: str
    coop: Mapping[str, str]
    crcn: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do next. need: the practice looked for in the directory, '' if none; use: the uses it
    fits, all when empty.
    """

    id: str
    says: str
    tells: str
    need: str
    recommended: bool = False
    use: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Face:
    """A result as the person sees it: a sentence, a drawing with its word on a card, and three things to do
    next for each use.
    """

    id: str
    says: str
    word: str
    drawing: str
    steps: tuple[Step, ...]

    def for_use(self, use: str) -> tuple[Step, ...]:
        """Return the three steps that fit a use, the recommended one first."""
        return tuple(step for step in self.steps if not step.use or use in step.use)


@dataclass(frozen=True, slots=True)
class Flag:
    """A sentence added to any line. says: to the person, '' when it concerns who helps; pro: to the
    professional.
    """

    id: str
    label: str
    when: str
    says: str
    pro: str
    need: str
    retest_days: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """A rule as it was published, and what it changed from the one before."""

    id: str
    since: date
    changes: str


@dataclass(frozen=True, slots=True)
class Mode:
    """A person who may touch the screen."""

    id: str
    label: str
    drawing: str


@cache
def _read(name: str) -> Any:
    return read_yaml(FILES / f"{name}.yaml")


def _question(id: str, raw: Mapping[str, Any]) -> Question:
    options = {
        option_id: Option(option_id, letter=LETTERS[k], **row)
        for k, (option_id, row) in enumerate(raw["options"].items())
    }
    return Question(
        id=id,
        dimension=raw.get("dimension", ""),
        text=raw["text"],
        spoken=raw.get("spoken", raw["text"]),
        options=options,
        several=raw.get("several", False),
        most=raw.get("most", 0),
        only={question_id: tuple(answers) for question_id, answers in raw.get("only", {}).items()},
        difficulty=raw.get("difficulty", False),
    )


@cache
def questions() -> dict[str, Question]:
    """Return the questions X1 to O4 by id, in the order they are asked."""
    return {id: _question(id, raw) for id, raw in _read("questions").items()}


@cache
def screening() -> dict[str, Question]:
    """Return the four questions of a counter by id."""
    return {id: _question(id, raw) for id, raw in _read("screening")["questions"].items()}


@cache
def screening_opening() -> str:
    return str(_read("screening")["opening"])


@cache
def verdicts() -> dict[str, Verdict]:
    """Return the verdicts of the four questions by id, the first that holds first."""
    return {id: Verdict(id, **raw) for id, raw in _read("screening")["verdicts"].items()}


@cache
def annex() -> dict[str, Question]:
    """Return the questions of a first appointment by id, when a device or a subscription is in play."""
    return {id: _question(id, raw) for id, raw in _read("annex")["questions"].items()}


@cache
def annex_opening() -> str:
    return str(_read("annex")["opening"])


@cache
def accesses() -> dict[str, Level]:
    """Return the levels of access by id, the worst first."""
    return {id: Level(id, **raw) for id, raw in _read("rule")["access"].items()}


@cache
def uses() -> dict[str, Level]:
    """Return the levels of use by id, the lowest first."""
    return {id: Level(id, **raw) for id, raw in _read("rule")["use"].items()}


@cache
def corrections() -> dict[str, Correction]:
    return {id: Correction(id, **raw) for id, raw in _read("rule")["corrections"].items()}


@cache
def lines() -> dict[str, Line]:
    """Return the lines of the rule by id: the first that holds wins."""
    return {id: Line(id, **{"face": raw["result"], **raw}) for id, raw in _read("rule")["lines"].items()}


@cache
def results() -> dict[str, Result]:
    """Return the results by id, from the most help to the least."""
    return {id: Result(id, **raw) for id, raw in _read("rule")["results"].items()}


@cache
def faces() -> dict[str, Face]:
    """Return the words and drawing that show the person each result, or that it is not known yet."""
    lines_by_id = {}
    for id, raw in _read("rule")["faces"].items():
        steps = [
            Step(step_id, **{**row, "use": tuple(row.get("use", ()))})
            for step_id, row in raw["steps"].items()
        ]
        lines_by_id[id] = Face(id, raw["says"], raw["word"], raw["drawing"], tuple(steps))
    return lines_by_id


@cache
def flags() -> dict[str, Flag]:
    """Return the sentences added to any line, by id, in reading order."""
    return {id: Flag(id, **raw) for id, raw in _read("rule")["flags"].items()}


@cache
def segments() -> dict[str, str]:
    return dict(_read("rule")["segments"])


@cache
def coop_levels() -> dict[str, str]:
    """Return the levels of the Coop numérique by id, with their words."""
    return dict(_read("rule")["coop_levels"])


@cache
def override_reasons() -> dict[str, str]:
    """Return why a professional may change a result, by id."""
    return dict(_read("rule")["override_reasons"])


@cache
def contradictions() -> dict[str, str]:
    """Return the wording of contradictory answers, by kind."""
    return dict(_read("rule")["contradictions"])


@cache
def modes() -> dict[str, Mode]:
    """Return the persons who may touch the screen, by id."""
    return {id: Mode(id, **raw) for id, raw in _read("rule")["modes"].items()}


@cache
def unknown() -> Option:
    """Return the answer “je ne sais pas”, which every question takes."""
    return Option(UNKNOWN, letter=UNKNOWN, **_read("rule")["unknown"])


@cache
def version() -> str:
    """Return the version of the rule in force."""
    return str(_read("rule")["version"])


@cache
def versions() -> dict[str, Version]:
    return {id: Version(id, **raw) for id, raw in _read("rule")["versions"].items()}


def drawings() -> Iterator[str]:
    """Yield the name of every drawing that the texts name, again and again."""
    for question in (*screening().values(), *questions().values()):
        yield from (option.drawing for option in question.options.values())
    yield unknown().drawing
    yield from (mode.drawing for mode in modes().values() if mode.drawing)
    yield from (face.drawing for face in faces().values())
