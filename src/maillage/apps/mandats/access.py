"""Who sees which mandates: whoever sees the person; who may sign with them: the structure that it is given to."""

from typing import Any

from django.db.models import Q, QuerySet

from maillage.apps.accounts.access import rights_of
from maillage.apps.directory.models import Structure
from maillage.apps.mandats.models import LocalProcedure, Mandat
from maillage.apps.memberships.access import communes_of, communes_of_structure
from maillage.apps.people.access import people_for

SEES = ("people.see", "people.mine")
CODES_AN_HOUR = 20  # wrong codes that a stranger may type


def mandats_for(user: Any) -> QuerySet[Mandat]:
    """Return the mandates of the persons that a user sees; none for a stranger."""
    return Mandat.objects.filter(
        person__in=people_for(user).values("pk"), stripped_at__isnull=True
    ).select_related("person", "structure", "by", "supervisor")


def structures_for(user: Any) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user helps."""
    rights = rights_of(user)
    ours = {pk for right in SEES for pk in rights.structures(right)}
    return Structure.objects.filter(pk__in=ours).order_by("name", "pk")


def may_act(user: Any, structure: int | None) -> bool:
    """Return whether a user prepares and notes mandates given to a structure."""
    rights = rights_of(user)
    return structure is not None and any(rights.may(right, structure=structure) for right in SEES)


def procedures_of(structure: Structure | None) -> QuerySet[LocalProcedure]:
    """Return the procedures added by a structure, or by a territory where it stands."""
    if structure is None:
        return LocalProcedure.objects.none()
    here = communes_of_structure(structure)
    given = LocalProcedure.objects.exclude(territory="").values_list("territory", flat=True).distinct()
    around = [code for code in given if _reaches(communes_of(code), here)]
    return LocalProcedure.objects.filter(
        Q(structure=structure) | Q(territory__in=around), retired_at__isnull=True
    )


def _reaches(territory: frozenset[str] | None, communes: frozenset[str]) -> bool:
    return territory is None or bool(territory & communes)
