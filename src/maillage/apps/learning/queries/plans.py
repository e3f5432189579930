"""Plans to do a procedure for real: those to ask about, one by its link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from maillage.apps.directory.places.models import Structure
from maillage.apps.learning import access, rules
from maillage.apps.learning.models import Plan
from maillage.apps.learning.queries import contents
from maillage.apps.learning.queries.progress import following_structure
from maillage.apps.people.persons import rules as people
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.platform.accounts.models import Visitor
from maillage.modules.format import Module
from maillage.web import bulk


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan, with its accelerator."""

    plan: Plan
    module: Module | None

    @property
    def title(self) -> str:
        return self.module.title if self.module else self.plan.module


LISTED = 100
AWAITING_ANSWER = Q(answer="") | Q(answer=rules.NOT_YET, answered_at__date__lt=F("ask_on"))


def awaiting_question() -> QuerySet[Plan]:
    """Return the plans to ask about: without an answer, or with a « not yet » from before the day of the
    second question.
    """
    return Plan.objects.filter(AWAITING_ANSWER)


def to_write(on: date) -> QuerySet[Plan]:
    """Return the plans whose question is due and unwritten, of people who may agree to it, the oldest
    first.
    """
    agreed = Consent.objects.filter(
        person=OuterRef("person"), purpose=people.WRITE, given=True, withdrawn_at=None
    )
    unwritten = awaiting_question().filter(
        ask_on__gte=on - rules.WRITTEN_FOR, ask_on__lte=on, told_at=None, example=False
    )
    reached = unwritten.filter(
        Exists(agreed), person__reach__in=(people.PHONE, people.EMAIL), person__forgotten_at=None
    )
    return reached.select_related("person").order_by("ask_on", "pk")


def by_token(token: str) -> Plan | None:
    """Return the plan that a link answers; None when it was replaced."""
    return Plan.objects.filter(token=token).select_related("person").first()


def to_ask(user: Visitor, on: date, most: int = LISTED) -> tuple[list[PlanRow], int]:
    """Return the first plans whose question is due, the oldest first, and how many there are in all."""
    rows, n = bulk.firsts(plans_to_ask(user, on).order_by("ask_on", "pk"), most)
    return _with(rows), n


def plans_to_ask(user: Visitor, on: date) -> QuerySet[Plan]:
    """Return the plans whose question is due, unordered."""
    return _unanswered(user, Q(ask_on__lte=on))


def coming(user: Visitor, on: date) -> list[PlanRow]:
    """Return the plans whose question is not due yet."""
    return _with(_unanswered(user, Q(ask_on__gt=on)).order_by("on", "pk")[:LISTED])


def _unanswered(user: Visitor, which: Q) -> QuerySet[Plan]:
    """Return the plans of which somebody may still be asked: nobody is, of those who were erased."""
    return access.plans_for(user, AWAITING_ANSWER, which, Q(person__isnull=False))


def answered(user: Visitor) -> list[PlanRow]:
    """Return the last plans that have an answer."""
    return _with(access.plans_for(user, ~Q(answer="")).order_by("-answered_at")[:12])


def in_whose_name(user: Visitor, person: Person | None, *, helped: bool) -> Structure | None:
    """Return the structure on whose behalf a plan is made.

    helped: by the helper's structure, which follows the person; else that of their group, or the one that
    follows them.
    """
    if person is None:
        return None
    if helped:
        followed = person.followings.filter(structure__in=access.structures_for(user), ended_at=None).values(
            "structure"
        )
        return Structure.objects.filter(pk__in=followed).order_by("pk").first()
    group = access.group_of(person)
    return group.structure if group else Structure.objects.filter(Q(pk=following_structure(person))).first()


def _with(rows: Any) -> list[PlanRow]:
    return [PlanRow(plan, contents.module(plan.module)) for plan in rows]


def steps(plan: Plan) -> Sequence[tuple[int, str]]:
    """Return the screens of a procedure where a person may have been blocked."""
    module = contents.module(plan.module)
    return [(n, step.title) for n, step in enumerate(module.steps, 1) if step.exercise] if module else []
