"""The question that a column with another header may answer, by its words and its cells: a proposal, that
whoever imports the file reads before anything is kept.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from maillage.apps.surveys.forms.columns import named
from maillage.apps.surveys.forms.values import SEVERAL_KINDS, cell_parts, entire_values, proposed
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.questionnaires.answering import may_be
from maillage.questionnaires.other_text import clerk_reader, reader, spoken
from maillage.questionnaires.questionnaire import Question, Questionnaire, words
from maillage.reference.surveys import banks
from maillage.sources.survey.answers import ID, WEIGHT
from maillage.words.claims import topic

READ = 0.6  # of the different cells of a column, that its question must read
LEAST_READ = 0.3  # of them, where the header says as much as the name of the question
MOST_CELLS = 60  # different ones, looked at
OF_CHOICES = ("one", "many")
OF_NUMBER = ("integer", "decimal")
LEAST_COLUMNS = 2  # that a ready questionnaire must read, to be proposed for a file
YES_NO = {"oui", "non"}
COMMON_ANSWERS = {*YES_NO, "ne sait pas", "nsp", "autre"}
# Of the words of a header and of a question, in both where cells tell nothing: yes, no, free text.
ALIKE = 0.55
OF_NAME = 0.75  # what a word of the name alone says, where one of the question says 1
# Words of any question, that tell none.
POOR = (
    "avez etes allez voulez pouvez faites fait quel quelle quels quelles comment pourquoi combien si vers"
    " votre vos"
)
# Words of headers → one of our questions.
SAME_WORDS = {
    re.compile(
        r"(?:autres? )?(?:commentaires?|observations?|suggestions?|expression)(?: (?:libres?|éventuel\w+))?"
    ): "remarque",
    re.compile(r"progresser|(?:vous|se) perfectionner|vous améliorer"): "apprendre",
    re.compile(
        r"(?:(?:seriez|êtes)-vous )?intéressée?s? par (?:une?|des) (?:formation|atelier)s?"
    ): "apprendre",
    re.compile(r"bénéfici\w+ d’une? (?:accompagnement|aide|suivi)"): "aidé accompagné",
    re.compile(r"à (?:la )?disposition(?: du public)?"): "en libre accès",
    re.compile(r"accessibles? à tous(?! les)"): "en libre service",
    re.compile(r"\bvend(?:ez|re)\b"): "vente",
    re.compile(r"\bpr[êe]tez\b"): "prêt",
    re.compile(r"\bordinateurs?\b|\béquipée?s?\b"): "équipement",
}


def closest(content: bytes, name: str, this_year: int) -> tuple[Questionnaire, str]:
    """Return the ready questionnaire that the most columns of a file answer, and a sentence on how many do;
    Refused when fewer than two do.
    """
    n_by_bank = {}
    n_columns = 0
    for bank, form in banks().items():
        table = named(
            content, name, form, wordings=wordings(form), chosen={}, this_year=this_year
        ).answers.table
        columns = [each for each in table.columns if each not in (ID, WEIGHT)]
        questions = {each.name for each in form.questions()}
        matched = [each for each in columns if each.partition("#")[0] in questions]
        unmatched = [each for each in columns if each not in matched]
        n_columns = max(n_columns, len(columns))
        n_by_bank[bank] = len(matched) + len(proposals(form, table, unmatched, matched))
    best = max(n_by_bank, key=lambda bank: n_by_bank[bank])
    if n_by_bank[best] < LEAST_COLUMNS:
        raise Refused(
            "Aucun questionnaire prêt ne ressemble à ce fichier.",
            why="Presque aucune de ses colonnes ne répond à l’une de leurs questions.",
            do="Choisissez un questionnaire, ou apportez le vôtre en XLSForm, puis importez les réponses.",
        )
    form = banks()[best]
    return form, (
        f"Le questionnaire prêt le plus proche de ce fichier est « {form.title} » : {n_by_bank[best]} de ses"
        f" {n_columns} colonnes y ont une question. Si un autre convient mieux, effacez cette enquête et"
        " préparez-la en le choisissant, avec le même fichier."
    )


def proposals(
    form: Questionnaire, table: Table, columns: Collection[str], matched: Collection[str]
) -> dict[str, str]:
    """Return the question that each of some columns may answer, where one alone may: the most words of its
    header are those of the question, and its cells are among its answers. Of two columns of one question, the
    likeliest. matched: questions that have a column.
    """
    free = [each for each in form.questions() if each.takes_answer and each.name not in matched]
    likely = {column: guess for column in columns if (guess := _question(form, free, table, column))}
    return {
        column: name
        for column, (name, score) in likely.items()
        if sum(other == name and rank >= score for other, rank in likely.values()) == 1
    }


def _question(
    form: Questionnaire, free: Collection[Question], table: Table, column: str
) -> tuple[str, float] | None:
    cells = sorted({cell.strip() for cell in map(str, table[column].tolist())} - {""})[:MOST_CELLS]
    scores = dict(_scores(form, free, column, cells))
    best = max(scores.values(), default=0.0)
    names = [name for name, score in scores.items() if score == best]
    return (names[0], best) if len(names) == 1 else None


def _scores(
    form: Questionnaire, free: Collection[Question], column: str, cells: Collection[str]
) -> Iterator[tuple[str, float]]:
    """Yield the questions that may be meant, with how much of the header they say and how many cells they
    read. A word that many questions have says less than a rare one, and « oui », « non » answer many
    questions.
    """
    by_question = {
        each.name: (_stems(words(each.label)), _stems(each.name.replace("_", " "))) for each in free
    }
    n_with = Counter(stem for label, _ in by_question.values() for stem in label)
    heading = column.lower()
    for pattern, word in SAME_WORDS.items():
        heading = pattern.sub(word, heading)
    header = _stems(heading)
    telling = [cell for cell in cells if plain(cell) not in COMMON_ANSWERS]
    for question in free:
        label, name = by_question[question.name]
        if question.kind == "text" and not header <= label | name:
            name = set()  # « fréquence » is not all that « structures fréquentées » says
        likeness = _likeness(header, label, name, n_with)
        if question.kind in OF_NUMBER and likeness >= ALIKE:
            answers = map(reader(form, question), cells)
            share = sum(may_be(form, question, each) for each in answers) / max(len(cells), 1)
            if share >= READ:
                yield question.name, likeness + share
        elif question.kind in OF_CHOICES and len(cells) > 1:
            share = _read(form, question, cells)
            tells = (
                _read(form, question, telling) > 0
                and not {each.name for each in form.choices(question)} <= YES_NO
            )
            if share >= (READ if likeness < OF_NAME else LEAST_READ) and likeness >= (0 if tells else ALIKE):
                yield question.name, likeness + share
        elif question.kind == "text" and likeness >= ALIKE and telling:
            yield question.name, likeness


def _likeness(header: set[str], label: set[str], name: set[str], n_with: Mapping[str, int]) -> float:
    """Return the share, 0 to 1, of the words of a header and of a question that both have, the rare ones
    first. name: the words of the question's name, that the header need not have.
    """

    def weight(stems: set[str]) -> float:
        return sum(1.0 / math.sqrt(max(n_with.get(stem, 1), 1)) for stem in stems)

    if header and header == name:
        return 1.0 if header <= label else OF_NAME
    both = weight(header) + weight(label)
    shared = weight(header & label) + OF_NAME * weight((header & name) - label)
    return min(2 * shared / both, 1.0) if both else 0.0


def _stems(text: str) -> set[str]:
    return {*topic(text.lower(), POOR)}


def _read(form: Questionnaire, question: Question, cells: Collection[str]) -> float:
    """Return the share of some cells that are answers of a question, or near one."""
    choices = form.choices(question)
    converters = (reader(form, question), clerk_reader(form, question))

    def reads(text: str) -> bool:
        return any(may_be(form, question, convert(text) or "?") for convert in converters)

    entire = entire_values(cells)
    answers = {
        part
        for cell in cells
        for part in (
            cell_parts(cell, reads, choices, entire)
            if question.kind in SEVERAL_KINDS and not reads(cell)
            else [cell]
        )
    }
    return sum(reads(each) or bool(proposed(each, choices)) for each in answers) / max(len(answers), 1)


def wordings(form: Questionnaire) -> dict[str, str]:
    """Return how a column may be headed, as `plain` writes it → the name of its question."""
    questions = [each for each in form.questions() if each.kind != "note"]
    return {**spoken(questions), **{plain(each.name): each.name for each in questions}}
