"""Counts of seats taken, at one workshop or at many."""

from collections.abc import Iterable

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.rules import workshops as rules

TAKEN = Q(seats__status=rules.BOOKED)
WAIT = Q(seats__status=rules.WAIT_LISTED)


def with_room(rows: QuerySet[Workshop]) -> QuerySet[Workshop]:
    """Annotate workshops with the number of seats taken (`n_booked`) and of people waiting (`n_waiting`)."""
    return rows.annotate(n_booked=Count("seats", filter=TAKEN), n_waiting=Count("seats", filter=WAIT))


def full() -> Q:
    """Return the condition for newcomers to wait: `rules.Room.is_full`, in the database."""
    workshop_seats = Seat.objects.filter(
        workshop=OuterRef("pk"), status__in=(rules.BOOKED, rules.WAIT_LISTED)
    ).order_by()
    counted = Subquery(workshop_seats.values("workshop").annotate(n=Count("pk")).values("n"))
    return Q(LessThanOrEqual(F("capacity"), Coalesce(counted, 0)))


def room(workshop: Workshop) -> rules.Room:
    """Return the room of a workshop that `with_room` has read."""
    return rules.Room(workshop.capacity, vars(workshop)["n_booked"], vars(workshop)["n_waiting"])


def counted(workshop: Workshop) -> Workshop:
    """Return a workshop as it is now, with its seats and all that its page displays."""
    return with_room(Workshop.objects.select_related(*access.WITH)).get(pk=workshop.pk)


def rooms(workshops: Iterable[Workshop]) -> dict[int, rules.Room]:
    """Return the room of each workshop, read afresh."""
    capacity_by_workshop = {each.pk: each.capacity for each in workshops}
    counted: dict[int, dict[str, int]] = {pk: {} for pk in capacity_by_workshop}
    seats = Seat.objects.filter(workshop__in=capacity_by_workshop).exclude(status=rules.CANCELLED)
    for row in seats.order_by().values("workshop", "status").annotate(n=Count("pk")):
        counted[row["workshop"]][row["status"]] = row["n"]
    return {
        pk: rules.Room(capacity, counted[pk].get(rules.BOOKED, 0), counted[pk].get(rules.WAIT_LISTED, 0))
        for pk, capacity in capacity_by_workshop.items()
    }


def open_meetings(workshop: Workshop) -> QuerySet[Workshop]:
    """Return the meetings that a newcomer would attend: this one, and the later ones of its course."""
    if workshop.course_id is None:
        return Workshop.objects.filter(pk=workshop.pk)
    return Workshop.objects.filter(
        course=workshop.course_id, starts_at__gte=workshop.starts_at, cancelled_at__isnull=True
    )


def has_begun(workshop: Workshop) -> bool:
    """Return True if an earlier meeting of its course, not cancelled, stands before this one."""
    earlier = Workshop.objects.filter(
        course=workshop.course_id, starts_at__lt=workshop.starts_at, cancelled_at__isnull=True
    )
    return workshop.course_id is not None and earlier.exists()
