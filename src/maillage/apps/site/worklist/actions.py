"""Choose one's notifications, read good news, send what is due: never the same thing twice."""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.accounts.rules import worklist as worklist_rules
from maillage.apps.platform.accounts.rules.worklist import GROUPS
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.rules import states
from maillage.apps.site.worklist import queries, rules
from maillage.apps.site.worklist.models import Dismissal, Preference
from maillage.kernel.errors import Refused

LATEST = timedelta(hours=6)  # after which a summary of the day is stale


@transaction.atomic
def choose(
    *,
    by: User,
    rhythm: str,
    way: str,
    phone: str = "",
    hour: int,
    weekend: bool,
    groups: Collection[str],
    at: datetime,
) -> Preference:
    """Record how an account wants to be notified. Refused when nothing could reach it so, or for a choice
    that does not exist.
    """
    wanted = [id for id in GROUPS if id in groups]
    if rhythm not in rules.RHYTHMS or way not in rules.WAYS or hour not in rules.HOURS:
        raise ValueError(f"no such choice: {rhythm}, {way}, {hour}")
    if rhythm != rules.NEVER and not wanted:
        raise Refused(
            "Votre choix n’a pas été enregistré.",
            why="Rien n’est coché : aucun message ne partirait jamais.",
            do="Cochez au moins une sorte de choses, ou choisissez « Jamais ».",
        )
    number = ""
    if rhythm != rules.NEVER:
        by_sms = way == rules.SMS
        address = outbox.readable(states.SMS if by_sms else states.EMAIL, phone if by_sms else by.email)
        number = address if by_sms else ""
    row, _ = Preference.objects.update_or_create(
        user=by,
        defaults={
            "rhythm": rhythm,
            "way": way,
            "phone": number,
            "hour": hour,
            "weekend": weekend,
            "groups": wanted,
            "chosen_at": at,
            "fingerprint": "",
        },
    )
    return row


def dismiss(key: str, *, by: User, at: datetime) -> None:
    """Record that an account has read good news, or put its first steps away; a key of neither is left
    alone.
    """
    if key == rules.FIRST_STEPS or any(each.key == key for each in queries.news(by, at)):
        Dismissal.objects.get_or_create(user=by, key=key, defaults={"at": at})


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Write the summaries that accounts asked for, at their hour; return how many were written, and how many
    had nothing new to say.
    """
    done: Counter[str] = Counter(resumes_du_jour=0, sans_nouveau=0)
    for row, local in queries.accounts_to_notify(at):
        is_ready = rules.is_time(row.rhythm, row.hour, local, weekend=row.weekend)
        try:
            done["resumes_du_jour" if is_ready and _send(row, local.date(), at=at) else "sans_nouveau"] += 1
        finally:  # one that fails says so, and the next run goes on with the accounts after it
            Preference.objects.filter(pk=row.pk).update(looked_on=local.date())
    return done


@transaction.atomic
def _send(row: Preference, day: date, *, at: datetime) -> bool:
    """Write the summary of a day; return whether there was anything new to say."""
    local = timezone.localtime(at)
    selected_lines = rules.chosen(queries.lines(row.user, local), row.groups)
    fingerprint = rules.fingerprint(selected_lines)
    if not selected_lines or fingerprint == row.fingerprint:
        return False
    Preference.objects.filter(pk=row.pk).update(fingerprint=fingerprint)
    space_path, stop = reverse("space"), reverse("notifications")
    heading = worklist_rules.heading(len(selected_lines))
    if row.way == rules.SMS:
        to, text = row.phone, f"Maillage : {heading.lower()}. {settings.ADDRESS}{space_path}"
    else:
        to = row.user.email
        text = (
            f"{heading}.\n\n{rules.summary(selected_lines, local)}\n\nTout est ici, avec les noms :"
            f" {settings.ADDRESS}{space_path}\n\nEn recevoir moins, ou plus rien : {settings.ADDRESS}{stop}"
        )
    outbox.put(
        channel=states.SMS if row.way == rules.SMS else states.EMAIL,
        to=to,
        subject=heading,
        text=text,
        key=f"journee-{row.user_id}-{day}",
        never_after=at + LATEST,
        at=at,
    )
    return True
