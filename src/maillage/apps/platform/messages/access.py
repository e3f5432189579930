"""Rights over the outbox: each their structure or their territory, the administration everything."""

from django.db.models import Q, QuerySet

from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.messages.models import Message, Stop
from maillage.web import bulk

MANAGE, RUN = "members.manage", "network.run"


def messages_for(user: Visitor) -> QuerySet[Message]:
    """Return the messages that a user may see and decide on; none for a stranger."""
    rights = rights_of(user)
    if runs_everything(user):
        return Message.objects.all()
    there = bulk.is_one_of("commune", rights.communes(MANAGE) or frozenset())
    return Message.objects.filter(Q(structure__in=rights.structures(MANAGE)) | there)


def runs_everything(user: Visitor) -> bool:
    """Grant the administration of the whole platform: its settings, its STOP list."""
    rights = rights_of(user)
    return rights.any(RUN) or (rights.any(MANAGE) and rights.communes(MANAGE) is None)


def stops_for(user: Visitor) -> QuerySet[Stop]:
    """Return the addresses on the STOP list, which belongs to no structure."""
    return Stop.objects.select_related("by") if runs_everything(user) else Stop.objects.none()
