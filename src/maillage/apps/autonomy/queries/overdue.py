"""The diagnoses to repeat in a territory, by structure: counts and days, never a name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone

from maillage.apps.accounts.models import Entry
from maillage.apps.accounts.rules.worklist import LONG
from maillage.apps.autonomy.models import Bilan
from maillage.apps.directory.models import Structure
from maillage.apps.memberships.access import MANAGE, current, holds_territory, structures_with
from maillage.apps.memberships.rules import ROLES

LEADS, NUDGED = MANAGE, "bilan.retests_nudged"


@dataclass(frozen=True, slots=True)
class Overdue:
    """A structure with diagnoses to repeat: how many, the day of the first."""

    structure: int
    name: str
    n: int
    first: date


def by_structure(user: Any, at: datetime) -> list[Overdue]:
    """Return the structures of the territory that a user leads with diagnoses to repeat, those with most
    first; not those told this week.
    """
    if not holds_territory(user):
        return []
    told = Entry.objects.filter(
        verb=NUDGED, kind=Structure._meta.label_lower, at__gte=at - timedelta(days=LONG)
    )
    rows = (
        Bilan.objects.filter(
            person__isnull=False,
            retest_on__lte=timezone.localdate(at),
            again__isnull=True,
            structure__in=structures_with(user, MANAGE).values("pk"),
        )
        .exclude(structure__in=told.values("row"))
        .order_by()
        .values("structure", "structure__name")
        .annotate(n=Count("pk"), first=Min("retest_on"))
    )
    found = [Overdue(each["structure"], each["structure__name"], each["n"], each["first"]) for each in rows]
    return sorted(found, key=lambda each: (-each.n, each.name))


def helpers(structures: Collection[int], on: date) -> dict[int, list[tuple[int, str]]]:
    """Return, for each structure, the accounts that help people there on a day: number and e-mail address."""
    roles = [id for id, role in ROLES.items() if "people.see" in role.rights]
    held = current(on).filter(structure__in=structures, role__in=roles, user__is_active=True)
    found: dict[int, list[tuple[int, str]]] = {}
    for structure, account, mail in (
        held.order_by("user").values_list("structure", "user", "user__email").distinct()
    ):
        found.setdefault(structure, []).append((account, mail))
    return found
