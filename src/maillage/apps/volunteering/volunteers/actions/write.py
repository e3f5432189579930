"""Rights and journal shared by every action on those who help."""

from datetime import datetime
from typing import Any

from django.db import models

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.volunteers import access
from maillage.kernel.errors import Refused


def check_manage(by: User | None, structure: int | None) -> None:
    """Refuse a user who does not train nor welcome on behalf of a structure. by None: the platform itself."""
    if by is not None and not rights_of(by).may(access.MANAGE, structure=structure):
        raise Refused(
            "Le bénévolat n’a pas été modifié.",
            why="Vous n’organisez rien au nom de cette structure.",
            do="Demandez à son responsable de le faire, ou de vous donner ce rôle.",
        )


def record(
    verb: str, row: models.Model, *, by: User | None, at: datetime, structure: int, **more: Any
) -> None:
    """Write in the journal who did what to a row; it names nobody."""
    journal.record(by=by, verb=verb, row=row, at=at, structure=structure, **more)
