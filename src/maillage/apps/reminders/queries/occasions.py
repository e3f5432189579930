"""Occasions to come, as each feature hands them over, and those to remind of now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from maillage.apps.messages import queries as messages
from maillage.apps.messages.rules import addresses
from maillage.apps.people import rules as people
from maillage.apps.people.models import Consent, Person
from maillage.apps.reminders.models import Refusal, Reminder
from maillage.apps.reminders.rules import schedule, ways
from maillage.apps.reminders.rules.ways import Way
from maillage.reference import clocks
from maillage.web import bulk

AT_ONCE = 2000  # events planned in one transaction
PAPER = (people.NONE, people.LETTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """An event that somebody is reminded of.

    kind, row: what it is, one of `ways.KINDS`, and its number; days: how long before; moment: when it takes
    place. person: None without a card. reach, contact: what they left for this event alone, '' when their
    sheet says how to reach them. told: they just heard of it. example: nobody real is to hear of it.
    subject, text: say it in the language spoken; link: what a message adds, which nobody reads aloud.
    """

    kind: str
    row: int
    days: int
    moment: datetime
    subject: Callable[[], str]
    text: Callable[[], str]
    link: Callable[[], str] = str
    structure: int | None
    commune: str = ""
    person: Person | None = None
    name: str = ""
    reach: str = ""
    contact: str = ""
    language: str = "fr"
    told: bool = False
    example: bool = False


def to_remind(kind: str, at: datetime, *, moment: str, commune: str, on_paper: Q) -> Q:
    """Return the events to remind of now, by the time of their place, that nobody was reminded of: on the
    eve; days before for those who are reminded on paper.

    moment, commune: the fields of the event that say when and where.
    """
    soon = Q(**{f"{moment}__gt": at})
    by_eve, by_post = (_before(at, days, moment, commune) for days in (schedule.EVE, schedule.POSTED))
    return soon & (by_eve | by_post & on_paper) & ~Exists(_reminded(kind, moment))


def on_paper(**nothing: str) -> Q:
    """Return the events of persons who are reminded on paper. nothing: the field of what they left for the
    event alone, and its value when they left nothing.
    """
    return Q(**nothing, person__reach__in=PAPER)


def days_before(person: Person | None, reach: str) -> int:
    """Return how long before somebody is reminded. reach: how to reach them, as they said for the event
    alone.
    """
    return schedule.POSTED if not reach and person is not None and person.reach in PAPER else schedule.EVE


def is_recent(since: datetime | None, moment: datetime, days: int, commune: str) -> bool:
    """Tell an event given, or moved, on the very day of its reminder or later: they just heard of it. What is
    reminded on paper is printed all the same.
    """
    zone = clocks.zone(commune)
    day = schedule.leaves_at(moment, days, zone).date()
    return since is not None and days == schedule.EVE and since.astimezone(zone).date() >= day


def _before(at: datetime, days: int, moment: str, commune: str) -> Q:
    """Return the events that are due, by the time of their place."""
    elsewhere, overseas = Q(), Q()
    for start in clocks.OVERSEAS:
        there = Q(**{f"{commune}__startswith": start})
        elsewhere |= there
        overseas |= there & Q(**{f"{moment}__lt": schedule.horizon(at, days, clocks.zone(start))})
    return overseas | ~elsewhere & Q(**{f"{moment}__lt": schedule.horizon(at, days, clocks.zone(""))})


def _reminded(kind: str, moment: str) -> QuerySet[Reminder]:
    return Reminder.objects.filter(
        kind=kind, row=OuterRef("pk"), moment=OuterRef(moment), withdrawn_at__isnull=True
    )


def agreed_among(persons: Sequence[Person]) -> set[int]:
    """Return which of these persons agree today to be written to: the last answer of each decides."""
    pks = bulk.among(person.pk for person in persons)
    answers = Consent.objects.filter(person__in=pks, purpose=people.WRITE)
    last: dict[int, bool] = {}
    for person, agreed, withdrawn in answers.order_by("at", "pk").values_list(
        "person", "given", "withdrawn_at"
    ):
        last[person] = agreed and withdrawn is None
    return {person for person, yes in last.items() if yes}


def refused_among(persons: Sequence[Person]) -> set[int]:
    """Return which of these persons want no reminder."""
    pks = [person.pk for person in persons]
    refusals = Refusal.objects.all()
    if refusals.count() > AT_ONCE:  # else reading them all takes less than asking for each
        refusals = refusals.filter(person__in=bulk.among(pks))
    return set(pks) & set(refusals.values_list("person", flat=True))


def ways_to(occasions: Sequence[Occasion]) -> list[Way]:
    """Return how each is reminded: by what they left for the event, else by what their sheet says; by hand
    where no message of that kind leaves this computer.
    """
    known = [each.person for each in occasions if each.person is not None]
    agreed, refused = agreed_among(known), refused_among(known)
    chosen = []
    for occasion in occasions:
        pk = occasion.person.pk if occasion.person is not None else None
        if occasion.told:
            chosen.append(Way(ways.NONE, reason=ways.TOLD))
        elif occasion.reach:
            chosen.append(ways.way_of(occasion.reach, occasion.contact, agreed=True, refused=pk in refused))
        elif occasion.person is not None:
            reach, value = occasion.person.reach, occasion.person.reach_value
            chosen.append(ways.way_of(reach, value, agreed=pk in agreed, refused=pk in refused))
        else:
            chosen.append(Way(ways.NONE, reason=ways.UNREACHABLE))
    stopped = messages.stopped_among((way.way, way.contact) for way in chosen if way.way in ways.WRITTEN)
    leaving = {way for way in ways.WRITTEN if messages.leaves(way)}
    return [
        Way(ways.NONE, reason=ways.STOPPED)
        if stopped and way.way in ways.WRITTEN and (way.way, addresses.same(way.way, way.contact)) in stopped
        else way
        if way.way in leaving
        else ways.by_hand(way)
        for way in chosen
    ]
