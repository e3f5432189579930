"""Awareness actions: plan one, record its outcome."""

from datetime import date
from typing import Any

from django.db import transaction

from maillage.apps.directory.outreach.models import Outing
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.search import actions as search
from maillage.kernel.errors import Refused


@transaction.atomic
def keep(*, by: User | None, outing: Outing | None = None, today: date, **values: Any) -> Outing:
    """Save an awareness action, new or changed; Refused when marked done before its day, or with more returns
    than people met.
    """
    if values["state"] == "done" and values["on"] > today:
        raise Refused(
            "L’action n’a pas été enregistrée.",
            why="Elle est dite faite, mais son jour n’est pas encore venu.",
            do="Corrigez la date, ou laissez-la prévue.",
        )
    if values.get("met") is not None and (values.get("came") or 0) > values["met"]:
        raise Refused(
            "L’action n’a pas été enregistrée.",
            why="Plus de personnes sont venues ensuite qu’il n’y en a eu de rencontrées.",
            do="Vérifiez les deux nombres. Laissez vide celui que vous ne connaissez pas.",
        )
    row = outing or Outing(by=by)  # another’s hand leaves it in the register of who wrote it
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    search.refresh_rows(Outing, [row.pk])
    return row


@transaction.atomic
def drop(outing: Outing) -> None:
    """Take an action off the register."""
    number = outing.pk
    outing.delete()
    search.refresh_rows(Outing, [number])
