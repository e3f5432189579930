"""Who follows which rights: the structures that follow the person; a volunteer, for those they help."""

from typing import Any

from django.db.models import Q, QuerySet

from maillage.apps.accounts.access import rights_of
from maillage.apps.directory.models import Structure
from maillage.apps.droits.models import Fact, LocalChecklist
from maillage.apps.mandats.access import owners_for, reaches
from maillage.apps.memberships.access import communes_of, communes_of_structure
from maillage.apps.people.models import Following, Person

SEE, MINE = "people.see", "people.mine"
HELPS = (SEE, MINE)
LETTERS_AN_HOUR = 20  # that a helper may write to the others


def followings_for(user: Any) -> QuerySet[Following]:
    """Return what a user’s structures follow today; for a volunteer, what they follow themselves."""
    rights = rights_of(user)
    whole, mine = rights.structures(SEE), rights.structures(MINE)
    return Following.objects.filter(
        Q(structure__in=whole) | Q(structure__in=mine, by=user.pk),
        ended_at__isnull=True,
        person__forgotten_at__isnull=True,
    )


def helping(user: Any, person: Person) -> list[Structure]:
    """Return the structures on whose behalf a user helps a person, the one that began first."""
    found = followings_for(user).filter(person=person).select_related("structure").order_by("since", "pk")
    return [each.structure for each in found]


def facts_for(user: Any, person: Person) -> QuerySet[Fact]:
    """Return what the user’s structures told of a person’s procedures; what others told is theirs."""
    return Fact.objects.filter(person=person, structure__in=helping(user, person))


def still_reads(row: Fact) -> bool:
    """Return whether who told a fact may read it today: their account is open, and their structure still
    helps the person.
    """
    return row.by is not None and facts_for(row.by, row.person).filter(pk=row.pk).exists()


def checklists_of(structure: Structure | None) -> QuerySet[LocalChecklist]:
    """Return the lists of a structure and of the territories where it stands, its own last."""
    if structure is None:
        return LocalChecklist.objects.none()
    here = communes_of_structure(structure)
    standing = LocalChecklist.objects.filter(retired_at__isnull=True)
    given = standing.exclude(territory="").order_by().values_list("territory", flat=True).distinct()
    around = [code for code in given if reaches(communes_of(code), here)]
    return standing.filter(Q(structure=structure) | Q(territory__in=around)).order_by(
        "-territory", "at", "pk"
    )


def checklists_for(user: Any) -> QuerySet[LocalChecklist]:
    """Return the lists that a user may change."""
    owners = [owner for _, _, owner in owners_for(user)]
    mine = Q(structure__in=[each["structure"] for each in owners if "structure" in each])
    mine |= Q(territory__in=[each["territory"] for each in owners if "territory" in each])
    return LocalChecklist.objects.filter(mine, retired_at__isnull=True).select_related("structure")
