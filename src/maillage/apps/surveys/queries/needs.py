"""Contribution of the surveys of a territory to the estimate of its need."""

from collections.abc import Collection, Mapping

import numpy as np

from maillage.apps.surveys.models import Publication
from maillage.apps.surveys.queries import frames
from maillage.apps.surveys.queries.margins import margin_of
from maillage.apps.surveys.queries.publications import BY_DAY
from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Choice, Questionnaire, words
from maillage.reference.definitions import Definition
from maillage.statistics.engine.variance import Plan
from maillage.statistics.survey import census_margins, local_survey, sample_balance
from maillage.statistics.survey.age_classes import age_span
from maillage.statistics.survey.local_survey import Measured, Unread


def edition_of(*places: str) -> Publication | None:
    """Return the last published edition of a weighted survey of the inhabitants of a place, whichever of its
    addresses it was led under; None when there is none.

    Only published results change a public figure; invented answers, shown as examples, never do. One query.
    """
    return (
        Publication.objects.filter(
            survey__territory__in=places,
            survey__kind="inhabitants",
            survey__example=False,
            weighting__isnull=False,
            withdrawn_at=None,
        )
        .order_by(BY_DAY.desc(), "-published_at", "-pk")
        .first()
    )


def taken_back(editions: Collection[int]) -> set[int]:
    """Return which of some editions are published no more: withdrawn, or erased."""
    published = Publication.objects.filter(pk__in=editions, withdrawn_at=None)
    return set(editions) - set(published.values_list("pk", flat=True))


def measured(edition: int, definition: Definition) -> Measured | Unread | None:
    """Return the measure of a published survey for a definition, with the weights of that edition; None when
    it was erased.
    """
    row = (
        Publication.objects.select_related("survey", "weighting")
        .filter(pk=edition, weighting__isnull=False)
        .first()
    )
    if row is None or row.weighting is None:
        return None
    frame = frames.framed(row.survey, row.weighting)
    if frame.weights is None or not len(frame.table):
        return Unread(f"« {row.survey.title} » : plus aucune réponse n’a de poids.")
    if frame.stale:
        return Unread(
            f"« {row.survey.title} » : les réponses ont changé depuis le redressement, il est à refaire."
        )
    weights, known = frame.weights, [margin_of(each) for each in row.weighting.variables]
    names = _census_names(frame.questionnaire)
    return local_survey.read(
        _in_words(frame.table, frame.questionnaire, names),
        Plan(weights=weights.values, initial=weights.initial, codes=weights.codes),
        definition,
        title=row.survey.title,
        variables=[str(each["label"]) for each in row.weighting.variables],
        calibrated=[names.get(each["question"], each["question"]) for each in row.weighting.variables],
        ages=census_margins.ages_of(known),
        margins_year=census_margins.stated_year(known),
    )


def _census_names(form: Questionnaire) -> dict[str, str]:
    """Return the questions on age and diploma, name → the name that the estimate reads."""
    questions = {each.name for each in form.questions()}
    return {
        name: variable
        for name, variable in form.counted().items()
        if variable in ("age", "diplome") and (name == variable or variable not in questions)
    }


def _in_words(table: Table, form: Questionnaire, names: Mapping[str, str]) -> Table:
    """Return answers with ages and diplomas as their labels state them: a form may code « 60 et plus » 3."""
    columns = dict(table.columns)
    for name, variable in names.items():
        question = form.question(name)
        labels = {each.name: _label(each, variable) for each in form.choices(question)} if question else {}
        texts = columns.pop(name).tolist() if name in columns else []
        if texts:
            columns[variable] = np.array([labels.get(text, text) for text in texts], dtype=np.str_)
    return Table(table.name, columns)


def _label(choice: Choice, variable: str) -> str:
    if variable == "age":
        span = age_span(choice)
        return f"{span[0]}-{span[1]}" if span else choice.name
    return choice.name if sample_balance.diploma_of(choice.name) is not None else words(choice.label)
