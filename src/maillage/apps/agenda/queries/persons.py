"""The workshops of one person: for the copy of all that is kept about them."""

from typing import Any

from django.utils import timezone

from maillage.apps.agenda.models import Seat
from maillage.apps.people.models import Person


def kept(person: Person) -> list[dict[str, Any]]:
    """Return what is kept of somebody's workshops, in French, as it is given to them."""
    seats = Seat.objects.filter(person=person).select_related("workshop").order_by("workshop__starts_at")
    return [
        {
            "atelier": seat.workshop.title,
            "le": timezone.localtime(seat.workshop.starts_at).isoformat(),
            "etat": seat.get_status_display(),
            "venue": {True: "oui", False: "non", None: "pas noté"}[seat.came],
            "arret": seat.get_stopped_because_display() or "",
            "propose": seat.get_next_proposed_display() or "",
        }
        for seat in seats
    ]
