"""The workshops of one person, for the copy of their data."""

from typing import Any

from django.utils import timezone

from maillage.apps.agenda.models import Seat
from maillage.apps.people.models import Person


def workshops_of(person: Person) -> list[dict[str, Any]]:
    """Return a person's workshops, in French, as they receive them."""
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
