"""Erasing a person everywhere at once; and those for whom nothing was done in two years."""

from datetime import datetime

from django.db import transaction

from maillage.apps.accounts.models import User
from maillage.apps.agenda.actions import forgetting as agenda
from maillage.apps.autonomy import actions as autonomy
from maillage.apps.learning.actions import progress as learning
from maillage.apps.orientations.actions import due
from maillage.apps.people import actions as people
from maillage.apps.people import queries
from maillage.apps.people.models import Person


@transaction.atomic
def forget(person: Person, *, by: User | None, at: datetime) -> None:
    """Erase what tells who a person is: their referrals end or stay counted without anybody.

    Their diagnoses are deleted; counted without anybody if they agree to be counted. What they learnt stays counted, alone.
    Their seats at workshops lose their name.
    """
    due.strip(
        person, at=at
    )  # referrals first, as every gesture holds them; then the person, of whom nobody writes from here on
    if Person.objects.select_for_update().get(pk=person.pk).forgotten_at is not None:
        return
    due.strip(person, at=at)  # what was prepared meanwhile
    autonomy.forget(person)
    learning.forget(person, at=at)
    agenda.forget(person, at=at)
    people.forget(person, by=by, at=at)


def forget_due(at: datetime) -> int:
    """Forget the persons for whom nothing was done in two years; return how many."""
    found = queries.to_forget(at)
    for person in found:
        forget(person, by=None, at=at)
    return len(found)
