"""The structure that somebody's SIRET names: noted at sign-in, asked for by them, answered by who may."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.memberships import access
from maillage.apps.directory.memberships.actions import invitations, roles
from maillage.apps.directory.memberships.models import Claim
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.sources.offer.clean import pivot


def note(user: User, siret: str, *, at: datetime) -> None:
    """Keep the SIRET that a sign-in gave, once: not what cannot be one, nor that of a structure for which the
    account acts already. What it answered stays answered.
    """
    if not pivot.is_siret(siret):
        return
    structure = access.structure_of(siret)
    current_roles = access.current(timezone.localdate(at)).filter(user=user)
    if structure is None or not current_roles.filter(structure=structure).exists():
        Claim.objects.get_or_create(user=user, siret=siret, defaults={"made_at": at})


@transaction.atomic
def ask(claim: Claim, *, by: User, at: datetime) -> None:
    """Ask to act for the structure: its team, or the coordination when the directory does not know it."""
    row = _lock(claim)
    row.asked_at = row.asked_at or at
    row.save(update_fields=["asked_at"])
    structure = access.structure_of(row.siret)
    journal.record(by=by, verb="claim.asked", row=row, at=at, structure=structure and structure.pk)


@transaction.atomic
def accept(claim: Claim, *, by: User, at: datetime, name: str = "") -> Structure:
    """Give whoever asked the role of a helper, and return the structure. name: of one that the directory does
    not know, which who coordinates a territory adds under its SIREN.
    """
    row = _lock(claim)
    structure = access.structure_of(row.siret)
    if structure is None:
        if not line(name):
            raise Refused(
                "La demande n’a pas été acceptée.",
                why="L’annuaire ne connaît pas ce SIRET.",
                do="Écrivez le nom de la structure : elle y sera ajoutée.",
            )
        structure = invitations.add_structure(by, line(name, 300), key=f"siren:{row.siret[:9]}")
    roles.give(
        by=by, to=row.user, role=access.CLAIMED_ROLE, on=timezone.localdate(at), at=at, structure=structure
    )
    _decide(row, True, by=by, at=at)
    journal.record(by=by, verb="claim.accepted", row=row, at=at, structure=structure.pk)
    return structure


@transaction.atomic
def refuse(claim: Claim, *, by: User, at: datetime) -> None:
    """Answer no, for who asked or for who is asked: it is proposed no more."""
    row = _lock(claim)
    _decide(row, False, by=by, at=at)
    journal.record(by=by, verb="claim.refused", row=row, at=at)


def _lock(claim: Claim) -> Claim:
    row = Claim.objects.select_for_update(of=("self",)).select_related("user").get(pk=claim.pk)
    if row.is_accepted is not None:
        raise Refused(
            "La demande n’a pas changé.",
            why="Quelqu’un a déjà répondu à cette demande.",
            do="Rechargez la page pour lire la réponse.",
        )
    return row


def _decide(row: Claim, is_accepted: bool, *, by: User, at: datetime) -> None:
    row.is_accepted, row.decided_at, row.decided_by = is_accepted, at, by
    row.save(update_fields=["is_accepted", "decided_at", "decided_by"])
