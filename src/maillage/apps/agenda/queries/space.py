"""The workshops of professionals: the week, pending tasks, one group, one course, whom to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Course, Seat, Workshop
from maillage.apps.agenda.queries import outlines, rooms
from maillage.apps.agenda.queries.public import WorkshopPage
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.access import SHEET
from maillage.apps.directory.queries import places
from maillage.apps.directory.queries.moments import midnight
from maillage.apps.messages.rules import addresses
from maillage.apps.people.access import people_for
from maillage.modules.outlines import Outline
from maillage.words import opening

PAST = 60  # days: those before are read by week
MOST = 100  # workshops of a section
CALLED = timedelta(days=120)  # how far back absences in a row are looked for
UNTICKED = Count("seats", filter=Q(seats__status=rules.BOOKED, seats__came__isnull=True))
CAME = Count("seats", filter=Q(seats__came=True))


@dataclass(frozen=True)
class WorkshopRow(WorkshopPage):
    """A workshop in the list of those who run it."""

    @property
    def came(self) -> int:
        return self.workshop.n_came + self.workshop.anonymous

    @property
    def unticked(self) -> int:
        return self.workshop.n_unticked

    def tag(self, at: datetime) -> tuple[str, str]:
        """Return its state, in a word, and its tone."""
        row = self.workshop
        if row.cancelled_at is not None:
            return "annulé", "ferme"
        if row.ends_at < at:
            return ("présence à compléter", "bientot") if self.unticked else ("passé", "")
        return ("publié", "ouvert") if row.published_at is not None else ("brouillon", "")


@dataclass(frozen=True, slots=True)
class Section:
    """A few workshops at the same stage. hint: what to do with them."""

    id: str
    title: str
    hint: str
    rows: Sequence[tuple[WorkshopRow, str, str]]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a week, and its workshops."""

    on: date
    name: str
    rows: Sequence[tuple[WorkshopRow, str, str]]
    today: bool


def _read(rows: QuerySet[Workshop], at: datetime) -> list[tuple[WorkshopRow, str, str]]:
    workshops = rooms.with_room(rows).annotate(n_unticked=UNTICKED, n_came=CAME).defer(*SHEET)
    workshop_rows = [WorkshopRow(row, rooms.room(row)) for row in workshops]
    return [(each, *each.tag(at)) for each in workshop_rows]


def sections(user: Any, at: datetime) -> list[Section]:
    """Return a user's workshops by stage: attendance to complete, those to come, those of the past two
    months.
    """
    visible_workshops = access.workshops_for(user)
    ended = visible_workshops.filter(
        ends_at__lt=at, ends_at__gte=at - timedelta(days=PAST), cancelled_at__isnull=True
    )
    past = _read(ended.order_by("-starts_at", "-pk")[:MOST], at)
    to_come = _read(visible_workshops.filter(ends_at__gte=at).order_by("starts_at", "pk")[:MOST], at)
    unticked = [each for each in past if each[0].unticked]
    done = [each for each in past if not each[0].unticked]
    series_rows = (
        Section("appel", "Qui est venu ?", "des présences restent à noter", unticked),
        Section("venir", "À venir", "", to_come),
        Section("passes", "Passés", f"depuis {PAST} jours", done),
    )
    return [section for section in series_rows if section.rows]


def week(user: Any, monday: date, at: datetime) -> list[Day]:
    """Return the seven days of a week, with the user's workshops."""
    begin = midnight(monday - timedelta(days=1))  # a day more each way: elsewhere it is another hour
    end = midnight(monday + timedelta(days=8))
    rows = _read(
        access.workshops_for(user)
        .filter(starts_at__gte=begin, starts_at__lt=end)
        .order_by("starts_at", "pk"),
        at,
    )
    days = [monday + timedelta(days=n) for n in range(7)]
    return [
        Day(
            on=day,
            name=f"{opening.weekday(day.weekday())} {opening.date_text(day, year=False)}",
            rows=[each for each in rows if each[0].date.date() == day],
            today=day == timezone.localdate(at),
        )
        for day in days
    ]


# ------------------------------------------------------------------------------------------------ one of them


@dataclass(frozen=True, slots=True)
class Place:
    """A seat as displayed to those who run the workshop. told: whether the platform writes to them; absent:
    absences in a row.
    """

    seat: Seat
    told: bool
    absent: bool = False

    @property
    def phone(self) -> str:
        return (
            places.phones({"telephone": [self.seat.contact]})[0].words if self.seat.way == rules.PHONE else ""
        )


@dataclass(frozen=True, slots=True)
class Group:
    """The participants of a workshop: seated, waiting, and those who gave up their seat."""

    booked: Sequence[Place]
    waiting: Sequence[Place]
    cancelled: Sequence[Place]

    @property
    def came(self) -> int:
        return sum(each.seat.came is True for each in self.booked)

    @property
    def absent(self) -> int:
        return sum(each.seat.came is False for each in self.booked)

    @property
    def unticked(self) -> int:
        return sum(each.seat.came is None for each in self.booked)

    @property
    def stopped(self) -> list[Place]:
        return [
            each
            for each in (*self.booked, *self.cancelled)
            if each.seat.stopped_because or each.seat.next_proposed
        ]


def group(workshop: Workshop, at: datetime) -> Group:
    """Return the attendees of a workshop, by status."""
    seats = list(workshop.seats.select_related("person"))
    missing = {learner for learner, _ in missed([workshop.structure_id], at)}
    places = [Place(seat, _is_answered(seat), seat.learner in missing) for seat in seats]
    return Group(*([each for each in places if each.seat.status == status] for status in rules.SEATS))


def _is_answered(seat: Seat) -> bool:
    return seat.way == rules.EMAIL or (seat.way == rules.PHONE and bool(addresses.mobile(seat.contact)))


def to_ask_again(group: Group, user: Any) -> list[Seat]:
    """Return the participants with a card whom a user may see: their diagnosis may be repeated."""
    came = [each.seat for each in group.booked if each.seat.came and each.seat.person_id]
    visible_people = set(
        people_for(user).filter(pk__in=[seat.person_id for seat in came]).values_list("pk", flat=True)
    )
    return [seat for seat in came if seat.person_id in visible_people]


def siblings(workshop: Workshop) -> list[Workshop]:
    """Return all the meetings of the course of a workshop, in order; [] for a workshop alone."""
    return list(workshop.course.workshops.order_by("starts_at")) if workshop.course is not None else []


def seats_of(workshop: Workshop, numbers: Sequence[int]) -> list[Seat]:
    """Return those of these seats that are of a workshop."""
    return list(workshop.seats.filter(pk__in=numbers).select_related("person"))


def unticked(workshop: Workshop) -> list[int]:
    """Return the numbers of the seats of a workshop that nobody ticked."""
    return list(workshop.seats.filter(status=rules.BOOKED, came=None).values_list("pk", flat=True))


def following(seat: Seat, at: datetime) -> list[Seat]:
    """Return a participant's seats at the later meetings of a course; outside a course, this seat alone."""
    if seat.workshop.course_id is None:
        return [seat]
    return list(
        Seat.objects.filter(
            learner=seat.learner, workshop__course=seat.workshop.course_id, workshop__starts_at__gt=at
        )
    )


def missed(structures: Sequence[int], at: datetime) -> list[tuple[str, Seat]]:
    """Return the learners absent from the last three meetings with attendance, each with their last seat:
    they must be called.
    """
    seats = Seat.objects.filter(
        workshop__structure__in=structures,
        workshop__starts_at__lt=at,
        workshop__starts_at__gte=at - CALLED,
        workshop__cancelled_at__isnull=True,
        status=rules.BOOKED,
    )
    by: dict[str, list[Seat]] = {}
    for seat in seats.exclude(name="").select_related("workshop").order_by("workshop__starts_at", "pk"):
        by.setdefault(seat.learner, []).append(seat)
    absent = (
        (learner, seats) for learner, seats in by.items() if rules.to_call([each.came for each in seats])
    )
    return [(learner, seats[-1]) for learner, seats in absent if not seats[-1].stopped_because]


def to_call(user: Any, at: datetime) -> list[Place]:
    """Return the participants to call and ask why they stopped coming."""
    structures = list(access.structures_for(user).values_list("pk", flat=True))
    return [Place(seat, _is_answered(seat), absent=True) for _, seat in missed(structures, at)]


def next_for(workshop: Workshop, user: Any, at: datetime) -> list[Workshop]:
    """Return the possible next workshops after one: the courses and workshops to come of the same
    structures, for the same people, same subject first.
    """
    rows = (
        access.workshops_for(user)
        .filter(starts_at__gt=at, cancelled_at__isnull=True, kind=workshop.kind)
        .exclude(pk=workshop.pk)
    )
    if workshop.course_id is not None:
        rows = rows.exclude(course=workshop.course_id)
    past_rows, courses = [], set[int]()
    for row in rows.order_by("starts_at", "pk")[:MOST]:
        if row.course_id is None or row.course_id not in courses:
            past_rows.append(row)
            courses.add(row.course_id or 0)
    return sorted(
        past_rows, key=lambda row: (row.subject != workshop.subject, row.course_id is None, row.starts_at)
    )


def went_on(workshop: Workshop) -> int:
    """Return how many participants took a seat at something later, outside the same course."""
    came = workshop.seats.filter(came=True).values("learner")
    later = Seat.objects.filter(learner__in=came, workshop__starts_at__gt=workshop.starts_at)
    if workshop.course_id is not None:
        later = later.exclude(workshop__course=workshop.course_id)
    return later.exclude(status=rules.CANCELLED).values("learner").distinct().count()


def outline(row: Workshop | Course) -> Outline | None:
    """Return the outline of a workshop or a course, None without one."""
    return outlines.of(row)


# --------------------------------------------------------------------------------------------------- a course


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a course, and its attendance. gone: those who came to no later meeting; reasons: why, if
    known.
    """

    workshop: Workshop
    shown: WorkshopRow
    came: int
    absent: int
    unknown: int
    gone: int
    reasons: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Learner:
    """A participant of a course: attendance at each meeting. None: not ticked; '': no seat there."""

    name: str
    seat: Seat
    came: Sequence[bool | str | None]
    stopped: str
    then: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A course on one page: its counts, its meetings, its people; came_from: those who first came to a single
    workshop.
    """

    chain: rules.Chain
    meetings: Sequence[Meeting]
    learners: Sequence[Learner]
    came_from: int
    held: int

    @property
    def line(self) -> list[tuple[str, int]]:
        """The group on one line, each count with its words."""
        chain = self.chain
        came_seats = [
            ("inscrit", "inscrits", chain.registered),
            ("venu une fois", "venus une fois", chain.once),
            ("revenu", "revenus", chain.back),
            ("fini", "finis", chain.finished),
        ]
        return [(many if n > 1 else one, n) for one, many, n in came_seats]


def course(row: Course, at: datetime) -> Whole:
    """Return a course for those who run it: who came to what, who stopped, after which meeting and why."""
    row_by_workshop = {line.workshop.pk: line for line, *_ in _read(_meetings(row), at)}
    meetings = [each.workshop for each in row_by_workshop.values()]
    past_meetings = [each for each in meetings if each.starts_at <= at and each.cancelled_at is None]
    seats = list(
        Seat.objects.filter(workshop__course=row).select_related("person").order_by("booked_at", "pk")
    )
    by: dict[str, dict[int, Seat]] = {}
    for seat in seats:
        if seat.status == rules.BOOKED or seat.came is not None:
            by.setdefault(seat.learner, {})[seat.workshop_id] = seat
    came = {
        learner: [seat_by_workshop[each.pk].came for each in past_meetings if each.pk in seat_by_workshop]
        for learner, seat_by_workshop in by.items()
    }
    stopped = {seat.learner: seat for seat in seats if seat.stopped_because or seat.next_proposed}
    last = {learner: _last(seat_by_workshop, past_meetings) for learner, seat_by_workshop in by.items()}
    attendance = [
        _meeting(
            each,
            row_by_workshop[each.pk],
            by,
            last,
            stopped,
            is_last=each == past_meetings[-1] if past_meetings else True,
        )
        for each in meetings
    ]
    return Whole(
        chain=rules.chain(
            list(came.values()),
            len(past_meetings),
            sum(bool(seat.stopped_because) for seat in stopped.values()),
        ),
        meetings=attendance,
        learners=[
            _learner(learner, seat_by_workshop, meetings, stopped.get(learner))
            for learner, seat_by_workshop in by.items()
        ],
        came_from=_came_from(by, row, meetings[0].starts_at) if meetings else 0,
        held=len(past_meetings),
    )


def _meetings(row: Course) -> QuerySet[Workshop]:
    return Workshop.objects.filter(course=row).select_related(*access.WITH).order_by("starts_at", "pk")


def _last(seat_by_workshop: Mapping[int, Seat], past_meetings: Sequence[Workshop]) -> int | None:
    """Return the last meeting that somebody came to, None for none."""
    return next(
        (
            each.pk
            for each in reversed(past_meetings)
            if each.pk in seat_by_workshop and seat_by_workshop[each.pk].came
        ),
        None,
    )


def _meeting(
    row: Workshop,
    workshop_row: WorkshopRow,
    by: Mapping[str, Mapping[int, Seat]],
    last: Mapping[str, int | None],
    stopped: Mapping[str, Seat],
    *,
    is_last: bool,
) -> Meeting:
    seats = [seat_by_workshop[row.pk] for seat_by_workshop in by.values() if row.pk in seat_by_workshop]
    lost_learners = [] if is_last else [learner for learner, pk in last.items() if pk == row.pk]
    because = [
        stopped[learner].get_stopped_because_display() for learner in lost_learners if learner in stopped
    ]
    counted = {words: because.count(words) for words in dict.fromkeys(filter(None, because))}
    return Meeting(
        workshop=row,
        shown=workshop_row,
        came=sum(seat.came is True for seat in seats) + row.anonymous,
        absent=sum(seat.came is False for seat in seats),
        unknown=sum(seat.came is None for seat in seats),
        gone=len(lost_learners),
        reasons=list(counted.items()),
    )


def _learner(
    learner: str, seat_by_workshop: Mapping[int, Seat], meetings: Sequence[Workshop], stopped: Seat | None
) -> Learner:
    seat = next(iter(seat_by_workshop.values()))
    return Learner(
        name=seat.name or "Nom effacé",
        seat=stopped or seat,
        came=[seat_by_workshop[each.pk].came if each.pk in seat_by_workshop else "" for each in meetings],
        stopped=stopped.get_stopped_because_display() if stopped and stopped.stopped_because else "",
        then=stopped.get_next_proposed_display() if stopped and stopped.next_proposed else "",
    )


def _came_from(by: Mapping[str, Any], row: Course, begins: datetime) -> int:
    """Return how many of a course came to something else before it begins."""
    before = Seat.objects.filter(learner__in=list(by), came=True, workshop__starts_at__lt=begins)
    before = before.exclude(workshop__course=row)
    return before.values("learner").distinct().count()
