"""Rights over diagnoses: users who may see the person; those without a person are read by nobody, only
counted.
"""

from django.db.models import QuerySet
from django.http import HttpRequest

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import access as people
from maillage.apps.platform.accounts.access import once_more, rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.referrals.autonomy.models import Bilan

LEADS = "territory.edit"
RIGHTS = ("people.see", "people.mine")
COUNTED_AN_HOUR = 60  # by a connection: beyond, somebody plays with the page


def bilans_for(user: Visitor) -> QuerySet[Bilan]:
    """Return the diagnoses a user may read; none for a stranger."""
    return Bilan.objects.filter(person__in=people.people_for(user))


def structures_for(user: Visitor) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user may do a diagnosis."""
    rights = rights_of(user)
    structures = rights.structures("people.see") | rights.structures("people.mine")
    return Structure.objects.filter(pk__in=structures).order_by("name", "pk")


def may_help(user: Visitor) -> bool:
    return rights_of(user).any(*RIGHTS)


def may_choose_segments(user: Visitor, place: str) -> bool:
    """Grant the choice of the segments of a territory to a user who leads all of it."""
    led, communes = rights_of(user).communes(LEADS), communes_of(place)
    return led is None or (communes is not None and bool(communes) and communes <= led)


def may_count(request: HttpRequest) -> bool:
    """Count one more screening against this connection's hourly limit; False beyond it."""
    return once_more(request, "bilan", COUNTED_AN_HOUR)
