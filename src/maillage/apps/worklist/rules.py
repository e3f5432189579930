"""When and how an account is notified: nothing but the screen, unless it chose so."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from maillage.apps.accounts.rules.worklist import GROUPS, Line, age
from maillage.words.wording import count

NEVER, DAILY, WEEKLY = "never", "daily", "weekly"
RHYTHMS: Mapping[str, str] = {
    NEVER: "Jamais : je regarde ici",
    DAILY: "Chaque jour, s’il y a du nouveau",
    WEEKLY: "Le lundi, s’il y a du nouveau",
}
EMAIL, SMS = "email", "sms"
WAYS: Mapping[str, str] = {EMAIL: "Par e-mail, à l’adresse de mon compte", SMS: "Par SMS, à ce numéro"}
HOURS = (7, 8, 9, 12, 14, 17)  # nobody is written to at night
HOUR = 8
OPEN_HOURS = 3  # after which a message of the morning is no longer sent that day
SATURDAY = 5


def is_time(rhythm: str, hour: int, local: datetime, *, weekend: bool) -> bool:
    """Return whether an account is to be notified at a moment, in its local time.

    >>> monday = datetime(2026, 11, 23, 8, 20)
    >>> is_time(DAILY, 8, monday, weekend=False), is_time(DAILY, 9, monday, weekend=False)
    (True, False)
    >>> is_time(WEEKLY, 8, datetime(2026, 11, 24, 8), weekend=True), is_time(NEVER, 8, monday, weekend=True)
    (False, False)
    >>> is_time(DAILY, 8, datetime(2026, 11, 28, 8), weekend=False)
    False
    """
    if rhythm not in (DAILY, WEEKLY) or not hour <= local.hour < hour + OPEN_HOURS:
        return False
    if rhythm == WEEKLY:
        return local.weekday() == 0
    return weekend or local.weekday() < SATURDAY


def chosen(lines: Iterable[Line], groups: Iterable[str]) -> list[Line]:
    """Return the lines of the groups that an account chose."""
    wanted = frozenset(groups)
    return [line for line in lines if line.group in wanted]


def fingerprint(lines: Iterable[Line]) -> str:
    """Return what tells one list of lines from another: nothing is sent twice for the same one."""
    seen = sorted(f"{line.kind} {line.url} {line.n}" for line in lines)
    return hashlib.sha256("\n".join(seen).encode("utf-8")).hexdigest()


def summary(lines: list[Line], at: datetime) -> str:
    """Return what waits, in counts by group: a notification is read by whoever holds the telephone, and names
    nobody.
    """
    held = [(label, [line for line in lines if line.group == id]) for id, (label, _) in GROUPS.items()]
    told = []
    for label, rows in held:
        if rows:
            oldest = max(row.days(at.date()) for row in rows)
            since = f", la plus ancienne depuis {age(oldest)}" if oldest else ""
            told.append(f"- {label} : {count(len(rows), 'chose')}{since}")
    return "\n".join(told)
