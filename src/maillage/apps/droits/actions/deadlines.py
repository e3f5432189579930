"""Remind the helper and the person that a right has a date."""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.droits.actions.telling import record_event
from maillage.apps.droits.queries import persons
from maillage.apps.mandats.queries.catalogue import label_of
from maillage.apps.messages import actions as outbox
from maillage.apps.reminders.actions import planning as reminders
from maillage.apps.reminders.queries.occasions import Occasion
from maillage.apps.reminders.rules import ways
from maillage.kernel.errors import Refused
from maillage.words.languages import say
from maillage.words.opening import date_text


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Write to the helper who told of a right, once thirty and once seven days before its date; return how
    many were written. The person is not named.
    """
    today = timezone.localdate(at)
    done: Counter[str] = Counter()
    for reminder in persons.to_remind(today):
        done["droits_rappeles"] += _remind(reminder, at=at)
    return done


@transaction.atomic
def _remind(reminder: persons.Reminder, *, at: datetime) -> bool:
    """Write one reminder, that never leaves after its date. An invalid address blocks nothing."""
    fact, day = reminder.fact, reminder.day
    link = f"{settings.ADDRESS}{reverse('droits', args=[fact.person_id])}"
    over = timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))
    _remind_person(reminder, over, at=at)
    with suppress(Refused):
        outbox.put(
            channel="email",
            to=fact.by.email if fact.by else "",
            subject="Une démarche a une date qui approche",
            text=f"Pour une personne que vous aidez, une démarche a une date : {label_of(fact.procedure)},"
            f" avant le {date_text(day)}.\nOù elle en est : {link}",
            key=reminder.key,
            at=at,
            never_after=over,
            structure=fact.structure_id,
        )
        record_event("droit.reminded", fact, by=None, at=at)
        return True
    return False


def _remind_person(reminder: persons.Reminder, over: datetime, *, at: datetime) -> None:
    """Remind the person, by what reaches them, without naming the procedure."""
    fact = reminder.fact
    occasion = Occasion(
        kind=ways.RIGHT,
        row=fact.pk,
        days=reminder.days,
        moment=over,
        subject=lambda: say("Une démarche à refaire"),
        text=lambda: say(
            "Rappel : une de vos démarches est à faire avant le {end}. Venez voir la personne qui vous aide.",
            end=date_text(reminder.day),
        ),
        structure=fact.structure_id,
        person=fact.person,
        language=fact.person.language,
        example=fact.example,
    )
    reminders.plan([occasion], at=at)
