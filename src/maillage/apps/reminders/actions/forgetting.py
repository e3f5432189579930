"""Erase what is written of reminders: of a person, of an event, of what is past."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from maillage.apps.messages import actions as outbox
from maillage.apps.people.models import Person
from maillage.apps.reminders.actions import planning
from maillage.apps.reminders.models import Refusal, Reminder
from maillage.apps.reminders.rules import ways

NOTHING = {"name": "", "contact": "", "subject": "", "text": "", "french": ""}


@transaction.atomic
def forget(person: Person, *, at: datetime) -> None:
    """Erase what reminders say of a person being erased; that some were planned still counts."""
    planning.withdraw_of(person, at=at)
    _erase(Reminder.objects.filter(person=person), at=at)
    Refusal.objects.filter(person=person).delete()


@transaction.atomic
def forget_events(kind: str, rows: Iterable[int], *, at: datetime) -> None:
    """Erase what the reminders of some events say."""
    _erase(Reminder.objects.filter(kind=kind, row__in=list(rows)), at=at)


def _erase(reminders: QuerySet[Reminder], *, at: datetime) -> None:
    for row in reminders.filter(way__in=ways.WRITTEN):
        outbox.forget(about=row.key, at=at)
    reminders.update(person=None, **NOTHING)


def forget_old(*, at: datetime) -> int:
    """Erase what helpers read of events past their retention; return how many."""
    old = Reminder.objects.filter(~Q(name="", text=""), purge_on__lte=timezone.localdate(at))
    return old.update(**NOTHING)
