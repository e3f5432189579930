"""Appointments in words: when, where, with whom, in the time of the place and in the language spoken."""

from datetime import datetime, tzinfo
from functools import lru_cache

from maillage.apps.agenda.models import Appointment
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.directory.places.queries import places
from maillage.words import opening
from maillage.words.languages import say, spoken, typed


def local(row: Appointment) -> datetime:
    return row.starts_at.astimezone(row.zone)


def day(row: Appointment) -> str:
    """Return its day with its name: “mardi 24 novembre 2026”."""
    begin = local(row)
    return f"{opening.weekday(begin.weekday())} {opening.date_text(begin.date())}"


def clock(row: Appointment) -> str:
    """Return its hour: “10 h”."""
    return opening.clock(local(row))


def when(row: Appointment) -> str:
    """Return its day and its hour, in a sentence: “mardi 24 novembre 2026 à 10 h”."""
    return moment(row.starts_at, row.zone)


def moment(at: datetime, zone: tzinfo) -> str:
    return _moment(at, zone, spoken().code)


@lru_cache(maxsize=4096)
def _moment(at: datetime, zone: tzinfo, language: str) -> str:
    """Return the same in the language that is spoken: thousands of reminders say the same hours."""
    local_at = at.astimezone(zone)
    day_of = f"{opening.weekday(local_at.weekday())} {opening.date_text(local_at.date())}"
    return say("{day} à {hour}", day=day_of, hour=opening.clock(local_at))


def place(row: Appointment) -> str:
    """Return where it takes place, in two or three words: a name, without the address."""
    if row.where != rules.ON_SITE:
        return say(rules.WHERE[row.where])
    return row.lieu.name if row.lieu is not None else row.address or row.structure.name


def where(row: Appointment) -> str:
    """Return where it takes place, in a sentence; names and addresses stay in French."""
    if row.where != rules.ON_SITE:
        return say(rules.WHERE[row.where])
    if row.lieu is None:
        return typed(row.address or row.structure.name)
    return typed(", ".join(filter(None, (row.lieu.name, places.full_address(row.lieu.sheet)))))


def helper(row: Appointment) -> str:
    """Return the helper's name, as the structure gives it; '' if not given."""
    return row.helper_name or (str(row.helper) if row.helper is not None else "")


def about(row: Appointment) -> str:
    """Return the subject: the words written for it, else its kind."""
    return typed(row.subject) if row.subject else say(rules.KINDS[row.kind])


def state(row: Appointment) -> str:
    """Return the state in French, with who cancelled it, if anybody did."""
    if row.state != rules.CANCELLED:
        return rules.STATES[row.state]
    return " ".join(filter(None, (rules.STATES[row.state], rules.DECIDED_BY.get(row.cancelled_by, ""))))
