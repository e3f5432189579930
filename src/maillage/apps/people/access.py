"""Who sees which persons: the structures that follow them; a volunteer, those they follow themselves."""

from typing import Any

from django.db.models import Q, QuerySet

from maillage.apps.accounts.access import rights_of
from maillage.apps.people.models import Following, Person


def people_for(user: Any) -> QuerySet[Person]:
    """Return the persons somebody may see; none for a stranger, for a coordinator, for the administration."""
    rights = rights_of(user)
    whole, mine = rights.structures("people.see"), rights.structures("people.mine")
    if not whole and not mine:
        return Person.objects.none()
    followed = Following.objects.filter(
        Q(structure__in=whole) | Q(structure__in=mine, by=user.pk), ended_at__isnull=True
    ).values("person")
    return Person.objects.filter(pk__in=followed, forgotten_at__isnull=True)


def may_help(user: Any, structure: int | None) -> bool:
    """Return whether somebody may keep the sheet of a person in the name of a structure."""
    rights = rights_of(user)
    return structure is not None and (
        rights.may("people.see", structure=structure) or rights.may("people.mine", structure=structure)
    )
