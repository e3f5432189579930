"""Search entries of learning: the modules, and the groups one runs."""

from functools import lru_cache

from django.db.models import Q
from django.urls import reverse

from maillage.apps.learning import access
from maillage.apps.learning.models import Group
from maillage.apps.learning.queries import contents
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import FixedEntry, FixedKind, Hit, SearchKind


def _modules() -> tuple[FixedEntry, ...]:
    return _entries(
        tuple((id, module.number, module.title, module.aim) for id, module in contents.modules().items())
    )


@lru_cache(maxsize=4)
def _entries(modules: tuple[tuple[str, int, str, str], ...]) -> tuple[FixedEntry, ...]:
    return tuple(
        FixedEntry(
            Hit(title, f"Module {number} · {aim}", reverse("module", args=[id])), f"module {number} {aim}"
        )
        for id, number, title, aim in modules
    )


def _group_hit(row: Group, user: Visitor) -> Hit:
    return Hit(row.title, row.structure.name, reverse("group", args=[row.pk]))


SEARCH_KINDS = (
    SearchKind(
        id="groupes",
        label="Groupes qui apprennent",
        icon="graduation-cap",
        model="learning.group",
        rows=access.groups_for,
        indexed=Group.objects.all,
        words=lambda row: (row.title, row.note),
        hit=_group_hit,
        linked=lambda user, matches: Q(structure__in=matches("structures")),
        kinds_linked=("structures",),
    ),
    FixedKind(id="modules", label="Modules", icon="graduation-cap", entries=_modules),
)
