"""Letters of a campaign through the outbox, and the places it may write to now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage.apps.directory.outreach.models import Campaign
from maillage.apps.directory.outreach.queries import campaigns
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.messages.models import Message

MOST = 2  # a letter, and one reminder: nobody is pressed further, one calls
REMINDER_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Written:
    """The letters to one place: how many, the last day one was written, and what became of it."""

    n: int
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Places a campaign may write to now: those never written to, and those silent for a week."""

    first: Sequence[Lieu]
    again: Sequence[Lieu]

    @property
    def everybody(self) -> Sequence[Lieu]:
        return [*self.first, *self.again]


def key(campaign: Campaign, lieu: int, n: int) -> str:
    """Return the key of the nth letter of a campaign to a place."""
    return f"campagne-{campaign.pk}-lieu-{lieu}-{n}"


def written(campaign: Campaign) -> Mapping[int, Written]:
    """Return the letters of a campaign, by place."""
    by_place: dict[int, Written] = {}
    rows = Message.objects.filter(key__startswith=f"campagne-{campaign.pk}-lieu-")
    for row in rows.order_by("made_at", "pk"):
        lieu, n = (int(part) for part in row.key.split("-")[3:5])
        by_place[lieu] = Written(n, row.made_at, row.get_state_display())
    return by_place


def ready(campaign: Campaign, user: Visitor, *, at: datetime) -> Ready:
    """Return the places a user may write to: published, with an address, unconfirmed since the opening."""
    if campaign.closed_at is not None:
        return Ready((), ())
    by_place = written(campaign)
    reachable = [
        call.lieu
        for call in campaigns.open_calls(campaign, user)
        if call.lieu.state == rules.PUBLISHED and call.lieu.sheet.get("courriels")
    ]
    late = [
        lieu
        for lieu in reachable
        if lieu.pk in by_place and by_place[lieu.pk].n < MOST and by_place[lieu.pk].at <= at - REMINDER_AFTER
    ]
    return Ready([lieu for lieu in reachable if lieu.pk not in by_place], late)
