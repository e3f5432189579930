"""The charter of the network: its criteria, who declares, who grants, until when."""

from collections.abc import Mapping
from datetime import date, timedelta

from maillage.reference.charter import Criterion, charter

DECLARED, GRANTED, REFUSED, WITHDRAWN = "declared", "granted", "refused", "withdrawn"
STATES: Mapping[str, str] = {
    DECLARED: "déclarée, à lire",
    GRANTED: "accordée",
    REFUSED: "pas accordée",
    WITHDRAWN: "retirée",
}
YES, LATER = "yes", "later"
ANSWERS: Mapping[str, str] = {YES: "Oui, c’est le cas", LATER: "Pas encore"}
LASTS = timedelta(days=2 * 365)
SOON = timedelta(days=60)  # before the end: the structure is told to declare again


def lacking(answers: Mapping[str, str]) -> tuple[Criterion, ...]:
    """Return the criteria without which the charter cannot be granted, that a structure does not meet."""
    return tuple(each for each in charter().criteria if each.needed and answers.get(each.id) != YES)


def unanswered(answers: Mapping[str, str]) -> tuple[Criterion, ...]:
    """Return the criteria to which nothing was answered."""
    return tuple(each for each in charter().criteria if answers.get(each.id) not in ANSWERS)


def in_force(state: str, until: date | None, on: date) -> bool:
    """Return True for a charter in force on a day, its last day included."""
    return state == GRANTED and until is not None and on <= until


def ends_soon(state: str, until: date | None, on: date) -> bool:
    """Return True for a charter in force that ends within two months."""
    return in_force(state, until, on) and until is not None and until - on <= SOON
