"""Who sees which diagnoses: whoever may see the person; those kept without a person are seen by nobody, only counted."""

from typing import Any

from django.db.models import QuerySet

from maillage.apps.accounts.access import rights_of
from maillage.apps.autonomy.models import Bilan
from maillage.apps.directory.models import Structure
from maillage.apps.people import access as people

RIGHTS = ("people.see", "people.mine")


def bilans_for(user: Any) -> QuerySet[Bilan]:
    """Return the diagnoses somebody may read; none for a stranger."""
    return Bilan.objects.filter(person__in=people.people_for(user))


def structures_for(user: Any) -> QuerySet[Structure]:
    """Return the structures in whose name somebody may do a diagnosis."""
    rights = rights_of(user)
    held = rights.structures("people.see") | rights.structures("people.mine")
    return Structure.objects.filter(pk__in=held).order_by("name", "pk")


def may_help(user: Any) -> bool:
    """Return whether somebody helps people at all."""
    return rights_of(user).any(*RIGHTS)
