"""The papers that each user sees: those of the structure that keeps one, and those that the person let read
it, until a day.
"""

from datetime import date

from django.db.models import Q, QuerySet

from maillage.apps.directory.memberships.access import team_roles
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.documents.models import Paper, Share
from maillage.apps.people.persons.access import numbers_for, people_for
from maillage.apps.people.persons.models import Following, Person
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor

SEES = ("people.see", "people.mine")


def structures_for(user: Visitor) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user keeps papers."""
    return Structure.objects.filter(pk__in=_structures_of(user)).order_by("name", "pk")


def _structures_of(user: Visitor) -> set[int]:
    rights = rights_of(user)
    return {pk for right in SEES for pk in rights.structures(right)}


def current_papers(today: date) -> QuerySet[Paper]:
    """Return the papers that are there on a day: neither erased nor past their date."""
    return Paper.objects.filter(erased_at__isnull=True, expires_on__gte=today).select_related(
        "person", "structure", "by"
    )


def papers_for(user: Visitor, today: date) -> QuerySet[Paper]:
    """Return the papers that a user may open on a day; none for a stranger."""
    return current_papers(today).filter(_stored_by(user) | Q(pk__in=shares_for(user, today).values("paper")))


def holdings_for(user: Visitor, today: date) -> QuerySet[Paper]:
    """Return the papers that the structures of a user keep: those that they may show, or erase."""
    return current_papers(today).filter(_stored_by(user))


def _stored_by(user: Visitor) -> Q:
    return Q(structure__in=_structures_of(user), person__in=numbers_for(user))


def shares_for(user: Visitor, today: date) -> QuerySet[Share]:
    """Return the sharings that run on a day and let a user read a paper: with their structures, whether these
    follow the person or not; a user who sees only those they help, of the persons that they follow.
    """
    rights = rights_of(user)
    team_structures, follower_structures = rights.structures("people.see"), rights.structures("people.mine")
    reached = Q(structure__in=team_structures) | Q(
        structure__in=follower_structures, paper__person__in=numbers_for(user)
    )
    return Share.objects.filter(
        reached, withdrawn_at__isnull=True, ends_on__gte=today, paper__in=current_papers(today).values("pk")
    )


def keepers(user: Visitor, person: Person) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user keeps papers of a person: those that follow them."""
    if not people_for(user).filter(pk=person.pk).exists():
        return Structure.objects.none()
    following = Following.objects.filter(person=person, ended_at=None)
    return structures_for(user).filter(pk__in=following.values("structure"))


def acting_for(user: Visitor, paper: Paper, today: date) -> int | None:
    """Return the structure for which a user reads a paper: the one that keeps it, or one it is shown to."""
    if paper.structure_id in _structures_of(user):
        return paper.structure_id
    share = shares_for(user, today).filter(paper=paper).first()
    return share.structure_id if share else None


def readers(today: date, *, but: int | None) -> QuerySet[Structure]:
    """Return the structures to which a paper may be shown: those where somebody has an account today."""
    structures_with_account = team_roles(today).filter(structure__isnull=False).values("structure")
    return Structure.objects.filter(pk__in=structures_with_account).exclude(Q(pk=but)).order_by("name", "pk")
