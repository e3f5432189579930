"""Workshops and courses: their formats, who has a seat, what is told of a group, the words of the Coop
numérique.

Source: docs/decisions/0019-workshops.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from maillage.modules.outlines import Outline
from maillage.words.languages import to_say

ONE_OFF, OPEN, SHORT, LONG = "ponctuel", "permanence", "court", "long"
FORMATS: Mapping[str, str] = {
    ONE_OFF: to_say("Une seule séance"),
    OPEN: to_say("Permanence"),
    SHORT: to_say("Parcours court, moins de 15 heures"),
    LONG: to_say("Parcours long, 15 heures et plus"),
}
COURSES = (SHORT, LONG)
LONG_FROM = 15 * 60  # minutes
WORKSHOP, TRAINING = "workshop", "training"
# Who it is for: the public, or those who help them. Figures on the public count the first alone.
KINDS: Mapping[str, str] = {WORKSHOP: "atelier", TRAINING: "formation d’aidants"}
SUBJECTS: Mapping[str, str] = {
    "commencer": to_say("Pour commencer"),
    "internet": to_say("Internet"),
    "mail": to_say("Le mail"),
    "securite": to_say("La sécurité"),
    "demarches": to_say("Les démarches"),
    "bureautique": to_say("Écrire, compter sur ordinateur"),
    "emploi": to_say("Chercher du travail"),
    "decouverte": to_say("Découvrir en s’amusant"),
}
LEVELS: Mapping[str, str] = {
    "debutant": to_say("Pour débuter"),
    "intermediaire": to_say("Pour continuer"),
    "avance": to_say("Pour aller plus loin"),
}
FREE, CONDITIONAL, PAID = "free", "conditional", "paid"
PRICES: Mapping[str, str] = {
    FREE: to_say("Gratuit"),
    CONDITIONAL: to_say("Gratuit pour certains"),
    PAID: to_say("Payant"),
}
# What few courses do, and that those who need it look for.
SUITS: Mapping[str, str] = {
    "illettrisme": to_say("Sans savoir lire ni écrire"),
    "fle": to_say("En apprenant le français"),
    "handicap": to_say("Pensé pour un handicap"),
}

# Spoken at workshops: French first, then those most spoken by the people helped.
SPOKEN = tuple(("fr ar en es it pl pt ro ru tr uk fa ps sq hy ka bn ta zh vi wo bm so ti").split())

BOOKED, WAIT_LISTED, CANCELLED = "booked", "waiting", "cancelled"
SEATS: Mapping[str, str] = {BOOKED: "inscrite", WAIT_LISTED: "en attente", CANCELLED: "annulée"}
LINK, COUNTER, PAPER, PHONE_CALL = "link", "counter", "paper", "phone"
CHANNELS: Mapping[str, str] = {
    LINK: "sur la page publique",
    COUNTER: "à l’accueil",
    PAPER: "sur un papier",
    PHONE_CALL: "par téléphone",
}
PHONE, EMAIL, NO_WAY = "phone", "email", "none"
WAYS: Mapping[str, str] = {PHONE: "par téléphone", EMAIL: "par e-mail", NO_WAY: "on ne peut pas la prévenir"}

ABSENCE, TOO_SHORT, UNSURE, OTHER = "absence", "too_short", "unsure", "other"
STOPPED: Mapping[str, str] = {
    ABSENCE: "elle n’a pas pu venir",
    TOO_SHORT: "trop court pour apprendre",
    UNSURE: "elle n’est pas encore sûre d’elle",
    OTHER: "autre raison",
}
NEXT: Mapping[str, str] = {
    "again": "refaire la même séance",
    "course": "un parcours",
    "alone_with": "une aide à deux, avec un aidant",
    "practice": "s’entraîner en libre accès",
    "elsewhere": "un autre lieu",
    "nothing": "rien pour l’instant",
}

MOST_SEATS = 300
MOST_MEETINGS = 40
MOST_NAMES = 60  # written at once
LONGEST_DAY = timedelta(hours=10)
YEARS = range(2001, 2100)  # in which a day is looked for, or planned
RETENTION = timedelta(days=91)  # three months: then names and contacts are erased
ABSENCES = 3  # in a row: somebody calls to ask; nobody is put out
FINISHED = 0.8  # share of the meetings held: four of five
NEAR_KM = 10


@dataclass(frozen=True, slots=True)
class Room:
    """The seats of a meeting: how many there are, how many are taken, how many people wait."""

    capacity: int
    booked: int
    wait_list_size: int = 0

    @property
    def free(self) -> int:
        return max(self.capacity - self.booked, 0)

    @property
    def is_full(self) -> bool:
        """Return True if a newcomer must wait: no seat is free, or others are waiting for it."""
        return self.free <= self.wait_list_size


def format_of(minutes: Sequence[int]) -> str:
    """Return the format of meetings of these minutes: one alone is one-off, a course is short under 15 hours.

    >>> format_of([120]), format_of([120] * 5), format_of([120] * 12), format_of([180] * 5)
    ('ponctuel', 'court', 'long', 'long')
    """
    if len(minutes) < 2:
        return ONE_OFF
    return SHORT if sum(minutes) < LONG_FROM else LONG


def weekly(first: datetime, n: int, *, every: int = 7, without: Sequence[date] = ()) -> list[datetime]:
    """Return n moments at the same hour of the wall clock, so many days apart, skipping the days of
    `without`.

    first: naive local time; what makes it aware stands above.

    >>> [each.day for each in weekly(datetime(2026, 12, 15, 14), 3, without=[date(2026, 12, 22)])]
    [15, 29, 5]
    """
    moments: list[datetime] = []
    at = first
    while len(moments) < n:
        if at.date() not in without:
            moments.append(at)
        at += timedelta(days=every)
    return moments


def is_open(starts_at: datetime, at: datetime) -> bool:
    """Return True if registration is open: until it starts."""
    return at < starts_at


def erased_before(at: datetime) -> datetime:
    """Return the moment before which the names of a workshop must be erased."""
    return at - RETENTION


def to_call(came: Sequence[bool | None]) -> bool:
    """Return True if somebody missed the last meetings that were ticked. came: oldest first, None where
    nobody ticked.

    >>> to_call([True, False, False, None, False]), to_call([False, False, True]), to_call([False, False])
    (True, False, False)
    """
    known_answers = [each for each in came if each is not None]
    return len(known_answers) >= ABSENCES and not any(known_answers[-ABSENCES:])


# ------------------------------------------------------------------------------------------------------ chain


@dataclass(frozen=True, slots=True)
class Chain:
    """A group on one line. unknown: never ticked; stopped: with a reason."""

    registered: int = 0
    once: int = 0
    back: int = 0
    finished: int = 0
    unknown: int = 0
    stopped: int = 0


def chain(learners: Sequence[Sequence[bool | None]], n_meetings: int, stopped: int = 0) -> Chain:
    """Count the progress of a group. learners: for each, their presence at each meeting; n_meetings: those
    that took place.

    Once, back and finished hold one another: who finished came back, who came back came once.

    >>> chain([[True, True, True, True, False], [True, None, False], [None, None], [False]], n_meetings=5)
    Chain(registered=4, once=2, back=1, finished=1, unknown=1, stopped=0)
    """
    times = [sum(each is True for each in came) for came in learners]
    enough = max(ceil(round(FINISHED * n_meetings, 6)), 2)
    return Chain(
        registered=len(learners),
        once=sum(n >= 1 for n in times),
        back=sum(n >= 2 for n in times),
        finished=sum(n >= enough for n in times) if n_meetings > 1 else 0,
        unknown=sum(all(each is None for each in came) for came in learners),
        stopped=stopped,
    )


# ----------------------------------------------------------------------------------------- the Coop numérique

COOP_SUBJECTS: Mapping[str, str] = {
    "commencer": "prendre_en_main_du_materiel",
    "internet": "navigation_sur_internet",
    "mail": "email",
    "securite": "securite_numerique",
    "demarches": "aide_aux_demarches_administratives",
    "bureautique": "bureautique",
    "emploi": "insertion_professionnelle",
    "decouverte": "culture_numerique",
}
COOP_COLUMNS = (
    *("type", "date", "duree", "type_lieu", "structure", "lieu", "commune", "titre_atelier"),
    *("niveau_atelier", "thematiques", "accompagnements", "suivis", "anonymes", "autonomie", "id"),
)


def coop_subjects(subject: str, outline: Outline | None) -> tuple[str, ...]:
    """Return the thématiques of the Coop for a workshop: those of its outline, else that of its subject."""
    return outline.coop if outline is not None and outline.coop else (COOP_SUBJECTS[subject],)
