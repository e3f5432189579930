"""Links of people who come, made again once the installation has another key."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Seat

R = TypeVar("R", Seat, Appointment)


@transaction.atomic
def renew(*, at: datetime) -> int:
    """Give the seats and appointments to come the links that today's key makes; return how many changed.

    The former ones stop, and the next reminder carries the new one: without this it would carry one that
    opens nothing.
    """
    seats = Seat.objects.filter(workshop__starts_at__gt=at)
    appointments = Appointment.objects.filter(starts_at__gt=at)
    return _renew(seats, access.link_of) + _renew(appointments, access.link_of_appointment)


def _renew(rows: QuerySet[R], link_of: Callable[[R], str]) -> int:
    rows = rows.exclude(token="")
    extremes = {rows.order_by("pk").first(), rows.order_by("-pk").first()}
    if all(row is None or row.token == access.digest(link_of(row)) for row in extremes):
        return 0  # a key of today made them, and all those between
    changed = []
    for row in rows.select_for_update(of=("self",)).iterator(chunk_size=2000):
        token = access.digest(link_of(row))
        if token != row.token:
            row.token = token
            changed.append(row)
    rows.model._default_manager.bulk_update(changed, ["token"], batch_size=500)
    return len(changed)
