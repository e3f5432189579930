"""Editions that gave several reasons for what they withhold, read with the one reason of today: two of them
told the small counts from those withheld for them.

Source: docs/methods/resultats-enquete.md
"""

import re

from maillage.statistics.survey import protection
from maillage.statistics.survey.columns import NOT_COUNTED, UNREAD
from maillage.words.wording import lower_first

# The reasons of versions 0.2 and 0.3, spaces of any kind.
FORMER = re.compile(
    "|".join(
        (
            r"moins de \d+ répondants, ou le reste du groupe en compte moins de \d+ : masqué pour que"
            r" personne ne soit reconnu",
            r"moins de \d+ structures, ou toutes sauf moins de \d+ : masqué pour qu’aucune ne soit reconnue",
            r"masqué pour qu’une soustraction ne rende pas un petit effectif",
            r"masqué : comparé à l’édition précédente, ce chiffre dirait la réponse de moins de \d+"
            r" répondants",
            r"masqué : le nombre de réponses à cette question dirait ce que quelques répondants ont dit"
            r" avant",
            r"masqué : cette question a été posée à presque tous, et son nombre de réponses dirait ce que les"
            r" autres ont répondu avant",
            r"trop imprécis pour être publié : coefficient de variation de \d+ %, au-delà de 33 %",
        )
    ).replace(" ", r"\s"),
    re.IGNORECASE,
)
MISTYPED = re.compile(
    rf"{UNREAD} ; {NOT_COUNTED} : .*?\)(?:, et \d+ autres? valeurs?)?\.".replace(" ", r"\s")
)
FEW_ANSWERS = re.compile(r"; moins de \d+ réponses ;")
FEW_RESPONDENTS = re.compile(r"\s?La question n’a été posée qu’à quelques répondants\.")


def with_one_reason(text: str, kind: str) -> str:
    """Return a text of an edition with one reason for all that it withholds, said once, and without the words
    of a few. kind: of survey.

    >>> few = "Non publié : masqué pour qu’une soustraction ne rende pas un petit effectif."
    >>> with_one_reason(f"n = 40. {few} {few}", "structures")
    'n = 40. Non publié : moins de 3 structures, ou de quoi deviner ce que quelques-unes ont répondu.'
    >>> with_one_reason(f"{UNREAD} ; {NOT_COUNTED} : « fax » (1 fois).", "caf").endswith("comptées.")
    True
    """
    reason = lower_first(protection.rule_of(kind).suppression_reason).rstrip(".")
    text = MISTYPED.sub(f"{UNREAD} ; {NOT_COUNTED}.", FORMER.sub(reason, text))
    text = FEW_RESPONDENTS.sub("", FEW_ANSWERS.sub("; nombre de réponses non publié ;", text))
    once = re.escape(f"Non publié : {reason}.")
    return re.sub(rf"({once})(?:\s{once})+", r"\1", text)
