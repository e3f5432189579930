"""Note acts of help: what is done in the place of somebody asks their mandate first."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.actes import access, rules
from maillage.apps.actes.models import Act, Revision
from maillage.apps.actes.queries.catalogue import lieu_of
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.mandats.queries import catalogue, permissions
from maillage.apps.mandats.queries.permissions import Verdict
from maillage.apps.memberships.access import communes_of_structure
from maillage.apps.people.access import check_supervised, people_for
from maillage.apps.people.actions import register as people
from maillage.apps.people.models import Person
from maillage.apps.surveys.actions.receive import on_disk
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.reference import procedures

NOT_NOTED = "L’acte n’est pas noté."
NOT_FOLLOWED = Refused(
    NOT_NOTED,
    why="Votre structure ne suit pas cette personne, ou sa fiche est effacée.",
    do="Demandez-lui sa carte, ou notez l’acte sans nom.",
)
# What a correction may change, and a revision remembers.
VALUES = ("kind", "procedure", "operator", "minutes", "where", "end", "precision")


class OutsideMandate(Refused):
    """An act in the place of somebody that no mandate allows: nothing was kept, three ways go on."""


def note(
    draft: rules.Draft,
    *,
    by: User,
    structure: Structure,
    at: datetime,
    person: Person | None = None,
    lieu: Lieu | None = None,
    offline: bool = False,
    example: bool = False,
) -> Act:
    """Note an act, once: the same number gives the act already noted.

    In the place of somebody, their mandate must allow it at that moment. Otherwise it is refused, and the
    refusal is in the journal, which the person reads; unless it is urgent, or `offline`: it was done where
    nobody could ask, so it is kept, to be regularised within 48 hours. lieu: where it was; without it, the
    only place of the structure.
    """
    _check(draft, by=by, structure=structure, person=person, at=at)
    known = Act.objects.filter(uid=draft.uid).first()
    if known is not None:
        return _same(known, by=by, structure=structure)
    if draft.kind == rules.PLACE:
        check_supervised(by, structure.pk, timezone.localdate(at), NOT_NOTED)
    with on_disk(), transaction.atomic():
        if person is not None:
            people.lock(person)  # a mandate stopped while the form was open is seen from here on
        verdict = verdict_on(draft.kind, draft.procedure, person, structure, draft.done_at, by=by)
        outside = _outside(verdict, draft, offline=offline and person is not None)
        if verdict.allowed or outside:
            return _keep(
                draft,
                {
                    "structure": structure,
                    "by": by,
                    "person": person,
                    "lieu": (lieu or lieu_of(structure)) if draft.where == rules.HERE else None,
                    "commune": draft.commune,
                    "noted_at": at,
                    "mandat": verdict.mandat if verdict.allowed else None,
                    "outside": outside,
                    "regularise_before": at + rules.TO_REGULARISE if outside else None,
                    "example": example or bool(person and person.example),
                },
            )
    raise _refused(verdict, draft, by=by, structure=structure, person=person, at=at)


def _outside(verdict: Verdict, draft: rules.Draft, *, offline: bool) -> str:
    """Return why an act that no mandate allows is kept all the same, '' when it is allowed or refused."""
    if verdict.allowed:
        return ""
    if draft.urgent:
        return rules.URGENT
    return rules.UNPLUGGED if offline else ""


def _keep(draft: rules.Draft, values: Mapping[str, Any]) -> Act:
    """Write an act that may be, its trace and its line in the journal; an act already noted is returned."""
    by, structure, at = values["by"], values["structure"], values["noted_at"]
    act, new = Act.objects.get_or_create(uid=draft.uid, defaults={**stored_values(draft), **values})
    if not new:
        return _same(act, by=by, structure=structure)
    Revision.objects.create(act=act, at=at, by=by, verb=rules.NOTED, after=traced_values(act))
    journal.record(
        by=by,
        verb="act.outside" if act.outside else "act.noted",
        row=act,
        at=at,
        structure=structure.pk,
        words=label(draft.procedure),
    )
    if act.person is not None:
        people.touch(act.person, at=at)
    return act


def stored_values(draft: rules.Draft) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "procedure": draft.procedure,
        "operator": line(draft.operator, 120) or operator_of(draft.procedure),
        "minutes": draft.minutes,
        "where": draft.where,
        "end": draft.end,
        "done_at": draft.done_at,
        "on_day": timezone.localdate(draft.done_at),
        "precision": line(draft.precision),
    }


def _check(
    draft: rules.Draft, *, by: User, structure: Structure, person: Person | None, at: datetime
) -> None:
    """Refuse what cannot be: a stranger, values out of their lists, a secret in the precision."""
    if not access.may_note(by, structure.pk):
        raise Refused(
            NOT_NOTED,
            why="Vous n’aidez personne au nom de cette structure.",
            do="Demandez à son responsable de vous y ajouter.",
        )
    if person is not None and not people_for(by).filter(pk=person.pk).exists():
        raise NOT_FOLLOWED
    check_values(draft, at, communes_of_structure(structure))


def check_values(draft: rules.Draft, at: datetime, communes: Iterable[str] = ()) -> None:
    if wrong := rules.wrong_value(draft, at, communes):
        raise Refused(NOT_NOTED, why=wrong, do="Corrigez, puis recommencez : rien d’autre n’est perdu.")
    if not label(draft.procedure):
        raise Refused(
            NOT_NOTED,
            why="Il manque la démarche, ou elle n’est plus dans la liste.",
            do="Choisissez-en une autre, ou une famille de démarches.",
        )
    refuse_secrets(draft.precision, draft.operator)


def label(procedure: str) -> str:
    """Return the name of a procedure or of a family, '' when nobody knows it."""
    return catalogue.label_of(procedure)


def operator_of(procedure: str) -> str:
    """Return the recipient of a procedure, as it is known; '' when it varies."""
    known = procedures.procedures().get(procedure)
    return known.operator if known else ""


def verdict_on(
    kind: str,
    procedure: str,
    person: Person | None,
    structure: Structure,
    at: datetime,
    *,
    by: User | None,
) -> Verdict:
    """Judge an act: only one done in the place of somebody requires a mandate."""
    if kind != rules.PLACE:
        return Verdict(allowed=True, mandat=None, why="")
    if person is None:
        return Verdict(
            allowed=False,
            mandat=None,
            why="À sa place demande un mandat, et personne n’est nommé.",
            what_to_do="Dites pour qui, ou notez « avec elle ».",
        )
    return permissions.allows(person, structure, procedure, at, by=by)


def _refused(
    verdict: Verdict,
    draft: rules.Draft,
    *,
    by: User,
    structure: Structure,
    person: Person | None,
    at: datetime,
) -> OutsideMandate:
    """Write the refusal in the journal, and return it: the person it is about reads it with their card."""
    journal.record(
        by=by,
        verb="act.refused",
        row=person or structure,
        at=at,
        structure=structure.pk,
        words=label(draft.procedure),
    )
    ways = "Notez « avec elle », préparez le mandat, ou dites que c’était urgent : vous aurez 48 heures."
    return OutsideMandate(
        "Pas gardé comme « à sa place ».",
        why=verdict.why,
        do=" ".join(filter(None, (verdict.what_to_do, ways))),
    )


def _same(known: Act, *, by: User, structure: Structure) -> Act:
    """Return the act that this number already gave; Refused when it is somebody else's."""
    if known.by_id != by.pk or known.structure_id != structure.pk:
        raise Refused(
            NOT_NOTED,
            why="Un autre acte porte déjà ce numéro.",
            do="Notez-le de nouveau depuis une page fraîche.",
        )
    return known


def traced_values(row: Act) -> dict[str, Any]:
    """Return the values of an act for its trace: of the precision, only that there was one."""
    values = {name: getattr(row, name) for name in VALUES}
    return values | {"precision": bool(row.precision)}
