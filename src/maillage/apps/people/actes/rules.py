"""Rules of an act of help: its kinds, its places, its ends, its sentence, and when learning is proposed.

Source: docs/methods/actes.md
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from maillage.reference import clocks
from maillage.words.wording import lower_first

PLACE, TOGETHER, DEMONSTRATED = "place", "together", "shown"
KINDS: Mapping[str, str] = {PLACE: "À sa place", TOGETHER: "Ensemble", DEMONSTRATED: "Montré"}
ON_SITE, HOME, DISTANCE = "here", "home", "distance"
WHERE: Mapping[str, str] = {ON_SITE: "Ici", HOME: "À domicile", DISTANCE: "À distance"}
DONE, PARTLY, NOT_DONE, PENDING = "done", "partly", "not_done", "waiting"
ENDS: Mapping[str, str] = {
    DONE: "C’est fait",
    PARTLY: "En partie",
    NOT_DONE: "Pas fait",
    PENDING: "Réponse attendue",
}
ENDED: Mapping[str, str] = {  # after the rest of a sentence
    DONE: "fait",
    PARTLY: "fait en partie",
    NOT_DONE: "pas fait",
    PENDING: "en attente",
}
URGENT, UNPLUGGED = "emergency", "offline"
OUTSIDE: Mapping[str, str] = {URGENT: "Urgence", UNPLUGGED: "Noté hors réseau, hors du mandat"}
TO_REGULARISE = timedelta(hours=48)

MINUTES = (5, 10, 15, 20, 30, 45, 60)
MOST_MINUTES = 720
LONGEST_TAG, MOST_TAGS = 40, 200  # letters of one; tags of a team, or of one of its members
LONGEST = 120  # signs of a precision
FIRST = 5  # procedures under the thumb
MAX_SUBJECTS = 6  # procedures and themes of one act
USUAL = ("prime-activite", "actualisation", "compte-ameli", "impots", "allocations-familiales")
EARLIEST = timedelta(days=366)  # before today, for an act noted later
AHEAD = timedelta(minutes=10)  # of a clock that is wrong

# What shows to do alone what was done in the place of somebody: procedure → module.
MODULES: Mapping[str, str] = {
    "prime-activite": "caf-prime-activite",
    "actualisation": "ft-actualisation",
    "impots": "impots-declaration",
    "compte-ameli": "ameli-compte",
    "rsa": "rsa-declaration",
    "declaration-trimestre": "rsa-declaration",
    "carte-identite": "titre-identite",
    "formation": "cpf-formation",
    "logement-social": "logement-social",
    "inscription-ecole": "ecole-famille",
    "carte-transport": "billet-et-achat",
    "boite-mail": "creer-ma-boite",
    "courrier-lu": "lire-et-repondre",
}
TIMES, MONTHS = 3, 12  # the same procedure in the place of the same person: then learning is proposed

NOTED, CORRECTED, STRUCK, RESTORED, REGULARISED = "noted", "corrected", "struck", "restored", "regularised"
VERB_WORDS: Mapping[str, str] = {
    NOTED: "l’a noté",
    CORRECTED: "l’a corrigé",
    STRUCK: "l’a annulé",
    RESTORED: "l’a remis",
    REGULARISED: "l’a mis sous mandat",
}

SENDING_BYTES = 300_000
PER_SENDING = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An act as it is said, by a form, a device or a file. uid: from the device, so that it counts once.
    more: what it was about besides the procedure, of `joined`.
    """

    uid: UUID
    kind: str
    procedure: str
    minutes: int
    where: str
    end: str
    done_at: datetime
    operator: str = ""
    commune: str = ""
    precision: str = ""
    urgent: bool = False
    more: str = ""


SEPARATOR = "|"


def joined(keys: Sequence[str]) -> str:
    """Return keys as an act stores what it was about besides its procedure.

    >>> joined(["email", "bureautique"]), joined([])
    ('|email|bureautique|', '')
    """
    return "".join(f"{SEPARATOR}{key}" for key in keys) + SEPARATOR if keys else ""


def subjects(procedure: str, more: str) -> list[str]:
    """Return the keys of everything an act was about, its procedure first.

    >>> subjects("courrier-lu", "|email|bureautique|")
    ['courrier-lu', 'email', 'bureautique']
    """
    return [procedure, *filter(None, more.split(SEPARATOR))]


def sentence(kind: str, procedure: str, minutes: int, where: str, end: str) -> str:
    """Return one sentence that reads an act back.

    >>> sentence("place", "Prime d’activité", 15, "here", "waiting")
    'À sa place, prime d’activité, 15 min, ici, en attente'
    >>> sentence("shown", "RSA", 10, "distance", "done")
    'Montré, RSA, 10 min, à distance, fait'
    """
    parts = (
        KINDS[kind],
        lower_first(procedure),
        f"{minutes}\u202fmin",
        WHERE[where][0].lower() + WHERE[where][1:],
        ENDED.get(end, ""),
    )
    return ", ".join(filter(None, parts)).replace("\u202f", " ")


def wrong_value(draft: Draft, at: datetime, communes: Iterable[str] = ()) -> str:
    """Return the fault in an act, in French; '' when it holds. communes: of its structure."""
    if draft.kind not in KINDS:
        return "Il manque ce que vous avez fait."
    if draft.where not in WHERE or draft.end not in ENDS:
        return "Il manque où c’était, ou ce que cela a donné."
    if not 1 <= draft.minutes <= MOST_MINUTES:
        return f"{draft.minutes} minutes n’est pas possible : de 1 à {MOST_MINUTES}."
    about = subjects(draft.procedure, draft.more)
    if len(set(about)) < len(about) or len(about) > MAX_SUBJECTS:
        return f"Un acte porte sur {MAX_SUBJECTS} démarches ou thèmes au plus, chacun une fois."
    if len(draft.precision) > LONGEST:
        return f"La précision est trop longue : {LONGEST} signes au plus."
    if not at - EARLIEST <= draft.done_at <= _latest(at, communes) + AHEAD:
        return "Le moment n’est pas possible : il est à venir, ou passé de plus d’un an."
    return ""


def _latest(at: datetime, communes: Iterable[str]) -> datetime:
    """Return now, as the clocks of some communes say it: an hour that is typed is read as one of Paris."""
    local = (at.astimezone(clocks.zone(commune)) for commune in communes)
    return max([at, *(each.replace(tzinfo=clocks.zone("")) for each in local)])


def to_learn(acts: Iterable[tuple[str, str, datetime]], at: datetime) -> list[str]:
    """Return the procedures done `TIMES` times or more in the place of one person in the last `MONTHS`
    months, the most done first. acts: kind, procedure, moment.
    """
    since = _months_before(at, MONTHS)
    done = Counter(procedure for kind, procedure, when in acts if kind == PLACE and since <= when <= at)
    return [procedure for procedure, n in done.most_common() if n >= TIMES]


def _months_before(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return at.replace(year=year, month=month + 1, day=min(at.day, last))
