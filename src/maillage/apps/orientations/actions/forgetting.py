"""Erase a person everywhere at once, and persons inactive for two years."""

from datetime import datetime

from django.db import transaction

from maillage.apps.accounts.models import User
from maillage.apps.actes import actions as acts
from maillage.apps.agenda.actions import forgetting as agenda
from maillage.apps.autonomy import actions as autonomy
from maillage.apps.documents.actions import storing as documents
from maillage.apps.droits import actions as droits
from maillage.apps.learning.actions import progress as learning
from maillage.apps.mandats import actions as mandats
from maillage.apps.orientations.actions import deadlines
from maillage.apps.people import actions as people
from maillage.apps.people import queries
from maillage.apps.people.models import Person
from maillage.apps.reminders.actions import forgetting as reminders


@transaction.atomic
def forget(person: Person, *, by: User | None, at: datetime) -> None:
    """Erase what identifies a person: their referrals end, or still count anonymously.

    Their diagnoses are deleted, or counted anonymously if they agreed to it. What they learnt still counts,
    on its own. Their workshop seats lose their name, their acts of help what was written
    of them; their mandates stop, and lose their words; their papers are destroyed.
    What was told of their procedures is deleted.
    """
    deadlines.strip(
        person, at=at
    )  # referrals first, as every gesture holds them; then the person, of whom nobody writes from here on
    if Person.objects.select_for_update().get(pk=person.pk).forgotten_at is not None:
        return
    deadlines.strip(person, at=at)  # what was prepared meanwhile
    autonomy.forget(person)
    learning.forget(person, at=at)
    agenda.forget(person, at=at)
    mandats.forget(person, at=at)
    documents.forget(person, at=at)
    acts.forget(person)
    reminders.forget(person, at=at)
    droits.forget(person, at=at)
    people.forget(person, by=by, at=at)


def forget_inactive(at: datetime) -> int:
    """Erase the persons for whom nothing was done in two years; return how many."""
    found = queries.to_forget(at)
    for person in found:
        forget(person, by=None, at=at)
    return len(found)
