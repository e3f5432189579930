"""Scheduled actions of the network: the digest of Monday, and texts taken off long ago."""

from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.community import access
from maillage.apps.community.actions import discussions
from maillage.apps.community.queries import digests
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.models import Message
from maillage.apps.platform.messages.rules import states

HOUR = 7  # in the morning


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Write the digests of the week, and erase what was taken off long ago; return the counts."""
    return Counter(resumes=send_digests(at=at), textes_effaces=discussions.forget_hidden(at=at))


@transaction.atomic
def send_digests(*, at: datetime) -> int:
    """Write the e-mails of this week's digest, on Monday morning: one for each account that chose it and is
    still of the network; none for a week without anything.
    """
    local = timezone.localtime(at)
    if local.weekday() != 0 or local.hour < HOUR:
        return 0
    year, week, _ = local.isocalendar()
    keys = {f"resume-{user.pk}-{year}-{week:02d}": user for user in digests.chosen()}
    written = set(Message.objects.filter(key__in=keys).values_list("key", flat=True))
    drafts = []
    for key, user in keys.items():
        if key in written:
            continue
        sections = digests.week(user, at) if rights_of(user).any(*access.MEMBERS) else ()
        if sections:
            stop = f"{settings.ADDRESS}{reverse('network_digest')}"
            drafts.append(
                outbox.Draft(
                    channel=states.EMAIL,
                    to=user.email,
                    subject="La semaine du réseau",
                    text=f"{digests.text(sections)}\n\nNe plus le recevoir : {stop}",
                    key=key,
                    never_after=at + timedelta(days=3),
                )
            )
    return outbox.put_many(drafts, at=at)
