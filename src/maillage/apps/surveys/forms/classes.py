"""Answers that a file gives by their class alone, « De 26 à 39 ans », where the questionnaire asks an age."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from maillage.apps.surveys.forms.sent import typed_cells
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.publishing.territory.certainty import upper_first
from maillage.questionnaires import expressions
from maillage.questionnaires.answering import may_be
from maillage.questionnaires.editing import every, mapped, read_by
from maillage.questionnaires.expressions import Context
from maillage.questionnaires.other_text import clerk_reader, reader
from maillage.questionnaires.questionnaire import (
    DECLINED,
    UNKNOWN,
    UNSAID,
    Choice,
    Question,
    Questionnaire,
    asks_birth_year,
    words,
)
from maillage.sources.survey import birth_years
from maillage.statistics.survey.age_classes import YOUNGEST, age_span, class_starts, span_of
from maillage.words.wording import count

AGE_CLASS_HEADER = re.compile(r"\b(?:tranche|classe|groupe)s? d ages?\b")
NAMED = re.compile(r"\$\{(\w+)\}")


def headed(table: Table, form: Questionnaire, *, unread: Collection[str] = ()) -> Table:
    """Return a table whose column « Tranche d’âge », however it says so, bears the name of the question on
    age classes; as it is where a column has that name already. unread: columns that keep theirs.
    """
    ages = next((name for name, variable in form.counted().items() if variable == "age"), "")
    names = {*unread, *(each.name for each in form.questions())}
    header = next(
        (each for each in table.columns if each not in names and AGE_CLASS_HEADER.search(plain(each))), ""
    )
    if not ages or not header or ages in table.columns:
        return table
    return Table(table.name, {ages if name == header else name: table[name] for name in table.columns})


def aged(
    table: Table, form: Questionnaire, *, this_year: int, unread: Collection[str] = ()
) -> tuple[Table, tuple[str, ...]]:
    """Return a table whose years of birth are ages, where the questionnaire asks an age in years, and the
    note that says so: under the header of that question, or under « Année de naissance ». unread: columns
    left as they are.
    """
    names = {*unread, *(each.name for each in form.questions())}
    ages = [
        each.name
        for each in form.questions()
        if each.kind == "integer" and not each.is_birth_year and "age" in (each.name, each.census)
    ]
    births = [each for each in table.columns if each not in names and asks_birth_year(each)]
    if not ages or not (column := next((each for each in (ages[0], *births) if each in table.columns), "")):
        return table, ()
    cells = table[column].tolist()
    if not birth_years.are_years(cells):
        return table, ()
    year = birth_years.survey_year(table.columns) or this_year
    years_old = np.array([birth_years.age(cell, year) for cell in cells])
    columns = {ages[0] if name == column else name: table[name] for name in table.columns}
    header = "l’année de naissance" if column == ages[0] else f"« {column} »"
    note = f"{upper_first(header)} est lue comme un âge, celui de {year}."
    return Table(table.name, {**columns, ages[0]: years_old}), (note,)


@dataclass(slots=True)
class ClassReader:
    """A class computed from an exact answer, or chosen by whoever did not give it.

    silence: the exact answer that makes the form ask for the class. n, n_unmatched: answers read by their
    class alone, and those that no class of the form holds.
    """

    form: Questionnaire
    computed: Question
    by_class: Question
    exact: Question
    silence: str
    n: int = 0
    n_unmatched: int = 0
    class_by_text: dict[str, str] = field(default_factory=dict)

    def class_of(self, text: str) -> str:
        """Return the class that a text says, or that holds all the ages it says; "" for none."""
        if text not in self.class_by_text:
            self.class_by_text[text] = self._class_of(text)
        return self.class_by_text[text]

    def _class_of(self, text: str) -> str:
        for convert in (reader(self.form, self.by_class), clerk_reader(self.form, self.by_class)):
            if (value := convert(text)) and may_be(self.form, self.by_class, value):
                return value
        if (span := span_of(text)) is None:
            return ""
        low, high = max(span[0], YOUNGEST), span[1]
        spans = [(choice.name, age_span(choice)) for choice in self.form.choices(self.by_class)]
        return next((name for name, ages in spans if ages and ages[0] <= low <= high <= ages[1]), "")

    def settle(self, values: dict[str, str]) -> None:
        """Put the class that an answer gives where it counts, when it gives no exact one."""
        class_text = values.pop(self.computed.name, "")
        exact = values.get(self.exact.name, "")
        if exact and not may_be(self.form, self.exact, exact) and (self.class_of(exact) or span_of(exact)):
            class_text, exact = exact, ""  # a class, of this form or of another
        class_text = values.get(self.by_class.name) or class_text
        if not class_text or class_text in UNSAID or (exact and exact not in UNSAID):
            return
        answer = self.class_of(class_text)
        values[self.by_class.name] = answer or class_text
        if not exact:
            values[self.exact.name] = self.silence
        self.n += bool(answer)
        self.n_unmatched += not answer

    def notes(self) -> Iterator[str]:
        """Report how many answers were read by their class, and what to do of other classes."""
        label = words(self.computed.label) or words(self.by_class.label)
        if self.n:
            counted = count(self.n, "réponse compte par sa tranche", "réponses comptent par leur tranche")
            yield f"« {label} » : {counted}, sans valeur exacte."
        if self.n_unmatched:
            yield (
                f"« {label} » : {count(self.n_unmatched, 'réponse a', 'réponses ont')} une autre tranche que"
                " celles du questionnaire. Pour redresser, donnez des marges par ces mêmes tranches."
            )


def class_readers(form: Questionnaire) -> list[ClassReader]:
    """Return a reader for each class that a questionnaire computes, or asks of whoever gives no exact
    answer.
    """
    question_by_name = {each.name: each for each in form.questions()}
    readers = []
    for computed in question_by_name.values():
        if not computed.is_classed:
            continue
        named = [
            question_by_name[name] for name in NAMED.findall(computed.calculation) if name in question_by_name
        ]
        by_class = next(
            (each for each in named if each.kind == "one" and each.choices == computed.choices), None
        )
        exact = next((each for each in named if each.kind == "integer"), None)
        if by_class is None or exact is None:
            continue
        silence = next((value for value in (DECLINED, UNKNOWN) if _is_relevant(by_class, exact, value)), "")
        if silence:
            readers.append(ClassReader(form, computed, by_class, exact, silence))
    return readers


def _is_relevant(by_class: Question, exact: Question, value: str) -> bool:
    return not by_class.relevant or expressions.holds(by_class.relevant, Context(values={exact.name: value}))


def own_classes(form: Questionnaire, table: Table) -> tuple[Choice, ...]:
    """Return the classes of age of a file that those of a questionnaire do not hold, and that it may ask
    instead; nothing where an age is neither a class nor a number.
    """
    readers = class_readers(form)
    if len(readers) != 1 or _is_read(form, readers[0]):
        return ()
    questions = (readers[0].computed, readers[0].by_class, readers[0].exact)
    cells = {cell for each in questions if each.name in table for cell in typed_cells(table, each.name)}
    texts = {each for each in cells if span_of(each)}
    is_whole = all(may_be(form, readers[0].exact, each) for each in cells - texts)
    has_same_classes = all(readers[0].class_of(each) for each in texts)
    return file_classes(texts) if is_whole and not has_same_classes else ()


def _is_read(form: Questionnaire, by_class: ClassReader) -> bool:
    """Return True if a condition of another question reads the classes of age."""
    names = {by_class.computed.name, by_class.by_class.name}
    other_items = (each for each in every(form.items) if each != by_class.computed)
    return any(names.intersection(NAMED.findall(read_by(each))) for each in other_items)


def file_classes(texts: Iterable[str]) -> tuple[Choice, ...]:
    """Return the classes of age that texts say, the youngest first; nothing unless each says one, and they
    follow each other.

    >>> [each.name for each in file_classes(("30 ans et plus", "15-29 ans", "15-29 ans"))]
    ['15_29_ans', '30_ans_et_plus']
    >>> file_classes(("15-29 ans", "45 ans et plus")), file_classes(("15-29 ans", "30"))
    ((), ())
    """
    spans = {text: span_of(text) for text in texts}
    by_span = {span: text for text, span in sorted(spans.items()) if span}
    choices = tuple(
        Choice(name=plain(text).replace(" ", "_"), label={"fr": text}) for _, text in sorted(by_span.items())
    )
    follows = None not in spans.values() and len(choices) > 1 and class_starts(choices)
    return choices if follows else ()


def with_classes(form: Questionnaire, by_class: ClassReader, choices: tuple[Choice, ...]) -> Questionnaire:
    """Return a questionnaire that asks, and computes from an exact age, other classes of age."""
    age, last = f"${{{by_class.exact.name}}}", f"${{{by_class.by_class.name}}}"
    calculation, end = last, ""
    for choice in reversed(choices):
        low = max((age_span(choice) or (0, 0))[0], YOUNGEST)
        calculation = f"if({age} >= {low}{end and f' and {age} < {end}'}, '{choice.name}', {calculation})"
        end = str(low)
    lists = {**form.lists, by_class.computed.choices: choices}
    computed = replace(by_class.computed, calculation=calculation)
    items = mapped(form.items, lambda item: (computed if item == by_class.computed else item,))
    return replace(form, lists=lists, items=items)
