"""Workshops in the words of the Coop numérique, one line each: how many came, on what, for how long; never who."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.agenda import rules
from maillage.apps.agenda.models import Workshop
from maillage.apps.agenda.queries import words
from maillage.apps.agenda.queries.space import CAME, outline
from maillage.reports.formats.published import as_csv


def held(rows: QuerySet[Workshop], since: datetime, until: datetime) -> list[Workshop]:
    """Return the workshops that took place in a period and to which somebody came; the Coop asks for one person at least."""
    found = rows.filter(starts_at__gte=since, starts_at__lt=until, cancelled_at__isnull=True, example=False)
    return [row for row in found.annotate(n_came=CAME).order_by("starts_at", "pk") if row.n_came + row.anonymous]


def coop(rows: Iterable[Workshop]) -> str:
    """Return workshops as the Coop's activities, a table of `rules.COOP_COLUMNS`."""
    return as_csv(list(rules.COOP_COLUMNS), [_row(row) for row in rows])


def _row(row: Workshop) -> dict[str, str]:
    return {
        "type": "collectif",
        "date": timezone.localdate(row.starts_at).isoformat(),
        "duree": str(row.minutes),
        "type_lieu": "lieu_activite" if row.lieu is not None else "autre",
        "structure": row.structure.name,
        "lieu": words.name_of_place(row),
        "commune": row.commune,
        "titre_atelier": row.title,
        "niveau_atelier": row.level,
        "thematiques": "|".join(rules.coop_subjects(row.subject, outline(row))),
        "accompagnements": str(row.n_came + row.anonymous),
        "suivis": str(row.n_came),
        "anonymes": str(row.anonymous),
    }
