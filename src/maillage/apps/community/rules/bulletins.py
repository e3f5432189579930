"""Rules of a bulletin, and of the service changes noted by a territory."""

from collections.abc import Mapping
from datetime import date, timedelta

from maillage.kernel.errors import Refused

ONLINE, OUTAGE = "online", "interruption"
CHANGES: Mapping[str, str] = {ONLINE: "une démarche passe en ligne", OUTAGE: "un service ne répond plus"}
# The sections of a bulletin, in the order in which they are read.
SECTIONS: Mapping[str, str] = {
    "news": "Des structures",
    "meetings": "À venir",
    "changes": "Les démarches qui changent",
    "resources": "Ressources partagées",
    "questions": "Questions sans réponse",
}
MOST = 12  # of a section: a bulletin is read standing
EARLIEST = date(1995, 1, 1)
FURTHEST = timedelta(days=5 * 366)


def check_change(starts_on: date, ends_on: date | None, *, on: date) -> None:
    """Refuse dates before the Internet or years ahead, or an end before its beginning."""
    if not EARLIEST <= starts_on <= on + FURTHEST:
        why, do = "Sa date est avant 1995, ou à plus de cinq ans.", "Vérifiez l’année."
    elif ends_on is not None and not starts_on <= ends_on <= on + FURTHEST:
        why, do = "La fin est avant le début, ou à plus de cinq ans.", "Corrigez l’une des deux dates."
    else:
        return
    raise Refused("Le changement n’a pas été noté.", why=why, do=do)
