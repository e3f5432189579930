"""An agreement taken back: what was shared is read no more, what was to be written does not leave."""

from datetime import datetime

from django.db import transaction

from maillage.apps.accounts.models import User
from maillage.apps.learning.actions import plans
from maillage.apps.messages import actions as outbox
from maillage.apps.orientations.models import Orientation
from maillage.apps.people import actions as people
from maillage.apps.people import rules
from maillage.apps.people.models import Consent, Person


@transaction.atomic
def withdraw(said: Consent, *, by: User | None, at: datetime) -> None:
    """Take back an agreement, and all that it allowed."""
    people.withdraw(said, by=by, at=at)
    _undo(said.person, said.purpose, said.structure_id, at=at)


@transaction.atomic
def answer(person: Person, *, purpose: str, how: str, given: bool, by: User | None, at: datetime) -> None:
    """Keep what a person says of a purpose; a no takes back what a former yes allowed."""
    people.agree(person=person, purpose=purpose, how=how, given=given, by=by, at=at)
    if not given:
        _undo(person, purpose, None, at=at)


def silence(person: Person, *, at: datetime) -> None:
    """Take back what is to be written to a person: they said no, or are reached otherwise."""
    for pk in Orientation.objects.filter(person=person).values_list("pk", flat=True):
        for what in ("personne", "veille"):
            outbox.forget(about=f"orientation-{pk}-{what}-", at=at)
    plans.hush(person, at=at)


def _undo(person: Person, purpose: str, structure: int | None, *, at: datetime) -> None:
    if purpose == rules.SHARE:
        rows = Orientation.objects.filter(person=person, to_structure=structure)
        rows.update(shared=[], note="")
    elif purpose == rules.WRITE:
        silence(person, at=at)
