"""Hand a referral over to a colleague of the structure that sends it."""

from datetime import datetime

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.orientations import access
from maillage.apps.orientations.models import Orientation
from maillage.kernel.errors import Refused


@transaction.atomic
def referral(pk: int, *, leaver: User, to: User, by: User, at: datetime) -> str:
    """Let a colleague follow the referral of a leaver: answers are told to them from now on."""
    row = Orientation.objects.select_for_update(of=("self",)).get(pk=pk, sender=leaver)
    if row.ended_at is not None or not (access.may_give(by, row) and access.still_helps(to, row)):
        raise Refused(
            "L’orientation n’est pas remise.",
            why=f"Elle est finie, ou {to} ne suit pas cette personne.",
            do="Choisissez quelqu’un d’autre, ou finissez l’orientation.",
        )
    row.sender = to
    row.save(update_fields=["sender"])
    journal.record(by=by, verb="orientation.handed_over", row=row, at=at, structure=row.from_structure_id)
    return ""
