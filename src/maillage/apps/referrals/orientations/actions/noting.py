"""Note the outcome of a referral as an act of help, without saying it twice."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from maillage.apps.people.actes import rules
from maillage.apps.people.actes.actions import acts as actes
from maillage.apps.people.actes.models import Act
from maillage.apps.people.actes.queries.catalogue import split
from maillage.apps.people.persons.access import people_for
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations.actions.transitions import lock
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused

ENDS = {cycle.REACHED: rules.DONE, cycle.PARTIAL: rules.PARTLY, cycle.DROPPED: rules.NOT_DONE}


@transaction.atomic
@journal.written_last()
def note_act(orientation: Orientation, *, by: User, at: datetime, minutes: int | None = None) -> Act:
    """Note as an act what was done for a person who was referred; once. minutes: those of the outcome by
    default.

    The act names the person when the place follows them, nobody otherwise: their sheet stays closed to it.
    Refused before an outcome is known, or to a user who helps nobody on behalf of the place.
    """
    row = lock(orientation)
    if row.act is not None:
        return row.act
    if row.served_at is None or row.to_structure is None:
        raise Refused(
            actes.NOT_NOTED,
            why="On ne sait pas encore ce qui a été fait.",
            do="Indiquez d’abord le résultat de cette orientation.",
        )
    procedure = row.procedure if "procedure" in row.readable else ""
    key, more = split(cycle.act_subjects(procedure, row.did))
    is_known = row.person is not None and people_for(by).filter(pk=row.person.pk).exists()
    row.act = actes.note(
        rules.Draft(
            uid=uuid5(NAMESPACE_URL, f"maillage-orientation-{row.pk}"),
            kind=rules.TOGETHER if row.level_after in ("", "entierement_accompagne") else rules.DEMONSTRATED,
            procedure=key,
            more=more,
            minutes=minutes or row.minutes or 0,
            where=rules.ON_SITE,
            end=ENDS[row.outcome],
            done_at=row.served_at,
        ),
        by=by,
        structure=row.to_structure,
        person=row.person if is_known else None,
        lieu=row.place,
        at=at,
        example=row.example,
    )
    row.save(update_fields=["act"])
    return row.act
