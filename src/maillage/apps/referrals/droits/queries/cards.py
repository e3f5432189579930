"""Cards above the lines: the next appointment, and the last look at the mailbox."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from maillage.apps.agenda.models import Appointment, MailboxRecord
from maillage.apps.agenda.queries import appointment_words
from maillage.apps.agenda.rules import appointments, mailbox
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons import rules as purposes
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.referrals.droits import access
from maillage.apps.referrals.droits.queries import persons
from maillage.web.hooks import Hook
from maillage.words.opening import clock, date_text, weekday
from maillage.words.wording import count


@dataclass(frozen=True, slots=True)
class Next:
    """The next appointment, in French: at, in the time of the place; what for, where and with whom."""

    at: datetime
    about: str
    where: str
    today: date

    @property
    def soon(self) -> bool:
        return (self.at.date() - self.today).days <= 1

    @property
    def when(self) -> str:
        """Return its day and hour: “Demain, mardi 24 novembre à 10 h”."""
        lead = {0: "Aujourd’hui, ", 1: "Demain, "}.get((self.at.date() - self.today).days, "")
        sentence = (
            f"{lead}{weekday(self.at.weekday())} {date_text(self.at.date(), year=False)} à {clock(self.at)}"
        )
        return f"{sentence[:1].upper()}{sentence[1:]}"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The last look at a mailbox, and what was noted. on: None when nobody noted it; days: since then; late:
    for too long; planned: whether a meeting is to come.
    """

    on: date | None
    days: int
    words: str
    late: bool
    planned: bool
    most: int


# The next appointment given to a person by a referral, as a user may read it.
REFERRAL_APPOINTMENT: Hook[Callable[[Visitor, Person, datetime], Next | None]] = Hook()


def next_appointment(user: Visitor, person: Person, at: datetime) -> Next | None:
    """Return the next appointment of a person that a user may read, of the agenda or of a referral; None when
    there is none.
    """
    referred: Next | None = REFERRAL_APPOINTMENT.only()(user, person, at)
    appointments = [each for each in (_booked(user, person, at), referred) if each is not None]
    return min(appointments, key=lambda appointment: appointment.at, default=None)


def _booked(user: Visitor, person: Person, at: datetime) -> Next | None:
    row = (
        _readable(user, person, Appointment.objects.filter(person=person), "structure")
        .filter(state=appointments.BOOKED, starts_at__gt=at)
        .select_related("structure", "lieu", "helper")
        .order_by("starts_at", "pk")
        .first()
    )
    if row is None:
        return None
    where = row.lieu.name if row.lieu is not None else appointment_words.where(row)
    by = appointment_words.helper(row)
    return Next(
        appointment_words.local(row),
        appointment_words.about(row),
        f"{where}, avec {by}" if by else where,
        at.astimezone(row.zone).date(),
    )


def mailbox_of(user: Visitor, person: Person, at: datetime) -> Mailbox:
    """Return when the mailbox of a person was last looked at, as a user may read it."""
    rows = MailboxRecord.objects.filter(person=person, looked_at__lte=at)
    last = _readable(user, person, rows, "appointment__structure").select_related("appointment", "by").first()
    planned = _readable(user, person, _planned(at).filter(person=person), "structure").exists()
    if last is None:
        return Mailbox(None, 0, "", late=False, planned=planned, most=mailbox.not_read_for())
    zone = last.appointment.zone
    on = last.looked_at.astimezone(zone).date()
    today = at.astimezone(zone).date()
    # How many messages were read and answered: never what they said.
    read = count(last.read, "message lu", "messages lus")
    answered = count(last.answered, "réponse faite", "réponses faites") if last.answered else ""
    counts = ", ".join(filter(None, (read, answered)))
    parts = [f"Avec {last.by}." if last.by is not None else "", f"{counts[:1].upper()}{counts[1:]}."]
    return Mailbox(
        on,
        (today - on).days,
        " ".join(filter(None, parts)),
        late=mailbox.is_late(on, on, today),
        planned=planned,
        most=mailbox.not_read_for(),
    )


def late_mailboxes(user: Visitor, at: datetime) -> list[tuple[Person, int]]:
    """Return the persons that a user helps whose mailbox their structures have not looked at for too long,
    with the days since, the longest first; not those whose next meeting is planned, as far as the user may
    read it.
    """
    followings = access.followings_for(user)
    records = MailboxRecord.objects.filter(
        person__in=followings.values("person"), appointment__structure__in=followings.values("structure")
    )
    last = dict(records.order_by().values_list("person").annotate(latest=Max("looked_at")))
    today = timezone.localdate(at)
    looked_on = {pk: timezone.localdate(looked) for pk, looked in last.items()}
    days = {pk: (today - on).days for pk, on in looked_on.items() if mailbox.is_late(on, on, today)}
    late = list(Person.objects.filter(pk__in=days))
    read = Q(structure__in=followings.values("structure")) | Q(
        person__in=persons.agreeing(late, purposes.SHOW)
    )
    planned = set(_planned(at).filter(read, person__in=late).values_list("person", flat=True))
    late_days = [(each, days[each.pk]) for each in late if each.pk not in planned]
    return sorted(late_days, key=lambda pair: (-pair[1], pair[0].pk))


def _planned(at: datetime) -> QuerySet[Appointment]:
    """Return the meetings to come where a mailbox is to be looked at."""
    return Appointment.objects.filter(kind=appointments.MAILBOX, state=appointments.BOOKED, starts_at__gt=at)


def _readable(user: Visitor, person: Person, rows: QuerySet[Any], structure: str) -> QuerySet[Any]:
    """Return, of what was noted of a person, what the user’s structures did; what others did too, if the
    person agreed that helpers be told.
    """
    if people.agreed(person, purposes.SHOW):
        return rows
    return rows.filter(**{f"{structure}__in": access.helping(user, person)})
