"""Rules of the offers and requests of structures, and of the answer of one listing to another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from maillage.words.wording import listing

OFFERS, SEEKS = "offers", "seeks"
SIDES: Mapping[str, str] = {OFFERS: "propose", SEEKS: "cherche"}
ROOM, EQUIPPED, DEVICES, REFURBISH = "room", "equipped_room", "devices", "refurbish"
TRAINER, SPEAKER, MEDIATOR, ADVISER = "trainer", "speaker", "mediator", "adviser"
KINDS: Mapping[str, str] = {
    ROOM: "une salle",
    EQUIPPED: "une salle équipée d’ordinateurs",
    DEVICES: "des ordinateurs ou des téléphones",
    REFURBISH: "un parc d’ordinateurs à remettre en état",
    TRAINER: "quelqu’un qui forme les professionnels",
    SPEAKER: "quelqu’un qui intervient sur un sujet",
    MEDIATOR: "un médiateur numérique",
    ADVISER: "un conseiller numérique à partager",
}
# What is offered answers what is looked for: the same thing, or one that holds it.
ANSWERS: Mapping[str, Collection[str]] = {
    **{kind: (kind,) for kind in KINDS},
    ROOM: (ROOM, EQUIPPED),
    MEDIATOR: (MEDIATOR, ADVISER),
    ADVISER: (ADVISER, MEDIATOR),
}
WITHOUT_STAFF, WITHOUT_ROOM = (MEDIATOR, ADVISER), (ROOM, EQUIPPED)
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi")
HALF_DAYS: Mapping[str, str] = {
    f"{number}-{half}": f"{day} {words}"
    for number, day in enumerate(DAYS)
    for half, words in (("am", "matin"), ("pm", "après-midi"))
}
PENDING, YES, NO = "waiting", "yes", "no"
STATES: Mapping[str, str] = {PENDING: "attend une réponse", YES: "acceptée", NO: "refusée"}
FULFILLED, WITHDRAWN = "found", "withdrawn"
CLOSED: Mapping[str, str] = {FULFILLED: "nous avons trouvé", WITHDRAWN: "nous la retirons"}
FURTHEST_KM = 30  # an hour there and back by road: beyond, nobody comes every week
USUAL_LENGTH = timedelta(days=183)
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Content of a listing, without its author. latitude, longitude: degrees, None when nobody knows; no
    half day: any.
    """

    side: str
    kind: str
    half_days: frozenset[str] = frozenset()
    starts_on: date
    ends_on: date
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Two listings that answer each other. permanence: a place without anybody, and somebody without a place;
    half_days: those that suit both, in the order of the week, empty when one of them said none; km: as the
    crow flies, None when unknown.
    """

    permanence: bool
    half_days: tuple[str, ...]
    km: float | None
    since: date
    until: date

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the reasons to set them side by side, in words."""
        parts = ["Un lieu sans personne, quelqu’un sans lieu : une permanence est possible"] * self.permanence
        if self.half_days:
            parts.append(f"Convient aux deux : {listing([HALF_DAYS[each] for each in self.half_days])}")
        else:
            parts.append("Les demi-journées sont à convenir")
        if self.km is None:
            parts.append("Distance inconnue")
        else:
            parts.append("Au même endroit" if self.km < 1 else f"À {self.km:.0f} km à vol d’oiseau")
        return tuple(parts)


def answering(side: str, kind: str) -> frozenset[tuple[str, str]]:
    """Return the sides and kinds that answer one; a place without anybody and somebody without one do."""
    if side == OFFERS:
        return frozenset((SEEKS, need) for need, offered in ANSWERS.items() if kind in offered)
    pairs = {(OFFERS, each) for each in ANSWERS[kind]}
    if kind in WITHOUT_STAFF:
        pairs |= {(SEEKS, each) for each in WITHOUT_ROOM}
    if kind in WITHOUT_ROOM:
        pairs |= {(SEEKS, each) for each in WITHOUT_STAFF}
    return frozenset(pairs)


def match(one: Wish, other: Wish, *, on: date) -> Match | None:
    """Return how two listings answer each other from a day on; None when they do not: another thing, no
    common half day, dates that never meet, or too far.
    """
    if (other.side, other.kind) not in answering(one.side, one.kind):
        return None
    since, until = max(one.starts_on, other.starts_on, on), min(one.ends_on, other.ends_on)
    common = one.half_days & other.half_days
    if since > until or (one.half_days and other.half_days and not common):
        return None
    km = distance(one, other)
    if km is not None and km > FURTHEST_KM:
        return None
    half_days = tuple(each for each in HALF_DAYS if each in common)
    return Match(one.side == other.side, half_days, km, since, until)


def rank(match: Match) -> tuple[bool, bool, float]:
    """Return the sort key of matches: half days found, then distance; unknown distances last."""
    return (not match.half_days, match.km is None, match.km or 0.0)


def distance(one: Wish, other: Wish) -> float | None:
    """Return the kilometres between two listings as the crow flies, None when one of them is nowhere."""
    if one.latitude is None or other.latitude is None:
        return None
    from maillage.statistics.engine import (
        reach,  # here: whoever starts the platform does not load scipy for its tables
    )

    ends = np.array([[one.longitude, one.latitude], [other.longitude, other.latitude]], dtype=float)
    first, second = reach.on_sphere(ends)
    return float(reach.metres(np.asarray(np.linalg.norm(first - second)))) / 1000
