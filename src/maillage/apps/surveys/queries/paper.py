"""Sheets of paper: how many were typed, twice or once, and where both typings differ."""

from collections.abc import Iterator
from dataclasses import dataclass

from maillage.apps.platform.accounts.models import Entry
from maillage.apps.surveys.models import Answer, SecondEntry, Survey
from maillage.publishing.survey.paper import numbers
from maillage.questionnaires.questionnaire import UNSAID as UNSAID_LABELS
from maillage.questionnaires.questionnaire import Questionnaire, load, words

PRINTED = "survey.printed"
LATEST = 8


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that was typed in two ways. first, second: in words, « rien » for nothing."""

    name: str
    number: int
    label: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A sheet typed twice with differences that nobody settled."""

    answer: Answer
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Sheets typed; typed twice; still to settle; the latest ones; the number the next sheets printed
    start from.
    """

    typed: int
    twice: int
    to_settle: int
    latest: tuple[Answer, ...]
    next_form: int


def progress(survey: Survey) -> Progress:
    """Return where the sheets of a survey are."""
    sheets = Answer.objects.filter(survey=survey).exclude(form="")
    seconds = SecondEntry.objects.filter(answer__survey=survey)
    latest = sheets.select_related("by").order_by("-received_at", "-pk")[:LATEST]
    return Progress(
        typed=sheets.count(),
        twice=seconds.count(),
        to_settle=seconds.filter(settled_at=None).count(),
        latest=tuple(latest),
        next_form=next_form(survey),
    )


def next_form(survey: Survey) -> int:
    """Return the number after the last sheet printed or typed."""
    printed = Entry.objects.filter(kind="surveys.survey", row=survey.pk, verb=PRINTED).values_list(
        "words", flat=True
    )
    typed = Answer.objects.filter(survey=survey).exclude(form="").values_list("form", flat=True)
    return max([int(each) for each in (*printed, *typed) if each.isascii() and each.isdigit()], default=0) + 1


def sheet(survey: Survey, form: str) -> Answer | None:
    """Return the sheet of a number, None when it was never typed."""
    return (
        Answer.objects.filter(survey=survey, form=form).select_related("version", "second").first()
        if form
        else None
    )


def differences(survey: Survey) -> list[Difference]:
    """Return the sheets whose two typings differ, oldest first."""
    rows = SecondEntry.objects.filter(answer__survey=survey, settled_at=None).select_related(
        "answer__version", "by", "answer__by"
    )
    read: dict[int, Questionnaire] = {}
    differences = []
    for row in rows.order_by("typed_at", "pk"):
        version = row.answer.version
        form = read.setdefault(version.pk, load(version.definition))
        differences.append(Difference(row.answer, tuple(gaps(form, row.answer.values, row.values))))
    return differences


def gaps(questionnaire: Questionnaire, first: dict[str, str], second: dict[str, str]) -> Iterator[Gap]:
    """Yield the questions whose answers differ, in the order of the sheet."""
    for name, number in numbers(questionnaire).items():
        one, other = first.get(name, ""), second.get(name, "")
        if one != other:
            question = questionnaire.question(name)
            label = words(question.label) if question is not None else name
            yield Gap(
                name,
                number,
                label,
                answer_text(questionnaire, name, one),
                answer_text(questionnaire, name, other),
            )


def answer_text(questionnaire: Questionnaire, name: str, value: str) -> str:
    """Return an answer in words."""
    question = questionnaire.question(name)
    if not value:
        return "rien"
    if question is None or not question.choices:
        return UNSAID_LABELS.get(value, value)
    labels = {choice.name: words(choice.label) for choice in questionnaire.choices(question)} | dict(
        UNSAID_LABELS
    )
    return " ; ".join(labels.get(each, each) for each in value.split())
