"""Plans to do a procedure for real: those to ask about, one by its link."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from maillage.apps.learning import access
from maillage.apps.learning.models import Plan
from maillage.apps.learning.queries import contents
from maillage.reference.learning import Module


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan, with its accelerator."""

    plan: Plan
    module: Module | None

    @property
    def title(self) -> str:
        return self.module.title if self.module else self.plan.module


def by_token(token: str) -> Plan | None:
    return Plan.objects.filter(token=token).select_related("person").first()


def to_ask(user: Any, on: date) -> list[Asked]:
    """Return the plans whose question is due and has no answer, the oldest first."""
    rows = access.plans_for(user).filter(ask_on__lte=on, answer__in=("", "not_yet")).order_by("ask_on", "pk")[:100]
    return _with(rows)


def coming(user: Any, on: date) -> list[Asked]:
    """Return the plans whose question is not due yet."""
    return _with(access.plans_for(user).filter(ask_on__gt=on).order_by("on", "pk")[:100])


def answered(user: Any) -> list[Asked]:
    """Return the last plans that have an answer."""
    return _with(access.plans_for(user).exclude(answer="").order_by("-answered_at")[:12])


def _with(rows: Any) -> list[Asked]:
    return [Asked(plan, contents.module(plan.module)) for plan in rows]


def steps(plan: Plan) -> Sequence[tuple[int, str]]:
    """Return the screens of a procedure that may have blocked somebody."""
    found = contents.module(plan.module)
    return [(n, step.title) for n, step in enumerate(found.steps, 1) if step.exercise] if found else []
