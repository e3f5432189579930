"""Groups, their members and what is written in them."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.site.structures import access
from maillage.apps.site.structures.models import Group, Member, Post
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import UnknownTerritory
from maillage.statistics.zones.territories import gazetteer


@dataclass(frozen=True, slots=True)
class Line:
    """A group in a list. is_own: the reader is of it."""

    group: Group
    territory: str
    n_members: int
    is_own: bool


def territory_name(code: str) -> str:
    """Return the name of a territory, "" for none."""
    if not code:
        return ""
    stored = territories.perimeter(code)
    if stored is not None:
        return stored.name
    try:
        return gazetteer().get(code).long_name
    except UnknownTerritory:
        return ""


def lines(user: Visitor) -> list[Line]:
    """Return the open groups, those of the reader first."""
    own = set(access.groups_of(user).values_list("pk", flat=True))
    rows = access.open_groups().annotate(n=Count("members", filter=Q(members__user__is_active=True)))
    group_lines = [Line(row, territory_name(row.territory), row.n, row.pk in own) for row in rows]
    return sorted(group_lines, key=lambda row: (not row.is_own, row.group.name))


def members(group: Group) -> QuerySet[Member]:
    """Return the members of a group, those who lead first; not those whose account was closed."""
    return group.members.filter(user__is_active=True).select_related("user")


def posts(group: Group) -> QuerySet[Post]:
    """Return the messages of a group, the latest first."""
    return group.posts.select_related("by", "removed_by")
