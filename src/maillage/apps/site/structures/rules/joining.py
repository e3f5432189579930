"""Rules of an application to the network: its answers, and its outcome."""

import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta

from maillage.kernel.names import plain
from maillage.words.languages import comma, say, to_say

# The part that each structure takes, as it can: none is above another.
ASSISTANCE, INITIATION, FACILITATION, HOSTING = "assistance", "initiation", "facilitation", "hosting"
PARTS: Mapping[str, str] = {
    ASSISTANCE: to_say("Assistance : faire une démarche avec la personne, ou à sa place"),
    INITIATION: to_say("Initiation : apprendre les bases, pas à pas"),
    FACILITATION: to_say("Facilitation : repérer qui a besoin d’aide, et orienter"),
    HOSTING: to_say("Accueil : prêter une salle, du matériel, une heure"),
}
SHORT_PARTS: Mapping[str, str] = {
    ASSISTANCE: to_say("assistance"),
    INITIATION: to_say("initiation"),
    FACILITATION: to_say("facilitation"),
    HOSTING: to_say("accueil"),
}
# What each part asks for, so that nobody promises more than they have.
ASKS: Mapping[str, str] = {
    ASSISTANCE: to_say("Quelqu’un formé, un poste au calme, une demi-heure par personne."),
    INITIATION: to_say("Quelqu’un à l’aise, des postes, une heure par semaine."),
    FACILITATION: to_say("Dix minutes par personne, et la carte des lieux du réseau."),
    HOSTING: to_say("Une salle ou du matériel, à l’heure que vous choisissez."),
}
STAFF: Mapping[str, str] = {
    "none": to_say("personne pour l’instant"),
    "few": to_say("1 ou 2 personnes"),
    "some": to_say("3 à 9 personnes"),
    "many": to_say("10 personnes ou plus"),
}
DEMAND: Mapping[str, str] = {
    "none": to_say("on ne nous demande rien"),
    "month": to_say("quelques personnes par mois"),
    "week": to_say("quelques personnes par semaine"),
    "day": to_say("tous les jours"),
}
EMAIL, PHONE, VISIT = "email", "phone", "visit"
WAYS: Mapping[str, str] = {
    PHONE: to_say("Par téléphone"),
    EMAIL: to_say("Par e-mail"),
    VISIT: to_say("Je reviens ici avec mon code"),
}
PENDING, WELCOMED, REFUSED, EXPIRED = "pending", "welcomed", "refused", "expired"
STATES: Mapping[str, str] = {
    PENDING: "à lire",
    WELCOMED: "accueillie",
    REFUSED: "refusée",
    EXPIRED: "sans réponse",
}
CHECKS: Mapping[str, str] = {
    "called": "nous l’avons appelée",
    "met": "nous l’avons rencontrée",
    "known": "nous la connaissons déjà",
}
ANSWER_WITHIN = timedelta(days=7)  # said to who applies; later, the list says it is late
UNANSWERED = timedelta(days=90)  # then the application lapses
CONTACT_STORED = timedelta(days=30)  # after the answer: the telephone has served
APPLICATIONS_AN_HOUR = 10  # from one connection: a shared library applies for several
WRONG_CODES_AN_HOUR = 20

# Neither 0 nor O, 1 nor I nor L: read aloud on the telephone, copied by hand.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
GROUPS, GROUP = 3, 4


def new_code() -> str:
    """Return a code to write on paper, in groups: 59 bits, that nobody guesses at twenty tries an hour."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def read_code(typed: str) -> str:
    """Return a code as it was made, whatever separates its groups; "" when it cannot be one.

    >>> read_code("ab2c 3def.GH45"), read_code("AB2C")
    ('AB2C-3DEF-GH45', '')
    """
    bare = "".join(each for each in typed.upper() if each in ALPHABET)
    if len(bare) != GROUPS * GROUP or any(each.isalnum() and each not in ALPHABET for each in typed.upper()):
        return ""
    return "-".join(bare[k : k + GROUP] for k in range(0, len(bare), GROUP))


def parts_text(parts: Collection[str]) -> str:
    """Return the parts that a structure takes, in words.

    >>> parts_text(["hosting", "assistance"]), parts_text([])
    ('assistance, accueil', 'pas encore choisi')
    """
    words_of_parts = comma().join(say(words) for id, words in SHORT_PARTS.items() if id in parts)
    return words_of_parts or say("pas encore choisi")


def same_name(one: str, other: str) -> bool:
    """Compare two names of structures, but for accents and marks.

    >>> same_name("Centre social  Arlequin", "centre-social arlequin")
    True
    """
    return plain(one) == plain(other)
