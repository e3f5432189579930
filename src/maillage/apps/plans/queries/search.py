"""The actions of plans, found by the search across the space."""

from typing import Any

from django.urls import reverse

from maillage.apps.plans import access
from maillage.apps.plans.models import PlanAction
from maillage.apps.search.rules import Hit, SearchKind


def _action_hit(row: PlanAction, user: Any) -> Hit:
    about = f"{row.short}, {row.plan.title}, {row.standing_words}"
    return Hit(row.title, about, reverse("plan_action", args=[row.plan.place, row.pk]))


SEARCH_KINDS = (
    SearchKind(
        id="actions-de-plans",
        label="Actions des plans",
        icon="clipboard-check",
        model="plans.planaction",
        rows=lambda user: PlanAction.objects.filter(plan__in=access.plans_for(user)).select_related(
            "plan", "parent"
        ),
        indexed=lambda: PlanAction.objects.select_related("plan"),
        words=lambda row: (row.title, f"{row.objective} {row.pilot} {row.partners} {row.plan.title}"),
        hit=_action_hit,
    ),
)
