"""Who plans and runs which workshops: the structures that carry them, and those that run them too. Published ones are everybody's."""

import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from maillage.apps.accounts.access import rights_of
from maillage.apps.agenda.models import Course, Seat, Workshop
from maillage.apps.directory.models import Structure

MANAGE = "workshops.manage"
BOOKINGS_AN_HOUR = 30  # that a stranger may make
LINKS_AN_HOUR = 30  # links that a stranger may try
WITH = ("structure", "partner", "course", "lieu")


def workshops_for(user: Any) -> QuerySet[Workshop]:
    """Return the workshops somebody runs: those of their structures, and those they run with others; none for a stranger."""
    ours = rights_of(user).structures(MANAGE)
    if not ours:
        return Workshop.objects.none()
    return Workshop.objects.filter(Q(structure__in=ours) | Q(partner__in=ours)).select_related(*WITH)


def courses_for(user: Any) -> QuerySet[Course]:
    """Return the courses of which somebody runs a meeting."""
    theirs = workshops_for(user).filter(course__isnull=False).values("course")
    return Course.objects.filter(pk__in=theirs).select_related("structure")


def seats_for(user: Any) -> QuerySet[Seat]:
    """Return the seats of the workshops somebody runs."""
    return Seat.objects.filter(workshop__in=workshops_for(user).values("pk")).select_related("workshop", "person")


def structures_for(user: Any) -> QuerySet[Structure]:
    """Return the structures in whose name somebody plans."""
    return Structure.objects.filter(pk__in=rights_of(user).structures(MANAGE)).order_by("name", "pk")


def may_lead(user: Any, structure: int | None) -> bool:
    """Return whether somebody plans, changes and cancels in the name of a structure."""
    return structure is not None and rights_of(user).may(MANAGE, structure=structure)


def may_run(user: Any, workshop: Workshop) -> bool:
    """Return whether somebody keeps the seats and the attendance of a workshop: whoever carries it, or runs it too."""
    return may_lead(user, workshop.structure_id) or may_lead(user, workshop.partner_id)


def published() -> QuerySet[Workshop]:
    """Return the workshops that anybody may read, cancelled ones included."""
    return Workshop.objects.filter(published_at__isnull=False).select_related(*WITH)


# ------------------------------------------------------------------------------------------------------- personal links


def link_of(seat: Seat) -> str:
    """Return the token of a person's own link: the same for all the seats of somebody; nothing of it is stored but its digest."""
    return link_for(seat.learner)


def link_for(learner: str) -> str:
    """Return the token of a learner's link, 128 bits that nobody can make without the key of the installation."""
    return hmac.new(settings.SECRET_KEY.encode(), f"atelier:{learner}".encode(), hashlib.sha256).hexdigest()[:32]


def digest(token: str) -> str:
    """Return what is kept of a link."""
    return hashlib.sha256(token.encode()).hexdigest()
