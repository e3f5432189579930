"""The editions that a survey published: read by everybody, and what their counts forbid to say next."""

from typing import Any

from django.db.models import QuerySet

from maillage.apps.surveys.models import Publication, Survey
from maillage.reports.survey.former_reasons import in_one_reason
from maillage.studies.survey.tables import Counted, counted


def publications(survey: Survey) -> QuerySet[Publication]:
    """Return the editions of a survey, the latest first."""
    return Publication.objects.filter(survey=survey).select_related("weighting").defer("content")


def public_edition(slug: str) -> Publication | None:
    """Return the public edition, None when there is none or it was withdrawn."""
    rows = Publication.objects.filter(survey__slug=slug, withdrawn_at=None).select_related("survey")
    return rows.order_by("-number").first()


def content_to_read(edition: Publication) -> dict[str, Any]:
    """Return the content of an edition as it is read: as it was that day, but for its reasons, which former
    versions wrote by case.
    """
    return in_one_reason(edition.content, edition.survey.kind)


def published_counts(survey: Survey) -> list[Counted]:
    """Return the counts in earlier editions, even withdrawn: a reader may have a copy."""
    rows = Publication.objects.filter(survey=survey).order_by("number").values_list("number", "content")
    return [counted(each, number) for number, content in rows for each in content.get("counts", ())]
