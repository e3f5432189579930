"""Appointments: what they are for, where, how they were booked, what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage.words.languages import to_say

PROCEDURE, LEARN, MAILBOX, DEVICE = "procedure", "learn", "mailbox", "device"
FIRST, OTHER, VOLUNTEER = "first", "other", "volunteer"
KINDS: Mapping[str, str] = {
    FIRST: to_say("Premier rendez-vous"),
    PROCEDURE: to_say("Une démarche"),
    MAILBOX: to_say("Boîte aux lettres"),
    LEARN: to_say("Apprendre"),
    DEVICE: to_say("Un appareil, une connexion"),
    OTHER: to_say("Autre chose"),
    VOLUNTEER: to_say("Rencontre d’un bénévole"),
}
# What one comes for. A volunteer is met from the page of their mission, which says what follows.
OFFERED: Mapping[str, str] = {id: label for id, label in KINDS.items() if id != VOLUNTEER}
ON_SITE, HOME, DISTANCE = "here", "home", "distance"
WHERE: Mapping[str, str] = {
    ON_SITE: to_say("Sur place"),
    HOME: to_say("À domicile"),
    DISTANCE: to_say("À distance"),
}
LINK, COUNTER, PHONE_CALL, REFERRAL, RDV = "link", "counter", "phone", "referral", "rdv"
CHANNELS: Mapping[str, str] = {
    COUNTER: "à l’accueil",
    PHONE_CALL: "par téléphone",
    LINK: "par la personne, sur sa page",
    REFERRAL: "par une orientation",
    RDV: "sur RDV Service Public",
}
BOOKED, CAME, ABSENT, CANCELLED = "booked", "came", "absent", "cancelled"
STATES: Mapping[str, str] = {BOOKED: "prévu", CAME: "présence", ABSENT: "absence", CANCELLED: "annulé"}
OCCUPYING_STATES = (BOOKED, CAME, ABSENT)  # what takes a slot
PERSON, STRUCTURE = "person", "structure"
DECIDED_BY: Mapping[str, str] = {PERSON: "par la personne", STRUCTURE: "par la structure"}
PHONE, EMAIL, NO_WAY = "phone", "email", "none"
WAYS: Mapping[str, str] = {PHONE: "par téléphone", EMAIL: "par e-mail", NO_WAY: "on ne peut pas la prévenir"}

SHORTEST, USUAL, LONGEST = 5, 30, 240  # minutes
BACK = timedelta(days=31)  # an appointment that was held, written afterwards
AHEAD = timedelta(days=400)
RETENTION = timedelta(days=91)  # three months after it: then first names and contacts are erased
EVERY: Mapping[int, str] = {
    7: "chaque semaine",
    14: "toutes les deux semaines",
    21: "toutes les trois semaines",
    28: "toutes les quatre semaines",
}
MOST_OF_SERIES = 26  # half a year of weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An appointment as it is asked for. minutes, address: those of the slot, when it is in one. key: of the
    form, so that what is sent twice counts once; '' for a new one.
    """

    kind: str
    starts_at: datetime
    minutes: int = 30
    where: str = ON_SITE
    name: str = ""
    subject: str = ""
    address: str = ""
    commune: str = ""
    helper_name: str = ""
    channel: str = COUNTER
    way: str = NO_WAY
    contact: str = ""
    language: str = "fr"
    series: str = ""
    key: str = ""


def wrong_moment(starts_at: datetime, minutes: int, at: datetime) -> str:
    """Return why a moment is impossible for an appointment, in French; '' if it is possible."""
    if not SHORTEST <= minutes <= LONGEST:
        return f"Il dure {minutes} minutes : de {SHORTEST} à {LONGEST} sont possibles."
    if starts_at < at - BACK:
        return "Il est passé de plus d’un mois."
    if starts_at > at + AHEAD:
        return "Il est dans plus d’un an."
    return ""


def overlaps(one: datetime, minutes: int, other: datetime, other_minutes: int) -> bool:
    return one < other + timedelta(minutes=other_minutes) and other < one + timedelta(minutes=minutes)


def stripped_before(at: datetime) -> datetime:
    """Return the moment before which first names and contacts must be erased."""
    return at - RETENTION
