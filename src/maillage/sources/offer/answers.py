"""The meaning of a short answer, alone or with a remark: yes, no, not yet, or nothing that anybody knows."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from maillage.kernel.names import plain

Meaning = Literal["yes", "no", "planned", "unknown", "stopped", "other"]

SIGNS: dict[str, Meaning] = {**dict.fromkeys("✓✔☑☒✅●×", "yes"), **dict.fromkeys("✗✘☐❌", "no")}
YES = frozenset(
    (
        *("oui", "o", "yes", "y", "x", "xx", "true", "vrai", "1", "ok", "on", "souvent", "de temps en temps"),
        *("offert", "offerte", "propose", "proposee", "disponible", "possible", "present"),
    )
)
NO = frozenset(
    ("non", "n", "no", "false", "faux", "0", "aucun", "aucune", "neant", "jamais", "pas du tout", "off")
)
FIRST: dict[str, Meaning] = {
    "oui": "yes",
    "yes": "yes",
    "non": "no",
    "no": "no",
    "aucun": "no",
    "aucune": "no",
}
DENIED = re.compile(
    r"(?:non |y a )?pas (?:de |d |encore|du tout|disponible|propose|possible|pour l|actuellement|a ce jour)"
)
PLANNED = re.compile(
    r"\b(?:(?:en|au stade de)"
    r" (?:projet|construction|creation|travaux|preparation|reflexion|developpement)|projet|a venir"
    r"|a l etude|bientot|prochain(?:e|es|s|ement)?|(?:est |sera |seront )?prevue?s?|envisagee?s?|d"
    r" ici|courant 20\d\d"
    r"|en cours(?! d (?:annee|ete|hiver)| de (?:semaine|journee|matinee)))\b"
)
UNKNOWN = re.compile(
    r"nsp|nc|nr|na|n c|n r|n a|n sp|sans objet|sans reponse|inconnue?|indetermine|(?:je )?(?:ne )?sais? pas"
    r"|ne se prononce pas|aucune (?:idee|reponse|information|info)"
    r"|non (?:renseigne|communique|precise|connu|determine|defini|specifie)e?s?"
    r"|exceptionnellement|peut etre|(?:pas|non) (?:sur|certain)|ne sait pas(?: .*)?"
)
TO_SEE = re.compile(r"\ba (?:verifier|confirmer|voir|completer|preciser|definir|valider)\b|\bse renseigner\b")
STOPPED = re.compile(
    r"\b(?:en panne|hors"
    r" service|indisponible|suspendue?s?|interrompue?s?|arretee?s?|supprimee?s?|terminee?s?|fermee?s?"
    r"|casse|n existe plus|n est plus|n y a plus|plus (?:propose|disponible|active?|en service))"
)
BOOKED = re.compile(r"(?:uniquement |seulement )?(?:sur|avec) (?:rdv|rendez vous|inscription|demande)\b.*")
CROSSED = re.compile(r"x+ \d{1,2}")  # a cross and the number of a note
DOUBTED = re.compile(r"\?\W*\Z")
NOTE = re.compile(r"[\W_]*\d{0,2}[\W_]*")  # a star, a question mark, the number of a note: no remark
MOSTLY = 0.6  # the share of cells that must answer for a column to be one of yes and no
SHORT = 12  # words: in a longer text, « prévu » or « projet » may be about anything
REST = re.compile(r"(?:oui|yes|non|no)\b[\s,;:.!/–—-]*", re.IGNORECASE)


@lru_cache(maxsize=8192)
def meaning_of(text: str) -> Meaning:
    """Return the meaning of an answer; “other” when it says neither yes nor no.

    >>> [meaning_of(text) for text in (
    ...     "Oui, sur inscription", "non renseigné", "Non, mais bientôt", "en panne", "gratuit", "x (2)")]
    ['yes', 'unknown', 'planned', 'stopped', 'other', 'yes']
    """
    answer = plain(text)
    if not answer:
        return SIGNS.get(text.strip()[:1], "unknown")
    if answer in YES or CROSSED.fullmatch(answer):
        return "yes"
    if UNKNOWN.fullmatch(answer):
        return "unknown"
    if answer in NO:
        return "no"
    short = len(answer.split()) <= SHORT
    if short and PLANNED.search(answer):
        return "planned"
    if short and TO_SEE.search(answer):
        return "unknown"
    if DENIED.match(answer):
        return "no"
    first = FIRST.get(answer.split(" ", 1)[0])
    if first != "no" and short and STOPPED.search(answer):
        return "stopped"
    return first or "other"


def rest(text: str) -> str:
    """Return the remark after yes or no in an answer, '' when nothing does, or when the answer is neither;
    the whole of a way to book.

    >>> rest("oui (0,10 €/page)"), rest("Oui"), rest("gratuit"), rest("Sur RDV"), rest("oui*")
    ('0,10 €/page', '', '', 'Sur RDV', '')
    """
    if BOOKED.fullmatch(plain(text)):
        return text.strip()
    if (begun := REST.match(text.strip())) is None:
        return ""
    remainder = text.strip()[begun.end() :].strip()
    if NOTE.fullmatch(remainder):
        return ""
    return (
        remainder[1:-1].strip()
        if remainder.startswith("(") and remainder.endswith(")") and remainder.count("(") == 1
        else remainder
    )


def answered(values: Iterable[str]) -> dict[str, Meaning] | None:
    """Return the meaning of each answer in a yes/no column; None when most of its cells mean something else.

    A column of counts (0, 1, 2…) is not one, and neither is one where no cell is plainly yes or no.
    """
    n = Counter(values)
    n_answers = n_left = n.total()
    meanings: dict[str, Meaning] = {}
    for value, times in n.items():
        meaning = meanings[value] = meaning_of(value)
        if meaning in ("other", "stopped"):
            n_left -= times
            if n_left < MOSTLY * n_answers or (meaning == "other" and plain(value).isdecimal()):
                return None  # whatever the others say: a column of long texts is not read to its end
    return meanings if {"yes", "no"} & set(meanings.values()) else None
