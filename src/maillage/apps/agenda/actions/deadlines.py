"""Deadlines: reminders the day before, and the erasure of names."""

from collections import Counter
from datetime import datetime

from maillage.apps.agenda.actions import forgetting
from maillage.apps.agenda.queries import reminders as reminder_queries
from maillage.apps.agenda.queries.deadlines import old, old_appointments
from maillage.apps.reminders.actions import planning as reminders


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Run what is due at a moment, and return how many people were reminded, and how many workshops and
    appointments lost their names.
    """
    done: Counter[str] = Counter()
    done["rappels"] += reminders.plan_all(
        reminder_queries.seats(at),
        reminder_queries.of_seat,
        at=at,
        mark=lambda seats: seats.update(reminded_at=at),
    )
    done["rappels"] += reminders.plan_all(reminder_queries.booked(at), reminder_queries.of_appointment, at=at)
    for row in old(at):
        done["noms_effaces"] += forgetting.strip(row, at=at)
    for past in old_appointments(at):
        done["rendez_vous_effaces"] += forgetting.strip_appointment(past, at=at)
    return done
