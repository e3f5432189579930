"""Note acts of help, correct, strike and restore them, regularise those done outside a mandate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.actes import access, rules
from maillage.apps.actes.models import Act, Revision
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.mandats import queries as mandats
from maillage.apps.mandats.queries import Verdict
from maillage.apps.people import actions as people
from maillage.apps.people.access import check_supervised, people_for
from maillage.apps.people.models import Person
from maillage.apps.surveys.actions.receive import on_disk
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.reference import procedures

NOT_NOTED = "L’acte n’est pas noté."
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
    nobody could ask, so it is kept, to be regularised within 48 hours.
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
        verdict = _verdict(draft.kind, draft.procedure, person, structure, draft.done_at, by=by)
        outside = _outside(verdict, draft, offline=offline and person is not None)
        if verdict.allowed or outside:
            return _keep(
                draft,
                {
                    "structure": structure,
                    "by": by,
                    "person": person,
                    "lieu": lieu if draft.where == rules.HERE else None,
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
    act, new = Act.objects.get_or_create(uid=draft.uid, defaults={**_said(draft), **values})
    if not new:
        return _same(act, by=by, structure=structure)
    Revision.objects.create(act=act, at=at, by=by, verb=rules.NOTED, after=_values(act))
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


def _said(draft: rules.Draft) -> dict[str, Any]:
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
        raise Refused(
            NOT_NOTED,
            why="Votre structure ne suit pas cette personne, ou sa fiche est effacée.",
            do="Demandez-lui sa carte, ou notez l’acte sans nom.",
        )
    _check_values(draft, at)


def _check_values(draft: rules.Draft, at: datetime) -> None:
    if wrong := rules.wrong_value(draft, at):
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
    return mandats.label_of(procedure)


def operator_of(procedure: str) -> str:
    """Return who receives a procedure, as it is known; '' when it varies."""
    found = mandats.procedures.procedures().get(procedure)
    return found.operator if found else ""


def _verdict(
    kind: str,
    procedure: str,
    person: Person | None,
    structure: Structure,
    at: datetime,
    *,
    by: User | None,
) -> Verdict:
    """Return whether an act may be: only what is done in the place of somebody asks for a mandate."""
    if kind != rules.PLACE:
        return Verdict(allowed=True, mandat=None, why="")
    if person is None:
        return Verdict(
            allowed=False,
            mandat=None,
            why="À sa place demande un mandat, et personne n’est nommé.",
            what_to_do="Dites pour qui, ou notez « avec elle ».",
        )
    return mandats.allows(person, structure, procedure, at, by=by)


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


# ------------------------------------------------------------------------------------------------- afterwards


@transaction.atomic
def correct(act: Act, values: Mapping[str, Any], *, by: User, at: datetime) -> Act:
    """Change some of VALUES; what they were stays in the trace. Refused when nothing changes, or when it
    becomes an act that the mandate of that day did not allow.
    """
    row = _lock(act, by)
    before = _values(row)
    draft = rules.Draft(
        **{"uid": row.uid, "done_at": row.done_at, "commune": row.commune}
        | {name: values.get(name, getattr(row, name)) for name in VALUES}
    )
    _check_values(draft, at)
    if draft.kind == rules.PLACE and (row.kind, row.procedure) != (draft.kind, draft.procedure):
        verdict = _verdict(draft.kind, draft.procedure, row.person, row.structure, row.done_at, by=row.by)
        if not verdict.allowed and (not row.outside or row.regularised_at is not None):
            raise OutsideMandate(
                "L’acte n’est pas corrigé.",
                why=verdict.why,
                do=verdict.what_to_do or "Laissez-le « avec elle », ou rayez-le et notez une urgence.",
            )
        row.mandat = verdict.mandat if verdict.allowed else row.mandat
    if draft.kind != rules.PLACE:
        row.outside, row.regularise_before, row.mandat = "", None, None
    for name in VALUES:
        setattr(row, name, line(value) if isinstance(value := getattr(draft, name), str) else value)
    if _values(row) == before and row.precision == act.precision:
        raise Refused("Rien n’a changé.", why="Toutes les réponses sont les mêmes.", do="Corrigez-en une.")
    row.save()
    _trace(row, rules.CORRECTED, before, by=by, at=at)
    return row


@transaction.atomic
def strike(act: Act, *, by: User, at: datetime) -> Act:
    """Strike an act: it counts no more, its trace stays."""
    row = _lock(act, by)
    if row.struck_at is not None:
        raise Refused("Rien n’a changé.", why="Cet acte est déjà rayé.", do="Remettez-le s’il compte.")
    row.struck_at, row.struck_by = at, by
    row.save(update_fields=["struck_at", "struck_by"])
    _trace(row, rules.STRUCK, _values(row), by=by, at=at)
    return row


@transaction.atomic
def restore(act: Act, *, by: User, at: datetime) -> Act:
    """Let a struck act count again."""
    row = _lock(act, by)
    if row.struck_at is None:
        raise Refused("Rien n’a changé.", why="Cet acte n’est pas rayé.", do="Rien à faire : il compte.")
    row.struck_at, row.struck_by = None, None
    row.save(update_fields=["struck_at", "struck_by"])
    _trace(row, rules.RESTORED, _values(row), by=by, at=at)
    return row


@transaction.atomic
def regularise(act: Act, *, by: User, at: datetime, person: Person | None = None) -> Act:
    """Put under a mandate an act that was done outside it, once the person signed. person: who it was for,
    when nobody was named.
    """
    row = _lock(act, by)
    if not row.lacks_mandate:
        raise Refused("Rien n’a changé.", why="Cet acte est déjà en règle.", do="Rien à faire.")
    whom = row.person or person
    if whom is None or not people_for(by).filter(pk=whom.pk).exists():
        raise Refused(
            "L’acte n’est pas en règle.", why="Personne n’est nommé.", do="Lisez la carte de la personne."
        )
    verdict = mandats.allows(whom, row.structure, row.procedure, at, by=row.by)
    if not verdict.allowed:
        raise OutsideMandate("L’acte n’est pas en règle.", why=verdict.why, do=verdict.what_to_do)
    row.person, row.mandat, row.regularised_at = whom, verdict.mandat, at
    row.save(update_fields=["person", "mandat", "regularised_at"])
    _trace(row, rules.REGULARISED, _values(row), by=by, at=at)
    return row


def _lock(act: Act, by: User) -> Act:
    """Return an act as it is now, locked; Refused to who may not change it."""
    if not access.may_change(by, act):
        raise Refused(
            "Rien n’a changé.",
            why="Seuls qui l’a noté et le responsable de sa structure corrigent un acte.",
            do="Demandez-le-leur.",
        )
    return Act.objects.select_for_update(of=("self",)).select_related("structure", "person").get(pk=act.pk)


def _values(row: Act) -> dict[str, Any]:
    """Return what a trace remembers of an act: of the precision, only that there was one."""
    held = {name: getattr(row, name) for name in VALUES}
    return held | {"precision": bool(row.precision)}


def _trace(row: Act, verb: str, before: Mapping[str, Any], *, by: User, at: datetime) -> None:
    after = _values(row)
    changed = {name for name in after if after[name] != before[name]}
    Revision.objects.create(
        act=row,
        at=at,
        by=by,
        verb=verb,
        before={name: before[name] for name in sorted(changed)},
        after={name: after[name] for name in sorted(changed)},
    )
    journal.record(
        by=by, verb=f"act.{verb}", row=row, at=at, structure=row.structure_id, words=label(row.procedure)
    )


def forget(person: Person) -> None:
    """Clear what was written of somebody in their acts, which still count: precisions, and the organisms that
    no list has, typed by hand.
    """
    known = {"", *(each.operator for each in procedures.procedures().values())}
    Act.objects.filter(person=person).exclude(precision="").update(precision="")
    Act.objects.filter(person=person).exclude(operator__in=known).update(operator="")
    for row in Revision.objects.filter(act__person=person):
        for values in (row.before, row.after):
            if values.get("operator", "") not in known:
                values["operator"] = ""
        row.save(update_fields=["before", "after"])


# --------------------------------------------------------------------------------------------- from a device


@dataclass(frozen=True, slots=True)
class Received:
    """What a sending of a device gave. known: numbers stored, now or before; outside: those of them to be
    regularised; refused: number → why.
    """

    known: tuple[UUID, ...]
    outside: tuple[UUID, ...]
    refused: Mapping[UUID, str]


def receive(
    drafts: Sequence[tuple[rules.Draft, Structure | None, Person | None]], *, by: User, at: datetime
) -> Received:
    """Store the acts that a device noted without network, each once, acknowledged when on disk."""
    known, outside, refused = [], [], {}
    for draft, structure, person in drafts:
        try:
            if structure is None:
                raise Refused(
                    NOT_NOTED,
                    why="Vous n’aidez plus au nom de cette structure.",
                    do="Demandez à son responsable de vous y remettre.",
                )
            act = note(draft, by=by, structure=structure, person=person, at=at, offline=True)
        except Refused as error:
            refused[draft.uid] = " ".join(error.sentences)
        else:
            known.append(act.uid)
            outside += [act.uid] * act.lacks_mandate
    return Received(tuple(known), tuple(outside), refused)


# ---------------------------------------------------------------------------------------------- from a file


@dataclass(frozen=True, slots=True)
class Read:
    """An act of a file, as it is to be kept."""

    draft: rules.Draft
    structure: Structure
    struck: bool = False
    regularise_before: datetime | None = None


@transaction.atomic
def take_in(rows: Sequence[Read], *, source: str, at: datetime) -> int:
    """Store the acts of a file, each once; return how many are new. They name nobody, and no mandate is
    asked: what a file tells was done elsewhere.
    """
    known = set(Act.objects.filter(uid__in=[row.draft.uid for row in rows]).values_list("uid", flat=True))
    new = {row.draft.uid: row for row in rows if row.draft.uid not in known}
    for row in new.values():
        act = Act.objects.create(
            **_said(row.draft),
            uid=row.draft.uid,
            structure=row.structure,
            commune=row.draft.commune,
            noted_at=at,
            outside=rules.URGENT if row.regularise_before else "",
            regularise_before=row.regularise_before,
            struck_at=at if row.struck else None,
            source=source,
        )
        journal.record(by=None, verb="act.read", row=act, at=at, structure=row.structure.pk)
    return len(new)
