"""A file of answers shown before it is stored: its first answers, the questions that it has and lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from maillage.apps.surveys.forms.files import FileRead
from maillage.questionnaires.questionnaire import UNSAID, Question, Questionnaire, words
from maillage.web.uploads import carried

FIRST_ANSWERS = 4
MOST_MATCHED = 200  # columns that a page offers to match: two fields each, of the 1,000 that a form has


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewQuestion:
    """A question that a file has. values: its first different answers, in words."""

    label: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A file before it is stored. n: answers read.

    offered: every question that a column may answer, name and label; absent: labels of those without an
    answer; unmatched: columns without a question, those that a page offers to match, each with the question
    that it may answer, "" for none; matched: columns that have one, with it; carried: the file itself, as
    the page sends it back.
    """

    name: str
    n: int
    questions: Sequence[PreviewQuestion]
    offered: Sequence[tuple[str, str]]
    absent: Sequence[str]
    matched: Sequence[tuple[str, str]]
    unmatched: Sequence[tuple[str, str]]
    carried: str


def preview(read: FileRead, form: Questionnaire, name: str, content: bytes) -> Preview:
    """Return the questions and first answers that a file would bring, in the words of the questionnaire."""
    # a class given alone declines the exact answer: nobody typed that
    answered = {
        name for answer in read.answers for name, value in answer.values.items() if value not in UNSAID
    }

    def first_values(question: Question) -> list[str]:
        values = (answer.values.get(question.name, "") for answer in read.answers)
        in_words = (form.in_words(question, value) for value in dict.fromkeys(values) if value)
        return list(islice(in_words, FIRST_ANSWERS))

    questions = [question for question in form.questions() if question.takes_answer]
    return Preview(
        name=name,
        n=len(read.answers),
        questions=[
            PreviewQuestion(
                label=words(question.label) or question.name,
                values=first_values(question),
            )
            for question in questions
            if question.name in answered
        ],
        offered=[(each.name, words(each.label) or each.name) for each in questions],
        absent=[words(each.label) or each.name for each in questions if each.name not in answered],
        matched=read.columns[:MOST_MATCHED],
        unmatched=[(each, read.proposed.get(each, "")) for each in read.unknown[:MOST_MATCHED]],
        carried=carried(content),
    )
