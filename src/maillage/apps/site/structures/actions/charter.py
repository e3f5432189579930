"""Declare what one does of the charter; grant it, refuse it, withdraw it."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.site.structures import access
from maillage.apps.site.structures.models import Declaration
from maillage.apps.site.structures.rules import charter as rules
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.reference.charter import charter
from maillage.words.opening import date_text


@transaction.atomic
def declare(
    structure: Structure,
    answers: Mapping[str, str],
    *,
    words: str = "",
    by: User,
    at: datetime,
    example: bool = False,
) -> Declaration:
    """Declare what a structure does of the charter; declared twice before an answer, the last one stands.
    Refused for another structure, or while a criterion has no answer.
    """
    if not access.own_structures(by).filter(pk=structure.pk).exists():
        raise Refused(
            "La déclaration n’est pas partie.",
            why="Vous n’écrivez pas au nom de cette structure.",
            do="Demandez à quelqu’un de son équipe.",
        )
    if missing := rules.unanswered(answers):
        raise Refused(
            "La déclaration n’est pas partie.",
            why=f"Il manque une réponse : « {missing[0].says} »",
            do="Répondez à chaque ligne ; « pas encore » est une réponse.",
        )
    row, _ = Declaration.objects.update_or_create(
        structure=structure,
        state=rules.DECLARED,
        defaults={
            "version": charter().version,
            "answers": {each.id: answers[each.id] for each in charter().criteria},
            "words": line(words, 300),
            "declared_at": at,
            "by": by,
            "example": example,
        },
    )
    journal.record(by=by, verb="charter.declared", row=row, at=at, structure=structure.pk)
    return row


@transaction.atomic
def grant(
    declaration: Declaration, *, until: date, granted_by: str, by: User, at: datetime, was: str = ""
) -> Declaration:
    """Grant the charter until a day, in the name of somebody; the one granted before ends. was: when what was
    read was declared, '' when it does not matter. Refused when a needed criterion is lacking, when the
    structure declared again meanwhile, or the day is too near or too far.
    """
    row, today = _lock(declaration, by, was), timezone.localdate(at)
    if lacking := rules.lacking(row.answers):
        raise Refused(
            "La charte n’est pas accordée.",
            why=f"Il manque : « {lacking[0].says} »",
            do="Répondez à la structure : elle pourra déclarer de nouveau.",
        )
    if not today < until <= today + rules.LASTS or not line(granted_by):
        raise Refused(
            "La charte n’est pas accordée.",
            why="Il manque au nom de qui, ou le jour est passé, ou à plus de deux ans.",
            do=f"Choisissez un jour jusqu’au {date_text(today + rules.LASTS)}.",
        )
    for former in Declaration.objects.filter(structure=row.structure_id, state=rules.GRANTED):
        former.until = min(former.until or today, today)
        former.save(update_fields=["until"])
    row.state, row.until, row.granted_by_name = rules.GRANTED, until, line(granted_by, 160)
    return _decided(row, "granted", by=by, at=at)


@transaction.atomic
def refuse(declaration: Declaration, *, reason: str, by: User, at: datetime, was: str = "") -> Declaration:
    """Answer that the charter is not granted, and why. was: as of `grant`."""
    row = _lock(declaration, by, was)
    _check_reason(reason)
    row.state, row.reason = rules.REFUSED, line(reason, 300)
    return _decided(row, "refused", by=by, at=at)


@transaction.atomic
def withdraw(declaration: Declaration, *, reason: str, by: User, at: datetime) -> Declaration:
    """Withdraw a charter in force, with a reason that the register shows; its structure may do it too."""
    row = Declaration.objects.select_for_update().get(pk=declaration.pk)
    _check_reason(reason)
    if not rules.in_force(row.state, row.until, timezone.localdate(at)):
        raise Refused(
            "La charte n’a pas été modifiée.",
            why="Cette charte n’est pas en vigueur.",
            do="Rechargez la page.",
        )
    row.state, row.reason, row.withdrawn_at = rules.WITHDRAWN, line(reason, 300), at
    return _decided(row, "withdrawn", by=by, at=at)


def _decided(row: Declaration, verb: str, *, by: User, at: datetime) -> Declaration:
    row.decided_at, row.decided_by = at, by
    row.save()
    journal.record(by=by, verb=f"charter.{verb}", row=row, at=at, structure=row.structure_id)
    return row


def _check_reason(reason: str) -> None:
    if not line(reason):
        raise Refused(
            "La charte n’a pas été modifiée.", why="Il manque la raison.", do="Écrivez-la, en une phrase."
        )


def stamp(declaration: Declaration) -> str:
    """Return the version of a declaration."""
    return declaration.declared_at.isoformat()


def _lock(declaration: Declaration, by: User, was: str) -> Declaration:
    row = Declaration.objects.select_for_update().get(pk=declaration.pk)
    if row.state == rules.DECLARED and was not in ("", stamp(row)):
        raise Refused(
            "La charte n’a pas été modifiée.",
            why="La structure a déclaré de nouveau depuis que cette page est ouverte.",
            do="Relisez ses réponses, puis répondez.",
        )
    if row.state != rules.DECLARED:
        raise Refused(
            "La charte n’a pas été modifiée.",
            why=f"Cette déclaration est déjà {row.get_state_display()}.",
            do="Rechargez la page.",
        )
    if access.own_structures(by).filter(pk=row.structure_id).exists():
        raise Refused(
            "La charte n’a pas été modifiée.",
            why="On n’accorde pas la charte à sa propre structure.",
            do="Demandez à quelqu’un d’autre de l’animation du réseau.",
        )
    return row
