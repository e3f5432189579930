"""The appointments that professionals see: a day, what comes, free slots; the mailboxes read with people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, MailboxRecord, Permanence
from maillage.apps.agenda.queries import appointment_words as words
from maillage.apps.agenda.queries import permanences
from maillage.apps.agenda.rules import appointments, mailbox
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Visitor
from maillage.reference import clocks
from maillage.web import bulk
from maillage.web.long_lists import PAGE
from maillage.words import opening

COMING_DAYS = 14
MOST_COMING = 60
LATE, UNPLANNED = "tard", "sans-date"
VIEWS = {"": "Toutes", LATE: "Pas regardées", UNPLANNED: "Sans prochaine date"}
TONES = {appointments.CAME: "ouvert", appointments.ABSENT: "bientot", appointments.CANCELLED: "ferme"}


@dataclass(frozen=True, slots=True)
class Line:
    """An appointment on one line. tickable: whether one may say if the person came."""

    appointment: Appointment
    clock: str
    about: str
    helper: str
    where: str
    state: str
    tone: str
    tickable: bool
    untold: bool


@dataclass(frozen=True, slots=True)
class Free:
    """A permanence on a day: its free slots, hour in words and moment."""

    permanence: Permanence
    place: str
    slots: tuple[tuple[str, str], ...]


def line(row: Appointment, at: datetime) -> Line:
    """Return an appointment on one line."""
    today = at.astimezone(row.zone).date()
    return Line(
        appointment=row,
        clock=words.clock(row),
        about=words.about(row),
        helper=words.helper(row),
        where=words.place(row),
        state=words.state(row),
        tone=TONES.get(row.state, ""),
        tickable=row.state != appointments.CANCELLED
        and row.referral is None
        and row.kind != appointments.VOLUNTEER
        and words.local(row).date() <= today,
        untold=row.state == appointments.BOOKED and row.ends_at <= at,
    )


def of_day(user: Visitor, on: date, at: datetime, permanence: int | None = None) -> list[Line]:
    """Return the appointments of a day, in the time of each place; of one permanence when asked."""
    rows = appointments_around(user, on)
    if permanence is not None:
        rows = rows.filter(permanence=permanence)
    return [line(each, at) for each in rows if words.local(each).date() == on]


def started(user: Visitor, at: datetime) -> QuerySet[Appointment]:
    """Return the appointments of the past month of which nobody said whether the person came, those that are
    not over included.
    """
    booked = access.appointments_for(user).filter(state=appointments.BOOKED, referral=None)
    rows = booked.filter(starts_at__lt=at, starts_at__gte=at - appointments.BACK)
    return rows.exclude(kind=appointments.VOLUNTEER)


def untold(user: Visitor, before: date, at: datetime) -> list[Line]:
    """Return those of the days before one."""
    rows = bulk.seldom(started(user, at))
    return [line(each, at) for each in rows if words.local(each).date() < before][:MOST_COMING]


def appointments_around(user: Visitor, on: date) -> QuerySet[Appointment]:
    """Return the appointments of a day wherever its places are, and some of those around it."""
    return _between(access.appointments_for(user), on, on)


def coming(user: Visitor, after: date, at: datetime) -> list[tuple[str, list[Line]]]:
    """Return the appointments of the two weeks after a day, under the name of their day."""
    coming = _between(access.appointments_for(user), after, after + timedelta(days=COMING_DAYS))
    later = (each for each in coming.filter(state=appointments.BOOKED) if words.local(each).date() > after)
    lines = [line(each, at) for each in islice(later, MOST_COMING)]
    return [(day, list(group)) for day, group in groupby(lines, lambda line: words.day(line.appointment))]


def free(user: Visitor, on: date, at: datetime) -> list[Free]:
    """Return the permanences held on a day, with the slots that are left from a moment on."""
    rows = list(access.permanences_for(user).filter(stopped_at__isnull=True).prefetch_related("closures"))
    among, open_slots = permanences.expected_at(rows, on, on), []
    for row in rows:
        day_slots = permanences.slots(row, on, on, among)
        free_slots = tuple(
            (opening.clock(each.starts_at), each.starts_at.isoformat())
            for each in day_slots
            if each.free and each.starts_at > at
        )
        if day_slots:
            open_slots.append(Free(row, permanences.place(row), free_slots))
    return open_slots


def _between(rows: QuerySet[Appointment], first: date, last: date) -> QuerySet[Appointment]:
    """Return the appointments that may be on these days in some time zone of France: a day more each way."""
    begin = datetime.combine(first - timedelta(days=1), datetime.min.time(), tzinfo=clocks.zone(""))
    end = datetime.combine(last + timedelta(days=2), datetime.min.time(), tzinfo=clocks.zone(""))
    return rows.filter(starts_at__gte=begin, starts_at__lt=end).order_by("starts_at", "pk")


def of_person(user: Visitor, person: Person, at: datetime) -> list[Line]:
    """Return the appointments of a person that a user sees, the latest first."""
    rows = access.appointments_for(user).filter(person=person).order_by("-starts_at", "-pk")
    return [line(each, at) for each in rows[:MOST_COMING]]


def of_series(row: Appointment) -> Sequence[Appointment]:
    """Return the other appointments planned with one, in order."""
    return list(_of_series(row).exclude(pk=row.pk))


def coming_of_series(row: Appointment, at: datetime) -> list[Appointment]:
    """Return the coming appointments of the series of an appointment, itself included, in order."""
    return list(_of_series(row).filter(starts_at__gt=at, state=appointments.BOOKED))


def cancelled_together(row: Appointment, at: datetime) -> list[Appointment]:
    """Return the coming appointments of a series cancelled in the same gesture as one, itself included."""
    if row.cancelled_at is None:
        return []
    coming = _of_series(row).filter(starts_at__gt=at)
    return list(coming.filter(state=appointments.CANCELLED, cancelled_at=row.cancelled_at))


def _of_series(row: Appointment) -> QuerySet[Appointment]:
    rows = Appointment.objects.filter(series=row.series, structure=row.structure_id)
    rows = rows.select_related("structure", "lieu").order_by("starts_at", "pk")
    return rows if row.series else rows.none()


# -------------------------------------------------------------------------------------------------- mailboxes


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A person whose mailbox is read with them: when it was last, in days too, and what comes next.

    since: the day its first meeting was given.
    """

    person: Person
    looked_on: date | None
    since: date
    days: int | None
    next: Appointment | None
    late: bool


@dataclass(frozen=True, slots=True)
class Book:
    """One page of the book: its boxes, those not looked at for the longest first. n, n_late: of the whole."""

    page: Page[Person]
    boxes: Sequence[Mailbox]
    n: int
    n_late: int


def mailboxes(user: Visitor, at: datetime, view: str = "", number: str | int | None = 1) -> Book:
    """Return a page of the people who have mailbox meetings here. view: a key of VIEWS."""
    people = _followed(user, at)
    late = people.filter(Q(mailbox_since__lt=_late_before(at)))
    listed_people = {LATE: late, UNPLANNED: people.filter(Q(mailbox_planned=False))}.get(view, people)
    page = Paginator(listed_people.order_by(F("mailbox_since"), "pk"), PAGE).get_page(number)
    own = _visible_appointments(user).filter(person__in=page.object_list)
    next_by_person: dict[int | None, Appointment] = {}
    for row in own.filter(state=appointments.BOOKED, starts_at__gt=at).order_by("starts_at", "pk"):
        next_by_person.setdefault(row.person_id, row)
    boxes = [_box(each, next_by_person.get(each.pk), timezone.localdate(at)) for each in page.object_list]
    return Book(page, boxes, people.count(), late.count())


def late_mailboxes(user: Visitor, at: datetime) -> int:
    return _followed(user, at).filter(Q(mailbox_since__lt=_late_before(at))).count()


def _visible_appointments(user: Visitor) -> QuerySet[Appointment]:
    return access.appointments_for(user).filter(kind=appointments.MAILBOX, person__isnull=False).order_by()


def _followed(user: Visitor, at: datetime) -> QuerySet[Person]:
    """Return the people who have mailbox meetings, each with when it was last looked at, since when it is to
    be, and whether a meeting is planned.
    """
    visible_appointments = _visible_appointments(user)
    standing = visible_appointments.exclude(state=appointments.CANCELLED)
    person_appointments = standing.filter(person=OuterRef("pk")).select_related(None)
    looked = MailboxRecord.objects.filter(
        appointment__in=visible_appointments.values("pk"), person=OuterRef("pk"), looked_at__lte=at
    ).order_by()
    last = Subquery(looked.values("person").annotate(last=Max("looked_at")).values("last"))
    first = Subquery(person_appointments.values("person").annotate(first=Min("made_at")).values("first"))
    return (
        people_for(user)
        .filter(pk__in=standing.values("person"))
        .annotate(
            mailbox_looked=last,
            mailbox_since=Coalesce(last, first),
            mailbox_planned=Exists(person_appointments.filter(state=appointments.BOOKED, starts_at__gt=at)),
        )
    )


def _late_before(at: datetime) -> datetime:
    """Return the moment before which what was last done is too long ago."""
    day = mailbox.late_day(timezone.localdate(at)) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time()))


def _box(person: Any, planned: Appointment | None, today: date) -> Mailbox:
    since = timezone.localdate(person.mailbox_since)
    on = since if person.mailbox_looked is not None else None
    days = (today - on).days if on is not None else None
    return Mailbox(person, on, since, days, planned, mailbox.is_late(on, since, today))
