"""Rights over workshops: those of the structures that organise them, and of their partners; published ones
are public. Rights over appointments: those of the structure that receives; a volunteer, their own.
"""

import hashlib
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from maillage.apps.agenda.models import Appointment, Course, Permanence, Seat, TerritoryOutline, Workshop
from maillage.apps.agenda.rules.workshops import WORKSHOP
from maillage.apps.directory.memberships import access as memberships
from maillage.apps.directory.memberships.access import FRANCE
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.web import bulk, installation_keys

MANAGE, SEE, SEE_OWN, EDIT = "workshops.manage", "people.see", "people.mine", "modules.edit"
LEADS = "members.manage"  # over a territory: who runs its network
BOOKINGS_AN_HOUR = 30  # that a stranger may make
LINKS_AN_HOUR = 30  # links that a stranger may try
WITH = ("structure", "partner", "course", "lieu")


def workshops_for(user: Visitor) -> QuerySet[Workshop]:
    """Return the workshops of the structures for which a user plans, as organisers or as partners."""
    managed_structures = rights_of(user).structures(MANAGE)
    if not managed_structures:
        return Workshop.objects.none()
    return Workshop.objects.filter(
        Q(structure__in=managed_structures) | Q(partner__in=managed_structures)
    ).select_related(*WITH)


def outline_territories(user: Visitor) -> list[str]:
    """Return the territories whose outlines a user adapts; `FRANCE`: those of the whole platform."""
    return memberships.territories_with(user, EDIT)


def territories_of(user: Visitor) -> list[str]:
    """Return the territories whose outlines a user reads, the widest first: those around the territory they
    write for, else around the structure for which they act. The whole platform’s come before.
    """
    own = (outline_territories(user) or [""])[0]
    home = memberships.communes_of(own) or frozenset() if own else memberships.home_of(user)
    wider = [each for each in territories_around(home) if each != own]
    return [*wider, *([own] if own not in ("", FRANCE) else [])]


def territories_around(communes: frozenset[str]) -> list[str]:
    """Return the territories that adapted an outline around some communes, the whole platform first."""
    known = TerritoryOutline.objects.order_by().values_list("territory", flat=True).distinct()
    return [FRANCE, *memberships.holding_all(communes, known)]


def courses_for(user: Visitor) -> QuerySet[Course]:
    """Return the courses of which somebody runs a meeting."""
    course_numbers = workshops_for(user).filter(course__isnull=False).values("course")
    return Course.objects.filter(pk__in=course_numbers).select_related("structure")


def seats_for(user: Visitor) -> QuerySet[Seat]:
    return Seat.objects.filter(workshop__in=workshops_for(user).values("pk")).select_related(
        "workshop", "person"
    )


def structures_for(user: Visitor) -> QuerySet[Structure]:
    return Structure.objects.filter(pk__in=rights_of(user).structures(MANAGE)).order_by("name", "pk")


def may_lead(user: Visitor, structure: int | None) -> bool:
    """Return True if a user plans, changes and cancels on behalf of a structure."""
    return structure is not None and rights_of(user).may(MANAGE, structure=structure)


def may_run(user: Visitor, workshop: Workshop) -> bool:
    """Return True if a user manages seats and attendance, for the organiser or for the partner."""
    return may_lead(user, workshop.structure_id) or may_lead(user, workshop.partner_id)


def published() -> QuerySet[Workshop]:
    """Return the public workshops, cancelled ones included; trainings of aidants have their own pages."""
    return Workshop.objects.filter(published_at__isnull=False, kind=WORKSHOP).select_related(*WITH)


# ----------------------------------------------------------------------------------------------- appointments


def permanences_for(user: Visitor) -> QuerySet[Permanence]:
    """Return the permanences of the structures on whose behalf a user receives people."""
    return Permanence.objects.filter(structure__in=_receiving(user)).select_related(
        "structure", "lieu", "helper"
    )


def run_permanences_for(user: Visitor) -> QuerySet[Permanence]:
    """Return the permanences that a user opens, changes, closes and stops."""
    return permanences_for(user).filter(structure__in=rights_of(user).structures(MANAGE))


def receiving_for(user: Visitor) -> QuerySet[Structure]:
    return Structure.objects.filter(pk__in=_receiving(user)).order_by("name", "pk")


def appointments_for(user: Visitor) -> QuerySet[Appointment]:
    """Return the appointments of a user's structures; to a volunteer, those they give or hold."""
    rights = rights_of(user)
    visible_structures, own_structures = rights.structures(SEE), rights.structures(SEE_OWN)
    return Appointment.objects.filter(
        Q(structure__in=visible_structures)
        | Q(structure__in=own_structures) & (Q(by=user.pk) | Q(helper=user.pk))
    ).select_related("structure", "person", "permanence", "lieu", "helper", "by")


def colleagues(structures: Iterable[Structure], on: date) -> QuerySet[User]:
    """Return the accounts that act for some structures on a day: who may receive."""
    team = memberships.current(on).filter(structure__in=list(structures)).values("user")
    return User.objects.filter(pk__in=team, is_active=True).order_by("name", "pk")


def may_receive(user: Visitor, structure: int | None) -> bool:
    """Return True if a user gives appointments on behalf of a structure."""
    return structure is not None and structure in _receiving(user)


def published_permanences() -> QuerySet[Permanence]:
    """Return the permanences where anybody books alone."""
    return Permanence.objects.filter(published_at__isnull=False, stopped_at__isnull=True).select_related(
        "structure", "lieu", "helper"
    )


def led_permanences(user: Visitor) -> QuerySet[Permanence]:
    """Return the permanences where anybody books alone in the territory that a user leads, the invented ones
    in the demonstration alone.
    """
    communes = rights_of(user).communes(LEADS)
    rows = published_permanences().prefetch_related("closures")
    if not (user.is_authenticated and user.is_demonstration):
        rows = rows.filter(example=False)
    return rows if communes is None else rows.filter(commune__in=bulk.to_find(communes))


def _receiving(user: Visitor) -> frozenset[int]:
    rights = rights_of(user)
    return rights.structures(SEE) | rights.structures(SEE_OWN)


# --------------------------------------------------------------------------------------------- personal links


def link_of(seat: Seat) -> str:
    """Return the token of a person's own link: the same for all their seats; only its digest is stored."""
    return link_for(seat.learner, seat.token)


def link_for(learner: str, stored: str) -> str:
    """Return the token of a learner's link. stored: the digest of the one they have, "" for none."""
    return installation_keys.token(f"atelier:{learner}", stored, digest)


def link_of_appointment(row: Appointment) -> str:
    """Return the token of a person's link to their appointment."""
    return installation_keys.token(f"rendez-vous:{row.key}", row.token, digest)


def digest(token: str) -> str:
    """Return the digest of a link, which is all that is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()
