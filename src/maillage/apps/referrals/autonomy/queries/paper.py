"""A paper form typed in: its inconsistencies, in words, and the resulting diagnosis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.apps.referrals.autonomy import rules
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.publishing.autonomy.paper import numbers
from maillage.reference import bilan
from maillage.reference.bilan import PASSED, UNKNOWN
from maillage.statistics.engine import bilan as engine
from maillage.words.wording import listing

Answers = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Read:
    """The content of a sheet. doubts: inconsistent answers, in words; blank: how many questions have no
    answer.
    """

    doubts: list[str]
    blank: int


def read(answers: Answers) -> Read:
    """Return the points to review before the result. Nothing is corrected."""
    doubts = [_sentence(answers, contradiction) for contradiction in engine.contradictions(answers)]
    return Read(doubts, sum(not answers.get(id) for id in engine.path(answers)))


def _sentence(answers: Answers, doubt: engine.Contradiction) -> str:
    if _is_double(answers, doubt.first):
        words = f"{_named(doubt.first)} a plusieurs croix : le résultat la compte comme « je ne sais pas »."
    else:
        second = _named(doubt.second) if doubt.second in bilan.questions() else doubt.second
        words = bilan.contradictions()[doubt.kind].format(first=_named(doubt.first), second=second)
    return words[:1].upper() + words[1:]


def _named(id: str) -> str:
    return f"la question {numbers()[id]} ({id})"


def _is_double(answers: Answers, id: str) -> bool:
    return not bilan.questions()[id].several and len(engine.several(answers, id)) > 1


def carried(
    answers: Answers,
    tasks: Mapping[str, Any],
    *,
    form: str,
    token: str,
    person: int | None,
    structure: int | None,
) -> Carried:
    """Return the diagnosis from a sheet: two crosses where one was expected count as unsure, a blank question
    as skipped.
    """
    complete: dict[str, Any] = {
        id: UNKNOWN if _is_double(answers, id) else answer for id, answer in answers.items()
    }
    while unanswered := engine.next_question(complete):
        complete[unanswered] = PASSED
    return Carried(
        mode=rules.PAPER,
        form=form,
        answers=complete,
        tasks=tasks,
        token=token,
        person=person,
        structure=structure,
        ended=True,
    )


def summary(unread: Sequence[str]) -> str:
    """Return the unread parts, in a sentence."""
    return f"Pas compris : {listing([f'« {word} »' for word in unread])}." if unread else ""
