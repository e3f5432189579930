"""What a person is asked, in which words, and how long the data is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from maillage.words.languages import to_say

KEPT_MONTHS = 24  # of inactivity, then everything that identifies the person is erased
OLDEST = 115  # years

# The pictures of the cards: easy to name in any language.
PICTURES: Mapping[str, str] = {
    "chat": to_say("le chat"),
    "arbre": to_say("l’arbre"),
    "poisson": to_say("le poisson"),
    "soleil": to_say("le soleil"),
    "maison": to_say("la maison"),
    "velo": to_say("le vélo"),
    "pomme": to_say("la pomme"),
    "bateau": to_say("le bateau"),
    "etoile": to_say("l’étoile"),
    "oiseau": to_say("l’oiseau"),
    "fleur": to_say("la fleur"),
    "lune": to_say("la lune"),
    "chaise": to_say("la chaise"),
    "tasse": to_say("la tasse"),
    "chapeau": to_say("le chapeau"),
    "train": to_say("le train"),
    "parapluie": to_say("le parapluie"),
    "clef": to_say("la clef"),
    "montagne": to_say("la montagne"),
    "ballon": to_say("le ballon"),
}

NONE, PHONE, EMAIL, VIA, LETTER = "none", "phone", "email", "via", "letter"
REACH: Mapping[str, str] = {
    NONE: "On ne peut pas la joindre : elle revient, ou montre sa carte",
    PHONE: "Par téléphone ou SMS",
    EMAIL: "Par e-mail",
    VIA: "Par quelqu’un",
    LETTER: "Par courrier",
}

KEEP, SHARE, SHOW, WRITE, COUNT, TRACK = "keep", "share", "show", "write", "count", "track"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose that a person agrees to, or not. words: the sentence read aloud, which is the proof; label:
    for professionals.
    """

    label: str
    words: str


PURPOSES: Mapping[str, Purpose] = {
    KEEP: Purpose(
        "garder ses réponses",
        to_say(
            "Est-ce que je garde vos réponses pour suivre vos progrès ? Vous pourrez les voir et les effacer."
        ),
    ),
    SHARE: Purpose(
        "transmettre à une structure",
        to_say(
            "Est-ce que je donne à ce lieu ce que vous voyez ici, et rien d’autre ? Vous pourrez changer"
            " d’avis."
        ),
    ),
    SHOW: Purpose(
        "dire aux autres aidants l’aide en cours",
        to_say("Si une autre personne vous aide pour la même démarche, est-ce qu’on peut le lui dire ?"),
    ),
    WRITE: Purpose(
        "lui écrire",
        to_say("Est-ce qu’on peut vous écrire à ce numéro ou à cette adresse, pour cette aide seulement ?"),
    ),
    TRACK: Purpose(
        "suivre ses démarches",
        to_say(
            "Est-ce que je note où en sont vos démarches, pour ne pas manquer une date ? Vous pourrez les"
            " voir et les effacer."
        ),
    ),
    COUNT: Purpose(
        "compter, sans nom",
        to_say("Est-ce qu’on compte vos réponses, sans votre nom, pour dire quelle aide manque ici ?"),
    ),
}
HOW: Mapping[str, str] = {
    "read": "phrase lue à voix haute",
    "paper": "papier signé",
    "click": "d’un geste sur l’écran",
}


def forget_before(at: datetime) -> datetime:
    """Return the moment before which a person without activity is no longer kept.

    >>> forget_before(datetime(2026, 2, 28, 9)), forget_before(datetime(2028, 2, 29, 9))
    (datetime.datetime(2024, 2, 28, 9, 0), datetime.datetime(2026, 2, 28, 9, 0))
    """
    years = KEPT_MONTHS // 12
    try:
        return at.replace(year=at.year - years)
    except ValueError:  # a 29 February
        return at.replace(year=at.year - years, day=28)


def born_in(year: int | None, on: date) -> bool:
    """Return whether a living person may be born in a year."""
    return year is None or on.year - OLDEST <= year <= on.year
