"""The objects that a discussion stands under: whether somebody may read each, its title, its page.

Each kind has a function in `FINDERS`.
"""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from maillage.apps.community import access
from maillage.apps.community.models import Meeting, Resource
from maillage.apps.community.rules.discussions import SUBJECTS, Subject
from maillage.apps.directory.outreach.models import Outing
from maillage.apps.directory.places.access import lieux_for
from maillage.apps.platform.accounts.models import Visitor
from maillage.web.hooks import Hook

# For each kind, a function giving its object to a user who may read it.
FINDERS: Hook[tuple[str, Callable[[int, Any], Subject | None]]] = Hook()


def find(kind: str, row: int, user: Visitor) -> Subject | None:
    """Return the object of a kind and a number; None when there is none that a user may read."""
    finder = dict(FINDERS).get(kind) if kind in SUBJECTS else None
    return finder(row, user) if finder else None


def resource(row: int, user: Visitor) -> Subject | None:
    """Return a shared resource."""
    shared = Resource.objects.filter(pk=row, withdrawn_at=None).select_related("structure").first()
    if shared is None:
        return None
    commune = access.commune_of(shared.structure) if shared.structure else ""
    url = reverse("resource", args=[row])
    return Subject("resource", row, shared.title, url, commune, shared.structure_id)


def meeting(row: int, user: Visitor) -> Subject | None:
    """Return a meeting, even cancelled: one says why under it."""
    met = Meeting.objects.filter(pk=row).first()
    if met is None:
        return None
    url = reverse("meeting", args=[row])
    return Subject("meeting", row, met.title, url, met.commune, met.structure_id)


def lieu(row: int, user: Visitor) -> Subject | None:
    """Return a place of the directory."""
    place = lieux_for(user).filter(pk=row, merged_into=None).first()
    if place is None:
        return None
    url = reverse("lieu", args=[place.slug])
    return Subject("lieu", row, place.name, url, place.code_insee, place.structure_id)


def outing(row: int, user: Visitor) -> Subject | None:
    """Return an awareness action of the register, unless it is cancelled."""
    action = Outing.objects.filter(pk=row).exclude(state="cancelled").first()
    if action is None:
        return None
    return Subject("outing", row, action.name, reverse("awareness_action", args=[row]), "", None)
