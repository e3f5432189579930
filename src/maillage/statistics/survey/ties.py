"""Questions of a survey that say one thing twice: an age in years and its class, a class computed from two
answers, the first of a ranking and all that it cites. Published apart, they subtract.

Source: docs/methods/resultats-enquete.md
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.questionnaires import expressions
from maillage.questionnaires.questionnaire import CLASS_OF_AGE, Question, unsaid
from maillage.statistics.survey.age_classes import age_span
from maillage.statistics.survey.columns import Column, Reader

Ints = NDArray[np.int64]
ENOUGH = 20  # respondents who give an answer that others give too: under, an agreement proves nothing
MIN_OUTSIDE_TOP_CLASS = (
    5  # respondents out of the class most given: under, a number may stand in stated classes by chance
)
AGE = re.compile(r"\b[âa]ge\b|\bnaissance\b|\bnée?\b")  # asked as a number or a date
MISSED = 0.1  # of the answers that a guess by the most frequent misses: under, one question tells the other


def of(
    reader: Reader, columns: Mapping[str, Column], margins: Mapping[str, tuple[str, Ints]]
) -> list[set[str]]:
    """Return the groups of questions, and of margins, that say one thing.

    columns: of the questions with one answer each. margins: name → question weighted, (n,) class of each
    respondent. Four marks of a tie: a calculation that reads the other, an age asked in two ways, a number
    that stands in the class stated beside it, or answers that, in this very survey, tell the other ones.
    """
    links = [*_computed(reader, columns), *_ages(reader, columns), *_nested(reader, columns)]
    codes = {name: _codes(column) for name, column in columns.items()}
    links += [
        (one, other)
        for one, other in combinations(codes, 2)
        if tells(codes[one], codes[other]) or tells(codes[other], codes[one])
    ]
    for name, (question, own) in margins.items():
        links += [(name, question)] if question in columns else []
        links += [
            (name, tied_name) for tied_name, code in codes.items() if tells(own, code) or tells(code, own)
        ]
    return _gathered([*columns, *margins], links)


def redundant(reader: Reader, columns: Mapping[str, Column]) -> frozenset[str]:
    """Return the questions that another tells by its classes, to nearly all who answered: an age in years
    beside its classes, and the class asked of those who do not say their age, which a calculation repeats.
    """
    choices = {each.name: each.choices for each in reader.questionnaire.questions()}
    pairs = [(one, other) for other, one in _computed(reader, columns)]
    pairs = [
        (one, other)
        for one, other in pairs
        if columns[one].values is not None or (choices[one] and choices[one] == choices[other])
    ]
    return frozenset(
        one
        for one, other in (*pairs, *_nested(reader, columns))
        if columns[other].values is None
        and (columns[one].answered & ~columns[other].answered).sum() <= MISSED * columns[one].answered.sum()
    )


def tells(one: Ints, other: Ints) -> bool:
    """Return True if an answer to one question gives the answer to another. Both (n,), -1 without an answer.

    >>> years = np.arange(120) % 40 + 20
    >>> tells(years, years // 10), tells(years // 10, years), tells(years, np.arange(120) % 7)
    (True, False, False)
    """
    answered_both = (one >= 0) & (other >= 0)
    n = int(answered_both.sum())
    if not n:
        return False
    _, left_codes = np.unique(one[answered_both], return_inverse=True)
    _, right_codes = np.unique(other[answered_both], return_inverse=True)
    size = int(right_codes.max()) + 1
    if size * (int(left_codes.max()) + 1) > 4 * n + 10_000:
        return False  # nearly as many answers as respondents on both sides
    both = np.bincount(left_codes * size + right_codes, minlength=(int(left_codes.max()) + 1) * size).reshape(
        -1, size
    )
    alone, guessed = n - int(both.sum(axis=0).max()), n - int(both.max(axis=1).sum())
    shared = n - len(both)  # answers that somebody else gave too: only they prove anything
    return shared >= ENOUGH and alone >= ENOUGH / 2 and guessed <= MISSED * alone * shared / n


def _codes(column: Column) -> Ints:
    """Return (n,) the answer of each respondent as a number, -1 without one: the value itself of a number."""
    if column.values is not None:
        _, at = np.unique(np.nan_to_num(column.values), return_inverse=True)
    elif column.members.shape[1]:
        at = column.members.argmax(axis=1)
    else:
        at = np.zeros(len(column.answered), dtype=np.int64)
    return np.where(column.answered, at.reshape(-1), -1).astype(np.int64)


def _computed(reader: Reader, columns: Mapping[str, Column]) -> Iterable[tuple[str, str]]:
    for question in reader.questionnaire.questions():
        if not question.calculation or question.name not in columns:
            continue
        try:
            names = expressions.parse(question.calculation).names
        except Refused:
            continue
        yield from ((question.name, name) for name in names if name in columns)


def _ages(reader: Reader, columns: Mapping[str, Column]) -> list[tuple[str, str]]:
    age_questions = [
        question.name
        for question in reader.questionnaire.questions()
        if question.name in columns and _asks_age(reader, question, columns[question.name])
    ]
    return [(age_questions[0], each) for each in age_questions[1:]]


def _asks_age(reader: Reader, question: Question, column: Column) -> bool:
    if question.census == "age" or question.name in ("age", CLASS_OF_AGE):
        return True
    if column.values is not None:
        words = (question.name, *question.label.values())
        return any(AGE.search(each.casefold().replace("_", " ")) for each in words)
    # Classes with a hole, or one that states no age, are classes of age all the same.
    stated = [age_span(choice) for choice in reader.questionnaire.choices(question) if not unsaid(choice)]
    in_years = any(
        re.search(r"\bans\b|\b[âa]ge", text.casefold())
        for choice in reader.questionnaire.choices(question)
        for text in (*choice.label.values(), *question.label.values())
    )
    return in_years and 2 * sum(span is not None for span in stated) > len(stated) > 1


def _nested(reader: Reader, columns: Mapping[str, Column]) -> Iterable[tuple[str, str]]:
    """Yield each number with the classes that hold it: few answers are enough, since the classes are
    stated.
    """
    for name, column in columns.items():
        if column.values is None:
            continue
        for other, classes in columns.items():
            question = reader.questionnaire.question(other)
            if classes.values is not None or question is None or question.kind != "one":
                continue
            spans = {each.name: age_span(each) for each in reader.questionnaire.choices(question)}
            outside, n_by_class = 0, []
            for k, (choice, _) in enumerate(classes.categories):
                span = spans.get(choice)
                class_values = column.values[column.answered & classes.answered & classes.members[:, k]]
                if span is not None and len(class_values):
                    outside += int(((class_values < span[0]) | (class_values >= span[1] + 1)).sum())
                    n_by_class.append(len(class_values))
            # All in one class prove nothing: any number could stand there.
            alone = sum(n_by_class) - max(n_by_class, default=0)
            if alone >= MIN_OUTSIDE_TOP_CLASS and outside <= MISSED * alone:
                yield name, other


def _gathered(names: Sequence[str], links: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Return the groups that links make, without names alone.

    >>> [sorted(each) for each in _gathered("abcde", [("a", "b"), ("d", "e"), ("b", "c")])]
    [['a', 'b', 'c'], ['d', 'e']]
    """
    group = {name: {name} for name in names}
    for one, other in links:
        if group[one] is not group[other]:
            merged = group[one] | group[other]
            for name in merged:
                group[name] = merged
    return [
        names_together
        for name, names_together in group.items()
        if len(names_together) > 1 and name == next(n for n in names if n in names_together)
    ]
