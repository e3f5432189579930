"""Plans to do a procedure for real, and what came of them."""

import secrets
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.models import User
from maillage.apps.directory.models import Structure
from maillage.apps.learning.models import Plan
from maillage.apps.learning.queries import contents
from maillage.apps.learning.rules import plans
from maillage.apps.messages import actions as outbox
from maillage.apps.messages.rules import addresses
from maillage.apps.people import queries as persons
from maillage.apps.people import rules as people
from maillage.apps.people.models import Person
from maillage.kernel.errors import Refused
from maillage.reference.learning import Module


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
    """Keep the plan of doing a procedure for real; the question is asked some days after its date. Another plan replaces it."""
    assert module.service is not None
    today = timezone.localdate(at)
    if not today - timedelta(days=1) <= on <= today + timedelta(days=365):
        raise Refused(
            "Le projet n’a pas été gardé.",
            why="Cette date est passée, ou dans plus d’un an.",
            do="Choisissez un jour dans les mois qui viennent.",
        )
    if person is not None:
        Plan.objects.filter(person=person, module=module.id, answer="").delete()
    return Plan.objects.create(
        person=person,
        structure=structure,
        commune=commune,
        module=module.id,
        token=secrets.token_urlsafe(12),
        on=on,
        together=together,
        ask_on=plans.ask_on(on, module.service.after.days),
        by=by,
        example=example or bool(person and person.example),
        at=at,
    )


@transaction.atomic
def answer(plan: Plan, said: str, *, at: datetime, by: User | None = None, blocked: int | None = None) -> Plan:
    """Keep what came of a plan. « Not yet » is asked once more later; any other answer may be corrected by a new one."""
    held = Plan.objects.select_for_update().get(pk=plan.pk)
    again = said == plans.NOT_YET and held.answer != plans.NOT_YET
    held.answer, held.answered_at, held.asked_by = said, at, "aidant" if by is not None else "person"
    held.blocked = blocked if said == plans.BLOCKED else None
    if by is not None:
        held.by = by
    if again:
        held.ask_on = timezone.localdate(at) + plans.AGAIN
    held.save()
    outbox.cancel(f"projet-{held.pk}-question")
    return held


def hush(person: Person, *, at: datetime) -> None:
    """Take back the questions that were written to a person and have not left, or were kept."""
    for pk in Plan.objects.filter(person=person).values_list("pk", flat=True):
        outbox.forget(about=f"projet-{pk}-", at=at)


def ask_due(*, at: datetime, limit: int = 200) -> int:
    """Write to those whose question is due and who agreed to be written to; return how many."""
    today = timezone.localdate(at)
    due = Plan.objects.filter(ask_on__lte=today, answer="", told_at__isnull=True, person__forgotten_at__isnull=True)
    done = 0
    for plan in due.select_related("person")[:limit]:
        done += _ask(plan, at=at)
    return done


@transaction.atomic
def _ask(plan: Plan, *, at: datetime) -> bool:
    """Write the question to a person, by what they gave; the link answers it without account."""
    person = plan.person
    if not Plan.objects.filter(pk=plan.pk, told_at__isnull=True).update(told_at=at):
        return False
    channel = {people.PHONE: "sms", people.EMAIL: "email"}.get(person.reach) if person else None
    if person is None or channel is None or not persons.agreed(person, people.WRITE):
        return False
    if channel == "sms" and not addresses.mobile(person.reach_value):
        return False
    module = contents.module(plan.module)
    asked = module.service.after.question if module and module.service else "Avez-vous fait votre démarche ?"
    text = f"{asked}\nRépondez d’un geste : {settings.ADDRESS}{reverse('plan_answer', args=[plan.token])}"
    outbox.put(
        channel=channel,
        to=person.reach_value,
        subject="Votre démarche",
        text=text,
        key=f"projet-{plan.pk}-question",
        at=at,
        structure=plan.structure_id,
        commune=plan.commune,
    )
    return True
