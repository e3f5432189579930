"""Tasks of campaigns and devices for a user today: silent places, devices late or reserved."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import DIRECTORY, MOST, Line
from maillage.apps.outreach import access
from maillage.apps.outreach.models import Device, Loan
from maillage.apps.outreach.queries import campaigns
from maillage.web import bulk
from maillage.words.wording import count

RUNS, LENDS = "directory.import", "directory.edit"


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return the devices to hand over or to call back, then the campaigns under way, with how far each is."""
    if rights_of(user).any(LENDS):
        yield from _devices(user, at)
    if not rights_of(user).any(RUNS):
        return
    open_campaigns = [each for each in campaigns.campaigns(user) if each.campaign.closed_at is None]
    for row in open_campaigns[:MOST]:
        n_open = row.progress.total - row.progress.over
        yield Line(
            kind="campaign",
            group=DIRECTORY,
            n=n_open,
            title=f"Campagne {row.campaign.name}",
            words=f"{row.progress.words}, {row.where}.",
            since=timezone.localdate(row.campaign.opened_at),
            url=reverse("campaign", args=[row.campaign.pk]),
            gesture=f"Appeler les {n_open} autres"
            if n_open > 1
            else "Appeler le dernier"
            if n_open
            else "La clore",
            icon="phone" if n_open else "check",
        )


def _devices(user: Any, at: datetime) -> Iterable[Line]:
    """Return the reservations whose day has come, and the loans that are late; a territory reads counts."""
    today = timezone.localdate(at)
    ready = access.reservations_for(user).filter(from_on__lte=today, until_on__gte=today)
    reservations = bulk.seldom(ready.select_related("device__lieu").order_by("from_on", "pk")[: 10 * MOST])
    if reservations:
        first = reservations[0].device
        yield Line(
            kind="device-reserved",
            group=DIRECTORY,
            n=len(reservations),
            title="Appareil réservé, à donner" if len(reservations) == 1 else "Appareils réservés, à donner",
            words=_first_of(first, len(reservations)),
            since=reservations[0].from_on,
            url=reverse("devices", args=[first.lieu.slug]),
            gesture="Le donner",
            icon="repeat",
        )
    devices = access.devices_for(user).values("pk")
    loans = Loan.objects.filter(back_on=None, due_on__lt=today, device__in=devices)
    late = bulk.seldom(loans.select_related("device__lieu").order_by("due_on", "pk")[: 10 * MOST])
    if late:
        first = late[0].device
        yield Line(
            kind="device-late",
            group=DIRECTORY,
            n=len(late),
            title="Appareil à faire revenir" if len(late) == 1 else "Appareils à faire revenir",
            words=_first_of(first, len(late)),
            since=late[0].due_on,
            late=True,
            url=reverse("devices", args=[first.lieu.slug]) if len(late) == 1 else reverse("equipment"),
            gesture="Le demander",
            icon="repeat",
        )


def _first_of(device: Device, n: int) -> str:
    """Return which device comes first among n, and where it is."""
    more = f", et {count(n - 1, 'autre')}" if n > 1 else ""
    return f"{device.label}, {device.lieu.name}{more}."
