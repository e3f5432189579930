"""Decisions of a helper on a reminder: done or not, no more reminders, or reminders again."""

from datetime import datetime

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.people.actions import register as people
from maillage.apps.people.models import Person
from maillage.apps.reminders.actions import planning
from maillage.apps.reminders.models import Refusal, Reminder
from maillage.apps.reminders.rules import ways
from maillage.kernel.errors import Refused


@transaction.atomic
def mark_done(reminder: Reminder, *, by: User, at: datetime) -> None:
    """Record that a reminder was said or handed over; Refused when it has no use any more."""
    row = Reminder.objects.select_for_update(of=("self",)).get(pk=reminder.pk)
    if row.withdrawn_at is not None or row.way not in ways.BY_HAND:
        raise Refused(
            "Rien n’a été noté.",
            why="Ce rappel n’a plus lieu d’être : ce qu’il annonçait a changé.",
            do="Rechargez la page pour voir ce qui reste à faire.",
        )
    if row.done_at is None:
        row.done_at, row.done_by = at, by
        row.save(update_fields=["done_at", "done_by"])
        journal.record(by=by, verb="reminder.done", row=row, at=at, structure=row.structure_id)


@transaction.atomic
def mark_undone(reminder: Reminder, *, by: User, at: datetime) -> None:
    """Take back a « fait »: the reminder is to do again, unless what it announces changed meanwhile; it is
    then planned anew if it still takes place.
    """
    row = Reminder.objects.select_for_update(of=("self",)).get(pk=reminder.pk)
    if row.done_at is not None:
        row.done_at = row.done_by = None
        if row.is_recalled:
            row.withdrawn_at, row.is_recalled = at, False
        row.save(update_fields=["done_at", "done_by", "withdrawn_at", "is_recalled"])
        journal.record(by=by, verb="reminder.undone", row=row, at=at, structure=row.structure_id)


@transaction.atomic
def refuse(person: Person, *, by: User | None, at: datetime, acting: int | None = None) -> None:
    """Remind a person of nothing any more, and take back what was to leave. acting: the structure of whoever
    records it. Refused once they were erased.
    """
    people.lock(person)
    _, new = Refusal.objects.get_or_create(person=person, defaults={"at": at, "by": by})
    planning.withdraw_of(person, at=at)
    if new:
        journal.record(by=by, verb="reminders.refused", row=person, at=at, structure=acting)


@transaction.atomic
def accept(person: Person, *, by: User | None, at: datetime, acting: int | None = None) -> None:
    """Remind a person again, at their request."""
    n_removed, _ = Refusal.objects.filter(person=person).delete()
    if n_removed:
        journal.record(by=by, verb="reminders.accepted", row=person, at=at, structure=acting)
