"""Answers as other tools write them: labels for names, a decimal comma, a day written the French way."""

import re
from collections.abc import Callable, Iterable, Mapping

from maillage.forms.questionnaire import UNSAID, Choice, Question, Questionnaire
from maillage.kernel.names import plain
from maillage.words import dates

WHOLE_NUMBER = re.compile(r"(-?\d{1,15})[.,]0+", re.ASCII)
NUMBER = re.compile(r"-?\d{1,15}[.,]\d{1,15}", re.ASCII)


def reader(questionnaire: Questionnaire, question: Question) -> Callable[[str], str]:
    """Return a function that converts an answer to a question to our form; one already in it, or unreadable,
    is returned unchanged.

    >>> on = (Choice(name="oui", label={"fr": "Oui"}), Choice(name="tel", label={"fr": "Par téléphone"}))
    >>> many, day = Question(name="q", kind="many", label={}, choices="on"), Question(
    ...     name="d", kind="date", label={})
    >>> form = Questionnaire(id="f", title="Essai", lists={"on": on}, items=(many, day))
    >>> [reader(form, many)(text) for text in ("Oui, par telephone", "oui tel", "oui fax")]
    ['oui tel', 'oui tel', 'oui fax']
    >>> [reader(form, day)(text) for text in ("01/11/2026", "11/13/2026")]
    ['2026-11-01', '11/13/2026']
    """
    if question.kind in ("one", "many", "rank"):
        return _of_choices(questionnaire.choices(question), several=question.kind != "one")
    return READERS.get(question.kind, str)


def _day(text: str) -> str:
    day = dates.read(text)
    return day.isoformat() if day else text


def _without_decimals(text: str) -> str:
    return match[1] if (match := WHOLE_NUMBER.fullmatch(text)) else text


def _decimal(text: str) -> str:
    return text.replace(",", ".") if NUMBER.fullmatch(text) else text


READERS: Mapping[str, Callable[[str], str]] = {
    "date": _day,
    "integer": _without_decimals,
    "decimal": _decimal,
    "range": lambda text: _decimal(_without_decimals(text)),
}


def spoken(choices: Iterable[Choice]) -> Mapping[str, str]:
    """Return the wording of each choice, as typed by someone in a hurry → its name; a wording shared by two
    choices is left out.

    >>> young, old = Choice(name="a", label={"fr": "< 30 ans"}), Choice(name="b", label={"fr": "> 30 ans"})
    >>> dict(spoken([young, old]))
    {'< 30 ans': 'a', '> 30 ans': 'b'}
    """
    names_by_wording: dict[str, set[str]] = {}
    for choice in choices:
        for label in choice.label.values():
            for wording in (_flat(label), plain(label)):
                names_by_wording.setdefault(wording, set()).add(choice.name)
    return {
        wording: next(iter(names))
        for wording, names in names_by_wording.items()
        if wording and len(names) == 1
    }


def name_of(text: str, called: Mapping[str, str]) -> str:
    """Return the name of the choice a label designates, '' for none or several. called: as `spoken` returns
    it.
    """
    return called.get(_flat(text)) or called.get(plain(text), "")


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())


def _of_choices(choices: tuple[Choice, ...], *, several: bool) -> Callable[[str], str]:
    names = {*UNSAID, *(choice.name for choice in choices)}
    called = {**{_flat(words): name for name, words in UNSAID.items()}, **spoken(choices)}

    def read(text: str) -> str:
        parts = text.split()
        if text in names or (several and names.issuperset(parts)):
            return text
        return name_of(text, called) or (several and _cut(parts, names, called)) or text

    return read


def _cut(parts: list[str], names: set[str], called: Mapping[str, str]) -> str:
    """Return the names designated by words one after the other, each by the longest label; '' when some
    designate nothing.
    """
    chosen, start = [], 0
    longest = max((len(wording.split()) for wording in called), default=1)
    while start < len(parts):
        for end in range(min(len(parts), start + longest + 1), start, -1):
            piece = " ".join(parts[start:end]).strip(",;|")
            if name := piece if piece in names else name_of(piece, called):
                chosen.append(name)
                break
        else:
            return ""
        start = end
    return " ".join(dict.fromkeys(chosen))
