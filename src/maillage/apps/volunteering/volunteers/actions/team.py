"""Helpers of a structure: written down, corrected, gone, erased; trainings followed elsewhere."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.agenda.actions import forgetting
from maillage.apps.agenda.models import Seat
from maillage.apps.directory.memberships.access import team_roles
from maillage.apps.directory.places.actions.sheets import lock_structure
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.volunteers.actions.write import check_manage, record
from maillage.apps.volunteering.volunteers.models import Aidant, Attestation
from maillage.apps.volunteering.volunteers.rules import trainings as rules
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.web.withdrawal import is_done
from maillage.words.opening import date_text

KNOWN = ("name", "kind", "contract", "contract_ends_on", "frame", "supported_by")
EARLIEST = date(2000, 1, 1)


@transaction.atomic
def add(
    structure: Structure,
    values: Mapping[str, Any],
    *,
    by: User | None,
    at: datetime,
    user: User | None = None,
    example: bool = False,
) -> Aidant:
    """Write down somebody who helps for a structure; the same account twice is the same aidant, corrected."""
    check_manage(by, structure.pk)
    lock_structure(structure)
    row = None
    if user is not None:
        row = Aidant.objects.select_for_update().filter(structure=structure, user=user).first()
    else:
        called = line(str(values.get("name", "")), 80)
        row = Aidant.objects.filter(structure=structure, name__iexact=called, until=None, user=None).first()
        if row is not None and called:
            raise Refused(
                "Cette personne n’a pas été ajoutée.",
                why="Quelqu’un de l’équipe porte déjà ce nom.",
                do="Ouvrez sa ligne, ou ajoutez une initiale.",
            )
    if row is None:
        row = Aidant(structure=structure, user=user, since=timezone.localdate(at), made_at=at, by=by)
        row.example = example
    row.until = None
    _write(row, values)
    row.save()
    record("aidant.added", row, by=by, at=at, structure=structure.pk)
    return row


@transaction.atomic
def add_oneself(structure: Structure, *, by: User, at: datetime) -> Aidant:
    """Write oneself down among those who help for a structure where one has a role; twice, it is one row."""
    lock_structure(structure)
    role = team_roles(timezone.localdate(at)).filter(structure=structure, user=by).order_by("pk").first()
    if role is None:
        raise Refused(
            "Vous n’êtes pas inscrit.",
            why="Vous n’avez pas de rôle dans cette structure.",
            do="Demandez à la personne qui en est responsable.",
        )
    row, is_new = Aidant.objects.select_for_update().get_or_create(
        structure=structure,
        user=by,
        defaults={
            "name": line(str(by), 80),
            "kind": rules.VOLUNTEER if role.role == "benevole" else rules.SALARIED,
            "since": timezone.localdate(at),
            "made_at": at,
            "by": by,
            "example": by.is_demonstration,
        },
    )
    if is_new:
        record("aidant.added", row, by=by, at=at, structure=structure.pk)
    elif row.until is not None:
        row.until = None
        row.save(update_fields=["until"])
    return row


@transaction.atomic
def correct(aidant: Aidant, values: Mapping[str, Any], *, by: User, at: datetime) -> Aidant:
    """Correct what is known of somebody who helps."""
    check_manage(by, aidant.structure_id)
    row = Aidant.objects.select_for_update().get(pk=aidant.pk)
    _write(row, values)
    row.save()
    record("aidant.corrected", row, by=by, at=at, structure=row.structure_id)
    return row


def _write(row: Aidant, values: Mapping[str, Any]) -> None:
    for name in KNOWN:
        if name in values:
            value = values[name]
            setattr(row, name, line(value, 80) if isinstance(value, str) else value)
    refuse_secrets(row.name)
    if not row.name:
        raise _not_written("Le nom manque.", "Écrivez un prénom, et un nom si vous en avez deux.")
    if row.contract != rules.FIXED:
        row.contract_ends_on = None
    if row.kind not in rules.PROFESSIONALS:
        row.contract, row.contract_ends_on = rules.UNKNOWN, None


@transaction.atomic
def leave(aidant: Aidant, *, was: bool | None = None, by: User, at: datetime) -> Aidant:
    """Say that somebody no longer helps here, or that they do again. was: whether they had left when it was
    read.
    """
    check_manage(by, aidant.structure_id)
    row = Aidant.objects.select_for_update().get(pk=aidant.pk)
    if is_done(row.until, was):
        return row
    row.until = timezone.localdate(at) if row.until is None else None
    row.save(update_fields=["until"])
    verb = "aidant.left" if row.until else "aidant.returned"
    record(verb, row, by=by, at=at, structure=row.structure_id)
    return row


@transaction.atomic
@journal.written_last()
def erase(aidant: Aidant, *, by: User | None, at: datetime) -> None:
    """Erase somebody who helps, with their attestations: a code of theirs answers no more. The seats they had
    still count, without their name; those to come are free again, and nothing more is written to them.
    """
    check_manage(by, aidant.structure_id)
    forgetting.forget_seats(Seat.objects.filter(pk__in=aidant.enrolments.values("seat")), at=at)
    record("aidant.erased", aidant, by=by, at=at, structure=aidant.structure_id)
    aidant.delete()


@transaction.atomic
def take_accounts(structure: Structure, *, by: User, at: datetime) -> int:
    """Write down each account of a structure that is not in its team; return how many were added."""
    check_manage(by, structure.pk)
    lock_structure(structure)
    today = timezone.localdate(at)
    roles = team_roles(today).filter(structure=structure).select_related("user")
    known = set(Aidant.objects.filter(structure=structure, user__isnull=False).values_list("user", flat=True))
    added = 0
    for role in roles.order_by("pk"):
        if role.user_id in known:
            continue
        known.add(role.user_id)
        kind = rules.VOLUNTEER if role.role == "benevole" else rules.SALARIED
        add(structure, {"name": str(role.user), "kind": kind}, user=role.user, by=by, at=at)
        added += 1
    return added


@transaction.atomic
def declare(aidant: Aidant, values: Mapping[str, Any], *, by: User, at: datetime) -> Attestation:
    """Write down a training followed elsewhere: no code, the paper is that of its body. The same one, of the
    same day, is written down once.
    """
    check_manage(by, aidant.structure_id)
    day, until = values["obtained_on"], values.get("valid_until")
    today = timezone.localdate(at)
    if not EARLIEST <= day <= today:
        raise _not_written(
            "Son jour est à venir, ou trop ancien.", f"Choisissez un jour jusqu’au {date_text(today)}."
        )
    if until is not None and until < day:
        raise _not_written("Elle finit avant d’avoir commencé.", "Corrigez l’une des deux dates.")
    refuse_secrets(values["title"], values["body"])
    lock_structure(aidant.structure)
    same = {"title": line(values["title"], 160), "body": line(values["body"], 120), "obtained_on": day}
    twin = Attestation.objects.filter(**same, aidant=aidant, code="", withdrawn_at=None).first()
    if twin is not None and twin.valid_until == until:
        return twin
    attestation = Attestation.objects.create(
        aidant=aidant,
        structure=aidant.structure,
        name=aidant.name,
        title=same["title"],
        training=values.get("training", ""),
        body=same["body"],
        level=values.get("level", ""),
        minutes=values.get("minutes") or 0,
        begins_on=day,
        obtained_on=day,
        valid_until=until,
        made_at=at,
        by=by,
        example=aidant.example,
    )
    record("training.declared", attestation, by=by, at=at, structure=aidant.structure_id)
    return attestation


def _not_written(why: str, do: str) -> Refused:
    return Refused("Rien n’a été noté.", why=why, do=do)
