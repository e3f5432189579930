"""The book of mailboxes read with their owner: when each was last looked at, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, MailboxRecord
from maillage.apps.agenda.rules import appointments, mailbox
from maillage.apps.people.access import people_for
from maillage.apps.people.models import Person

PAGE = 50
LATE, UNPLANNED = "tard", "sans-date"
VIEWS = {"": "Toutes", LATE: "Pas regardées", UNPLANNED: "Sans prochaine date"}


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

    page: Page
    boxes: Sequence[Mailbox]
    n: int
    n_late: int


def book(user: Any, at: datetime, view: str = "", number: str | int | None = 1) -> Book:
    """Return a page of the people who have mailbox meetings here. What another structure did is theirs. view:
    a key of VIEWS.
    """
    people = _followed(user, at)
    late = people.filter(mailbox_since__lt=_late_before(at))
    listed_people = {LATE: late, UNPLANNED: people.filter(mailbox_planned=False)}.get(view, people)
    page = Paginator(listed_people.order_by("mailbox_since", "pk"), PAGE).get_page(number)
    nexts = _nexts(_visible_appointments(user), page.object_list, at)
    boxes = [_box(each, nexts.get(each.pk), timezone.localdate(at)) for each in page.object_list]
    return Book(page, boxes, people.count(), late.count())


def late(user: Any, at: datetime) -> int:
    """Return how many mailboxes were not looked at for too long."""
    return _followed(user, at).filter(mailbox_since__lt=_late_before(at)).count()


def _visible_appointments(user: Any) -> QuerySet[Appointment]:
    return access.appointments_for(user).filter(kind=appointments.MAILBOX, person__isnull=False).order_by()


def _followed(user: Any, at: datetime) -> QuerySet[Person]:
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


def _nexts(
    own_appointments: QuerySet[Appointment], people: Sequence[Person], at: datetime
) -> dict[int, Appointment]:
    rows = own_appointments.filter(person__in=people, state=appointments.BOOKED, starts_at__gt=at)
    next_by_person: dict[int, Appointment] = {}
    for row in rows.order_by("starts_at", "pk"):
        next_by_person.setdefault(row.person_id, row)
    return next_by_person
