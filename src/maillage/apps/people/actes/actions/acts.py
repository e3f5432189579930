"""Note acts of help: what is done in the place of somebody asks their mandate first. Correct, strike and
restore acts, regularise those done outside a mandate, forget a person. Store the acts that a device
noted without network.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from maillage.apps.directory.memberships.access import communes_of_structure
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.actes import access, rules
from maillage.apps.people.actes.actions import tags
from maillage.apps.people.actes.models import Act, Revision
from maillage.apps.people.actes.queries.catalogue import label_of, lieu_of
from maillage.apps.people.mandats.queries import permissions
from maillage.apps.people.mandats.queries.permissions import Verdict
from maillage.apps.people.persons.access import check_supervised, people_for
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
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
VALUES = ("kind", "procedure", "more", "operator", "minutes", "where", "end", "precision")


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
        about = rules.subjects(draft.procedure, draft.more)
        verdict = verdict_on(draft.kind, about, person, structure, draft.done_at, by=by)
        outside = _outside(verdict, draft, offline=offline and person is not None)
        if verdict.allowed or outside:
            return _keep(
                draft,
                {
                    "structure": structure,
                    "by": by,
                    "person": person,
                    "lieu": (lieu or lieu_of(structure)) if draft.where == rules.ON_SITE else None,
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
        "more": draft.more,
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
    if not all(label(key) for key in rules.subjects(draft.procedure, draft.more)):
        raise Refused(
            NOT_NOTED,
            why="Il manque la démarche, ou elle n’est plus dans la liste.",
            do="Choisissez-en une autre, ou une famille de démarches.",
        )
    refuse_secrets(draft.precision, draft.operator)


def label(procedure: str) -> str:
    """Return the name of a procedure, a family or a theme, '' when nobody knows it."""
    return label_of(procedure)


def operator_of(procedure: str) -> str:
    """Return the recipient of a procedure, as it is known; '' when it varies."""
    known = procedures.procedures().get(procedure)
    return known.operator if known else ""


def verdict_on(
    kind: str,
    about: Sequence[str],
    person: Person | None,
    structure: Structure,
    at: datetime,
    *,
    by: User | None,
) -> Verdict:
    """Judge an act: only one done in the place of somebody requires a mandate, for each of its procedures. A
    theme that touches none of their accounts requires none; no mandate names the others.
    """
    themes = [procedures.themes()[key] for key in about if key in procedures.themes()]
    judged = [key for key in about if key not in procedures.themes()]
    if kind != rules.PLACE or not (judged or any(theme.account for theme in themes)):
        return Verdict(allowed=True, mandat=None, why="")
    if person is None:
        return Verdict(
            allowed=False,
            mandat=None,
            why="À sa place demande un mandat, et personne n’est nommé.",
            what_to_do="Dites pour qui, ou notez « ensemble ».",
        )
    for theme in themes:
        if theme.account:
            return Verdict(
                allowed=False,
                mandat=None,
                why=f"« {theme.label} » n’est pas une démarche : aucun mandat ne le permet à sa place.",
                what_to_do="Choisissez la démarche faite.",
            )
    verdicts = [permissions.allows(person, structure, key, at, by=by) for key in judged]
    return next((each for each in verdicts if not each.allowed), verdicts[0])


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
    ways = "Notez « ensemble », préparez le mandat, ou dites que c’était urgent : vous aurez 48 heures."
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
        uid=row.uid,
        done_at=row.done_at,
        commune=row.commune,
        **{name: values.get(name, getattr(row, name)) for name in VALUES},
    )
    check_values(draft, max(at, row.done_at))
    _check_erased(row, draft)
    if draft.kind == rules.PLACE and row.kind != rules.PLACE:
        check_supervised(by, row.structure_id, timezone.localdate(at), NOT_CORRECTED)
    about = rules.subjects(draft.procedure, draft.more)
    if draft.kind == rules.PLACE and (row.kind, row.subjects) != (draft.kind, about):
        verdict = verdict_on(draft.kind, about, row.person, row.structure, row.done_at, by=row.by)
        if not verdict.allowed and (not row.outside or row.regularised_at is not None):
            raise OutsideMandate(
                NOT_CORRECTED,
                why=verdict.why,
                do=verdict.what_to_do or "Laissez-le « ensemble », ou annulez-le et notez une urgence.",
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
    trace(row, rules.CORRECTED, before, by=by, at=at)
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
    trace(row, rules.STRUCK, traced_values(row), by=by, at=at)
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
    trace(row, rules.RESTORED, traced_values(row), by=by, at=at)
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
    verdict = verdict_on(row.kind, row.subjects, whom, row.structure, at, by=row.by)
    if not verdict.allowed:
        raise OutsideMandate("L’acte n’est pas en règle.", why=verdict.why, do=verdict.what_to_do)
    row.person, row.mandat, row.regularised_at = whom, verdict.mandat, at
    row.save(update_fields=["person", "mandat", "regularised_at"])
    trace(row, rules.REGULARISED, traced_values(row), by=by, at=at)
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
    Person.objects.select_for_update().filter(Q(pk=act.person_id)).first()
    return Act.objects.select_for_update(of=("self",)).select_related("structure", "person").get(pk=act.pk)


def trace(row: Act, verb: str, before: Mapping[str, Any], *, by: User | None, at: datetime) -> None:
    """Write what a gesture changed in an act. by: None for another system."""
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
    tags.forget(person, structure=structure)
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


@dataclass(frozen=True, slots=True)
class Received:
    """Outcome of a device's sending. known: numbers stored, now or before; outside: those of them to be
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
