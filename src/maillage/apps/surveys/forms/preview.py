"""A file of answers shown before it is stored: its first answers, the questions that it has and lacks."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from maillage.apps.surveys.forms.files import FileRead
from maillage.apps.surveys.forms.space import FILE_BYTES
from maillage.forms.questionnaire import Questionnaire, words
from maillage.kernel.errors import Refused

FIRST_ANSWERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewQuestion:
    """A question that a file has. values: its first answers, in words."""

    label: str
    values: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A file before it is stored. n: answers read; absent: questions without a column; carried: the file
    itself, as the page sends it back.
    """

    name: str
    n: int
    questions: Sequence[PreviewQuestion]
    absent: Sequence[str]
    carried: str


def preview(read: FileRead, form: Questionnaire, name: str, content: bytes) -> Preview:
    """Return the questions and first answers that a file would bring, in the words of the questionnaire."""
    answered = {column for answer in read.answers for column in answer.values}
    first_answers = read.answers[:FIRST_ANSWERS]
    questions = [question for question in form.questions() if question.takes_answer]
    return Preview(
        name=name,
        n=len(read.answers),
        questions=[
            PreviewQuestion(
                label=words(question.label) or question.name,
                values=[form.in_words(question, x.values.get(question.name, "")) for x in first_answers],
            )
            for question in questions
            if question.name in answered
        ],
        absent=[words(each.label) or each.name for each in questions if each.name not in answered],
        carried=b64encode(zlib.compress(content)).decode("ascii"),
    )


def carried_content(carried: str) -> bytes:
    """Return the file that a page sends back. Raises Refused when it is not whole."""
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(b64decode(carried, validate=True), FILE_BYTES)
    except (ValueError, zlib.error):
        content = b""
    if not content or not reader.eof:
        raise Refused(
            "Rien n’a été importé.",
            why="Le fichier de l’aperçu n’est pas revenu entier.",
            do="Choisissez-le à nouveau.",
        )
    return content
