"""Reminders of the appointments that places gave to persons."""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from maillage.apps.agenda.queries import reminders as agenda
from maillage.apps.people.persons.models import Person
from maillage.apps.people.reminders import queries as reminders_queries
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.people.reminders.queries import (
    Line,
    Occasion,
    days_before,
    is_recent,
    on_paper,
    to_remind,
)
from maillage.apps.referrals.orientations.actions import notifications
from maillage.apps.referrals.orientations.models import Event, Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.words.languages import say


def appointed(at: datetime) -> QuerySet[Orientation]:
    """Return the referrals of whose appointment the person is to be reminded now."""
    where = to_remind(
        reminders_rules.REFERRAL, at, moment="appointment_at", commune="commune", on_paper=on_paper()
    )
    return _dated_referrals().filter(where)


def to_come(person: Person, at: datetime, *, structures: frozenset[int]) -> list[Line]:
    """Return the reminders to come of a person for these structures: their seats and appointments."""
    dated = [occasion(row) for row in _dated_referrals().filter(person=person, appointment_at__gt=at)]
    occasions = [*agenda.of_person(person, at), *dated]
    return reminders_queries.to_come([each for each in occasions if each.structure in structures], at)


def _dated_referrals() -> QuerySet[Orientation]:
    dating_events = Event.objects.filter(orientation=OuterRef("pk"), verb__in=cycle.DATING)
    rows = Orientation.objects.filter(
        state=cycle.APPOINTED, appointment_at__isnull=False, person__isnull=False
    )
    return rows.annotate(given_at=Subquery(dating_events.order_by("-pk").values("at")[:1])).select_related(
        "person", "lieu"
    )


def occasion(row: Orientation) -> Occasion:
    """Return the reminder of a referral: where to go and when, as in the first message; ValueError without a
    person or a moment to remind of.
    """
    if row.person is None or row.appointment_at is None:
        raise ValueError(f"referral {row.pk} has nobody to remind, or nothing to remind of")
    days = days_before(row.person, "")
    return Occasion(
        kind=reminders_rules.REFERRAL,
        row=row.pk,
        days=days,
        moment=row.appointment_at,
        subject=lambda: say("Rappel de votre rendez-vous"),
        text=lambda: notifications.where_and_when(row),
        structure=row.from_structure_id,
        commune=row.commune,
        person=row.person,
        language=row.person.language,
        is_notified=is_recent(vars(row)["given_at"], row.appointment_at, days, row.commune),
        example=row.example,
    )
