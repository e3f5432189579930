"""Rights over campaigns, outings and devices."""

from django.db.models import QuerySet

from maillage.apps.accounts.access import rights_of
from maillage.apps.directory.access import may_manage, reached
from maillage.apps.outreach.models import Call, Campaign, Collection, Device, Outing, Reservation


def campaigns_for(user) -> QuerySet[Campaign]:
    """Return the campaigns a user runs: those of their territories, and those they opened."""
    rows, communes = Campaign.objects.select_related("by"), rights_of(user).communes("directory.import")
    return (
        rows
        if communes is None and may_manage(user)
        else rows.filter(by=user.pk)
        if may_manage(user)
        else rows.none()
    )


def calls_for(user, campaign: Campaign) -> QuerySet[Call]:
    """Return the calls of a campaign whose place a user manages today: a territory that was left takes its
    places, their links and their answers along.
    """
    return campaign.calls.filter(reached(user, "lieu__"))


def devices_for(user) -> QuerySet[Device]:
    return Device.objects.select_related("lieu").filter(reached(user, "lieu__"))


def reservations_for(user) -> QuerySet[Reservation]:
    """Return the reservations of the devices that a user lends."""
    return Reservation.objects.select_related("device").filter(device__in=devices_for(user).values("pk"))


def collections_for(user) -> QuerySet[Collection]:
    """Return the collections of the places that a user manages."""
    return Collection.objects.select_related("lieu").filter(reached(user, "lieu__"))


def outings_for(user) -> QuerySet[Outing]:
    """Return the awareness actions a user may see."""
    rows, communes = Outing.objects.all(), rights_of(user).communes("directory.import")
    return (
        rows
        if communes is None and may_manage(user)
        else rows.filter(by=user.pk)
        if may_manage(user)
        else rows.none()
    )
