"""Proposals and reports about a sheet: written only when a person of the network accepts them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import sheets, signals
from maillage.apps.directory.places.models import Change, Lieu, Proposal
from maillage.kernel.errors import Refused
from maillage.reference import offer
from maillage.reference.sheet import FREE_TEXT

FIELDS = {*offer.fields(), "precision", "practices", "sans", FREE_TEXT}


@transaction.atomic
def propose(lieu: Lieu, *, field: str, value: Any, by: str, at: datetime) -> Proposal:
    """Store a value proposed for a field, beside the current one; None would withdraw the field.

    The same value proposed twice is stored once. Raises ValueError for a field that no sheet has.
    """
    if field not in FIELDS:
        raise ValueError(f"{field!r} is no field of a sheet: see reference/offer/fields.yaml.")
    Lieu.objects.select_for_update().get(pk=lieu.pk)  # proposed by two at once, it is one
    open_proposals = Proposal.objects.filter(lieu=lieu, field=field, state=rules.OPEN)
    same = next((each for each in open_proposals if each.value == value), None)
    return same or Proposal.objects.create(lieu=lieu, field=field, value=value, by=by, at=at)


@transaction.atomic
def accept(proposal: Proposal, *, by: str, at: datetime) -> Change:
    """Write a proposed value on the sheet, as confirmed; Refused when it was answered, has no value, or is
    about a place merged since.
    """
    open_proposal = still_open(proposal)
    if open_proposal.field == rules.CUSTODY:
        raise Refused(
            "Le lieu n’a pas changé de structure.",
            why="Son équipe le perdrait, et des personnes sont peut-être en route.",
            do="Lisez d’abord ce qui changerait, puis décidez.",
        )
    if not open_proposal.field:
        raise Refused(
            "Ce message n’a pas été accepté.",
            why="Il ne propose aucune valeur à écrire dans la fiche.",
            do="Corrigez la fiche vous-même, puis répondez au message.",
        )
    lieu = Lieu.objects.select_for_update().get(pk=open_proposal.lieu_id)
    if lieu.state == rules.MERGED:
        raise Refused(
            "La valeur n’a pas été écrite.",
            why=f"Personne ne la lirait : cette fiche est réunie à « {lieu.merged_into} ».",
            do="Corrigez cette autre fiche, puis écartez la proposition.",
        )
    before, on = sheets.snapshot(lieu), timezone.localdate(at).isoformat()
    lieu.sheet, lieu.origins = rules.edited(
        lieu.sheet, lieu.origins, {open_proposal.field: open_proposal.value}, by=by, on=on
    )
    if open_proposal.field in lieu.sheet:
        lieu.origins[open_proposal.field] = {
            "source": open_proposal.by,
            "on": on,
            "confirmed_on": on,
            "by": by,
        }
    close(open_proposal, rules.ACCEPTED, by=by, at=at)
    return sheets.write(lieu, before, verb="accept", by=by, at=at, reason=f"proposé par {open_proposal.by}")


@transaction.atomic
def decline(proposal: Proposal, *, by: str, at: datetime) -> None:
    """Leave the sheet as it is; Refused when the proposal was already answered."""
    close(still_open(proposal), rules.DECLINED, by=by, at=at)


@transaction.atomic
def answer(proposal: Proposal, note: str, *, by: str, at: datetime) -> None:
    """Close a message from the public with a note of what was done; Refused without one, or when already
    closed.
    """
    open_proposal = still_open(proposal)
    if open_proposal.field or not note.strip():
        raise Refused(
            "La réponse n’a pas été gardée.",
            why="Un message se ferme avec quelques mots : d’autres se demanderont ce qui a été fait.",
            do="Écrivez ce que vous avez vérifié ou corrigé, en une phrase.",
        )
    open_proposal.value = {"note": note.strip()}
    close(open_proposal, rules.ACCEPTED, by=by, at=at)


def still_open(proposal: Proposal) -> Proposal:
    """Return the proposal as it is now, locked until the end after its place, as by who changes the sheet;
    Refused when it was answered meanwhile.
    """
    Lieu.objects.select_for_update().filter(pk=proposal.lieu_id).first()
    locked_proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if locked_proposal.state != rules.OPEN:
        raise Refused(
            "Votre réponse n’a pas été gardée.",
            why=f"{locked_proposal.answered_by or 'Quelqu’un'} y a déjà répondu.",
            do="Rechargez la liste des propositions.",
        )
    return locked_proposal


def close(proposal: Proposal, state: str, *, by: str, at: datetime) -> None:
    """Record the decision on a proposal; what a visitor wrote is erased."""
    signals.erase(proposal)
    proposal.state, proposal.answered_by, proposal.answered_at = state, by, at
    proposal.save()
