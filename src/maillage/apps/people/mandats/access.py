"""Rights over mandates: read by those who see the person; signed with helpers of the structure named."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from maillage.apps.directory.memberships.access import communes_of, communes_of_structure, current, over
from maillage.apps.directory.memberships.rules import ROLES
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats.models import LocalProcedure, Mandat
from maillage.apps.people.persons.access import numbers_for
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor

SEES = ("people.see", "people.mine")
CODES_AN_HOUR = 20  # wrong codes that a stranger may type


def mandats_for(user: Visitor) -> QuerySet[Mandat]:
    """Return the mandates of the persons that a user sees; none for a stranger."""
    return Mandat.objects.filter(person__in=numbers_for(user), stripped_at__isnull=True).select_related(
        "person", "structure", "by", "supervisor"
    )


def structures_for(user: Visitor) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user helps."""
    return Structure.objects.filter(pk__in=own_numbers(user)).order_by("name", "pk")


def own_numbers(user: Visitor) -> frozenset[int]:
    """Return their numbers."""
    rights = rights_of(user)
    return frozenset().union(*(rights.structures(right) for right in SEES))


def may_act(user: Visitor, structure: int | None) -> bool:
    """Grant the preparation and the notes of mandates given to a structure."""
    rights = rights_of(user)
    return structure is not None and any(rights.may(right, structure=structure) for right in SEES)


def acting_for(user: Visitor | None, row: Mandat) -> int | None:
    """Return the structure for which a user handles a mandate: the one that it is given to, or theirs that
    follows the person.
    """
    if user is None or may_act(user, row.structure_id):
        return row.structure_id
    followings = row.person.followings.filter(ended_at=None, structure__in=own_numbers(user))
    return followings.order_by("since").values_list("structure", flat=True).first()


def procedures_of(structure: Structure | None) -> QuerySet[LocalProcedure]:
    """Return the procedures added by a structure, or by a territory where it stands."""
    if structure is None:
        return LocalProcedure.objects.none()
    communes = communes_of_structure(structure)
    territories = LocalProcedure.objects.exclude(territory="").values_list("territory", flat=True).distinct()
    covering = [code for code in territories if reaches(communes_of(code), communes)]
    return LocalProcedure.objects.filter(
        Q(structure=structure) | Q(territory__in=covering), retired_at__isnull=True
    )


def reaches(territory: frozenset[str] | None, communes: frozenset[str]) -> bool:
    """Return True for a territory (None: all of France) that holds some communes."""
    return territory is None or bool(territory & communes)


# ------------------------------------------------------------------------------------------- added procedures

ADDS = ("people.see", "territory.edit")
WIDE = tuple(id for id, role in ROLES.items() if "territory.edit" in role.rights)


def owners_for(user: Visitor) -> list[tuple[str, str, dict[str, Any]]]:
    """Return for whom a user adds procedures: a key, a name, and what `add_procedure` takes."""
    structures = Structure.objects.filter(pk__in=rights_of(user).structures("people.see")).order_by("name")
    own = [(f"s{each.pk}", each.name, {"structure": each}) for each in structures]
    if not rights_of(user).any("territory.edit"):
        return own
    roles = current(timezone.localdate()).filter(user=user.pk, role__in=WIDE)
    name_by_territory = {row.territory or "france": over(row) for row in roles}
    return [*own, *((f"t{code}", name, {"territory": code}) for code, name in name_by_territory.items())]


def added_for(user: Visitor) -> QuerySet[LocalProcedure]:
    """Return the added procedures that a user may retire."""
    owners = [owner for _, _, owner in owners_for(user)]
    own_procedures = Q(structure__in=[each["structure"] for each in owners if "structure" in each])
    own_procedures |= Q(territory__in=[each["territory"] for each in owners if "territory" in each])
    return LocalProcedure.objects.filter(own_procedures, retired_at__isnull=True).select_related("structure")
