"""Groups as those who run them read them: their list, one by its code, its people, the workshop it comes
from.
"""

from typing import Any

from django.db.models import Count, F, Q, QuerySet

from maillage.apps.agenda.access import workshops_for
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.rules.workshops import BOOKED
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries.seats import seat
from maillage.apps.directory.places.rules import PUBLISHED
from maillage.apps.learning import access
from maillage.apps.learning.models import Group, Member
from maillage.apps.people.persons.access import numbers_for, people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Visitor
from maillage.kernel import codes
from maillage.sources.offer.clean.commune import departement

MAX_LISTED_GROUPS = 100


def listed(user: Visitor) -> list[Any]:
    """Return one's groups, those that are open before those closed last, each with how many people it has:
    `n_members`.
    """
    rows = access.groups_for(user).annotate(n_members=Count("members"))
    return list(rows.order_by(F("closed_at").desc(nulls_first=True), "-at", "-pk")[:MAX_LISTED_GROUPS])


def by_code(typed: str) -> Group | None:
    """Return the group that a code joins, however it is typed; None when there is none."""
    code = codes.read(typed)
    return Group.objects.filter(code=code).select_related("structure").first() if code else None


def workshop(user: Visitor, pk: int) -> Workshop | None:
    """Return the workshop from which a group is opened; None when one does not run it."""
    return workshops_for(user).filter(pk=pk).first()


def seats(of: Workshop) -> list[Seat]:
    """Return the seats of a workshop that are taken."""
    return list(of.seats.filter(status=BOOKED).select_related("person"))


def seated(user: Visitor, taken: list[Seat]) -> list[Person]:
    """Return the people of some seats who have a card, and whom one may see."""
    return list(people_for(user).filter(pk__in=[seat.person_id for seat in taken if seat.person_id]))


def members_for(user: Visitor, group: Group) -> QuerySet[Member]:
    """Return those of a group whom one may see."""
    return Member.objects.filter(group=group, person__in=numbers_for(user)).select_related(
        "person", "group__partner"
    )


def people_of(user: Visitor, group: Group) -> list[Person]:
    """Return the people of a group whom one may see."""
    return list(people_for(user).filter(pk__in=group.members.values("person")))


def neighbouring_structures(group: Group) -> QuerySet[Structure]:
    """Return the structures that may run a group too: those that stand, or have a place, in the same
    département.
    """
    departement_code = departement(seat(group.structure))
    places = Lieu.objects.filter(state=PUBLISHED, code_insee__startswith=departement_code)
    near = (
        Q(pk__in=places.values("structure"))
        | Q(code_insee__startswith=departement_code)
        | Q(pk=group.partner_id)
    )
    return Structure.objects.filter(near).exclude(pk=group.structure_id).order_by("name", "pk")
