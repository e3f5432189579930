"""A paper form typed in by letters: one line, or small boxes; what cannot be read is reported, and the rest
is used.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from maillage.publishing.autonomy.paper import MESSAGES, SEARCH, numbers
from maillage.reference import bilan, bilan_tasks
from maillage.reference.bilan import LETTERS, UNKNOWN
from maillage.statistics.engine.tasks import SearchTask, Sorted

WORD = re.compile(r"^([a-z]?\d{1,2}|h)[=:.]?([a-z]+|\?|-)$", re.IGNORECASE)
LONGEST = 2_000
BOX = "case-"


def taken() -> dict[str, str]:
    """Return the letters that each box accepts, by its name: questions X1 to O4, then messages S1, S2 and the
    hour H.
    """
    letters_by_box = {
        id: "".join(o.letter for o in q.options.values()) for id, q in bilan.questions().items()
    }
    form = bilan_tasks.form("A")
    letters_by_box |= {
        _message(k): LETTERS[: len(bilan_tasks.choices())] for k in range(1, len(form.messages) + 1)
    }
    return letters_by_box | {SEARCH: LETTERS[: len(form.search.choices)]}


def _message(number: int) -> str:
    return f"{MESSAGES}{number}"


def name_of(typed: str) -> str:
    """Return the box for a name or a number, '' when none: `A1`, `3`, `S1` for the first message, `H`."""
    by_number = {str(number): id for id, number in numbers().items()}
    return by_number.get(typed, typed.upper() if typed.upper() in taken() else "")


@dataclass(frozen=True, slots=True)
class Box:
    """A box to type letters in. number: of the question on the sheet, 0 for a task; several: accepts several
    letters.
    """

    id: str
    number: int
    text: str
    letters: str
    several: bool
    value: str

    @property
    def name(self) -> str:
        return BOX + self.id

    @property
    def span(self) -> str:
        return f"{self.letters[0]} à {self.letters[-1]}"


def boxes(letters: Mapping[str, str]) -> tuple[list[Box], list[Box]]:
    """Return the boxes of the questions, then those of the tasks, with the letters already read."""
    questions, tasks = [], []
    for id, known in taken().items():
        question = bilan.questions().get(id)
        if question is not None:
            questions.append(
                Box(id, numbers()[id], question.text, known, question.several, letters.get(id, ""))
            )
        else:
            text = "H · l’heure trouvée" if id == SEARCH else f"Message {id}"
            tasks.append(Box(id, 0, text, known, False, letters.get(id, "")))
    return questions, tasks


class PaperForm:
    """The typed content of a sheet. letters: by box; unread: what could not be interpreted, as typed."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.letters: dict[str, str] = {}
        self.unread: list[str] = []
        self.form = "B" if data.get("feuille") == "B" else "A"
        for word in _words(str(data.get("ligne", ""))[:LONGEST]):
            self._read(word, *_split(word))
        for id in taken():
            if typed := "".join(str(data.get(BOX + id, "")).split()).lower():
                self._read(f"{id}={typed}", id, typed)

    def _read(self, word: str, id: str, typed: str) -> None:
        """Set the letters that a box accepts; report the others."""
        known = [
            letter
            for letter in dict.fromkeys(typed)
            if letter in taken().get(id, "") or letter in (UNKNOWN, "-")
        ]
        if not id or not known or len(known) < len(set(typed)):
            self.unread.append(word)
        if id and known:
            answered = [letter for letter in known if letter not in (UNKNOWN, "-")]
            self.letters[id] = "".join(sorted(answered)) or known[0]

    @property
    def is_empty(self) -> bool:
        return not self.letters

    def answers(self) -> dict[str, str | list[str]]:
        """Return the answers as they are on the sheet, including several where one was expected."""
        answers: dict[str, str | list[str]] = {}
        for id, question in bilan.questions().items():
            options = [question.of_letter(letter) for letter in self.letters.get(id, "")]
            if options:
                answers[id] = (
                    options
                    if len(options) > 1 or (question.several and options[0] in question.options)
                    else options[0]
                )
        return answers

    def tasks(self) -> dict[str, dict[str, Any]]:
        """Return the two tasks of the sheet, where they were answered: a pen measures nothing of a mouse."""
        form, rows = bilan_tasks.form(self.form), {}
        choices = list(bilan_tasks.choices())
        done = {
            message.trap: choices[LETTERS.index(letter)]
            for k, message in enumerate(form.messages.values(), 1)
            if len(letter := self.letters.get(_message(k), "")) == 1 and letter in LETTERS
        }
        if len(done) == len(form.messages):
            first = next(iter(form.messages.values())).trap
            rows["T4"] = _row(Sorted(trap=done[True], true=done[False], trap_first=first))
        hour = self.letters.get(SEARCH, "")
        if len(hour) == 1 and hour in LETTERS:
            right = form.search.choices[LETTERS.index(hour)] == form.search.right
            rows["T5"] = _row(SearchTask(answers=1, right=right, pages=1))
        return rows


def _row(measure: Sorted | SearchTask) -> dict[str, Any]:
    return {"outcome": measure.outcome, **asdict(measure)}


def _words(line: str) -> list[str]:
    """Return the words of a line, signs glued: `X1 = a` is one."""
    return re.sub(r"\s*([=:])\s*", r"\1", line.replace(",", " ").replace(";", " ")).split()


def _split(word: str) -> tuple[str, str]:
    """Return the box of a word and its letters, '' for what is missing."""
    match = WORD.match(word)
    if match is None:
        return "", ""
    name, letters = match.groups()
    return name_of(name), letters.lower()
