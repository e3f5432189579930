"""The actions of plans, found by the search across the space."""

from django.urls import reverse

from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import Hit, SearchKind
from maillage.apps.steering.plans import access
from maillage.apps.steering.plans.models import PlanAction


def _action_hit(row: PlanAction, user: Visitor) -> Hit:
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
