"""Editions that gave several reasons for what they withhold, read with the one reason of today: two of them
told the small counts from those withheld for them.

Source: docs/methods/resultats-enquete.md
"""

import re
from collections.abc import Mapping
from typing import Any

from maillage.studies.survey import protection
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
FEW_ANSWERS = re.compile(r"; moins de \d+ réponses ;")
FEW_RESPONDENTS = re.compile(r"\s?La question n’a été posée qu’à quelques répondants\.")


def in_one_reason(content: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the content of an edition with one reason for all that it withholds. kind: of survey."""
    reason = protection.rule_of(kind).suppression_reason
    lines = {
        name: [{**row, "motif": reason if row["motif"] else ""} for row in content[name]]
        for name in ("tables", "scales")
        if name in content
    }
    return {**content, **lines, "document": _walk(content["document"], lower_first(reason).rstrip("."))}


def _walk(value: Any, reason: str) -> Any:
    if isinstance(value, dict):
        return {name: _walk(part, reason) for name, part in value.items()}
    if isinstance(value, list):
        return [_walk(part, reason) for part in value]
    return _sentence(value, reason) if isinstance(value, str) else value


def _sentence(text: str, reason: str) -> str:
    """Return a text with one reason, said once."""
    text = FORMER.sub(reason, text)
    text = FEW_RESPONDENTS.sub("", FEW_ANSWERS.sub("; nombre de réponses non publié ;", text))
    once = re.escape(f"Non publié : {reason}.")
    return re.sub(rf"({once})(?:\s{once})+", r"\1", text)
