"""The workshops of professionals: the week, pending tasks, one group, one course, whom to call."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Course, Seat, Workshop
from maillage.apps.agenda.queries import rooms
from maillage.apps.agenda.queries.public import WorkshopPage
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.places.access import SHEET
from maillage.apps.directory.places.queries import places
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.people.persons.access import people_for
from maillage.apps.platform.accounts.models import Visitor
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
        return int(vars(self.workshop)["n_came"]) + self.workshop.anonymous

    @property
    def unticked(self) -> int:
        return int(vars(self.workshop)["n_unticked"])

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


def sections(user: Visitor, at: datetime) -> list[Section]:
    """Return a user's workshops by stage: to complete, to come, of the past two months."""
    visible_workshops = access.workshops_for(user)
    ended = visible_workshops.filter(
        ends_at__lt=at, ends_at__gte=at - timedelta(days=PAST), cancelled_at__isnull=True
    )
    past = _read(ended.order_by("-starts_at", "-pk")[:MOST], at)
    to_come = _read(visible_workshops.filter(ends_at__gte=at).order_by("starts_at", "pk")[:MOST], at)
    unticked = [each for each in past if each[0].unticked]
    done = [each for each in past if not each[0].unticked]
    sections = (
        Section("appel", "Qui est venu ?", "des présences restent à noter", unticked),
        Section("venir", "À venir", "", to_come),
        Section("passes", "Passés", f"depuis {PAST} jours", done),
    )
    return [section for section in sections if section.rows]


def week(user: Visitor, monday: date, at: datetime) -> list[Day]:
    """Return the seven days of a week, with the user's workshops."""
    begin = midnight(monday - timedelta(days=1))  # a day more each way: elsewhere it is another hour
    end = midnight(monday + timedelta(days=8))
    week_workshops = access.workshops_for(user).filter(starts_at__gte=begin, starts_at__lt=end)
    rows = _read(week_workshops.order_by("starts_at", "pk"), at)
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
    """A seat. absent: absences in a row."""

    seat: Seat
    absent: bool = False

    @property
    def phone(self) -> str:
        if self.seat.way != rules.PHONE:
            return ""
        return places.phones({"telephone": [self.seat.contact]})[0].words


@dataclass(frozen=True, slots=True)
class Group:
    """The participants of a workshop: seated, waiting, and those who gave up their seat."""

    booked: Sequence[Place]
    wait_list: Sequence[Place]
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
        seats = (*self.booked, *self.cancelled)
        return [each for each in seats if each.seat.stopped_because or each.seat.next_proposed]


def group(workshop: Workshop, at: datetime) -> Group:
    """Return the attendees of a workshop, by status."""
    seats = list(workshop.seats.select_related("person"))
    missing = {learner for learner, _ in missed([workshop.structure_id], at)}
    places = [Place(seat, seat.learner in missing) for seat in seats]
    return Group(*([each for each in places if each.seat.status == status] for status in rules.SEATS))


def to_ask_again(group: Group, user: Visitor) -> list[Seat]:
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
    return list(workshop.seats.filter(pk__in=numbers).select_related("person"))


def unticked(workshop: Workshop) -> list[int]:
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


def recent_seats(structures: Sequence[int], at: datetime) -> QuerySet[Seat]:
    """Return the named seats of the recent workshops of some structures."""
    seats = Seat.objects.filter(
        workshop__structure__in=structures,
        workshop__starts_at__lt=at,
        workshop__starts_at__gte=at - CALLED,
        workshop__cancelled_at__isnull=True,
        status=rules.BOOKED,
    )
    return seats.exclude(name="")


def missed(structures: Sequence[int], at: datetime) -> list[tuple[str, Seat]]:
    """Return the learners to call, absent from the last three meetings, with their last seats."""
    seats = recent_seats(structures, at).select_related("workshop").order_by("workshop__starts_at", "pk")
    by_learner: dict[str, list[Seat]] = {}
    for seat in seats:
        by_learner.setdefault(seat.learner, []).append(seat)
    return [
        (learner, seats[-1])
        for learner, seats in by_learner.items()
        if rules.to_call([each.came for each in seats]) and not seats[-1].stopped_because
    ]


def to_call(user: Visitor, at: datetime) -> list[Place]:
    """Return the participants to call and ask why they stopped coming."""
    structures = list(access.structures_for(user).values_list("pk", flat=True))
    return [Place(seat, absent=True) for _, seat in missed(structures, at)]


def next_for(workshop: Workshop, user: Visitor, at: datetime) -> list[Workshop]:
    """Return the possible next workshops after one: the courses and workshops to come of the same
    structures, for the same people, same subject first.
    """
    coming = access.workshops_for(user).filter(starts_at__gt=at, cancelled_at__isnull=True)
    rows = coming.filter(kind=workshop.kind).exclude(pk=workshop.pk)
    if workshop.course_id is not None:
        rows = rows.exclude(course=workshop.course_id)
    next_rows, courses = [], set[int]()
    for row in rows.order_by("starts_at", "pk")[:MOST]:
        if row.course_id is None or row.course_id not in courses:
            next_rows.append(row)
            courses.add(row.course_id or 0)
    return sorted(
        next_rows, key=lambda row: (row.subject != workshop.subject, row.course_id is None, row.starts_at)
    )


def went_on(workshop: Workshop) -> int:
    """Return how many participants took a seat at something later, outside the same course."""
    came = workshop.seats.filter(came=True).values("learner")
    later = Seat.objects.filter(learner__in=came, workshop__starts_at__gt=workshop.starts_at)
    if workshop.course_id is not None:
        later = later.exclude(workshop__course=workshop.course_id)
    return later.exclude(status=rules.CANCELLED).values("learner").distinct().count()


# --------------------------------------------------------------------------------------------------- a course


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a course. n_leavers: those who came to no later one; reasons: why, if known."""

    workshop: Workshop
    row: WorkshopRow
    came: int
    absent: int
    unknown: int
    n_leavers: int
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
class CoursePage:
    """A course on one page. came_from: how many first came to something else."""

    chain: rules.Chain
    meetings: Sequence[Meeting]
    learners: Sequence[Learner]
    came_from: int
    n_past_meetings: int

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


def course(row: Course, at: datetime) -> CoursePage:
    """Return a course for those who run it: who came to what, who stopped, after which meeting and why."""
    rows = Workshop.objects.filter(course=row).select_related(*access.WITH).order_by("starts_at", "pk")
    workshop_rows = [line for line, *_ in _read(rows, at)]
    meetings = [each.workshop for each in workshop_rows]
    past_meetings = [each for each in meetings if each.starts_at <= at and each.cancelled_at is None]
    seats = list(
        Seat.objects.filter(workshop__course=row).select_related("person").order_by("booked_at", "pk")
    )
    seats_by_learner: dict[str, dict[int, Seat]] = {}
    for seat in seats:
        if seat.status == rules.BOOKED or seat.came is not None:
            seats_by_learner.setdefault(seat.learner, {})[seat.workshop_id] = seat
    stopped = {seat.learner: seat for seat in seats if seat.stopped_because or seat.next_proposed}
    came, last_meetings = [], {}
    for learner, learner_seats in seats_by_learner.items():
        past_seats = [learner_seats[each.pk] for each in past_meetings if each.pk in learner_seats]
        came.append([seat.came for seat in past_seats])
        last_meetings[learner] = next((s.workshop_id for s in reversed(past_seats) if s.came), None)
    n_stopped = sum(bool(seat.stopped_because) for seat in stopped.values())
    followed_meetings = past_meetings[:-1]  # after the last one, nobody is missing yet
    return CoursePage(
        chain=rules.chain(came, len(past_meetings), n_stopped),
        meetings=[
            _meeting(
                each,
                [seats[each.workshop.pk] for seats in seats_by_learner.values() if each.workshop.pk in seats],
                [learner for learner, pk in last_meetings.items() if pk == each.workshop.pk]
                if each.workshop in followed_meetings
                else [],
                stopped,
            )
            for each in workshop_rows
        ],
        learners=[
            _learner(seats_by_workshop, meetings, stopped.get(learner))
            for learner, seats_by_workshop in seats_by_learner.items()
        ],
        came_from=_came_from(seats_by_learner, row, meetings[0].starts_at) if meetings else 0,
        n_past_meetings=len(past_meetings),
    )


def _meeting(
    row: WorkshopRow, seats: Sequence[Seat], lost_learners: Sequence[str], stopped: Mapping[str, Seat]
) -> Meeting:
    because = [
        stopped[learner].get_stopped_because_display() for learner in lost_learners if learner in stopped
    ]
    return Meeting(
        workshop=row.workshop,
        row=row,
        came=sum(seat.came is True for seat in seats) + row.workshop.anonymous,
        absent=sum(seat.came is False for seat in seats),
        unknown=sum(seat.came is None for seat in seats),
        n_leavers=len(lost_learners),
        reasons=list(Counter(filter(None, because)).items()),
    )


def _learner(
    seat_by_workshop: Mapping[int, Seat], meetings: Sequence[Workshop], stopped: Seat | None
) -> Learner:
    seat = next(iter(seat_by_workshop.values()))
    return Learner(
        name=seat.name or "Nom effacé",
        seat=stopped or seat,
        came=[seat_by_workshop[each.pk].came if each.pk in seat_by_workshop else "" for each in meetings],
        stopped=stopped.get_stopped_because_display() if stopped and stopped.stopped_because else "",
        then=stopped.get_next_proposed_display() if stopped and stopped.next_proposed else "",
    )


def _came_from(learners: Iterable[str], row: Course, begins: datetime) -> int:
    """Return how many of a course came to something else before it begins."""
    before = Seat.objects.filter(learner__in=list(learners), came=True, workshop__starts_at__lt=begins)
    return before.exclude(workshop__course=row).values("learner").distinct().count()
