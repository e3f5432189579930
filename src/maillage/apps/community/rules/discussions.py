"""Rules of discussions: their subjects, the marks of a person in a message, the actions of moderation."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

SUBJECTS: Mapping[str, str] = {
    "resource": "une ressource",
    "lieu": "un lieu",
    "outing": "une action de sensibilisation",
    "meeting": "une réunion",
    "workshop": "un atelier",
}
PERSON, RUDE, WRONG, SPAM = "person", "rude", "wrong", "spam"
REASONS: Mapping[str, str] = {
    PERSON: "il parle d’une personne",
    RUDE: "il est blessant",
    WRONG: "il est faux",
    SPAM: "c’est de la publicité",
}
HIDE, RESTORE, LEAVE = "hide", "restore", "leave"
MODERATIONS: Mapping[str, str] = {
    HIDE: "retiré",
    RESTORE: "remis",
    LEAVE: "signalement lu, message laissé",
}
LONGEST = 2_000  # characters of a message
MOST_PER_HOUR = 30  # messages of one account: a conversation, not a flood
ERASED_AFTER = timedelta(days=90)  # a message taken off: time to put it back, then its text goes


@dataclass(frozen=True, slots=True)
class Subject:
    """The object that a discussion stands under: its title, its page, where it is. commune: "" when unknown.

    structure: its number, None when it belongs to none.
    """

    kind: str
    row: int
    title: str
    url: str
    commune: str = ""
    structure: int | None = None


# What may name or reach somebody: read here when it is sent, and by the page as it is typed. Written so that
# JavaScript reads the same expressions.
MARKS: Mapping[str, tuple[str, str]] = {
    "name": (
        "un nom de famille",
        r"(?:^|[^A-Za-zÀ-ÿ])(?:M\.|Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle)\s+[A-ZÀ-Þ][A-Za-zÀ-ÿ'’-]+",
    ),
    "telephone": ("un numéro de téléphone", r"(?:\+33|0)\s?[1-9](?:[ .-]?[0-9]{2}){4}"),
    "mail": ("une adresse e-mail", r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}"),
    "birth": ("une date de naissance", r"(?:[Nn]ée?|[Nn]aissance)\s(?:le|en)?\s?[0-9]{1,4}"),
    "address": (
        "une adresse",
        r"[0-9]{1,4}(?:\s?(?:bis|ter))?,?\s(?:rue|avenue|boulevard|allée|impasse|chemin)\s",
    ),
    "number": ("un long numéro", r"[0-9](?:[ .-]?[0-9]){7,}"),
}


REACHING = ("telephone", "mail")  # by these marks alone, somebody is reached


def personal_marks(text: str, among: Iterable[str] = MARKS) -> tuple[str, ...]:
    """Find the parts of a text that may name or reach somebody, in words; none for a sentence about a
    practice.

    >>> personal_marks("Mme Durand n’a plus d’adresse : 06 12 34 56 78")
    ('un nom de famille', 'un numéro de téléphone')
    >>> personal_marks("La Caf a changé son écran le 12 mars 2026")
    ()
    """
    names = [name for name in among if re.search(MARKS[name][1], text)]
    if "telephone" in names and "number" in names:
        names.remove("number")
    return tuple(MARKS[name][0] for name in names)
