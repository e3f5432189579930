"""Mailbox meetings: a person's mail read with them, what is noted of it, and when it was not read for long.

Source: docs/methods/rendez-vous.md
"""

from datetime import date, timedelta
from functools import cache

from maillage.apps.agenda.rules.appointments import AHEAD
from maillage.reference.parameters import number

MOST_MESSAGES = 999
LONGEST = 120  # signs of what was done


@cache
def not_read_for() -> int:
    """Return after how many days a mailbox is said not to have been looked at."""
    return int(number("mailbox/not_read_days"))


def is_late(looked_on: date | None, since: date, on: date) -> bool:
    """Return True if a mailbox was not looked at for too long. looked_on None: never, as far as is known; it
    then counts from the day it began to be followed.
    """
    return (looked_on or since) <= late_day(on)


def late_day(on: date) -> date:
    """Return the last day that is too long ago, on a day."""
    return on - timedelta(days=not_read_for())


def wrong_counts(read: int, answered: int) -> str:
    """Return why the counts of a meeting are impossible, in French; '' if they are possible."""
    if not 0 <= read <= MOST_MESSAGES or not 0 <= answered <= MOST_MESSAGES:
        return f"Écrivez des nombres de 0 à {MOST_MESSAGES}."
    if answered > read:
        return "Il y a plus de réponses que de messages lus."
    return ""


def wrong_next(next_on: date | None, on: date, today: date) -> str:
    """Return why the next date after a meeting on a day is impossible, in French; '' if it is possible."""
    if next_on is None:
        return ""
    if next_on > today + AHEAD:
        return "La prochaine date est dans plus d’un an."
    if next_on > on and next_on >= today:
        return ""
    return "La prochaine date est déjà passée." if next_on < today else "La prochaine date est le même jour."
