"""Pairs of listings that make a permanence possible, and the start of its draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from maillage.apps.community.rules import listings

# The hours that a half day is proposed with; its structure changes them.
MORNING, AFTERNOON = ("09:00", "12:00"), ("14:00", "17:00")
# The lines of the offer that a permanence opens, of `reference/offer/diagnosis.yaml`.
LINES = {
    "assistance": "Aide aux démarches",
    "formation": "Formation",
    "libre_acces_accompagne": "Libre accès accompagné",
}
USUAL_LINE = "assistance"
MINUTES = 30
PEOPLE = (listings.MEDIATOR, listings.ADVISER)
PLACES = (listings.ROOM, listings.EQUIPPED)


@dataclass(frozen=True, slots=True)
class Roles:
    """The parts of two listings: the index, 0 or 1, of the one that brings the place, and of the other."""

    place: int
    people: int


def roles(one: tuple[str, str], other: tuple[str, str]) -> Roles | None:
    """Assign the roles of two listings, as (side, kind); None when no permanence comes of them.

    A place is brought by who offers a room, or looks for somebody to come; people, by who offers somebody, or
    looks for a room.

    >>> roles(("seeks", "mediator"), ("seeks", "room"))
    Roles(place=0, people=1)
    >>> roles(("offers", "devices"), ("seeks", "devices")) is None
    True
    """
    first, second = _brings(*one), _brings(*other)
    if {first, second} != {"place", "people"}:
        return None
    return Roles(place=0, people=1) if first == "place" else Roles(place=1, people=0)


def _brings(side: str, kind: str) -> str:
    if kind in PLACES:
        return "place" if side == listings.OFFERS else "people"
    if kind in PEOPLE:
        return "people" if side == listings.OFFERS else "place"
    return ""


def hours(half_days: Sequence[str]) -> list[list[str | int]]:
    """Return the hours of a permanence from half days, as its row stores them.

    >>> hours(["1-am", "3-pm"])
    [[1, '09:00', '12:00'], [3, '14:00', '17:00']]
    """
    slots: list[list[str | int]] = []
    for half_day in half_days:
        day, _, half = half_day.partition("-")
        begin, end = MORNING if half == "am" else AFTERNOON
        slots.append([int(day), begin, end])
    return slots


def first_day(since: date, on: date) -> date:
    """Return the day from which a draft is proposed: never before today."""
    return max(since, on)
