"""Who reads what the network shares, and on whose behalf a user writes."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from maillage.apps.accounts.access import rights_of
from maillage.apps.community.models import Listing, Partnership, Reply, Resource
from maillage.apps.directory.models import Structure
from maillage.apps.memberships.access import structures_with

# Any of these makes an account one of the network: it reads what structures offer and look for.
MEMBERS = ("people.see", "people.mine", "directory.edit", "measures.see", "network.run")
WRITES = "workshops.manage"
KEEPS = (WRITES, "directory.edit")


def structures_for(user: Any) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user writes."""
    return Structure.objects.filter(pk__in=rights_of(user).structures(WRITES)).order_by("name", "pk")


def in_reach(user: Any) -> Q:
    """Return the condition for a row to be of one's structure, or of a territory whose network one leads."""
    return Q(structure__in=_reached(user))


def _reached(user: Any) -> QuerySet[Structure]:
    found = (Q(pk__in=structures_with(user, right).values("pk")) for right in KEEPS)
    return Structure.objects.filter(reduce(or_, found))


def listings_for(user: Any) -> QuerySet[Listing]:
    """Return the listings a user may close."""
    return Listing.objects.filter(in_reach(user)).select_related("structure", "lieu")


def received_by(user: Any) -> QuerySet[Reply]:
    """Return the messages a user may answer."""
    return _replies().filter(listing__in=listings_for(user))


def replies_for(user: Any) -> QuerySet[Reply]:
    """Return the messages a user reads: those that their structures wrote or received."""
    return _replies().filter(in_reach(user) | Q(listing__in=listings_for(user)))


def _replies() -> QuerySet[Reply]:
    return Reply.objects.select_related("structure", "listing__structure", "by", "answered_by")


def partnerships_for(user: Any) -> QuerySet[Partnership]:
    """Return the partnerships a user may end."""
    ours = _reached(user)
    return Partnership.objects.filter(Q(first__in=ours) | Q(second__in=ours)).select_related(
        "first", "second"
    )


def resources_for(user: Any) -> QuerySet[Resource]:
    """Return the resources a user may replace or withdraw: those of the structures in their reach."""
    return Resource.objects.filter(in_reach(user)).select_related("structure")
