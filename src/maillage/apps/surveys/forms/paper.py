"""Typing in a paper form: the number of the ticked box, a number, a date; N and R for non-responses."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from maillage.kernel.typed import line
from maillage.publishing.survey.paper import numbers, printed_choices
from maillage.questionnaires.questionnaire import DECLINED, UNKNOWN, Question, Questionnaire

UNSAID_TYPED = {"n": UNKNOWN, "?": UNKNOWN, "r": DECLINED}
DAY = re.compile(r"(\d{1,2})[/. -]?(\d{2})[/. -]?(\d{4})")
CLOCK = re.compile(r"(\d{1,2})\s*[:hH. ]?\s*(\d{2})")
NUMBER = re.compile(r"-?\d{1,12}(?:[.,]\d{1,9})?")
FORM = re.compile(r"[0-9A-Za-z-]{1,20}")
LONGEST = 5_000
FIELD = "q-"


class Unread(Exception):
    """Typed text that is no answer: what was expected, in French."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The typed text of a form. values: name of a question → answer; unread: name → what was expected; raw:
    as typed.
    """

    form: str
    values: Mapping[str, str]
    unread: Mapping[str, str]
    raw: Mapping[str, str] = field(default_factory=dict)


def read(questionnaire: Questionnaire, posted: Mapping[str, str]) -> Typed:
    """Return the typed text of a form, with what could not be read; an empty box is no answer."""
    values, unread, raw = {}, {}, {}
    for name in numbers(questionnaire):
        question = questionnaire.question(name)
        typed = posted.get(FIELD + name, "").strip()[:LONGEST]
        if question is None or not typed:
            continue
        raw[name] = typed
        try:
            values[name] = answer(questionnaire, question, typed)
        except Unread as error:
            unread[name] = str(error)
    return Typed(form=form_of(posted.get("feuille", "")), values=values, unread=unread, raw=raw)


def form_of(typed: str) -> str:
    """Return the number of a sheet as it is kept, '' when it is none.

    >>> form_of(" 0012 "), form_of("b-7"), form_of("n° 12")
    ('12', 'B-7', '')
    """
    bare = line(typed).upper()
    return (
        (bare.lstrip("0") or "0" if bare.isdigit() else bare)
        if FORM.fullmatch(bare) and bare.isascii()
        else ""
    )


def answer(questionnaire: Questionnaire, question: Question, typed: str) -> str:
    """Return the answer that a few signs stand for; raises Unread."""
    if question.kind != "text" and typed.casefold() in UNSAID_TYPED:
        return UNSAID_TYPED[typed.casefold()]
    choices = [choice.name for choice in printed_choices(questionnaire, question)]
    if question.kind == "one":
        return _one(typed, choices)
    if question.kind == "many":
        return " ".join(dict.fromkeys(_one(each, choices) for each in _cut(typed, len(choices))))
    if question.kind == "rank":
        return _ranked(typed, choices)
    return READERS.get(question.kind, _text)(typed)


def typed_back(questionnaire: Questionnaire, question: Question, value: str) -> str:
    """Return the text to type for an answer: the inverse of `answer`."""
    for sign, unsaid in (("N", UNKNOWN), ("R", DECLINED)):
        if value == unsaid and question.kind != "text":
            return sign
    choices = [choice.name for choice in printed_choices(questionnaire, question)]
    if question.kind in ("one", "many"):
        return " ".join(str(choices.index(each) + 1) for each in value.split() if each in choices)
    if question.kind == "rank":
        ranks = {name: rank for rank, name in enumerate(value.split(), 1)}
        return " ".join(str(ranks.get(name, 0)) for name in choices)
    if question.kind == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value).strftime("%d/%m/%Y")
    return "1" if question.kind == "acknowledge" else value


def _one(typed: str, choices: list[str]) -> str:
    at = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0
    if not 1 <= at <= len(choices):
        raise Unread(
            f"Tapez le numéro d’une case, de 1 à {len(choices)} ; N : ne sait pas ; R : ne souhaite pas"
            " répondre."
        )
    return choices[at - 1]


def _cut(typed: str, n: int) -> list[str]:
    """Return the numbers typed in a row: separated, or joined when none has two digits."""
    numbers = [each for each in re.split(r"[\s,;.+/-]+", typed) if each]
    if len(numbers) == 1 and numbers[0].isdigit() and n <= 9:
        return list(numbers[0])
    return numbers


def _ranked(typed: str, choices: list[str]) -> str:
    """Return the choices from first to last, from the ranks written in their boxes, top to bottom; 0: left
    empty.
    """
    typed_ranks = _cut(typed, len(choices))
    ranks = [int(each) if each.isascii() and each.isdigit() and len(each) < 5 else -1 for each in typed_ranks]
    positive_ranks = [rank for rank in ranks if rank]
    if (
        len(ranks) > len(choices)
        or sorted(positive_ranks) != list(range(1, len(positive_ranks) + 1))
        or not positive_ranks
    ):
        raise Unread(
            "Tapez les rangs écrits dans les cases, de haut en bas, par exemple 2 1 3 ; 0 pour une case vide."
        )
    order = sorted((rank, name) for rank, name in zip(ranks, choices, strict=False) if rank)
    return " ".join(name for _, name in order)


def _integer(typed: str) -> str:
    if not (typed.isascii() and typed.removeprefix("-").isdigit() and len(typed) < 13):
        raise Unread("Tapez un nombre entier.")
    return str(int(typed))


def _number(typed: str) -> str:
    if not NUMBER.fullmatch(typed) or not typed.isascii():
        raise Unread("Tapez un nombre, par exemple 12 ou 12,5.")
    return typed.replace(",", ".")


def _day(typed: str) -> str:
    match = DAY.fullmatch(typed) if typed.isascii() else None
    try:
        return (
            date(int(match[3]), int(match[2]), int(match[1])).isoformat()
            if match
            else date.fromisoformat(typed).isoformat()
        )
    except ValueError as error:
        raise Unread("Tapez une date qui existe, par exemple 31/12/2025 ou 31122025.") from error


def _clock(typed: str) -> str:
    match = CLOCK.fullmatch(typed) if typed.isascii() else None
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise Unread("Tapez une heure, par exemple 9:30 ou 0930.")
    return f"{int(match[1]):02}:{match[2]}"


def _moment(typed: str) -> str:
    day, _, clock = typed.replace("T", " ").partition(" ")
    return f"{_day(day)}T{_clock(clock.strip())}"


def _tick(typed: str) -> str:
    if typed.casefold() not in ("1", "x", "o", "oui", "ok"):
        raise Unread("Tapez 1 si la case est cochée, rien sinon.")
    return "OK"


def _text(typed: str) -> str:
    return typed


READERS: Mapping[str, Callable[[str], str]] = {
    "integer": _integer,
    "range": _number,
    "decimal": _number,
    "date": _day,
    "time": _clock,
    "moment": _moment,
    "acknowledge": _tick,
}
