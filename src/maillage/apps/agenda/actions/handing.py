"""Hand an appointment, or a permanence, over to a colleague."""

from datetime import datetime

from django.db import transaction

from maillage.apps.agenda.actions import appointments, permanences
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.words.wording import listing


@transaction.atomic
@journal.written_last()
def appointment(pk: int, *, leaver: User, to: User, by: User, at: datetime) -> str:
    """Give an appointment of a leaver to a colleague, and return who must be called to hear of it."""
    row = Appointment.objects.get(pk=pk, helper=leaver)
    notified = appointments.hand_over(row, to=to, by=by, at=at)
    return f"À prévenir : {listing(notified.to_call)}." if notified.to_call else ""


@transaction.atomic
def permanence(pk: int, *, leaver: User, to: User, by: User, at: datetime) -> str:
    """Let a colleague hold the permanence of a leaver."""
    row = Permanence.objects.get(pk=pk, helper=leaver)
    permanences.change(row, {"helper": to, "helper_name": ""}, by=by, at=at)
    return ""
