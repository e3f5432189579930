"""Steering rights: the territories a user leads; the tab of the loop, which everybody reads."""

from django.urls import reverse

from maillage.apps.directory.memberships.access import communes_of, territories_with
from maillage.apps.directory.places.models import Structure
from maillage.apps.directory.places.queries.seats import structures_in
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.access import may_write
from maillage.apps.dossiers.models import Study
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.steering.plans.models import Plan
from maillage.words.languages import to_say

LEADS = "territory.edit"
MEASURES, MANAGES = "measures.see", "members.manage"
MAX_PLANNED_TERRITORIES = 100  # territories that have a plan


def tab(user: Visitor, place: str) -> tuple[str, str, str]:
    """Return the tab of the loop on the pages of its territory."""
    return "boucle", to_say("La boucle"), reverse("loop", args=[place])


def structures_of(user: Visitor) -> list[Structure]:
    """Return the structures whose activity a user reads: those they manage, and those of the communes whose
    measures they read.
    """
    rights = rights_of(user)
    rows = Structure.objects.order_by("name", "pk")
    there = structures_in(rights.communes(MEASURES))
    return list(rows if there is None else rows.filter(pk__in={*there, *rights.structures(MANAGES)}))


def structures_of_plan(plan: Plan) -> frozenset[int] | None:
    """Return the structures of the territory of a plan, those that its funders may read; None: all."""
    numbers = structures_in(communes_of(plan.place))
    return None if numbers is None else frozenset(numbers)


def own_structures_of(user: Visitor) -> frozenset[int]:
    """Return the structures that a user manages: what these noted is theirs, small counts included."""
    return frozenset(rights_of(user).structures(MANAGES))


def studies_of(user: Visitor) -> list[Study]:
    """Return the finished studies of the territories that a user may write about: those that have a plan,
    then those of their roles, then the others; the latest first in each. Whatever anybody asks to compute
    elsewhere, none of the first is pushed out; a study that only answers a number to check leads nowhere.
    """
    if not rights_of(user).any(LEADS):
        return []
    planned = Plan.objects.order_by("-pk").values_list("place", flat=True)[:MAX_PLANNED_TERRITORIES]
    of_roles = territories_with(user, LEADS)
    first = {place: rank for rank, places in enumerate((of_roles, planned)) for place in places}
    first_studies = dossiers.latest_of(first)
    other_studies = [
        study for study in dossiers.finished_studies() if study.place not in first and not study.is_check
    ]
    writable_studies = [study for study in (*first_studies, *other_studies) if may_write(user, study.place)]
    writable_studies.sort(key=lambda study: study.finished_at or study.asked_at, reverse=True)
    return sorted(writable_studies, key=lambda study: -first.get(study.place, -1))
