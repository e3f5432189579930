"""The meetings of the network: what is proposed, what a vote says, which tasks wait for whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.community import access
from maillage.apps.community.models import Ballot, Decision, Meeting, MeetingDate, Vote
from maillage.apps.community.queries.listings import commune_name
from maillage.apps.community.rules import meetings as rules
from maillage.apps.directory.places.queries import places, published
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.apps.platform.accounts.rules.worklist import UNDO
from maillage.kernel.later import icalendar
from maillage.reference import clocks
from maillage.words import opening

PRODUCER = "-//Maillage//Agenda//FR"
DOMAIN = "agenda.maillage"  # fixed: identifiers stay when the address of the installation changes


@dataclass(frozen=True, slots=True)
class Option:
    """A proposed date: its counts, what the reader answered, whether no other suits more people."""

    date: MeetingDate
    words: str
    tally: rules.Tally
    own_answer: str
    is_best: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its decision, how far its day is, whether it is late. tally: of a decision put to the vote;
    own_vote: the vote of the reader; is_votable: until its last day.
    """

    decision: Decision
    when: str
    late: bool
    tally: rules.Tally | None = None
    own_vote: str = ""
    is_votable: bool = False

    @property
    def pilot(self) -> str:
        return pilot_name(self.decision)


def to_vote(at: datetime) -> QuerySet[Meeting]:
    """Return the meetings whose date is not chosen, and that still have one to come, the latest first."""
    ahead = MeetingDate.objects.filter(starts_at__gt=at).values("meeting")
    return _alive().filter(starts_at=None, pk__in=ahead)


def to_come(at: datetime) -> QuerySet[Meeting]:
    """Return the meetings to come, the nearest first; those that started today are still there."""
    morning = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return _alive().filter(starts_at__gte=morning).order_by("starts_at", "pk")


def past(at: datetime) -> QuerySet[Meeting]:
    """Return the meetings that took place, the latest first."""
    morning = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return _alive().filter(starts_at__lt=morning).order_by("-starts_at", "-pk")


def coordination(
    structures: Iterable[int] | None, since: date, until: date, at: datetime
) -> list[dict[str, str]]:
    """Return the meetings that took place in a period, both days included, as activities of coordination of
    the Coop. structures: who convened them; None for everybody, the coordination too.
    """
    rows = past(at).filter(
        starts_at__gte=midnight(since), starts_at__lt=midnight(until + timedelta(days=1)), example=False
    )
    if structures is not None:
        rows = rows.filter(structure__in=list(structures))
    return [
        {
            "id": f"reunion-{row.pk}",
            "kind": rules.COOP_KINDS[row.kind],
            "date": row.starts_at.astimezone(clocks.zone(row.commune)).date().isoformat(),
            "minutes": str(row.minutes),
            "structures": "" if row.present is None else str(row.present),
            "title": row.title,
            "partners": row.partners,
            "recorded": timezone.localtime(row.made_at).isoformat(),
            "changed": timezone.localtime(row.changed_at).isoformat()
            if row.changed_at != row.made_at
            else "",
        }
        for row in rows.order_by("starts_at", "pk")
        if row.starts_at is not None
    ]


def _alive() -> QuerySet[Meeting]:
    rows = Meeting.objects.filter(cancelled_at=None).select_related("structure", "lieu")
    return rows.annotate(n_decisions=Count("decisions"))


def options(meeting: Meeting, user: User) -> list[Option]:
    """Return the proposed dates of a meeting in their order, with what everybody answered."""
    dates = list(meeting.dates.all())
    answers: dict[int, list[str]] = defaultdict(list)
    own_answers: dict[int, str] = {}
    for number, by, answer in Vote.objects.filter(date__in=dates).values_list("date", "by", "answer"):
        answers[number].append(answer)
        if by == user.pk:
            own_answers[number] = answer
    tallies = [rules.tally(answers[each.pk]) for each in dates]
    best = rules.best(tallies)
    return [
        Option(
            option,
            moment_words(option.starts_at, meeting.commune),
            tallies[rank],
            own_answers.get(option.pk, ""),
            rank in best,
        )
        for rank, option in enumerate(dates)
    ]


def voters(meeting: Meeting) -> int:
    """Return how many accounts answered at least one date."""
    return Vote.objects.filter(date__meeting=meeting).values("by").distinct().count()


def place(row: Meeting) -> str:
    """Return where a meeting is: its place or its address, and its town."""
    if row.lieu is not None:
        return ", ".join(filter(None, (row.lieu.name, places.full_address(row.lieu.sheet))))
    return ", ".join(filter(None, (row.address, commune_name(row.commune))))


def convener(row: Meeting) -> str:
    return row.structure.name if row.structure else "la coordination"


def pilot_name(row: Decision) -> str:
    """Return the pilot of a task, in words; "" for a decision without task."""
    if row.leads == rules.STRUCTURE:
        return row.pilot.name if row.pilot else "une structure qui n’est plus dans l’annuaire"
    return "la coordination" if row.leads else ""


# ------------------------------------------------------------------------------------------------------ tasks


def tasks_of(meeting: Meeting, on: date, user: User) -> list[Task]:
    """Return the decisions of a meeting in their order, each with how far its day is, and its votes."""
    answers: dict[int, dict[int, str]] = defaultdict(dict)
    for number, by, answer in Ballot.objects.filter(decision__meeting=meeting).values_list(
        "decision", "by", "answer"
    ):
        answers[number][by] = answer
    return [
        replace(
            _task(row, on),
            tally=rules.tally(answers[row.pk].values()) if row.vote_until else None,
            own_vote=answers[row.pk].get(user.pk, ""),
            is_votable=row.vote_until is not None and row.vote_until >= on,
        )
        for row in meeting.decisions.select_related("pilot", "meeting")
    ]


def decisions_to_vote(user: Visitor, on: date) -> QuerySet[Decision]:
    """Return the decisions put to the vote that an account has not voted, the first to close first."""
    rows = Decision.objects.filter(vote_until__gte=on, meeting__cancelled_at=None)
    voted = Ballot.objects.filter(by=user.pk).values("decision")
    return rows.exclude(pk__in=voted).select_related("meeting").order_by("vote_until", "pk")


def open_for(user: Visitor) -> QuerySet[Decision]:
    """Return the open tasks of the structures that a user writes for, or of the coordination they lead;
    urgent first.
    """
    own_tasks = Q(leads=rules.STRUCTURE, pilot__in=access.own_numbers(user))
    if access.leads(user):
        own_tasks |= Q(leads=rules.COORDINATION) & access.in_territory(user, "meeting__commune")
    return _open().filter(own_tasks)


def my_tasks(user: Visitor, on: date) -> list[Task]:
    """Return the same as they are shown on a day."""
    return [_task(row, on) for row in open_for(user)]


def just_finished(user: Visitor, at: datetime) -> QuerySet[Decision]:
    """Return the tasks that an account said done a moment ago, the latest first."""
    rows = access.decisions_for(user).filter(done_by=user.pk, done_at__gte=at - UNDO, done_at__lte=at)
    return rows.select_related("meeting").order_by("-done_at", "-pk")


def open_tasks(on: date) -> list[Task]:
    """Return every open task of the network, the most pressing first."""
    return [_task(row, on) for row in _open()]


def _open() -> QuerySet[Decision]:
    rows = Decision.objects.exclude(leads="").filter(done_at=None, meeting__cancelled_at=None)
    return rows.select_related("meeting", "pilot").order_by("until_on", "pk")


def _task(row: Decision, on: date) -> Task:
    done = row.done_at is not None
    words = rules.when_words(row.until_on, on=on) if row.until_on and not done else ""
    return Task(row, words, rules.is_late(row.until_on, done=done, on=on))


@dataclass(frozen=True, slots=True)
class PublishedMap:
    """The public map around a meeting: it is shared before people meet. n: places it shows of the commune."""

    address: str
    commune: str
    n: int


def map_address(commune: str) -> str:
    """Return the address of the public map around a commune, which needs no account."""
    return f"{settings.ADDRESS}{reverse('find')}?{urlencode({'territoire': commune})}"


def published_map(meeting: Meeting) -> PublishedMap:
    """Return the map of the places around a meeting, that anybody opens."""
    commune = meeting.commune
    n = published.place_count([commune]).places if commune else 0
    return PublishedMap(map_address(commune), commune_name(commune), n)


# --------------------------------------------------------------------------------------------------- calendar


def feed(rows: Iterable[Meeting], name: str) -> bytes:
    """Return a calendar of meetings (RFC 5545): identifiers never change; never who comes."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", icalendar.vText(name))
    zone = timezone.get_default_timezone()
    for row in rows:
        if row.starts_at is None or row.ends_at is None:
            continue
        event = icalendar.Event()
        event.add("uid", f"reunion-{row.pk}@{DOMAIN}")
        event.add("dtstamp", row.changed_at.astimezone(UTC))
        event.add("dtstart", row.starts_at.astimezone(zone))
        event.add("dtend", row.ends_at.astimezone(zone))
        event.add("summary", row.title)
        event.add("location", place(row))
        about = (row.partners, row.about, f"La carte des lieux : {map_address(row.commune)}")
        event.add("description", "\n".join(filter(None, about)))
        event.add("status", "CANCELLED" if row.cancelled_at else "CONFIRMED")
        event.add("sequence", row.sequence)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def between(first: datetime, last: datetime, communes: Collection[str] = ()) -> QuerySet[Meeting]:
    """Return the meetings that start between two moments, in some communes when any is named."""
    rows = _alive().filter(starts_at__gte=first, starts_at__lt=last).order_by("starts_at", "pk")
    return rows.filter(commune__in=communes) if communes else rows


def moment_words(moment: datetime, commune: str) -> str:
    """Return a moment in words, in the time of a commune: « mardi 24 novembre 2026 à 10 h »."""
    local = moment.astimezone(clocks.zone(commune))
    return f"{opening.weekday(local.weekday())} {opening.date_text(local.date())} à {_clock(local)}"


def when(row: Meeting) -> str:
    """Return when a meeting is, from its beginning to its end; "" before a date is chosen."""
    if row.starts_at is None or row.ends_at is None:
        return ""
    end = row.ends_at.astimezone(clocks.zone(row.commune))
    return f"{moment_words(row.starts_at, row.commune)}, jusqu’à {_clock(end)}"


def _clock(local: datetime) -> str:
    return opening.clock(local).replace(" ", "\u00a0")  # never « 9 » at the end of a line, « h » below
