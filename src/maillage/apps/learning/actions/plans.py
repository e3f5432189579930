"""Plans to do a procedure for real, and their outcome."""

import secrets
from contextlib import suppress
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.learning import rules
from maillage.apps.learning.models import Plan
from maillage.apps.learning.queries import contents
from maillage.apps.learning.queries import plans as queries
from maillage.apps.people.persons import queries as persons
from maillage.apps.people.persons import rules as people
from maillage.apps.people.persons.actions import register
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.queries import is_stopped
from maillage.apps.platform.messages.rules import addresses, states
from maillage.kernel.errors import Refused
from maillage.modules.format import Module


@transaction.atomic
def make(
    module: Module,
    *,
    on: date,
    together: str,
    at: datetime,
    person: Person | None = None,
    structure: Structure | None = None,
    commune: str = "",
    by: User | None = None,
    example: bool = False,
) -> Plan:
    """Store a plan to do a procedure for real; the question is asked some days after its date. A new plan
    replaces it.
    """
    assert module.service is not None
    today = timezone.localdate(at)
    if not today - timedelta(days=1) <= on <= today + timedelta(days=365):
        raise Refused(
            "Le projet n’a pas été gardé.",
            why="Cette date est passée, ou dans plus d’un an.",
            do="Choisissez un jour dans les mois qui viennent.",
        )
    if person is not None:
        register.lock(person)  # two clicks at once would make two plans, and ask twice
        for replaced in (
            queries.awaiting_question().filter(person=person, module=module.id).select_for_update()
        ):
            outbox.forget(about=_about(replaced.pk), at=at)  # its link would open nothing
            replaced.delete()
    return Plan.objects.create(
        person=person,
        structure=structure,
        commune=commune,
        module=module.id,
        token=secrets.token_urlsafe(12),
        on=on,
        together=together,
        ask_on=rules.ask_on(on, module.service.after.days),
        by=by,
        example=example or bool(person and person.example),
        at=at,
    )


@transaction.atomic
def answer(
    plan: Plan, answer: str, *, at: datetime, by: User | None = None, blocked: int | None = None
) -> Plan:
    """Record the outcome of a plan. « Not yet » is asked once more later; any other answer may be corrected.

    « Not yet » repeated before that day is the same answer; from that day on, it is final.
    """
    locked_plan = Plan.objects.select_for_update().filter(pk=plan.pk).first()
    if locked_plan is None:
        raise Refused(
            "La réponse n’a pas été notée.",
            why="Un autre projet a remplacé celui-ci entre-temps.",
            do="Répondez à celui-là, quand sa question viendra.",
        )
    again = answer == rules.NOT_YET and locked_plan.answer != rules.NOT_YET
    locked_plan.answer, locked_plan.answered_at, locked_plan.asked_by = (
        answer,
        at,
        "aidant" if by is not None else "person",
    )
    locked_plan.blocked = blocked if answer == rules.BLOCKED else None
    if by is not None:
        locked_plan.by = by
    if _taken_back(locked_plan) or again:
        locked_plan.told_at = None
    if again:
        locked_plan.ask_on = max(locked_plan.ask_on, timezone.localdate(at) + rules.AGAIN)
    locked_plan.save()
    return locked_plan


@transaction.atomic
def hush(person: Person, *, at: datetime) -> None:
    """Cancel the questions to a person that are pending or on hold."""
    for plan in Plan.objects.select_for_update().filter(person=person).order_by("pk"):
        if _taken_back(plan):
            Plan.objects.filter(pk=plan.pk).update(told_at=None)
        outbox.forget(about=_about(plan.pk), at=at)


def _about(pk: int) -> str:
    return f"projet-{pk}-"


def _key(plan: Plan, on: date) -> str:
    return f"{_about(plan.pk)}question-{on:%Y%m%d}"


def _taken_back(plan: Plan) -> bool:
    """Cancel the pending question, and return whether there was one."""
    return plan.told_at is not None and outbox.cancel(_key(plan, timezone.localdate(plan.told_at))) > 0


def ask_outcomes(*, at: datetime, limit: int = 200) -> int:
    """Write to those whose question is due and who agreed to be written to; return how many."""
    done = 0
    for plan in queries.to_write(timezone.localdate(at)):
        done += _ask(plan, at=at)
        if done == limit:
            break
    return done


@transaction.atomic
def _ask(plan: Plan, *, at: datetime) -> bool:
    """Write the question to a person, through their chosen channel, and return whether it will be sent; its
    link needs no account.

    An invalid address blocks nothing: the question stays until there is a valid one.
    """
    today = timezone.localdate(at)
    locked_plan = queries.to_write(today).select_for_update(of=("self",)).filter(pk=plan.pk).first()
    person = locked_plan.person if locked_plan is not None else None
    if locked_plan is None or person is None:  # answered, replaced or written meanwhile
        return False
    channel = {people.PHONE: "sms", people.EMAIL: "email"}[person.reach]
    if not addresses.read(channel, person.reach_value) or is_stopped(channel, person.reach_value):
        return False
    if not persons.agreed(person, people.WRITE):
        return False
    module = contents.module(locked_plan.module)
    question = (
        module.service.after.question if module and module.service else "Avez-vous fait votre démarche ?"
    )
    link = f"{settings.ADDRESS}{reverse('plan_answer', args=[locked_plan.token])}"
    text = f"{question}\nRépondez d’un geste : {link}"
    with suppress(Refused):
        message = outbox.put(
            channel=channel,
            to=person.reach_value,
            subject="Votre démarche",
            text=text,
            key=_key(locked_plan, today),
            at=at,
            structure=locked_plan.structure_id,
            commune=locked_plan.commune,
        )
        if message.state != states.CANCELLED:
            return bool(Plan.objects.filter(pk=locked_plan.pk).update(told_at=at))
    return False
