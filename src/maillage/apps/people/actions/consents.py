"""Record what a person agreed to, refused, or takes back."""

from datetime import datetime

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.directory.models import Structure
from maillage.apps.people import queries, rules
from maillage.apps.people.actions.register import lock, touch
from maillage.apps.people.models import Consent, Person


@transaction.atomic
def agree(
    *,
    person: Person,
    purpose: str,
    how: str,
    at: datetime,
    words: str = "",
    given: bool = True,
    structure: Structure | None = None,
    by: User | None = None,
    acting: int | None = None,
) -> Consent:
    """Record what a person agreed to or refused, with the words read to them. A new answer replaces the
    previous one.

    structure: whom the answer is for; acting: the structure of the user who records it, for the journal.
    Refused once they were erased.
    """
    lock(person)
    Consent.objects.filter(person=person, purpose=purpose, structure=structure, withdrawn_at=None).update(
        withdrawn_at=at
    )
    consent = Consent.objects.create(
        person=person,
        purpose=purpose,
        structure=structure,
        given=given,
        how=how,
        words=words or rules.PURPOSES[purpose].words,
        by=by,
        at=at,
    )
    answer = "oui" if given else "non"
    common = {"by": by, "at": at, "structure": acting}
    journal.record_many(
        [
            journal.Note(verb="consent.said", row=person, words=f"{_about(consent)} : {answer}", **common),
            journal.Note(
                verb=queries.SEALED, row=consent, words=journal.seal(person, consent.proof), **common
            ),
        ]
    )
    touch(person, at=at)
    return consent


@transaction.atomic
def withdraw(consent: Consent, *, by: User | None, at: datetime, acting: int | None = None) -> bool:
    """Withdraw an agreement from now on, and return whether it held until now: another answer may have
    replaced it. acting: the structure of the user who records it.
    """
    Person.objects.select_for_update().filter(pk=consent.person_id).first()
    n_updated = Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=at)
    if n_updated:
        journal.record(
            by=by,
            verb="consent.withdrawn",
            row=consent.person,
            at=at,
            structure=acting,
            words=_about(consent),
        )
    return bool(n_updated)


def _about(consent: Consent) -> str:
    """Return the purpose of an agreement, for the journal: never the person."""
    label = rules.PURPOSES[consent.purpose].label
    return f"{label} ({consent.structure.name})" if consent.structure is not None else label
