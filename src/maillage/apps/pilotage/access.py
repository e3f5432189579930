"""Who steers: the territories a user leads; the tab of the loop, which everybody reads."""

from typing import Any

from django.urls import reverse

from maillage.apps.accounts.access import rights_of
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.access import may_write
from maillage.apps.dossiers.models import Study

LEADS = "territory.edit"


def tab(user: Any, place: str) -> tuple[str, str, str]:
    """Return the tab of the loop on the pages of its territory."""
    return "boucle", "La boucle", reverse("loop", args=[place])


def studies_of(user: Any) -> list[Study]:
    """Return the finished studies of the territories that a user may write about, the latest first."""
    if not rights_of(user).any(LEADS):
        return []
    return [study for study in dossiers.finished_studies() if may_write(user, study.place)]
