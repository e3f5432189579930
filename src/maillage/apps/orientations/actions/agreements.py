"""An agreement taken back: what was shared is read no more, what was to be written does not leave, what was kept is erased."""

from datetime import datetime

from django.db import transaction

from maillage.apps.accounts.models import User
from maillage.apps.autonomy import actions as autonomy
from maillage.apps.directory.models import Structure
from maillage.apps.learning.actions import plans
from maillage.apps.messages import actions as outbox
from maillage.apps.orientations.models import Orientation
from maillage.apps.people import actions as people
from maillage.apps.people import rules
from maillage.apps.people.models import Consent, Person


@transaction.atomic
def withdraw(said: Consent, *, by: User | None, at: datetime, acting: int | None = None) -> None:
    """Take back an agreement, and all that it allowed. acting: the structure of whoever notes it."""
    people.withdraw(said, by=by, at=at, acting=acting)
    _undo(said.person, said.purpose, said.structure_id, by=by, at=at, acting=acting)


@transaction.atomic
def answer(
    person: Person,
    *,
    purpose: str,
    how: str,
    given: bool,
    by: User | None,
    at: datetime,
    structure: Structure | None = None,
    acting: int | None = None,
) -> None:
    """Keep what a person says of a purpose, to a structure if it is one's; a no takes back what a former yes allowed.

    acting: the structure of whoever notes it.
    """
    people.agree(person=person, purpose=purpose, how=how, given=given, structure=structure, by=by, at=at, acting=acting)
    if not given:
        _undo(person, purpose, structure and structure.pk, by=by, at=at, acting=acting)


def silence(person: Person, *, at: datetime) -> None:
    """Take back what is to be written to a person: they said no, or are reached otherwise."""
    for pk in Orientation.objects.filter(person=person).values_list("pk", flat=True):
        for what in ("personne", "veille"):
            outbox.forget(about=f"orientation-{pk}-{what}-", at=at)
    plans.hush(person, at=at)


def _undo(
    person: Person, purpose: str, structure: int | None, *, by: User | None, at: datetime, acting: int | None
) -> None:
    if purpose == rules.SHARE:
        rows = Orientation.objects.filter(person=person, to_structure=structure)
        rows.update(shared=[], note="")
    elif purpose == rules.WRITE:
        silence(person, at=at)
    elif purpose == rules.KEEP:
        _keep_no_more(person, structure, by=by, at=at, acting=acting)


def _keep_no_more(person: Person, structure: int | None, *, by: User | None, at: datetime, acting: int | None) -> None:
    """Erase the diagnoses that a structure kept; without one it is said to all of them, and no yes of before stands."""
    autonomy.forget(person, structure=structure)
    if structure is None:
        for said in person.consents.filter(purpose=rules.KEEP, given=True, withdrawn_at=None):
            people.withdraw(said, by=by, at=at, acting=acting)
