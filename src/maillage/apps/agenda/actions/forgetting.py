"""Erase names: three months after a workshop for everyone, and at once for a person who asks."""

from datetime import datetime

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.agenda.actions import notifications
from maillage.apps.agenda.actions import seats as giving
from maillage.apps.agenda.actions.write import lock
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.people.models import Person

BARE = {"name": "", "token": "", "contact": "", "way": rules.NO_WAY, "stopped_words": "", "next_words": ""}


@transaction.atomic
def strip(workshop: Workshop, *, at: datetime) -> bool:
    """Erase the names and contacts of a workshop; who came stays counted, without anybody. Return whether
    it was done.
    """
    row = lock([workshop])[0]
    if row.stripped_at is not None:
        return False
    for learner in row.seats.values_list("learner", flat=True):
        notifications.forget(learner, at=at, workshop=row)
    row.seats.update(**BARE)
    row.stripped_at = at
    row.save(update_fields=["stripped_at"])
    journal.record(by=None, verb="workshop.stripped", row=row, at=at, structure=row.structure_id)
    return True


@transaction.atomic
def forget(person: Person, *, at: datetime) -> int:
    """Strip the seats of a person being erased, and return how many; future seats are released to the waiting
    list.

    Call it in the transaction of `people.actions.forget`, before it.
    """
    theirs = list(Seat.objects.filter(person=person).select_related("workshop"))
    rows = lock({seat.workshop for seat in theirs})
    learners = {seat.learner for seat in theirs}
    coming = [row.pk for row in rows if row.starts_at > at]
    Seat.objects.filter(person=person, workshop__in=coming).update(status=rules.CANCELLED, cancelled_at=at)
    for learner in learners:
        notifications.forget(learner, at=at)
    Seat.objects.filter(learner__in=learners).update(person=None, **BARE)
    for row in rows:
        journal.record(by=None, verb="seat.forgotten", row=row, at=at, structure=row.structure_id)
    giving.promote(rows, at=at)
    return len(theirs)
