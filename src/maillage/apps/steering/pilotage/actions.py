"""Freezing an edition of a report: its files kept as they are handed in, their digest in the journal; and the
activity report of each month, sent to who chose it.
"""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.dossiers.actions import is_rewritten, seal_edition
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import edition_path, minutes_until_done
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.models import Message
from maillage.apps.platform.messages.rules import states
from maillage.apps.steering.pilotage import access
from maillage.apps.steering.pilotage.models import MonthlyReport
from maillage.apps.steering.pilotage.queries import monthly, reports
from maillage.kernel.errors import Refused
from maillage.publishing.catalogue import DIAGNOSIS
from maillage.publishing.page import folder
from maillage.words.dates import MONTHS
from maillage.words.wording import count

HOUR, LAST_DAY = 7, 5  # in the morning; of the month, beyond which nobody waits for the former one


def freeze(study: Study, report: str, name: str, *, by: User, at: datetime) -> Path:
    """Write a report on the territory of a study in each form it has, under the name of an edition, and
    return its folder. Refused when that name is taken: what was frozen is never written again; refused for a
    diagnosis whose dossier waits to be written again, which would be sealed with former words.
    """
    frozen = edition_path(study.place, report, folder.edition_name(name))
    if folder.is_taken(frozen):
        raise folder.taken(frozen)  # said before it is written, which takes seconds
    if report == DIAGNOSIS and is_rewritten(study):
        raise Refused(
            "Cette édition n’a pas été figée.",
            why="Le dossier se récrit avec ce qui vient de changer : il garderait les mots d’avant.",
            do=f"Attendez environ {count(minutes_until_done(study), 'minute')}, puis figez de nouveau.",
        )
    about, files = reports.frozen_files(study, report, timezone.localdate(at), name=frozen.name)
    folder.freeze(frozen, files, about)
    seal_edition(frozen, by=by, at=at)
    return frozen


def choose_monthly(user: User, *, is_wanted: bool, at: datetime) -> None:
    """Send the activity report of each month to an account, or no more."""
    if is_wanted:
        MonthlyReport.objects.get_or_create(user=user, defaults={"since": at})
    else:
        MonthlyReport.objects.filter(user=user).delete()


@transaction.atomic
def send_monthly(*, at: datetime) -> Counter[str]:
    """Write the e-mails of the month that is over, in the first days of the next one: one for each account
    that chose it and still reads a structure. Return how many.
    """
    local = timezone.localtime(at)
    if local.day > LAST_DAY or local.hour < HOUR:
        return Counter()
    month = (local.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    rows = MonthlyReport.objects.filter(user__is_active=True).select_related("user")
    user_by_key = {monthly.key(row.user, month): row.user for row in rows}
    written = set(Message.objects.filter(key__in=user_by_key).values_list("key", flat=True))
    name, page = f"{MONTHS[month.month - 1]} {month.year}", f"{settings.ADDRESS}{reverse('activity_report')}"
    drafts = [
        outbox.Draft(
            channel=states.EMAIL,
            to=user.email,
            subject=f"Rapport d’activité : {name}",
            text=f"Votre rapport d’activité est joint, en PDF : {name}.\n\nNe plus le recevoir : {page}",
            key=key,
            never_after=at + timedelta(days=10),
        )
        for key, user in user_by_key.items()
        if key not in written and access.structures_of(user)
    ]
    return Counter(rapports_du_mois=outbox.put_many(drafts, at=at))
