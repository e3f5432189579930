"""Remind the helper and the person that a right, a letter or a decision has a date."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.people.mandats.queries.catalogue import label_of
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.people.reminders.queries import Occasion
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.referrals.droits import access
from maillage.apps.referrals.droits.actions.telling import record_event
from maillage.apps.referrals.droits.queries import persons
from maillage.kernel.errors import Refused
from maillage.words.languages import say
from maillage.words.opening import date_text


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a date. helper: what presses, in French, before “avant le”; subject, text: to the person,
    in the language spoken, never of which procedure; text takes the day.
    """

    helper: str
    subject: Callable[[], str]
    text: Callable[[str], str]


WORDS: Mapping[str, Words] = {
    reminders_rules.RIGHT: Words(
        "une démarche est à refaire",
        lambda: say("Une démarche à refaire"),
        lambda day: say(
            "Rappel : une de vos démarches est à faire avant le {end}. Venez voir la personne qui vous aide.",
            end=day,
        ),
    ),
    reminders_rules.LETTER: Words(
        "un courrier attend une réponse",
        lambda: say("Une réponse à donner"),
        lambda day: say(
            "Rappel : un courrier attend votre réponse avant le {end}. Venez avec le courrier voir la"
            " personne qui vous aide.",
            end=day,
        ),
    ),
    reminders_rules.DECISION: Words(
        "une décision peut être contestée",
        lambda: say("Une décision qui peut être revue"),
        lambda day: say(
            "Rappel : vous pouvez demander qu’une décision soit revue, avant le {end}. Venez avec le courrier"
            " voir la personne qui vous aide.",
            end=day,
        ),
    ),
}


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Remind whoever told of a right, a letter or a decision, and the person, once thirty and once seven days
    before its date; return how many dates. The person is not named.
    """
    done: Counter[str] = Counter()
    for kind, row in persons.to_withdraw(at):
        reminders_actions.withdraw(kind, [row], at=at)
    for near in persons.to_remind(timezone.localdate(at)):
        _remind(near, at=at)
        done["droits_rappeles"] += 1
    return done


@transaction.atomic
def _remind(near: persons.NearDate, *, at: datetime) -> None:
    """Remind of one date, never after it."""
    over = timezone.make_aware(datetime.combine(near.day + timedelta(days=1), datetime.min.time()))
    _remind_person(near, over, at=at)
    _remind_helper(near, over, at=at)
    record_event("droit.reminded", near.fact, by=None, at=at)


def _remind_helper(near: persons.NearDate, over: datetime, *, at: datetime) -> None:
    fact = near.fact
    if fact.by is None or not access.still_reads(fact):
        return
    link = f"{settings.ADDRESS}{reverse('droits', args=[fact.person_id])}"
    words = WORDS[persons.OF_FACTS[fact.kind]].helper
    with suppress(Refused):  # an invalid address blocks nothing
        outbox.put(
            channel="email",
            to=fact.by.email,
            subject="Une démarche a une date qui approche",
            text=f"Pour une personne que vous aidez, {words} avant le {date_text(near.day)} :"
            f" {label_of(fact.procedure)}.\nOù elle en est : {link}",
            key=near.key,
            at=at,
            never_after=over,
            structure=fact.structure_id,
        )


def _remind_person(near: persons.NearDate, over: datetime, *, at: datetime) -> None:
    """Remind the person, by what reaches them, without naming the procedure."""
    fact = near.fact
    kind = persons.OF_FACTS[fact.kind]
    occasion = Occasion(
        kind=kind,
        row=fact.pk,
        days=near.days,
        moment=over,
        subject=WORDS[kind].subject,
        text=lambda: WORDS[kind].text(date_text(near.day)),
        structure=fact.structure_id,
        person=fact.person,
        language=fact.person.language,
        example=fact.example,
    )
    reminders_actions.plan([occasion], at=at)
