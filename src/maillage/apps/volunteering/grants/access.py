"""Rights to lead a call, apply, judge: a row of another territory, pair or jury does not exist."""

from datetime import date

from django.db.models import Q, QuerySet

from maillage.apps.community.access import own_numbers, structures_for
from maillage.apps.dossiers.access import may_write
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.volunteering.grants.models import GrantApplication, GrantCall, Juror

LEADS, APPLIES = "territory.edit", "workshops.manage"
__all__ = ("structures_for",)


def led_by(user: Visitor) -> QuerySet[GrantCall]:
    """Return the calls a user leads: those of the territories they may write about."""
    places = GrantCall.objects.order_by("place").values_list("place", flat=True).distinct()
    return GrantCall.objects.filter(place__in=[place for place in places if may_write(user, place)])


def published() -> QuerySet[GrantCall]:
    """Return the calls that anybody reads."""
    return GrantCall.objects.filter(published_at__isnull=False)


def juror(user: Visitor, call: GrantCall) -> Juror | None:
    """Return the seat of a user in a jury, None when they have none."""
    return Juror.objects.filter(call=call, account=user.pk).first() if user.is_authenticated else None


def written_by(user: Visitor) -> QuerySet[GrantApplication]:
    """Return the applications of one’s structures, on either side of the pair."""
    own_structures = own_numbers(user)
    return GrantApplication.objects.filter(
        Q(social__in=own_structures) | Q(digital__in=own_structures)
    ).select_related("call", "social", "digital")


def applications_for(user: Visitor, on: date) -> QuerySet[GrantApplication]:
    """Return the applications a user reads on a day: those of their structures; submitted ones, for whoever
    leads the call, and for its jury once the last day of the call is over.
    """
    own_structures = own_numbers(user)
    is_own = Q(social__in=own_structures) | Q(digital__in=own_structures)
    led = Q(call__in=led_by(user)) | Q(call__jurors__account=user.pk, call__closes_on__lt=on)
    return (
        GrantApplication.objects.filter(is_own | (Q(submitted_at__isnull=False) & led))
        .select_related("call", "social", "digital")
        .distinct()
    )
