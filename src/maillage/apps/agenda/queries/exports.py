"""Workshops in the terms of the Coop numérique, one line each: how many came; never who."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.db.models import Count, DateField, DurationField, Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncMonth

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.queries import words
from maillage.apps.agenda.queries.space import CAME
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.platform.accounts.models import Visitor
from maillage.kernel.spreadsheet import as_csv
from maillage.modules import outlines
from maillage.web import bulk

MINUTE = timedelta(minutes=1)


def declared_workshops(user: Visitor, since: date, until: date) -> list[Workshop]:
    """Return the workshops of a period that a user declares, both days included; somebody came."""
    return _attended(_carried(user, since, until))


def untold(user: Visitor, since: date, until: date, at: datetime) -> int:
    """Return how many of a user's workshops have no attendance: the table leaves them out. One that nobody
    came to, as all its seats say, is told.
    """
    workshop_seats = Seat.objects.filter(workshop=OuterRef("pk"))
    has_unticked = Exists(workshop_seats.filter(status=rules.BOOKED, came=None))
    past = _carried(user, since, until).filter(starts_at__lt=at, anonymous=0).exclude(seats__came=True)
    return past.filter(has_unticked | ~Exists(workshop_seats.filter(came=False))).count()


def _carried(user: Visitor, since: date, until: date) -> QuerySet[Workshop]:
    """Return the workshops of a period organised by a user's structures: a partner does not declare them."""
    own_structures = access.structures_for(user).values("pk")
    return _in_period(access.workshops_for(user).filter(structure__in=own_structures), since, until)


def _in_period(
    rows: QuerySet[Workshop], since: date, until: date, *, example: bool = False
) -> QuerySet[Workshop]:
    begin, end = midnight(since), midnight(until + timedelta(days=1))
    rows = rows.filter(starts_at__gte=begin, starts_at__lt=end, cancelled_at__isnull=True, example=example)
    return rows.filter(kind=rules.WORKSHOP)  # who is trained to help is not somebody helped


def of_structures(
    structures: Iterable[int] | None, since: date, until: date, *, example: bool = False
) -> list[Workshop]:
    """Return the workshops of a period to declare, both days included. structures: None for all."""
    rows = Workshop.objects.select_related(*access.WITH)
    if structures is not None:
        rows = rows.filter(structure__in=list(structures))
    return _attended(_in_period(rows, since, until, example=example))


def _attended(rows: QuerySet[Workshop]) -> list[Workshop]:
    counted = rows.annotate(n_came=CAME).order_by("starts_at", "pk")
    return [row for row in counted if row.n_came + row.anonymous]


# structure, first day of the month, subjects, n, minutes, helped
Added: TypeAlias = tuple[int, date, tuple[str, ...], int, int, int]


def totals(
    structures: Iterable[int] | None, since: date, until: date, *, example: bool = False
) -> list[Added]:
    """Return the workshops of `of_structures` added up by the database, by structure, month and subject."""
    rows = Workshop.objects.all()
    if structures is not None:
        rows = rows.filter(structure__in=bulk.to_find(list(structures)))
    came = Seat.objects.filter(workshop=OuterRef("pk"), came=True).order_by().values("workshop")
    helped = Coalesce(Subquery(came.annotate(n=Count("pk")).values("n")), 0) + F("anonymous")
    month = TruncMonth("starts_at", output_field=DateField())
    lasts = Sum(F("ends_at") - F("starts_at"), output_field=DurationField())
    workshops = _in_period(rows, since, until, example=example).annotate(n_helped=helped, in_month=month)
    groups = workshops.filter(n_helped__gt=0).order_by()
    by_group = groups.values_list("structure", "in_month", "subject", "outline")
    counted = by_group.annotate(n=Count("pk"), lasted=lasts, helped=Sum("n_helped"))
    known = outlines.outlines()
    return [
        (structure, month, rules.coop_subjects(subject, known.get(outline)), n, lasted // MINUTE, helped)
        for structure, month, subject, outline, n, lasted, helped in counted
    ]


def coop(rows: Iterable[Workshop]) -> str:
    return table([activity(row) for row in rows])


def table(activities: Iterable[Mapping[str, str]]) -> str:
    """Return activities as the Coop reads them, a table of `rules.COOP_COLUMNS`: the only writer of it."""
    return as_csv(list(rules.COOP_COLUMNS), activities)


def activity(row: Workshop) -> dict[str, str]:
    """Return a workshop as an activity of the Coop. row: with `n_came`, how many came and gave a name."""
    n_came = vars(row)["n_came"]
    return {
        "id": f"atelier-{row.pk}",
        "type": "collectif",
        "date": words.local(row).date().isoformat(),
        "duree": str(row.minutes),
        "type_lieu": "lieu_activite" if row.lieu is not None else "autre",
        "structure": row.structure.name,
        "lieu": words.name_of_place(row),
        "commune": row.commune,
        "titre_atelier": row.title,
        "niveau_atelier": row.level,
        "thematiques": "|".join(rules.coop_subjects(row.subject, outlines.outlines().get(row.outline))),
        "accompagnements": str(n_came + row.anonymous),
        "suivis": str(n_came),
        "anonymes": str(row.anonymous),
    }
