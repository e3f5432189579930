"""Yes and no as people type them, alone or followed by conditions."""

import re

from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned

YES = frozenset(
    ("oui", "o", "yes", "y", "x", "1", "1.0", "true", "vrai", "on", "ok", "✓", "✔", "☑", "☒", "×")
)
NO = frozenset(("non", "n", "no", "0", "0.0", "false", "faux", "off", "aucun", "aucune", "✗", "✘", "☐"))
UNKNOWN = frozenset(("nsp", "ne sait pas", "je ne sais pas", "inconnu", "à vérifier", "à confirmer"))
PLANNED = re.compile(
    r"en projet|en construction|en cours|à venir|prochainement|bientôt|prévue?s?\b", re.IGNORECASE
)
MARK = re.compile(
    r"\W*(\w+)\W*(?:\(?\d{1,2}\)?)?\W*"
)  # « (X) », « oui* », « x (2) »: an answer, and a sign of the typist
BEGINNING = re.compile(r"(oui|non|yes|no)\b.*", re.IGNORECASE | re.DOTALL)


def clean(text: str) -> Cleaned[bool]:
    """Read a cell as yes or no; doubtful when conditions follow, which go in the reason.

    « En projet » is neither: refused, for the caller to read otherwise.
    """
    if empty := words.nothing(text):
        return empty
    typed = " ".join(text.split())
    answer = typed.casefold().rstrip(".! ")
    if answer in YES or answer in NO:
        return words.verdict(answer in YES)
    if (mark := MARK.fullmatch(answer)) and mark[1] in YES | NO:
        is_yes = mark[1] in YES
        if "?" in answer:
            return words.verdict(is_yes, doubts=[f"un point d’interrogation : {words.quoted(typed)}"])
        return words.verdict(is_yes, mends=[f"écrit {words.quoted(typed)}"])
    if answer in UNKNOWN:
        return Cleaned(None, "empty", f"{words.quoted(typed)} ne dit ni oui ni non")
    if match := BEGINNING.fullmatch(typed):
        return words.verdict(
            match[1].casefold() in YES, doubts=[f"précision à garder : {words.quoted(typed)}"]
        )
    if PLANNED.search(typed):
        return Cleaned.refused(f"ni oui ni non, c’est un projet : {words.quoted(typed)}")
    return Cleaned.refused(f"ni oui ni non : {words.quoted(typed)}")
