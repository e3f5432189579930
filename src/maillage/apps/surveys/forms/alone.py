"""Self-completion on a page: one screen at a time, without script."""

from collections.abc import Iterable, Mapping
from typing import Any

from maillage.apps.surveys.queries.screens import Screen
from maillage.questionnaires.questionnaire import UNSAID, Question, Questionnaire

LONGEST = 5_000
ANSWER, UNSAID_BOX, RANK = "q-", "tu-", "rang-"


def read(
    questionnaire: Questionnaire, screen: Screen, posted: Any, visible_names: Iterable[str]
) -> dict[str, str]:
    """Return the answers to the questions of a screen that were asked; an empty text for one left blank."""
    names = set(visible_names)
    return {
        item.name: _answer(questionnaire, item, posted)
        for item in screen.items
        if item.name in names and item.kind != "note"
    }


def _answer(questionnaire: Questionnaire, question: Question, posted: Any) -> str:
    name = question.name
    if (unsaid := posted.get(UNSAID_BOX + name, "")) in UNSAID:
        return str(unsaid)
    choices = {each.name: each.alone for each in questionnaire.choices(question)} | dict.fromkeys(
        UNSAID, True
    )
    if question.kind == "one":
        typed_choice = posted.get(ANSWER + name, "")
        return typed_choice if typed_choice in choices else ""
    if question.kind == "many":
        return _many(
            [each for each in dict.fromkeys(posted.getlist(ANSWER + name)) if each in choices], choices
        )
    if question.kind == "rank":
        return _ranked(
            (posted.get(f"{RANK}{name}-{each}", ""), each) for each in choices if each not in UNSAID
        )
    if question.kind == "acknowledge":
        return "OK" if posted.get(ANSWER + name) else ""
    typed = posted.get(ANSWER + name, "").strip()[:LONGEST]
    if question.kind in ("integer", "decimal", "range"):
        return str(typed.replace(",", ".").replace("\u00a0", "").replace(" ", ""))
    return str(typed)


def _ranked(typed: Iterable[tuple[str, str]]) -> str:
    """Return the choices from first to last, those of one rank joined by `=`: whoever answers puts them
    apart, the alphabet never does.

    >>> _ranked([("2", "pc"), ("1", "telephone"), ("2", "tablette"), ("", "rien")])
    'telephone pc=tablette'
    """
    steps: dict[int, list[str]] = {}
    for rank, choice in typed:
        if rank.isascii() and rank.isdigit() and len(rank) < 4:
            steps.setdefault(int(rank), []).append(choice)
    return " ".join("=".join(names) for _, names in sorted(steps.items()))


def _many(choices: list[str], alone: Mapping[str, bool]) -> str:
    """Return several answers; an exclusive one gives way to the others, except for a non-response."""
    inclusive = [each for each in choices if not alone[each]]
    return " ".join(inclusive or choices[:1])
