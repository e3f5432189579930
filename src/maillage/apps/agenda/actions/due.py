"""What comes due by itself: reminders the day before, and names that are no longer kept."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from maillage.apps.agenda import rules
from maillage.apps.agenda.actions import forgetting, told
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.queries.due import old, to_remind


def due(*, at: datetime) -> Counter[str]:
    """Do what is due at a moment, and return how many people were reminded, and how many workshops lost their names."""
    done: Counter[str] = Counter()
    for seat in to_remind(at):
        done["rappels"] += remind(seat, at=at)
    for row in old(at):
        done["noms_effaces"] += forgetting.strip(row, at=at)
    return done


@transaction.atomic
def remind(seat: Seat, *, at: datetime) -> bool:
    """Remind somebody once, if they left a way; return whether a message was written."""
    if not Seat.objects.filter(pk=seat.pk, reminded_at__isnull=True, status=rules.BOOKED).update(reminded_at=at):
        return False
    if Workshop.objects.filter(pk=seat.workshop_id, cancelled_at__isnull=False).exists():
        return False
    return told.tomorrow(seat, at=at).reached > 0
