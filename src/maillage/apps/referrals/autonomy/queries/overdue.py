"""The diagnoses to repeat in a territory, by structure: counts and days, never a name."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from maillage.apps.directory.memberships.access import MANAGE, holds_territory, structures_with, team_roles
from maillage.apps.directory.memberships.rules import ROLES
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons.models import Following
from maillage.apps.platform.accounts.models import Entry, Visitor
from maillage.apps.platform.accounts.rules.worklist import MAX_WAIT_DAYS, UNDO
from maillage.apps.referrals.autonomy.models import Bilan

LEADS, NUDGED, UNDONE = MANAGE, "bilan.retests_nudged", "bilan.retests_nudge_undone"


@dataclass(frozen=True, slots=True)
class Overdue:
    """A structure with diagnoses to repeat: how many, the day of the first."""

    structure: int
    name: str
    n: int
    first: date


def retests(diagnoses: QuerySet[Bilan], on: date) -> QuerySet[Bilan]:
    """Return which of some diagnoses are to be done again by a day: none of the person was done since, from
    it or from the first question.
    """
    since = Bilan.objects.filter(person=OuterRef("person"), at__gt=OuterRef("at"))
    return diagnoses.filter(~Exists(since), person__isnull=False, retest_on__lte=on)


def by_structure(user: Visitor, at: datetime) -> list[Overdue]:
    """Return the structures of the territory that a user leads with diagnoses to repeat, those with most
    first; not those told this week.
    """
    if not holds_territory(user):
        return []
    nudged = nudges(at - timedelta(days=MAX_WAIT_DAYS))
    follows = Following.objects.filter(
        person=OuterRef("person"), structure=OuterRef("structure"), ended_at=None
    )  # one that was left reads no sheet: it could do nothing
    there = Bilan.objects.filter(Exists(follows), structure__in=structures_with(user, MANAGE).values("pk"))
    rows = (
        retests(there, timezone.localdate(at))
        .exclude(structure__in=nudged.values("row"))
        .order_by()
        .values("structure", "structure__name")
        .annotate(n=Count("pk"), first=Min("retest_on"))
    )
    structures = [
        Overdue(each["structure"], each["structure__name"], each["n"], each["first"]) for each in rows
    ]
    return sorted(structures, key=lambda row: (-row.n, row.name))


def nudges(since: datetime) -> QuerySet[Entry]:
    """Return the lines of the journal that say which structures were told since a moment, but for those taken
    back.
    """
    entries = Entry.objects.filter(kind=Structure._meta.label_lower)
    undone = entries.filter(verb=UNDONE, row=OuterRef("row"), pk__gt=OuterRef("pk"))
    return entries.filter(~Exists(undone), verb=NUDGED, at__gte=since)


def own_nudges(user: Visitor, at: datetime) -> list[Entry]:
    """Return those of the last time that a user told structures, while it may be taken back."""
    rows = list(nudges(at - UNDO).filter(by=user.pk).order_by("-pk")[:500])
    return [each for each in rows if each.at == rows[0].at]


def helpers(structures: Collection[int], on: date) -> dict[int, list[tuple[int, str]]]:
    """Return, for each structure, the accounts that help people there on a day: number and e-mail address."""
    roles = [id for id, role in ROLES.items() if "people.see" in role.rights]
    roles_there = team_roles(on).filter(structure__in=structures, role__in=roles)
    by_structure: dict[int, list[tuple[int, str]]] = {}
    for structure, account, mail in (
        roles_there.order_by("user").values_list("structure", "user", "user__email").distinct()
    ):
        by_structure.setdefault(structure, []).append((account, mail))
    return by_structure
