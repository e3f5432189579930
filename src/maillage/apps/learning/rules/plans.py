"""Doing a procedure for real: with whom, what came of it, and how it was known."""

from collections.abc import Mapping
from datetime import date, timedelta

WITH: Mapping[str, str] = {
    "alone": "Sans aide",
    "relative": "Avec un proche",
    "aidant": "Avec la personne qui m’aide ici",
    "counter": "Au guichet ou au téléphone",
}
ALONE, WITH_SOMEBODY, FOR_ME, COUNTER, NOT_YET, BLOCKED, UNKNOWN = (
    *("alone", "beside", "for_me", "counter", "not_yet"),
    *("blocked", "unknown"),
)
ANSWERS: Mapping[str, str] = {
    ALONE: "Oui, sans aide",
    WITH_SOMEBODY: "Oui, avec quelqu’un à côté",
    FOR_ME: "Quelqu’un l’a fait pour moi",
    COUNTER: "Au guichet ou au téléphone",
    NOT_YET: "Pas encore",
    BLOCKED: "Quelque chose m’a bloqué",
    UNKNOWN: "Je ne sais pas",
}
CONVERTED = (ALONE, WITH_SOMEBODY)  # done online by the person: the conversion
OBTAINED = (FOR_ME, COUNTER)  # the right is kept, otherwise: counted apart
ANSWER_SOURCES: Mapping[str, str] = {
    "person": "la personne, par son lien ou sa carte",
    "aidant": "l’aidant, en le demandant",
}
AGAIN = timedelta(days=15)  # « pas encore » is asked once more
WRITTEN_FOR = timedelta(days=60)  # after its day, a question is no longer written: it would surprise


def ask_on(on: date, days: int) -> date:
    """Return the day the question is asked: some days after that of the plan."""
    return on + timedelta(days=days)


def next_words(answer: str) -> str:
    """Return the reply to an answer: a right obtained otherwise counts, a screen that blocked is tried
    again.
    """
    return {
        ALONE: "Bravo. Vous l’avez fait sans aide.",
        WITH_SOMEBODY: "Bravo. La prochaine fois, un geste de plus sera à vous.",
        FOR_ME: "Le droit est gardé. C’est l’essentiel.",
        COUNTER: "Le droit est gardé. C’est l’essentiel.",
        NOT_YET: "Rien ne presse, sauf la date. On en reparle bientôt.",
        BLOCKED: "On refait cet écran ensemble. Dix minutes suffisent souvent.",
        UNKNOWN: "Ce n’est pas grave. Regardons ensemble si un reçu est arrivé.",
    }[answer]
