"""Links of people who come, made again once the installation has another key."""

from datetime import datetime

from django.db import transaction

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Seat


@transaction.atomic
def renew(*, at: datetime) -> int:
    """Give the seats and appointments to come the links that today's key makes; return how many changed.

    The former ones stop, and the next reminder carries the new one: without this it would carry one that
    opens nothing.
    """
    seats = Seat.objects.filter(workshop__starts_at__gt=at).exclude(token="")
    appointments = Appointment.objects.filter(starts_at__gt=at).exclude(token="")
    n = 0
    for rows, link_of in ((seats, access.link_of), (appointments, access.link_of_appointment)):
        newest = rows.order_by("-pk").first()
        if newest is None or newest.token == access.digest(link_of(newest)):
            continue  # the key is the one that made it, and all of them
        changed = []
        for row in rows.select_for_update(of=("self",)).iterator(chunk_size=2000):
            row.token = access.digest(link_of(row))
            changed.append(row)
        rows.model._default_manager.bulk_update(changed, ["token"], batch_size=500)
        n += len(changed)
    return n
