"""Deadlines: reminders the day before, and the erasure of names."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from maillage.apps.agenda.actions import forgetting, notifications
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.queries.deadlines import old, old_appointments, to_remind
from maillage.apps.agenda.rules import workshops as rules


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Run what is due at a moment, and return how many people were reminded, and how many workshops and
    appointments lost their names.
    """
    done: Counter[str] = Counter()
    for seat in to_remind(at):
        done["rappels"] += remind(seat, at=at)
    for row in old(at):
        done["noms_effaces"] += forgetting.strip(row, at=at)
    for past in old_appointments(at):
        done["rendez_vous_effaces"] += forgetting.strip_appointment(past, at=at)
    return done


@transaction.atomic
def remind(seat: Seat, *, at: datetime) -> bool:
    """Remind a person once, if they can be reached; return whether a message was written."""
    if not Seat.objects.filter(pk=seat.pk, reminded_at__isnull=True, status=rules.BOOKED).update(
        reminded_at=at
    ):
        return False
    if Workshop.objects.filter(pk=seat.workshop_id, cancelled_at__isnull=False).exists():
        return False
    return notifications.tomorrow(seat, at=at).reached > 0
