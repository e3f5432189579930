"""Facts of a procedure, each with its day; and the fact that an act of help or a plan stands for.

Source: docs/methods/droits.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from maillage.apps.learning import rules as learning_rules
from maillage.apps.people.actes import rules as acts
from maillage.reference import procedures

OPENED, REQUESTED, BEGUN, PAPER, SENT, RECEIPT = "opened", "asked", "begun", "paper", "sent", "receipt"
NOTHING, NOTIFIED, OBTAINED, REFUSED, LOST = "nothing", "notified", "obtained", "refused", "lost"
AGAIN, STOPPED = "again", "stopped"
FACTS: Mapping[str, str] = {
    OPENED: "Suivie",
    REQUESTED: "Demandé à la personne : elle ne sait pas",
    BEGUN: "On la prépare",
    PAPER: "Papier réuni",
    SENT: "Envoyée",
    RECEIPT: "Accusé de réception",
    NOTHING: "Regardé : rien encore",
    NOTIFIED: "Un courrier est arrivé",
    OBTAINED: "Obtenu",
    REFUSED: "Refusé",
    LOST: "Le droit s’est arrêté",
    AGAIN: "On la refait",
    STOPPED: "On ne la suit plus",
}
# What the second date of a fact says; the others have none.
UNTIL: Mapping[str, str] = {
    NOTIFIED: "Répondre avant le",
    OBTAINED: "Jusqu’au, écrit sur le courrier",
    REFUSED: "Contester avant le, écrit sur le courrier",
    LOST: "Contester avant le, écrit sur le courrier",
}
# The same, inside a sentence and before the date.
DEADLINE_LABELS: Mapping[str, str] = {
    NOTIFIED: "répondre avant le",
    OBTAINED: "jusqu’au",
    REFUSED: "contester avant le",
    LOST: "contester avant le",
}
# Of two facts of one day, the one that comes later in the life of a request.
RANK: Mapping[str, int] = {kind: n for n, kind in enumerate(FACTS)}
EARLIEST = timedelta(days=366 * 15)  # before today: a card lasts ten years
FARTHEST = timedelta(days=366 * 20)  # after today, for an end
LONGEST = 120  # signs of a note


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A fact as the line reads it. n: its order among those told; paper: key, of a paper gathered."""

    kind: str
    on: date
    n: int = 0
    until: date | None = None
    paper: str = ""


def wrong_dates(kind: str, on: date, until: date | None, today: date) -> str:
    """Return the fault in the dates of a fact, in French; '' when they hold."""
    if kind not in FACTS:
        return "Il manque ce qui s’est passé."
    if on > today:
        return "Ce jour n’est pas encore venu : seul ce qui a eu lieu se note."
    if on < today - EARLIEST:
        return "Ce jour est passé de plus de quinze ans."
    if until is not None and kind not in UNTIL:
        return "Une seconde date ne va pas avec ce fait."
    if until is not None and not on <= until <= today + FARTHEST:
        return "La seconde date est avant le premier jour, ou bien trop loin."
    return ""


def follows(procedure: str) -> bool:
    return procedure not in procedures.families() and procedure not in procedures.themes()


def of_act(kind: str, end: str, on: date, *, at_once: bool) -> Statement | None:
    """Return the fact that an act of help stands for; None without any.

    To show is not to do. at_once: what is done there and then is obtained.
    """
    if kind == acts.DEMONSTRATED:
        return None
    new_kind = {
        acts.DONE: OBTAINED if at_once else SENT,
        acts.PARTLY: BEGUN,
        acts.PENDING: NOTHING,
        acts.NOT_DONE: BEGUN,
    }.get(end)
    return Statement(kind=new_kind, on=on) if new_kind else None


# The procedure that a module teaches, for the plan to do it for real.
TAUGHT: Mapping[str, str] = {module: procedure for procedure, module in acts.MODULES.items()}


def of_plan(answer: str, planned: date, answered: date | None) -> Statement:
    """Return the fact that a plan to do a procedure for real stands for: prepared, sent, or unknown."""
    if answer in (*learning_rules.CONVERTED, *learning_rules.OBTAINED) and answered is not None:
        return Statement(kind=SENT, on=answered)
    if answer == learning_rules.UNKNOWN and answered is not None:
        return Statement(kind=REQUESTED, on=answered)
    return Statement(kind=BEGUN, on=planned)
