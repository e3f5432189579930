"""Rights over trainings and missions, where somebody may be welcomed; supervisors of volunteers."""

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from maillage.apps.agenda.access import workshops_for
from maillage.apps.agenda.models import Appointment
from maillage.apps.community.access import MEMBERS
from maillage.apps.directory.memberships.access import structures_with, team_roles
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.apps.volunteering.volunteers.models import (
    Aidant,
    Attestation,
    Engagement,
    Hours,
    Mission,
    OwnTraining,
    Session,
    Volunteer,
)
from maillage.apps.volunteering.volunteers.rules import missions

__all__ = ["MEMBERS"]
MANAGE, SEE, SEE_OWN, MEASURES = "workshops.manage", "people.see", "people.mine", "measures.see"
KEEPS = (MANAGE, "members.manage")
CODES_AN_HOUR = 20  # wrong codes that a stranger may type
PROPOSALS_AN_HOUR = 10  # that a stranger may send


def structures_for(user: Visitor) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user trains, writes missions and welcomes volunteers."""
    return Structure.objects.filter(pk__in=_own_numbers(user)).order_by("name", "pk")


def _own_numbers(user: Visitor) -> frozenset[int]:
    return rights_of(user).structures(MANAGE)


def _reached(user: Visitor) -> QuerySet[Structure]:
    """Return the structures in reach: one's own, or those of a territory whose members one manages."""
    reachable = (Q(pk__in=structures_with(user, right).values("pk")) for right in KEEPS)
    return Structure.objects.filter(reduce(or_, reachable))


def team_for(user: Visitor) -> QuerySet[Aidant]:
    """Return the aidants that a user manages: those of their structures alone, for they are named."""
    return Aidant.objects.filter(structure__in=_own_numbers(user)).select_related("structure", "user")


def helped_structures(user: Visitor) -> QuerySet[Structure]:
    """Return the structures for which a user helps, by their own role."""
    rights = rights_of(user)
    return Structure.objects.filter(pk__in=rights.structures(SEE) | rights.structures(SEE_OWN)).order_by(
        "name"
    )


def contract_structures(user: Visitor) -> frozenset[int]:
    """Return the structures whose contracts a user reads and writes: those whose team they manage."""
    return rights_of(user).structures("members.manage")


def own_trainings_for(user: Visitor) -> QuerySet[OwnTraining]:
    """Return the added trainings that a user may withdraw."""
    return OwnTraining.objects.filter(structure__in=_reached(user)).select_related("structure")


def sessions_for(user: Visitor) -> QuerySet[Session]:
    """Return the sessions whose seats and attendance a user manages."""
    return Session.objects.filter(workshop__in=workshops_for(user).values("pk")).select_related(
        "workshop__structure", "workshop__lieu"
    )


def attestations_for(user: Visitor) -> QuerySet[Attestation]:
    """Return the attestations that a user reads: one's own, and those of the aidants or sessions they
    manage.
    """
    own_numbers = _own_numbers(user)
    return Attestation.objects.filter(
        Q(aidant__user=user.pk) | Q(aidant__structure__in=own_numbers) | Q(structure__in=own_numbers)
    ).select_related("structure", "aidant__structure", "by")


def issued_by(user: Visitor) -> QuerySet[Attestation]:
    """Return the attestations that a user may withdraw: those their structures gave or noted."""
    return Attestation.objects.filter(structure__in=_own_numbers(user)).select_related("structure", "aidant")


def missions_for(user: Visitor) -> QuerySet[Mission]:
    """Return the missions of a user’s structures."""
    return Mission.objects.filter(structure__in=_own_numbers(user)).select_related("structure", "lieu")


def engagements_for(user: Visitor) -> QuerySet[Engagement]:
    """Return the engagements that a user’s structures follow."""
    return _engagements().filter(mission__in=missions_for(user).values("pk"))


def _engagements() -> QuerySet[Engagement]:
    # A base takes longer to plan twelve tables joined than to read eight, then four.
    meetings = Appointment.objects.select_related("structure", "lieu", "helper")
    return Engagement.objects.select_related(
        "mission__structure", "mission__lieu", "volunteer", "supervisor", "met_by", "aidant"
    ).prefetch_related(Prefetch("appointment", meetings))


def hours_for(user: Visitor) -> QuerySet[Hours]:
    """Return the hours that a user’s structures confirm."""
    return Hours.objects.filter(engagement__in=engagements_for(user).values("pk")).select_related(
        "engagement__mission", "engagement__volunteer"
    )


def own_engagements(user: Visitor) -> QuerySet[Engagement]:
    """Return the engagements of an account that is a volunteer’s."""
    return _engagements().filter(volunteer__user=user.pk)


def engagements_of(volunteer: Volunteer) -> QuerySet[Engagement]:
    """Return the engagements of a volunteer, as their own page shows them."""
    return _engagements().filter(volunteer=volunteer)


def supervisors(structure: Structure, on: Any) -> QuerySet[User]:
    """Return the accounts that may answer for a volunteer of a structure on a day: those that see the persons
    it follows.
    """
    seeing_roles = _seeing(on).filter(structure=structure).values("user")
    return User.objects.filter(pk__in=seeing_roles).order_by("name", "pk")


def supervising(structures: Collection[int], on: Any) -> set[tuple[int, int]]:
    """Return the possible supervisors of volunteers of several structures on a day: (structure, account)."""
    seeing_roles = _seeing(on).filter(structure__in=structures)
    return set(seeing_roles.values_list("structure", "user"))


def _seeing(on: Any) -> QuerySet[Membership]:
    from maillage.apps.directory.memberships.rules import ROLES

    return team_roles(on).filter(role__in=[id for id, role in ROLES.items() if SEE in role.rights])


def supervisor_of(user: Visitor, structure: int | None, on: Any) -> User | None:
    """Return the supervisor of a volunteer at a structure on a day; None when
    nobody does: no mission runs that day, no charter, or the account that answered for them no longer
    sees its persons.
    """
    engagements = Engagement.objects.filter(
        volunteer__user=user.pk,
        mission__structure=structure,
        state=missions.ACTIVE,
        starts_on__lte=on,
        supervisor__isnull=False,
        mission__ends_on__gte=on,
    ).select_related("supervisor", "mission__structure")
    for engagement in engagements:
        supervisor: User | None = engagement.supervisor
        team = supervisors(engagement.mission.structure, on)
        if supervisor is not None and team.filter(pk=supervisor.pk).exists():
            return supervisor
    return None
