"""Erase a person everywhere at once, and persons inactive for two years."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.actes.actions import corrections as acts
from maillage.apps.agenda.actions import forgetting as agenda
from maillage.apps.autonomy import actions as autonomy
from maillage.apps.documents.actions import storing as documents
from maillage.apps.droits.actions import telling as droits
from maillage.apps.learning.actions import progress as learning
from maillage.apps.mandats.actions import stopping as mandats
from maillage.apps.orientations.actions import deadlines, transitions
from maillage.apps.people import queries, rules
from maillage.apps.people.actions import forgetting as people
from maillage.apps.people.models import Person
from maillage.apps.reminders.actions import forgetting as reminders

# What erases what each feature holds, in this order, by the name of its application: every line of the
# register has one. Referrals come first, as every gesture holds them; then nobody writes of the person.
ERASERS: Mapping[str, Callable[[Person, datetime], Any]] = {
    "orientations": lambda person, at: deadlines.strip(person, at=at),
    "autonomy": lambda person, at: autonomy.forget(person),
    "learning": lambda person, at: learning.forget(person, at=at),
    "agenda": lambda person, at: agenda.forget(person, at=at),
    "mandats": lambda person, at: mandats.forget(person, at=at),
    "documents": lambda person, at: documents.forget(person, at=at),
    "actes": lambda person, at: acts.forget(person),
    "reminders": lambda person, at: reminders.forget(person, at=at),
    "droits": lambda person, at: droits.forget(person, at=at),
}


@transaction.atomic
@journal.written_last()
def forget(
    person: Person, *, by: User | None, at: datetime, unless_active_since: datetime | None = None
) -> bool:
    """Erase what identifies a person: their referrals end, or still count anonymously; return whether it was
    done, and not before, nor for who is helped again (`unless_active_since`).

    Their diagnoses are deleted, or counted anonymously if they agreed to it. What they learnt still counts,
    on its own. Their workshop seats lose their name, their acts of help what was written
    of them; their mandates stop, and lose their words; their papers are destroyed.
    What was told of their procedures is deleted.
    """
    transitions.lock_all(person)  # referrals first, as every gesture holds them
    held = Person.objects.select_for_update().get(pk=person.pk)  # nobody writes of them from here on
    if held.forgotten_at is not None:
        return False
    if unless_active_since is not None and held.active_at >= unless_active_since:
        return False
    for erase in ERASERS.values():
        erase(person, at)
    people.forget(person, by=by, at=at)
    return True


def forget_inactive(at: datetime) -> int:
    """Erase the persons for whom nothing was done in two years; return how many. One of them may be helped
    again while the others are erased.
    """
    before = rules.forget_before(at)
    return sum(forget(each, by=None, at=at, unless_active_since=before) for each in queries.to_forget(at))
