"""Giving a place to another structure, with the agreement of who carries it; and giving a structure
another name.
"""

from datetime import datetime

from django.db import transaction

from maillage.apps.directory.intake.actions import proposals
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Change, Lieu, Proposal, Structure
from maillage.apps.directory.places.queries import custody
from maillage.apps.directory.places.queries.links import RENAMED
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.search import actions as search
from maillage.kernel.errors import Refused


@transaction.atomic
def propose(lieu: Lieu, structure: Structure, *, by: str, at: datetime) -> Proposal:
    """Propose that another structure takes a place into custody; Refused when it already has it. One proposal
    at a time.
    """
    if structure.pk == lieu.structure_id:
        raise Refused(
            "Rien n’est proposé.",
            why=f"« {structure} » tient déjà ce lieu.",
            do="Choisissez une autre structure.",
        )
    Lieu.objects.select_for_update().get(pk=lieu.pk)  # a second one waits here
    Proposal.objects.filter(lieu=lieu, field=rules.CUSTODY, state=rules.OPEN).delete()
    value = {"structure": structure.pk, "key": structure.key, "name": structure.name}
    return Proposal.objects.create(lieu=lieu, field=rules.CUSTODY, value=value, by=by, at=at)


@transaction.atomic
def accept(proposal: Proposal, *, by: str, at: datetime) -> Change:
    """Move a place to the structure that a proposal names, as its team or the coordination agrees; Refused
    once answered.

    The persons on their way to it follow: what they shared stays hidden until they agree again.
    """
    open_proposal = proposals.still_open(proposal)
    lieu = (
        Lieu.objects.select_for_update(of=("self",)).select_related("structure").get(pk=open_proposal.lieu_id)
    )
    recipient = custody.recipient(open_proposal)
    if recipient is None:
        recipient = Structure.objects.create(
            key=open_proposal.parts["key"], name=open_proposal.parts["name"], kind=rules.kind_of(lieu.sheet)
        )
    before, former_structure = sheets.snapshot(lieu), lieu.structure
    lieu.structure = recipient
    proposals.close(open_proposal, rules.ACCEPTED, by=by, at=at)
    reason = f"de « {former_structure} » à « {recipient} », proposé par {open_proposal.by}"
    return sheets.write(lieu, before, verb="custody", by=by, at=at, reason=reason)


@transaction.atomic
def rename(structure: Structure, name: str, *, by: User, at: datetime) -> Structure:
    """Rename a structure, wherever its name appears; Refused without a name, or when another structure has
    it.
    """
    row = Structure.objects.select_for_update().get(pk=structure.pk)
    name = " ".join(name.split())[:300]
    same = Structure.objects.filter(name__iexact=name).exclude(pk=row.pk).exists()
    if not name or name == row.name or same:
        raise Refused(
            "Le nom n’a pas changé.",
            why="Une autre structure porte déjà ce nom." if same else "Aucun autre nom n’est écrit.",
            do="Écrivez le nom que les gens connaissent, et qu’aucune autre structure ne porte.",
        )
    former, row.name = row.name, name
    key = next(
        (
            key
            for sheet in row.lieux.values_list("sheet", flat=True)
            for key, file_name in [rules.structure_key(sheet)]
            if file_name == name
        ),
        row.key,
    )
    if not rules.has_number(row.key) and not Structure.objects.filter(key=key).exists():
        row.key = key  # the files that say the new name find it
    row.save(update_fields=["name", "key"])
    lieux = list(row.lieux.all())
    reason = f"{RENAMED} : « {former} » devient « {name} »"[:300]
    Change.objects.bulk_create(  # what is published says the name: its files and its answers are new
        Change(
            lieu=lieu, verb="edit", at=at, by=str(by)[:120], before=snapshot, after=snapshot, reason=reason
        )
        for lieu in lieux
        for snapshot in [sheets.snapshot(lieu)]
    )
    index.refresh(lieux)
    search.refresh_rows(Structure, [row.pk])
    journal.record(by=by, verb="structure.renamed", row=row, at=at, structure=row.pk)
    return row
