"""Readers and writers of a plan: everybody reads a published one, another is for whoever may write about its
territory, and for the pilots of its actions.
"""

from django.db.models import Q, QuerySet
from django.urls import reverse

from maillage.apps.dossiers.access import may_write
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.steering.plans.models import Funder, Plan, PlanAction
from maillage.apps.territories.queries import same_places
from maillage.words.languages import to_say

LEADS = "territory.edit"


def plan_place(place: str) -> str:
    """Return where the plan of a place is written: on itself, else on another address of it."""
    places = same_places(place)
    written = set(Plan.objects.filter(place__in=places).values_list("place", flat=True))
    return next((each for each in places if each in written), place)


def plan_for(user: Visitor, place: str) -> Plan | None:
    """Return the plan of a territory that a user reads, None when there is none for them."""
    plan = Plan.objects.filter(place=place).first()
    if plan is None:
        return None
    is_read = plan.published_at or may_write(user, place) or piloted_by(user).filter(plan=plan).exists()
    return plan if is_read else None


def piloted_by(user: Visitor) -> QuerySet[PlanAction]:
    """Return the actions whose pilot is the account of a user, or was invited and opened it since."""
    if not user.is_authenticated:
        return PlanAction.objects.none()
    return PlanAction.objects.filter(Q(pilot_account=user.pk) | Q(pilot_invitation__used_by=user.pk))


def plans_for(user: Visitor) -> QuerySet[Plan]:
    """Return the plans that a user reads."""
    unpublished = Plan.objects.filter(published_at=None).values_list("place", flat=True)
    written = [place for place in unpublished if may_write(user, place)]
    return Plan.objects.filter(
        Q(published_at__isnull=False) | Q(place__in=written) | Q(pk__in=piloted_by(user).values("plan"))
    )


def funders_for(user: Visitor) -> QuerySet[Funder]:
    """Return the funders of the plans that a user may write."""
    places = Plan.objects.filter(funders__isnull=False).order_by().values_list("place", flat=True).distinct()
    written = [place for place in places if may_write(user, place)]
    return Funder.objects.filter(plan__place__in=written)


def tab(user: Visitor, place: str) -> tuple[str, str, str] | None:
    """Return the tab of a plan on the pages of its territory; that which opens it, for who may write one."""
    if plan_for(user, at_place := plan_place(place)) is not None:
        return "plan", to_say("Plan"), reverse("plan", args=[at_place])
    if may_write(user, place):
        return "plan", to_say("Plan"), reverse("plan_open", args=[place])
    return None
