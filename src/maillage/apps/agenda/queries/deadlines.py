"""Deadlines: whom to remind, and the workshops whose names must be erased."""

from datetime import datetime, timedelta

from django.utils import timezone

from maillage.apps.agenda.models import Appointment, Seat, Workshop
from maillage.apps.agenda.rules import appointments
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.queries.moments import midnight

SEATS_AT_ONCE = 500  # looked at by work: the rest wait for the next time
WORKSHOPS_AT_ONCE = 200
APPOINTMENTS_AT_ONCE = 500


def to_remind(at: datetime) -> list[Seat]:
    """Return the seats of tomorrow's workshops whose owner was not reminded: from nine o’clock, those
    taken before that day.
    """
    if timezone.localtime(at).hour < rules.REMIND_FROM:
        return []
    today = timezone.localdate(at)
    seats = Seat.objects.filter(
        status=rules.BOOKED,
        reminded_at__isnull=True,
        booked_at__lt=midnight(today),
        workshop__starts_at__gte=midnight(today + timedelta(days=1)),
        workshop__starts_at__lt=midnight(today + timedelta(days=2)),
        workshop__cancelled_at__isnull=True,
    )
    return list(seats.select_related("workshop", "workshop__lieu", "person").order_by("pk")[:SEATS_AT_ONCE])


def old(at: datetime) -> list[Workshop]:
    """Return the workshops whose names must be erased."""
    ended = Workshop.objects.filter(ends_at__lt=rules.erased_before(at), stripped_at__isnull=True)
    return list(ended.order_by("pk")[:WORKSHOPS_AT_ONCE])


def old_appointments(at: datetime) -> list[Appointment]:
    """Return the appointments whose first names and contacts must be erased."""
    past = Appointment.objects.filter(
        starts_at__lt=appointments.stripped_before(at), stripped_at__isnull=True
    )
    return list(past.order_by("pk")[:APPOINTMENTS_AT_ONCE])
