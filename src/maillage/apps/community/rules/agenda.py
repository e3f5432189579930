"""One line of the shared agenda, whatever feature it comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

MEETING, WORKSHOP, TRAINING, PERMANENCE = "meeting", "workshop", "training", "permanence"
KINDS: Mapping[str, str] = {
    MEETING: "réunions",
    WORKSHOP: "ateliers",
    TRAINING: "formations",
    PERMANENCE: "permanences",
}
SPANS: Mapping[str, int] = {"7": 7, "30": 30, "90": 90}  # days
USUAL = "30"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that takes place once: when, in words and as a moment, what, where, its page.

    uid: the number that calendars keep; sequence: its version; commune: "" when unknown.
    """

    kind: str
    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    day: str
    hours: str
    where: str
    organiser: str
    url: str
    commune: str = ""
    sequence: int = 0
    changed_at: datetime | None = None
    example: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one day, in words."""

    words: str
    rows: tuple[Occurrence, ...]


def by_day(rows: Iterable[Occurrence]) -> list[Day]:
    """Return the lines in the order of their moments, grouped by the day that their place lives."""
    days: dict[str, list[Occurrence]] = {}
    for row in sorted(rows, key=lambda occurrence: (occurrence.starts_at, occurrence.title)):
        days.setdefault(row.day, []).append(row)
    return [Day(words, tuple(occurrences)) for words, occurrences in days.items()]


def until(at: datetime, span: str) -> datetime:
    """Return the end of a span of days, the usual one for a span that nobody offers."""
    return at + timedelta(days=SPANS.get(span, SPANS[USUAL]))
