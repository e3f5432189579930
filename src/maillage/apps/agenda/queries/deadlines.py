"""Deadlines: the workshops and appointments whose names must be erased."""

from datetime import datetime

from maillage.apps.agenda.models import Appointment, Workshop
from maillage.apps.agenda.rules import appointments
from maillage.apps.agenda.rules import workshops as rules

WORKSHOPS_AT_ONCE = 200
APPOINTMENTS_AT_ONCE = 500


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
