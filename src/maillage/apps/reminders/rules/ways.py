"""How a person is reminded: by what reaches them, if they agreed, or on paper; and why not, when not."""

from collections.abc import Mapping
from dataclasses import dataclass

from maillage.apps.messages.rules import addresses
from maillage.apps.people import rules as people

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

REFUSED, DISAGREED, STOPPED, UNREACHABLE, TOLD = "refused", "disagreed", "stopped", "unreachable", "told"
REASONS: Mapping[str, str] = {
    "": "",
    REFUSED: "La personne ne veut plus de rappel.",
    DISAGREED: "La personne n’a pas dit oui pour qu’on lui écrive.",
    STOPPED: "La personne a répondu STOP.",
    UNREACHABLE: "Ce numéro ou cette adresse ne reçoit pas de message.",
    TOLD: "Elle vient de l’entendre : pris la veille ou le jour même.",
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
    """How somebody is reminded, at which number or address, or why they are not."""

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
