"""Erase what identifies a person."""

from datetime import datetime

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.people import rules
from maillage.apps.people.actions.register import unused_code
from maillage.apps.people.models import CardSecret, Consent, CorrectionRequest, Following, Person


@transaction.atomic
def forget(person: Person, *, by: User | None, at: datetime) -> None:
    """Erase everything that identifies a person; what was done still counts, anonymously. The card stops
    working.

    Other features strip their own data about them first, in the same transaction.
    """
    row = Person.objects.select_for_update().get(pk=person.pk)
    if row.forgotten_at is not None:
        return
    row.nickname, row.born, row.language = "", None, "fr"
    row.reach, row.reach_value = rules.NONE, ""
    row.code, row.forgotten_at = unused_code(), at
    row.save()
    Following.objects.filter(person=row, ended_at=None).update(ended_at=at)
    Consent.objects.filter(person=row, withdrawn_at=None).update(withdrawn_at=at)
    CardSecret.objects.filter(person=row).delete()
    CorrectionRequest.objects.filter(person=row).delete()
    journal.destroy_seal(row, at=at)
    journal.record(by=by, verb="person.forgotten", row=row, at=at)
