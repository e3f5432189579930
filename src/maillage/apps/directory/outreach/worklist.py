"""Tasks of campaigns and devices for a user today: silent places, devices late or reserved."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.outreach import access
from maillage.apps.directory.outreach.models import Device, Loan, Reservation
from maillage.apps.directory.outreach.queries import campaigns
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import DIRECTORY, MOST, Line
from maillage.web.presence import Reading, Readings
from maillage.words.wording import count

RUNS, LENDS = "directory.import", "directory.edit"


def _campaigns(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the campaigns under way, with how far each is."""
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


def _ready(user: Visitor, at: datetime) -> QuerySet[Reservation]:
    today = timezone.localdate(at)
    return access.reservations_for(user).filter(from_on__lte=today, until_on__gte=today)


def _reserved(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the reservations whose day has come; a territory reads counts."""
    rows = _ready(user, at).select_related("device__lieu").order_by("from_on", "pk")
    reservations = list(rows[: 10 * MOST]) if rights_of(user).any(LENDS) else []
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


def _overdue(user: Visitor, at: datetime) -> QuerySet[Loan]:
    devices = access.devices_for(user).values("pk")
    return Loan.objects.filter(back_on=None, due_on__lt=timezone.localdate(at), device__in=devices)


def _late(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the loans that are late; a territory reads counts."""
    rows = _overdue(user, at).select_related("device__lieu").order_by("due_on", "pk")
    late = list(rows[: 10 * MOST]) if rights_of(user).any(LENDS) else []
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


# The devices to hand over or to call back, then the campaigns.
lines = Readings(Reading(_reserved, _ready), Reading(_late, _overdue), Reading(_campaigns))
