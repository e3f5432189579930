"""Deadlines: reminders the day before, and the erasure of names."""

from collections import Counter
from datetime import datetime

from maillage.apps.agenda.actions import forgetting
from maillage.apps.agenda.models import Appointment, Workshop
from maillage.apps.agenda.queries import reminders as reminder_queries
from maillage.apps.agenda.rules import appointments, workshops
from maillage.apps.people.reminders import actions as reminders_actions

WORKSHOPS_AT_ONCE = 200
APPOINTMENTS_AT_ONCE = 500


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Run what is due at a moment; return counts of reminders, and of rows that lost their names."""
    done: Counter[str] = Counter()
    seats, booked = reminder_queries.seats(at), reminder_queries.booked(at)
    done["rappels"] += reminders_actions.plan_all(
        seats, reminder_queries.of_seat, at=at, mark=lambda seats: seats.update(reminded_at=at)
    )
    done["rappels"] += reminders_actions.plan_all(booked, reminder_queries.of_appointment, at=at)
    ended = Workshop.objects.filter(ends_at__lt=workshops.erased_before(at), stripped_at=None)
    for row in ended.order_by("pk")[:WORKSHOPS_AT_ONCE]:
        done["noms_effaces"] += forgetting.strip(row, at=at)
    past = Appointment.objects.filter(starts_at__lt=appointments.stripped_before(at), stripped_at=None)
    for appointment in past.order_by("pk")[:APPOINTMENTS_AT_ONCE]:
        done["rendez_vous_effaces"] += forgetting.strip_appointment(appointment, at=at)
    return done
