"""Days of the wall clock, as the database counts moments."""

from datetime import date, datetime, time

from django.utils import timezone


def midnight(day: date) -> datetime:
    """Return the moment a day begins, local time."""
    return timezone.make_aware(datetime.combine(day, time()))
