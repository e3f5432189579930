"""Steps of a volunteer on a mission: the locked row, a step that may follow, the journal."""

from datetime import datetime

from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.volunteers.actions.write import check_manage, record
from maillage.apps.volunteering.volunteers.models import Engagement, Volunteer
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.kernel.errors import Refused


def lock(engagement: Engagement, by: User | None) -> Engagement:
    """Return an engagement as it is now, locked; Refused to who does not welcome on behalf of its structure.
    by None: the volunteer, whose page alone calls it so.
    """
    row = (
        Engagement.objects.select_for_update(of=("self",))
        .select_related("mission__structure", "mission__lieu", "volunteer", "appointment")
        .get(pk=engagement.pk)
    )
    check_manage(by, row.mission.structure_id)
    return row


def step(row: Engagement, then: str, do: str) -> None:
    """Move to the next step, or refuse one that is skipped."""
    if not rules.may_become(row.state, then):
        raise Refused(
            "Cette étape n’a pas été notée.", why=f"Aujourd’hui : {row.get_state_display()}.", do=do
        )
    row.state = then


def save(row: Engagement, verb: str, *, by: User | None, at: datetime) -> Engagement:
    """Save an engagement, and write in the journal what was done of it."""
    row.changed_at = at
    row.save()
    touch(row.volunteer, at)
    record(verb, row, by=by, at=at, structure=row.mission.structure_id)
    return row


def touch(volunteer: Volunteer, at: datetime) -> None:
    """Note that a volunteer is still in touch: what nobody touches is erased."""
    Volunteer.objects.filter(pk=volunteer.pk).update(active_at=at)
