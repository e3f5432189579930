"""Rights over procedures: the structures that follow the person; a volunteer, for those they help."""

from django.db.models import Q, QuerySet

from maillage.apps.directory.memberships.access import communes_of, communes_of_structure
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats.access import owners_for, reaches
from maillage.apps.people.persons.models import Following, Person
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.referrals.droits.models import Fact, LocalChecklist

SEE, SEE_OWN = "people.see", "people.mine"
HELPS = (SEE, SEE_OWN)
LETTERS_AN_HOUR = 20  # that a helper may write to the others


def followings_for(user: Visitor) -> QuerySet[Following]:
    """Return the followings of a user's structures today; for a volunteer, their own."""
    rights = rights_of(user)
    full, own = rights.structures(SEE), rights.structures(SEE_OWN)
    return Following.objects.filter(
        Q(structure__in=full) | Q(structure__in=own, by=user.pk),
        ended_at__isnull=True,
        person__forgotten_at__isnull=True,
    )


def helping(user: Visitor, person: Person) -> list[Structure]:
    """Return the structures on whose behalf a user helps a person, the one that began first."""
    followings = (
        followings_for(user).filter(person=person).select_related("structure").order_by("since", "pk")
    )
    return [each.structure for each in followings]


def facts_for(user: Visitor, person: Person) -> QuerySet[Fact]:
    """Return the facts that the user's structures told of a person; not those of others."""
    return Fact.objects.filter(person=person, structure__in=helping(user, person))


def still_reads(row: Fact) -> bool:
    """Return True for a fact that its author may read today: an open account, a structure still helping the
    person.
    """
    return row.by is not None and facts_for(row.by, row.person).filter(pk=row.pk).exists()


def checklists_of(structure: Structure | None) -> QuerySet[LocalChecklist]:
    """Return the lists of a structure and of the territories where it stands, its own last."""
    if structure is None:
        return LocalChecklist.objects.none()
    standing = LocalChecklist.objects.filter(retired_at__isnull=True)
    territories = set(standing.exclude(territory="").order_by().values_list("territory", flat=True))
    communes = communes_of_structure(structure) if territories else frozenset()
    covering = [code for code in territories if reaches(communes_of(code), communes)]
    return standing.filter(Q(structure=structure) | Q(territory__in=covering)).order_by(
        "-territory", "at", "pk"
    )


def checklists_for(user: Visitor) -> QuerySet[LocalChecklist]:
    """Return the lists that a user may change."""
    owners = [owner for _, _, owner in owners_for(user)]
    writable = Q(structure__in=[each["structure"] for each in owners if "structure" in each])
    writable |= Q(territory__in=[each["territory"] for each in owners if "territory" in each])
    return LocalChecklist.objects.filter(writable, retired_at__isnull=True).select_related("structure")
