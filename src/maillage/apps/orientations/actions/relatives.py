"""Follow somebody helped by a relative who agrees to it: a card, a place, no name, no account."""

from datetime import datetime

from django.db import transaction

from maillage.apps.directory.models import Lieu
from maillage.apps.orientations.actions import drafts, sending
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.rules import cycle
from maillage.apps.people import rules as purposes
from maillage.apps.people.actions import consents
from maillage.apps.people.actions import register as people
from maillage.apps.people.models import Person


@transaction.atomic
def follow(*, lieu: Lieu, need: str, at: datetime, already: Person | None = None) -> Orientation:
    """Make a nameless card and send it to a place, counted as a relative's; `already`: the card made before.

    The same place for the same need is followed once. Refused as `sending.send` refuses.
    """
    same = Orientation.objects.filter(
        person=already or 0, lieu=lieu, need=need, origin=cycle.RELATIVE, sender=None
    ).first()
    if same is not None:
        return same
    person = people.welcome(by=None, structure=None, at=at)
    consents.agree(person=person, purpose=purposes.COUNT, how="click", at=at)
    row = drafts.prepare(
        drafts.Draft(need=need, person=person, origin=cycle.RELATIVE, lieu=lieu, commune=lieu.code_insee),
        by=None,
        at=at,
    )
    return sending.send(row, by=None, at=at)
