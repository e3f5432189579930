"""Rights over the shared writings of the network, and the structures that a user writes for."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from maillage.apps.community.models import (
    Bulletin,
    Decision,
    Listing,
    Meeting,
    News,
    Partnership,
    Post,
    Reply,
    Resource,
    ServiceChange,
)
from maillage.apps.directory.memberships.access import communes_of_structure, structures_with
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.web import bulk

# Any of these makes an account one of the network: it reads what structures offer and look for.
MEMBERS = ("people.see", "people.mine", "directory.edit", "measures.see", "network.run")
WRITES = "workshops.manage"
LEADS = "directory.edit"
KEEPS = (WRITES, LEADS)


def structures_for(user: Visitor) -> QuerySet[Structure]:
    return Structure.objects.filter(pk__in=own_numbers(user)).order_by("name", "pk")


def own_numbers(user: Visitor) -> frozenset[int]:
    """Return their numbers: a row is looked for by them sooner than by reading the structures again."""
    return rights_of(user).structures(WRITES)


def in_reach(user: Visitor) -> Q:
    """Return the condition for a row to be of one's structure, or of a territory whose network one leads."""
    rights = rights_of(user)
    if not any(rights.communes(right) is None or rights.communes(right) for right in KEEPS):
        return Q(structure__in=frozenset().union(*(rights.structures(right) for right in KEEPS)))
    return Q(structure__in=_reached(user))


def _reached(user: Visitor) -> QuerySet[Structure]:
    conditions = (Q(pk__in=structures_with(user, right).values("pk")) for right in KEEPS)
    return Structure.objects.filter(reduce(or_, conditions))


def listings_for(user: Visitor) -> QuerySet[Listing]:
    return Listing.objects.filter(in_reach(user)).select_related("structure", "lieu")


def received_by(user: Visitor) -> QuerySet[Reply]:
    """Return the messages a user may answer."""
    return _replies().filter(listing__in=listings_for(user))


def replies_for(user: Visitor) -> QuerySet[Reply]:
    """Return the messages a user reads: those that their structures wrote or received."""
    return _replies().filter(in_reach(user) | Q(listing__in=listings_for(user)))


def _replies() -> QuerySet[Reply]:
    return Reply.objects.select_related("structure", "listing__structure", "by", "answered_by")


def speaking_for(user: Visitor) -> QuerySet[Structure]:
    """Return the structures in whose name a user asks, answers and votes."""
    return Structure.objects.filter(pk__in=speaking_numbers(user)).order_by("name", "pk")


def speaking_numbers(user: Visitor) -> frozenset[int]:
    """Return their numbers."""
    rights = rights_of(user)
    return frozenset().union(*(rights.structures(right) for right in MEMBERS))


def leads(user: Visitor) -> bool:
    """Grant the lead of the network of a territory, or of all."""
    communes = rights_of(user).communes(LEADS)
    return communes is None or bool(communes)


def seat_of(user: Visitor) -> str:
    """Return a commune of the territory whose network a user leads, "" for none or for all of them."""
    return min(rights_of(user).communes(LEADS) or ("",))


def commune_of(structure: Structure) -> str:
    """Return the commune of a structure: its seat, else that of a place, "" when it stands nowhere."""
    return structure.code_insee or min(communes_of_structure(structure), default="")


def in_territory(user: Visitor, field: str = "commune") -> Q:
    """Return the condition for a row to stand in a territory whose network one leads."""
    communes = rights_of(user).communes(LEADS)
    return ~Q(pk=None) if communes is None else Q(**{f"{field}__in": bulk.to_find(communes)})


def may_propose(user: Visitor) -> bool:
    return leads(user) or structures_for(user).exists()


def meetings_for(user: Visitor) -> QuerySet[Meeting]:
    """Return the meetings a user may lead: those of their structures, those of their territory."""
    led = Q(structure__in=own_numbers(user)) | in_territory(user)
    return Meeting.objects.filter(led).select_related("structure", "lieu")


def decisions_for(user: Visitor) -> QuerySet[Decision]:
    """Return the decisions a user may say done: those they pilot, those of the meetings they lead."""
    piloted = Q(pilot__in=speaking_numbers(user)) | Q(meeting__in=meetings_for(user))
    return Decision.objects.filter(piloted).select_related("meeting", "pilot")


def posts_for(user: Visitor) -> QuerySet[Post]:
    """Return the messages a user moderates: those of the territory whose network they lead."""
    return Post.objects.filter(in_territory(user)).select_related("structure", "question")


def news_for(user: Visitor) -> QuerySet[News]:
    """Return the news a user may withdraw: those of their structures, those of their territory."""
    own = Q(structure__in=own_numbers(user)) | in_territory(user)
    return News.objects.filter(own).select_related("structure")


def bulletins_for(user: Visitor) -> QuerySet[Bulletin]:
    """Return the bulletins a user prepares: those of their territory."""
    return Bulletin.objects.filter(in_territory(user))


def changes_for(user: Visitor) -> QuerySet[ServiceChange]:
    """Return the changes of services a user keeps: those of their territory."""
    return ServiceChange.objects.filter(in_territory(user))


def partnerships_for(user: Visitor) -> QuerySet[Partnership]:
    """Return the partnerships a user may end."""
    reached = _reached(user)
    return Partnership.objects.filter(Q(first__in=reached) | Q(second__in=reached)).select_related(
        "first", "second"
    )


def resources_for(user: Visitor) -> QuerySet[Resource]:
    """Return the resources a user may replace or withdraw: those of the structures in their reach, and their
    own.
    """
    own = Q(structure=None, by=user.pk) if leads(user) else Q(pk=None)
    return Resource.objects.filter(in_reach(user) | own).select_related("structure")
