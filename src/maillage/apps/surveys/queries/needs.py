"""What the surveys of a territory contribute to the estimate of its need."""

from collections.abc import Collection

from maillage.apps.surveys.models import Publication
from maillage.apps.surveys.queries import frames
from maillage.apps.surveys.queries.margins import margin_of
from maillage.apps.surveys.queries.publications import BY_DAY
from maillage.engine.variance import Plan
from maillage.reference.definitions import Definition
from maillage.studies.need import local_survey
from maillage.studies.need.local_survey import Measured, Unread
from maillage.studies.survey import census_margins


def edition_of(place: str) -> Publication | None:
    """Return the last published edition of a weighted survey of the inhabitants of a place; None when there
    is none.

    Only published results change a public figure; invented answers, shown as examples, never do. One query.
    """
    return (
        Publication.objects.filter(
            survey__territory=place,
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
    kept = Publication.objects.filter(pk__in=editions, withdrawn_at=None)
    return set(editions) - set(kept.values_list("pk", flat=True))


def measured(edition: int, definition: Definition) -> Measured | Unread | None:
    """Return what a published survey measures for a definition, with the weights of that edition; None when
    it was erased.
    """
    row = (
        Publication.objects.select_related("survey", "weighting")
        .filter(pk=edition, weighting__isnull=False)
        .first()
    )
    if row is None:
        return None
    held = frames.framed(row.survey, row.weighting)
    if held.weights is None or not len(held.table):
        return Unread(f"« {row.survey.title} » : plus aucune réponse n’a de poids.")
    if held.stale:
        return Unread(
            f"« {row.survey.title} » : les réponses ont changé depuis le redressement, il est à refaire."
        )
    weights, known = held.weights, [margin_of(each) for each in row.weighting.variables]
    return local_survey.read(
        held.table,
        Plan(weights=weights.values, initial=weights.initial, codes=weights.codes),
        definition,
        title=row.survey.title,
        variables=[str(each["label"]) for each in row.weighting.variables],
        calibrated=[str(each["question"]) for each in row.weighting.variables],
        ages=census_margins.ages_of(known),
        margins_year=census_margins.stated_year(known),
    )
