"""Remind the helper and the person that a mandate ends."""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.actions.records import outbox_prefix, record_event
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.mandats.queries import lists
from maillage.apps.people.mandats.rules import frame
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.people.reminders.queries import Occasion
from maillage.apps.platform.messages import actions as outbox
from maillage.kernel.errors import Refused
from maillage.words.languages import say, typed
from maillage.words.opening import date_text


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Remind whoever prepared a mandate, and the person, that it ends; return how many mandates."""
    today = timezone.localdate(at)
    done: Counter[str] = Counter()
    for row in lists.to_remind(today):
        done["mandats_rappeles"] += _remind(row, at=at)
    return done


@transaction.atomic
def _remind(mandat: Mandat, *, at: datetime) -> bool:
    """Remind once of each date; when both are past, the nearer alone."""
    today = timezone.localdate(at)
    row = Mandat.objects.select_for_update(of=("self",)).select_related("person", "by").get(pk=mandat.pk)
    days_left = (row.ends_on - today).days
    reached = [days for days in frame.REMINDERS if days_left <= days and days not in row.reminded]
    if not reached or row.state_on(today) != frame.RUNNING:
        return False
    row.reminded = sorted({*row.reminded, *reached}, reverse=True)
    row.save(update_fields=["reminded"])
    if row.example or lists.is_renewed(row):
        return False
    _tell_helper(row, min(reached), at=at)
    _tell_person(row, min(reached), at=at)
    record_event("mandat.reminded", row, by=None, at=at, detail=f"{min(reached)} jours avant la fin")
    return True


def _tell_helper(row: Mandat, days: int, *, at: datetime) -> None:
    if row.by is None or not access.mandats_for(row.by).filter(pk=row.pk).exists():
        return
    link = f"{settings.ADDRESS}{reverse('mandat', args=[row.pk])}"
    with suppress(Refused):  # an invalid address blocks nothing
        outbox.put(
            channel="email",
            to=row.by.email,
            subject="Un mandat finit bientôt",
            text=(
                f"Un mandat que vous avez préparé finit le {date_text(row.ends_on)}. Après ce jour, plus rien"
                f" ne se fait à la place de la personne.\nPour continuer, elle signe à nouveau : {link}"
            ),
            key=f"{outbox_prefix(row)}rappel-{days}-aidant",
            at=at,
            never_after=_over(row),
            structure=row.structure_id,
        )


def _tell_person(row: Mandat, days: int, *, at: datetime) -> None:
    """Remind the person, in their language, by what reaches them."""
    occasion = Occasion(
        kind=reminders_rules.MANDAT,
        row=row.pk,
        days=days,
        moment=_over(row),
        subject=lambda: say("Votre mandat finit bientôt"),
        text=lambda: say(
            "Votre mandat à {structure} finit le {end}. Pour continuer, venez signer à nouveau. Sinon, il"
            " s’arrête seul.",
            structure=typed(row.structure.name if row.structure else ""),
            end=date_text(row.ends_on),
        ),
        structure=row.structure_id,
        person=row.person,
        language=row.language,
    )
    reminders_actions.plan([occasion], at=at)


def _over(row: Mandat) -> datetime:
    """Return the midnight that ends the last day of a mandate."""
    return timezone.make_aware(datetime.combine(row.ends_on + timedelta(days=1), datetime.min.time()))
