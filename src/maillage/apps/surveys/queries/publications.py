"""The editions that a survey published: read by everybody, and what their counts forbid to say next."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from maillage.apps.surveys.models import Publication, Survey
from maillage.publishing.page import blocks, html, office_forms, pdf, photographs, theme
from maillage.publishing.page.blocks import Document, DocumentData
from maillage.publishing.page.photographs import Photograph
from maillage.publishing.page.theme import Theme
from maillage.publishing.survey import document
from maillage.publishing.survey.former_reasons import with_one_reason
from maillage.statistics.survey.protection import rule_of
from maillage.statistics.survey.tables import Counted, counted
from maillage.web.hooks import Hook

Look = tuple[Theme | None, Photograph | None]
# When answers were given: a survey published late is not the latest. Older editions have no such day.
LOOK: Hook[Callable[[str], Look]] = Hook()  # of a territory: its theme, its photograph
BY_DAY = Coalesce(
    KT("content__answered_on"), Cast("survey__closes_on", TextField()), Cast("published_at", TextField())
)


def answered_on(edition: Publication, day: str | None) -> date:
    """Return the day of the last answer of an edition: that of its content, else of the end of its survey, or
    of its publication.
    """
    ended = edition.survey.closes_on or timezone.localdate(edition.published_at)
    return date.fromisoformat(day) if day else ended


def publications(survey: Survey) -> QuerySet[Publication]:
    """Return the editions of a survey, the latest first."""
    return Publication.objects.filter(survey=survey).select_related("weighting").defer("content")


def public_edition(slug: str) -> Publication | None:
    """Return the public edition, None when there is none or it was withdrawn."""
    rows = Publication.objects.filter(survey__slug=slug, withdrawn_at=None).select_related("survey")
    return rows.order_by("-number").first()


def look_of(survey: Survey) -> Look:
    """Return how the reports of the territory of a survey look today: they change, an edition does not."""
    return LOOK.only()(survey.territory)


def dressed(write: Callable[[Document], bytes], stored: DocumentData, look: Look) -> bytes:
    """Write a stored report in the look of its territory: its theme, its photograph on the cover."""
    report, (own, photograph) = blocks.load(stored), look
    cover = replace(report.cover, **photographs.on_cover(photograph))
    with theme.applied(theme.current() or own):
        return write(replace(report, cover=cover))


def edition_files(edition: Publication) -> dict[str, bytes]:
    """Return the document of an edition in each form, and its tables, by file name."""
    report, look = document_to_read(edition), look_of(edition.survey)
    name, on = edition.survey.slug, timezone.localdate(edition.published_at)
    return {
        f"{name}.html": dressed(html.dossier, report, look),
        f"{name}.pdf": dressed(partial(pdf.dossier, on=on), report, look),
        f"{name}.docx": dressed(partial(office_forms.docx, on=on), report, look),
        f"{name}-tableaux.csv": document.as_csv(document.COLUMNS, tables_to_read(edition)),
    }


def tables_to_read(edition: Publication) -> list[dict[str, Any]]:
    """Return the tables of an edition as they are read: as they were that day, with one reason where former
    versions wrote several.
    """
    reason = rule_of(edition.survey.kind).suppression_reason
    return [
        line if "seuil" in line else {**line, "motif": reason if line["motif"] else ""}
        for line in edition.content["tables"]
    ]


def document_to_read(edition: Publication) -> DocumentData:
    """Return the document of an edition as it is read, its reasons as in `tables_to_read`."""
    document: DocumentData = _with_one_reason(edition.content["document"], edition.survey.kind)
    return document


def _with_one_reason(part: Any, kind: str) -> Any:
    if isinstance(part, dict):
        return {name: _with_one_reason(inner, kind) for name, inner in part.items()}
    if isinstance(part, list):
        return [_with_one_reason(inner, kind) for inner in part]
    return with_one_reason(part, kind) if isinstance(part, str) else part


def published_counts(survey: Survey) -> list[Counted]:
    """Return the counts in earlier editions, even withdrawn: a reader may have a copy."""
    rows = Publication.objects.filter(survey=survey).order_by("number").values_list("number", "content")
    return [counted(each, number) for number, content in rows for each in content.get("counts", ())]
