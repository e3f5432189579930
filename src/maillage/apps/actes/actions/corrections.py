"""Correct, strike and restore acts, regularise those done outside a mandate, forget a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.actes import access, rules
from maillage.apps.actes.actions.noting import (
    VALUES,
    OutsideMandate,
    check_values,
    label,
    operator_of,
    traced_values,
    verdict_on,
)
from maillage.apps.actes.models import Act, Revision
from maillage.apps.mandats.queries import permissions as mandats
from maillage.apps.people.access import check_supervised, people_for
from maillage.apps.people.models import Person
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.reference import procedures

NOT_CORRECTED = "L’acte n’est pas corrigé."


@transaction.atomic
def correct(act: Act, values: Mapping[str, Any], *, by: User, at: datetime, was: int | None = None) -> Act:
    """Change some of VALUES; what they were stays in the trace. was: how many changes its page showed, None
    when it does not matter.

    Refused when nothing changes, when somebody else changed it meanwhile, when it becomes an act that the
    mandate of that day did not allow, or to write again of somebody who was erased.
    """
    row = _lock(act, by)
    before = traced_values(row)
    draft = rules.Draft(
        **{"uid": row.uid, "done_at": row.done_at, "commune": row.commune}
        | {name: values.get(name, getattr(row, name)) for name in VALUES}
    )
    check_values(draft, max(at, row.done_at))
    _check_erased(row, draft)
    if draft.kind == rules.PLACE and row.kind != rules.PLACE:
        check_supervised(by, row.structure_id, timezone.localdate(at), NOT_CORRECTED)
    if draft.kind == rules.PLACE and (row.kind, row.procedure) != (draft.kind, draft.procedure):
        verdict = verdict_on(draft.kind, draft.procedure, row.person, row.structure, row.done_at, by=row.by)
        if not verdict.allowed and (not row.outside or row.regularised_at is not None):
            raise OutsideMandate(
                NOT_CORRECTED,
                why=verdict.why,
                do=verdict.what_to_do or "Laissez-le « avec elle », ou annulez-le et notez une urgence.",
            )
        row.mandat = verdict.mandat if verdict.allowed else row.mandat
    if draft.kind != rules.PLACE:
        row.outside, row.regularise_before, row.mandat = "", None, None
    for name in VALUES:
        setattr(row, name, line(value) if isinstance(value := getattr(draft, name), str) else value)
    if traced_values(row) == before and row.precision == act.precision:
        raise Refused(
            "L’acte n’a pas été corrigé.", why="Toutes les réponses sont les mêmes.", do="Corrigez-en une."
        )
    if was not in (None, row.revisions.count()):
        raise Refused(
            NOT_CORRECTED,
            why="Quelqu’un l’a changé depuis que cette page est ouverte.",
            do="Relisez-le, puis corrigez ce qui est encore faux.",
        )
    row.save()
    _trace(row, rules.CORRECTED, before, by=by, at=at)
    return row


@transaction.atomic
def strike(act: Act, *, by: User, at: datetime) -> Act:
    """Strike an act: it counts no more, its trace stays."""
    row = _lock(act, by)
    if row.struck_at is not None:
        raise Refused(
            "L’acte n’a pas été annulé.", why="Cet acte est déjà annulé.", do="Remettez-le s’il compte."
        )
    row.struck_at, row.struck_by = at, by
    row.save(update_fields=["struck_at", "struck_by"])
    _trace(row, rules.STRUCK, traced_values(row), by=by, at=at)
    return row


@transaction.atomic
def restore(act: Act, *, by: User, at: datetime) -> Act:
    """Let a struck act count again."""
    row = _lock(act, by)
    if row.struck_at is None:
        raise Refused(
            "L’acte n’a pas été rétabli.", why="Cet acte n’est pas annulé.", do="Rien à faire : il compte."
        )
    row.struck_at, row.struck_by = None, None
    row.save(update_fields=["struck_at", "struck_by"])
    _trace(row, rules.RESTORED, traced_values(row), by=by, at=at)
    return row


@transaction.atomic
def regularise(act: Act, *, by: User, at: datetime, person: Person | None = None) -> Act:
    """Put under a mandate an act that was done outside it, once the person signed. person: who it was for,
    when nobody was named.
    """
    row = _lock(act, by)
    if not row.lacks_mandate:
        raise Refused("L’acte n’a pas été régularisé.", why="Cet acte est déjà en règle.", do="Rien à faire.")
    whom = row.person or person
    if whom is None or not people_for(by).filter(pk=whom.pk).exists():
        raise Refused(
            "L’acte n’est pas en règle.", why="Personne n’est nommé.", do="Lisez la carte de la personne."
        )
    check_supervised(by, row.structure_id, timezone.localdate(at), "L’acte n’est pas en règle.")
    verdict = mandats.allows(whom, row.structure, row.procedure, at, by=row.by)
    if not verdict.allowed:
        raise OutsideMandate("L’acte n’est pas en règle.", why=verdict.why, do=verdict.what_to_do)
    row.person, row.mandat, row.regularised_at = whom, verdict.mandat, at
    row.save(update_fields=["person", "mandat", "regularised_at"])
    _trace(row, rules.REGULARISED, traced_values(row), by=by, at=at)
    return row


def _check_erased(row: Act, draft: rules.Draft) -> None:
    """Refuse to write again of somebody who was erased: their acts still count, and say nothing of them."""
    if row.person is None or row.named is not None:
        return
    if line(draft.precision) or line(draft.operator) not in {"", row.operator, operator_of(draft.procedure)}:
        raise Refused(
            NOT_CORRECTED,
            why="La personne est effacée : rien ne s’écrit plus d’elle.",
            do="Videz la précision, et laissez l’organisme d’habitude.",
        )


def _lock(act: Act, by: User) -> Act:
    """Return an act as it is now, locked after its person, who may be being erased; Refused to who may not
    change it.
    """
    if not access.may_change(by, act):
        raise Refused(
            "L’acte n’a pas été modifié.",
            why="Seuls l’auteur de l’acte et le responsable de sa structure peuvent le corriger.",
            do="Demandez-le-leur.",
        )
    Person.objects.select_for_update().filter(pk=act.person_id).first()
    return Act.objects.select_for_update(of=("self",)).select_related("structure", "person").get(pk=act.pk)


def _trace(row: Act, verb: str, before: Mapping[str, Any], *, by: User, at: datetime) -> None:
    after = traced_values(row)
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


def forget(person: Person, *, structure: int | None = None) -> None:
    """Clear what was written of somebody in their acts, which still count: precisions, and the organisms that
    no list has, typed by hand. structure: that noted them; None for all.
    """
    known = {"", *(each.operator for each in procedures.procedures().values())}
    acts = Act.objects.filter(person=person)
    if structure is not None:
        acts = acts.filter(structure=structure)
    acts.exclude(precision="").update(precision="")
    acts.exclude(operator__in=known).update(operator="")
    for row in Revision.objects.filter(act__in=acts):
        for values in (row.before, row.after):
            if values.get("operator", "") not in known:
                values["operator"] = ""
        row.save(update_fields=["before", "after"])
