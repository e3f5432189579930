"""Lock a mandate, and write what happens to it in the journal."""

from datetime import datetime

from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused


def lock(mandat: Mandat) -> Mandat:
    """Return a mandate as it is now, its person locked first; Refused once one of them is gone."""
    people.lock(mandat.person)
    locked = (
        Mandat.objects.select_for_update(of=("self",))
        .select_related("structure", "person")
        .filter(pk=mandat.pk, stripped_at__isnull=True)
    )
    row = locked.first()
    if row is None:
        raise Refused(
            "Rien n’a été enregistré.",
            why="Ce mandat n’existe plus : il a été refusé ou effacé.",
            do="Si la personne veut encore de l’aide, préparez-en un autre.",
        )
    return row


def outbox_prefix(row: Mandat) -> str:
    return f"mandat-{row.pk}-"


def record_view(mandat: Mandat, *, by: User | None, at: datetime, verb: str = "mandat.seen") -> None:
    """Record that a user opened a mandate, or took away one of its papers."""
    record_event(verb, mandat, by=by, at=at)


def record_event(verb: str, row: Mandat, *, by: User | None, at: datetime, detail: str = "") -> None:
    acting = access.acting_for(by, row)
    journal.record(by=by, verb=verb, row=row, at=at, structure=acting, words=detail)
