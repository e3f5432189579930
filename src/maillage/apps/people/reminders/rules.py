"""Moments of a reminder: in the morning, days before, where it takes place; neither on a Sunday nor on a
public holiday, never after. See docs/methods/rappels.md. How a person is reminded: by what reaches them,
if they agreed, or on paper; and why not, when not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from maillage.apps.people.persons import rules as people
from maillage.apps.platform.messages.rules import addresses
from maillage.reference import holidays

EVE = 1  # days before: time enough to say that one cannot come, too little to forget again
POSTED = 7  # days before, on paper: a letter takes days, and a card waits for its owner to come by
MORNING = time(9)
SUNDAY = 6
KNOWN = 4096  # answers that are not computed again: thousands of events begin at the same hours


def day_of(event: date, days: int) -> date:
    """Return the day when somebody is reminded of an event: on a Saturday rather than on a Sunday, and before
    a public holiday of the whole country rather than on it.

    >>> [f"{day_of(date(2026, 11, day), n):%d}" for day, n in ((24, 1), (23, 1), (24, 7), (12, 1), (2, 1))]
    ['23', '21', '17', '10', '31']
    """
    day = event - timedelta(days=days)
    while day.weekday() == SUNDAY or holidays.name_of(day):
        day -= timedelta(days=1)
    return day


@lru_cache(maxsize=KNOWN)
def leaves_at(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the moment when somebody is reminded of an event, by the time of its place, whatever the clocks
    do in between.
    """
    return datetime.combine(day_of(moment.astimezone(zone).date(), days), MORNING, tzinfo=zone)


def horizon(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the moment before which an event is one to remind of now: `leaves_at` of any event before it is
    past.
    """
    local = at.astimezone(zone)
    last = local.date() if local.time() >= MORNING else local.date() - timedelta(days=1)
    day = last + timedelta(days=days)
    while day_of(day + timedelta(days=1), days) <= last:
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)


SMS, EMAIL, CALL, VIA, PRINT, NOTICE, NONE = "sms", "email", "call", "via", "print", "notice", "none"
WAYS: Mapping[str, str] = {
    SMS: "par SMS",
    EMAIL: "par e-mail",
    CALL: "par téléphone",
    VIA: "par quelqu’un",
    PRINT: "sur papier",
    NOTICE: "à savoir",
    NONE: "pas de rappel",
}
WRITTEN = (SMS, EMAIL)  # by the platform
SPOKEN, PRINTED = (CALL, VIA), (PRINT,)
BY_HAND = (*SPOKEN, *PRINTED, NOTICE)

REFUSED, DISAGREED, STOPPED, UNREACHABLE, JUST_NOTIFIED = (
    "refused",
    "disagreed",
    "stopped",
    "unreachable",
    "told",
)
REASONS: Mapping[str, str] = {
    "": "",
    REFUSED: "La personne ne veut plus de rappel.",
    DISAGREED: "La personne n’a pas encore dit oui aux rappels.",
    STOPPED: "La personne a répondu STOP.",
    UNREACHABLE: "Ce numéro ou cette adresse ne reçoit pas de message.",
    JUST_NOTIFIED: "Elle vient de l’entendre : pris la veille ou le jour même.",
}

APPOINTMENT, MAILBOX, SEAT, REFERRAL, MANDAT, RIGHT, LETTER, DECISION, REFUSAL = (
    *("appointment", "mailbox", "seat", "referral", "mandat", "right", "letter", "decision", "refusal"),
)
KINDS: Mapping[str, str] = {
    APPOINTMENT: "Rendez-vous",
    MAILBOX: "Rendez-vous boîte aux lettres",
    SEAT: "Atelier",
    REFERRAL: "Rendez-vous dans un lieu",
    MANDAT: "Fin d’un mandat",
    RIGHT: "Démarche à refaire",
    LETTER: "Réponse à donner",
    DECISION: "Décision à contester",
    REFUSAL: "Plus de message",
}


@dataclass(frozen=True, slots=True)
class Way:
    """The way to remind somebody, with its number or address, or the reason of none."""

    way: str
    contact: str = ""
    reason: str = ""


def way_of(reach: str, contact: str, *, agreed: bool, refused: bool = False) -> Way:
    """Return how somebody is reminded. reach: as their sheet says it; refused: they want no reminder.

    Whoever nobody can reach has a card, to take when they come by: it needs no agreement.
    """
    if refused:
        return Way(NONE, reason=REFUSED)
    if reach == people.NONE:
        return Way(PRINT)
    if not agreed:
        return Way(NONE, reason=DISAGREED)
    if reach == people.VIA:
        return Way(VIA, contact)
    if reach == people.LETTER:
        return Way(PRINT, contact)
    if reach == people.EMAIL:
        mail = addresses.read(EMAIL, contact)
        return Way(EMAIL, mail) if mail else Way(NONE, reason=UNREACHABLE)
    mobile = addresses.mobile(contact)
    if mobile:
        return Way(SMS, mobile)
    return Way(CALL, contact) if any(each.isdigit() for each in contact) else Way(NONE, reason=UNREACHABLE)


def by_hand(way: Way) -> Way:
    """Return how somebody is reminded where no message leaves: called at the number that would take an SMS,
    or given a card.
    """
    if way.way not in WRITTEN:
        return way
    return Way(CALL, way.contact) if way.way == SMS else Way(PRINT)
