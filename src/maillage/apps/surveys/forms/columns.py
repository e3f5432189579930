"""Columns of a file of answers under the names of their questions: as headers say, unless somebody chose."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from maillage.apps.surveys.forms.classes import ClassReader, aged, headed
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Questionnaire
from maillage.sources.offer.forms.sheet import quoted
from maillage.sources.survey import answers as files
from maillage.sources.survey import grid
from maillage.sources.survey.answers import Answers, bare, named_by_wording, options_joined


@dataclass(frozen=True, slots=True)
class NamedAnswers:
    """The answers of a file under the names of questions. headers: column of the table → its header in the
    file; unread: columns that somebody chose to leave.
    """

    answers: Answers
    headers: Mapping[str, str]
    unread: frozenset[str]


def named(
    content: bytes,
    name: str,
    form: Questionnaire,
    *,
    wordings: Mapping[str, str],
    chosen: Mapping[str, str],
    this_year: int,
) -> NamedAnswers:
    """Return the answers of a file. wordings: how a column may be headed, as `plain` writes it → the name of
    the question; chosen: header, as `plain` writes it → the name of its question, "" to leave it unread.
    """
    question_names = {each.name for each in form.questions()}
    raw = options_joined(grid.parse(content, name))
    by_wording = named_by_wording(raw, wordings)
    names, unread = _chosen_names(raw.header, by_wording.header, chosen, question_names)
    answers = files.of(replace(by_wording, header=tuple(names)), question_names)
    as_classes = headed(answers.table, form, unread=unread)
    table, notes = aged(as_classes, form, this_year=this_year, unread=unread)
    before = dict(zip(answers.table.columns, table.columns, strict=True))
    headers: dict[str, str] = {}
    for header, column in zip(raw.header, names, strict=True):
        if final := before.get(column) or before.get(bare(column)):
            headers.setdefault(final, header)
    all_notes = (*answers.notes, *notes, *_twice_notes(raw.header, names, chosen, question_names))
    return NamedAnswers(replace(answers, table=table, notes=all_notes), headers, frozenset(unread))


def _chosen_names(
    headers: Sequence[str], names: Sequence[str], chosen: Mapping[str, str], question_names: Collection[str]
) -> tuple[list[str], set[str]]:
    """Return the name of each column, and those left unread: what somebody chose comes before what a header
    says, and the first of two columns chosen for one question.
    """
    out, unread, taken = [*names], set[str](), dict[str, int]()
    for rank, header in enumerate(headers):
        if (question := chosen.get(plain(header))) and question in question_names:
            taken.setdefault(question, rank)
    for rank, header in enumerate(headers):
        question = chosen.get(plain(header))
        at = taken.get(question or names[rank])
        if at == rank:
            out[rank] = question or names[rank]
        elif at is not None or question == "":
            out[rank] = f"{header} (colonne)" if header in question_names else header
            unread.add(out[rank])
    return out, unread


def _twice_notes(
    headers: Sequence[str], names: Sequence[str], chosen: Mapping[str, str], question_names: Collection[str]
) -> Iterator[str]:
    for header, name in zip(headers, names, strict=True):
        if (question := chosen.get(plain(header))) and question in question_names and name != question:
            yield (
                f"« {quoted(header)} » n’est pas lue : une autre colonne répond déjà à la question choisie."
            )


def listed_columns(
    table: Table, headers: Mapping[str, str], questions: Collection[str], by_class: Sequence[ClassReader]
) -> tuple[tuple[str, str], ...]:
    """Return the header and the question of each column that has one; of a class computed, the one asked."""
    question_by_class = {each.computed.name: each.by_class.name for each in by_class}
    return tuple(
        (headers[each], question_by_class.get(each, each))
        for each in table.columns
        if each in questions and each in headers
    )
