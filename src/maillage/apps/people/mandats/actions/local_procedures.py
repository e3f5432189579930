"""Add a procedure to those of a structure or of a territory, or offer it no more."""

from datetime import datetime

from django.db import transaction

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats.models import LocalProcedure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.reference import procedures


@transaction.atomic
def add_procedure(
    *,
    label: str,
    operator: str,
    family: str,
    by: User,
    at: datetime,
    structure: Structure | None = None,
    territory: str = "",
) -> LocalProcedure:
    """Add a procedure to those of a structure or of a territory; the same one twice is one."""
    name = line(label, 120)
    if not name or family not in procedures.families():
        raise Refused(
            "La démarche n’a pas été ajoutée.",
            why="Il manque son nom ou sa famille.",
            do="Écrivez son nom, et choisissez une famille.",
        )
    refuse_secrets(name, operator)
    procedure, new = LocalProcedure.objects.get_or_create(
        structure=structure,
        territory=territory,
        label=name,
        retired_at=None,
        defaults={"family": family, "operator": line(operator, 120), "by": by, "at": at},
    )
    if new:
        journal.record(
            by=by,
            verb="procedure.added",
            row=procedure,
            at=at,
            structure=structure and structure.pk,
            words=name,
        )
    return procedure


@transaction.atomic
def retire_procedure(added: LocalProcedure, *, by: User, at: datetime) -> None:
    """Offer an added procedure no more; the mandates that name it keep it."""
    if LocalProcedure.objects.filter(pk=added.pk, retired_at=None).update(retired_at=at):
        journal.record(by=by, verb="procedure.retired", row=added, at=at, structure=added.structure_id)
