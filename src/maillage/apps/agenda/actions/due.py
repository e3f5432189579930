"""What comes due by itself: reminders the day before, and names that are no longer kept."""

from collections import Counter
from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from maillage.apps.agenda import rules
from maillage.apps.agenda.actions import forgetting, told
from maillage.apps.agenda.models import Seat, Workshop

AT_ONCE = 500  # seats looked at by work: the rest wait for the next time


def due(*, at: datetime) -> Counter[str]:
    """Do what is due at a moment, and return how many people were reminded, and how many workshops lost their names."""
    done: Counter[str] = Counter()
    for seat in to_remind(at):
        done["rappels"] += remind(seat, at=at)
    for row in forgetting.old(at):
        done["noms_effaces"] += forgetting.strip(row, at=at)
    return done


def to_remind(at: datetime) -> list[Seat]:
    """Return the seats of tomorrow's workshops whose owner was not reminded: from nine o’clock, those taken before that day."""
    local = timezone.localtime(at)
    if local.hour < rules.REMIND_FROM:
        return []
    tomorrow = local.date() + timedelta(days=1)
    begin, end = (timezone.make_aware(datetime.combine(tomorrow + timedelta(days=n), time())) for n in (0, 1))
    today = timezone.make_aware(datetime.combine(local.date(), time()))
    seats = Seat.objects.filter(
        status=rules.BOOKED,
        reminded_at__isnull=True,
        booked_at__lt=today,
        workshop__starts_at__gte=begin,
        workshop__starts_at__lt=end,
        workshop__cancelled_at__isnull=True,
    )
    return list(seats.select_related("workshop", "workshop__lieu", "person").order_by("pk")[:AT_ONCE])


@transaction.atomic
def remind(seat: Seat, *, at: datetime) -> bool:
    """Remind somebody once, if they left a way; return whether a message was written."""
    if not Seat.objects.filter(pk=seat.pk, reminded_at__isnull=True, status=rules.BOOKED).update(reminded_at=at):
        return False
    if Workshop.objects.filter(pk=seat.workshop_id, cancelled_at__isnull=False).exists():
        return False
    return told.tomorrow(seat, at=at).reached > 0
