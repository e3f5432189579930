"""Who steers: the territories a user leads; the tab of the loop, which everybody reads."""

from typing import Any

from django.urls import reverse

from maillage.apps.accounts.access import rights_of
from maillage.apps.directory.models import Structure
from maillage.apps.directory.queries.seats import structures_in
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.access import may_write
from maillage.apps.dossiers.models import Study

LEADS = "territory.edit"
MEASURES, MANAGES = "measures.see", "members.manage"


def tab(user: Any, place: str) -> tuple[str, str, str]:
    """Return the tab of the loop on the pages of its territory."""
    return "boucle", "La boucle", reverse("loop", args=[place])


def structures_of(user: Any) -> list[Structure]:
    """Return the structures whose activity a user reads: those they manage, and those of the communes whose
    measures they read.
    """
    rights = rights_of(user)
    rows = Structure.objects.order_by("name", "pk")
    there = structures_in(rights.communes(MEASURES))
    return list(rows if there is None else rows.filter(pk__in={*there, *rights.structures(MANAGES)}))


def own_structures_of(user: Any) -> frozenset[int]:
    """Return the structures that a user manages: what these noted is theirs, small counts included."""
    return frozenset(rights_of(user).structures(MANAGES))


def studies_of(user: Any) -> list[Study]:
    """Return the finished studies of the territories that a user may write about, the latest first."""
    if not rights_of(user).any(LEADS):
        return []
    return [study for study in dossiers.finished_studies() if may_write(user, study.place)]
