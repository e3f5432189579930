"""Worklist lines of surveys: answers still missing, an edition to publish, sentences to read
again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, DateTimeField, Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import MOST, STUDIES, Line
from maillage.apps.surveys import access
from maillage.apps.surveys.models import Answer, Finding, Publication, Survey
from maillage.statistics.survey.protection import rule_of
from maillage.web.presence import Reading, Readings
from maillage.words import opening
from maillage.words.wording import count


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the tasks of each survey of a user, the latest surveys first."""
    if not rights_of(user).any(access.RUN):
        return
    rows = list(annotated(access.surveys_for(user))[: 3 * MOST])
    published = defaultdict(list)
    for pk, n in Publication.objects.filter(survey__in=rows).order_by().values_list("survey", "content__n"):
        published[pk].append(n)
    for row in rows:
        yield from _answers_missing(row, at)
        yield from _edition(row, published[row.pk])
        yield from _sentences(row)


def annotated(rows: QuerySet[Survey]) -> QuerySet[Survey]:
    """Annotate surveys with what their lines say, in one statement."""
    counted = Answer.objects.filter(survey=OuterRef("pk"), aside_at=None).order_by()
    last = Publication.objects.filter(survey=OuterRef("pk"), withdrawn_at=None).order_by("-number")
    edited = Finding.objects.filter(survey=OuterRef("pk"), hidden=False).exclude(edited="").order_by()
    newest = Answer.objects.filter(
        survey=OuterRef("survey"), aside_at=None, received_at__gt=OuterRef("edited_at")
    )
    grouped = counted.values("survey")
    return rows.annotate(
        n=Subquery(grouped.annotate(k=Count("*")).values("k")),
        latest=Subquery(
            counted.order_by("-received_at").values("received_at")[:1], output_field=DateTimeField()
        ),
        published=Subquery(last.values("published_at")[:1], output_field=DateTimeField()),
        stale=Subquery(edited.filter(Exists(newest)).values("survey").annotate(k=Count("pk")).values("k")),
    ).order_by("-made_at", "-pk")


def _answers_missing(row: Any, at: datetime) -> Iterable[Line]:
    n = row.n or 0
    if row.state != "open" or not row.target or n >= row.target:
        return
    n_missing = row.target - n
    yield Line(
        kind="survey-quota",
        group=STUDIES,
        n=n_missing,
        title=f"Réponse{'s' if n_missing > 1 else ''} à recueillir pour « {row.title} »",
        words=f"{count(n, 'réponse')} sur {row.target}. Les quotas indiquent les profils manquants.",
        until=row.closes_on,
        late=row.closes_on is not None and row.closes_on < timezone.localdate(at),
        url=reverse("survey_quotas", args=[row.pk]),
        gesture="Voir les profils manquants",
        icon="users",
    )


def _edition(row: Any, published: Sequence[int]) -> Iterable[Line]:
    """An edition is due when a closed survey was never published, or has newer answers, enough to be
    published. published: how many answers each edition counts, even withdrawn.
    """
    if row.state != "closed" or not row.n or (row.published and row.published >= row.latest):
        return
    if min(abs(row.n - n) for n in (0, *published)) < rule_of(row.kind).least:
        return
    reason = (
        f"Des réponses sont arrivées après l’édition du {_day(row.published)}."
        if row.published
        else f"{count(row.n, 'réponse')}, et rien n’est publié : les personnes qui ont répondu attendent "
        f"de lire."
    )
    yield Line(
        kind="survey-edition",
        group=STUDIES,
        title=row.title,
        words=reason,
        since=timezone.localdate(row.latest),
        url=reverse("survey_publish", args=[row.pk]),
        gesture="Publier une édition",
        icon="file-text",
    )


def _day(moment: datetime) -> str:
    return opening.date_text(timezone.localdate(moment))


def _sentences(row: Any) -> Iterable[Line]:
    if row.stale:
        yield Line(
            kind="survey-sentence",
            group=STUDIES,
            n=row.stale,
            title=f"Phrase à relire dans « {row.title} »"
            if row.stale == 1
            else f"Phrases à relire dans « {row.title} »",
            words="Vous les aviez reprises, puis des réponses sont arrivées.",
            url=reverse("survey_findings", args=[row.pk]),
            gesture="Relire",
            icon="pencil",
        )


lines = Readings(Reading(_lines))
