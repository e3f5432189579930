"""Respondents outside the universe of a survey: of an age that it does not ask, or who live elsewhere."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils import timezone

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Survey
from maillage.apps.surveys.queries.zones import commune_question
from maillage.kernel.names import plain
from maillage.questionnaires import expressions
from maillage.questionnaires.answering import may_be
from maillage.questionnaires.expressions import Context
from maillage.questionnaires.questionnaire import UNSAID, Question, Questionnaire, words
from maillage.sources import cog
from maillage.statistics.zones.territories import gazetteer

AGE, CODE = "age", re.compile(r"\d[\dAB]\d{3}")
OTHER = re.compile(r"\b(?:autres?|ailleurs|hors)\b")  # « Une autre commune »
POSTCODE = re.compile(r"\b\d{5}\b")


@dataclass(frozen=True, slots=True)
class Outsider:
    """Why a respondent is outside the universe. question: its name; label, value: in words."""

    question: str
    label: str
    value: str
    why: str

    @property
    def reason(self) -> str:
        """The reason stored with an excluded answer."""
        return f"Hors de l’univers : « {self.value} » à « {self.label} »."


Test = Callable[[Mapping[str, str]], Outsider | None]


def outsider(survey: Survey, form: Questionnaire) -> Test:
    """Return a test of the answers to a questionnaire: the first reason why they are of nobody that the
    survey is about, None when there is none.
    """
    tests = (*_age_tests(form), *_commune_tests(survey, form))
    return lambda values: next((reason for test in tests if (reason := test(values))), None)


def _age_tests(form: Questionnaire) -> Iterator[Test]:
    """Yield the test of each question on an age in years with bounds."""
    counted = (form.question(name) for name, variable in form.counted().items() if variable == AGE)
    names = [
        name
        for each in counted
        if each is not None
        for name in (expressions.parse(each.calculation).names if each.calculation else (each.name,))
    ]
    for question in map(form.question, names):
        if question is not None and question.kind == "integer" and question.constraint:
            yield _age_test(form, question)


def _age_test(form: Questionnaire, question: Question) -> Test:
    label, today = words(question.label) or question.name, timezone.localdate()
    why = words(question.constraint_message) or "Cet âge n’est pas possible."

    def test(values: Mapping[str, str]) -> Outsider | None:
        value = values.get(question.name, "").strip()
        if not value or value in UNSAID or not may_be(form, question, value):
            return None
        context = Context(values=values, current=value, today=today)
        inside = expressions.holds(question.constraint, context)
        return None if inside else Outsider(question.name, label, value, why)

    return test


def _commune_tests(survey: Survey, form: Questionnaire) -> Iterator[Test]:
    """Yield the test of the commune where residents live. The answer « Une autre commune » is elsewhere when
    the list has all those of the territory.
    """
    question, codes = commune_question(form), communes_of(survey.territory)
    if survey.kind not in rules.OF_RESIDENTS or not codes or question is None or question.kind != "one":
        return
    choices = form.choices(question)
    label_by_name = {each.name: words(each.label) or each.name for each in choices}
    label, local_names = words(question.label) or question.name, _names_of(codes)
    listed = {text for pair in label_by_name.items() for text in (pair[0], plain(pair[1]))}
    is_whole = all(code in listed or plain(gazetteer().get(code).name) in listed for code in codes)

    def is_elsewhere(value: str) -> bool:
        if value not in label_by_name:
            name = plain(POSTCODE.sub("", value))
            return name not in local_names and name in _every_name()
        if CODE.fullmatch(value):
            return value in gazetteer() and not codes & {value, _parent_by_code().get(value, value)}
        return is_whole and OTHER.search(f"{plain(value)} {plain(label_by_name[value])}") is not None

    def test(values: Mapping[str, str]) -> Outsider | None:
        value = values.get(question.name, "").strip()
        if not value or value in UNSAID or not is_elsewhere(value):
            return None
        why = "L’enquête porte sur les habitants du territoire."
        return Outsider(question.name, label, label_by_name.get(value, value), why)

    yield test


def _names_of(codes: Collection[str]) -> frozenset[str]:
    """Return the names of some communes, and of those that merged into them, as `plain` writes them."""
    former = cog.former().tuples("code", "former_name")
    names = [gazetteer().get(code).name for code in codes] + [name for code, name in former if code in codes]
    return frozenset(map(plain, names)) - {""}


@lru_cache(maxsize=1)
def _every_name() -> frozenset[str]:
    return frozenset(map(plain, cog.communes()["name"].tolist()))


@lru_cache(maxsize=1)
def _parent_by_code() -> Mapping[str, str]:
    """Return the commune of each municipal arrondissement."""
    return {code: parent for code, parent in cog.communes().tuples("code", "parent") if parent}
