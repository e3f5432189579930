"""Classes of age that too few people gave, merged with a neighbour before any table is made: a reader sees «
61 ans et plus » and its number rather than two classes withheld.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Choice, Question, Questionnaire, unsaid
from maillage.statistics.survey.age_classes import OLDEST, YOUNGEST, age_span, class_starts
from maillage.statistics.survey.columns import Reader
from maillage.statistics.survey.tables import Counted

JOIN = "+"  # between the names of classes merged, as for answers that a table adds up
ONE_ANSWER = ("one", "calculate")


@dataclass(frozen=True, slots=True)
class Merging:
    """Answers whose classes of age are merged, and their questionnaire. merged_names: question → class asked
    → the merged class that holds it; nothing of the others.
    """

    answers: Table
    questionnaire: Questionnaire
    merged_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def merged(
    answers: Table, questionnaire: Questionnaire, *, least: int, before: Sequence[Counted] = ()
) -> Merging:
    """Return answers with the classes of age that fewer than `least` gave merged, from the smallest up: the
    same ones in every table of theirs. A list of classes that an earlier edition printed stays as it was
    there: other classes would subtract.
    """
    reader = Reader(answers, questionnaire)
    lists, columns, merged_names = dict(questionnaire.lists), {}, {}
    for name, choices in questionnaire.lists.items() if least else ():
        questions = [
            each for each in questionnaire.questions() if each.choices == name and each.name in answers
        ]
        if not questions or not _may_merge(reader, questions, choices):
            continue
        then = _classes_then(before, {each.name for each in questions}, _in_order(choices))
        groups = then if then is not None else _groups(choices, _counts(answers, questions, choices), least)
        by_class = {part: JOIN.join(group) for group in groups if len(group) > 1 for part in group}
        if not by_class:
            continue
        lists[name] = tuple(_joined(choices, by_class))
        for question in questions:
            cells = answers[question.name]
            columns[question.name] = np.array([by_class.get(cell, cell) for cell in cells.tolist()])
            merged_names[question.name] = by_class
    if not merged_names:
        return Merging(answers, questionnaire)
    return Merging(answers.adding(**columns), replace(questionnaire, lists=lists), merged_names)


def _may_merge(reader: Reader, questions: Sequence[Question], choices: Sequence[Choice]) -> bool:
    """Return True if answers are classes of age that follow each other, and if no condition reads them."""
    return (
        len(class_starts(choices)) > 1
        and all(each.kind in ONE_ANSWER for each in questions)
        and not any(reader.after(each.name) for each in questions)
    )


def _classes_then(
    before: Sequence[Counted], questions: set[str], order: Sequence[str]
) -> list[tuple[str, ...]] | None:
    """Return the classes that earlier editions printed of some questions, each as its parts, None without
    any. order: the names of the classes asked, the youngest first; one of them may hold a “+”.
    """
    runs = {
        JOIN.join(order[first:last]): tuple(order[first:last])
        for last in range(1, len(order) + 1)
        for first in range(last)
    }
    names = {
        name
        for each in before
        for question, at in ((each.question, 0), (each.by, 1))
        if question in questions
        for name in (cell[at] for cell in each.cells)
    }
    return [runs.get(name) or (name,) for name in sorted(names)] if names else None


def _in_order(choices: Sequence[Choice]) -> list[str]:
    """Return the names of classes of age, the youngest first."""
    spans = {each.name: age_span(each) for each in choices if not unsaid(each)}
    return sorted((name for name, span in spans.items() if span), key=lambda name: spans[name] or (0, 0))


def _counts(answers: Table, questions: Sequence[Question], choices: Sequence[Choice]) -> list[int]:
    """Return how many gave each class, the youngest first, to the question that most answered."""
    order = _in_order(choices)
    counted = [[int((answers[each.name] == name).sum()) for name in order] for each in questions]
    return max(counted, key=sum)


def _groups(choices: Sequence[Choice], counts: Sequence[int], least: int) -> list[tuple[str, ...]]:
    """Return the classes to print, each as its parts: the smallest, while too few gave it, goes with the
    smaller of the classes around it that somebody gave. All of them as they were where one alone would be
    left.
    """
    groups: list[tuple[tuple[str, ...], int]] = [
        ((name,), n) for name, n in zip(_in_order(choices), counts, strict=True)
    ]
    single_groups = [names for names, _ in groups]
    while few := [(n, k) for k, (_, n) in enumerate(groups) if 0 < n < least]:
        _, k = min(few)
        neighbours = [*_nearest(groups, range(k - 1, -1, -1)), *_nearest(groups, range(k + 1, len(groups)))]
        if not neighbours:
            return single_groups
        other = min(neighbours, key=lambda at: groups[at][1])
        first, last = min(k, other), max(k, other)
        parts = groups[first : last + 1]
        names = tuple(name for group, _ in parts for name in group)
        groups[first : last + 1] = [(names, sum(n for _, n in parts))]
    groups_with_answers = [names for names, n in groups if n]
    return [names for names, _ in groups] if len(groups_with_answers) > 1 else single_groups


def _nearest(groups: Sequence[tuple[tuple[str, ...], int]], positions: Iterable[int]) -> list[int]:
    """Return the first of some positions whose class somebody gave."""
    return [k for k in positions if groups[k][1]][:1]


def _joined(choices: Sequence[Choice], by_class: Mapping[str, str]) -> Iterator[Choice]:
    """Yield the choices of a question with some of them merged, each where its first part stood."""
    spans = {each.name: age_span(each) for each in choices}
    names_yielded: set[str] = set()
    for choice in choices:
        name = by_class.get(choice.name)
        if name is None:
            yield choice
        elif name not in names_yielded:
            names_yielded.add(name)
            parts = [
                span for part, merged in by_class.items() if merged == name and (span := spans.get(part))
            ]
            yield Choice(name=name, label={"fr": _label(min(parts)[0], max(parts)[1])})


def _label(low: int, high: int) -> str:
    """Return the words of a class of age.

    >>> _label(61, 120), _label(15, 39), _label(0, 39)
    ('61 ans et plus', 'De 15 à 39 ans', 'Moins de 40 ans')
    """
    if high >= OLDEST:
        return f"{low} ans et plus"
    return f"De {low} à {high} ans" if low >= YOUNGEST else f"Moins de {high + 1} ans"
