"""Rights over campaigns, outings and devices."""

from django.db.models import QuerySet

from maillage.apps.directory.outreach.models import Call, Campaign, Collection, Device, Outing, Reservation
from maillage.apps.directory.places.access import may_manage, reached
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor


def campaigns_for(user: Visitor) -> QuerySet[Campaign]:
    """Return the campaigns a user runs: those of their territories, and those they opened."""
    rows, communes = Campaign.objects.select_related("by"), rights_of(user).communes("directory.import")
    return (
        rows
        if communes is None and may_manage(user)
        else rows.filter(by=user.pk)
        if may_manage(user)
        else rows.none()
    )


def calls_for(user: Visitor, campaign: Campaign) -> QuerySet[Call]:
    """Return the calls of a campaign whose place a user manages today: a territory that was left takes its
    places, their links and their answers along.
    """
    return campaign.calls.filter(reached(user, "lieu__"))


def devices_for(user: Visitor) -> QuerySet[Device]:
    return Device.objects.select_related("lieu").filter(reached(user, "lieu__"))


def reservations_for(user: Visitor) -> QuerySet[Reservation]:
    """Return the reservations of the devices that a user lends."""
    return Reservation.objects.select_related("device").filter(device__in=devices_for(user).values("pk"))


def collections_for(user: Visitor) -> QuerySet[Collection]:
    """Return the collections of the places that a user manages."""
    return Collection.objects.select_related("lieu").filter(reached(user, "lieu__"))


def outings_for(user: Visitor) -> QuerySet[Outing]:
    """Return the awareness actions a user may see."""
    rows, communes = Outing.objects.all(), rights_of(user).communes("directory.import")
    return (
        rows
        if communes is None and may_manage(user)
        else rows.filter(by=user.pk)
        if may_manage(user)
        else rows.none()
    )
