"""Record what a person agreed to, refused, or takes back."""

from datetime import datetime

from django.db import transaction

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import queries, rules
from maillage.apps.people.persons.actions.register import lock, touch
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User


@transaction.atomic
def agree(
    *,
    person: Person,
    purpose: str,
    how: str,
    at: datetime,
    words: str = "",
    is_accepted: bool = True,
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
        given=is_accepted,
        how=how,
        words=words or rules.PURPOSES[purpose].words,
        by=by,
        at=at,
    )
    answer = "oui" if is_accepted else "non"
    lines = (
        ("consent.said", person, f"{_about(consent)} : {answer}"),
        (queries.SEALED, consent, journal.seal(person, consent.proof)),
    )
    journal.record_many(
        [
            journal.Note(verb=verb, row=row, words=words, by=by, at=at, structure=acting)
            for verb, row, words in lines
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
